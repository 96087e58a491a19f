// What keeps an answer from being signed, in words.
import { text } from "../../strings/en";
import type { Flaw, Question } from "../../types";

const words = text.note.flaws;

/** The words at the field. An empty field is marked as required already and says nothing more. */
export function flawWords(flaw: Flaw, question: Question): string | null {
  switch (flaw.is) {
    case "missing":
      return null;
    case "unreadable":
      return question.type === "number" ? words.number : words.date;
    case "out_of_range":
      if (flaw.min !== null && flaw.max !== null) return words.between(flaw.min, flaw.max);
      if (flaw.min !== null) return words.atLeast(flaw.min);
      return flaw.max === null ? null : words.atMost(flaw.max);
  }
}
