// Says that the connection is gone, above the picture and never over the note; and what is wrong with the own devices.
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { useNow } from "../../parts/clock";
import { duration } from "../../parts/format";
import { text } from "../../strings/en";
import type { CallView } from "../../types";
import classes from "./Call.module.css";

export function ReconnectBanner({ call }: { call: CallView }) {
  const now = useNow();
  return (
    <>
      {call.phase.at === "reconnecting" && (
        <p className={classes.banner} data-testid="reconnect-banner">
          <IconPlugConnectedX size={17} aria-hidden="true" />
          {text.call.reconnecting(duration(now - Date.parse(call.phase.since)))}
        </p>
      )}
      {call.trouble && (
        <p className={classes.banner} role="alert" data-testid="device-trouble">
          <IconAlertTriangle size={17} aria-hidden="true" />
          {call.trouble}
        </p>
      )}
    </>
  );
}
