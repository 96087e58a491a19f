// What to say when the connection is not as it should be, and whose side it is on.

import type { Flow } from "./figures";
import type { LinkState } from "./peer-link";
import type { Line } from "./signal";

/** How one link stands, for the judgement. */
export interface LinkView {
  name: string;
  present: boolean;
  state: LinkState;
  flow: Flow;
  wasConnected: boolean;
  /** Share of our packets that are lost on the way, 0 to 1. */
  lossThere: number;
}

/** What is wrong. `name`: with whom. */
export type Trouble =
  | { kind: "ours" }
  | { kind: "ours_line" }
  | { kind: "ours_weak" }
  | { kind: "theirs"; name: string }
  | { kind: "between"; name: string }
  | { kind: "weak"; name: string };

/** The worst trouble; null if there is none. Our own side is named first, because the person can mend it. */
export function troubleOf(line: Line, links: readonly LinkView[]): Trouble | null {
  const broken = links.filter((link) => link.wasConnected && (link.state === "broken" || link.flow === "stopped"));
  if (line !== "open") return broken.length > 0 ? { kind: "ours" } : { kind: "ours_line" };
  const away = broken.find((link) => !link.present);
  if (away !== undefined) return { kind: "theirs", name: away.name };
  const [first] = broken;
  if (first !== undefined) return { kind: "between", name: first.name };
  const weak = links.find((link) => link.state === "connected" && link.flow === "weak");
  if (weak === undefined) return null;
  return weak.lossThere > 0.08 ? { kind: "ours_weak" } : { kind: "weak", name: weak.name };
}
