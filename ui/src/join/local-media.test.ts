// Camera and microphone as browsers grant, refuse and lose them.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deviceOutcome } from "./checks";
import { LocalMedia, whyNot } from "./local-media";
import { deviceWords } from "./screens/device-notice";

class FakeTrack {
  enabled = true;
  stopped = false;
  onended: (() => void) | null = null;
  constructor(
    readonly kind: string,
    readonly deviceId: string,
  ) {}
  stop() {
    this.stopped = true;
  }
  getSettings = () => ({ deviceId: this.deviceId });
}

class FakeStream {
  readonly tracks: FakeTrack[] = [];
  constructor(tracks: FakeTrack[] = []) {
    this.tracks = tracks;
  }
  addTrack = (track: FakeTrack) => this.tracks.push(track);
  removeTrack = (track: FakeTrack) => this.tracks.splice(this.tracks.indexOf(track), 1);
  getTracks = () => this.tracks;
  getAudioTracks = () => this.tracks.filter(({ kind }) => kind === "audio");
  getVideoTracks = () => this.tracks.filter(({ kind }) => kind === "video");
}

class FakeDevices extends EventTarget {
  /** Error names by kind; a kind without one works. */
  fails: { audio?: string; video?: string } = {};
  asked: MediaStreamConstraints[] = [];
  getUserMedia = (wish: MediaStreamConstraints): Promise<MediaStream> => {
    this.asked.push(wish);
    const kinds = (["audio", "video"] as const).filter((kind) => wish[kind] !== undefined);
    const failing = kinds.map((kind) => this.fails[kind]).find((name) => name !== undefined);
    if (failing !== undefined) return Promise.reject(new DOMException("", failing));
    const tracks = kinds.map((kind) => {
      const { deviceId } = wish[kind] as { deviceId?: { exact: string } };
      return new FakeTrack(kind, deviceId?.exact ?? `usual ${kind}`);
    });
    return Promise.resolve(new FakeStream(tracks) as unknown as MediaStream);
  };
  enumerateDevices = () => Promise.resolve([] as MediaDeviceInfo[]);
}

describe("camera and microphone", () => {
  let devices: FakeDevices;
  let media: LocalMedia;
  const camera = () => media.camera.track as unknown as FakeTrack;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("MediaStream", FakeStream);
    devices = new FakeDevices();
    media = new LocalMedia(devices as unknown as MediaDevices);
  });

  afterEach(() => {
    media.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("are asked for in one question", async () => {
    await media.open();
    expect(devices.asked).toHaveLength(1);
    expect([media.cameraOn, media.microphoneOn]).toEqual([true, true]);
  });

  it.each([
    ["NotFoundError", "missing", "failed"],
    ["NotAllowedError", "blocked", "blocked"],
    ["NotReadableError", "busy", "failed"],
  ] as const)("go on with sound when the camera fails with %s", async (error, state, outcome) => {
    devices.fails = { video: error };
    await media.open();
    expect([media.camera.state, media.microphoneOn]).toEqual([state, true]);
    expect(deviceOutcome(media.camera)).toBe(outcome);
    expect(media.tracks().audio).not.toBeNull();
  });

  it("say so where the browser has none to offer", async () => {
    const none = new LocalMedia(undefined);
    // jsdom has no media devices either, which is the point.
    await none.open();
    expect([none.camera.state, none.microphone.state]).toEqual(["unsupported", "unsupported"]);
  });

  it("mute without letting go, switch off by letting go", async () => {
    await media.open();
    const before = camera();
    media.setMicrophone(false);
    media.setCamera(false);
    expect(media.microphone.track?.enabled).toBe(false);
    expect([before.stopped, media.tracks().video]).toEqual([true, null]);
    media.setCamera(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(media.cameraOn).toBe(true);
  });

  it("stay muted and off when they are opened again", async () => {
    media.microphone.wanted = false;
    media.camera.wanted = false;
    await media.open();
    expect(media.microphone.track?.enabled).toBe(false);
    expect(devices.asked).toHaveLength(1);
    expect(devices.asked[0]?.video).toBeUndefined();
    expect(media.camera.state).toBe("off");
  });

  it("do not switch on a camera that was switched off while it was being opened", async () => {
    const opening = media.open();
    media.setCamera(false);
    await opening;
    expect([media.cameraOn, media.tracks().video]).toEqual([false, null]);
  });

  it("are looked for when they vanish, and found again", async () => {
    await media.open();
    devices.fails = { video: "NotFoundError" };
    camera().onended?.();
    expect([media.camera.state, media.cameraOn, media.microphoneOn]).toEqual(["lost", false, true]);
    expect(deviceWords({ media, t: (key) => key })).toBe("lost_camera");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(media.camera.state).toBe("lost");
    devices.fails = {};
    await vi.advanceTimersByTimeAsync(15_000);
    expect(media.cameraOn).toBe(true);
    expect(deviceWords({ media, t: (key) => key })).toBe("");
  });

  it("are looked for at once when a device is plugged in", async () => {
    await media.open();
    devices.fails = { video: "NotFoundError" };
    camera().onended?.();
    await vi.advanceTimersByTimeAsync(30_000);
    devices.fails = {};
    devices.dispatchEvent(new Event("devicechange"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(media.cameraOn).toBe(true);
  });

  it("fall back to another device when the chosen one is gone", async () => {
    await media.open();
    const usual = devices.getUserMedia;
    devices.getUserMedia = (wish) =>
      JSON.stringify(wish).includes("exact") ? Promise.reject(new DOMException("", "OverconstrainedError")) : usual(wish);
    await media.choose("camera", "gone");
    expect(media.cameraOn).toBe(true);
    expect(camera().deviceId).toBe("usual video");
  });

  it("tell one failure from another", () => {
    expect(whyNot(new DOMException("", "NotAllowedError"))).toBe("blocked");
    expect(whyNot(new DOMException("", "NotReadableError"))).toBe("busy");
    expect(whyNot(new DOMException("", "NotFoundError"))).toBe("missing");
    expect(whyNot("nonsense")).toBe("missing");
  });
});
