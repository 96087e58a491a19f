import { expect, test } from "vitest";
import { duration, durationWords, initials, kbps, percent, plainDate } from "./format";
import { moveBar } from "./Panes";

test("a plain date is never shifted by a zone", () => {
  expect(plainDate("1984-03-05")).toBe("05 Mar 1984");
  expect(plainDate(null)).toBe("");
});

test.each([
  [0, "0:00"],
  [42_000, "0:42"],
  [727_000, "12:07"],
  [3_840_000, "1 h 04 min"],
  [183_600_000, "2 d 3 h"],
  [-5000, "0:00"],
])("%i ms is %s", (ms, words) => expect(duration(ms)).toBe(words));

test("durations are spoken in words", () => {
  expect(durationWords(30_000)).toBe("less than a minute");
  expect(durationWords(61 * 60_000)).toBe("1 hour 1 minute");
});

test("shares, rates and initials", () => {
  expect([percent(0), percent(0.004), percent(0.25)]).toEqual(["0 %", "0.4 %", "25 %"]);
  expect([kbps(850.4), kbps(1500)]).toEqual(["850 kbit/s", "1.5 Mbit/s"]);
  expect([initials("O'Keefe, Karena"), initials("Zoë")]).toEqual(["OK", "Z"]);
});

test("a bar moves its two panes and no third, and none below its least", () => {
  const mins = [0.1, 0.2, 0.2];
  const moved = moveBar([0.2, 0.5, 0.3], 0, 0.05, mins);
  expect(moved.map((share) => share.toFixed(2))).toEqual(["0.25", "0.45", "0.30"]);
  expect(moveBar([0.2, 0.5, 0.3], 0, -1, mins)[0]).toBeCloseTo(0.1);
  expect(moveBar([0.2, 0.5, 0.3], 1, 1, mins)[2]).toBeCloseTo(0.2);
});
