// Panes beside each other with bars between them that are dragged, or moved with the arrow keys.
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import classes from "./Panes.module.css";

export interface Pane {
  id: string;
  label: string;
  content: ReactNode;
  /** The least it may shrink to, in pixels. */
  min: number;
}

interface Props {
  panes: Pane[];
  /** Shares of the width, one a pane, with the sum 1. A share of 0 hides the pane. */
  shares: number[];
  onShares: (shares: number[]) => void;
}

const STEP = 0.02;

export function Panes({ panes, shares, onShares }: Props) {
  const box = useRef<HTMLDivElement>(null);

  const move = (bar: number, by: number) => {
    const width = box.current?.clientWidth ?? 0;
    onShares(moveBar(shares, bar, by, panes.map((pane) => (width > 0 ? pane.min / width : 0))));
  };

  const drag = (bar: number) => (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const width = box.current?.clientWidth ?? 1;
    const mins = panes.map((pane) => pane.min / width);
    const onMove = (moved: globalThis.PointerEvent) => onShares(moveBar(shares, bar, (moved.clientX - start) / width, mins));
    const onUp = () => {
      handle.removeEventListener("pointermove", onMove);
      handle.removeEventListener("pointerup", onUp);
      handle.removeEventListener("pointercancel", onUp);
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("pointerup", onUp);
    handle.addEventListener("pointercancel", onUp);
  };

  const onKey = (bar: number) => (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(bar, by);
  };

  return (
    <div ref={box} className={classes.box}>
      {panes.map((pane, index) => (
        <div key={pane.id} className={classes.slot} style={{ flexGrow: shares[index] ?? 0 }} hidden={(shares[index] ?? 0) === 0}>
          {index > 0 && (
            <div
              className={classes.bar}
              role="separator"
              tabIndex={0}
              aria-orientation="vertical"
              aria-label={`${panes[index - 1]?.label ?? ""} | ${pane.label}`}
              aria-valuenow={Math.round(shares.slice(0, index).reduce((sum, share) => sum + share, 0) * 100)}
              aria-valuemin={0}
              aria-valuemax={100}
              onPointerDown={drag(index - 1)}
              onKeyDown={onKey(index - 1)}
            />
          )}
          <section className={classes.pane} aria-label={pane.label} data-pane={pane.id} tabIndex={-1}>
            {pane.content}
          </section>
        </div>
      ))}
    </div>
  );
}

/** The shares after the bar right of pane `bar` moved; no pane that is shown becomes smaller than its least. */
export function moveBar(shares: number[], bar: number, by: number, mins: number[]): number[] {
  const left = shares[bar] ?? 0;
  const right = shares[bar + 1] ?? 0;
  const least = Math.min(left, mins[bar] ?? 0);
  const most = Math.max(left, left + right - (mins[bar + 1] ?? 0));
  const next = Math.max(least, Math.min(most, left + by));
  return shares.map((share, index) => (index === bar ? next : index === bar + 1 ? left + right - next : share));
}
