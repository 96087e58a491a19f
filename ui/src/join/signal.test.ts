// The line to the hub, over a socket of the test's own and a clock that only the test moves.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Signal, type Socket, backoff } from "./signal";
import type { FromHub, ToHub } from "./wire";

class FakeSocket implements Socket {
  readyState: 0 | 1 | 2 | 3 = 0;
  sent: ToHub[] = [];
  closed = false;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as ToHub);
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  opens(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event("open"));
  }

  says(message: FromHub | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.onmessage?.call(this as unknown as WebSocket, new MessageEvent("message", { data }));
  }

  breaks(): void {
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, new CloseEvent("close"));
  }

  types(): string[] {
    return this.sent.map(({ type }) => type);
  }
}

const welcome: FromHub = {
  type: "welcome",
  participant: "part_1",
  encounter: "enc_1",
  role: "patient",
  practice: "Practice",
  clinician: null,
  step: { at: "waiting" },
  ice_servers: [],
};

describe("the line to the hub", () => {
  let sockets: FakeSocket[];
  let heard: string[];
  let lines: string[];
  let now: number;
  let signal: Signal;

  const last = () => sockets.at(-1) as FakeSocket;
  const comeIn = () => {
    last().opens();
    last().says(welcome);
  };
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1000) {
      now += 1000;
      vi.advanceTimersByTime(1000);
      signal.tick();
    }
  };

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    heard = [];
    lines = [];
    now = 0;
    signal = new Signal({
      url: "ws://test/signal",
      token: "token",
      device: "d".repeat(32),
      incarnation: "load-1",
      onMessage: (message) => heard.push(message.type),
      onLine: (line) => lines.push(line),
      connect: () => {
        sockets.push(new FakeSocket());
        return last();
      },
      random: () => 1,
      now: () => now,
    });
    signal.start();
  });

  afterEach(() => vi.useRealTimers());

  it("says hello first on every socket", () => {
    comeIn();
    last().breaks();
    pass(1000);
    last().opens();
    expect(sockets).toHaveLength(2);
    for (const socket of sockets) {
      expect(socket.sent[0]).toEqual({ type: "hello", token: "token", device: "d".repeat(32), protocol: 1, incarnation: "load-1" });
    }
  });

  it("comes back for ever, ever slower up to four seconds", () => {
    comeIn();
    for (let times = 0; times < 20; times += 1) {
      last().breaks();
      pass(8000);
    }
    expect(sockets).toHaveLength(21);
    expect(lines).toEqual(["connecting", "open", "lost"]);
    expect(backoff(0, 0)).toBe(250);
    expect(backoff(0, 1)).toBe(500);
    expect(backoff(50, 1)).toBe(4000);
  });

  it("starts over with short waits after a welcome", () => {
    for (let times = 0; times < 6; times += 1) {
      last().breaks();
      pass(8000);
    }
    comeIn();
    last().breaks();
    const before = sockets.length;
    pass(1000);
    expect(sockets).toHaveLength(before + 1);
  });

  it("beats every five seconds and measures the round trip", () => {
    comeIn();
    pass(5000);
    expect(last().types()).toEqual(["hello", "beat"]);
    now += 40;
    last().says({ type: "beat" });
    expect(signal.roundTripMs).toBe(40);
  });

  it("takes a silent socket for dead after three beats", () => {
    comeIn();
    const first = last();
    pass(16_000);
    expect(first.closed).toBe(true);
    expect(lines).toEqual(["connecting", "open", "lost"]);
    // Whatever the dead one still says counts no more.
    first.says(welcome);
    first.breaks();
    expect(heard).toEqual(["welcome"]);
  });

  it("stays on a socket that answers its beats", () => {
    comeIn();
    for (let times = 0; times < 20; times += 1) {
      pass(5000);
      last().says({ type: "beat" });
    }
    expect(sockets).toHaveLength(1);
  });

  it("gives up a socket that brings no welcome", () => {
    last().opens();
    pass(11_000);
    expect(sockets[0]?.closed).toBe(true);
    pass(1000);
    expect(sockets).toHaveLength(2);
  });

  it("retries at once when the network is back, and makes an open line prove itself", () => {
    comeIn();
    last().breaks();
    signal.prod();
    expect(sockets).toHaveLength(2);
    comeIn();
    signal.prod();
    expect(last().types()).toEqual(["hello", "beat"]);
    pass(4000);
    expect(lines.at(-1)).toBe("lost");
  });

  it("keeps words for peers and chat until the line is back, and drops the rest", () => {
    comeIn();
    last().breaks();
    expect(signal.send({ type: "chat", id: "1", text: "hello" })).toBe(true);
    expect(signal.send({ type: "peer", to: "part_2", word: { type: "close", session: "s" } })).toBe(true);
    expect(signal.send({ type: "wait" })).toBe(false);
    pass(1000);
    comeIn();
    expect(last().types()).toEqual(["hello", "chat", "peer"]);
  });

  it("says a chat message again when its socket broke before a later beat was answered", () => {
    comeIn();
    signal.send({ type: "chat", id: "heard", text: "a" });
    pass(5000);
    last().says({ type: "beat" });
    signal.send({ type: "chat", id: "lost", text: "b" });
    last().breaks();
    pass(1000);
    comeIn();
    const again = last().sent.filter((message) => message.type === "chat");
    expect(again).toEqual([{ type: "chat", id: "lost", text: "b" }]);
  });

  it("does not send what is too long", () => {
    comeIn();
    expect(signal.send({ type: "chat", id: "1", text: "€".repeat(22_000) })).toBe(false);
    expect(last().types()).toEqual(["hello"]);
  });

  it("passes over what it cannot read", () => {
    comeIn();
    for (const nonsense of ["", "{", "null", "[]", "7", '{"type":7}']) last().says(nonsense);
    expect(heard).toEqual(["welcome"]);
    expect(lines.at(-1)).toBe("open");
  });

  it("stays down when it is put down", () => {
    comeIn();
    signal.stop();
    pass(30_000);
    expect(sockets).toHaveLength(1);
    expect(lines.at(-1)).toBe("closed");
    signal.start();
    expect(sockets).toHaveLength(2);
  });

  it("stays down when it is put down while it hears a word", () => {
    comeIn();
    last().says({ type: "step", step: { at: "over", why: "finished" } });
    signal.stop();
    last().breaks();
    pass(30_000);
    expect(sockets).toHaveLength(1);
  });
});
