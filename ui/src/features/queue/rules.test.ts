import { expect, test } from "vitest";
import type { QueueRow } from "../../types";
import { isLate, isLongWait, nextPatient } from "./rules";
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
    check: null,
    presence: "online",
    assigned: null,
    next: "admit",
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

test("who is being seen waits no longer, and who is expected is late after the time", () => {
  expect(isLongWait(row("a", { group: "in_call", long_wait_at: null }), NOON)).toBe(false);
  expect(isLate(row("a", { state: { is: "planned" }, planned_for: before(1) }), NOON)).toBe(true);
  expect(isLate(row("a", { state: { is: "planned" }, planned_for: before(-1) }), NOON)).toBe(false);
});

test("the next patient is the most urgent, then who is ready, then who waits longest", () => {
  const waiting = row("waiting", { state: { is: "arrived", arrived_at: before(50) } });
  const ready = row("ready", { group: "ready", state: { is: "triaged", arrived_at: before(20), triaged_at: before(5) } });
  const readyLonger = row("longer", { group: "ready", state: { is: "triaged", arrived_at: before(30), triaged_at: before(1) } });
  const urgent = row("urgent", { priority: "urgent" });
  const seen = row("seen", { priority: "emergency", next: "open" });
  expect(nextPatient([waiting, ready, readyLonger, urgent, seen])?.encounter).toBe("urgent");
  expect(nextPatient([waiting, ready, readyLonger])?.encounter).toBe("longer");
  expect(nextPatient([waiting])?.encounter).toBe("waiting");
  expect(nextPatient([seen])).toBeNull();
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
