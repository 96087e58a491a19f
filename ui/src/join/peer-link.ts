// The link to one other participant: it makes peer connections, watches them and makes new ones.

import { Connection, type Tracks } from "./connection";
import { type Figures, type Flow, judge, readFigures } from "./figures";
import { randomHex } from "./random";
import type { OfferReason, ParticipantId, Peer, PeerWord } from "./wire";

/** Whether picture and sound can flow. */
export type LinkState = "connecting" | "connected" | "broken";

/** What a link needs from its owner. */
export interface LinkOwner {
  readonly me: ParticipantId;
  readonly config: RTCConfiguration;
  tracks(): Tracks;
  /** Whether words reach the hub now. */
  online(): boolean;
  say(to: ParticipantId, word: PeerWord): void;
  onChange(): void;
  /** The path to a peer broke: perhaps the line to the hub is broken too and does not know it yet. */
  onBroken(): void;
  onChat(from: Peer, id: string, text: string): void;
}

/** A browser offers to an engine; of two browsers the one whose id sorts first. */
export function weOffer(me: ParticipantId, peer: Pick<Peer, "participant" | "engine">): boolean {
  return peer.engine || me < peer.participant;
}

/** A path that is only disturbed often heals by itself. */
const DISTURBED_MS = 2_500;
/** From an offer to a connection. Doubled with each try up to four times. */
const CONNECT_MS = 8_000;
/** From an ICE restart to a connection: where one works at all, it works quickly. */
const RESTART_MS = 5_000;
/** How long the side that may not offer waits for the first offer before it asks. */
const ASK_MS = 1_000;

export class PeerLink {
  /** The other's picture and sound. */
  readonly stream = new MediaStream();
  peer: Peer;
  state: LinkState = "connecting";
  flow: Flow = "starting";
  figures: Figures | null = null;
  /** A connection stood once; before that there is nothing to be restored. */
  wasConnected = false;

  readonly #owner: LinkOwner;
  #connection: Connection | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #weak = 0;
  #closedSessions = new Set<string>();
  /** The peer closed the connection; only the peer starts another one. */
  #hungUp = false;
  #closed = false;

  constructor(peer: Peer, owner: LinkOwner) {
    this.peer = peer;
    this.#owner = owner;
  }

