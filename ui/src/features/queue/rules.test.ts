import { expect, test } from "vitest";
import type { QueueRow } from "../../types";
import { isLate, isLongWait } from "./rules";
import { showRows } from "./useStillRows";
import { emptyList } from "../../parts/stillness";

const NOON = Date.parse("2026-03-05T12:00:00Z");
const before = (minutes: number) => new Date(NOON - minutes * 60_000).toISOString();

function row(encounter: string, change: Partial<QueueRow> = {}): QueueRow {
  return {
    encounter,
    version: 1,
    patient: {
      id: `p${encounter}`,
      name: encounter,
      birth_date: "1984-03-05",
      age: 42,
      sex: "female",
      mrn: "1",
      language: "en",
      interpreter: false,
    },
    reason: "",
    room: { id: "r", name: "General", slot_minutes: 30, service_line: null },
    priority: "routine",
    state: { is: "arrived", arrived_at: before(10) },
    group: "waiting",
    planned_for: before(10),
    since: before(10),
    long_wait_at: before(-20),
    late_at: null,
    check: null,
    presence: "online",
    assigned: null,
    next: "admit",
    may_triage: true,
    checking_in: false,
    intake: [],
    messages: [],
    last_note: null,
    ...change,
  };
}

test.each([
  [-1, false],
  [1, true],
])("%i minutes after the moment that the core names a wait is long: %s", (minutes, long) => {
  expect(isLongWait(row("a", { long_wait_at: before(minutes) }), NOON)).toBe(long);
});

test("who is being seen waits no longer, and who is expected is late after the moment that the core names", () => {
  expect(isLongWait(row("a", { group: "in_call", long_wait_at: null }), NOON)).toBe(false);
  expect(isLate(row("a", { state: { is: "planned" }, late_at: before(1) }), NOON)).toBe(true);
  expect(isLate(row("a", { state: { is: "planned" }, late_at: before(-1) }), NOON)).toBe(false);
});

test("a held row keeps its place and shows its fresh content; one that left shows what it was last", () => {
  const first = showRows({ list: emptyList, rows: [] }, [row("a"), row("b")], false);
  const held = showRows(first, [row("n"), row("b", { reason: "changed", group: "ready" })], true);
  expect(held.rows.map((one) => [one.row.encounter, one.row.reason, one.group, one.gone])).toEqual([
    ["a", "", "waiting", true],
    ["b", "changed", "waiting", false],
  ]);
  expect(held.list.pending).toEqual({ added: 1, moved: 1, left: 1 });
});
