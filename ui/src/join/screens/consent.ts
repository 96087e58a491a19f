// Agreement to a video visit: two buttons, and what happens after each.

import { button, el, setAttribute, setText, show } from "../dom";
import type { Page } from "../page";
import type { TextKey } from "../strings";
import { type Screen, heading, notice } from "./screen";

const POINTS: TextKey[] = ["consent_what", "consent_limits", "consent_private", "consent_record", "consent_stop"];

export function consentScreen(page: Page): Screen {
  const { t } = page;
  const problem = notice("error", t("consent_problem"));
  problem.setAttribute("role", "alert");
  const agree = button({ class: "primary wide", "data-testid": "consent-agree" }, () => page.visit.consent === "unasked" && page.consent(true));
  const disagree = button({ class: "wide", "data-testid": "consent-decline" }, () => ask(true), t("disagree"));
  const choice = el("div", { class: "stack" }, agree, disagree, el("p", { class: "quiet" }, t("consent_then")));
  const yes = button({ class: "danger wide", "data-testid": "consent-decline-yes" }, () => page.consent(false), t("disagree_yes"));
  const back = button({ class: "wide" }, () => ask(false), t("go_back"));
  const sure = el("div", { class: "stack card", role: "group", "aria-label": t("disagree"), hidden: true }, el("p", {}, t("disagree_sure")), yes, back);
  const ask = (open: boolean) => {
    show(sure, open);
    show(choice, !open);
    (open ? back : disagree).focus();
  };
  const root = el(
    "section",
    {},
    heading(t("consent_title")),
    el("ul", { class: "points" }, ...POINTS.map((key) => el("li", {}, t(key)))),
    problem,
    choice,
    sure,
    el("p", {}, button({ class: "link", "data-testid": "check-again" }, () => page.checkAgain(), t("check_again"))),
  );
  return {
    root,
    update() {
      const busy = page.visit.consent !== "unasked";
      show(problem, page.visit.problem && !busy);
      setText(agree, busy ? t("moment") : t("agree"));
      for (const one of [agree, disagree, yes]) setAttribute(one, "aria-disabled", busy ? "true" : null);
    },
  };
}
