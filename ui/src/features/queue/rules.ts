// What the board derives from its rows. Pure.
import type { QueueRow } from "../../types";

export function isLongWait(row: QueueRow, now: number): boolean {
  return row.long_wait_at !== null && now > Date.parse(row.long_wait_at);
}

export function isLate(row: QueueRow, now: number): boolean {
  return row.late_at !== null && now > Date.parse(row.late_at);
}
