// Text that is typed but not sent: it lives here, outside all components, so that another tab or screen does not take it
// away. It is forgotten once it is sent.
import { useSyncExternalStore } from "react";

const texts = new Map<string, string>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export function keepText(name: string, value: string): void {
  if (value === "") texts.delete(name);
  else texts.set(name, value);
  tell();
}

/** Forgets what was typed where, for every name that begins so. */
export function forgetTexts(begin = ""): void {
  for (const name of [...texts.keys()]) if (name.startsWith(begin)) texts.delete(name);
  tell();
}

/** Whether there is text under a name that begins so. */
export function hasText(begin: string): boolean {
  return [...texts].some(([name, value]) => name.startsWith(begin) && value.trim() !== "");
}

/** The text of that name, like state that outlives the component. */
export function useKeptText(name: string): [text: string, set: (value: string) => void] {
  const value = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => texts.get(name) ?? "",
  );
  return [value, (next) => keepText(name, next)];
}
