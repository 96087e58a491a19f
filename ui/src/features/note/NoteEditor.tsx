// The editor of an unsigned note: all sections in one scroll, saved while typing.
import { ActionIcon, Button, Menu, Popover } from "@mantine/core";
import { IconCircleCheck, IconDots, IconListCheck, IconSignature, IconTrash } from "@tabler/icons-react";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Confirm } from "../../parts/Confirm";
import { useCommand } from "../../parts/api";
import { draftOf, forgetDraft, useMissing } from "../../parts/drafts";
import { ariaKeys, keyCaps, useShortcut } from "../../parts/shortcuts";
import { text } from "../../strings/en";
import type { MissingAnswer, NoteView } from "../../types";
import { MissingList } from "./MissingList";
import classes from "./Note.module.css";
import { Question } from "./Question";
import { Recovered } from "./Recovered";
import { SavedState, SaveTrouble } from "./SavedState";
import { SignDialog } from "./SignDialog";

const words = text.note;

export function NoteEditor({ note, tools }: { note: NoteView; tools: ReactNode }) {
  const draft = useMemo(() => draftOf(note), [note.id]); // eslint-disable-line react-hooks/exhaustive-deps -- one draft a note
  const missing = useMissing(draft);
  const [signing, setSigning] = useState(false);
  const scroll = useRef<HTMLDivElement>(null);

  useEffect(() => draft.read(note), [draft, note]);
  useEffect(() => () => void draft.putAside(), [draft]);
  useShortcut("sign", () => setSigning(true), note.writable);
  useShortcut("focusNote", () => focusNote(scroll.current));

  const jump = (question: string) => {
    const field = scroll.current?.querySelector<HTMLElement>(`[data-question="${CSS.escape(question)}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.querySelector<HTMLElement>("input, textarea, button")?.focus({ preventScroll: true });
  };

  return (
    <div className={classes.editor} data-testid="note-editor" data-note={note.id}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h2 title={note.template.name}>{note.template.name}</h2>
          {note.writable ? <SavedState draft={draft} savedAt={note.saved_at} /> : <small>{words.readOnlyOther(note.author.name)}</small>}
        </div>
        {tools}
        {note.writable && (
          <>
            <Checklist missing={missing} onJump={jump} />
            <Button
              size="xs"
              variant="filled"
              leftSection={<IconSignature size={16} />}
              aria-keyshortcuts={ariaKeys("sign")}
              title={keyCaps("sign").join(" ")}
              onClick={() => setSigning(true)}
              data-testid="sign"
            >
              {words.sign}
            </Button>
            <More note={note} />
          </>
        )}
      </header>
      <SaveTrouble draft={draft} />
      {note.recovered && <Recovered note={note} recovered={note.recovered} />}
      <div className={classes.body}>
        <Outline note={note} missing={missing} scroll={scroll} />
        <div className={classes.scroll} ref={scroll} tabIndex={-1} onBlur={() => void draft.saver.flush()}>
          {note.template.sections.map((section) => (
            <section key={section.id} data-section={section.id} aria-label={section.name}>
              <h3>{section.name}</h3>
              {section.questions.map((question) => (
                <Question
                  key={question.id}
                  question={question}
                  draft={draft}
                  writable={note.writable}
                  flaw={missing.find((one) => one.question === question.id)?.flaw ?? null}
                  recovered={note.recovered?.questions.includes(question.id) ? note.recovered : null}
                />
              ))}
            </section>
          ))}
        </div>
      </div>
      {signing && <SignDialog note={note} draft={draft} onClose={() => setSigning(false)} onJump={jump} />}
    </div>
  );
}

/** Back to where the person last was in the note, or to its first field. */
function focusNote(scroll: HTMLElement | null): void {
  const last = scroll?.querySelector<HTMLElement>("[data-last-focus]");
  (last ?? scroll?.querySelector<HTMLElement>("input, textarea"))?.focus();
}

function Checklist({ missing, onJump }: { missing: MissingAnswer[]; onJump: (question: string) => void }) {
  const [opened, setOpened] = useState(false);
  if (missing.length === 0) {
    return (
      <span className={classes.ready}>
        <IconCircleCheck size={16} aria-hidden="true" />
        {words.complete}
      </span>
    );
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus returnFocus={false}>
      <Popover.Target>
        <Button size="xs" leftSection={<IconListCheck size={16} />} onClick={() => setOpened(!opened)} data-testid="checklist">
          {words.missing(missing.length)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6} aria-label={words.checklist}>
        <MissingList
          missing={missing}
          onJump={(question) => {
            setOpened(false);
            onJump(question);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

interface OutlineProps {
  note: NoteView;
  missing: MissingAnswer[];
  scroll: RefObject<HTMLDivElement | null>;
}

function Outline({ note, missing, scroll }: OutlineProps) {
  const [here, setHere] = useState(note.template.sections[0]?.id ?? "");
  useEffect(() => {
    const box = scroll.current;
    if (!box) return;
    const follow = () => {
      const sections = [...box.querySelectorAll<HTMLElement>("[data-section]")];
      const at = sections.findLast((section) => section.offsetTop - box.offsetTop <= box.scrollTop + 80) ?? sections[0];
      setHere(at?.dataset["section"] ?? "");
    };
    box.addEventListener("scroll", follow, { passive: true });
    return () => box.removeEventListener("scroll", follow);
  }, [scroll]);
  return (
    <nav className={classes.outline} aria-label={words.outline}>
      {note.template.sections.map((section) => {
        const open = missing.filter((one) => section.questions.some((question) => question.id === one.question)).length;
        return (
          <button
            key={section.id}
            type="button"
            aria-current={here === section.id || undefined}
            onClick={() => scroll.current?.querySelector(`[data-section="${CSS.escape(section.id)}"]`)?.scrollIntoView({ block: "start" })}
          >
            <span>{section.name}</span>
            {open > 0 ? (
              <small className="num">
                <span className="hidden-visually">{words.missing(open)}</span>
                <span aria-hidden="true">{open}</span>
              </small>
            ) : (
              // A section that asks for nothing is not done by being empty.
              section.questions.some((question) => question.required) && <IconCircleCheck size={14} aria-hidden="true" />
            )}
          </button>
        );
      })}
    </nav>
  );
}

function More({ note }: { note: NoteView }) {
  const [asking, setAsking] = useState(false);
  const discard = useCommand("note.discard", {
    onDone: () => {
      setAsking(false);
      forgetDraft(note.id);
    },
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={words.menu}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
            {words.discard}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.discardTitle}
        action={words.discardDo}
        danger
        busy={discard.busy}
        onConfirm={() => void discard.run({ note: note.id })}
      >
        {words.discardText}
      </Confirm>
    </>
  );
}
