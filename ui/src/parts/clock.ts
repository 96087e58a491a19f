// The one clock of the page: moments come from the core's tick, never from a timer of the web view, which the
// system slows down when the window is out of sight.
import { useSyncExternalStore } from "react";

/** Until the first tick, a second after the start, this computer's clock is as good. */
let nowMs = Date.now();
const listeners = new Set<() => void>();

export function setNow(iso: string): void {
  const next = Date.parse(iso);
  if (Number.isNaN(next) || next === nowMs) return;
  nowMs = next;
  for (const listener of listeners) listener();
}

export function nowMillis(): number {
  return nowMs;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The moment of the last tick, in milliseconds; re-renders once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, nowMillis);
}
