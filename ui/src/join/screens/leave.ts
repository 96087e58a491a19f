// Asks before the person leaves: the button lies close to others that are pressed often.

import { button, el, show } from "../dom";
import type { Page } from "../page";

/** The question; `back` gets the focus to where it was when the person stays. */
export function leaveQuestion(page: Page, back: () => void): { root: HTMLElement; ask(): void } {
  const { t } = page;
  const stay = button({ "data-testid": "leave-stay" }, () => close(), t("stay"));
  const root = el(
    "div",
    { class: "leave-question", role: "alertdialog", "aria-label": t("leave"), "aria-describedby": "leave-sure", hidden: true },
    el("p", { id: "leave-sure" }, t("leave_sure")),
    el("div", { class: "answers" }, button({ class: "danger", "data-testid": "leave-confirm" }, () => page.leave(), t("leave_yes")), stay),
  );
  const close = () => {
    show(root, false);
    back();
  };
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return {
    root,
    ask() {
      show(root, true);
      stay.focus();
    },
  };
}
