import { expect, test } from "vitest";
import { CommandError } from "../host/host";
import { type EncodedFrame, encodeFrames, FrameLayoutError } from "./frames";
import { type Cursor, Pump } from "./pump";

const frame = (stream: number, sequence: number, key = false): EncodedFrame => ({
  stream,
  sequence,
  timestampUs: 0,
  key,
  codec: "vp8",
  payload: new Uint8Array([1]),
});

/** Answers each pull when told to, and remembers what was asked. */
function script() {
  const asked: Cursor[][] = [];
  let answer: ((frames: EncodedFrame[] | Error) => void) | null = null;
  const pull = (cursors: Cursor[]) => {
    asked.push(cursors);
    return new Promise<ArrayBuffer>((done, fail) => {
      answer = (frames) => (frames instanceof Error ? fail(frames) : done(encodeFrames(frames)));
    });
  };
  const give = async (frames: EncodedFrame[] | Error) => {
    answer?.(frames);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { asked, pull, give };
}

const eater = () => ({ fed: [] as number[], hungry: false, feed(one: EncodedFrame) { this.fed.push(one.sequence); } });

test("each pull asks for what follows the last frame that came", async () => {
  const { asked, pull, give } = script();
  const one = eater();
  new Pump(pull, () => {}, () => 0).add(4, one);
  await give([frame(4, 7, true), frame(4, 8)]);
  await give([]);
  expect(one.fed).toEqual([7, 8]);
  expect(asked).toEqual([[[4, 0]], [[4, 8]], [[4, 8]]]);
});

test("a player that needs a key frame is begun anew, but not more than twice a second", async () => {
  const { asked, pull, give } = script();
  const one = eater();
  let now = 0;
  new Pump(pull, () => {}, () => now).add(4, one);
  await give([frame(4, 5, true)]);
  one.hungry = true;
  await give([frame(4, 6)]);
  await give([frame(4, 7)]);
  now = 600;
  await give([frame(4, 8)]);
  expect(asked.map(([cursor]) => cursor?.[1])).toEqual([0, 5, 0, 7, 0]);
});

test("frames of a stream that was let go are dropped, and the loop ends with the last stream", async () => {
  const { asked, pull, give } = script();
  const one = eater();
  const stop = new Pump(pull, () => {}, () => 0).add(4, one);
  stop();
  await give([frame(4, 1, true)]);
  expect(one.fed).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("a command that fails pauses, and goes on without a word", async () => {
  const { asked, pull, give } = script();
  let pauses = 0;
  const told: boolean[] = [];
  const one = eater();
  new Pump(pull, (faulty) => told.push(faulty), () => 0, async () => { pauses += 1; }).add(4, one);
  await give(new CommandError("not_found", "This stream is over."));
  await give([frame(4, 1, true)]);
  expect(pauses).toBe(1);
  expect(one.fed).toEqual([1]);
  expect(asked.length).toBeGreaterThan(1);
  expect(told).toEqual([]);
});

test("pictures that cannot be read are told once, and so is that they can be read again", async () => {
  const { pull, give } = script();
  const told: boolean[] = [];
  const one = eater();
  new Pump(pull, (faulty) => told.push(faulty), () => 0, async () => {}).add(4, one);
  await give(new FrameLayoutError("a frame header is cut off"));
  await give(new FrameLayoutError("a frame header is cut off"));
  expect(told).toEqual([true]);
  await give([frame(4, 1, true)]);
  expect(told).toEqual([true, false]);
});
