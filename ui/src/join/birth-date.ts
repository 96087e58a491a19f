// A date of birth as people type it, in three fields or in one piece.

/** What stands in the three fields. */
export interface DateParts {
  day: string;
  month: string;
  year: string;
}

export type DateField = keyof DateParts;

/** The order of the fields where this language is spoken. */
export function fieldOrder(language: string): DateField[] {
  const order = new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "numeric" })
    .formatToParts(new Date(2000, 0, 2))
    .map(({ type }) => type)
    .filter((type): type is DateField => type === "day" || type === "month" || type === "year");
  return order.length === 3 ? order : ["day", "month", "year"];
}

/** Number of a month given as digits or as a (shortened) name in this language or in English; null if it is none. */
export function monthNumber(text: string, language: string): number | null {
  const plain = simplify(text);
  if (/^\d{1,2}$/.test(plain)) return Number(plain);
  if (plain.length < 3) return null;
  for (const tongue of [language, "en"]) {
    const name = new Intl.DateTimeFormat(tongue, { month: "long", timeZone: "UTC" });
    for (let month = 0; month < 12; month += 1) {
      if (simplify(name.format(Date.UTC(2000, month, 15))).startsWith(plain)) return month + 1;
    }
  }
  return null;
}

/** `YYYY-MM-DD` of a real day between 1900 and today; null for anything else. */
export function isoDate(parts: DateParts, language: string, today: Date): string | null {
  const month = monthNumber(parts.month, language);
  const day = Number(westernDigits(parts.day).trim() || NaN);
  const yearText = westernDigits(parts.year).trim();
  if (month === null || !Number.isInteger(day) || !/^\d{4}$/.test(yearText)) return null;
  const year = Number(yearText);
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!real || year < 1900 || date.getTime() > today.getTime()) return null;
  return date.toISOString().slice(0, 10);
}

/**
 * Takes a whole date apart (`1961-03-05`, `5.3.1961`, `5 March 1961`); null if it is not one. Where day and
 * month cannot be told apart, the order of the language decides, and the person sees the fields filled.
 */
export function splitDate(text: string, language: string): DateParts | null {
  const pieces = westernDigits(text)
    .trim()
    .split(/[\s./,\-–]+/)
    .filter((piece) => piece !== "" && piece !== "de" && piece !== "of");
  if (pieces.length !== 3) return null;
  const [first = "", second = "", third = ""] = pieces;
  if (/^\d{4}$/.test(first)) return { year: first, month: second, day: third };
  if (!/^\d{4}$/.test(third)) return null;
  const isName = (piece: string) => !/^\d+$/.test(piece);
  const monthFirst = isName(first) || (!isName(second) && Number(second) > 12);
  const dayFirst = isName(second) || Number(first) > 12;
  const order = fieldOrder(language);
  if (monthFirst || (!dayFirst && order.indexOf("month") < order.indexOf("day"))) {
    return { month: first, day: second.replace(/\D/g, ""), year: third };
  }
  return { day: first.replace(/\D/g, ""), month: second, year: third };
}

/** Arabic-Indic, Persian and Devanagari digits as Western ones. */
export function westernDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹०-९]/g, (digit) => {
    const code = digit.charCodeAt(0);
    const zero = code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660;
    return String(code - zero);
  });
}

function simplify(text: string): string {
  return westernDigits(text).trim().toLowerCase().replace(/\.$/, "").normalize("NFD").replace(/\p{M}/gu, "");
}
