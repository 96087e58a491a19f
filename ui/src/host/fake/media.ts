// Pictures for the fake host: a drawn scene, encoded as real VP8 where the browser has an encoder.
import { encodeFrames, type EncodedFrame } from "../../video/frames";

interface Source {
  frames: EncodedFrame[];
  stop: () => void;
}

const WIDTH = 1280;
const HEIGHT = 720;
const EVERY_MS = 40;

export class FakeMedia {
  private sources = new Map<number, Source>();
  private waiting = new Set<() => void>();

  start(stream: number, scene: "patient" | "self"): void {
    if (this.sources.has(stream) || typeof VideoEncoder === "undefined" || typeof OffscreenCanvas === "undefined") return;
    const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
    const context = canvas.getContext("2d");
    if (!context) return;
    const source: Source = { frames: [], stop: () => {} };
    let sequence = 1;
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const payload = new Uint8Array(chunk.byteLength);
        chunk.copyTo(payload);
        const key = chunk.type === "key";
        // The newest key frame and what followed it is kept for readers that come late.
        if (key) source.frames = [];
        source.frames.push({ stream, sequence, timestampUs: chunk.timestamp, key, codec: "vp8", payload });
        sequence += 1;
        for (const wake of this.waiting) wake();
      },
      error: () => source.stop(),
    });
    encoder.configure({ codec: "vp8", width: WIDTH, height: HEIGHT, bitrate: 1_500_000, latencyMode: "realtime" });
    const started = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      draw(context, scene, performance.now() - started);
      const frame = new VideoFrame(canvas, { timestamp: Math.round((performance.now() - started) * 1000) });
      if (encoder.encodeQueueSize < 3) encoder.encode(frame, { keyFrame: count % 50 === 0 });
      frame.close();
      count += 1;
    }, EVERY_MS);
    source.stop = () => {
      clearInterval(timer);
      if (encoder.state !== "closed") encoder.close();
    };
    this.sources.set(stream, source);
  }

  stop(stream: number): void {
    this.sources.get(stream)?.stop();
    this.sources.delete(stream);
  }

  stopAll(): void {
    for (const stream of [...this.sources.keys()]) this.stop(stream);
  }

  async pull(streams: [number, number][], waitMs: number): Promise<ArrayBuffer> {
    const found = () =>
      streams.flatMap(([stream, after]) => this.sources.get(stream)?.frames.filter((frame) => frame.sequence > after) ?? []);
    const ready = () => found().length > 0;
    if (!ready()) {
      await new Promise<void>((done) => {
        const finish = () => {
          clearTimeout(timer);
          this.waiting.delete(wake);
          done();
        };
        const wake = () => ready() && finish();
        const timer = setTimeout(finish, waitMs);
        this.waiting.add(wake);
      });
    }
    return encodeFrames(found());
  }
}

/** A room, a person in outline and the running time: enough to judge a layout by. */
function draw(context: OffscreenCanvasRenderingContext2D, scene: "patient" | "self", ms: number): void {
  const warm = scene === "patient";
  const wall = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
  wall.addColorStop(0, warm ? "#c9b8a4" : "#9fb4ba");
  wall.addColorStop(1, warm ? "#8d7b69" : "#5c727a");
  context.fillStyle = wall;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = warm ? "#e8ddd0" : "#c4d4d8";
  context.fillRect(120, 70, 300, 250);
  context.fillStyle = warm ? "#9fc3d6" : "#87a7b1";
  context.fillRect(136, 86, 268, 218);
  const sway = Math.sin(ms / 1400) * 10;
  context.fillStyle = warm ? "#4a5a6a" : "#24424c";
  context.beginPath();
  context.ellipse(700 + sway, 760, 330, 300, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = warm ? "#d9a988" : "#c79a7a";
  context.fillRect(640 + sway, 400, 120, 130);
  context.beginPath();
  context.ellipse(700 + sway, 320, 125, 160, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = warm ? "#e6e1da" : "#3a2f2a";
  context.beginPath();
  context.ellipse(700 + sway, 235, 140, 100, 0, Math.PI, Math.PI * 2);
  context.fill();
  context.fillStyle = "#2b2320";
  for (const x of [655, 745]) {
    context.beginPath();
    context.ellipse(x + sway, 318, 10, Math.sin(ms / 900) > 0.97 ? 1 : 7, 0, 0, Math.PI * 2);
    context.fill();
  }
  context.strokeStyle = "#8c4f46";
  context.lineWidth = 6;
  context.beginPath();
  context.arc(700 + sway, 385, 34, 0.2, Math.PI - 0.2);
  context.stroke();
  context.fillStyle = "rgb(0 0 0 / 55%)";
  context.fillRect(WIDTH - 260, HEIGHT - 62, 240, 42);
  context.fillStyle = "#fff";
  context.font = "26px monospace";
  context.fillText((ms / 1000).toFixed(2).padStart(8, "0"), WIDTH - 240, HEIGHT - 32);
}
