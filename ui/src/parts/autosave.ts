// Keeps what a person types. One saver per note; it lives outside the components, so that closing a pane, a failing
// disk or a lost connection never takes text away.
//
//   clean ──type──▶ dirty ──pause or blur──▶ saving ──ok──▶ clean
//                     ▲                        │
//                     ├── retry with backoff ──┼─ fails
//                     └── next edit ───────────┴─ is refused

/** A save happens this long after the last key. */
const PAUSE_MS = 400;
/** Somebody who never pauses is saved at least this often. */
const LONGEST_MS = 900;
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export const windowClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export type SaveState =
  | { at: "clean" }
  | { at: "saved"; moment: string }
  | { at: "pending" }
  | { at: "failed"; message: string; attempt: number }
  /** A rule forbids it: it is tried again only once it was changed. */
  | { at: "refused"; message: string };

interface Entry<V> {
  value: V;
  /** Counts edits, so that an answer to an older save does not clear a newer edit. */
  edit: number;
  firstAt: number;
  /** Why it was refused. */
  refused: string | null;
}

/** Saves one value and resolves to the moment it was on disk; rejects with words that a person can read. */
export type Save<V> = (key: string, value: V) => Promise<string>;

export class Autosave<V> {
  private dirty = new Map<string, Entry<V>>();
  private sending = new Map<string, Promise<void>>();
  private edits = 0;
  private attempt = 0;
  private cancelTimer: (() => void) | null = null;
  private state: SaveState = { at: "clean" };
  private listeners = new Set<() => void>();

  constructor(
    private save: Save<V>,
    private clock: Clock = windowClock,
    private words: (error: unknown) => string = String,
    private isRefusal: (error: unknown) => boolean = () => false,
  ) {}

  /** The text in hand, which may be newer than what is on disk. */
  value(key: string): V | undefined {
    return this.dirty.get(key)?.value;
  }

  get unsaved(): boolean {
    return this.dirty.size > 0;
  }

  snapshot = (): SaveState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  edit(key: string, value: V): void {
    const before = this.dirty.get(key);
    const firstAt = before && before.refused === null ? before.firstAt : this.clock.now();
    this.edits += 1;
    this.dirty.set(key, { value, edit: this.edits, firstAt, refused: null });
    if (this.state.at !== "failed") this.become({ at: "pending" });
    const left = Math.max(0, firstAt + LONGEST_MS - this.clock.now());
    // While saving fails, the backoff decides when to try again, not the keys.
    if (this.attempt === 0) this.arm(Math.min(PAUSE_MS, left));
  }

  /** Saves at once what is dirty, as on blur, before signing, or when the window goes away. True when all is on disk. */
  async flush(): Promise<boolean> {
    this.cancelTimer?.();
    this.cancelTimer = null;
    do {
      await Promise.all(this.due().map((key) => this.sending.get(key) ?? this.begin(key)));
      // What was typed while the save was on its way is saved too, before this is called done.
    } while (this.due().length > 0 && this.attempt === 0);
    return this.dirty.size === 0;
  }

  /** Gives up what is not saved: nothing is tried any more. */
  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.dirty.clear();
  }

  private due(): string[] {
    return [...this.dirty].filter(([, entry]) => entry.refused === null).map(([key]) => key);
  }

  /** What to show when no save fails. */
  private settled(saved: SaveState): SaveState {
    if (this.due().length > 0) return { at: "pending" };
    const refused = [...this.dirty.values()].find((entry) => entry.refused !== null);
    return refused?.refused ? { at: "refused", message: refused.refused } : saved;
  }

  private arm(ms: number): void {
    this.cancelTimer?.();
    this.cancelTimer = this.clock.after(ms, () => {
      this.cancelTimer = null;
      void this.flush();
    });
  }

  private begin(key: string): Promise<void> {
    const sending = this.send(key).finally(() => this.sending.delete(key));
    this.sending.set(key, sending);
    return sending;
  }

  private async send(key: string): Promise<void> {
    const entry = this.dirty.get(key);
    if (!entry) return;
    try {
      const moment = await this.save(key, entry.value);
      const newest = this.dirty.get(key);
      if (newest?.edit === entry.edit) this.dirty.delete(key);
      else if (newest) newest.firstAt = this.clock.now();
      this.attempt = 0;
      this.become(this.settled({ at: "saved", moment }));
    } catch (error) {
      if (this.isRefusal(error)) return this.refuse(key, entry, this.words(error));
      const wait = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)] ?? 15_000;
      this.attempt += 1;
      this.become({ at: "failed", message: this.words(error), attempt: this.attempt });
      this.arm(wait);
    }
  }

  private refuse(key: string, entry: Entry<V>, why: string): void {
    const newest = this.dirty.get(key);
    if (newest?.edit === entry.edit) newest.refused = why;
    else if (newest) newest.firstAt = this.clock.now();
    this.attempt = 0;
    this.become(this.settled({ at: "refused", message: why }));
  }

  private become(state: SaveState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
