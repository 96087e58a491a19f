// The page's words in each language, and the choice between them.

import { en } from "./strings/en";

/** The key of a text. */
export type TextKey = keyof typeof en;
/** All texts in one language. Values may hold `{placeholders}`. */
export type Catalogue = Record<TextKey, string>;
/** Gives a text in the language of the page. */
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** A language: its own name, its direction of writing and its texts. To add one, add a line and a file. */
export interface Language {
  name: string;
  direction: "ltr" | "rtl";
  load: () => Promise<Catalogue>;
}

export const languages = {
  en: { name: "English", direction: "ltr", load: () => Promise.resolve(en) },
  es: { name: "Español", direction: "ltr", load: () => import("./strings/es").then(({ es }) => es) },
} satisfies Record<string, Language>;

export type LanguageCode = keyof typeof languages;

/** The first of the person's languages that we speak; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const code = tag.toLowerCase().split("-")[0] ?? "";
    if (code in languages) return code as LanguageCode;
  }
  return "en";
}

/**
 * The tag for dates and plurals: the person's own regional form of the language if there is one, since an
 * American and a Briton write dates differently.
 */
export function regionalTag(code: LanguageCode, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === code) ?? code;
}

/** Fills the placeholders of a text. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The translator of a catalogue. */
export function translator(catalogue: Catalogue): Translate {
  return (key, values) => fill(catalogue[key], values);
}