  /** Starts to connect. */
  start(): void {
    if (weOffer(this.#owner.me, this.peer)) this.#rebuild();
    else this.#later(ASK_MS, () => this.#ask("rebuild"));
  }

  /** A word of this peer. */
  hear(word: PeerWord): void {
    if (word.type === "ask_offer") {
      this.#asked(word.why);
    } else if (word.type === "offer") {
      this.#offered(word.session, word.sdp);
    } else if (word.session !== this.#connection?.session) {
      // A word that belongs to a connection that is no more.
      return;
    } else if (word.type === "answer") {
      this.#connection.takeAnswer(word.sdp);
    } else if (word.type === "candidate") {
      this.#connection.takeCandidate(word);
    } else {
      this.#closedSessions.add(word.session);
      this.#hungUp = true;
      this.#dropConnection();
      this.#set("broken");
    }
  }

  /** The line to the hub is back: say what may have been lost, mend what broke. */
  lineIsBack(): void {
    if (this.state === "connected") return;
    if (this.#connection?.offering === true) this.#connection.repeatOffer();
    else this.#mend();
  }

  /** Sends these tracks from now on. */
  setTracks(tracks: Tracks): void {
    this.#connection?.setTracks(tracks);
  }

  /** Sends a chat message over the data channel; false when there is none, or what it leads over is interrupted. */
  chat(message: { id: string; text: string }): boolean {
    return this.state === "connected" && (this.#connection?.chat(message) ?? false);
  }

  /** Reads the statistics and judges the flow. */
  async sample(): Promise<void> {
    const pc = this.#connection?.pc;
    if (pc === undefined) return;
    // A connection that is closed meanwhile has no statistics.
    const report = await pc.getStats().catch(() => null);
    if (report === null || pc !== this.#connection?.pc) return;
    const figures = readFigures(report.values());
    const flow = this.state === "connected" ? judge(this.figures, figures, this.peer.camera) : "starting";
    // One bad second is not worth a word; three are.
    this.#weak = flow === "weak" || flow === "stopped" ? this.#weak + 1 : 0;
    this.flow = this.#weak === 0 || this.#weak >= 3 ? flow : this.flow;
    this.figures = figures;
  }

  close(): void {
    this.#closed = true;
    this.#dropConnection();
  }

  #asked(why: OfferReason): void {
    if (!weOffer(this.#owner.me, this.peer)) return;
    if (why === "restart_ice" && this.#connection !== null) {
      this.#connection.restart();
      this.#watch(RESTART_MS);
    } else if (!this.peer.engine && this.#connection?.offering === true) {
      // A page that has just come up asks while our offer is on its way, or was lost before it listened.
      this.#connection.repeatOffer();
    } else {
      this.#rebuild();
    }
  }

  #offered(session: string, sdp: string): void {
    if (weOffer(this.#owner.me, this.peer) || this.#closedSessions.has(session)) return;
    if (session !== this.#connection?.session) this.#open(session);
    this.#connection?.takeOffer(sdp);
    this.#watch();
  }

  #rebuild(): void {
    this.#open(randomHex());
    this.#connection?.offerFirst();
    this.#watch();
  }

  #open(session: string): void {
    this.#dropConnection();
    if (this.#closed) return;
    this.#hungUp = false;
    const owner = this.#owner;
    const connection: Connection = new Connection(session, owner.config, owner.tracks(), {
      say: (word) => owner.say(this.peer.participant, word),
      onState: () => this.#connection === connection && this.#changed(connection),
      onTrack: (track) => this.#show(track),
      onChat: (id, text) => owner.onChat(this.peer, id, text),
    });
    this.#connection = connection;
    this.figures = null;
    this.flow = "starting";
    this.#set(this.wasConnected ? "broken" : "connecting");
  }

  #show(track: MediaStreamTrack): void {
    for (const old of this.stream.getTracks()) {
      if (old.kind === track.kind && old !== track) this.stream.removeTrack(old);
    }
    this.stream.addTrack(track);
    this.#owner.onChange();
  }

  #changed(connection: Connection): void {
    switch (connection.pc.connectionState) {
      case "connected":
        clearTimeout(this.#timer);
        this.#tries = 0;
        this.wasConnected = true;
        this.#set("connected");
        break;
      case "disconnected":
        this.#set("broken");
        this.#owner.onBroken();
        this.#later(DISTURBED_MS, () => this.#mend());
        break;
      case "failed":
        this.#set("broken");
        this.#mend();
        break;
      case "new":
      case "connecting":
      case "closed":
        break;
    }
    this.#owner.onChange();
  }

  /** Restarts ICE, or makes a new connection when there is nothing to restart. */
  #mend(): void {
    // Without a line to the hub no word would arrive; `lineIsBack` will call again.
    if (this.#closed || this.#hungUp || !this.#owner.online()) return;
    const state = this.#connection?.pc.connectionState;
    const restartable = this.wasConnected && (state === "disconnected" || state === "failed") && this.#tries === 0;
    this.#renew(restartable ? "restart_ice" : "rebuild");
  }

  #renew(why: OfferReason): void {
    this.#tries += 1;
    if (weOffer(this.#owner.me, this.peer)) {
      if (why === "restart_ice" && this.#connection !== null) {
        this.#connection.restart();
        this.#watch(RESTART_MS);
      } else {
        this.#rebuild();
      }
    } else {
      this.#ask(why);
    }
  }

  #ask(why: OfferReason): void {
    this.#owner.say(this.peer.participant, { type: "ask_offer", why });
    this.#watch(why === "restart_ice" ? RESTART_MS : undefined);
  }

  /** If no connection comes of it, try again with a new one. */
  #watch(wait = CONNECT_MS * Math.min(2 ** this.#tries, 4)): void {
    this.#later(wait, () => {
      if (this.#connection?.pc.connectionState === "connected") return;
      this.#tries = Math.max(this.#tries, 1);
      this.#mend();
    });
  }

  #later(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  #dropConnection(): void {
    clearTimeout(this.#timer);
    this.#connection?.close();
    this.#connection = null;
  }

  #set(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.#owner.onChange();
  }
}
