// What keeps an answer from being signed, in words.
import { text } from "../../strings/en";
import type { Flaw, QuestionKind } from "../../types";

const words = text.note.flaws;

/** The words at the field. An empty field is marked as required already and says nothing more. */
export function flawWords(flaw: Flaw, kind: QuestionKind): string | null {
  switch (flaw.is) {
    case "missing":
      return null;
    case "unreadable":
      return unreadable(kind);
    case "ahead":
      return words.ahead;
    case "out_of_range":
      if (flaw.min !== null && flaw.max !== null) return words.between(flaw.min, flaw.max);
      if (flaw.min !== null) return words.atLeast(flaw.min);
      return flaw.max === null ? null : words.atMost(flaw.max);
  }
}

function unreadable(kind: QuestionKind): string | null {
  switch (kind) {
    case "number":
      return words.number;
    case "date":
      return words.date;
    case "date_time":
      return text.moment.unreadable;
    case "text":
    case "paragraph":
    case "choice":
    case "choices":
    case "yes_no":
      return null;
  }
}
