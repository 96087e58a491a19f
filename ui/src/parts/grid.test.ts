import { expect, test } from "vitest";
import { type GridState, gridStart, moveInGrid } from "./grid";

const shape = { rows: 5, columns: 4, names: ["Moss, Ada", "Cole, Devin", "Cummings, Yvone", "Upton, Marine", "O'Keefe, Cara"], page: 3 };
const at = (row: number, column: number): GridState => ({ ...gridStart, row, column });
const press = (state: GridState, key: string, ctrl = false, when = 0) => moveInGrid(state, { key, ctrl, at: when }, shape);

test.each([
  ["ArrowDown", false, [1, 1], [2, 1]],
  ["ArrowUp", false, [0, 1], [0, 1]],
  ["ArrowRight", false, [1, 3], [1, 3]],
  ["ArrowLeft", false, [1, 1], [1, 0]],
  ["Home", false, [2, 3], [2, 0]],
  ["End", false, [2, 0], [2, 3]],
  ["Home", true, [4, 3], [0, 0]],
  ["End", true, [0, 0], [4, 3]],
  ["PageDown", false, [0, 2], [3, 2]],
  ["PageUp", false, [1, 2], [0, 2]],
] as const)("%s (ctrl %s) moves from %j to %j", (key, ctrl, from, to) => {
  expect(press(at(from[0], from[1]), key, ctrl)).toMatchObject({ row: to[0], column: to[1] });
});

test("typing jumps to a name, and more letters narrow it down", () => {
  const first = press(at(0, 1), "c", false, 0);
  expect(first).toMatchObject({ row: 1, column: 1, typed: "c" });
  expect(press(first ?? at(0, 0), "u", false, 300)).toMatchObject({ row: 2, typed: "cu" });
});

test("any word of a name can be typed", () => {
  expect(press(at(0, 0), "y")).toMatchObject({ row: 2 });
});

test("one letter again and again walks through the names", () => {
  const first = press(at(0, 0), "c", false, 0) ?? gridStart;
  const second = press(first, "c", false, 200) ?? gridStart;
  const third = press(second, "c", false, 400) ?? gridStart;
  expect([first.row, second.row, third.row]).toEqual([1, 2, 4]);
});

test("after a pause typing begins anew", () => {
  const first = press(at(0, 0), "c", false, 0) ?? gridStart;
  expect(press(first, "u", false, 5000)).toMatchObject({ row: 3, typed: "u" });
});

test("what matches nothing stays, and an empty grid wants no keys", () => {
  expect(press(at(2, 0), "z")).toMatchObject({ row: 2 });
  expect(moveInGrid(gridStart, { key: "ArrowDown", ctrl: false, at: 0 }, { ...shape, rows: 0 })).toBeNull();
  expect(press(at(0, 0), "Tab")).toBeNull();
});
