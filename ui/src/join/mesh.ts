// The links to everyone else in the call.

import type { Tracks } from "./connection";
import { Emitter } from "./emitter";
import { type LinkOwner, PeerLink } from "./peer-link";
import type { IceServer, ParticipantId, Peer, PeerWord } from "./wire";

/** What the mesh needs of the page. */
export interface MeshOptions {
  say(to: ParticipantId, word: PeerWord): void;
  online(): boolean;
  tracks(): Tracks;
  onBroken(): void;
  onChat(from: Peer, id: string, text: string): void;
}

/** Links by participant. The list of peers is the only thing that makes and ends links. */
export class Mesh extends Emitter {
  readonly #links = new Map<ParticipantId, PeerLink>();
  readonly #options: MeshOptions;
  #early = new Map<ParticipantId, PeerWord[]>();

  constructor(options: MeshOptions) {
    super();
    this.#options = options;
  }

  get links(): PeerLink[] {
    return [...this.#links.values()];
  }

  /**
   * The call stands with these peers: always the whole list. Links that are there and fit are kept. While the
   * hub is `settling` (it may have been restarted, and the others have yet to come back to it), a link that
   * works outlives a list without it.
   */
  setPeers(me: ParticipantId, iceServers: IceServer[], peers: readonly Peer[], settling = false): void {
    const listed = new Set(peers.map((peer) => peer.participant));
    for (const [id, link] of this.#links) {
      if (listed.has(id)) continue;
      if (settling && link.state === "connected") {
        link.peer = { ...link.peer, present: false };
        continue;
      }
      link.close();
      this.#links.delete(id);
    }
    for (const peer of peers) {
      const link = this.#links.get(peer.participant);
      if (link !== undefined && link.peer.incarnation === peer.incarnation) {
        const cameBack = peer.present && !link.peer.present;
        link.peer = peer;
        // What was said to it meanwhile reached nobody.
        if (cameBack) link.lineIsBack();
      } else {
        link?.close();
        this.#link(me, iceServers, peer);
      }
    }
    this.changed();
  }

  /** A word of a peer. It may come just before the list that names the peer. */
  hear(from: ParticipantId, word: PeerWord): void {
    const link = this.#links.get(from);
    if (link !== undefined) link.hear(word);
    else this.#early.set(from, [...(this.#early.get(from) ?? []), word].slice(-50));
  }


  /** What we send changed. */
  setTracks(): void {
    for (const link of this.links) link.setTracks(this.#options.tracks());
  }

  /** Sends a chat message to all; false if someone has no open channel and must get it over the hub. */
  chat(message: { id: string; text: string }): boolean {
    const reached = this.links.map((link) => link.chat(message));
    return reached.length > 0 && reached.every(Boolean);
  }

  /** Reads all statistics. */
  async sample(): Promise<void> {
    await Promise.all(this.links.map((link) => link.sample()));
    this.changed();
  }

  /** No call any more. */
  close(): void {
    if (this.#links.size === 0 && this.#early.size === 0) return;
    for (const link of this.links) link.close();
    this.#links.clear();
    this.#early.clear();
    this.changed();
  }

  #link(me: ParticipantId, iceServers: IceServer[], peer: Peer): void {
    const options = this.#options;
    const owner: LinkOwner = {
      me,
      config: { iceServers: iceServers.map(rtcServer) },
      tracks: () => options.tracks(),
      online: () => options.online(),
      say: (to, word) => options.say(to, word),
      onChange: () => this.changed(),
      onBroken: () => options.onBroken(),
      onChat: (from, id, text) => options.onChat(from, id, text),
    };
    const link = new PeerLink(peer, owner);
    this.#links.set(peer.participant, link);
    link.start();
    const early = this.#early.get(peer.participant) ?? [];
    this.#early.delete(peer.participant);
    for (const word of early) link.hear(word);
  }
}

function rtcServer({ urls, username, credential }: IceServer): RTCIceServer {
  return { urls, username: username ?? undefined, credential: credential ?? undefined };
}
