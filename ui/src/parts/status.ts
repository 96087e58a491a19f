// The last thing that happened, for the status line, and for people who listen.
import { useSyncExternalStore } from "react";
import { announce, hush } from "./announce";
import { nowMillis } from "./clock";

export interface LastEvent {
  text: string;
  at: number;
}

let last: LastEvent | null = null;
const listeners = new Set<() => void>();

export function report(text: string): void {
  last = { text, at: nowMillis() };
  for (const listener of listeners) listener();
  announce(text);
}

/** Forgets what the one who was signed in saw and heard. */
export function forgetEvents(): void {
  last = null;
  for (const listener of listeners) listener();
  hush();
}

export function useLastEvent(): LastEvent | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
}
