// The page: it joins the line to the practice, the devices, the call and the chat to one visit.

import type { DateParts } from "./birth-date";
import { Chat } from "./chat";
import { Checks } from "./checks";
import { Emitter } from "./emitter";
import { keepIntent, readIntent } from "./intent";
import { LocalMedia } from "./local-media";
import { Mesh } from "./mesh";
import { type Line, Signal, type SignalOptions } from "./signal";
import { chime } from "./sound";
import { type LanguageCode, type Translate, chooseLanguage, languages, regionalTag, translator } from "./strings";
import { en } from "./strings/en";
import { everySecond } from "./ticker";
import { type Visit, hear, isFinal, newVisit, owed, screenOf } from "./visit";
import { Wake } from "./wake";
import type { FromHub } from "./wire";

/** How long after a lost line a list of peers may lack some who are there. */
const SETTLING_MS = 12_000;

export class Page extends Emitter {
  visit: Visit = newVisit;
  readonly media = new LocalMedia();
  readonly chat = new Chat();
  readonly checks: Checks;
  readonly mesh: Mesh;
  language: LanguageCode = "en";
  /** The language with its region, for dates and plurals. */
  tag = "en";
  t: Translate = translator(en);
  /** What stands in the name form; it outlives a change of language. */
  readonly draft: { name: string; birth: DateParts } = { name: "", birth: { day: "", month: "", year: "" } };
  /** The browser holds back the sound of the call until the person touches the page. */
  soundBlocked = false;
  /** The identification was sent and has no answer yet. */
  identifying = false;

  readonly #signal: Signal;
  readonly #wake = new Wake();
  #saidMedia = "";
  #lineWasLost = false;
  /** Until this time a hub that was lost may not know the others yet. */
  #settlingUntil = -Infinity;

