// Reads the run of encoded pictures that one pull brings.
//
// Each: u32 length of what follows (24 + payload) | u32 stream | u64 sequence | u64 timestamp in microseconds
//       u8 flags (1 = key frame) | u8 codec (1 = VP8, 2 = H.264 Annex B) | u16 zero | payload
// All numbers are little-endian.

export type Codec = "vp8" | "h264";

export interface EncodedFrame {
  stream: number;
  sequence: number;
  timestampUs: number;
  key: boolean;
  codec: Codec;
  payload: Uint8Array<ArrayBuffer>;
}

/** The bytes are not a run of frames: the page and the core disagree about the layout. */
export class FrameLayoutError extends Error {}

const HEADER = 24;

export function parseFrames(buffer: ArrayBuffer): EncodedFrame[] {
  const view = new DataView(buffer);
  const frames: EncodedFrame[] = [];
  let at = 0;
  while (at < buffer.byteLength) {
    if (buffer.byteLength - at < 4 + HEADER) throw new FrameLayoutError(`a frame header is cut off at byte ${at}`);
    const length = view.getUint32(at, true);
    const start = at + 4;
    if (length < HEADER || start + length > buffer.byteLength) {
      throw new FrameLayoutError(`a frame at byte ${at} says it is ${length} bytes long`);
    }
    const codec = codecOf(view.getUint8(start + 21), at);
    frames.push({
      stream: view.getUint32(start, true),
      sequence: Number(view.getBigUint64(start + 4, true)),
      timestampUs: Number(view.getBigUint64(start + 12, true)),
      key: (view.getUint8(start + 20) & 1) === 1,
      codec,
      payload: new Uint8Array(buffer, start + HEADER, length - HEADER),
    });
    at = start + length;
  }
  return frames;
}

function codecOf(code: number, at: number): Codec {
  if (code === 1) return "vp8";
  if (code === 2) return "h264";
  throw new FrameLayoutError(`a frame at byte ${at} has the unknown codec ${code}`);
}

/** The other direction, for tests and for the sample host. */
export function encodeFrames(frames: EncodedFrame[]): ArrayBuffer {
  const size = frames.reduce((sum, frame) => sum + 4 + HEADER + frame.payload.length, 0);
  const buffer = new ArrayBuffer(size);
  const view = new DataView(buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, HEADER + frame.payload.length, true);
    view.setUint32(at + 4, frame.stream, true);
    view.setBigUint64(at + 8, BigInt(frame.sequence), true);
    view.setBigUint64(at + 16, BigInt(frame.timestampUs), true);
    view.setUint8(at + 24, frame.key ? 1 : 0);
    view.setUint8(at + 25, frame.codec === "vp8" ? 1 : 2);
    new Uint8Array(buffer, at + 4 + HEADER).set(frame.payload);
    at += 4 + HEADER + frame.payload.length;
  }
  return buffer;
}
