// What a screen is, and the parts that screens share.

import { button, el, on, setAttribute, setText, show } from "../dom";
import { type IconName, icon } from "../icons";
import type { Capture, Kind } from "../local-media";
import type { Page } from "../page";
import { canChooseSpeaker } from "../sound";

/** One screen: made when it comes up, updated on each change, disposed of when another takes its place. */
export interface Screen {
  root: HTMLElement;
  update(): void;
  dispose?(): void;
}

/** The heading; it gets the focus when the screen comes up. */
export function heading(text: string): HTMLHeadingElement {
  return el("h1", { tabindex: -1 }, text);
}

/** A boxed remark. */
export function notice(kind: "info" | "warning" | "error", ...children: (Node | string)[]): HTMLElement {
  return el("div", { class: `notice ${kind}` }, icon(kind === "info" ? "dots" : "warning"), el("div", {}, ...children));
}

/** An icon with words. */
export function iconText(name: IconName, text: string): HTMLElement {
  return el("span", { class: "icon-text" }, icon(name), el("span", {}, text));
}

/** Our own picture, mirrored as people know it. */
export function selfView(page: Page): { root: HTMLElement; update(): void } {
  const video = el("video", { autoplay: true, playsinline: true, "data-testid": "self-video", "aria-label": page.t("your_picture") });
  // The property, too: a video element that was made by script reads the attribute too late.
  video.muted = true;
  const off = el("p", { class: "self-off" }, icon("cameraOff"), el("span", {}, page.t("picture_off")));
  const root = el("div", { class: "self-view" }, video, off);
  return {
    root,
    update() {
      const on = page.media.camera.track !== null;
      if (on && video.srcObject !== page.media.selfView) {
        video.srcObject = page.media.selfView;
      }
      show(video, on);
      show(off, !on);
      setAttribute(video, "data-live", on);
    },
  };
}

/** Pickers for camera, microphone and loudspeaker; each only where there is a choice. */
export function devicePickers(page: Page, kinds: readonly (Kind | "speaker")[]): { root: HTMLElement; update(): void } {
  const pickers = kinds.map((kind) => picker(page, kind));
  const root = el("div", { class: "pickers" }, ...pickers.map(({ root }) => root));
  return { root, update: () => pickers.forEach((one) => one.update()) };
}

function picker(page: Page, kind: Kind | "speaker"): { root: HTMLElement; update(): void } {
  const { t, media } = page;
  const select = el("select", { "data-testid": `choose-${kind}` });
  on(select, {
    change: () => {
      if (kind === "speaker") media.chooseSpeaker(select.value);
      else void media.choose(kind, select.value);
      if (kind === "microphone") page.checks.forgetHeard();
    },
  });
  const label = t(kind === "camera" ? "choose_camera" : kind === "microphone" ? "choose_microphone" : "choose_speaker");
  const root = el("label", { class: "field" }, el("span", {}, label), select);
  let shown = "";
  return {
    root,
    update() {
      const choices = kind === "speaker" ? (canChooseSpeaker() ? media.speakers : []) : media[kind].choices;
      const chosen = kind === "speaker" ? media.speakerId : media[kind].deviceId;
      const key = JSON.stringify(choices);
      if (key !== shown) {
        shown = key;
        select.replaceChildren(
          ...choices.map(({ id, label }, at) => el("option", { value: id }, label || t("device_unnamed", { number: at + 1 }))),
        );
      }
      if (chosen !== null && select.value !== chosen && document.activeElement !== select) select.value = chosen;
      show(root, choices.length > 1);
    },
  };
}

/** A switch for microphone or camera: its name stays, its pressed state says whether it is on. */
export function deviceSwitch(page: Page, kind: Kind): { root: HTMLButtonElement; update(): void } {
  const { t, media } = page;
  // The state is told by aria-pressed; in the name it would be told twice, and the name would change.
  const state = el("span", { class: "switch-state", "aria-hidden": "true" });
  const pictures = [icon(kind), icon(kind === "camera" ? "cameraOff" : "microphoneOff")] as const;
  const root = button(
    { class: "switch", "data-testid": `toggle-${kind}` },
    () => (kind === "camera" ? media.setCamera(!isOn()) : media.setMicrophone(!isOn())),
    ...pictures,
    el("span", { class: "switch-name" }, t(kind)),
    state,
  );
  const isOn = () => (kind === "camera" ? media.cameraOn : media.microphoneOn);
  return {
    root,
    update() {
      const on = isOn();
      setAttribute(root, "aria-pressed", String(on));
      setText(state, t(on ? "on" : "off"));
      pictures[0].classList.toggle("hidden", !on);
      pictures[1].classList.toggle("hidden", on);
    },
  };
}

/** Whether the device needs a word to the person. */
export function isMissing({ state }: Capture): boolean {
  return state === "blocked" || state === "missing" || state === "busy" || state === "unsupported";
}
