// What a key frame says of the size of the pictures that follow it.
import type { EncodedFrame } from "./frames";

/** Different for pictures of different size; the same, or empty, where a decoder can go on. */
export function shapeOf({ codec, payload }: Pick<EncodedFrame, "codec" | "payload">): string {
  return codec === "vp8" ? vp8Size(payload) : h264Parameters(payload);
}

/** RFC 6386, 9.1: three bytes of frame tag, three of start code, then width and height of 14 bits each. */
function vp8Size(payload: Uint8Array): string {
  const [, , , a, b, c, w0, w1, h0, h1] = payload;
  if (a !== 0x9d || b !== 0x01 || c !== 0x2a || w0 === undefined || w1 === undefined || h0 === undefined || h1 === undefined) return "";
  return `${(w0 | (w1 << 8)) & 0x3fff}x${(h0 | (h1 << 8)) & 0x3fff}`;
}

/** The first sequence parameter set, which holds the size (H.264, 7.3.2.1), up to the start code after it. */
function h264Parameters(payload: Uint8Array): string {
  let begin = -1;
  for (let at = 0; at + 3 < payload.length; at++) {
    if (payload[at] !== 0 || payload[at + 1] !== 0 || payload[at + 2] !== 1) continue;
    if (begin >= 0) return payload.subarray(begin, at).join();
    if (((payload[at + 3] ?? 0) & 0x1f) === 7) begin = at + 3;
  }
  return begin < 0 ? "" : payload.subarray(begin).join();
}
