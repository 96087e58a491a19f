// One loop pulls the frames of all pictures on the screen and hands each to its player.
import { CommandError } from "../host/host";
import { type EncodedFrame, parseFrames } from "./frames";

/** The streams, each with the last sequence that is here; 0 asks for the newest key frame and what followed it. */
export type Cursor = [stream: number, after: number];
export type Pull = (streams: Cursor[], waitMs: number) => Promise<ArrayBuffer>;

/** What eats frames. */
export interface Eater {
  feed(frame: EncodedFrame): void;
  /** It cannot go on without a key frame. */
  readonly hungry: boolean;
}

const WAIT_MS = 1000;
const PAUSE_AFTER_ERROR_MS = 500;
/** A stream is asked to begin anew at most this often, so that a picture nobody can decode does not spin the loop. */
const ANEW_MS = 500;

interface Fed {
  eater: Eater;
  after: number;
  anewAt: number;
}

export class Pump {
  private fed = new Map<number, Fed>();
  private running = false;
  private faulty = false;

  constructor(
    private pull: Pull,
    /** Told once when pictures come that cannot be read, and once when they can be read again. */
    private onFault: (faulty: boolean) => void,
    private now: () => number = () => performance.now(),
    private pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Feeds the eater with the stream until the returned function is called. */
  add(stream: number, eater: Eater): () => void {
    const fed = { eater, after: 0, anewAt: Number.NEGATIVE_INFINITY };
    this.fed.set(stream, fed);
    if (!this.running) void this.run();
    return () => {
      if (this.fed.get(stream) === fed) this.fed.delete(stream);
    };
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.fed.size > 0) {
      try {
        const frames = parseFrames(await this.pull(this.cursors(), WAIT_MS));
        for (const frame of frames) {
          const fed = this.fed.get(frame.stream);
          if (!fed) continue;
          fed.after = frame.sequence;
          fed.eater.feed(frame);
        }
        if (frames.length > 0) this.become(false);
      } catch (thrown) {
        // A stream that is going away answers with an error; the view is told of it by the call itself. Anything else
        // means that this page cannot show what the core sends, which the person must hear of.
        if (!(thrown instanceof CommandError)) this.become(true);
        await this.pause(PAUSE_AFTER_ERROR_MS);
      }
    }
    this.running = false;
  }

  private become(faulty: boolean): void {
    if (faulty === this.faulty) return;
    this.faulty = faulty;
    this.onFault(faulty);
  }

  private cursors(): Cursor[] {
    const now = this.now();
    return [...this.fed].map(([stream, fed]) => {
      const anew = fed.eater.hungry && fed.after !== 0 && now - fed.anewAt >= ANEW_MS;
      if (anew) fed.anewAt = now;
      return [stream, anew ? 0 : fed.after];
    });
  }
}
