// The queue board: counters, filter, the table, and the selected row beside it.
import { Button, Select, Skeleton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArmchair, IconClockExclamation, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { announce } from "../../parts/announce";
import { useAdmit } from "../../parts/admit";
import { useRead } from "../../parts/api";
import { Empty, Problem } from "../../parts/Bits";
import { useNow } from "../../parts/clock";
import { clockTime, duration } from "../../parts/format";
import { useSession } from "../../parts/session";
import { useShortcut } from "../../parts/shortcuts";
import { report } from "../../parts/status";
import { pendingCount } from "../../parts/stillness";
import { text } from "../../strings/en";
import type { QueueRow, QueueView } from "../../types";
import classes from "./Queue.module.css";
import { QueueTable } from "./QueueTable";
import { RowPreview } from "./RowPreview";
import { isLongWait } from "./rules";
import { useStillRows } from "./useStillRows";

const words = text.queue;
const NO_ROWS: QueueRow[] = [];

export function QueueBoard() {
  const [, go] = useLocation();
  const [room, setRoom] = useLocalStorage<string | null>({ key: "rounds-queue-room", defaultValue: null, getInitialValueInEffect: false });
  const query = useRead("queue.list", { room }, { keepLast: true });
  const fresh = query.data?.rows ?? NO_ROWS;
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const { rows, pending, apply } = useStillRows(fresh, pointed || focused);
  const { user } = useSession();
  const [selected, setSelected] = useState<string | null>(null);
  const { admit, busy } = useAdmit();
  useArrivals(query.data, room);

  const selectedRow = rows.find(({ row }) => row.encounter === selected)?.row ?? rows[0]?.row ?? null;
  const open = (row: QueueRow) => go(`/visits/${row.encounter}`);
  const act = (row: QueueRow) => {
    if (row.next === "admit") void admit(row.encounter, row.version, row.patient.name);
    else open(row);
  };
  const takeNext = () => {
    const next = fresh.find((row) => row.encounter === query.data?.next);
    if (next) act(next);
    else announce(words.nobodyNext);
  };
  useShortcut("nextPatient", takeNext, user.treats);

  return (
    <div className={classes.board}>
      <div className={classes.main}>
        <header className={classes.head}>
          <h1>{words.title}</h1>
          {query.data && <Counters view={query.data} />}
          <div className={classes.grow} />
          {pendingCount(pending) > 0 && (
            <Button
              size="xs"
              variant="light"
              radius="xl"
              leftSection={<IconRefresh size={14} />}
              title={words.applyHint}
              onClick={apply}
              data-testid="pending-chip"
            >
              {words.pending(pending.added, pending.moved, pending.left)}
            </Button>
          )}
          <Select
            aria-label={words.room}
            size="xs"
            w={170}
            value={room ?? ""}
            allowDeselect={false}
            onChange={(value) => {
              setRoom(value || null);
              apply();
            }}
            data={[{ value: "", label: words.allRooms }, ...(query.data?.rooms ?? []).map((one) => ({ value: one.id, label: one.name }))]}
          />
        </header>
        {query.isError && (
          <div className={classes.stale}>
            <Problem
              title={query.data ? `${words.staleTitle}. ${words.asOf(clockTime(query.data.as_of))}` : words.staleTitle}
              code={query.error.requestId ? text.common.requestId(query.error.requestId) : null}
              action={
                <Button size="xs" onClick={() => void query.refetch()}>
                  {text.common.retry}
                </Button>
              }
            >
              {query.data ? words.staleText : query.error.message}
            </Problem>
          </div>
        )}
        <div
          className={classes.scroll}
          onPointerEnter={() => setPointed(true)}
          onPointerLeave={() => setPointed(false)}
          onFocus={() => setFocused(true)}
          onBlur={(event) => {
            if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
          }}
        >
          {query.isPending && <Waiting />}
          {query.data && rows.length === 0 && (
            <Empty
              icon={<IconArmchair size={26} stroke={1.6} />}
              title={room ? words.emptyRoom : words.emptyTitle}
              action={!room && <Button onClick={() => go("/patients")}>{words.newVisit}</Button>}
            >
              {room ? words.emptyRoomText : words.emptyText}
            </Empty>
          )}
          {rows.length > 0 && (
            <QueueTable
              rows={rows}
              next={query.data?.next ?? null}
              selected={selectedRow?.encounter ?? null}
              busy={busy}
              onSelect={setSelected}
              onOpen={open}
              onAction={act}
            />
          )}
        </div>
      </div>
      <RowPreview row={selectedRow} onOpen={open} />
    </div>
  );
}

function Counters({ view }: { view: QueueView }) {
  const now = useNow();
  const longest = view.longest_since ? now - Date.parse(view.longest_since) : null;
  const long = view.rows.some((row) => isLongWait(row, now));
  return (
    <dl className={classes.counters}>
      <div>
        <dt>{words.waiting}</dt>
        <dd className="num" data-testid="waiting-count">
          {view.waiting}
        </dd>
      </div>
      <div data-long={long || undefined}>
        <dt>{words.longest}</dt>
        <dd className="num">
          {long && <IconClockExclamation size={16} aria-label={words.longWait} />}
          {longest === null ? words.nobody : duration(longest)}
        </dd>
      </div>
      <div>
        <dt>{words.median}</dt>
        <dd className="num">{view.median_wait_minutes === null ? words.nobody : words.minutes(view.median_wait_minutes)}</dd>
      </div>
    </dl>
  );
}

function Waiting() {
  return (
    <div className={classes.skeleton} role="status" aria-label={text.common.loading}>
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} height={34} radius={6} />
      ))}
    </div>
  );
}

/** Says who arrived since the list was last read; several arrivals are said together. */
function useArrivals(view: QueueView | undefined, room: string | null): void {
  const known = useRef<Set<string> | null>(null);
  // Who is seen because another room was chosen has not arrived by it.
  useEffect(() => {
    known.current = null;
  }, [room]);
  useEffect(() => {
    if (!view) return;
    const here = view.rows.filter((row) => row.group === "waiting" || row.group === "ready");
    const before = known.current;
    known.current = new Set(here.map((row) => row.encounter));
    if (before === null) return;
    for (const row of here) if (!before.has(row.encounter)) report(words.arrived(row.patient.name, row.room.name));
  }, [view]);
}
