// Small pieces that every screen uses.
import type { ReactNode } from "react";
import { keyCaps, type ShortcutId } from "./shortcuts";
import classes from "./Bits.module.css";

export type Tone = "plain" | "good" | "warn" | "bad" | "info" | "accent";

/** A state in words with its sign. Colour only repeats what the words say. */
export function Tag({ tone = "plain", icon, children, soft = true }: { tone?: Tone; icon?: ReactNode; children: ReactNode; soft?: boolean }) {
  return (
    <span className={classes.tag} data-tone={tone} data-soft={soft || undefined}>
      {icon}
      <span>{children}</span>
    </span>
  );
}

export function Keys({ of }: { of: ShortcutId }) {
  return (
    <span className={classes.keys} aria-hidden="true">
      {keyCaps(of).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}

export function Empty({ icon, title, children, action }: { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <div className={classes.emptyIcon} aria-hidden="true">
        {icon}
      </div>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className={classes.emptyAction}>{action}</div>}
    </div>
  );
}

/** Says what happened, what was kept and what to do. */
export function Problem({ title, children, action, code }: { title: string; children?: ReactNode; action?: ReactNode; code?: string | null }) {
  return (
    <div className={classes.problem} role="alert">
      <div>
        <strong>{title}</strong>
        {children && <div>{children}</div>}
        {code && <div className={classes.code}>{code}</div>}
      </div>
      {action}
    </div>
  );
}

export function Block({ title, count, aside, children }: { title: string; count?: number; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.block} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {count !== undefined && <span className={classes.count}>{count}</span>}
        {aside && <span className={classes.aside}>{aside}</span>}
      </header>
      {children}
    </section>
  );
}
