// Every language says everything.

import { describe, expect, it } from "vitest";
import { chooseLanguage, fill, languages, regionalTag } from "./strings";
import { en } from "./strings/en";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
/** Words that are the same in both languages. */
const SAME = new Set(["chat", "megabits", "no"]);

describe.each(Object.entries(languages))("the words in %s", (code, language) => {
  it("are complete, keep every placeholder and are translated", async () => {
    const texts: Record<string, string> = await language.load();
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [key, english] of Object.entries(en)) {
      const text = texts[key] ?? "";
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(text), key).toEqual(placeholders(english));
      if (code !== "en" && !SAME.has(key)) expect(text, key).not.toBe(english);
    }
  });
});

describe("the choice of language", () => {
  it("takes the first one we speak, English otherwise", () => {
    expect(chooseLanguage(["fr-FR", "es-MX", "en"])).toBe("es");
    expect(chooseLanguage(["fr"])).toBe("en");
    expect(chooseLanguage([])).toBe("en");
  });

  it("keeps the region for dates", () => {
    expect(regionalTag("es", ["fr", "es-MX"])).toBe("es-MX");
    expect(regionalTag("en", ["fr"])).toBe("en");
  });

  it("fills placeholders and leaves unknown ones", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
    expect(fill("{a}", { a: "{b}", b: "no" })).toBe("{b}");
  });
});
