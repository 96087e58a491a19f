// Which press is which attempt. A command that creates something carries a key: the same attempt, sent again because
// nobody knows whether it arrived, has one effect.
import type { CommandName, In } from "../host/host";

const CREATING: ReadonlySet<CommandName> = new Set<CommandName>([
  "encounter.create",
  "encounter.invite",
  "patient.create",
  "note.start",
  "note.addend",
]);

function creates<C extends CommandName>(name: C, payload: In<C>): boolean {
  return CREATING.has(name) || (name === "encounter.link" && (payload as In<"encounter.link">).renew);
}

/** `key_` and 32 hexadecimal digits, as of a UUID; `randomUUID` itself is missing where a page is not served as secure. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `key_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

interface Attempt<T> {
  request: string;
  key: string | undefined;
  running: Promise<T> | null;
}

/** The attempts of one button or form. */
export class Attempts<C extends CommandName, T> {
  private last: Attempt<T> | null = null;

  constructor(
    private name: C,
    private send: (payload: In<C>, key: string | undefined) => Promise<T>,
  ) {}

  /** A press while the same request is on its way is that request; after a failure it is tried again under its key. */
  run(payload: In<C>): Promise<T> {
    const request = JSON.stringify(payload);
    const known = this.last?.request === request ? this.last : null;
    if (known?.running) return known.running;
    const attempt: Attempt<T> = known ?? { request, key: creates(this.name, payload) ? makeKey() : undefined, running: null };
    this.last = attempt;
    attempt.running = this.send(payload, attempt.key).then(
      (answer) => {
        if (this.last === attempt) this.last = null;
        return answer;
      },
      (thrown) => {
        attempt.running = null;
        throw thrown;
      },
    );
    return attempt.running;
  }
}
