// The network check: round trip, loss and speed to the practice server.

import type { CheckOutcome, NetworkFigures } from "./wire";

/** What the check needs of the browser. */
export interface Net {
  fetch: typeof fetch;
  now(): number;
}

const PINGS = 10;
const PING_TIMEOUT_MS = 2000;
const TRANSFER_TIMEOUT_MS = 8000;
const SMALL = 64 * 1024;
const LARGE = 1000 * 1000;
/** A small transfer that took less than this says little about the speed: take a large one. */
const TOO_QUICK_MS = 600;

/** Measures; null when the server cannot be reached at all. `onProgress` hears 0 to 1. */
export async function measureNetwork(net: Net, onProgress: (done: number) => void): Promise<NetworkFigures | null> {
  const times: number[] = [];
  // The first request also opens the connection; it does not count.
  await ping(net);
  for (let sent = 0; sent < PINGS; sent += 1) {
    const time = await ping(net);
    if (time !== null) times.push(time);
    else if (times.length === 0 && sent >= 2) return null;
    onProgress(((sent + 1) / PINGS) * 0.4);
  }
  if (times.length === 0) return null;
  const down = await speed(net, (bytes) => download(net, bytes));
  onProgress(0.7);
  const up = await speed(net, (bytes) => upload(net, bytes));
  onProgress(1);
  times.sort((a, b) => a - b);
  return {
    round_trip_ms: round(times[Math.floor(times.length / 2)] ?? 0),
    loss: 1 - times.length / PINGS,
    down_kbps: round(down),
    up_kbps: round(up),
  };
}

/** What the figures mean for a call: picture and sound both ways want some 600 kbit/s; sound alone 60. */
export function gradeNetwork(figures: NetworkFigures | null): CheckOutcome {
  if (figures === null) return "failed";
  const { round_trip_ms: rtt, loss, down_kbps: down, up_kbps: up } = figures;
  if (down < 60 || up < 60 || loss > 0.5) return "failed";
  if (rtt > 400 || loss > 0.05 || down < 700 || up < 600) return "poor";
  return "good";
}

const round = (value: number) => Math.round(value * 10) / 10;

async function ping(net: Net): Promise<number | null> {
  const start = net.now();
  try {
    const answer = await net.fetch("/probe?bytes=1", { cache: "no-store", signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    if (!answer.ok) return null;
    await answer.arrayBuffer();
    return net.now() - start;
  } catch {
    return null;
  }
}

/** In kbit/s; 0 when nothing went through. */
async function speed(net: Net, transfer: (bytes: number) => Promise<number>): Promise<number> {
  let best = 0;
  for (const bytes of [SMALL, LARGE]) {
    const start = net.now();
    const moved = await transfer(bytes);
    const took = Math.max(net.now() - start, 1);
    if (moved > 0) best = (moved * 8) / took;
    if (moved < bytes || took > TOO_QUICK_MS) break;
  }
  return best;
}

/** Bytes that arrived before the time was up. */
async function download(net: Net, bytes: number): Promise<number> {
  let arrived = 0;
  try {
    const signal = AbortSignal.timeout(TRANSFER_TIMEOUT_MS);
    const answer = await net.fetch(`/probe?bytes=${bytes}`, { cache: "no-store", signal });
    if (!answer.ok || answer.body === null) return 0;
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      arrived += value.length;
    }
  } catch {
    // Too slow to finish: what came until then is the measurement.
  }
  return arrived;
}

async function upload(net: Net, bytes: number): Promise<number> {
  const body = new Uint8Array(bytes);
  // Random bytes, which nothing on the way can compress; the browser gives at most 64 KiB at once.
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(body.subarray(at, Math.min(at + 65_536, bytes)));
  try {
    const answer = await net.fetch("/probe", { method: "POST", body, signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });
    return answer.ok ? bytes : 0;
  } catch {
    return 0;
  }
}
