// How dates, times, ages and sizes are written, everywhere the same.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (n: number) => String(n).padStart(2, "0");

/** `2026-03-05` as `05 Mar 2026`. A plain date has no zone and is never shifted by one. */
export function plainDate(iso: string | null | undefined): string {
  const parts = iso?.slice(0, 10).split("-").map(Number);
  const [year, month, day] = parts ?? [];
  if (!year || !month || !day) return "";
  return `${two(day)} ${MONTHS[month - 1] ?? "?"} ${year}`;
}

/** Whether the text is a day that exists, `YYYY-MM-DD`. */
export function isDay(value: string): boolean {
  const [year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value.trim())?.slice(1).map(Number) ?? [];
  if (!year || !month || !day) return false;
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day;
}

/** A moment's date in the zone of this computer. */
export function momentDate(iso: string): string {
  const at = new Date(iso);
  return `${two(at.getDate())} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
}

/** `10:41`. */
export function clockTime(moment: string | number): string {
  const at = new Date(moment);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `10:41:07`. */
export function clockSeconds(moment: string | number): string {
  return `${clockTime(moment)}:${two(new Date(moment).getSeconds())}`;
}

export function momentDateTime(iso: string): string {
  return `${momentDate(iso)}, ${clockTime(iso)}`;
}

/** `UTC+01:00 Europe/Berlin`, as the status line shows it. */
export function zoneName(at: Date = new Date()): string {
  const minutes = -at.getTimezoneOffset();
  const sign = minutes < 0 ? "−" : "+";
  const size = Math.abs(minutes);
  const offset = minutes === 0 ? "UTC" : `UTC${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return !name || name === "UTC" ? offset : `${offset} ${name}`;
}

/** How long something has lasted: `0:42`, `12:07`, `1 h 04 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same in words, for people who listen. */
export function durationWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return "less than a minute";
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const part = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  if (hours === 0) return part(minutes, "minute");
  return rest === 0 ? part(hours, "hour") : `${part(hours, "hour")} ${part(rest, "minute")}`;
}

/** Age at a moment, in the unit a clinician would use: `3 wk`, `14 mo`, `42 y`. */
export function age(birth: string, at: number): string {
  const [year, month, day] = birth.slice(0, 10).split("-").map(Number);
  if (!year || !month || !day) return "";
  const today = new Date(at);
  let months = (today.getFullYear() - year) * 12 + today.getMonth() + 1 - month;
  if (today.getDate() < day) months -= 1;
  if (months < 3) {
    const days = Math.max(0, Math.floor((at - new Date(year, month - 1, day).getTime()) / 86_400_000));
    return days < 14 ? `${days} d` : `${Math.floor(days / 7)} wk`;
  }
  if (months < 24) return `${months} mo`;
  return `${Math.floor(months / 12)} y`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

export function kbps(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(1)} Mbit/s` : `${Math.round(value)} kbit/s`;
}

export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\s'-]/gu, "").split(/[\s]+/).filter(Boolean);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}
