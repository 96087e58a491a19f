// What the board derives from its rows. Pure.
import type { QueueGroup, QueueRow } from "../../types";

export function isLongWait(row: QueueRow, now: number): boolean {
  return row.long_wait_at !== null && now > Date.parse(row.long_wait_at);
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
