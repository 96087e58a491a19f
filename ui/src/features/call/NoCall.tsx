// Before and after a call: what can be done about it.
import { Button } from "@mantine/core";
import { IconVideo, IconVideoOff } from "@tabler/icons-react";
import { useCommand } from "../../parts/api";
import { useLastEnd } from "../../parts/call-state";
import { text } from "../../strings/en";
import type { EncounterView } from "../../types";
import classes from "./Call.module.css";

const words = text.call;

export function NoCall({ visit, otherCall }: { visit: EncounterView; otherCall: boolean }) {
  const join = useCommand("call.join");
  const end = useLastEnd(visit.id);
  const over = visit.state.is === "finished" || visit.state.is === "cancelled" || visit.state.is === "entered_in_error";
  const can = visit.allowed.includes("join_call");
  const again = visit.calls.length > 0 || end !== null;
  return (
    <div className={classes.noCall} data-testid="no-call">
      {can ? <IconVideo size={30} stroke={1.5} aria-hidden="true" /> : <IconVideoOff size={30} stroke={1.5} aria-hidden="true" />}
      <strong>{end ? words.ended[end] : over ? words.over : can ? words.notJoined : words.admitFirst}</strong>
      {end === "hung_up" && !over && <span>{words.endedStill}</span>}
      {can && !end && <span>{words.notJoinedText}</span>}
      {can && (
        <Button
          variant="filled"
          size="md"
          loading={join.busy}
          disabled={otherCall}
          leftSection={<IconVideo size={18} />}
          onClick={() => void join.run({ encounter: visit.id })}
        >
          {again ? words.rejoin : words.join}
        </Button>
      )}
    </div>
  );
}
