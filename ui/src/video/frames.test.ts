import { expect, test } from "vitest";
import { encodeFrames, FrameLayoutError, parseFrames } from "./frames";

/** The same bytes as in the test of `crates/call/src/frames.rs`: both sides are held to them. */
const FIXTURE = [
  27, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0xe8, 0x80, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0x61, 0x62, 0x63,
];

const bytes = (numbers: number[]) => new Uint8Array(numbers).buffer;

test("a frame is read as the core writes it", () => {
  const [frame, ...more] = parseFrames(bytes(FIXTURE));
  expect(more).toEqual([]);
  expect(frame).toMatchObject({ stream: 2, sequence: 7, timestampUs: 33_000, key: true, codec: "h264" });
  expect([...(frame?.payload ?? [])]).toEqual([0x61, 0x62, 0x63]);
});

test("an empty answer holds no frames, and several frames keep their order", () => {
  expect(parseFrames(new ArrayBuffer(0))).toEqual([]);
  const frames = parseFrames(bytes([...FIXTURE, ...FIXTURE]));
  expect(frames.map((frame) => frame.payload.byteOffset)).toEqual([28, 59]);
});

test("what is written is read back", () => {
  const frame = { stream: 9, sequence: 2 ** 40, timestampUs: 5, key: false, codec: "vp8" as const, payload: new Uint8Array([1]) };
  expect(parseFrames(encodeFrames([frame]))).toEqual([frame]);
});

test.each([
  ["a header cut off", FIXTURE.slice(0, 20)],
  ["a payload cut off", FIXTURE.slice(0, -1)],
  ["a length that is too small", [3, ...FIXTURE.slice(1)]],
  ["an unknown codec", [...FIXTURE.slice(0, 25), 9, ...FIXTURE.slice(26)]],
])("%s is refused", (_, numbers) => {
  expect(() => parseFrames(bytes(numbers))).toThrow(FrameLayoutError);
});
