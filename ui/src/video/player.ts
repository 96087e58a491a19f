// Decodes one stream and paints it on a canvas.
//
// A decoder error or a jump that it cannot follow costs the picture until the next key frame, never the call.
// When decoding falls behind, pictures are decoded but not painted, so that what is seen is always the newest. Painting
// happens once a screen refresh and no larger than the picture is shown: without a graphics card, pixels that nobody
// sees cost more than decoding them. A capture is made from the picture itself, at its full size.
import type { Codec, EncodedFrame } from "./frames";
import { shapeOf } from "./shape";

/** The part of WebCodecs that is used here, so that tests can stand in for it. */
export interface Decoding {
  create(onFrame: (frame: VideoFrame) => void, onError: (error: unknown) => void): VideoDecoder;
  chunk(init: EncodedVideoChunkInit): EncodedVideoChunk;
}

export const webCodecs: Decoding = {
  create: (output, error) => new VideoDecoder({ output, error }),
  chunk: (init) => new EncodedVideoChunk(init),
};

export function canDecode(): boolean {
  return typeof VideoDecoder === "function" && typeof EncodedVideoChunk === "function";
}

const CODECS: Record<Codec, string> = { vp8: "vp8", h264: "avc1.42e01f" };
/** Where pictures are shown. */
export interface Screen {
  nextRefresh(run: () => void): void;
  /** Tells the size in device pixels of what shows the canvas, now and whenever it changes, until the returned call. */
  measure(canvas: HTMLCanvasElement, told: (size: Size) => void): () => void;
}

export interface Size {
  width: number;
  height: number;
}

export const browserScreen: Screen = {
  nextRefresh: (run) => void requestAnimationFrame(run),
  measure: (canvas, told) => {
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      told({ width: width * devicePixelRatio, height: height * devicePixelRatio });
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  },
};

/** As large as the picture is shown, whether it fits in or fills the place; never larger than it is. */
export function paintedSize(width: number, height: number, shown: Size): [width: number, height: number] {
  const scale = Math.min(1, Math.max(shown.width / width, shown.height / height));
  return scale > 0 ? [Math.ceil(width * scale), Math.ceil(height * scale)] : [width, height];
}

/** Chunks waiting in the decoder beyond which painting is skipped. */
const LATE = 3;
/** Beyond this the decoder is emptied and starts again at the next key frame. */
const HOPELESS = 60;

export interface Picture {
  width: number;
  height: number;
  /** Frames painted so far. */
  painted: number;
  /** Frames dropped because they came late or could not be decoded. */
  dropped: number;
}

export class Player {
  private decoder: VideoDecoder | null = null;
  private codec: Codec | null = null;
  /** What the decoder was opened for. WebKitGTK's goes on giving pictures of its first size when the sender's changes. */
  private shape = "";
  private needKey = true;
  private last: VideoFrame | null = null;
  private canvas: HTMLCanvasElement | null = null;
  /** How large the canvas is shown, in device pixels. */
  private shown = { width: 0, height: 0 };
  private painting = false;
  private stopMeasuring = () => {};
  private picture: Picture = { width: 0, height: 0, painted: 0, dropped: 0 };

  constructor(
    private onPicture: (picture: Picture) => void,
    private decoding: Decoding = webCodecs,
    private screen: Screen = browserScreen,
  ) {}

  attach(canvas: HTMLCanvasElement): void {
    this.canvas = canvas;
    this.stopMeasuring();
    this.stopMeasuring = this.screen.measure(canvas, (size) => {
      this.shown = size;
      if (this.last) this.paintSoon();
    });
  }

  detach(canvas: HTMLCanvasElement): void {
    if (this.canvas !== canvas) return;
    this.stopMeasuring();
    this.canvas = null;
  }

  get hungry(): boolean {
    return this.needKey;
  }

  feed(frame: EncodedFrame): void {
    const shape = frame.key ? shapeOf(frame) : this.shape;
    if (this.codec !== frame.codec || this.shape !== shape || this.decoder === null || this.decoder.state === "closed") {
      if (!frame.key) return this.drop();
      this.open(frame.codec);
      this.shape = shape;
    }
    const decoder = this.decoder;
    if (decoder === null) return;
    if (decoder.decodeQueueSize > HOPELESS) {
      decoder.reset();
      decoder.configure({ codec: CODECS[frame.codec], optimizeForLatency: true });
      this.needKey = true;
    }
    if (this.needKey && !frame.key) return this.drop();
    this.needKey = false;
    try {
      decoder.decode(
        this.decoding.chunk({ type: frame.key ? "key" : "delta", timestamp: frame.timestampUs, data: frame.payload }),
      );
    } catch {
      this.fail();
    }
  }

  /** The picture on the screen at full resolution, as PNG; null while there is none. */
  async capture(): Promise<Captured | null> {
    const frame = this.last?.clone();
    if (!frame) return null;
    try {
      const width = frame.displayWidth;
      const height = frame.displayHeight;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      if (!context) return null;
      context.drawImage(frame, 0, 0, width, height);
      return { png: await canvas.convertToBlob({ type: "image/png" }), width, height };
    } finally {
      frame.close();
    }
  }

  close(): void {
    this.stopMeasuring();
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.last?.close();
    this.last = null;
  }

  private open(codec: Codec): void {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.codec = codec;
    const decoder = this.decoding.create(
      (frame) => this.show(frame),
      () => this.fail(),
    );
    // H.264 comes as Annex B: parameter sets in the stream, so no description is given.
    decoder.configure({ codec: CODECS[codec], optimizeForLatency: true });
    this.decoder = decoder;
    this.needKey = true;
  }

  private show(frame: VideoFrame): void {
    if ((this.decoder?.decodeQueueSize ?? 0) > LATE) {
      frame.close();
      return this.drop();
    }
    this.last?.close();
    this.last = frame;
    this.paintSoon();
  }

  private paintSoon(): void {
    if (this.painting) return;
    this.painting = true;
    this.screen.nextRefresh(() => {
      this.painting = false;
      if (this.last) this.paint(this.last);
    });
  }

  private paint(frame: VideoFrame): void {
    const { displayWidth, displayHeight } = frame;
    const canvas = this.canvas;
    if (canvas) {
      const [width, height] = paintedSize(displayWidth, displayHeight, this.shown);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      canvas.getContext("2d")?.drawImage(frame, 0, 0, width, height);
    }
    this.picture = { ...this.picture, width: displayWidth, height: displayHeight, painted: this.picture.painted + 1 };
    this.onPicture(this.picture);
  }

  private drop(): void {
    this.picture = { ...this.picture, dropped: this.picture.dropped + 1 };
  }

  private fail(): void {
    // An error closes the decoder for good (WebCodecs, "Close VideoDecoder"): the next key frame opens a new one.
    this.drop();
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.needKey = true;
  }
}

export interface Captured {
  png: Blob;
  width: number;
  height: number;
}
