// The line to the practice server: one WebSocket that comes back for ever.

import { BEAT_SECONDS, type FromHub, MESSAGE_LIMIT, PROTOCOL, type ToHub, readFromHub } from "./wire";

/** How the line is: not yet there, welcomed by the hub, lost and being restored, or put down by us. */
export type Line = "connecting" | "open" | "lost" | "closed";

/** What the signal needs of a WebSocket. */
export type Socket = Pick<WebSocket, "send" | "close" | "readyState" | "onopen" | "onmessage" | "onclose" | "onerror">;

/** Where the signal goes and whom it tells. */
export interface SignalOptions {
  url: string;
  token: string;
  device: string;
  /** Made anew with each page load: it tells the hub that the peer connections of an earlier load are gone. */
  incarnation: string;
  onMessage(message: FromHub): void;
  onLine(line: Line): void;
  /** Makes the socket. */
  connect?: (url: string) => Socket;
  /** 0 to 1, for the jitter. */
  random?: () => number;
  /** Milliseconds that only go forward. */
  now?: () => number;
}

const OPEN = 1;
/** Without any word from the hub for this long, the socket is taken for dead, whatever it says itself. */
const SILENCE_MS = 3 * BEAT_SECONDS * 1000;
/** A socket that brings no welcome for this long is given up. */
const WELCOME_MS = 10_000;
/** After a hint that the network changed, the hub must answer within this time. */
const PROOF_MS = 3_000;
/** Words for peers that wait for the line to come back. */
const QUEUE_LIMIT = 200;

/** How long to wait before the next try: doubling from half a second to four, half of it by chance. */
export function backoff(attempt: number, random: number): number {
  const whole = Math.min(500 * 2 ** attempt, 4000);
  return whole / 2 + (whole / 2) * random;
}

/** The signalling client. It knows nothing of the visit: it connects, says hello, beats, and passes words on. */
export class Signal {
  readonly #options: Required<SignalOptions>;
  #socket: Socket | null = null;
  #line: Line = "closed";
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #deadline = Infinity;
  #beatAt = 0;
  #beatSentAt: number | null = null;
  #queue: ToHub[] = [];
  #unconfirmed: { chat: ToHub; beforeBeat: number }[] = [];
  #beats = 0;
  #beatsAnswered = 0;

  /** Round trip of the last beat, in milliseconds. */
  roundTripMs: number | null = null;

  constructor(options: SignalOptions) {
    this.#options = {
      connect: (url) => new WebSocket(url),
      random: Math.random,
      now: () => performance.now(),
      ...options,
    };
  }

  get line(): Line {
    return this.#line;
  }

  /** Connects, and goes on connecting until `stop`. */
  start(): void {
    if (this.#line !== "closed") return;
    this.#attempt = 0;
    this.#set("connecting");
    this.#open();
  }

  /** Puts the line down. `start` takes it up again. */
  stop(): void {
    clearTimeout(this.#retry);
    this.#drop();
    this.#queue = [];
    this.#set("closed");
  }

  /**
   * The network may have changed, or the page came back to the front: a waiting retry happens now, and an
   * open line has to prove itself.
   */
  prod(): void {
    if (this.#line === "closed") return;
    if (this.#socket === null) {
      clearTimeout(this.#retry);
      this.#open();
    } else if (this.#line === "open") {
      this.#beat();
      this.#deadline = Math.min(this.#deadline, this.#options.now() + PROOF_MS);
    }
  }

  /** To be called about once a second: sends beats and notices silence. */
  tick(): void {
    const now = this.#options.now();
    if (this.#socket === null) return;
    if (now > this.#deadline) {
      this.#lose();
    } else if (this.#line === "open" && now >= this.#beatAt) {
      this.#beat();
    }
  }

  /**
   * Says something to the hub. Without a line, words for peers and chat messages wait for it (what else must
   * be said again after a welcome, the page knows); false if the message is too long or nobody will hear it.
   */
  send(message: ToHub): boolean {
    const text = JSON.stringify(message);
    if (new TextEncoder().encode(text).length > MESSAGE_LIMIT) return false;
    const waits = message.type === "peer" || message.type === "chat";
    if (this.#line !== "open" || this.#socket === null || this.#socket.readyState !== OPEN) {
      if (!waits || this.#line === "closed") return false;
      if (this.#queue.length >= QUEUE_LIMIT) this.#queue.shift();
      this.#queue.push(message);
      return true;
    }
    this.#socket.send(text);
    // A chat message has no answer. It counts as heard when a beat that was sent after it is answered.
    if (message.type === "chat") this.#unconfirmed.push({ chat: message, beforeBeat: this.#beats + 1 });
    return true;
  }

  #open(): void {
    const socket = this.#options.connect(this.#options.url);
    this.#socket = socket;
    this.#deadline = this.#options.now() + WELCOME_MS;
    socket.onopen = () => {
      const { token, device, incarnation } = this.#options;
      socket.send(JSON.stringify({ type: "hello", token, device, protocol: PROTOCOL, incarnation } satisfies ToHub));
    };
    socket.onmessage = (event: MessageEvent) => this.#hear(event.data);
    socket.onclose = () => this.#lose();
    socket.onerror = null;
  }

  #hear(data: unknown): void {
    const message = readFromHub(data);
    if (message === null) return;
    this.#heardAt = this.#options.now();
    if (this.#line === "open" || message.type === "welcome") this.#deadline = this.#heardAt + SILENCE_MS;
    if (message.type === "beat") {
      this.#beatAnswered();
      return;
    }
    if (message.type === "welcome") {
      this.#attempt = 0;
      this.#beatAt = this.#heardAt + BEAT_SECONDS * 1000;
      this.#set("open");
    }
    this.#options.onMessage(message);
    if (message.type === "welcome" && this.#line === "open") this.#flush();
  }

  #flush(): void {
    const again = this.#unconfirmed.map(({ chat }) => chat);
    const waiting = this.#queue;
    this.#unconfirmed = [];
    this.#queue = [];
    for (const message of [...again, ...waiting]) this.send(message);
  }

  #beat(): void {
    if (this.#socket?.readyState !== OPEN) return;
    const now = this.#options.now();
    this.#beatAt = now + BEAT_SECONDS * 1000;
    this.#beats += 1;
    this.#beatSentAt = now;
    this.#socket.send(JSON.stringify({ type: "beat" } satisfies ToHub));
  }

  #beatAnswered(): void {
    this.#beatsAnswered += 1;
    this.#unconfirmed = this.#unconfirmed.filter(({ beforeBeat }) => beforeBeat > this.#beatsAnswered);
    if (this.#beatsAnswered === this.#beats && this.#beatSentAt !== null) {
      this.roundTripMs = this.#heardAt - this.#beatSentAt;
    }
  }

  #lose(): void {
    this.#drop();
    if (this.#line === "closed") return;
    const wait = backoff(this.#attempt, this.#options.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#open(), wait);
    if (this.#line === "open") this.#set("lost");
  }

  /** Lets go of the socket at once: a half-open one would take its time to tell us that it is closed. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#deadline = Infinity;
    this.#beatSentAt = null;
    this.#beats = 0;
    this.#beatsAnswered = 0;
    this.#unconfirmed = this.#unconfirmed.map(({ chat }) => ({ chat, beforeBeat: Infinity }));
    this.roundTripMs = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  #set(line: Line): void {
    if (this.#line === line) return;
    this.#line = line;
    this.#options.onLine(line);
  }
}
