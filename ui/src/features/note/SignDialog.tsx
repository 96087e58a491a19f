// What is read is what is signed: the exact text, the signer, and what is still missing.
import { Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { host } from "#host";
import { asCommandError, type CommandError } from "../../host/host";
import { Confirm } from "../../parts/Confirm";
import { Problem } from "../../parts/Bits";
import { useCommand } from "../../parts/api";
import { type Draft, forgetDraft } from "../../parts/drafts";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { NoteView, SignPreview } from "../../types";
import classes from "./Note.module.css";
import { MissingList } from "./MissingList";

const words = text.note;

type Shown = { at: "loading" } | { at: "unsaved" } | { at: "failed"; error: CommandError } | { at: "ready"; preview: SignPreview };

interface Props {
  note: NoteView;
  draft: Draft;
  onClose: () => void;
  onJump: (question: string) => void;
}

export function SignDialog({ note, draft, onClose, onJump }: Props) {
  const client = useQueryClient();
  const [shown, setShown] = useState<Shown>({ at: "loading" });
  const [changed, setChanged] = useState(false);
  const [round, setRound] = useState(0);
  const sign = useCommand("note.sign", {
    quiet: true,
    onFailed: (error) => {
      if (error.reason !== "note.text_changed") return;
      setChanged(true);
      setRound((n) => n + 1);
    },
    onDone: (view) => {
      client.setQueryData(["note.get", { note: note.id }], view);
      forgetDraft(note.id);
      report(words.signedDone);
      onClose();
    },
  });

  useEffect(() => {
    let current = true;
    const read = async (): Promise<Shown> => {
      // What is typed but not on disk would not be in the text.
      if (!(await draft.saver.flush())) return { at: "unsaved" };
      try {
        return { at: "ready", preview: await host.rpc("note.preview", { note: note.id }) };
      } catch (thrown) {
        return { at: "failed", error: asCommandError(thrown) };
      }
    };
    void read().then((next) => current && setShown(next));
    return () => {
      current = false;
    };
  }, [draft, note.id, round]);

  const refused = sign.error;
  const preview = shown.at === "ready" ? shown.preview : null;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.signTitle}
      action={words.signDo}
      size={720}
      busy={sign.busy}
      disabled={!preview || preview.missing.length > 0}
      onConfirm={() => preview && void sign.run({ note: note.id, shown: preview.sha256 })}
    >
      {shown.at === "loading" && <Loader aria-label={text.common.loading} />}
      {shown.at === "unsaved" && <Problem title={words.signUnsaved} />}
      {shown.at === "failed" && <Problem title={text.common.unnamedFault}>{shown.error.message}</Problem>}
      {refused && <Problem title={changed ? words.changedText : text.common.unnamedFault}>{changed ? null : refused.message}</Problem>}
      {preview && (
        <>
          {preview.missing.length > 0 && (
            <section className={classes.signMissing} aria-label={words.signMissing(preview.missing.length)}>
              <b>{words.signMissing(preview.missing.length)}</b>
              <MissingList
                missing={preview.missing}
                onJump={(question) => {
                  onClose();
                  // After the dialog has given the focus back.
                  setTimeout(() => onJump(question), 150);
                }}
              />
            </section>
          )}
          <span className={classes.signText}>{words.signText}</span>
          <pre className={classes.exact} tabIndex={0} aria-label={words.signText} data-testid="sign-text">
            {preview.text}
          </pre>
          <dl className={classes.signer}>
            <dt>{words.signer}</dt>
            <dd data-testid="signer">{preview.signer}</dd>
          </dl>
        </>
      )}
    </Confirm>
  );
}
