// Moments as people type them: a minute of a day with its offset from UTC, the same wherever it is read.
const two = (n: number) => String(n).padStart(2, "0");

/** A moment as it is kept and signed: `2026-03-14 09:30 -05:00`, in the zone of this computer. */
export function writtenMoment(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())} ${offset}`;
}

const TYPED = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T,]+)?(\d{1,2})[:.](\d{2})(?:\s*([+-]\d{2}:\d{2}|Z))?$/;

/**
 * What was typed as a moment, or null where there is none. A time alone means today; without an offset, the zone of this
 * computer counts. A time that clocks skip or a day that does not exist is none.
 */
export function readMoment(typed: string, now: Date): Date | null {
  const [, year, month, day, hour, minute, zone] = TYPED.exec(typed.trim()) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const date: [number, number, number] =
    year === undefined ? [now.getFullYear(), now.getMonth(), now.getDate()] : [Number(year), Number(month) - 1, Number(day)];
  const [h, m] = [Number(hour), Number(minute)];
  if (zone === undefined) {
    const at = new Date(...date, h, m);
    const same = at.getMonth() === date[1] && at.getDate() === date[2] && at.getHours() === h && at.getMinutes() === m;
    return same ? at : null;
  }
  const there = new Date(Date.UTC(...date, h, m));
  if (there.getUTCMonth() !== date[1] || there.getUTCDate() !== date[2] || h > 23 || m > 59) return null;
  if (zone === "Z") return there;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  if (hours > 14 || minutes > 59) return null;
  return new Date(there.getTime() - (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000);
}

/** What was typed, written out in full where it is a moment; otherwise as it was typed. An offset that was given stays. */
export function completeMoment(typed: string, now: Date): string {
  const at = readMoment(typed, now);
  if (at === null) return typed;
  return /([+-]\d{2}:\d{2})$/.test(typed.trim()) && /^\d{4}-\d{2}-\d{2} \d{2}:/.test(typed.trim()) ? typed.trim() : writtenMoment(at);
}
