// A list that people are pointing at does not move under their hand.
//
// While it is held, rows keep their place and group and only their content changes; what would have moved is
// counted, and one press applies it.

export interface Placed {
  id: string;
  group: string;
}

export interface Pending {
  added: number;
  moved: number;
  left: number;
}

export interface StillList {
  /** What is shown, in order. */
  placed: Placed[];
  pending: Pending;
}

const none: Pending = { added: 0, moved: 0, left: 0 };

export const emptyList: StillList = { placed: [], pending: none };

/** The next list: the fresh order at once, or, while held, the old order and a count of what waits. */
export function settle(shown: StillList, fresh: Placed[], held: boolean): StillList {
  if (!held || shown.placed.length === 0) return { placed: fresh, pending: none };
  const was = new Map(shown.placed.map((row, index) => [row.id, { group: row.group, index }]));
  const is = new Set(fresh.map((row) => row.id));
  const added = fresh.filter((row) => !was.has(row.id)).length;
  const left = shown.placed.filter((row) => !is.has(row.id)).length;
  const moved = movedCount(shown.placed, fresh, was);
  return { placed: shown.placed, pending: { added, moved, left } };
}

export function pendingCount(pending: Pending): number {
  return pending.added + pending.moved + pending.left;
}

/** Rows that changed their group, or stand in another order than the rows around them. */
function movedCount(shown: Placed[], fresh: Placed[], was: Map<string, { group: string; index: number }>): number {
  const regrouped = new Set(fresh.filter((row) => was.has(row.id) && was.get(row.id)?.group !== row.group).map((row) => row.id));
  const staying = (rows: Placed[]) => rows.filter((row) => was.has(row.id) && !regrouped.has(row.id)).map((row) => row.id);
  const after = staying(fresh);
  const before = staying(shown).filter((id) => after.includes(id));
  return regrouped.size + before.length - longestCommon(before, after);
}

/** Length of the longest run of ids, not necessarily adjacent, that both orders share. */
function longestCommon(before: string[], after: string[]): number {
  const place = new Map(after.map((id, index) => [id, index]));
  const tails: number[] = [];
  for (const id of before) {
    const value = place.get(id) ?? 0;
    const at = tails.findIndex((tail) => tail >= value);
    if (at === -1) tails.push(value);
    else tails[at] = value;
  }
  return tails.length;
}
