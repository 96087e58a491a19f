// Keyboard in a table, after the ARIA grid pattern: arrows, Home, End, Page keys, type-ahead. Pure; the table applies it.

export interface GridPosition {
  row: number;
  column: number;
}

export interface GridKey {
  key: string;
  ctrl: boolean;
  /** When, in milliseconds of any steady clock. */
  at: number;
}

export interface GridState extends GridPosition {
  typed: string;
  typedAt: number;
}

export interface GridShape {
  rows: number;
  columns: number;
  /** What type-ahead matches, a row each. */
  names: string[];
  page: number;
}

export const gridStart: GridState = { row: 0, column: 0, typed: "", typedAt: 0 };

const TYPE_AHEAD_MS = 700;

/** The position after a key, or null when the grid has no use for it. */
export function moveInGrid(state: GridState, key: GridKey, shape: GridShape): GridState | null {
  if (shape.rows === 0) return null;
  const to = (row: number, column: number): GridState => ({
    row: clamp(row, shape.rows),
    column: clamp(column, shape.columns),
    typed: "",
    typedAt: 0,
  });
  switch (key.key) {
    case "ArrowDown":
      return to(state.row + 1, state.column);
    case "ArrowUp":
      return to(state.row - 1, state.column);
    case "ArrowRight":
      return to(state.row, state.column + 1);
    case "ArrowLeft":
      return to(state.row, state.column - 1);
    case "PageDown":
      return to(state.row + shape.page, state.column);
    case "PageUp":
      return to(state.row - shape.page, state.column);
    case "Home":
      return key.ctrl ? to(0, 0) : to(state.row, 0);
    case "End":
      return key.ctrl ? to(shape.rows - 1, shape.columns - 1) : to(state.row, shape.columns - 1);
    default:
      return typeAhead(state, key, shape);
  }
}

function typeAhead(state: GridState, key: GridKey, shape: GridShape): GridState | null {
  const letter = key.key.length === 1 && !key.ctrl ? key.key.toLocaleLowerCase() : "";
  const going = key.at - state.typedAt < TYPE_AHEAD_MS && state.typed !== "";
  if (letter === "" || (letter === " " && !going)) return null;
  const typed = going ? state.typed + letter : letter;
  // One letter again and again walks through the names that begin with it.
  const same = [...typed].every((c) => c === letter);
  const wanted = same ? letter : typed;
  const from = same ? state.row + 1 : state.row;
  for (let step = 0; step < shape.rows; step += 1) {
    const row = (from + step) % shape.rows;
    if (begins(shape.names[row] ?? "", wanted)) return { row, column: state.column, typed, typedAt: key.at };
  }
  return { ...state, typed, typedAt: key.at };
}

/** Any word of the name may begin with what was typed. */
function begins(name: string, typed: string): boolean {
  const lower = name.toLocaleLowerCase();
  return lower.startsWith(typed) || lower.split(/[\s,]+/).some((word) => word.startsWith(typed));
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}
