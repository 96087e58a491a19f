// The window is asked to close: what is typed is saved first, and where that fails, the person decides.
import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { host } from "#host";
import { text } from "../strings/en";
import classes from "./Confirm.module.css";
import { flushDrafts } from "./drafts";
import { hasText } from "./kept-text";
import { showFailure } from "./api";

const words = text.closing;
/** Sooner than the program's own deadline, after which it closes without being told. */
const LONGEST_SAVE_MS = 3000;

async function everythingSaved(): Promise<boolean> {
  const late = new Promise<boolean>((done) => setTimeout(() => done(false), LONGEST_SAVE_MS));
  const saved = await Promise.race([flushDrafts(), late]);
  return saved && !hasText("addendum:");
}

function answer(close: boolean): void {
  void host.answerClose(close).catch(showFailure);
}

export function ClosingQuestion() {
  const [asking, setAsking] = useState(false);
  useEffect(
    () =>
      host.on("closing", () => {
        void everythingSaved().then((saved) => {
          setAsking(!saved);
          answer(saved);
        });
      }),
    [],
  );
  const stay = () => setAsking(false);
  return (
    <Modal opened={asking} onClose={stay} title={words.title} size={440} zIndex={500} closeButtonProps={{ "aria-label": text.common.close }}>
      <div className={classes.body}>{words.text}</div>
      <div className={classes.actions}>
        <Button color="red.9" onClick={() => answer(true)}>
          {words.close}
        </Button>
        <Button variant="filled" onClick={stay} data-autofocus>
          {words.stay}
        </Button>
      </div>
    </Modal>
  );
}
