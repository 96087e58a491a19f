// The colours of tokens.css, held to the contrast that people need: 4.5:1 for text, 3:1 for the edges of controls.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync("src/tokens.css", "utf8");

function scheme(name: "light" | "dark"): Record<string, string> {
  const block = css.split("}").find((one) => one.includes(`data-mantine-color-scheme="${name}"]`) && one.includes("--text:")) ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1], match[2]]));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const surfaces = ["chrome", "surface", "surface-2", "hover", "selected"];
const pairs: [string, string, number][] = [
  ...["text", "text-2"].flatMap((text) => surfaces.map((on): [string, string, number] => [text, on, 4.5])),
  ...["chrome", "surface", "surface-2"].map((on): [string, string, number] => ["text-3", on, 4.5]),
  ...["good", "warn", "bad", "info", "accent"].flatMap((tone): [string, string, number][] => [
    [`${tone}-text`, "surface", 4.5],
    [`${tone}-text`, "surface-2", 4.5],
    [`${tone}-text`, "selected", 4.5],
    [`${tone}-text`, `${tone}-soft`, 4.5],
    ["text", `${tone}-soft`, 4.5],
  ]),
  ["control-line", "surface", 3],
  ["control-line", "surface-2", 3],
  ["accent-text", "surface", 4.5],
];

describe.each(["light", "dark"] as const)("%s", (name) => {
  const colours = scheme(name);
  test.each(pairs)("%s on %s reaches %f", (text, on, least) => {
    const [a, b] = [colours[text], colours[on]];
    if (!a || !b) throw new Error(`no colour ${text} or ${on}`);
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least);
  });
});
