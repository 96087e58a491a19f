// Text that came back after the program ended unexpectedly: said to be so, kept or discarded by the person.
import { Button } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useCommand } from "../../parts/api";
import { draftOf } from "../../parts/drafts";
import { clockTime } from "../../parts/format";
import { text } from "../../strings/en";
import type { NoteView, RecoveredText } from "../../types";
import { useQueryClient } from "@tanstack/react-query";
import classes from "./Note.module.css";

const words = text.note;

export function Recovered({ note, recovered }: { note: NoteView; recovered: RecoveredText }) {
  const client = useQueryClient();
  const settle = useCommand("note.settle_recovered", {
    onDone: (view, { keep }) => {
      if (!keep) draftOf(note).settle(view);
      client.setQueryData(["note.get", { note: note.id }], view);
    },
  });
  return (
    <section className={classes.recovered} role="status" data-testid="recovered">
      <IconHistory size={18} aria-hidden="true" />
      <div>
        <b>{words.recovered(clockTime(recovered.at))}</b>
        <span>{words.recoveredText(recovered.questions.length)}</span>
      </div>
      {note.writable && (
        <>
          <Button size="xs" variant="filled" loading={settle.busy} onClick={() => void settle.run({ note: note.id, keep: true })}>
            {words.recoveredKeep}
          </Button>
          <Button size="xs" disabled={settle.busy} onClick={() => void settle.run({ note: note.id, keep: false })}>
            {words.recoveredDiscard}
          </Button>
        </>
      )}
    </section>
  );
}
