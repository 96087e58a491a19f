// Whether the store takes what is written: shown in the status line on every screen.
import { useSyncExternalStore } from "react";

let trouble: string | null = null;
const listeners = new Set<() => void>();

export function setStoreTrouble(message: string | null): void {
  if (message === trouble) return;
  trouble = message;
  for (const listener of listeners) listener();
}

export function useStoreTrouble(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => trouble,
  );
}
