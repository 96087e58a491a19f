// What a note still needs, each a press away.
import { text } from "../../strings/en";
import type { MissingAnswer } from "../../types";
import classes from "./Note.module.css";

export function MissingList({ missing, onJump }: { missing: MissingAnswer[]; onJump: (question: string) => void }) {
  return (
    <ul className={classes.missing}>
      {missing.map((one) => (
        <li key={one.question}>
          <button type="button" onClick={() => onJump(one.question)}>
            {one.name}
            <small>
              {one.section}
              {one.flaw.is !== "missing" && ` · ${text.note.flaws.wrong}`}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}
