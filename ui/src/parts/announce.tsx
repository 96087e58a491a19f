// Speaks to screen readers. Polite news are gathered and said together; alarms are said at once.
import { useSyncExternalStore } from "react";
import { text } from "../strings/en";

interface Spoken {
  polite: string;
  assertive: string;
}

const GATHER_MS = 1500;

let spoken: Spoken = { polite: "", assertive: "" };
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
const listeners = new Set<() => void>();

function become(next: Spoken): void {
  spoken = next;
  for (const listener of listeners) listener();
}

export function announce(message: string): void {
  if (!waiting.includes(message)) waiting.push(message);
  timer ??= setTimeout(() => {
    timer = null;
    const all = waiting.join(". ");
    waiting = [];
    become({ ...spoken, polite: spoken.polite === all ? `${all}\u00a0` : all });
  }, GATHER_MS);
}

/** Says nothing of what is still waiting, and takes back what stands there to be read. */
export function hush(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  waiting = [];
  become({ polite: "", assertive: "" });
}

export function alarm(message: string): void {
  // The same words twice must still be a change, or nothing is said.
  become({ ...spoken, assertive: spoken.assertive === message ? `${message}\u00a0` : message });
}

export function Announcer() {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => spoken,
  );
  return (
    <section className="hidden-visually" aria-label={text.shell.announcements}>
      <div role="status" aria-live="polite" data-testid="polite">
        {now.polite}
      </div>
      <div role="alert" aria-live="assertive" data-testid="assertive">
        {now.assertive}
      </div>
    </section>
  );
}
