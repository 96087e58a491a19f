import { describe, expect, it } from "vitest";
import { completeMoment, readMoment, writtenMoment } from "./moments";

const now = new Date(2026, 2, 14, 12, 0);

describe("a moment", () => {
  it.each([
    ["9:05", new Date(2026, 2, 14, 9, 5)],
    ["09.05", new Date(2026, 2, 14, 9, 5)],
    ["2026-03-13 23:59", new Date(2026, 2, 13, 23, 59)],
    ["2026-3-1T08:00", new Date(2026, 2, 1, 8, 0)],
    ["2026-03-14 09:30 -05:00", new Date("2026-03-14T14:30:00Z")],
    ["2026-03-14 09:30 +05:30", new Date("2026-03-14T04:00:00Z")],
    ["2026-03-14 09:30Z", new Date("2026-03-14T09:30:00Z")],
  ])("is read from %s", (typed, expected) => {
    expect(readMoment(typed, now)).toEqual(expected);
    const complete = completeMoment(typed, now);
    expect(complete).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2} [+-]\d{2}:\d{2}$/);
    expect(readMoment(complete, now)).toEqual(expected);
  });

  it.each(["", "yesterday", "2026-02-31 10:00", "2026-02-31 10:00 -05:00", "24:30", "9:60", "2026-03-14 09:30 -05:75", "2026-13-01 09:00", "12"])(
    "is not read from %s",
    (typed) => {
      expect(readMoment(typed, now)).toBeNull();
      expect(completeMoment(typed, now)).toBe(typed);
    },
  );

  it("keeps the offset that was given", () => {
    expect(completeMoment(" 2026-03-14 09:30 -05:00 ", now)).toBe("2026-03-14 09:30 -05:00");
  });

  it("is written with the offset of this computer", () => {
    expect(readMoment(writtenMoment(now), new Date(0))).toEqual(now);
  });
});
