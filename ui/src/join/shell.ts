// The frame around the screens: practice, language, the word about a lost line, the emergency line.

import { el, on, setAttribute, setChildren, setText, show } from "./dom";
import { icon } from "./icons";
import type { Page } from "./page";
import { callScreen } from "./screens/call";
import { checkScreen } from "./screens/check";
import { consentScreen } from "./screens/consent";
import { identifyScreen } from "./screens/identify";
import { blockedScreen, browserRefusal, connectingScreen, overKey, overScreen, refusedScreen } from "./screens/plain";
import type { Screen } from "./screens/screen";
import { waitingScreen } from "./screens/waiting";
import { type LanguageCode, languages } from "./strings";
import { type ScreenName, screenOf } from "./visit";

const SCREENS: Record<ScreenName, (page: Page) => Screen> = {
  connecting: connectingScreen,
  refused: refusedScreen,
  blocked: blockedScreen,
  identify: identifyScreen,
  check: checkScreen,
  consent: consentScreen,
  waiting: waitingScreen,
  call: callScreen,
  over: overScreen,
};

/** Shows the page inside `body` for as long as the tab lives. */
export function showPage(page: Page, body: HTMLElement): void {
  const practice = el("p", { class: "practice", dir: "auto" });
  const header = el("header", { class: "top" }, practice, languageSwitch(page));
  const lineText = el("div");
  const lineBox = el("div", { class: "notice warning", hidden: true }, icon("warning"), lineText);
  const line = el("div", { class: "line", role: "status", "data-testid": "line" }, lineBox);
  const main = el("main");
  const emergency = el("footer", { class: "emergency" });
  setChildren(body, [header, line, main, emergency]);

  let key = "";
  let screen: Screen | null = null;
  const render = () => {
    const { visit, t, language } = page;
    const name = screenOf(visit);
    const refusal = browserRefusal(page);
    setText(practice, visit.who?.practice ?? t("page_title"));
    setText(emergency, t("emergency"));
    setText(lineText, t("line_lost"));
    show(lineBox, visit.line === "lost" && name !== "call" && name !== "over");
    setAttribute(body, "data-screen", refusal === null ? name : "refused");
    setAttribute(body, "data-line", visit.line);
    document.title = name === "call" && document.hidden ? t("title_ready") : t("page_title");
    const wanted = [name, language, name === "over" ? overKey(visit) : (visit.refused?.because ?? "")].join();
    if (wanted !== key) {
      const first = key === "";
      key = wanted;
      screen?.dispose?.();
      screen = refusal === null ? SCREENS[name](page) : { root: refusal, update: () => undefined };
      setChildren(main, [screen.root]);
      window.scrollTo(0, 0);
      // A screen reader reads the new heading; at the very start it reads the page anyway.
      if (!first && !header.contains(document.activeElement)) screen.root.querySelector("h1")?.focus();
    }
    screen?.update();
  };

  let due = false;
  page.onChange(() => {
    if (due) return;
    due = true;
    // Many changes come in one go; a microtask also runs while the page is hidden, a frame would not.
    queueMicrotask(() => {
      due = false;
      render();
    });
  });
  document.addEventListener("visibilitychange", render);
  render();
}

function languageSwitch(page: Page): HTMLElement {
  const select = el(
    "select",
    { "data-testid": "language" },
    ...Object.entries(languages).map(([code, { name }]) => el("option", { value: code, lang: code }, name)),
  );
  on(select, { change: () => void page.setLanguage(select.value as LanguageCode) });
  const label = el("span", { class: "visually-hidden" });
  page.onChange(() => {
    setText(label, page.t("language"));
    if (select.value !== page.language) select.value = page.language;
  });
  return el("label", { class: "language" }, label, select);
}
