// How the three panes share the window: three presets, and whatever a person drags.

export type Layout = "talk" | "write" | "examine";

/** Shares of chart, note and call. */
export const layouts: Record<Layout, number[]> = {
  talk: [0.18, 0.34, 0.48],
  write: [0.19, 0.45, 0.36],
  examine: [0.16, 0.26, 0.58],
};

export function matchingLayout(shares: number[]): Layout | null {
  const same = (layout: Layout) => layouts[layout].every((share, index) => Math.abs(share - (shares[index] ?? 0)) < 0.005);
  return (Object.keys(layouts) as Layout[]).find(same) ?? null;
}
