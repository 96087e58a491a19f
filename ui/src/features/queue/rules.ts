// What the board derives from its rows. Pure.
import type { QueueGroup, QueueRow } from "../../types";

const MINUTE = 60_000;

/** A wait is long once it exceeds the usual length of a visit in that room, and twenty minutes. */
export function isLongWait(row: QueueRow, now: number): boolean {
  if (row.group !== "waiting" && row.group !== "ready") return false;
  const arrived = "arrived_at" in row.state ? Date.parse(row.state.arrived_at) : now;
  return now - arrived > Math.max(20, row.room.slot_minutes) * MINUTE;
}

export function isLate(row: QueueRow, now: number): boolean {
  return row.state.is === "planned" && now > Date.parse(row.planned_for);
}

const rank = { emergency: 0, urgent: 1, routine: 2 };

/** Whom "take the next patient" means: the most urgent; among those, who is ready; among those, who waits longest. */
export function nextPatient(rows: QueueRow[]): QueueRow | null {
  const can = rows.filter((row) => row.next === "admit");
  const arrived = (row: QueueRow) => ("arrived_at" in row.state ? row.state.arrived_at : row.since);
  const sorted = [...can].sort(
    (a, b) =>
      rank[a.priority] - rank[b.priority] ||
      Number(b.group === "ready") - Number(a.group === "ready") ||
      arrived(a).localeCompare(arrived(b)),
  );
  return sorted[0] ?? null;
}

export const GROUPS: QueueGroup[] = ["waiting", "ready", "in_call", "wrap_up", "expected", "done"];
