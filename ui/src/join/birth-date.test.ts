// Dates of birth as people type and paste them.

import { describe, expect, it } from "vitest";
import { fieldOrder, isoDate, splitDate } from "./birth-date";

const today = new Date("2026-11-20T12:00:00Z");
const iso = (day: string, month: string, year: string, language = "en-GB") => isoDate({ day, month, year }, language, today);

describe("three fields", () => {
  it.each([
    ["27", "3", "1958", "1958-03-27"],
    ["07", "03", "1958", "1958-03-07"],
    [" 7 ", "March", "1958", "1958-03-07"],
    ["7", "mar.", "1958", "1958-03-07"],
    ["29", "2", "2000", "2000-02-29"],
    ["٢٧", "٣", "١٩٥٨", "1958-03-27"],
    ["20", "11", "2026", "2026-11-20"],
  ])("%s %s %s is %s", (day, month, year, expected) => {
    expect(iso(day, month, year)).toBe(expected);
  });

  it.each([
    ["31", "4", "1958"],
    ["29", "2", "1900"],
    ["0", "1", "1958"],
    ["1", "13", "1958"],
    ["1", "1", "58"],
    ["1", "1", "1899"],
    ["21", "11", "2026"],
    ["", "1", "1958"],
    ["1", "", "1958"],
    ["1", "1", ""],
    ["1.5", "1", "1958"],
    ["x", "y", "z"],
  ])("%s %s %s is no date of birth", (day, month, year) => {
    expect(iso(day, month, year)).toBeNull();
  });

  it("understands months in the page's language and in English", () => {
    expect(iso("7", "marzo", "1958", "es")).toBe("1958-03-07");
    expect(iso("7", "March", "1958", "es")).toBe("1958-03-07");
  });

  it("come in the order of the language", () => {
    expect(fieldOrder("en-US")).toEqual(["month", "day", "year"]);
    expect(fieldOrder("en-GB")).toEqual(["day", "month", "year"]);
    expect(fieldOrder("es")).toEqual(["day", "month", "year"]);
  });
});

describe("a date in one piece", () => {
  it.each([
    ["1958-03-27", "en-US", "1958-03-27"],
    ["27.3.1958", "de", "1958-03-27"],
    ["03/27/1958", "en-GB", "1958-03-27"],
    ["27/03/1958", "en-US", "1958-03-27"],
    ["3/4/1958", "en-US", "1958-03-04"],
    ["3/4/1958", "en-GB", "1958-04-03"],
    ["27 March 1958", "en-US", "1958-03-27"],
    ["March 27, 1958", "en-GB", "1958-03-27"],
    ["27 de marzo de 1958", "es", "1958-03-27"],
  ])("%s in %s is %s", (text, language, expected) => {
    const parts = splitDate(text, language);
    expect(parts && isoDate(parts, language, today)).toBe(expected);
  });

  it.each(["", "27", "27.3.", "27.3.58", "hello there you"])("%j is left as it is", (text) => {
    expect(splitDate(text, "en-US")).toBeNull();
  });
});
