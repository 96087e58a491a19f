// The call: the others large, ourselves small, and four buttons.

import { button, el, setAttribute, setChildren, setText, show } from "../dom";
import { icon } from "../icons";
import type { Page } from "../page";
import { type Trouble, troubleOf } from "../trouble";
import { chatPanel } from "./chat-panel";
import { deviceWords } from "./device-notice";
import { leaveQuestion } from "./leave";
import { type Screen, devicePickers, deviceSwitch, selfView } from "./screen";
import { type Tile, makeTile } from "./tile";

type Panel = "chat" | "devices";

export function callScreen(page: Page): Screen {
  const { t } = page;
  const tiles = new Map<string, Tile>();
  const title = el("h1", { tabindex: -1, class: "call-title", "data-testid": "in-call" });
  const grid = el("div", { class: "tiles" });
  const alone = el("p", { class: "alone", role: "status" }, t("call_alone"));
  const view = selfView(page);
  const banner = callBanner(page);
  const sound = button({ class: "primary sound", "data-testid": "sound-on" }, () => touched(), icon("speaker"), t("sound_on"));
  const playAll = () => {
    page.setSoundBlocked(false);
    for (const tile of tiles.values()) tile.play();
  };
  // Any touch will do.
  const touched = () => page.soundBlocked && playAll();

  const chat = chatPanel(page, null);
  const pickers = devicePickers(page, ["camera", "microphone", "speaker"]);
  const mend = button({}, () => void page.media.open(), t("try_again"));
  const panels: Record<Panel, HTMLElement> = {
    chat: panel("chat", t("chat"), () => open(null), t("close"), chat.root),
    devices: panel("devices", t("devices"), () => open(null), t("close"), pickers.root, mend),
  };
  let shown: Panel | null = null;
  const open = (which: Panel | null) => {
    const before = shown;
    shown = which;
    if (which === "chat") chat.input.focus();
    page.chat.read();
    update();
    if (which === "chat") chat.input.focus();
    else if (which === "devices") panels.devices.querySelector<HTMLElement>("button, select")?.focus();
    else if (before === "chat") chatButton.focus();
    else if (before === "devices") devicesButton.focus();
  };

  const switches = [deviceSwitch(page, "microphone"), deviceSwitch(page, "camera")];
  const unread = el("span", { class: "switch-state" });
  const chatButton = button({ class: "switch", "data-testid": "open-chat" }, () => open(shown === "chat" ? null : "chat"), icon("chat"), el("span", { class: "switch-name" }, t("chat")), unread);
  const devicesButton = button({ class: "switch", "data-testid": "open-devices" }, () => open(shown === "devices" ? null : "devices"), icon("settings"), el("span", { class: "switch-name" }, t("settings")), el("span", { class: "switch-state" }));
  const leave = button({ class: "switch leave", "data-testid": "leave" }, () => leaving.ask(), icon("leave"), el("span", { class: "switch-name" }, t("leave")), el("span", { class: "switch-state" }));
  const leaving = leaveQuestion(page, () => leave.focus());
  const announced = el("p", { class: "visually-hidden", role: "status" });

  const root = el(
    "section",
    { class: "call", "data-testid": "call" },
    el("div", { class: "stage" }, title, el("div", { class: "view" }, grid, alone, view.root, banner.root, sound)),
    panels.chat,
    panels.devices,
    leaving.root,
    el("div", { class: "controls", role: "toolbar", "aria-label": t("call_title") }, ...switches.map(({ root }) => root), chatButton, devicesButton, leave),
    announced,
  );
  root.addEventListener("pointerup", touched);
  root.addEventListener("keydown", (event) => {
    touched();
    if (event.key === "Escape" && shown !== null) open(null);
  });

  function update() {
    const { links } = page.mesh;
    for (const link of links) {
      const id = link.peer.participant;
      if (!tiles.has(id)) tiles.set(id, makeTile(page, id));
    }
    const present = new Set(links.map((link) => link.peer.participant));
    for (const id of tiles.keys()) if (!present.has(id)) tiles.delete(id);
    setChildren(grid, [...tiles.values()].map(({ root }) => root));
    for (const link of links) tiles.get(link.peer.participant)?.update(link);
    setAttribute(grid, "data-count", links.length);
    const names = new Intl.ListFormat(page.tag, { type: "unit" }).format(links.map((link) => link.peer.name));
    setText(title, links.length === 0 ? t("call_title") : t("call_with", { names }));
    show(alone, links.length === 0);
    show(sound, page.soundBlocked);
    banner.update();
    view.update();
    setAttribute(view.root.querySelector("video") ?? view.root, "data-frames-sent", Math.max(0, ...links.map((link) => link.figures?.framesSent ?? 0)));
    switches.forEach((one) => one.update());
    updatePanels();
  }

  function updatePanels() {
    for (const which of ["chat", "devices"] as const) show(panels[which], shown === which);
    setAttribute(root, "data-panel", shown);
    setAttribute(chatButton, "aria-expanded", String(shown === "chat"));
    setAttribute(devicesButton, "aria-expanded", String(shown === "devices"));
    if (shown === "chat") page.chat.read();
    const { unread: count, lines } = page.chat;
    setText(unread, count === 0 ? "" : t("chat_unread", { count }));
    chatButton.classList.toggle("unread", count > 0);
    const last = lines.at(-1);
    // The open conversation is a log that speaks for itself.
    setText(announced, count > 0 && last?.name ? t("chat_from", { name: last.name, text: last.text }) : "");
    chat.update();
    pickers.update();
    show(mend, page.media.microphone.track === null || page.media.camera.state === "blocked");
  }

  return { root, update };
}

