// Taking a patient in: the visit becomes this clinician's, its screen opens, and the call begins. Whoever is in a call
// with somebody is asked first: a console is in one call at a time.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import { host } from "#host";
import { text } from "../strings/en";
import { showFailure, useCommand } from "./api";
import { currentCall } from "./call-state";
import { Confirm } from "./Confirm";
import { report } from "./status";

interface Asked {
  /** With whom the call is that would be left. */
  now: string;
  next: string;
  go: () => void;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function setAsked(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Who would be left behind, when another visit's patient is taken in now. */
function companion(encounter: string): string | null {
  const call = currentCall();
  if (!call || call.encounter === encounter) return null;
  return call.peers.find((peer) => peer.link === "connected" || peer.link === "reconnecting")?.name ?? null;
}

export function useAdmit(): { admit: (encounter: string, version: number, name: string) => Promise<void>; busy: boolean } {
  const [, go] = useLocation();
  const command = useCommand("encounter.admit");
  const running = useRef(false);
  const admitNow = async (encounter: string, version: number, name: string) => {
    // A second press while the first is on its way is the first.
    if (running.current) return;
    running.current = true;
    try {
      if (!(await command.run({ encounter, version }))) return;
      report(text.queue.admitted(name));
      go(`/visits/${encounter}`);
      await host.rpc("call.join", { encounter });
    } catch (thrown) {
      // The patient is admitted all the same; the visit's screen offers to join again.
      showFailure(thrown);
    } finally {
      running.current = false;
    }
  };
  const admit = async (encounter: string, version: number, name: string) => {
    const now = companion(encounter);
    if (now === null) return admitNow(encounter, version, name);
    setAsked({ now, next: name, go: () => void admitNow(encounter, version, name) });
  };
  return { admit, busy: command.busy };
}

export function AdmitQuestion() {
  const question = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
  // Nobody who signs in later is asked what was meant for the one before.
  useEffect(() => () => setAsked(null), []);
  return (
    <Confirm
      opened={question !== null}
      onClose={() => setAsked(null)}
      title={text.queue.leaveAndAdmit}
      action={text.queue.leaveAndAdmitDo}
      onConfirm={() => {
        setAsked(null);
        question?.go();
      }}
    >
      {question && text.queue.leaveAndAdmitText(question.now, question.next)}
    </Confirm>
  );
}
