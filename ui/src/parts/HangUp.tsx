// Hanging up: at once when nobody is left behind, after a question when others stay.
import { useEffect, useSyncExternalStore } from "react";
import { host } from "#host";
import { text } from "../strings/en";
import { showFailure } from "./api";
import { currentCall } from "./call-state";
import { Confirm } from "./Confirm";

let asking = false;
const listeners = new Set<() => void>();

function setAsking(next: boolean): void {
  asking = next;
  for (const listener of listeners) listener();
}

async function hangUpNow(): Promise<void> {
  setAsking(false);
  try {
    await host.rpc("call.hang_up", {});
  } catch (thrown) {
    showFailure(thrown);
  }
}

/** With more than one other person in the call, those would stay with each other. */
export function hangUpSafely(): void {
  const call = currentCall();
  if (!call) return;
  if (call.peers.filter((peer) => peer.link === "connected").length > 1) setAsking(true);
  else void hangUpNow();
}

export function HangUpQuestion() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
  useEffect(() => () => setAsking(false), []);
  return (
    <Confirm
      opened={shown}
      onClose={() => setAsking(false)}
      title={text.call.confirmHangUp}
      action={text.call.hangUp}
      danger
      onConfirm={() => void hangUpNow()}
    >
      {text.call.confirmHangUpText}
    </Confirm>
  );
}
