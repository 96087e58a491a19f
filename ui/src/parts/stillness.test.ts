import { expect, test } from "vitest";
import { emptyList, type Placed, pendingCount, settle } from "./stillness";

const rows = (text: string): Placed[] =>
  text.split(" ").filter(Boolean).map((word) => {
    const [group = "", id = ""] = word.split(":");
    return { id, group };
  });
const ids = (placed: Placed[]) => placed.map((row) => row.id).join("");
const shown = settle(emptyList, rows("w:a w:b r:c"), false);

test("a list that nobody points at takes every change at once", () => {
  const next = settle(shown, rows("w:n w:b r:a"), false);
  expect(ids(next.placed)).toBe("nba");
  expect(pendingCount(next.pending)).toBe(0);
});

test("a held list keeps its order and counts what waits", () => {
  const next = settle(shown, rows("w:n w:b r:c r:a"), true);
  expect(ids(next.placed)).toBe("abc");
  expect(next.pending).toEqual({ added: 1, moved: 1, left: 0 });
});

test("a row that left is counted and stays where it was", () => {
  const next = settle(shown, rows("w:b r:c"), true);
  expect(ids(next.placed)).toBe("abc");
  expect(next.pending).toEqual({ added: 0, moved: 0, left: 1 });
});

test.each([
  ["w:b w:a r:c", 1],
  ["w:a w:b r:c", 0],
  ["w:b r:c w:a", 1],
])("the fewest rows that moved are counted: %s", (fresh, moved) => {
  expect(settle(shown, rows(fresh), true).pending.moved).toBe(moved);
});

test("what waited is there as soon as the list is let go", () => {
  const held = settle(shown, rows("w:n w:a w:b r:c"), true);
  expect(ids(settle(held, rows("w:n w:a w:b r:c"), false).placed)).toBe("nabc");
});

test("an empty list is filled even while it is held", () => {
  expect(ids(settle(emptyList, rows("w:a"), true).placed)).toBe("a");
});
