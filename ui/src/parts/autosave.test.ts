import { expect, test } from "vitest";
import { Autosave, type Clock } from "./autosave";

/** A clock that stands until it is moved. */
class TestClock implements Clock {
  time = 0;
  private timers: { at: number; run: () => void; live: boolean }[] = [];
  now = () => this.time;
  after = (ms: number, run: () => void) => {
    const timer = { at: this.time + ms, run, live: true };
    this.timers.push(timer);
    return () => {
      timer.live = false;
    };
  };
  async pass(ms: number) {
    const until = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.live && timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      due.live = false;
      this.time = due.at;
      due.run();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

async function settled() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

/** A disk that can be full or slow. */
function disk() {
  const written: [string, string, number][] = [];
  const clock = new TestClock();
  const state = { full: false, forbidden: false, waiting: [] as (() => void)[], slow: false };
  const saver = new Autosave<string>(
    async (key, value) => {
      if (state.slow) await new Promise<void>((done) => state.waiting.push(done));
      if (state.forbidden) throw new Error("the note is signed.");
      if (state.full) throw new Error("disk is full.");
      written.push([key, value, clock.time]);
      return `at ${clock.time}`;
    },
    clock,
    (thrown) => (thrown as Error).message,
    (thrown) => (thrown as Error).message === "the note is signed.",
  );
  return { written, clock, state, saver };
}

test("what is typed is on disk within a second of the last key", async () => {
  const { written, clock, saver } = disk();
  saver.edit("plan", "a");
  await clock.pass(200);
  saver.edit("plan", "ab");
  await clock.pass(1000);
  expect(written).toEqual([["plan", "ab", 600]]);
  expect(saver.snapshot()).toEqual({ at: "saved", moment: "at 600" });
  expect(saver.unsaved).toBe(false);
});

test("somebody who never pauses is saved at least once a second", async () => {
  const { written, clock, saver } = disk();
  for (let key = 1; key <= 40; key += 1) {
    saver.edit("plan", "x".repeat(key));
    await clock.pass(100);
  }
  const gaps = written.map(([, , at], index) => at - (written[index - 1]?.[2] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1000);
  expect(written.length).toBeGreaterThanOrEqual(4);
});

test("a full disk keeps the text, says so, and is tried again by itself", async () => {
  const { written, clock, state, saver } = disk();
  state.full = true;
  saver.edit("plan", "kept");
  await clock.pass(500);
  expect(saver.snapshot()).toMatchObject({ at: "failed", message: "disk is full.", attempt: 1 });
  expect(saver.value("plan")).toBe("kept");
  saver.edit("plan", "kept and more");
  await clock.pass(3000);
  expect(saver.snapshot()).toMatchObject({ at: "failed" });
  state.full = false;
  await clock.pass(20_000);
  expect(written.map(([, value]) => value)).toEqual(["kept and more"]);
  expect(saver.snapshot()).toMatchObject({ at: "saved" });
});

test("the waits between tries grow, and stop growing", async () => {
  const { clock, state, saver } = disk();
  state.full = true;
  const tries: number[] = [];
  saver.subscribe(() => {
    if (saver.snapshot().at === "failed") tries.push(clock.time);
  });
  saver.edit("plan", "x");
  await clock.pass(60_000);
  const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  expect(gaps).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
});

test("keys typed while a save is on its way are saved too, and not called saved before", async () => {
  const { written, clock, state, saver } = disk();
  state.slow = true;
  saver.edit("plan", "one");
  await clock.pass(400);
  saver.edit("plan", "one two");
  state.waiting.shift()?.();
  await settled();
  expect(saver.snapshot()).toEqual({ at: "pending" });
  expect(saver.unsaved).toBe(true);
  state.slow = false;
  state.waiting.shift()?.();
  await clock.pass(1000);
  expect(written.map(([, value]) => value)).toEqual(["one", "one two"]);
  expect(saver.snapshot()).toMatchObject({ at: "saved" });
});

test("a flush, as on blur, saves at once and tells whether all is on disk", async () => {
  const { written, clock, state, saver } = disk();
  saver.edit("a", "1");
  saver.edit("b", "2");
  expect(await saver.flush()).toBe(true);
  expect(written.map(([key, , at]) => [key, at])).toEqual([["a", 0], ["b", 0]]);
  state.full = true;
  saver.edit("a", "3");
  expect(await saver.flush()).toBe(false);
  expect(saver.value("a")).toBe("3");
  await clock.pass(0);
});

test("a flush waits for the save that is already on its way", async () => {
  const { written, clock, state, saver } = disk();
  state.slow = true;
  saver.edit("plan", "x");
  await clock.pass(400);
  let done = false;
  const flush = saver.flush().then((all) => {
    done = all;
  });
  await settled();
  expect(done).toBe(false);
  state.waiting.shift()?.();
  await flush;
  expect(done).toBe(true);
  expect(written).toHaveLength(1);
});

test("what a rule refuses is said, and tried again only after the next edit", async () => {
  const { written, clock, state, saver } = disk();
  const tries: number[] = [];
  saver.subscribe(() => {
    if (saver.snapshot().at === "refused") tries.push(clock.time);
  });
  state.forbidden = true;
  saver.edit("plan", "x");
  await clock.pass(60_000);
  expect(tries).toEqual([400]);
  expect(saver.snapshot()).toEqual({ at: "refused", message: "the note is signed." });
  expect(await saver.flush()).toBe(false);
  expect(saver.value("plan")).toBe("x");
  state.forbidden = false;
  await clock.pass(60_000);
  expect(written).toEqual([]);
  saver.edit("plan", "xy");
  await clock.pass(1000);
  expect(written.map(([, value]) => value)).toEqual(["xy"]);
  expect(saver.snapshot()).toMatchObject({ at: "saved" });
});

test("one refused answer does not keep the others from the disk", async () => {
  const { written, clock, state, saver } = disk();
  state.forbidden = true;
  saver.edit("plan", "x");
  await clock.pass(1000);
  state.forbidden = false;
  saver.edit("history", "y");
  await clock.pass(1000);
  expect(written.map(([key]) => key)).toEqual(["history"]);
  expect(saver.snapshot()).toMatchObject({ at: "refused" });
  expect(saver.unsaved).toBe(true);
});

test("what is given up is not tried again", async () => {
  const { written, clock, state, saver } = disk();
  state.full = true;
  saver.edit("plan", "a");
  await clock.pass(1500);
  saver.stop();
  state.full = false;
  await clock.pass(60_000);
  expect(written).toEqual([]);
  expect(saver.unsaved).toBe(false);
});
