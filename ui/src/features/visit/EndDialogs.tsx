// The last question before a visit ends: who, how, and what is still open.
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useLocation } from "wouter";
import { Confirm } from "../../parts/Confirm";
import { alarm } from "../../parts/announce";
import { useCommand } from "../../parts/api";
import { useCallPart } from "../../parts/call-state";
import { flushDrafts } from "../../parts/drafts";
import { plainDate } from "../../parts/format";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { CancelReason, EncounterView, Outcome } from "../../types";

const words = text.visit;

export type Ending = { kind: "finish"; outcome: Outcome } | { kind: "cancel"; reason: CancelReason };

interface Props {
  visit: EncounterView;
  ending: Ending | null;
  onClose: () => void;
}

export function EndDialogs({ visit, ending, onClose }: Props) {
  const [, go] = useLocation();
  const [saving, setSaving] = useState(false);
  const inCall = useCallPart((call) => call?.encounter === visit.id);
  const done = (said: (name: string) => string) => () => {
    onClose();
    report(said(visit.patient.name));
    go("/queue");
  };
  const finish = useCommand("encounter.finish", { onDone: done(words.finished) });
  const cancel = useCommand("encounter.cancel", { onDone: done(words.cancelled) });
  if (!ending) return null;

  const end = async () => {
    setSaving(true);
    const saved = await flushDrafts(visit.notes.map((note) => note.id));
    setSaving(false);
    if (!saved) {
      alarm(words.notEndedText);
      notifications.show({ color: "red", title: words.notEnded, message: words.notEndedText });
      return onClose();
    }
    if (ending.kind === "finish") await finish.run({ encounter: visit.id, outcome: ending.outcome });
    else await cancel.run({ encounter: visit.id, reason: ending.reason });
  };
  const what = ending.kind === "finish" ? words.outcomes[ending.outcome] : words.cancelReasons[ending.reason];
  const unsigned = visit.notes.some((note) => note.signed === null);
  return (
    <Confirm
      opened
      onClose={onClose}
      title={ending.kind === "finish" ? words.confirmFinish : words.confirmCancel}
      action={ending.kind === "finish" ? words.finish : words.cancelVisit}
      danger={ending.kind === "cancel"}
      busy={saving || finish.busy || cancel.busy}
      onConfirm={() => void end()}
    >
      <span>
        <b>{visit.patient.name}</b>, {plainDate(visit.patient.birth_date)}
      </span>
      <span>{words.confirmFinishText(what)}</span>
      {unsigned && <span>{words.unsignedNote}</span>}
      {ending.kind === "finish" && visit.notes.length === 0 && <span>{words.noNote}</span>}
      {inCall && <span>{words.callEnds}</span>}
    </Confirm>
  );
}
