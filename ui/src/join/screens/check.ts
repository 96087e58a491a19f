// The device check: camera, microphone, sound, network, each with its outcome and a way to mend it.

import { browserKind, isInAppBrowser } from "../browser";
import { deviceOutcome } from "../checks";
import { button, el, setAttribute, setChildren, setText, show } from "../dom";
import { type IconName, icon, setIcon } from "../icons";
import type { Kind } from "../local-media";
import type { Page } from "../page";
import { Meter } from "../sound";
import type { TextKey, Translate } from "../strings";
import type { CheckOutcome } from "../wire";
import { copyLink } from "./copy-link";
import { type Screen, devicePickers, heading, selfView } from "./screen";

type Part = "camera" | "microphone" | "speaker" | "network";

const OUTCOME_ICON: Record<CheckOutcome, IconName> = { good: "check", poor: "warning", failed: "cross", blocked: "cross", skipped: "dots" };

export function checkScreen(page: Page): Screen {
  const { t, media, checks } = page;
  const parts = [cameraPart(page), microphonePart(page), speakerPart(page), networkPart(page)];
  const clinician = page.visit.who?.clinician;
  const allow = button({ class: "primary wide", "data-testid": "check-start" }, () => void media.open(), t("allow"));
  const asking = el("p", { role: "status" });
  const ask = el("div", { class: "card ask" }, el("p", {}, t("allow_text")), allow, asking);
  const goOn = button({ class: "primary wide", "data-testid": "check-continue" }, () => page.finishCheck(), t("continue"));
  const root = el(
    "section",
    {},
    heading(t("check_title")),
    el("p", {}, clinician ? t("check_text", { clinician }) : t("check_text_unknown")),
    isInAppBrowser() ? inAppCard(t) : null,
    ask,
    el("div", { class: "parts" }, ...parts.map((part) => part.root)),
    el("p", { class: "quiet" }, t("check_go_on")),
    goOn,
  );
  void openIfAllowed(page);
  if (checks.network === "untried") void checks.measure();
  return {
    root,
    update() {
      const untouched = media.untouched;
      const waiting = media.microphone.state === "asking" || media.camera.state === "asking";
      show(ask, untouched || waiting);
      show(allow, untouched);
      setText(asking, waiting ? t("allow_waiting") : "");
      goOn.classList.toggle("primary", !untouched);
      for (const part of parts) part.update();
    },
    dispose: () => parts.forEach((part) => part.dispose?.()),
  };
}

/** Someone who allowed both on an earlier visit need not press the button. */
async function openIfAllowed(page: Page): Promise<void> {
  if (!page.media.untouched) return;
  try {
    const names = ["camera", "microphone"] as const;
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name: name as PermissionName })));
    if (states.every(({ state }) => state === "granted") && page.media.untouched) await page.media.open();
  } catch {
    // The browser does not tell; the button asks.
  }
}

function partCard(page: Page, part: Part, ...children: HTMLElement[]) {
  const picture = icon("dots");
  const word = el("span");
  const badge = el("span", { class: "badge" }, picture, word);
  const text = el("p", { role: "status" });
  const root = el(
    "section",
    { class: "card part", "data-testid": `check-${part}`, "aria-label": page.t(part) },
    el("header", {}, icon(part === "speaker" ? "speaker" : part), el("h2", {}, page.t(part)), badge),
    text,
    ...children,
  );
  const set = (outcome: CheckOutcome, says: string, shown: TextKey = `outcome_${outcome}`) => {
    setAttribute(root, "data-outcome", outcome);
    setIcon(picture, OUTCOME_ICON[shown === "outcome_skipped" ? "skipped" : outcome]);
    setText(word, page.t(shown));
    setText(text, says);
    show(text, says !== "");
  };
  return { root, set };
}

/** What to say and offer when a device cannot be used. */
function deviceHelp(page: Page, kind: Kind) {
  const { t } = page;
  const how = el("p", {}, t(`help_${browserKind()}`));
  const again = button({ "data-testid": `retry-${kind}` }, () => void page.media.reopen(kind), t("try_again"));
  const root = el("div", { class: "help" }, how, again);
  const update = () => {
    const { state } = page.media[kind];
    show(how, state === "blocked");
    show(root, state === "blocked" || state === "missing" || state === "busy");
  };
  return { root, update };
}

function deviceText(t: Translate, kind: Kind, state: string, live: string): string {
  switch (state) {
    case "live":
      return live;
    case "blocked":
      return t(kind === "camera" ? "blocked_camera" : "blocked_microphone");
    case "missing":
    case "busy":
    case "lost":
      return t(`${kind}_${state}`);
    case "unsupported":
      return t("unsupported");
    default:
      return "";
  }
}

function deviceWord(state: string, outcome: CheckOutcome): TextKey {
  return state === "off" ? "outcome_off" : state === "asking" ? "outcome_asking" : `outcome_${outcome}`;
}