  constructor(options: Pick<SignalOptions, "url" | "token" | "device" | "incarnation">) {
    super();
    this.#signal = new Signal({
      ...options,
      onMessage: (message) => this.#hear(message),
      onLine: (line) => this.#lineIs(line),
    });
    this.checks = new Checks(this.media, { fetch: (...request) => fetch(...request), now: () => performance.now() });
    this.mesh = new Mesh({
      say: (to, word) => this.#signal.send({ type: "peer", to, word }),
      online: () => this.#signal.line === "open",
      tracks: () => this.media.tracks(),
      onBroken: () => this.#signal.prod(),
      onChat: (from, id, text) => this.chat.hear(from.participant, from.name, id, text),
    });
    const intent = readIntent();
    this.media.microphone.wanted = intent.microphone;
    this.media.camera.wanted = intent.camera;
    this.media.onChange(() => this.#mediaChanged());
    this.mesh.onChange(() => this.changed());
    this.chat.onChange(() => this.changed());
    this.checks.onChange(() => this.#checksChanged());
  }

  /** Begins. */
  async start(): Promise<void> {
    await this.setLanguage(chooseLanguage(navigator.languages));
    everySecond(() => this.#tick());
    const prod = () => this.#signal.prod();
    window.addEventListener("online", prod);
    window.addEventListener("pageshow", prod);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && prod());
    this.#signal.start();
  }

  async setLanguage(code: LanguageCode): Promise<void> {
    const catalogue = await languages[code].load();
    this.language = code;
    this.tag = regionalTag(code, navigator.languages);
    this.t = translator(catalogue);
    document.documentElement.lang = code;
    document.documentElement.dir = languages[code].direction;
    this.changed();
  }

  /** Says who the person is. */
  identify(name: string, birthDate: string): void {
    this.identifying = this.#signal.send({ type: "identify", name, birth_date: birthDate });
    this.changed();
  }

  /** The person goes on from the device check. */
  finishCheck(): void {
    this.visit = { ...this.visit, check: this.checks.result() };
    this.#sayOwed();
    this.changed();
  }

  /** The person wants to check again. */
  checkAgain(): void {
    this.visit = { ...this.visit, check: null };
    this.changed();
  }

  /** The person agreed or did not. */
  consent(given: boolean): void {
    this.visit = { ...this.visit, consent: given ? "given" : "declined", problem: false };
    this.#sayOwed();
    this.changed();
  }

  /** Sends a chat message over the data channels, and over the hub to those whom these do not reach. */
  say(text: string): void {
    const message = this.chat.say(text);
    if (message === null) return;
    if (!this.mesh.chat(message)) this.#signal.send({ type: "chat", ...message });
  }

  /** The person leaves; the visit goes on without them. */
  leave(): void {
    this.visit = { ...this.visit, leaving: true };
    this.#signal.send({ type: "leave" });
    this.#follow();
  }

  /** Comes (back) in. */
  rejoin(): void {
    this.#signal.stop();
    this.visit = { ...newVisit, check: this.visit.check };
    this.#signal.start();
    this.changed();
  }

  /** The browser played the call's sound, or refused to. */
  setSoundBlocked(blocked: boolean): void {
    if (this.soundBlocked === blocked) return;
    this.soundBlocked = blocked;
    this.changed();
  }

  #hear(message: FromHub): void {
    const before = screenOf(this.visit);
    const links = this.mesh.links;
    this.visit = hear(this.visit, message, performance.now());
    if (message.type !== "peer" && message.type !== "chat") this.identifying = false;
    if (message.type === "chat") this.chat.hear(message.from, message.name, message.id, message.text);
    if (message.type === "problem" && message.chat !== undefined) this.chat.failed(message.chat);
    if (message.type === "welcome") {
      this.#saidMedia = "";
      if (this.#lineWasLost) this.#settlingUntil = performance.now() + SETTLING_MS;
      this.#sayOwed();
    }
    this.#follow();
    if (message.type === "peer" && screenOf(this.visit) === "call") this.mesh.hear(message.from, message.word);
    if (message.type === "peers" && this.#lineWasLost) {
      // Words were lost with the old socket. Links that this list has just made need no mending.
      this.#lineWasLost = false;
      for (const link of links) link.lineIsBack();
    }
    if (before === "waiting" && screenOf(this.visit) === "call") void chime(this.media.speakerId);
    this.changed();
  }

  /** Makes everything else follow from where the visit stands. */
  #follow(): void {
    const { visit } = this;
    const screen = screenOf(visit);
    if (screen === "call" && visit.who !== null) {
      const settling = performance.now() < this.#settlingUntil;
      this.mesh.setPeers(visit.who.participant, visit.who.iceServers, visit.peers, settling);
    } else {
      this.mesh.close();
    }
    const inside = screen === "waiting" || screen === "call";
    this.#wake.want(inside);
    if (inside) {
      if (this.media.untouched) void this.media.open();
      this.#sayMedia();
    }
    if (screen === "over" || screen === "refused") this.media.close();
    if (isFinal(visit) || (screen === "blocked" && this.#signal.line !== "open")) this.#signal.stop();
    this.changed();
  }

  #lineIs(line: Line): void {
    if (line === "lost") {
      this.#lineWasLost = true;
      this.identifying = false;
    }
    this.visit = { ...this.visit, line };
    this.changed();
  }

  #sayOwed(): void {
    for (const message of owed(this.visit)) this.#signal.send(message);
  }

  #sayMedia(): void {
    const message = { type: "media", microphone: this.media.microphoneOn, camera: this.media.cameraOn, hold: false } as const;
    const text = JSON.stringify(message);
    if (text !== this.#saidMedia && this.#signal.send(message)) this.#saidMedia = text;
  }

  #mediaChanged(): void {
    keepIntent({ microphone: this.media.microphone.wanted, camera: this.media.camera.wanted });
    this.mesh.setTracks();
    const screen = screenOf(this.visit);
    if (screen === "waiting" || screen === "call") this.#sayMedia();
    this.changed();
  }

  #checksChanged(): void {
    const said = this.visit.check;
    // The person went on before the network was measured: the practice gets the figures late.
    if (said !== null && said.figures === null && this.checks.figures !== null && this.visit.step?.at === "prepare") {
      this.finishCheck();
    }
    this.changed();
  }

  #tick(): void {
    this.#signal.tick();
    const { blockedUntil } = this.visit;
    if (blockedUntil !== null) {
      if (performance.now() >= blockedUntil) {
        this.visit = { ...this.visit, blockedUntil: null };
        if (this.#signal.line === "closed") this.#signal.start();
      }
      this.changed();
    }
    if (this.#settlingUntil > 0 && performance.now() >= this.#settlingUntil) {
      this.#settlingUntil = -Infinity;
      this.#follow();
    }
    if (screenOf(this.visit) === "call") void this.mesh.sample();
  }
}
