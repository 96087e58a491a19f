// What the page says about connections, browsers, ends; and what it reads of others.

import { describe, expect, it } from "vitest";
import { browserKind, isInAppBrowser } from "./browser";
import { Chat, readChat } from "./chat";
import { deviceId } from "./device";
import { type Figures, judge, readFigures } from "./figures";
import { countdown, overKey } from "./screens/plain";
import { initials } from "./screens/tile";
import { loudness } from "./sound";
import { type LinkView, troubleOf } from "./trouble";

describe("whose side the trouble is on", () => {
  const fine: LinkView = { name: "Dr. Sample", present: true, state: "connected", flow: "good", wasConnected: true, lossThere: 0 };
  it.each([
    ["nothing", "open", fine, null],
    ["a first connection", "open", { ...fine, state: "connecting", wasConnected: false, flow: "starting" }, null],
    ["ours", "lost", { ...fine, state: "broken" }, { kind: "ours" }],
    ["only our line", "lost", fine, { kind: "ours_line" }],
    ["theirs", "open", { ...fine, state: "broken", present: false }, { kind: "theirs", name: "Dr. Sample" }],
    ["between us", "open", { ...fine, flow: "stopped" }, { kind: "between", name: "Dr. Sample" }],
    ["weak here", "open", { ...fine, flow: "weak", lossThere: 0.2 }, { kind: "ours_weak" }],
    ["weak", "open", { ...fine, flow: "weak" }, { kind: "weak", name: "Dr. Sample" }],
  ] as const)("%s", (_, line, link, expected) => {
    expect(troubleOf(line, [link])).toEqual(expected);
  });
});

describe("statistics", () => {
  const figures = (changes: Partial<Figures>): Figures => ({ ...readFigures([]), packetsReceived: 100, framesDecoded: 10, ...changes });

  it("add up over the streams", () => {
    const read = readFigures([
      { type: "inbound-rtp", kind: "video", packetsReceived: 10, packetsLost: 1, framesDecoded: 5, frameWidth: 640, frameHeight: 360 },
      { type: "inbound-rtp", kind: "audio", packetsReceived: 20, packetsLost: -1, totalAudioEnergy: 0.5 },
      { type: "outbound-rtp", kind: "video", framesSent: 7 },
      { type: "remote-inbound-rtp", fractionLost: 0.1 },
      { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.05 },
    ]);
    expect(read).toMatchObject({ framesDecoded: 5, width: 640, height: 360, audioEnergy: 0.5, framesSent: 7, packetsReceived: 30, packetsLost: 1, lossThere: 0.1, roundTripMs: 50 });
  });

  it("tell a flow that is good, weak or stopped", () => {
    const before = figures({});
    expect(judge(null, figures({ packetsReceived: 0 }), true)).toBe("starting");
    expect(judge(before, figures({ packetsReceived: 200, framesDecoded: 40 }), true)).toBe("good");
    expect(judge(before, figures({}), true)).toBe("stopped");
    expect(judge(before, figures({ packetsReceived: 180, packetsLost: 20, framesDecoded: 40 }), true)).toBe("weak");
    expect(judge(before, figures({ packetsReceived: 200 }), true)).toBe("weak");
    expect(judge(before, figures({ packetsReceived: 200 }), false)).toBe("good");
  });
});

describe("browsers", () => {
  const agents = {
    chrome: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    android: "Mozilla/5.0 (Linux; Android 16; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
    webView: "Mozilla/5.0 (Linux; Android 16; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/156.0.0.0 Mobile Safari/537.36",
    facebook: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]",
    firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
    iphone: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
    iosWebView: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  };

  it("get the help that fits them", () => {
    const kinds = (["chrome", "android", "firefox", "safari", "iphone"] as const).map((name) => browserKind(agents[name], 0));
    expect(kinds).toEqual(["chrome", "chrome_android", "firefox", "safari", "ios"]);
    expect(browserKind(agents.safari, 5)).toBe("ios");
  });

  it("inside other apps are known", () => {
    const inside = Object.entries(agents).filter(([, agent]) => isInAppBrowser(agent)).map(([name]) => name);
    expect(inside).toEqual(["webView", "facebook", "iosWebView"]);
  });
});

describe("the chat", () => {
  it("shows a message once that came twice, and the same id of two people twice", () => {
    const chat = new Chat();
    chat.hear("a", "Ann", "1", "hello");
    chat.hear("a", "Ann", "1", "hello");
    chat.hear("b", "Ben", "1", "hello");
    expect(chat.lines).toHaveLength(2);
    expect(chat.unread).toBe(2);
    chat.read();
    expect(chat.unread).toBe(0);
  });

  it("sends no empty and no endless message", () => {
    const chat = new Chat();
    expect(chat.say(" \n ")).toBeNull();
    expect(chat.say("x".repeat(3000))?.text).toHaveLength(2000);
    expect(chat.unread).toBe(0);
  });

  it("reads only what is a message", () => {
    expect(readChat('{"id":"1","text":"a"}')).toEqual({ id: "1", text: "a" });
    for (const nonsense of ["", "null", "[]", '{"id":"","text":"a"}', '{"id":"1"}', new ArrayBuffer(2)]) {
      expect(readChat(nonsense)).toBeNull();
    }
  });
});

describe("the device's id", () => {
  it("is 128 bits, kept, and replaced when it is damaged", () => {
    localStorage.clear();
    const id = deviceId();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(deviceId()).toBe(id);
    localStorage.setItem("rounds.device", "damaged");
    expect(deviceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(Object.keys(localStorage)).toEqual(["rounds.device"]);
  });

  it("stays the same where storage is forbidden", () => {
    const forbidden = () => {
      throw new DOMException("", "SecurityError");
    };
    expect(deviceId(forbidden)).toMatch(/^[0-9a-f]{32}$/);
    expect(deviceId(forbidden)).toBe(deviceId(forbidden));
  });
});

describe("small words", () => {
  it("count down in minutes and seconds", () => {
    expect([countdown(0), countdown(5), countdown(65), countdown(600)]).toEqual(["0:00", "0:05", "1:05", "10:00"]);
  });

  it("take initials of names with titles", () => {
    expect([initials("Dr. Anna Sample"), initials("Zoë"), initials(""), initials("Ana María López")]).toEqual(["AS", "Z", "", "AL"]);
  });

  it("name each end of the visit", () => {
    const end = (why: "removed" | "finished", consent: "given" | "declined") => overKey({ step: { at: "over", why }, consent, leaving: false });
    expect([end("finished", "given"), end("removed", "given"), end("removed", "declined")]).toEqual(["finished", "removed", "declined"]);
    expect(overKey({ step: { at: "call" }, consent: "given", leaving: true })).toBe("left");
  });

  it("scale loudness so that silence is nothing and speech is much", () => {
    const tone = (amplitude: number) => loudness(Float32Array.from({ length: 1024 }, (_, at) => amplitude * Math.sin(at / 5)));
    expect(loudness(new Float32Array(1024))).toBe(0);
    expect(tone(0.001)).toBeLessThan(0.1);
    expect(tone(0.1)).toBeGreaterThan(0.5);
    expect(tone(1)).toBe(1);
  });
});
