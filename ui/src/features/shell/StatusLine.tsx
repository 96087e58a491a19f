// The line at the bottom: what happened last, whether it is saved, what time it is.
import { Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useNow } from "../../parts/clock";
import { clockSeconds, clockTime, zoneName } from "../../parts/format";
import { useLastEvent } from "../../parts/status";
import { useStoreTrouble } from "../../parts/store-state";
import { text } from "../../strings/en";
import classes from "./Shell.module.css";

const words = text.shell;

export function StatusLine() {
  const last = useLastEvent();
  const trouble = useStoreTrouble();
  return (
    <footer className={classes.status} aria-label={words.status}>
      <span className={classes.event} title={words.lastEvent}>
        {last ? (
          <>
            <time>{clockTime(last.at)}</time>
            {last.text}
          </>
        ) : (
          words.noEvent
        )}
      </span>
      <Tooltip label={trouble ?? words.savedHint}>
        <span className={classes.store} data-bad={trouble !== null || undefined} data-testid="store-state">
          {trouble ? <IconAlertTriangle size={14} aria-hidden="true" /> : <IconCircleCheck size={14} aria-hidden="true" />}
          {trouble ? words.diskFull : words.saved}
        </span>
      </Tooltip>
      <Clock />
    </footer>
  );
}

function Clock() {
  const now = useNow();
  if (now === 0) return null;
  return (
    <span className="num">
      <time>{clockSeconds(now)}</time> {zoneName(new Date(now))}
    </span>
  );
}
