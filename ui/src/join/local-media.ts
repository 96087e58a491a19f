// This device's camera and microphone: asking for them, choosing, muting, losing and finding them again.

import type { Tracks } from "./connection";
import { Emitter } from "./emitter";

export type Kind = "camera" | "microphone";

/** How one device stands. `lost`: it worked and vanished, and is being looked for. */
export type DeviceState = "idle" | "asking" | "live" | "off" | "blocked" | "missing" | "busy" | "lost" | "unsupported";

/** One kind of device. */
export interface Capture {
  state: DeviceState;
  track: MediaStreamTrack | null;
  /** The person wants it to send. */
  wanted: boolean;
  /** The chosen device; null: whichever the browser takes. */
  deviceId: string | null;
  choices: { id: string; label: string }[];
}

type Devices = Pick<MediaDevices, "getUserMedia" | "enumerateDevices" | "addEventListener">;

/** How long to wait between looks for a device that vanished, in milliseconds. */
const SEARCH_MS = [1000, 2000, 4000, 8000, 15_000];

const newCapture = (): Capture => ({ state: "idle", track: null, wanted: true, deviceId: null, choices: [] });

/** Reads why a device could not be opened (W3C mediacapture-streams, getUserMedia). */
export function whyNot(error: unknown): DeviceState {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "blocked";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "missing";
  }
}

export class LocalMedia extends Emitter {
  readonly camera = newCapture();
  readonly microphone = newCapture();
  /** Our own picture, for the person to see; no sound. */
  readonly selfView = new MediaStream();
  speakers: { id: string; label: string }[] = [];
  speakerId: string | null = null;

  readonly #devices: Devices | undefined;
  readonly #searches: Partial<Record<Kind, ReturnType<typeof setTimeout>>> = {};
  #closed = false;

