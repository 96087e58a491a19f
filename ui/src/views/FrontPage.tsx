// The frame of the screens before the console: a calm card in the middle.
import type { ReactNode } from "react";
import { text } from "../strings/en";
import classes from "./FrontPage.module.css";
import { Mark } from "../parts/Mark";

export function FrontPage({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <main className={classes.page}>
      <div className={classes.brand}>
        <Mark size={28} />
        <span>{text.product}</span>
      </div>
      <div className={classes.card} data-wide={wide || undefined}>
        {children}
      </div>
    </main>
  );
}
