// One peer connection under one session name: offers, answers, candidates, tracks and the chat channel.

import { readChat } from "./chat";
import type { PeerWord } from "./wire";

/** What we send. Null: nothing at the moment; the place for it stays open. */
export interface Tracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

/** Whom a connection tells. */
export interface ConnectionEvents {
  say(word: PeerWord): void;
  onState(): void;
  onTrack(track: MediaStreamTrack): void;
  onChat(id: string, text: string): void;
}

type CandidateWord = Extract<PeerWord, { type: "candidate" }>;

/**
 * Orders the video codecs VP8, H.264, then the rest. Repair formats (RTX, RED, FEC) keep their place among
 * the rest: without RTX a little loss freezes the picture.
 */
export function preferCodecs<C extends { mimeType: string }>(codecs: readonly C[]): C[] {
  const rank = (codec: C) => {
    const name = codec.mimeType.toLowerCase();
    return name === "video/vp8" ? 0 : name === "video/h264" ? 1 : 2;
  };
  return codecs
    .map((codec, place) => ({ codec, place }))
    .sort((a, b) => rank(a.codec) - rank(b.codec) || a.place - b.place)
    .map(({ codec }) => codec);
}

/** A peer connection. Only one side ever offers in a session, so that offers cannot collide. */
export class Connection {
  readonly pc: RTCPeerConnection;
  readonly #events: ConnectionEvents;
  readonly #tracks: Tracks;
  #early: CandidateWord[] = [];
  #ours: CandidateWord[] | null = [];
  #audio: RTCRtpSender | null = null;
  #video: RTCRtpSender | null = null;
  #channel: RTCDataChannel | null = null;
  #work: Promise<unknown> = Promise.resolve();
  #closed = false;
  #restart = false;

  constructor(
    readonly session: string,
    config: RTCConfiguration,
    tracks: Tracks,
    events: ConnectionEvents,
  ) {
    this.#tracks = { ...tracks };
    this.#events = events;
    this.pc = new RTCPeerConnection({ ...config, bundlePolicy: "max-bundle" });
    this.pc.onicecandidate = ({ candidate }) => this.#found(candidate);
    this.pc.onconnectionstatechange = () => events.onState();
    this.pc.ontrack = ({ track }) => events.onTrack(track);
    this.pc.ondatachannel = ({ channel }) => this.#adopt(channel);
  }

  /** The chat channel is open. */
  get chatting(): boolean {
    return this.#channel?.readyState === "open";
  }

  /** An offer of ours has no answer yet. */
  get offering(): boolean {
    return this.pc.signalingState === "have-local-offer";
  }

