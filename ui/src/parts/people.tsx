// How people, languages and places in a visit are written, everywhere the same.
import { IconAlertOctagon, IconArrowUp, IconMinus } from "@tabler/icons-react";
import { text } from "../strings/en";
import type { EncounterState, PatientBrief, Priority } from "../types";
import { Tag, type Tone } from "./Bits";

const languageNames = new Intl.DisplayNames(["en"], { type: "language" });

export function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    // A tag that is not well-formed is shown as it was given.
    return tag;
  }
}

export function ageSex(patient: PatientBrief): string {
  return [text.patient.years(patient.age), text.patient.sexLetters[patient.sex]].filter(Boolean).join(" ");
}

const priorityTone: Record<Priority, Tone> = { emergency: "bad", urgent: "warn", routine: "plain" };

export function PriorityTag({ priority }: { priority: Priority }) {
  const icon = { emergency: <IconAlertOctagon />, urgent: <IconArrowUp />, routine: <IconMinus /> }[priority];
  return (
    <Tag tone={priorityTone[priority]} icon={icon} soft={priority !== "routine"}>
      {text.queue.priorities[priority]}
    </Tag>
  );
}

/** A visit's state in one word or two. */
export function stateWord(state: EncounterState, late = false): string {
  const words = text.queue.states;
  switch (state.is) {
    case "planned":
      return late ? words.late : words.planned;
    case "arrived":
      return words.arrived;
    case "triaged":
      return state.started_at ? words.sent_back : words.triaged;
    case "in_progress":
      return words[state.stage];
    case "on_leave":
      return words.on_leave;
    case "finished":
      return words.finished[state.outcome];
    case "cancelled":
      return words.cancelled[state.reason];
    case "entered_in_error":
      return words.entered_in_error;
  }
}

export function stateTone(state: EncounterState): Tone {
  switch (state.is) {
    case "triaged":
      return "accent";
    case "in_progress":
      return state.stage === "exam" ? "good" : "info";
    case "on_leave":
      return "warn";
    case "arrived":
    case "planned":
    case "finished":
    case "cancelled":
    case "entered_in_error":
      return "plain";
  }
}

/** When the patient came, where they did. */
export function arrivedAt(state: EncounterState): string | null {
  return "arrived_at" in state ? state.arrived_at : null;
}
