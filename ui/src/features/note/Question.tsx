// One question of a note, as its type wants to be answered.
import { Select, Textarea, TextInput } from "@mantine/core";
import { IconHistory, IconX } from "@tabler/icons-react";
import { type FocusEvent, useId } from "react";
import { type Draft, useAnswer } from "../../parts/drafts";
import { clockTime, isDay, plainDate } from "../../parts/format";
import { MomentInput } from "../../parts/MomentInput";
import { text } from "../../strings/en";
import type { Flaw, Question as Asked, RecoveredText } from "../../types";
import { flawWords } from "./flaws";
import classes from "./Note.module.css";

const words = text.note;
/** Up to this many short options stand side by side; more go into a list. */
const MOST_CHIPS = 6;
const LONGEST_CHIPS = 90;

interface Props {
  question: Asked;
  draft: Draft;
  writable: boolean;
  /** What keeps this answer from being signed, as the core last said. */
  flaw: Flaw | null;
  recovered: RecoveredText | null;
}

export function Question({ question, draft, writable, flaw, recovered }: Props) {
  const id = useId();
  const value = useAnswer(draft, question.id);
  const set = (next: string[]) => draft.set(question.id, next);
  return (
    <div
      className={classes.question}
      data-question={question.id}
      data-wide={isWide(question) || undefined}
      data-missing={flaw !== null || undefined}
      data-recovered={recovered ? true : undefined}
      onFocus={rememberFocus}
    >
      <label htmlFor={id} id={`${id}-label`}>
        {question.name}
        {question.required && <em data-open={flaw !== null || undefined}>{words.required}</em>}
      </label>
      <Answer id={id} question={question} value={value} error={flaw && flawWords(flaw, question.type)} onChange={set} disabled={!writable} />
      {question.hint && (
        <small id={`${id}-hint`} className={classes.hint}>
          {question.hint}
        </small>
      )}
      {recovered && (
        <small className={classes.before}>
          <IconHistory size={13} aria-hidden="true" />
          {words.recovered(clockTime(recovered.at))}. {words.recoveredBefore}{" "}
          {recovered.before[question.id]?.join(", ") || words.recoveredEmpty}
        </small>
      )}
    </div>
  );
}

/** Long answers and many options take the whole width; short ones stand side by side where there is room. */
function isWide(question: Asked): boolean {
  if (question.type === "paragraph" || question.type === "choices") return true;
  return question.type === "choice" && question.options.join("").length > 24;
}

/** Marks the field, so that F3 can bring the person back to it. */
function rememberFocus(event: FocusEvent<HTMLElement>): void {
  for (const old of document.querySelectorAll("[data-last-focus]")) old.removeAttribute("data-last-focus");
  event.target.setAttribute("data-last-focus", "");
}

interface AnswerProps {
  id: string;
  question: Asked;
  value: string[];
  error: string | null;
  onChange: (value: string[]) => void;
  disabled: boolean;
}

function Answer({ id, question, value, error, onChange, disabled }: AnswerProps) {
  const first = value[0] ?? "";
  const one = (next: string) => onChange(next === "" ? [] : [next]);
  const described = question.hint ? `${id}-hint` : undefined;
  switch (question.type) {
    case "text":
      return (
        <TextInput id={id} value={first} disabled={disabled} aria-describedby={described} onChange={(event) => one(event.currentTarget.value)} />
      );
    case "paragraph":
      return (
        <Textarea
          id={id}
          value={first}
          autosize
          minRows={2}
          maxRows={18}
          disabled={disabled}
          aria-describedby={described}
          onChange={(event) => one(event.currentTarget.value)}
        />
      );
    case "number":
      return (
        <TextInput
          id={id}
          className={classes.number}
          inputMode="decimal"
          value={first}
          disabled={disabled}
          aria-describedby={described}
          error={error}
          rightSection={question.unit && <span className={classes.unit}>{question.unit}</span>}
          rightSectionWidth={question.unit ? Math.max(36, question.unit.length * 8 + 16) : undefined}
          rightSectionPointerEvents="none"
          onChange={(event) => one(event.currentTarget.value)}
        />
      );
    case "date":
      return (
        <TextInput
          id={id}
          className={classes.date}
          value={first}
          placeholder={words.datePlaceholder}
          disabled={disabled}
          aria-describedby={described}
          error={error}
          rightSection={isDay(first) && <span className={classes.unit}>{plainDate(first.trim())}</span>}
          rightSectionWidth={98}
          rightSectionPointerEvents="none"
          onChange={(event) => one(event.currentTarget.value)}
        />
      );
    case "date_time":
      return (
        <MomentInput
          id={id}
          value={first}
          direction={question.ahead ? "coming" : "past"}
          disabled={disabled}
          describedBy={described}
          error={error}
          onChange={one}
        />
      );
    case "yes_no":
      return (
        <Chips
          id={id}
          options={["yes", "no"]}
          label={(option) => (option === "yes" ? words.yes : words.no)}
          value={value}
          disabled={disabled}
          many={false}
          onChange={onChange}
        />
      );
    case "choice": {
      const room = question.options.length <= MOST_CHIPS && question.options.join("").length <= LONGEST_CHIPS;
      return room ? (
        <Chips id={id} options={question.options} value={value} disabled={disabled} many={false} onChange={onChange} />
      ) : (
        <Select
          id={id}
          data={question.options}
          value={first || null}
          placeholder={words.choosePlaceholder}
          searchable={question.options.length > 8}
          clearable
          disabled={disabled}
          aria-describedby={described}
          clearButtonProps={{ "aria-label": words.clear }}
          onChange={(next) => one(next ?? "")}
        />
      );
    }
    case "choices":
      return <Chips id={id} options={question.options} value={value} disabled={disabled} many onChange={onChange} />;
  }
}

interface ChipsProps {
  id: string;
  options: string[];
  label?: (option: string) => string;
  value: string[];
  many: boolean;
  disabled: boolean;
  onChange: (value: string[]) => void;
}

/** Options as native radio buttons or checkboxes, drawn as chips: one or two keys each, no list to open. */
function Chips({ id, options, label = (option) => option, value, many, disabled, onChange }: ChipsProps) {
  const toggle = (option: string) => {
    if (!many) return onChange([option]);
    const next = value.includes(option) ? value.filter((one) => one !== option) : [...value, option];
    // In the order of the template, whatever the order of the presses.
    onChange(options.filter((one) => next.includes(one)));
  };
  return (
    <div className={classes.chips} role={many ? "group" : "radiogroup"} aria-labelledby={`${id}-label`}>
      {options.map((option, index) => (
        <label key={option} className={classes.chip}>
          <input
            id={index === 0 ? id : undefined}
            type={many ? "checkbox" : "radio"}
            name={id}
            checked={value.includes(option)}
            disabled={disabled}
            onChange={() => toggle(option)}
          />
          <span>{label(option)}</span>
        </label>
      ))}
      {!many && value.length > 0 && !disabled && (
        <button type="button" className={classes.clear} aria-label={words.clear} title={words.clear} onClick={() => onChange([])}>
          <IconX size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