function cameraPart(page: Page): Screen {
  const view = selfView(page);
  const pickers = devicePickers(page, ["camera"]);
  const help = deviceHelp(page, "camera");
  const card = partCard(page, "camera", view.root, pickers.root, help.root);
  return {
    root: card.root,
    update() {
      const { camera } = page.media;
      const outcome = deviceOutcome(camera);
      card.set(outcome, deviceText(page.t, "camera", camera.state, page.t("camera_good")), deviceWord(camera.state, outcome));
      show(view.root, camera.track !== null);
      view.update();
      pickers.update();
      help.update();
    },
  };
}

function microphonePart(page: Page): Screen {
  const { t, media, checks } = page;
  const meter = new Meter();
  const bar = el("meter", { min: 0, max: 1, "aria-label": t("microphone_level"), "data-testid": "meter" });
  const pickers = devicePickers(page, ["microphone"]);
  const help = deviceHelp(page, "microphone");
  const card = partCard(page, "microphone", bar, pickers.root, help.root);
  const opened = performance.now();
  let frame = 0;
  const look = () => {
    const level = meter.level();
    bar.value = level;
    if (media.microphone.track !== null) checks.loudness(level, meter.running);
    frame = requestAnimationFrame(look);
  };
  look();
  return {
    root: card.root,
    update() {
      const { microphone } = media;
      const outcome = checks.microphoneOutcome;
      const silent = performance.now() - opened > 15_000 ? "microphone_silent" : "microphone_say";
      const live = t(checks.heard ? "microphone_good" : checks.canHear ? silent : "microphone_on");
      // Not heard yet is no fault while the person was not given the time to speak.
      const waiting = outcome === "poor" ? "outcome_skipped" : deviceWord(microphone.state, outcome);
      card.set(outcome, deviceText(t, "microphone", microphone.state, live), waiting);
      meter.listen(microphone.track);
      show(bar, microphone.track !== null && checks.canHear);
      pickers.update();
      help.update();
    },
    dispose() {
      cancelAnimationFrame(frame);
      meter.close();
    },
  };
}

function speakerPart(page: Page): Screen {
  const { t, checks } = page;
  const play = button({ "data-testid": "speaker-play" }, () => void checks.playSound(), t("play_sound"));
  const answers = el(
    "div",
    { class: "answers" },
    button({ "data-testid": "speaker-yes" }, () => checks.answerSound(true), t("yes")),
    button({ "data-testid": "speaker-no" }, () => checks.answerSound(false), t("no")),
  );
  const pickers = devicePickers(page, ["speaker"]);
  const card = partCard(page, "speaker", answers, play, pickers.root);
  const says = (): string => {
    switch (checks.speaker) {
      case "untried":
        return t("speaker_text");
      case "playing":
        return t("playing");
      case "asking":
        return t("speaker_question");
      case "heard":
        return t("speaker_good");
      case "not_heard":
        return t("speaker_failed");
      case "blocked":
        return t("speaker_blocked");
    }
  };
  return {
    root: card.root,
    update() {
      card.set(checks.speakerOutcome, says());
      show(answers, checks.speaker === "asking");
      setAttribute(play, "aria-disabled", String(checks.speaker === "playing"));
      pickers.update();
    },
  };
}

function networkPart(page: Page): Screen {
  const { t, checks } = page;
  const progress = el("progress", { max: 1, "aria-label": t("network_running") });
  const figures = el("p", { class: "quiet", "data-testid": "network-figures" });
  const again = button({ "data-testid": "network-again" }, () => void checks.measure(), t("measure_again"));
  const card = partCard(page, "network", progress, figures, again);
  const number = new Intl.NumberFormat(page.tag, { maximumSignificantDigits: 2 });
  const speed = (kbps: number) => t("megabits", { value: number.format(kbps / 1000) });
  return {
    root: card.root,
    update() {
      const outcome = checks.networkOutcome;
      const done = checks.network === "done";
      const text = outcome === "good" ? "network_good" : outcome === "poor" ? "network_poor" : "network_failed";
      card.set(outcome, t(done ? text : "network_running"));
      progress.value = checks.networkProgress;
      show(progress, !done);
      show(again, done && outcome !== "good");
      const measured = checks.figures;
      show(figures, done && measured !== null);
      if (measured === null) return;
      const { round_trip_ms: rtt, loss, down_kbps: down, up_kbps: up } = measured;
      setText(
        figures,
        t("network_figures", { rtt: Math.round(rtt), loss: Math.round(loss * 100), down: speed(down), up: speed(up) }),
      );
    },
  };
}

function inAppCard(t: Translate): HTMLElement {
  const card = el("div", { class: "card", "data-testid": "in-app" });
  setChildren(card, [el("h2", {}, t("in_app_title")), el("p", {}, t("in_app_text")), copyLink(t)]);
  return card;
}
