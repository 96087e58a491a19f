// Whether what is typed is on disk, in words.
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconLoader2 } from "@tabler/icons-react";
import { clockSeconds } from "../../parts/format";
import { type Draft, useSaveState } from "../../parts/drafts";
import { text } from "../../strings/en";
import classes from "./Note.module.css";

const words = text.note;

export function SavedState({ draft, savedAt }: { draft: Draft; savedAt: string | null }) {
  const state = useSaveState(draft);
  switch (state.at) {
    case "clean":
      return <Line icon={savedAt ? "saved" : null}>{savedAt ? words.state.saved(clockSeconds(savedAt)) : words.state.clean}</Line>;
    case "saved":
      return <Line icon="saved">{words.state.saved(clockSeconds(state.moment))}</Line>;
    case "pending":
      return <Line icon="pending">{words.state.pending}</Line>;
    case "failed":
    case "refused":
      return (
        <span className={classes.saved} data-failed data-testid="save-state" data-state="failed">
          <IconAlertTriangle size={15} aria-hidden="true" />
          {words.state.notSaved}
        </span>
      );
  }
}

/** The whole story of a save that fails, on a line of its own. */
export function SaveTrouble({ draft }: { draft: Draft }) {
  const state = useSaveState(draft);
  if (state.at !== "failed" && state.at !== "refused") return null;
  return (
    <div className={classes.trouble} data-testid="save-trouble">
      <IconAlertTriangle size={17} aria-hidden="true" />
      <span>{state.message}</span>
      {state.at === "failed" && (
        <Button size="xs" onClick={() => void draft.saver.flush()}>
          {words.retryNow}
        </Button>
      )}
    </div>
  );
}

function Line({ icon, children }: { icon: "saved" | "pending" | null; children: string }) {
  return (
    <span className={classes.saved} data-testid="save-state" data-state={icon ?? "clean"}>
      {icon === "saved" && <IconCircleCheck size={15} aria-hidden="true" />}
      {icon === "pending" && <IconLoader2 size={15} aria-hidden="true" />}
      <span className="num">{children}</span>
    </span>
  );
}
