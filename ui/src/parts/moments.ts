// Moments as people type them: a minute of a day with its offset from UTC, the same wherever it is read.
const two = (n: number) => String(n).padStart(2, "0");

/** Where a time without a day lies: what is written down has happened, what is planned is to come. */
export type Direction = "past" | "coming";

/** A moment as it is kept and signed: `2026-03-14 09:30 -05:00`, with this offset in minutes. */
function written(at: Date, offset: number): string {
  const there = new Date(at.getTime() + offset * 60_000).toISOString();
  const size = Math.abs(offset);
  return `${there.slice(0, 10)} ${there.slice(11, 16)} ${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment in the zone of this computer. */
export function writtenMoment(at: Date): string {
  return written(at, -at.getTimezoneOffset());
}

const TYPED = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T,]+)?(\d{1,2})[:.](\d{2})(?:\s*([+-]\d{2}:\d{2}|Z))?$/;

/** What was typed, with the offset that was given or is this computer's then; null where it is no moment. */
function parse(typed: string, now: Date, direction: Direction): { at: Date; offset: number } | null {
  const [, year, month, day, hour, minute, zone] = TYPED.exec(typed.trim()) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const [h, m] = [Number(hour), Number(minute)];
  if (year === undefined) {
    // A time in another zone has no day of its own here.
    return zone === undefined ? nearest(now, h, m, direction) : null;
  }
  const date: [number, number, number] = [Number(year), Number(month) - 1, Number(day)];
  if (zone === undefined) return local(date, h, m);
  const utc = new Date(Date.UTC(...date, h, m));
  if (utc.getUTCMonth() !== date[1] || utc.getUTCDate() !== date[2] || h > 23 || m > 59) return null;
  const [hours = 0, minutes = 0] = zone === "Z" ? [] : zone.slice(1).split(":").map(Number);
  if (hours > 14 || minutes > 59) return null;
  const offset = (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
  return { at: new Date(utc.getTime() - offset * 60_000), offset };
}

/** A time of a day here; null where clocks skip it or there is no such day. */
function local(date: [number, number, number], h: number, m: number): { at: Date; offset: number } | null {
  const at = new Date(...date, h, m);
  const same = at.getMonth() === date[1] && at.getDate() === date[2] && at.getHours() === h && at.getMinutes() === m;
  return same ? { at, offset: -at.getTimezoneOffset() } : null;
}

/** The last such time up to now, or the next one from now on; the running minute is both. */
function nearest(now: Date, h: number, m: number, direction: Direction): { at: Date; offset: number } | null {
  const minute = Math.floor(now.getTime() / 60_000) * 60_000;
  for (const days of direction === "past" ? [0, -1, -2] : [0, 1, 2]) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
    const found = local([day.getFullYear(), day.getMonth(), day.getDate()], h, m);
    if (found && (direction === "past" ? found.at.getTime() <= minute : found.at.getTime() >= minute)) return found;
  }
  return null;
}

/** What was typed as a moment, or null where there is none. */
export function readMoment(typed: string, now: Date, direction: Direction): Date | null {
  return parse(typed, now, direction)?.at ?? null;
}

/** What was typed, written out in full where it is a moment; otherwise as it was typed. */
export function completeMoment(typed: string, now: Date, direction: Direction): string {
  const found = parse(typed, now, direction);
  return found ? written(found.at, found.offset) : typed;
}
