// The screens that only say something: opening, refused, blocked, over.

import { canCall } from "../browser";
import { button, el, setText, show } from "../dom";
import { type IconName, icon } from "../icons";
import type { Page } from "../page";
import type { TextKey } from "../strings";
import type { Visit } from "../visit";
import { copyLink } from "./copy-link";
import { type Screen, heading } from "./screen";

/** How long the practice may take to answer before we say that it is slow. */
const SLOW_MS = 6000;

function message(name: string, picture: IconName, title: string, ...children: HTMLElement[]): HTMLElement {
  return el("section", { class: "message", "data-testid": name }, el("div", { class: "big-icon" }, icon(picture)), heading(title), ...children);
}

export function connectingScreen(page: Page): Screen {
  const text = el("p", { role: "status" }, page.t("connecting_text"));
  const slow = setTimeout(() => setText(text, page.t("connecting_slow")), SLOW_MS);
  return {
    root: message("connecting", "dots", page.t("connecting_title"), text),
    update: () => undefined,
    dispose: () => clearTimeout(slow),
  };
}

/** Why the visit is refused, as words; also for a browser that cannot make calls. */
export function refusedScreen(page: Page): Screen {
  const { t } = page;
  const because = page.visit.refused?.because ?? "bad_link";
  const again = button({ class: "primary", "data-testid": "try-again" }, () => page.rejoin(), t("try_again"));
  const reload = button({ class: "primary", "data-testid": "reload" }, () => location.reload(), t("reload"));
  const root = message(
    "refused",
    "warning",
    t(`refused_${because}`),
    el("p", {}, t(`refused_${because}_text`)),
    because === "protocol" ? reload : again,
  );
  root.dataset.because = because;
  // A forged or expired link does not become good by being tried again.
  show(again, because === "other_device" || because === "unavailable");
  return { root, update: () => undefined };
}

/** For a browser without WebRTC; null where calls can be made. */
export function browserRefusal(page: Pick<Page, "t">): HTMLElement | null {
  if (canCall()) return null;
  return message("refused", "warning", page.t("refused_browser"), el("p", {}, page.t("refused_browser_text")), copyLink(page.t));
}

export function blockedScreen(page: Page): Screen {
  const { t } = page;
  const left = el("p", { class: "countdown", "data-testid": "blocked-left", role: "timer" });
  return {
    root: message("blocked", "warning", t("blocked_title"), el("p", {}, t("blocked_text")), left, el("p", { class: "quiet" }, t("blocked_help"))),
    update() {
      const seconds = Math.max(0, Math.ceil(((page.visit.blockedUntil ?? 0) - performance.now()) / 1000));
      setText(left, countdown(seconds));
    },
  };
}

/** Minutes and seconds, `4:05`. */
export function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Which words belong to the end of the visit. */
export function overKey(visit: Pick<Visit, "step" | "consent" | "leaving">): "finished" | "left" | "replaced" | "removed" | "declined" | "cancelled" {
  if (visit.step?.at !== "over") return "left";
  return visit.step.why === "removed" && visit.consent === "declined" ? "declined" : visit.step.why;
}

export function overScreen(page: Page): Screen {
  const { t } = page;
  const key = overKey(page.visit);
  const texts: Record<typeof key, TextKey> = {
    finished: "over_finished_text",
    left: "over_left_text",
    replaced: "over_replaced_text",
    removed: "over_removed_text",
    declined: "over_declined_text",
    cancelled: "over_cancelled_text",
  };
  const back = button({ class: "primary", "data-testid": "rejoin" }, () => page.rejoin(), t(key === "replaced" ? "use_here" : "rejoin"));
  show(back, key === "left" || key === "replaced");
  const root = message("over", key === "finished" ? "check" : "leave", t(`over_${key}`), el("p", {}, t(texts[key])), back);
  root.dataset.why = key;
  return { root, update: () => undefined };
}
