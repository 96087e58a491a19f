// One other participant's picture, name and state.

import { el, setAttribute, setText, show } from "../dom";
import { icon } from "../icons";
import type { Page } from "../page";
import type { PeerLink } from "../peer-link";
import { sendTo } from "../sound";

export interface Tile {
  root: HTMLElement;
  update(link: PeerLink): void;
  /** Starts the sound after the person touched the page. */
  play(): void;
}

/** The first letters of a name's first and last words. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !word.endsWith("."));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}

export function makeTile(page: Page, participant: string): Tile {
  const { t } = page;
  const video = el("video", { autoplay: true, playsinline: true, "data-testid": "remote-video", "data-participant": participant });
  const letters = el("span", { class: "initials", "aria-hidden": "true" });
  const state = el("p", { class: "tile-state" });
  const cover = el("div", { class: "cover" }, letters, state);
  const name = el("span", { dir: "auto" });
  const muted = el("span", { class: "tile-muted" }, icon("microphoneOff"));
  const root = el("figure", { class: "tile" }, video, cover, el("figcaption", {}, muted, name));
  const play = () => {
    video.muted = false;
    video.play().then(
      () => page.setSoundBlocked(false),
      (error: unknown) => {
        if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
        // Sound needs a touch first; the picture does not.
        page.setSoundBlocked(true);
        video.muted = true;
        video.play().catch(() => undefined);
      },
    );
  };
  let speaker: string | null = null;
  let capturing = false;
  return {
    root,
    play,
    update(link) {
      const { peer, figures } = link;
      if (video.srcObject !== link.stream) {
        video.srcObject = link.stream;
        play();
      }
      // Browsers let a page play sound that may use the microphone; after a reload that comes a moment later.
      const captures = page.media.microphone.track !== null || page.media.camera.track !== null;
      if (captures && !capturing && page.soundBlocked) play();
      capturing = captures;
      if (speaker !== page.media.speakerId) {
        speaker = page.media.speakerId;
        void sendTo(video, speaker);
      }
      const seen = link.state !== "connecting" && peer.camera && (figures?.framesDecoded ?? 0) > 0;
      // Hidden pictures keep their sound: only the cover changes.
      show(cover, !seen);
      setText(letters, initials(peer.name));
      setText(state, link.wasConnected ? (peer.camera ? "" : t("camera_off_of", { name: peer.name })) : t("call_connecting", { name: peer.name }));
      setText(name, peer.name);
      show(muted, !peer.microphone);
      setAttribute(muted, "title", t("muted_of", { name: peer.name }));
      setAttribute(video, "aria-label", peer.name);
      setAttribute(root, "data-state", link.state);
      setAttribute(root, "data-flow", link.flow);
      // For whoever checks that pictures really move.
      setAttribute(video, "data-frames", figures?.framesDecoded ?? 0);
      setAttribute(video, "data-width", figures?.width ?? 0);
      setAttribute(video, "data-height", figures?.height ?? 0);
      setAttribute(video, "data-audio-energy", figures?.audioEnergy ?? 0);
    },
  };
}
