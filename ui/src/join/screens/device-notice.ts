// A plain word when a camera or a microphone is lost or does not work.

import { el, setText, show } from "../dom";
import { icon } from "../icons";
import type { Page } from "../page";
import { isMissing } from "./screen";

/** The text for the devices' state; empty when there is nothing to say. A missing microphone matters most. */
export function deviceWords(page: Pick<Page, "media" | "t">): string {
  const { camera, microphone } = page.media;
  if (microphone.state === "lost") return page.t("lost_microphone");
  if (isMissing(microphone)) return page.t("no_microphone");
  if (camera.state === "lost") return page.t("lost_camera");
  return "";
}

export function deviceNotice(page: Page): { root: HTMLElement; update(): void } {
  const text = el("div");
  const box = el("div", { class: "notice warning", hidden: true }, icon("warning"), text);
  const root = el("div", { role: "status", "data-testid": "device-notice" }, box);
  return {
    root,
    update() {
      const words = deviceWords(page);
      setText(text, words);
      show(box, words !== "");
    },
  };
}
