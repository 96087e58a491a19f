// The middle pane of a visit: its notes, or the choice of a template for the first one.
import { Button, Loader, Menu } from "@mantine/core";
import { IconFilePlus, IconNotes } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useCommand, useRead } from "../../parts/api";
import { Empty, Problem } from "../../parts/Bits";
import { useSession } from "../../parts/session";
import { text } from "../../strings/en";
import type { EncounterView, NoteBrief, Template } from "../../types";
import classes from "./Note.module.css";
import { NoteEditor } from "./NoteEditor";
import { SignedNote } from "./SignedNote";

const words = text.note;

export function NotePane({ visit }: { visit: EncounterView }) {
  const { user } = useSession();
  const [picked, setPicked] = useState<string | null>(null);
  const [choosing, setChoosing] = useState(false);
  const canWrite = visit.allowed.includes("write_note");
  const chosen = visit.notes.find((note) => note.id === picked) ?? firstNote(visit.notes, user.id);

  if (choosing || !chosen) {
    return canWrite ? (
      <Choose
        visit={visit}
        onCancel={chosen ? () => setChoosing(false) : null}
        onStarted={(note) => {
          setPicked(note);
          setChoosing(false);
        }}
      />
    ) : (
      <Empty icon={<IconNotes size={26} stroke={1.6} />} title={words.cannotWrite}>
        {words.cannotWriteText}
      </Empty>
    );
  }
  const tools = (
    <NoteMenu
      notes={visit.notes}
      current={chosen.id}
      onPick={setPicked}
      onAnother={canWrite ? () => setChoosing(true) : null}
    />
  );
  return <OneNote key={chosen.id} id={chosen.id} tools={tools} />;
}

/** The one that this person is writing; else the newest. */
function firstNote(notes: NoteBrief[], user: string): NoteBrief | undefined {
  return notes.find((note) => note.signed === null && note.author.id === user) ?? notes.at(-1);
}

function OneNote({ id, tools }: { id: string; tools: ReactNode }) {
  const note = useRead("note.get", { note: id });
  if (note.isError && !note.data) {
    return (
      <div className={classes.pad}>
        <Problem title={text.common.unnamedFault}>{note.error.message}</Problem>
      </div>
    );
  }
  if (!note.data) return <Loader m="auto" aria-label={text.common.loading} />;
  return note.data.signature ? <SignedNote note={note.data} tools={tools} /> : <NoteEditor note={note.data} tools={tools} />;
}

interface MenuProps {
  notes: NoteBrief[];
  current: string;
  onPick: (note: string) => void;
  onAnother: (() => void) | null;
}

function NoteMenu({ notes, current, onPick, onAnother }: MenuProps) {
  if (notes.length < 2 && !onAnother) return null;
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button size="xs" leftSection={<IconNotes size={15} />}>
          <span className="hidden-visually">{words.pick}: </span>
          {notes.length}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.pick}</Menu.Label>
        {notes.map((note) => (
          <Menu.Item key={note.id} onClick={() => onPick(note.id)} aria-current={note.id === current || undefined}>
            {note.name}
            <small className={classes.menuSmall}>{note.signed ? text.chart.signedBy(note.signed.signer) : `${text.chart.draft} · ${note.author.name}`}</small>
          </Menu.Item>
        ))}
        {onAnother && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconFilePlus size={16} />} onClick={onAnother}>
              {words.another}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChooseProps {
  visit: EncounterView;
  onCancel: (() => void) | null;
  onStarted: (note: string) => void;
}

function Choose({ visit, onCancel, onStarted }: ChooseProps) {
  const list = useRead("template.list", {});
  const start = useCommand("note.start", { onDone: (note) => onStarted(note.id) });
  const usual = (template: Template) => template.id === visit.default_template;
  const templates = [...(list.data?.templates ?? [])].sort((a, b) => Number(usual(b)) - Number(usual(a)));
  return (
    <div className={classes.choose}>
      <h2>{words.choose}</h2>
      <p>{words.chooseText}</p>
      {list.isError && (
        <Problem title={text.common.unnamedFault}>
          {list.error.message}
          <Button size="xs" mt={8} onClick={() => void list.refetch()}>
            {text.common.retry}
          </Button>
        </Problem>
      )}
      <ul>
        {templates.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              disabled={start.busy || start.done}
              data-testid="template"
              onClick={() => void start.run({ encounter: visit.id, template: template.id })}
            >
              <b>{template.name}</b>
              <small>
                {words.questions(template.sections.reduce((sum, section) => sum + section.questions.length, 0))}
                {usual(template) && <em>{words.suggested}</em>}
              </small>
            </button>
          </li>
        ))}
      </ul>
      {onCancel && <Button onClick={onCancel}>{text.common.cancel}</Button>}
    </div>
  );
}
