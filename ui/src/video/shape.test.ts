import { expect, test } from "vitest";
import { shapeOf } from "./shape";

const vp8 = (width: number, height: number) =>
  new Uint8Array([0, 0, 0, 0x9d, 0x01, 0x2a, width & 255, width >> 8, height & 255, height >> 8, 1, 2]);

test("a VP8 key frame says its size", () => {
  expect(shapeOf({ codec: "vp8", payload: vp8(1280, 720) })).toBe("1280x720");
  expect(shapeOf({ codec: "vp8", payload: new Uint8Array([1, 2, 3]) })).toBe("");
});

test("an H.264 key frame has another shape once its parameters change", () => {
  const frame = (size: number) => new Uint8Array([0, 0, 0, 1, 0x67, 66, size, 0, 0, 0, 1, 0x68, 9, 0, 0, 1, 0x65, 7]);
  const shape = (size: number) => shapeOf({ codec: "h264", payload: frame(size) });
  expect(shape(3)).toBe(shape(3));
  expect(shape(3)).not.toBe(shape(4));
  expect(shapeOf({ codec: "h264", payload: new Uint8Array([0, 0, 1, 0x65, 7]) })).toBe("");
});
