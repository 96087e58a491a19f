// The waiting room.

import { button, el, setAttribute, setText, show } from "../dom";
import { icon } from "../icons";
import type { Page } from "../page";
import { chatPanel } from "./chat-panel";
import { leaveQuestion } from "./leave";
import { deviceNotice } from "./device-notice";
import { type Screen, devicePickers, deviceSwitch, heading, iconText, selfView } from "./screen";
import { whoLine } from "./identify";

export function waitingScreen(page: Page): Screen {
  const { t } = page;
  const sentBack = el("p", { class: "place", "data-testid": "sent-back" }, t("waiting_again"));
  const place = el("p", { class: "place", "data-testid": "place" });
  const range = el("p", { "data-testid": "range" });
  const view = selfView(page);
  const switches = [deviceSwitch(page, "microphone"), deviceSwitch(page, "camera")];
  const pickers = devicePickers(page, ["camera", "microphone", "speaker"]);
  const chat = chatPanel(page, el("p", {}, t("chat_help")));
  const trouble = deviceNotice(page);
  const leaving = leaveQuestion(page, () => leave.focus());
  const leave = button({ class: "link", "data-testid": "leave" }, () => leaving.ask(), t("leave"));
  const root = el(
    "section",
    { class: "waiting", "data-testid": "waiting" },
    el(
      "div",
      { class: "waiting-main" },
      heading(t("waiting_title")),
      el("p", { class: "who" }, icon("person"), el("span", {}, whoLine(page))),
      el("div", {}, el("div", { class: "card place-card", role: "status" }, sentBack, place, range), trouble.root),
      el(
        "div",
        { class: "card" },
        el("h2", {}, t("next_title")),
        el("ul", { class: "points" }, el("li", {}, t("waiting_told")), el("li", {}, t("next_admit")), el("li", {}, t("next_stay")), el("li", {}, t("next_again"))),
      ),
      el("div", { class: "card" }, el("h2", {}, iconText("chat", t("chat_practice"))), chat.root),
    ),
    el(
      "div",
      { class: "waiting-side" },
      el(
        "div",
        { class: "card" },
        el("h2", {}, t("your_picture")),
        view.root,
        el("div", { class: "switches" }, ...switches.map(({ root }) => root)),
        pickers.root,
      ),
      leaving.root,
      el("p", { class: "leave-line" }, leave),
    ),
  );
  return {
    root,
    update() {
      show(sentBack, page.visit.sentBack);
      const where = page.visit.place;
      const ahead = where?.ahead ?? null;
      setText(place, ahead === null ? t("moment") : ahead === 0 ? t("waiting_next") : ahead === 1 ? t("waiting_one") : t("waiting_many", { count: ahead }));
      setAttribute(place, "data-ahead", ahead);
      const minutes = where?.minutes ?? null;
      setText(range, minutes === null ? t("waiting_unknown") : t("waiting_range", { from: minutes[0], to: minutes[1] }));
      show(range, where !== null);
      view.update();
      switches.forEach((one) => one.update());
      pickers.update();
      trouble.update();
      chat.update();
      page.chat.read();
    },
  };
}
