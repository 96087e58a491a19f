// The whole page against a hub of the test's own: what it says, and what it shows, step by step.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connections, installFakeRtc } from "./fake-rtc";
import { Page } from "./page";
import { showPage } from "./shell";
import type { FromHub, Step, ToHub } from "./wire";

class HubSocket {
  static all: HubSocket[] = [];
  readyState = 0;
  sent: ToHub[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    HubSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ToHub);
  }

  close(): void {
    this.readyState = 3;
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const socket = () => HubSocket.all.at(-1) as HubSocket;
const says = async (...messages: FromHub[]) => {
  for (const message of messages) socket().onmessage?.({ data: JSON.stringify(message) });
  await settle();
};
const comeIn = async (step: Step) => {
  socket().readyState = 1;
  socket().onopen?.();
  await says({
    type: "welcome",
    participant: "part_5",
    encounter: "enc_1",
    role: "patient",
    practice: "Lakeside",
    clinician: "Dr. Sample",
    step,
    ice_servers: [],
  });
};
const breaks = async () => {
  socket().readyState = 3;
  socket().onclose?.();
  await settle();
};
const types = () => socket().sent.map(({ type }) => type);
const screen = () => document.body.dataset.screen;
const press = async (id: string) => {
  const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`${id} is not there`);
  found.click();
  await settle();
};
const engine = { participant: "part_9", role: "clinician", name: "Dr. Sample", incarnation: "i1", engine: true, microphone: true, camera: true, hold: false, present: true } as const;

describe("the page", () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    HubSocket.all = [];
    installFakeRtc((name, value) => vi.stubGlobal(name, value));
    vi.stubGlobal("WebSocket", HubSocket);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    vi.stubGlobal("scrollTo", () => undefined);
    vi.stubGlobal("requestAnimationFrame", () => 0);
    vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    document.body.replaceChildren();
    const page = new Page({ url: "ws://test/signal", token: "token", device: "d".repeat(32), incarnation: "load-1" });
    showPage(page, document.body);
    await page.start();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("leads from the check over consent into the waiting room, without any device", async () => {
    await comeIn({ at: "prepare" });
    expect(screen()).toBe("check");
    await press("check-start");
    await press("check-continue");
    expect(screen()).toBe("consent");
    await press("consent-agree");
    expect(types()).toEqual(["hello", "check", "check", "consent", "wait"]);
    await says({ type: "step", step: { at: "waiting" } }, { type: "place", ahead: 0, minutes: null });
    expect(screen()).toBe("waiting");
    expect(document.querySelector('[data-testid="place"]')?.textContent).toBe("You are next.");
    expect(socket().sent.at(-1)).toEqual({ type: "media", microphone: false, camera: false, hold: false });
  });

  it("says agreement and wish to wait again when the line broke over them", async () => {
    await comeIn({ at: "prepare" });
    await press("check-continue");
    await press("consent-agree");
    await breaks();
    await vi.advanceTimersByTimeAsync(1000);
    await comeIn({ at: "prepare" });
    expect(types()).toEqual(["hello", "check", "consent", "wait"]);
  });

  it("asks twice before it says no", async () => {
    await comeIn({ at: "prepare" });
    await press("check-continue");
    await press("consent-decline");
    expect(types()).not.toContain("consent");
    await press("consent-decline-yes");
    expect(socket().sent.at(-1)).toEqual({ type: "consent", given: false });
    await says({ type: "step", step: { at: "over", why: "removed" } });
    expect(document.body.textContent).toContain("did not agree");
  });

  it("keeps the call over a lost line and a restarted hub", async () => {
    await comeIn({ at: "call" });
    await says({ type: "peers", peers: [engine] });
    const offer = socket().sent.find((message) => message.type === "peer");
    expect(offer).toMatchObject({ to: "part_9", word: { type: "offer" } });
    const session = offer?.type === "peer" && offer.word.type === "offer" ? offer.word.session : "";
    await says({ type: "peer", from: "part_9", word: { type: "answer", session, sdp: "answer" } });
    connections[0]?.becomes("connected");
    await breaks();
    expect(screen()).toBe("call");
    await vi.advanceTimersByTimeAsync(1000);
    await comeIn({ at: "call" });
    await says({ type: "peers", peers: [] });
    expect(connections.map(({ closed }) => closed)).toEqual([false]);
    await says({ type: "peers", peers: [engine] });
    expect(connections).toHaveLength(1);
    expect(types()).toEqual(["hello", "media"]);
  });

  it("leaves even when the line is down at that moment, and comes back when asked", async () => {
    await comeIn({ at: "call" });
    await says({ type: "peers", peers: [engine] });
    await breaks();
    await press("leave");
    await press("leave-confirm");
    expect(screen()).toBe("over");
    expect(connections[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    await comeIn({ at: "call" });
    expect(types()).toEqual(["hello", "leave"]);
    await says({ type: "step", step: { at: "over", why: "left" } });
    const before = HubSocket.all.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(HubSocket.all).toHaveLength(before);
    await press("rejoin");
    await comeIn({ at: "call" });
    expect(screen()).toBe("call");
    expect(types()).toEqual(["hello", "media"]);
  });

  it("waits out a block that is said instead of a welcome", async () => {
    await says({ type: "refused", reason: { because: "blocked", seconds: 30 } });
    await breaks();
    expect(screen()).toBe("blocked");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(HubSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(HubSocket.all).toHaveLength(2);
    await comeIn({ at: "identify" });
    expect(screen()).toBe("identify");
  });

  it.each(["bad_link", "expired", "other_device", "protocol"] as const)("stops at %s", async (because) => {
    await says({ type: "refused", reason: { because } });
    await breaks();
    expect(screen()).toBe("refused");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(HubSocket.all).toHaveLength(1);
  });

  it("shows words of others as text, whatever they hold", async () => {
    await comeIn({ at: "waiting" });
    await says({ type: "chat", from: "part_9", name: "<b>Desk</b>", id: "1", text: "<img src=x onerror=alert(1)>" });
    expect(document.querySelector('[data-testid="chat-log"] img, [data-testid="chat-log"] b')).toBeNull();
    expect(document.querySelector('[data-testid="chat-log"]')?.textContent).toContain("<img src=x");
  });

  it("marks a message of ours that reached nobody", async () => {
    await comeIn({ at: "waiting" });
    const input = document.querySelector<HTMLTextAreaElement>('[data-testid="chat-input"]') as HTMLTextAreaElement;
    input.value = "Is anybody there?";
    await press("chat-send");
    const sent = socket().sent.find((word) => word.type === "chat");
    const log = () => document.querySelector('[data-testid="chat-log"]')?.textContent;
    expect(log()).toContain("Is anybody there?");
    expect(log()).not.toContain("Not delivered");
    await says({ type: "problem", message: "nobody is here", chat: (sent as { id: string }).id });
    expect(log()).toContain("Not delivered");
    expect(screen()).toBe("waiting");
  });

  it("keeps token and device out of what it shows", async () => {
    await comeIn({ at: "waiting" });
    expect(document.documentElement.outerHTML).not.toContain("d".repeat(32));
    expect(document.body.outerHTML).not.toContain('"token"');
  });
});
