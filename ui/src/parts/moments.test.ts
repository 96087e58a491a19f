import { describe, expect, it } from "vitest";
import { completeMoment, readMoment, writtenMoment } from "./moments";

const now = new Date(2026, 2, 14, 12, 0, 30);
const FULL = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2} [+-]\d{2}:\d{2}$/;

describe("a moment", () => {
  it.each([
    ["2026-03-13 23:59", new Date(2026, 2, 13, 23, 59)],
    ["2026-3-1T08:00", new Date(2026, 2, 1, 8, 0)],
    ["2026-03-14 09:30 -05:00", new Date("2026-03-14T14:30:00Z")],
    ["2026-03-14 9:30 +05:30", new Date("2026-03-14T04:00:00Z")],
    ["2026-03-14 09:30Z", new Date("2026-03-14T09:30:00Z")],
  ])("is read from %s, whatever it is for", (typed, expected) => {
    for (const direction of ["past", "coming"] as const) {
      expect(readMoment(typed, now, direction)).toEqual(expected);
      const complete = completeMoment(typed, now, direction);
      expect(complete).toMatch(FULL);
      expect(readMoment(complete, now, direction)).toEqual(expected);
    }
  });

  it.each([
    ["9:05", new Date(2026, 2, 14, 9, 5), new Date(2026, 2, 15, 9, 5)],
    ["22.15", new Date(2026, 2, 13, 22, 15), new Date(2026, 2, 14, 22, 15)],
    ["12:00", new Date(2026, 2, 14, 12, 0), new Date(2026, 2, 14, 12, 0)],
    ["12:01", new Date(2026, 2, 13, 12, 1), new Date(2026, 2, 14, 12, 1)],
  ])("without a day, %s is the last such time, or the next one where it is planned", (typed, past, coming) => {
    expect(readMoment(typed, now, "past")).toEqual(past);
    expect(readMoment(typed, now, "coming")).toEqual(coming);
  });

  it("finds yesterday over the end of a month", () => {
    expect(readMoment("23:50", new Date(2026, 2, 1, 0, 30), "past")).toEqual(new Date(2026, 1, 28, 23, 50));
    expect(readMoment("0:30", new Date(2026, 11, 31, 23, 50), "coming")).toEqual(new Date(2027, 0, 1, 0, 30));
  });

  it.each([
    "",
    "yesterday",
    "2026-02-31 10:00",
    "2026-02-31 10:00 -05:00",
    "24:30",
    "9:60",
    "9:30 -05:00",
    "2026-03-14 09:30 -05:75",
    "2026-13-01 09:00",
    "12",
  ])("is not read from %s", (typed) => {
    expect(readMoment(typed, now, "past")).toBeNull();
    expect(completeMoment(typed, now, "past")).toBe(typed);
  });

  it("keeps the offset that was given", () => {
    expect(completeMoment(" 2026-03-14 9:30 -05:00 ", now, "past")).toBe("2026-03-14 09:30 -05:00");
    expect(completeMoment("2026-03-14T09:30 +05:30", now, "past")).toBe("2026-03-14 09:30 +05:30");
    expect(completeMoment("2026-03-14 23:30Z", now, "past")).toBe("2026-03-14 23:30 +00:00");
  });

  it("is written with the offset of this computer", () => {
    expect(readMoment(writtenMoment(now), new Date(0), "past")).toEqual(new Date(2026, 2, 14, 12, 0));
  });
});
