// Everything the page asks of the program around it. Two implementations: Tauri, and sample data for a plain browser.
import type { CallView, Changed, Code, Commands, PreviewView, Tick } from "../types";

export type CommandName = keyof Commands;
export type In<C extends CommandName> = Commands[C]["in"];
export type Out<C extends CommandName> = Commands[C]["out"];

export interface HostEvents {
  /** Something was committed; what depends on these topics is read again. */
  changed: Changed;
  /** The core's clock, once a second. */
  tick: Tick;
  call: CallView | null;
  preview: PreviewView | null;
  /** The window is asked to close; answered with `answerClose`. */
  closing: null;
}

/** What a picture that is to be kept belongs to. It is only sent once the patient has agreed. */
export interface SnapshotAbout {
  encounter: string;
}

export interface Host {
  /** The key names one attempt: the same attempt, sent again with its key, has one effect and one answer. */
  rpc<C extends CommandName>(command: C, payload: In<C>, key?: string): Promise<Out<C>>;
  /** Encoded pictures of these streams after the sequence given with each, as soon as there is one, or empty after the wait. */
  pull(streams: [stream: number, after: number][], waitMs: number): Promise<ArrayBuffer>;
  keepSnapshot(png: Uint8Array<ArrayBuffer>, about: SnapshotAbout): Promise<void>;
  snapshotBytes(id: string): Promise<ArrayBuffer>;
  /** Whether the window closes now. Without an answer within five seconds it closes anyway. */
  answerClose(close: boolean): Promise<void>;
  on<E extends keyof HostEvents>(event: E, handler: (payload: HostEvents[E]) => void): () => void;
}

/** The answer to a command that was refused or failed. The message is written for the person. */
export class CommandError extends Error {
  constructor(
    readonly code: Code,
    message: string,
    /** The refusal's stable word, where it is a refusal. */
    readonly reason: string | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

/** What was thrown, as a command's answer; anything else that can be thrown is a bug and says so. */
export function asCommandError(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    const raw = thrown as { code: Code; message: unknown; reason?: unknown; request_id?: unknown };
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    return new CommandError(raw.code, String(raw.message), text(raw.reason), text(raw.request_id));
  }
  return new CommandError("internal", thrown instanceof Error ? thrown.message : String(thrown));
}
