// A peer connection for tests: it takes descriptions as the standard says and never connects by itself.

/** Every connection made since `installFakeRtc`. */
export let connections: FakePeerConnection[] = [];

interface FakeTransceiver {
  direction: string;
  sender: { track: unknown; replaceTrack(track: unknown): Promise<void> };
  receiver: { track: { kind: string } };
}

function transceiver(kind: string): FakeTransceiver {
  const sender = {
    track: null as unknown,
    replaceTrack: (track: unknown) => {
      sender.track = track;
      return Promise.resolve();
    },
  };
  return { direction: "recvonly", sender, receiver: { track: { kind } } };
}

export class FakePeerConnection {
  signalingState = "stable";
  connectionState = "new";
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  transceivers: FakeTransceiver[] = [];
  candidates: string[] = [];
  channels: { label: string; readyState: string; send(data: string): void; sent: string[]; onmessage: ((event: { data: string }) => void) | null }[] = [];
  restarts = 0;
  closed = false;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: unknown }) => void) | null = null;
  ondatachannel: ((event: { channel: unknown }) => void) | null = null;
  #offers = 0;

  constructor(readonly config: RTCConfiguration) {
    connections.push(this);
  }

  addTransceiver(kind: string, { direction }: { direction: string }): FakeTransceiver {
    const made = transceiver(kind);
    made.direction = direction;
    this.transceivers.push(made);
    return made;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  createDataChannel(label: string) {
    const sent: string[] = [];
    const channel = { label, readyState: "connecting", sent, send: (data: string) => void sent.push(data), onmessage: null };
    this.channels.push(channel);
    return channel;
  }

  setLocalDescription(): Promise<void> {
    if (this.signalingState === "have-remote-offer") {
      this.localDescription = { type: "answer", sdp: `answer to ${this.remoteDescription?.sdp}` };
      this.signalingState = "stable";
    } else {
      this.#offers += 1;
      this.localDescription = { type: "offer", sdp: `offer ${this.#offers}` };
      this.signalingState = "have-local-offer";
    }
    return Promise.resolve();
  }

  setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    if (description.type === "answer" && this.signalingState !== "have-local-offer") {
      return Promise.reject(new Error("an answer to nothing"));
    }
    if (description.type === "offer" && this.transceivers.length === 0) {
      this.transceivers.push(transceiver("audio"), transceiver("video"));
    }
    this.signalingState = description.type === "answer" ? "stable" : "have-remote-offer";
    this.remoteDescription = description;
    return Promise.resolve();
  }

  addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    if (this.remoteDescription === null) return Promise.reject(new Error("too early"));
    this.candidates.push(candidate);
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, never>> {
    return Promise.resolve(new Map<string, never>());
  }

  restartIce(): void {
    this.restarts += 1;
  }

  close(): void {
    this.closed = true;
    this.connectionState = "closed";
  }

  becomes(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

class FakeMediaStream {
  readonly #tracks = new Set<unknown>();
  getTracks = () => [...this.#tracks];
  addTrack = (track: unknown) => this.#tracks.add(track);
  removeTrack = (track: unknown) => this.#tracks.delete(track);
}

/** Puts the fakes where the page looks for the real ones. */
export function installFakeRtc(stub: (name: string, value: unknown) => void): void {
  connections = [];
  stub("RTCPeerConnection", FakePeerConnection);
  stub("MediaStream", FakeMediaStream);
  stub("RTCRtpReceiver", {});
}
