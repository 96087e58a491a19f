// A signed note: read only, with its signature and what was added later.
import { Button, Textarea } from "@mantine/core";
import { IconPencilPlus, IconRosetteDiscountCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { Confirm } from "../../parts/Confirm";
import { Problem } from "../../parts/Bits";
import { useCommand } from "../../parts/api";
import { momentDateTime } from "../../parts/format";
import { useKeptText } from "../../parts/kept-text";
import { useSession } from "../../parts/session";
import { useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import type { NoteView } from "../../types";
import classes from "./Note.module.css";

const words = text.note;

export function SignedNote({ note, tools }: { note: NoteView; tools: ReactNode }) {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { user } = useSession();
  // Under the writer's name: whoever signs in next starts with an empty field.
  const [addition, setAddition] = useKeptText(`addendum:${user.id}:${note.id}`);
  const scroll = useRef<HTMLDivElement>(null);
  useShortcut("focusNote", () => scroll.current?.focus());
  const addend = useCommand("note.addend", {
    quiet: true,
    onDone: (view) => {
      client.setQueryData(["note.get", { note: note.id }], view);
      setAdding(false);
      setAddition("");
    },
  });
  const signature = note.signature;
  if (!signature) return null;
  return (
    <div className={classes.editor} data-testid="signed-note" data-note={note.id}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h2>{note.template.name}</h2>
          <span className={classes.saved} data-state="saved" data-testid="signed-by">
            <IconRosetteDiscountCheck size={16} aria-hidden="true" />
            <span>{words.signed(signature.signer, momentDateTime(signature.at))}</span>
          </span>
        </div>
        {tools}
        <Button size="xs" leftSection={<IconPencilPlus size={16} />} onClick={() => setAdding(true)}>
          {words.addendum}
        </Button>
      </header>
      <div className={classes.signedScroll} ref={scroll} tabIndex={0} role="region" aria-label={words.of(note.template.name)}>
        <article className={classes.paper} data-testid="signed-text">
          {signature.text}
        </article>
        <p className={classes.hash}>
          {words.hash} <code>{signature.sha256}</code>
        </p>
        {note.addenda.map((one) => (
          <section key={one.sha256 + one.at} className={classes.addendum} data-testid="addendum">
            <b>{words.addendumBy(one.signer, momentDateTime(one.at))}</b>
            <p>{one.text}</p>
          </section>
        ))}
      </div>
      <Confirm
        opened={adding}
        onClose={() => setAdding(false)}
        title={words.addendumTitle}
        action={words.addendumDo}
        size={560}
        busy={addend.busy}
        disabled={addition.trim() === ""}
        onConfirm={() => void addend.run({ note: note.id, text: addition.trim() })}
      >
        <span>{words.addendumText}</span>
        <Textarea
          label={words.addendumLabel}
          data-autofocus
          autosize
          minRows={4}
          maxRows={16}
          value={addition}
          onChange={(event) => setAddition(event.currentTarget.value)}
        />
        {addend.error && <Problem title={text.common.unnamedFault}>{addend.error.message}</Problem>}
      </Confirm>
    </div>
  );
}
