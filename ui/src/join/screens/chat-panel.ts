// The conversation, in the waiting room and in the call.

import { type Child, button, el, on, setChildren, show } from "../dom";
import type { Page } from "../page";
import { CHAT_LIMIT } from "../wire";

/** The messages and the field to write one. */
export function chatPanel(page: Page, help: Child): { root: HTMLElement; input: HTMLTextAreaElement; update(): void } {
  const { t } = page;
  const empty = el("p", { class: "quiet" }, t("chat_empty"));
  const list = el("ol", { class: "chat-lines", "data-testid": "chat-log", role: "log", "aria-label": t("chat"), tabindex: 0 });
  const later = el("p", { class: "quiet", role: "status" }, t("chat_sent_later"));
  const input = el("textarea", { rows: 2, maxlength: CHAT_LIMIT, "data-testid": "chat-input", "aria-label": t("chat_input"), placeholder: t("chat_input") });
  const send = () => {
    page.say(input.value);
    input.value = "";
    input.focus();
  };
  on(input, {
    keydown: (event) => {
      // While an input method composes a word, Enter belongs to it.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    },
  });
  const form = el("div", { class: "chat-form" }, input, button({ class: "primary", "data-testid": "chat-send" }, send, t("chat_send")));
  const root = el("div", { class: "chat" }, help, empty, list, later, form);
  const shown = new Map<string, HTMLElement>();
  let wasVisible = false;
  const clock = new Intl.DateTimeFormat(page.tag, { hour: "2-digit", minute: "2-digit" });
  return {
    root,
    input,
    update() {
      const { lines } = page.chat;
      const grew = lines.length !== list.childElementCount;
      setChildren(
        list,
        lines.map((line) => {
          const element =
            shown.get(line.id) ??
            el(
              "li",
              { class: line.name === null ? "own" : "other" },
              el("span", { class: "chat-head" }, `${line.name ?? t("you")}, ${clock.format(line.at)}`),
              el("span", { class: "chat-text", dir: "auto" }, line.text),
            );
          if (line.undelivered === true && element.dataset["undelivered"] === undefined) {
            element.dataset["undelivered"] = "";
            element.append(el("span", { class: "chat-failed", role: "alert" }, t("chat_failed")));
          }
          shown.set(line.id, element);
          return element;
        }),
      );
      show(empty, lines.length === 0);
      show(list, lines.length > 0);
      const visible = list.offsetParent !== null;
      if (visible && (grew || !wasVisible)) list.scrollTop = list.scrollHeight;
      wasVisible = visible;
      show(later, page.visit.line !== "open" && lines.at(-1)?.name === null);
    },
  };
}
