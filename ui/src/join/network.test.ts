// The network check against a network of the test's own.

import { describe, expect, it } from "vitest";
import { gradeNetwork, measureNetwork } from "./network";

/** A network with this round trip and these speeds; `loses` says which request gets no answer. */
function network(rttMs: number, downKbps: number, upKbps: number, loses: (request: number) => boolean = () => false) {
  let time = 0;
  let requests = 0;
  const asked: number[] = [];
  const fetch = (address: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    requests += 1;
    if (loses(requests)) {
      time += 2000;
      return Promise.reject(new DOMException("", "TimeoutError"));
    }
    const bytes = init?.method === "POST" ? (init.body as Uint8Array).length : Number(new URL(String(address), "http://x").searchParams.get("bytes"));
    asked.push(bytes);
    time += rttMs + (bytes * 8) / (init?.method === "POST" ? upKbps : downKbps);
    return Promise.resolve(new Response(init?.method === "POST" ? null : new Uint8Array(bytes), { status: init?.method === "POST" ? 204 : 200 }));
  };
  return { net: { fetch: fetch as typeof globalThis.fetch, now: () => time }, asked };
}

describe("the network check", () => {
  it("measures round trip, loss and speed both ways", async () => {
    const progress: number[] = [];
    const figures = await measureNetwork(network(40, 20_000, 5000).net, (done) => progress.push(done));
    expect(figures?.round_trip_ms).toBeCloseTo(40, 0);
    expect(figures?.loss).toBe(0);
    expect(figures?.down_kbps).toBeGreaterThan(15_000);
    expect(figures?.up_kbps).toBeGreaterThan(4000);
    expect(gradeNetwork(figures)).toBe("good");
    expect(progress.at(-1)).toBe(1);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  });

  it("spares a slow network the large transfer", async () => {
    const slow = network(300, 400, 200);
    const figures = await measureNetwork(slow.net, () => undefined);
    expect(Math.max(...slow.asked)).toBeLessThanOrEqual(65_536);
    expect(gradeNetwork(figures)).toBe("poor");
  });

  it("counts probes without an answer", async () => {
    const figures = await measureNetwork(network(40, 20_000, 5000, (request) => request === 5 || request === 7).net, () => undefined);
    expect(figures?.loss).toBeCloseTo(0.2);
    expect(gradeNetwork(figures)).toBe("poor");
  });

  it("fails without a network, and does not try for long", async () => {
    const dead = network(0, 1, 1, () => true);
    expect(await measureNetwork(dead.net, () => undefined)).toBeNull();
    expect(dead.net.now()).toBeLessThanOrEqual(8000);
    expect(gradeNetwork(null)).toBe("failed");
  });

  it("calls a network failed that cannot even carry sound", () => {
    expect(gradeNetwork({ round_trip_ms: 50, loss: 0, down_kbps: 5000, up_kbps: 30 })).toBe("failed");
  });
});