  constructor(devices: Devices | undefined = navigator.mediaDevices) {
    super();
    this.#devices = devices;
    devices?.addEventListener("devicechange", () => void this.#devicesChanged());
  }

  /** What is to be sent: a camera that is off sends nothing, a muted microphone sends silence. */
  tracks(): Tracks {
    return { audio: this.microphone.track, video: this.camera.track };
  }

  get microphoneOn(): boolean {
    return this.microphone.state === "live" && this.microphone.wanted;
  }

  get cameraOn(): boolean {
    return this.camera.state === "live";
  }

  /** Nothing was asked for yet. */
  get untouched(): boolean {
    return this.camera.state === "idle" && this.microphone.state === "idle";
  }

  /** Asks for both in one question, and for each alone where that fails. */
  async open(): Promise<void> {
    this.#closed = false;
    if (this.#devices === undefined) {
      this.camera.state = this.microphone.state = "unsupported";
      this.changed();
      return;
    }
    this.microphone.state = "asking";
    this.camera.state = this.camera.wanted ? "asking" : "off";
    this.changed();
    if (this.camera.wanted) {
      try {
        const both = await this.#devices.getUserMedia({ ...this.#wish("microphone"), ...this.#wish("camera") });
        this.#adopt("microphone", both.getAudioTracks()[0]);
        this.#adopt("camera", both.getVideoTracks()[0]);
        await this.#list();
        return;
      } catch {
        // One of the two is missing, busy or refused; which one shows when each is asked for alone.
      }
    }
    await this.#open("microphone");
    if (this.camera.wanted) await this.#open("camera");
    await this.#list();
  }

  /** Tries one device (again). */
  async reopen(kind: Kind): Promise<void> {
    this[kind].state = "asking";
    this.changed();
    await this.#open(kind);
    await this.#list();
  }

  /** Mutes or unmutes. The device stays open, so that unmuting is at once. */
  setMicrophone(on: boolean): void {
    this.microphone.wanted = on;
    if (this.microphone.track !== null) this.microphone.track.enabled = on;
    this.changed();
    if (on && this.microphone.track === null && this.microphone.state !== "asking") void this.reopen("microphone");
  }

  /** Switches the camera on or off. Off lets go of the device, so that its light goes out. */
  setCamera(on: boolean): void {
    this.camera.wanted = on;
    if (on) {
      if (this.camera.track === null && this.camera.state !== "asking") void this.reopen("camera");
    } else {
      this.#release("camera");
      this.camera.state = "off";
    }
    this.changed();
  }

  /** Takes another device. */
  async choose(kind: Kind, id: string): Promise<void> {
    this[kind].deviceId = id;
    // Some phones cannot open a second camera beside the first.
    this.#release(kind);
    await this.reopen(kind);
  }

  chooseSpeaker(id: string): void {
    this.speakerId = id;
    this.changed();
  }

  /** Lets go of everything. */
  close(): void {
    this.#closed = true;
    for (const kind of ["camera", "microphone"] as const) {
      clearTimeout(this.#searches[kind]);
      this.#release(kind);
      this[kind].state = "idle";
    }
    this.changed();
  }

  async #open(kind: Kind): Promise<boolean> {
    if (this.#devices === undefined) return false;
    const searching = this[kind].state === "lost";
    try {
      const stream = await this.#devices.getUserMedia(this.#wish(kind));
      this.#adopt(kind, stream.getTracks()[0]);
      return true;
    } catch (error) {
      const why = whyNot(error);
      if (why === "missing" && this[kind].deviceId !== null) {
        // The chosen device is gone; any other is better than none.
        this[kind].deviceId = null;
        return this.#open(kind);
      }
      this[kind].state = searching && why !== "blocked" ? "lost" : why;
      this.changed();
      return false;
    }
  }

  #wish(kind: Kind): MediaStreamConstraints {
    const id = this[kind].deviceId;
    const device = id === null ? {} : { deviceId: { exact: id } };
    if (kind === "microphone") {
      return { audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
    }
    const facing = id === null ? { facingMode: "user" } : {};
    return {
      video: { ...device, ...facing, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
    };
  }

  #adopt(kind: Kind, track: MediaStreamTrack | undefined): void {
    if (track === undefined) return;
    if (this.#closed || (kind === "camera" && !this.camera.wanted)) {
      track.stop();
      return;
    }
    this.#release(kind);
    const capture = this[kind];
    capture.track = track;
    capture.state = "live";
    if (kind === "microphone") track.enabled = capture.wanted;
    else this.selfView.addTrack(track);
    track.onended = () => this.#lost(kind, track);
    this.changed();
  }

  #release(kind: Kind): void {
    const { track } = this[kind];
    if (track === null) return;
    track.onended = null;
    track.stop();
    this.selfView.removeTrack(track);
    this[kind].track = null;
  }

  #lost(kind: Kind, track: MediaStreamTrack): void {
    if (this[kind].track !== track) return;
    this.#release(kind);
    this[kind].state = "lost";
    this.changed();
    this.#search(kind, 0);
  }

  #search(kind: Kind, attempt: number): void {
    clearTimeout(this.#searches[kind]);
    const wait = SEARCH_MS[Math.min(attempt, SEARCH_MS.length - 1)];
    this.#searches[kind] = setTimeout(() => {
      if (this[kind].state !== "lost") return;
      void this.#open(kind).then((found) => {
        if (found) void this.#list();
        else if (this[kind].state === "lost") this.#search(kind, attempt + 1);
      });
    }, wait);
  }

  async #devicesChanged(): Promise<void> {
    await this.#list();
    for (const kind of ["camera", "microphone"] as const) {
      if (this[kind].state === "lost") this.#search(kind, 0);
    }
  }

  async #list(): Promise<void> {
    if (this.#devices === undefined) return;
    const all = await this.#devices.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind) =>
      all.filter((device) => device.kind === kind && device.deviceId !== "").map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.camera.choices = of("videoinput");
    this.microphone.choices = of("audioinput");
    this.speakers = of("audiooutput");
    for (const kind of ["camera", "microphone"] as const) {
      this[kind].deviceId = this[kind].track?.getSettings().deviceId ?? this[kind].deviceId;
    }
    this.changed();
  }
}
