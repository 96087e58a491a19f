// The device check: what was tried and how it came out.

import { Emitter } from "./emitter";
import type { Capture, LocalMedia } from "./local-media";
import { type Net, gradeNetwork, measureNetwork } from "./network";
import { SPEECH, chime } from "./sound";
import type { CheckOutcome, DeviceCheck, NetworkFigures } from "./wire";

export type SpeakerTry = "untried" | "playing" | "asking" | "heard" | "not_heard" | "blocked";

/** Loud moments in a row that count as speech; one click of a switch does not. */
const LOUD_MOMENTS = 8;

/** How a device came out; `good` until something better is known of it. */
export function deviceOutcome(capture: Pick<Capture, "state">): CheckOutcome {
  switch (capture.state) {
    case "live":
      return "good";
    case "blocked":
      return "blocked";
    case "missing":
    case "busy":
    case "lost":
    case "unsupported":
      return "failed";
    case "idle":
    case "asking":
    case "off":
      return "skipped";
  }
}

export class Checks extends Emitter {
  speaker: SpeakerTry = "untried";
  network: "untried" | "running" | "done" = "untried";
  networkProgress = 0;
  figures: NetworkFigures | null = null;
  /** The person was heard. */
  heard = false;
  /** Whether this browser lets us measure loudness; where it does not, silence means nothing. */
  canHear = false;

  #loud = 0;

  constructor(
    private readonly media: LocalMedia,
    private readonly net: Net,
  ) {
    super();
  }

  /** A loudness of the microphone, many times a second. */
  loudness(level: number, canHear: boolean): void {
    if (canHear !== this.canHear) {
      this.canHear = canHear;
      this.changed();
    }
    if (this.heard) return;
    this.#loud = level >= SPEECH ? this.#loud + 1 : 0;
    if (this.#loud < LOUD_MOMENTS) return;
    this.heard = true;
    this.changed();
  }

  /** The microphone is another one now. */
  forgetHeard(): void {
    this.heard = false;
    this.#loud = 0;
  }

  async playSound(): Promise<void> {
    this.speaker = "playing";
    this.changed();
    const played = await chime(this.media.speakerId);
    this.speaker = played ? "asking" : "blocked";
    this.changed();
  }

  answerSound(heard: boolean): void {
    this.speaker = heard ? "heard" : "not_heard";
    this.changed();
  }

  async measure(): Promise<void> {
    if (this.network === "running") return;
    this.network = "running";
    this.networkProgress = 0;
    this.changed();
    this.figures = await measureNetwork(this.net, (done) => {
      this.networkProgress = done;
      this.changed();
    });
    this.network = "done";
    this.changed();
  }

  get speakerOutcome(): CheckOutcome {
    switch (this.speaker) {
      case "heard":
        return "good";
      case "not_heard":
      case "blocked":
        return "failed";
      case "untried":
      case "playing":
      case "asking":
        return "skipped";
    }
  }

  get networkOutcome(): CheckOutcome {
    return this.network === "done" ? gradeNetwork(this.figures) : "skipped";
  }

  /** A microphone that works but brought no sound yet is only poor. */
  get microphoneOutcome(): CheckOutcome {
    const outcome = deviceOutcome(this.media.microphone);
    return outcome === "good" && this.canHear && !this.heard ? "poor" : outcome;
  }

  /** The result, as the practice sees it. */
  result(): DeviceCheck {
    return {
      camera: deviceOutcome(this.media.camera),
      microphone: this.microphoneOutcome,
      speaker: this.speakerOutcome,
      network: this.networkOutcome,
      figures: this.figures,
    };
  }
}
