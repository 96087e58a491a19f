// The call of the fake host: somebody is always there, and the figures breathe a little.
import type { CallView, EndReason, PeerStats, PreviewView } from "../../types";
import type { Context } from "./commands";
import { type FakeEncounter, id } from "./world";

const SELF = 1;
const PATIENT = 2;
const PREVIEW = 9;

let breathing: ReturnType<typeof setInterval> | null = null;
let previewTimer: ReturnType<typeof setInterval> | null = null;

const iso = (context: Context) => new Date(context.now()).toISOString();

function publish(context: Context): Record<string, never> {
  context.emit("call", context.world.call && structuredClone(context.world.call));
  return {};
}

function stats(step: number): PeerStats {
  const wave = Math.sin(step / 5);
  return {
    quality: "good",
    trouble_at: null,
    round_trip_ms: 42 + wave * 6,
    loss_in: 0.002 + 0.001 * wave,
    loss_out: 0.001,
    in_kbps: 1480 + wave * 90,
    out_kbps: 1610 + wave * 60,
    target_kbps: 1800,
    in_fps: 30,
    out_fps: 30,
    frames_in: step * 30,
    frames_out: step * 30,
    in_size: [1280, 720],
    out_size: [1280, 720],
    audio_energy_in: step * 0.02,
    in_codec: "VP8",
    out_codec: "VP8",
    path: "srflx",
  };
}

export function join(context: Context, one: FakeEncounter): Record<string, never> {
  const { world, media } = context;
  const patient = one.participants.find((person) => person.role === "patient");
  world.call = {
    encounter: one.id,
    phase: { at: "on_call" },
    connected_at: iso(context),
    microphone: true,
    camera: true,
    hold: false,
    self_stream: SELF,
    microphone_level: 0.2,
    peers: patient
      ? [
          {
            participant: patient.id,
            role: "patient",
            name: patient.name,
            link: "connected",
            microphone: true,
            camera: true,
            hold: false,
            stream: PATIENT,
            level: 0.3,
            stats: stats(1),
          },
        ]
      : [],
    trouble: null,
    chat: [],
  };
  media.start(SELF, "self");
  media.start(PATIENT, "patient");
  let step = 1;
  breathing ??= setInterval(() => {
    const call = world.call;
    if (!call) return;
    step += 1;
    call.microphone_level = call.microphone ? 0.15 + 0.15 * Math.abs(Math.sin(step)) : 0;
    for (const peer of call.peers) {
      peer.stats = stats(step);
      peer.level = 0.2 + 0.2 * Math.abs(Math.cos(step));
    }
    publish(context);
  }, 1000);
  context.changed(["call"], [one.id]);
  return publish(context);
}

export function update(context: Context, change: Partial<CallView>): Record<string, never> {
  if (context.world.call) context.world.call = { ...context.world.call, ...change };
  return publish(context);
}

export function setCamera(context: Context, on: boolean): Record<string, never> {
  if (on) context.media.start(SELF, "self");
  else context.media.stop(SELF);
  return update(context, { camera: on, self_stream: on ? SELF : null });
}

export function hangUp(context: Context, why: EndReason): Record<string, never> {
  if (!context.world.call) return {};
  if (breathing) clearInterval(breathing);
  breathing = null;
  context.media.stop(SELF);
  context.media.stop(PATIENT);
  update(context, { phase: { at: "ended", why }, peers: [], self_stream: null });
  context.world.call = null;
  context.changed(["call"]);
  return publish(context);
}

export function chat(context: Context, text: string): Record<string, never> {
  const call = context.world.call;
  if (call) call.chat.push({ id: id("msg"), from: null, name: context.user?.name ?? "", text, at: iso(context), delivered: true });
  return publish(context);
}

export function startPreview(context: Context): PreviewView {
  context.media.start(PREVIEW, "self");
  const view: PreviewView = { stream: PREVIEW, level: 0.2, recording: "none", trouble: null };
  context.world.preview = view;
  let step = 0;
  previewTimer ??= setInterval(() => {
    const preview = context.world.preview;
    if (!preview) return;
    step += 1;
    preview.level = 0.1 + 0.4 * Math.abs(Math.sin(step / 2));
    context.emit("preview", structuredClone(preview));
  }, 200);
  return view;
}

export function stopPreview(context: Context): Record<string, never> {
  if (previewTimer) clearInterval(previewTimer);
  previewTimer = null;
  context.media.stop(PREVIEW);
  context.world.preview = null;
  context.emit("preview", null);
  return {};
}

function recording(context: Context, during: PreviewView["recording"], ms: number): Record<string, never> {
  const become = (state: PreviewView["recording"]) => {
    if (!context.world.preview) return;
    context.world.preview.recording = state;
    context.emit("preview", structuredClone(context.world.preview));
  };
  become(during);
  setTimeout(() => become("ready"), ms);
  return {};
}

export const record = (context: Context) => recording(context, "recording", 5000);
export const play = (context: Context) => recording(context, "playing", 5000);
