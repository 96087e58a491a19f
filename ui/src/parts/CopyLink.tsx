// Copies a join link. The link is fetched when it is asked for: it opens the visit for whoever holds it.
import { Button, Modal, TextInput } from "@mantine/core";
import { IconCheck, IconLink } from "@tabler/icons-react";
import { useState } from "react";
import { text } from "../strings/en";
import { showFailure } from "./api";
import classes from "./Confirm.module.css";
import { report } from "./status";

const SHOWN_MS = 2500;

interface Props {
  label: string;
  fetch: () => Promise<string | null>;
  size?: string;
  variant?: string;
}

export function CopyLink({ label, fetch, size = "xs", variant }: Props) {
  const [copied, setCopied] = useState(false);
  const [busy, setBusy] = useState(false);
  const [byHand, setByHand] = useState<string | null>(null);
  const copy = async () => {
    setBusy(true);
    const link = fetch();
    const written = writeClipboard(link);
    try {
      const [url, done] = await Promise.all([link, written]);
      if (url === null) return;
      if (!done) return setByHand(url);
      setCopied(true);
      report(text.queue.linkCopied);
      setTimeout(() => setCopied(false), SHOWN_MS);
    } catch (thrown) {
      showFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        size={size}
        variant={variant}
        loading={busy}
        leftSection={copied ? <IconCheck size={15} /> : <IconLink size={15} />}
        // The second click of a double click would make a second link.
        onClick={(event) => event.detail < 2 && void copy()}
      >
        {copied ? text.common.copied : label}
      </Button>
      <ByHand link={byHand} onClose={() => setByHand(null)} />
    </>
  );
}

function ByHand({ link, onClose }: { link: string | null; onClose: () => void }) {
  return (
    <Modal
      opened={link !== null}
      onClose={onClose}
      title={text.queue.byHandTitle}
      size={560}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <div className={classes.body}>
        <span>{text.queue.byHandText}</span>
        <TextInput
          aria-label={text.patients.link}
          readOnly
          data-autofocus
          data-testid="link-by-hand"
          value={link ?? ""}
          onFocus={(event) => event.currentTarget.select()}
          onClick={(event) => event.currentTarget.select()}
        />
      </div>
    </Modal>
  );
}

/** Begun within the press and given a promise: once the press is over, WebKitGTK lets nobody write to the clipboard. */
async function writeClipboard(link: Promise<string | null>): Promise<boolean> {
  const words = link.then((url) => {
    if (url === null) throw new Error("There is no link.");
    return new Blob([url], { type: "text/plain" });
  });
  // Where the clipboard is not reached at all, nobody else looks at what became of the words.
  words.catch(() => undefined);
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": words })]);
    return true;
  } catch {
    return false;
  }
}