function panel(which: Panel, title: string, close: () => void, closeText: string, ...children: HTMLElement[]): HTMLElement {
  return el(
    "aside",
    { class: "panel", "aria-label": title, hidden: true },
    el("header", {}, el("h2", {}, title), button({ class: "plain", "aria-label": closeText, "data-testid": `close-${which}` }, close, icon("cross"))),
    ...children,
  );
}

/** Hold, trouble with the connection, trouble with a device: one line, the most important first. */
function callBanner(page: Page): { root: HTMLElement; update(): void } {
  const text = el("div");
  const box = el("div", { class: "notice warning", hidden: true }, icon("warning"), text);
  const root = el("div", { class: "banner", role: "status", "data-testid": "call-banner" }, box);
  return {
    root,
    update() {
      const { links } = page.mesh;
      const views = links.map((link) => ({
        name: link.peer.name,
        present: link.peer.present,
        state: link.state,
        flow: link.flow,
        wasConnected: link.wasConnected,
        lossThere: link.figures?.lossThere ?? 0,
      }));
      const holder = links.find((link) => link.peer.hold);
      const trouble = troubleOf(page.visit.line, views);
      const hold = holder === undefined ? "" : page.t("hold", { name: holder.peer.name });
      // On hold nothing flows, which is then no trouble of the connection.
      const words = (hold === "" || trouble?.kind.startsWith("ours") ? troubleWords(page, trouble) : "") || hold || deviceWords(page);
      setText(text, words);
      show(box, words !== "");
      setAttribute(root, "data-trouble", trouble?.kind ?? null);
      setAttribute(root, "data-hold", holder !== undefined);
      box.classList.toggle("info", words !== "" && words === hold);
    },
  };
}

function troubleWords({ t }: Page, trouble: Trouble | null): string {
  switch (trouble?.kind) {
    case undefined:
      return "";
    case "ours":
    case "ours_line":
    case "ours_weak":
      return t(`trouble_${trouble.kind}`);
    case "theirs":
    case "between":
    case "weak":
      return t(`trouble_${trouble.kind}`, { name: trouble.name });
  }
}
