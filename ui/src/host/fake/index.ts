// A host without a program behind it: the sample practice in memory, for a plain browser and for tests.
// Never part of the built console.
import type { Changed, Topic } from "../../types";
import { CommandError, type CommandName, type Host, type HostEvents, type In, type Out } from "../host";
import { answers, type Context } from "./commands";
import { FakeMedia } from "./media";
import { makeWorld, type World } from "./world";

type Handlers = { [E in keyof HostEvents]: Set<(payload: HostEvents[E]) => void> };

/** What a test or a person at the browser's console can make happen. */
export interface Knobs {
  /** Every command of this name fails so, until null is set. */
  failures: Map<CommandName, CommandError>;
  calls: { command: CommandName; payload: unknown; key: string | null }[];
  /** What was answered when the window was asked to close. */
  closings: boolean[];
  world: World;
  /** Moves the clock; without it, the clock is the computer's. */
  setNow(ms: number | null): void;
  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void;
  changed(topics: Topic[], ids?: string[]): void;
  reset(stage?: Context["stage"]): void;
}

const handlers: Handlers = { changed: new Set(), tick: new Set(), call: new Set(), preview: new Set(), closing: new Set() };
let fixedNow: number | null = null;
let seq = 0;
const now = () => fixedNow ?? Date.now();

function emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void {
  for (const handler of handlers[event]) handler(payload);
}

function changed(topics: Topic[], ids: string[] = []): void {
  seq += 1;
  const event: Changed = { seq, topics, ids };
  emit("changed", event);
}

const media = new FakeMedia();

const context: Context = {
  world: makeWorld(now()),
  stage: "ready",
  user: null,
  now,
  changed,
  emit,
  media,
};

export const knobs: Knobs = {
  failures: new Map(),
  calls: [],
  closings: [],
  get world() {
    return context.world;
  },
  setNow: (ms) => {
    fixedNow = ms;
  },
  emit,
  changed,
  reset: (stage = "ready") => {
    media.stopAll();
    context.world = makeWorld(now());
    context.stage = stage;
    context.user = context.world.users[0] ?? null;
    knobs.failures.clear();
    knobs.calls.length = 0;
    knobs.closings.length = 0;
  },
};

function firstStage(): Context["stage"] {
  if (typeof location === "undefined") return "ready";
  const asked = new URLSearchParams(location.search).get("stage");
  return asked === "choose" || asked === "sign_in" || asked === "trouble" ? asked : "ready";
}
knobs.reset(firstStage());

export const host: Host = {
  rpc: async <C extends CommandName>(command: C, payload: In<C>, key?: string): Promise<Out<C>> => {
    knobs.calls.push({ command, payload, key: key ?? null });
    const failure = knobs.failures.get(command);
    if (failure) throw failure;
    const answer = answers[command] as (payload: In<C>, context: Context) => Out<C> | Promise<Out<C>>;
    // Copied, as everything that crosses to a real host is.
    return structuredClone(await answer(structuredClone(payload), context));
  },
  pull: (streams, waitMs) => media.pull(streams, waitMs),
  keepSnapshot: async (png, about) => {
    const { world, user } = context;
    const encounter = world.encounters.get(about.encounter);
    if (!encounter || !user) throw new CommandError("not_found", "This visit does not exist.");
    const view = new DataView(png.buffer, png.byteOffset);
    const number = encounter.snapshots.length + 1;
    const id = `snp_${String(number).padStart(32, "0")}`;
    world.pictures.set(id, png.slice().buffer);
    encounter.snapshots.push({
      id,
      taken_at: new Date(now()).toISOString(),
      taken_by: user,
      media_type: "image/png",
      size: [view.getUint32(16), view.getUint32(20)],
      state: { is: "kept" },
    });
    changed(["snapshot"], [encounter.id]);
  },
  snapshotBytes: async (id) => {
    const bytes = context.world.pictures.get(id);
    if (!bytes) throw new CommandError("not_found", "This snapshot does not exist.");
    return bytes.slice(0);
  },
  answerClose: async (close) => {
    knobs.closings.push(close);
  },
  on: (event, handler) => {
    handlers[event].add(handler);
    return () => handlers[event].delete(handler);
  },
};

if (typeof window !== "undefined" && import.meta.env.MODE !== "test") {
  setInterval(() => emit("tick", { now: new Date(now()).toISOString() }), 1000);
  Object.assign(window, { knobs });
}
