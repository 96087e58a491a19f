// Links to peers: who offers, what is kept, what is made anew, what is dropped.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { preferCodecs } from "./connection";
import { connections, installFakeRtc } from "./fake-rtc";
import { Mesh } from "./mesh";
import { weOffer } from "./peer-link";
import type { Peer, PeerWord } from "./wire";

const peer = (changes: Partial<Peer> = {}): Peer => ({
  participant: "part_9",
  role: "clinician",
  name: "Dr. Sample",
  incarnation: "i1",
  engine: true,
  microphone: true,
  camera: true,
  hold: false,
  present: true,
  ...changes,
});
const candidate = (session: string, text: string): PeerWord => ({
  type: "candidate",
  session,
  candidate: text,
  sdp_mid: "0",
  sdp_mline_index: 0,
  username_fragment: null,
});

describe("the mesh", () => {
  let said: { to: string; word: PeerWord }[];
  let online: boolean;
  let mesh: Mesh;
  const tracks = { audio: null as MediaStreamTrack | null, video: null as MediaStreamTrack | null };
  const chats: string[] = [];
  let broke: number;

  const settle = () => vi.advanceTimersByTimeAsync(0);
  const call = async (...peers: Peer[]) => {
    mesh.setPeers("part_5", [], peers);
    await settle();
  };
  const words = (type: PeerWord["type"]) => said.filter(({ word }) => word.type === type).map(({ word }) => word);
  const session = () => (words("offer").at(-1) as { session: string }).session;
  const answer = async () => {
    mesh.hear("part_9", { type: "answer", session: session(), sdp: "answer" });
    await settle();
  };
  const pc = () => {
    const last = connections.at(-1);
    if (last === undefined) throw new Error("no connection was made");
    return last;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    installFakeRtc((name, value) => vi.stubGlobal(name, value));
    said = [];
    online = true;
    broke = 0;
    chats.length = 0;
    tracks.audio = tracks.video = null;
    mesh = new Mesh({
      say: (to, word) => void said.push({ to, word }),
      online: () => online,
      tracks: () => tracks,
      onBroken: () => void (broke += 1),
      onChat: (from, id, text) => void chats.push(`${from.participant} ${id} ${text}`),
    });
  });

  afterEach(() => {
    mesh.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("offers to engines always, to browsers that sort after us", () => {
    expect(weOffer("part_5", { participant: "part_1", engine: true })).toBe(true);
    expect(weOffer("part_5", { participant: "part_1", engine: false })).toBe(false);
    expect(weOffer("part_5", { participant: "part_9", engine: false })).toBe(true);
  });

  it("offers picture and sound both ways and a chat, also without any device", async () => {
    await call(peer());
    expect(pc().transceivers.map(({ receiver, direction }) => [receiver.track.kind, direction])).toEqual([
      ["audio", "sendrecv"],
      ["video", "sendrecv"],
    ]);
    expect(pc().channels.map(({ label }) => label)).toEqual(["chat"]);
    expect(pc().config.bundlePolicy).toBe("max-bundle");
    expect(words("offer")).toHaveLength(1);
  });

  it("puts a camera that is allowed later into the same connection", async () => {
    await call(peer());
    await answer();
    tracks.video = { kind: "video" } as MediaStreamTrack;
    mesh.setTracks();
    await settle();
    expect(pc().transceivers[1]?.sender.track).toBe(tracks.video);
    expect(words("offer")).toHaveLength(1);
  });

  it("keeps a connection through the same list, and makes a new one for a new incarnation", async () => {
    await call(peer());
    await answer();
    await call(peer({ camera: false, present: false }));
    expect(connections).toHaveLength(1);
    expect(mesh.links[0]?.peer.camera).toBe(false);
    const old = session();
    await call(peer({ incarnation: "i2" }));
    expect(connections.map(({ closed }) => closed)).toEqual([true, false]);
    expect(session()).not.toBe(old);
  });

  it("closes the link of a peer that is not listed any more", async () => {
    await call(peer());
    await call();
    expect(pc().closed).toBe(true);
    expect(mesh.links).toEqual([]);
  });

  it("keeps a working link while a restarted hub gathers its participants", async () => {
    await call(peer());
    await answer();
    pc().becomes("connected");
    mesh.setPeers("part_5", [], [], true);
    expect(mesh.links[0]?.peer.present).toBe(false);
    mesh.setPeers("part_5", [], [peer()], true);
    expect([connections.length, pc().closed, mesh.links[0]?.peer.present]).toEqual([1, false, true]);
    mesh.setPeers("part_5", [], [], false);
    expect(pc().closed).toBe(true);
  });

  it("drops answers and candidates of a session that is no more", async () => {
    await call(peer());
    const old = session();
    mesh.hear("part_9", { type: "ask_offer", why: "rebuild" });
    await settle();
    expect(session()).not.toBe(old);
    mesh.hear("part_9", { type: "answer", session: old, sdp: "late" });
    mesh.hear("part_9", candidate(old, "late"));
    await answer();
    mesh.hear("part_9", candidate(session(), "fresh"));
    await settle();
    expect(pc().remoteDescription?.sdp).toBe("answer");
    expect(pc().candidates).toEqual(["fresh"]);
  });

  it("keeps candidates that come before the answer", async () => {
    await call(peer());
    mesh.hear("part_9", candidate(session(), "early"));
    await settle();
    expect(pc().candidates).toEqual([]);
    await answer();
    expect(pc().candidates).toEqual(["early"]);
  });

  it("sends its own candidates only after the offer they belong to", async () => {
    mesh.setPeers("part_5", [], [peer()]);
    pc().onicecandidate?.({ candidate: { candidate: "mine", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "u" } });
    await settle();
    expect(said.map(({ word }) => word.type)).toEqual(["offer", "candidate"]);
  });

  it("takes a second answer to the same offer for the first one's echo", async () => {
    await call(peer());
    await answer();
    mesh.hear("part_9", { type: "answer", session: session(), sdp: "again" });
    await settle();
    expect(pc().remoteDescription?.sdp).toBe("answer");
  });

  it("restarts ICE in the same session when an engine asks, after an answer that is due", async () => {
    await call(peer());
    mesh.hear("part_9", { type: "ask_offer", why: "restart_ice" });
    await settle();
    expect(words("offer")).toHaveLength(1);
    await answer();
    expect(pc().restarts).toBe(1);
    const sessions = words("offer").map((word) => (word as { session: string }).session);
    expect(sessions).toHaveLength(2);
    expect(new Set(sessions).size).toBe(1);
    expect(connections).toHaveLength(1);
  });

  it("answers a browser that sorts before us, and never offers to it", async () => {
    await call(peer({ participant: "part_1", engine: false }));
    expect(connections).toHaveLength(0);
    mesh.hear("part_1", { type: "offer", session: "theirs", sdp: "o" });
    await settle();
    expect(words("answer")).toEqual([{ type: "answer", session: "theirs", sdp: "answer to o" }]);
    expect(pc().transceivers.map(({ direction }) => direction)).toEqual(["sendrecv", "sendrecv"]);
    mesh.hear("part_1", { type: "ask_offer", why: "rebuild" });
    await settle();
    expect(words("offer")).toEqual([]);
  });

  it("takes an offer that overtook the list of peers", async () => {
    mesh.hear("part_1", { type: "offer", session: "theirs", sdp: "o" });
    await call(peer({ participant: "part_1", engine: false }));
    expect(words("answer")).toHaveLength(1);
  });

  it("asks for an offer that does not come", async () => {
    await call(peer({ participant: "part_1", engine: false }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(words("ask_offer")).toEqual([{ type: "ask_offer", why: "rebuild" }]);
  });

  it("lets a disturbed path heal, then restarts ICE, then builds anew", async () => {
    await call(peer());
    await answer();
    pc().becomes("connected");
    pc().becomes("disconnected");
    expect([mesh.links[0]?.state, broke]).toEqual(["broken", 1]);
    pc().becomes("connected");
    await vi.advanceTimersByTimeAsync(5000);
    expect(words("offer")).toHaveLength(1);
    pc().becomes("disconnected");
    await vi.advanceTimersByTimeAsync(2500);
    expect(pc().restarts).toBe(1);
    await answer();
    await vi.advanceTimersByTimeAsync(5000);
    expect(connections).toHaveLength(2);
    expect(connections[0]?.closed).toBe(true);
  });

  it("builds anew when a first connection does not come about", async () => {
    await call(peer());
    await answer();
    await vi.advanceTimersByTimeAsync(8000);
    expect(connections).toHaveLength(2);
  });

  it("waits for the line before it mends, and then repeats the offer that was lost", async () => {
    await call(peer());
    online = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections).toHaveLength(1);
    online = true;
    mesh.links[0]?.lineIsBack();
    await settle();
    const offers = words("offer");
    expect(offers).toHaveLength(2);
    expect(offers[1]).toEqual(offers[0]);
  });

  it("says its offer again to a peer that has come back", async () => {
    await call(peer({ present: false }));
    await call(peer());
    expect(words("offer")).toHaveLength(2);
    expect(connections).toHaveLength(1);
  });

  it("leaves a connection alone that outlived the line", async () => {
    await call(peer());
    await answer();
    pc().becomes("connected");
    mesh.links[0]?.lineIsBack();
    await settle();
    expect(said.filter(({ word }) => word.type === "offer")).toHaveLength(1);
    expect(connections).toHaveLength(1);
  });

  it("does not restore what the peer closed", async () => {
    await call(peer({ participant: "part_1", engine: false }));
    mesh.hear("part_1", { type: "offer", session: "theirs", sdp: "o" });
    await settle();
    mesh.hear("part_1", { type: "close", session: "theirs" });
    mesh.hear("part_1", { type: "offer", session: "theirs", sdp: "o" });
    mesh.links[0]?.lineIsBack();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections).toHaveLength(1);
    expect(connections[0]?.closed).toBe(true);
    mesh.hear("part_1", { type: "offer", session: "another", sdp: "o" });
    await settle();
    expect(connections).toHaveLength(2);
  });

  it("chats over the channel, and says when somebody is not reached", async () => {
    await call(peer());
    const [channel] = pc().channels;
    expect(mesh.chat({ id: "1", text: "hello" })).toBe(false);
    if (channel !== undefined) channel.readyState = "open";
    pc().becomes("connected");
    expect(mesh.chat({ id: "1", text: "hello" })).toBe(true);
    expect(channel?.sent).toEqual(['{"id":"1","text":"hello"}']);
    channel?.onmessage?.({ data: '{"id":"2","text":"hi"}' });
    channel?.onmessage?.({ data: "nonsense" });
    channel?.onmessage?.({ data: '{"id":3,"text":"hi"}' });
    expect(chats).toEqual(["part_9 2 hi"]);
    // The channel calls itself open while its path is broken: what is said then goes over the hub.
    pc().becomes("disconnected");
    expect(mesh.chat({ id: "4", text: "there?" })).toBe(false);
  });
});

describe("codecs", () => {
  it("come as VP8, H.264, then the rest with RTX", () => {
    const order = preferCodecs(["video/AV1", "video/rtx", "video/H264", "video/VP8", "video/red"].map((mimeType) => ({ mimeType })));
    expect(order.map(({ mimeType }) => mimeType)).toEqual(["video/VP8", "video/H264", "video/AV1", "video/rtx", "video/red"]);
  });
});
