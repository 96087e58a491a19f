// The table of visits, with the keyboard of an ARIA grid.
import { Button, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowBigRightLines, IconClockExclamation, IconLanguage, IconMessage, IconPlugConnected, IconPlugConnectedX, IconPointFilled } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Tag } from "../../parts/Bits";
import { useNow } from "../../parts/clock";
import { clockTime, duration, durationWords } from "../../parts/format";
import { gridStart, moveInGrid } from "../../parts/grid";
import { ageSex, arrivedAt, languageName, PriorityTag, stateTone, stateWord } from "../../parts/people";
import { text } from "../../strings/en";
import type { QueueRow } from "../../types";
import { CheckIcons } from "./CheckIcons";
import classes from "./Queue.module.css";
import { isLate, isLongWait } from "./rules";
import type { ShownRow } from "./useStillRows";

const words = text.queue;
const ALL = ["priority", "patient", "reason", "state", "time", "check", "assigned", "action"] as const;
/** Where the window is narrow, the assigned person stands beside the room instead of in a column. */
const NARROW = ALL.filter((column) => column !== "assigned");

interface Props {
  rows: ShownRow[];
  /** Whose turn it is. */
  next: string | null;
  selected: string | null;
  busy: boolean;
  onSelect: (encounter: string) => void;
  onOpen: (row: QueueRow) => void;
  onAction: (row: QueueRow) => void;
}

export function QueueTable({ rows, next, selected, busy, onSelect, onOpen, onAction }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const wide = useMediaQuery("(min-width: 1500px)", true, { getInitialValueInEffect: false });
  const columns: readonly (typeof ALL)[number][] = wide ? ALL : NARROW;
  const action = columns.length - 1;
  const [cursor, setCursor] = useState(gridStart);
  const row = Math.min(cursor.row, Math.max(0, rows.length - 1));

  const focusCell = (toRow: number, column: number) => {
    const cell = table.current?.querySelector<HTMLElement>(`[data-cell="${toRow}:${column}"]`);
    (cell?.querySelector<HTMLElement>("button") ?? cell)?.focus();
  };

  const onKey = (event: KeyboardEvent) => {
    const shown = rows[row];
    if (!shown || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && !event.ctrlKey) {
      if (cursor.column === action) return;
      event.preventDefault();
      return onOpen(shown.row);
    }
    if (event.key === " " && cursor.typed === "") {
      if (cursor.column === action) return;
      event.preventDefault();
      return onSelect(shown.row.encounter);
    }
    if (event.key === "Escape") {
      (document.activeElement as HTMLElement | null)?.blur();
      return;
    }
    const shape = { rows: rows.length, columns: columns.length, names: rows.map((one) => one.row.patient.name), page: 10 };
    const moved = moveInGrid({ ...cursor, row }, { key: event.key, ctrl: event.ctrlKey, at: event.timeStamp }, shape);
    if (!moved) return;
    event.preventDefault();
    setCursor(moved);
    focusCell(moved.row, moved.column);
    const there = rows[moved.row];
    if (there && moved.row !== row) onSelect(there.row.encounter);
  };

  // Headings stand as their first rows do: the core puts the one with the next patient first.
  const headings = [...new Set(rows.map((one) => one.group))];
  const groups = headings.map((group) => ({ group, members: rows.map((one, index) => ({ ...one, index })).filter((one) => one.group === group) }));

  return (
    <table
      ref={table}
      role="grid"
      aria-label={words.table}
      className={classes.table}
      onKeyDown={onKey}
      data-testid="queue-table"
    >
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col" data-column={column}>
              {column === "reason" ? `${words.columns.reason}, ${words.columns.room.toLowerCase()}` : words.columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map(({ group, members }) => (
          <tbody key={group} data-group={group}>
            <tr className={classes.group}>
              <th colSpan={columns.length} scope="rowgroup">
                {words.groups[group]} <span className="num">{members.length}</span>
              </th>
            </tr>
            {members.map(({ row: one, gone, index }) => (
              <Row
                key={one.encounter}
                row={one}
                next={next === one.encounter}
                wide={wide}
                gone={gone}
                index={index}
                selected={selected === one.encounter}
                cursor={row === index ? cursor.column : null}
                busy={busy}
                onCursor={(column) => setCursor({ ...gridStart, row: index, column })}
                onSelect={() => onSelect(one.encounter)}
                onOpen={() => onOpen(one)}
                onAction={() => onAction(one)}
              />
            ))}
          </tbody>
        ))}
    </table>
  );
}

interface RowProps {
  row: QueueRow;
  next: boolean;
  wide: boolean;
  gone: boolean;
  index: number;
  selected: boolean;
  cursor: number | null;
  busy: boolean;
  onCursor: (column: number) => void;
  onSelect: () => void;
  onOpen: () => void;
  onAction: () => void;
}

