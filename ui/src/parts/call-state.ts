// The running call, as the core tells it. One for the whole console: it goes on whatever screen is open.
import { useSyncExternalStore } from "react";
import { host } from "#host";
import { text } from "../strings/en";
import type { CallView, EndReason } from "../types";
import { retainStreams } from "../video/registry";
import { alarm } from "./announce";
import { forgetTexts } from "./kept-text";
import { report } from "./status";

let call: CallView | null = null;
/** How the last call of a visit ended, so that its screen can say so. */
let lastEnd: { encounter: string; why: EndReason } | null = null;
const listeners = new Set<() => void>();

export function setCall(next: CallView | null): void {
  const before = call;
  if (next?.phase.at === "ended") {
    lastEnd = { encounter: next.encounter, why: next.phase.why };
    forgetTexts("chat:");
    call = null;
  } else {
    call = next;
    if (next) lastEnd = null;
  }
  speak(before, call);
  const streams = call === null ? [] : [call.self_stream, ...call.peers.map((peer) => peer.stream)];
  retainStreams("call", streams.filter((stream): stream is number => stream !== null));
  for (const listener of listeners) listener();
}

/** Forgets the call and how the last one ended: the next person starts without it. */
export function forgetCall(): void {
  call = null;
  lastEnd = null;
  retainStreams("call", []);
  for (const listener of listeners) listener();
}

/** What people who cannot see the screen must hear of. */
function speak(before: CallView | null, after: CallView | null): void {
  if (!after || (before && before.encounter !== after.encounter)) return;
  const was = before?.phase.at;
  if (after.phase.at === "reconnecting" && was !== "reconnecting") alarm(text.call.dropped);
  if (after.phase.at === "on_call" && was === "reconnecting") report(text.call.restored);
  for (const peer of after.peers) {
    const known = before?.peers.find((one) => one.participant === peer.participant);
    if (peer.link === "connected" && known?.link !== "connected" && known?.link !== "reconnecting") {
      report(text.call.joined(peer.name));
    }
  }
  for (const peer of before?.peers ?? []) {
    if (!after.peers.some((one) => one.participant === peer.participant)) report(text.call.left(peer.name));
  }
  for (const line of after.chat.slice(before?.chat.length ?? after.chat.length)) {
    if (line.from !== null) report(text.call.chatFrom(line.name, line.text));
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The call; re-renders on every change, several times a second while people talk. */
export function useCall(): CallView | null {
  return useSyncExternalStore(subscribe, () => call);
}

/** A part of the call that is compared by value, for what does not follow the levels. */
export function useCallPart<T extends string | number | boolean | null>(part: (call: CallView | null) => T): T {
  return useSyncExternalStore(subscribe, () => part(call));
}

export function useLastEnd(encounter: string): EndReason | null {
  return useSyncExternalStore(subscribe, () => (lastEnd?.encounter === encounter ? lastEnd.why : null));
}

export function currentCall(): CallView | null {
  return call;
}

export function followCall(): () => void {
  let told = false;
  const stop = host.on("call", (view) => {
    told = true;
    setCall(view);
  });
  // What is asked for once may be answered after it has changed: news go before the answer.
  const unlessTold = (view: CallView | null) => {
    if (!told) setCall(view);
  };
  void host.rpc("call.get", {}).then(
    (view) => unlessTold(view.call),
    // Without an answer there is no call to show; the next event tells when there is one.
    () => unlessTold(null),
  );
  return stop;
}
