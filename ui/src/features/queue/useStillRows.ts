// The rows as they are shown: still while somebody points at them, fresh otherwise.
import { useEffect, useRef, useState } from "react";
import { emptyList, settle, type StillList } from "../../parts/stillness";
import type { QueueRow } from "../../types";

export interface ShownRow {
  row: QueueRow;
  group: QueueRow["group"];
  /** It left while the list was held, and is shown as it was last. */
  gone: boolean;
}

export interface StillRows {
  rows: ShownRow[];
  pending: StillList["pending"];
  apply: () => void;
}

interface Shown {
  list: StillList;
  rows: ShownRow[];
}

/** The next picture of the list: its order settled, its rows as fresh as they are. */
export function showRows(shown: Shown, fresh: QueueRow[], held: boolean): Shown {
  const list = settle(shown.list, fresh.map((row) => ({ id: row.encounter, group: row.group })), held);
  const now = new Map(fresh.map((row) => [row.encounter, row]));
  const before = new Map(shown.rows.map(({ row }) => [row.encounter, row]));
  const rows = list.placed.flatMap(({ id, group }) => {
    const row = now.get(id) ?? before.get(id);
    return row ? [{ row, group: group as QueueRow["group"], gone: !now.has(id) }] : [];
  });
  return { list, rows };
}

export function useStillRows(fresh: QueueRow[], held: boolean): StillRows {
  const [shown, setShown] = useState<Shown>(() => showRows({ list: emptyList, rows: [] }, fresh, false));
  const [applied, setApplied] = useState(0);
  const lastApplied = useRef(0);

  useEffect(() => {
    const forced = lastApplied.current !== applied;
    lastApplied.current = applied;
    setShown((before) => showRows(before, fresh, held && !forced));
  }, [fresh, held, applied]);

  return { rows: shown.rows, pending: shown.list.pending, apply: () => setApplied((n) => n + 1) };
}