  /** Makes the first offer. */
  offerFirst(): void {
    // Both kinds are there from the start, with or without a track: a camera that is allowed later then
    // needs no new offer.
    this.#audio = this.pc.addTransceiver("audio", { direction: "sendrecv" }).sender;
    const video = this.pc.addTransceiver("video", { direction: "sendrecv" });
    this.#video = video.sender;
    this.#prefer(video);
    this.#adopt(this.pc.createDataChannel("chat"));
    this.#do(async () => {
      await this.#putTracks();
      await this.#offer();
    });
  }

  /** Restarts ICE; when an offer is on its way, after its answer. */
  restart(): void {
    if (this.offering) {
      this.#restart = true;
      return;
    }
    this.#do(async () => {
      this.pc.restartIce();
      await this.#offer();
    });
  }

  /** Says the offer that has no answer once more: the word may have been lost with a socket. */
  repeatOffer(): void {
    const offer = this.pc.localDescription;
    if (this.offering && offer?.type === "offer") {
      this.#events.say({ type: "offer", session: this.session, sdp: offer.sdp });
    }
  }

  takeOffer(sdp: string): void {
    this.#do(async () => {
      await this.pc.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of this.pc.getTransceivers()) {
        transceiver.direction = "sendrecv";
        if (transceiver.receiver.track.kind === "audio") this.#audio ??= transceiver.sender;
        else if (this.#video === null) {
          this.#video = transceiver.sender;
          this.#prefer(transceiver);
        }
      }
      await this.#putTracks();
      await this.pc.setLocalDescription();
      this.#say({ type: "answer", session: this.session, sdp: this.pc.localDescription?.sdp ?? "" });
      await this.#takeEarly();
    });
  }

  takeAnswer(sdp: string): void {
    this.#do(async () => {
      // A second answer to a repeated offer: the first one counted.
      if (!this.offering) return;
      await this.pc.setRemoteDescription({ type: "answer", sdp });
      await this.#takeEarly();
      if (this.#restart) {
        this.#restart = false;
        this.pc.restartIce();
        await this.#offer();
      }
    });
  }

  takeCandidate(word: CandidateWord): void {
    this.#do(async () => {
      if (this.pc.remoteDescription === null) this.#early.push(word);
      else await this.#add(word);
    });
  }

  /** Sends these tracks from now on. */
  setTracks(tracks: Tracks): void {
    this.#tracks.audio = tracks.audio;
    this.#tracks.video = tracks.video;
    this.#do(() => this.#putTracks());
  }

  /** Sends a chat message; false when the channel is not open. */
  chat(message: { id: string; text: string }): boolean {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.#closed = true;
    this.pc.onicecandidate = this.pc.onconnectionstatechange = this.pc.ontrack = this.pc.ondatachannel = null;
    if (this.#channel !== null) this.#channel.onmessage = this.#channel.onopen = this.#channel.onclose = null;
    this.pc.close();
  }

  /** One step of negotiation at a time, in the order in which they were asked for. */
  #do(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      // A description that does not fit or a connection that was closed meanwhile: the owner's watchdog
      // sees that nothing gets connected and makes a new session.
      .catch(() => this.#events.onState());
  }

  #say(word: PeerWord): void {
    if (this.#closed) return;
    this.#events.say(word);
    const ours = this.#ours ?? [];
    this.#ours = null;
    for (const candidate of ours) this.#events.say(candidate);
  }

  async #offer(): Promise<void> {
    await this.pc.setLocalDescription();
    this.#say({ type: "offer", session: this.session, sdp: this.pc.localDescription?.sdp ?? "" });
  }

  #found(candidate: RTCIceCandidate | null): void {
    if (candidate === null || candidate.candidate === "") return;
    const word: CandidateWord = {
      type: "candidate",
      session: this.session,
      candidate: candidate.candidate,
      sdp_mid: candidate.sdpMid,
      sdp_mline_index: candidate.sdpMLineIndex,
      username_fragment: candidate.usernameFragment,
    };
    // A candidate that overtakes its description would be dropped as one of an unknown session.
    if (this.#ours === null) this.#events.say(word);
    else this.#ours.push(word);
  }

  async #takeEarly(): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const word of early) await this.#add(word);
  }

  async #add(word: CandidateWord): Promise<void> {
    if (word.candidate === "") return;
    try {
      await this.pc.addIceCandidate({
        candidate: word.candidate,
        sdpMid: word.sdp_mid,
        sdpMLineIndex: word.sdp_mline_index,
        usernameFragment: word.username_fragment,
      });
    } catch {
      // A candidate of before an ICE restart, or of a kind this browser cannot use. Others will do.
    }
  }

  async #putTracks(): Promise<void> {
    await this.#audio?.replaceTrack(this.#tracks.audio);
    await this.#video?.replaceTrack(this.#tracks.video);
  }

  #prefer(video: RTCRtpTransceiver): void {
    const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
    if (codecs === undefined || !("setCodecPreferences" in video)) return;
    try {
      video.setCodecPreferences(preferCodecs(codecs));
    } catch {
      // Some versions refuse lists they gave themselves; their own order then stands.
    }
  }

  #adopt(channel: RTCDataChannel): void {
    if (channel.label !== "chat") return;
    this.#channel = channel;
    channel.onmessage = ({ data }: MessageEvent) => {
      const message = readChat(data);
      if (message !== null) this.#events.onChat(message.id, message.text);
    };
    channel.onopen = channel.onclose = () => this.#events.onState();
  }
}
