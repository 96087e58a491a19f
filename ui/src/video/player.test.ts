import { beforeEach, expect, test } from "vitest";
import type { EncodedFrame } from "./frames";
import { type Decoding, paintedSize, type Picture, Player, type Screen } from "./player";

/** A decoder that does as it is told. */
class Told {
  state = "unconfigured";
  decodeQueueSize = 0;
  decoded: EncodedVideoChunkInit[] = [];
  codec = "";
  constructor(
    readonly onFrame: (frame: VideoFrame) => void,
    readonly onError: (error: unknown) => void,
  ) {}
  configure(config: VideoDecoderConfig) {
    this.state = "configured";
    this.codec = config.codec;
  }
  decode(chunk: EncodedVideoChunkInit) {
    this.decoded.push(chunk);
  }
  reset() {
    this.state = "unconfigured";
    this.decodeQueueSize = 0;
  }
  close() {
    this.state = "closed";
  }
}

let made: Told[] = [];
let pictures: Picture[] = [];
/** What waits for the next refresh of the screen. */
let refresh: (() => void)[] = [];
beforeEach(() => {
  made = [];
  pictures = [];
  refresh = [];
});

const screen: Screen = { nextRefresh: (run) => refresh.push(run), measure: () => () => {} };
const refreshed = () => refresh.splice(0).forEach((run) => run());

const decoding: Decoding = {
  create: (onFrame, onError) => {
    const told = new Told(onFrame, onError);
    made.push(told);
    return told as unknown as VideoDecoder;
  },
  chunk: (init) => init as unknown as EncodedVideoChunk,
};

const player = () => new Player((picture) => pictures.push(picture), decoding, screen);
const frame = (sequence: number, key: boolean, codec: EncodedFrame["codec"] = "vp8"): EncodedFrame => ({
  stream: 1,
  sequence,
  timestampUs: sequence,
  key,
  codec,
  payload: new Uint8Array([sequence]),
});
const painted = () => {
  let closed = false;
  return {
    shown: { displayWidth: 640, displayHeight: 360, close: () => (closed = true) } as unknown as VideoFrame,
    isClosed: () => closed,
  };
};

test("nothing is decoded before the first key frame", () => {
  const one = player();
  one.feed(frame(1, false));
  expect(made).toEqual([]);
  one.feed(frame(2, true));
  one.feed(frame(3, false));
  expect(made[0]?.decoded.map((chunk) => chunk.type)).toEqual(["key", "delta"]);
});

test.each([
  ["vp8", "vp8"],
  ["h264", "avc1.42e01f"],
] as const)("%s is decoded as %s", (codec, name) => {
  player().feed(frame(1, true, codec));
  expect(made[0]?.codec).toBe(name);
});

test("after a decoder error it waits for the next key frame, with a new decoder", () => {
  const one = player();
  one.feed(frame(1, true));
  made[0]?.onError(new Error("corrupt"));
  expect(one.hungry).toBe(true);
  one.feed(frame(2, false));
  expect(made).toHaveLength(1);
  one.feed(frame(3, true));
  expect(one.hungry).toBe(false);
  expect(made[1]?.decoded).toHaveLength(1);
});

test("a change of codec opens another decoder at its key frame", () => {
  const one = player();
  one.feed(frame(1, true, "vp8"));
  one.feed(frame(2, true, "h264"));
  expect(made.map((each) => each.codec)).toEqual(["vp8", "avc1.42e01f"]);
  expect(made[0]?.state).toBe("closed");
});

test("a change of size opens another decoder at its key frame", () => {
  const one = player();
  const sized = (width: number) => ({ ...frame(1, true), payload: new Uint8Array([0, 0, 0, 0x9d, 0x01, 0x2a, width & 255, width >> 8, 90, 0]) });
  one.feed(sized(640));
  one.feed(frame(2, false));
  one.feed(sized(640));
  expect(made).toHaveLength(1);
  one.feed(sized(1280));
  expect(made.map((each) => each.state)).toEqual(["closed", "configured"]);
});

test("a picture that comes late is closed and not painted", () => {
  const one = player();
  one.feed(frame(1, true));
  const decoder = made[0];
  if (!decoder) throw new Error("no decoder");
  decoder.decodeQueueSize = 10;
  const late = painted();
  decoder.onFrame(late.shown);
  expect(late.isClosed()).toBe(true);
  expect(pictures).toEqual([]);
  decoder.decodeQueueSize = 0;
  decoder.onFrame(painted().shown);
  refreshed();
  expect(pictures).toEqual([{ width: 640, height: 360, painted: 1, dropped: 1 }]);
});

test("only the picture on the screen is held, and it is let go at the end", () => {
  const one = player();
  one.feed(frame(1, true));
  const [first, second] = [painted(), painted()];
  made[0]?.onFrame(first.shown);
  made[0]?.onFrame(second.shown);
  expect([first.isClosed(), second.isClosed()]).toEqual([true, false]);
  one.close();
  expect(second.isClosed()).toBe(true);
  expect(made[0]?.state).toBe("closed");
});

test("between two refreshes of the screen only the newest picture is painted", () => {
  const one = player();
  one.feed(frame(1, true));
  for (let index = 0; index < 3; index += 1) made[0]?.onFrame(painted().shown);
  expect(pictures).toEqual([]);
  refreshed();
  expect(pictures.map((picture) => picture.painted)).toEqual([1]);
  refreshed();
  expect(pictures).toHaveLength(1);
});

test.each([
  ["fits in with room beside it", [1280, 720], { width: 440, height: 300 }, [534, 300]],
  ["fills the place", [640, 480], { width: 320, height: 180 }, [320, 240]],
  ["is never larger than it came", [320, 180], { width: 1000, height: 1000 }, [320, 180]],
  ["is whole while the place is not known", [1280, 720], { width: 0, height: 0 }, [1280, 720]],
] as const)("a picture %s", (_, [width, height], shown, expected) => {
  expect(paintedSize(width, height, shown)).toEqual(expected);
});