function Row({ row, next, wide, gone, index, selected, cursor, busy, onCursor, onSelect, onOpen, onAction }: RowProps) {
  const fresh = useFresh(row.encounter);
  const action = wide ? ALL.length - 1 : NARROW.length - 1;
  const cell = (column: number) => ({
    role: "gridcell",
    "data-cell": `${index}:${column}`,
    tabIndex: column === action ? undefined : cursor === column ? 0 : -1,
    onFocus: () => onCursor(column),
  });
  const { patient } = row;
  return (
    <tr
      className={classes.row}
      data-testid="queue-row"
      data-encounter={row.encounter}
      data-gone={gone || undefined}
      data-fresh={fresh || undefined}
      aria-selected={selected}
      onClick={onSelect}
      onDoubleClick={onOpen}
    >
      <td {...cell(0)} data-column="priority">
        <PriorityTag priority={row.priority} />
        {next && (
          <Tooltip label={words.nextHint}>
            <div className={classes.nextMark} data-testid="next-mark">
              <IconArrowBigRightLines size={14} aria-hidden="true" />
              {words.next}
            </div>
          </Tooltip>
        )}
      </td>
      <td {...cell(1)} data-column="patient">
        <div className={classes.name}>{patient.name}</div>
        <div className={classes.second}>
          <span className="num">{ageSex(patient)}</span>
          {(patient.interpreter || !patient.language.startsWith("en")) && (
            <span className={classes.language} data-interpreter={patient.interpreter || undefined}>
              <IconLanguage size={14} aria-hidden="true" />
              {languageName(patient.language)}
              {patient.interpreter && `, ${words.interpreterShort.toLowerCase()}`}
            </span>
          )}
        </div>
      </td>
      <td {...cell(2)} data-column="reason">
        <div className={classes.reason}>{row.reason}</div>
        <div className={classes.place}>
          {row.room.name}
          {!wide && row.assigned && ` · ${row.assigned.name}`}
        </div>
        <Message row={row} />
      </td>
      <td {...cell(3)} data-column="state">
        <State row={row} />
      </td>
      <td {...cell(4)} data-column="time">
        <Times row={row} />
      </td>
      <td {...cell(5)} data-column="check">
        <CheckIcons check={row.check} />
      </td>
      {wide && (
        <td {...cell(6)} data-column="assigned">
          {row.assigned ? (
            <Tooltip label={row.assigned.title ?? text.roles[row.assigned.role]}>
              <span className={classes.assigned}>{row.assigned.name}</span>
            </Tooltip>
          ) : (
            <span className={classes.faint}>{words.unassigned}</span>
          )}
        </td>
      )}
      <td {...cell(action)} data-column="action">
        <Button
          size="xs"
          fullWidth
          variant={row.next === "admit" ? "filled" : "default"}
          tabIndex={cursor === action ? 0 : -1}
          disabled={busy || gone}
          aria-label={words.actionFor(words.actions[row.next], patient.name)}
          onClick={(event) => {
            event.stopPropagation();
            onAction();
          }}
        >
          {words.actions[row.next]}
        </Button>
      </td>
    </tr>
  );
}

/** What the patient wrote last while nobody was there to read it, until somebody takes them in. */
function Message({ row }: { row: QueueRow }) {
  const last = row.messages.at(-1);
  if (!last || !(row.group === "waiting" || row.group === "ready")) return null;
  return (
    <Tooltip label={last.text} multiline maw={360}>
      <div className={classes.message} data-testid="row-message">
        <IconMessage size={14} aria-hidden="true" />
        {words.wrote(row.messages.length, clockTime(last.at))}
      </div>
    </Tooltip>
  );
}

function State({ row }: { row: QueueRow }) {
  const now = useNow();
  const waits = row.group === "waiting" || row.group === "ready" || row.group === "in_call";
  if (row.checking_in) {
    return (
      <>
        <Tag tone="info" icon={<IconPointFilled />} soft={false}>
          {words.states.checking_in}
        </Tag>
        {isLate(row, now) && <div className={classes.long}>{words.states.late}</div>}
      </>
    );
  }
  return (
    <>
      <Tag tone={isLate(row, now) ? "warn" : stateTone(row.state)} icon={<IconPointFilled />} soft={false}>
        {stateWord(row.state, isLate(row, now))}
      </Tag>
      {waits && (
        <Tooltip label={words.presenceHint[row.presence]}>
          <div className={classes.presence} data-presence={row.presence}>
            {row.presence === "online" ? <IconPlugConnected size={14} aria-hidden="true" /> : <IconPlugConnectedX size={14} aria-hidden="true" />}
            {words.presence[row.presence]}
          </div>
        </Tooltip>
      )}
    </>
  );
}

function Times({ row }: { row: QueueRow }) {
  const now = useNow();
  if (row.group === "done") {
    return <div className="num">{words.at(clockTime(row.since))}</div>;
  }
  if (row.group === "expected") {
    return <div className="num">{words.at(clockTime(row.planned_for))}</div>;
  }
  const arrived = arrivedAt(row.state);
  const total = arrived ? now - Date.parse(arrived) : 0;
  return (
    <>
      <div className="num" data-testid="time-in-state">
        {duration(now - Date.parse(row.since))}
      </div>
      {isLongWait(row, now) ? (
        <div className={classes.long}>
          <IconClockExclamation size={14} aria-hidden="true" />
          <span className="num" aria-hidden="true">
            {words.longWait} {duration(total)}
          </span>
          <span className="hidden-visually">
            {words.longWait}, {durationWords(total)}
          </span>
        </div>
      ) : (
        <div className={`${classes.second} num`}>{words.total(duration(total))}</div>
      )}
    </>
  );
}

/** Whether the row has just come, so that it can be tinted for a moment. */
const seen = new Set<string>();
function useFresh(encounter: string): boolean {
  const [fresh] = useState(() => seen.size > 0 && !seen.has(encounter));
  useEffect(() => {
    seen.add(encounter);
  }, [encounter]);
  return fresh;
}
