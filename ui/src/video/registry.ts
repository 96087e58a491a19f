// The players of all live streams. A player outlives the view that shows it, so that coming back to a call shows the
// picture at once instead of waiting for the next key frame.
import { useSyncExternalStore } from "react";
import { host } from "#host";
import { Player, type Picture } from "./player";
import { Pump } from "./pump";

interface Live {
  player: Player;
  stop: () => void;
  picture: Picture;
  listeners: Set<() => void>;
}

const none: Picture = { width: 0, height: 0, painted: 0, dropped: 0 };
let faulty = false;
const faultListeners = new Set<() => void>();
const pump = new Pump(
  (streams, waitMs) => host.pull(streams, waitMs),
  (now) => {
    faulty = now;
    for (const listener of faultListeners) listener();
  },
);
const live = new Map<number, Live>();

/** Whether pictures come that this page cannot read. */
export function usePicturesFaulty(): boolean {
  return useSyncExternalStore(
    (listener) => {
      faultListeners.add(listener);
      return () => faultListeners.delete(listener);
    },
    () => faulty,
  );
}

export function playerOf(stream: number): Player {
  return liveOf(stream).player;
}

function liveOf(stream: number): Live {
  const known = live.get(stream);
  if (known) return known;
  const listeners = new Set<() => void>();
  const made: Live = {
    picture: none,
    listeners,
    stop: () => {},
    player: new Player((picture) => {
      made.picture = picture;
      for (const listener of listeners) listener();
    }),
  };
  made.stop = pump.add(stream, made.player);
  live.set(stream, made);
  return made;
}

const wanted = new Map<"call" | "preview", number[]>();

/** Says which streams an owner has now, and lets go of every one that nobody has. */
export function retainStreams(owner: "call" | "preview", streams: number[]): void {
  wanted.set(owner, streams);
  const all = [...wanted.values()].flat();
  for (const [stream, one] of live) {
    if (all.includes(stream)) continue;
    one.stop();
    one.player.close();
    live.delete(stream);
  }
}

/** What the stream shows, re-rendering only when its size changes or its first picture comes. */
export function usePictureSize(stream: number | null): { width: number; height: number } | null {
  const key = useSyncExternalStore(
    (listener) => {
      if (stream === null) return () => {};
      const { listeners } = liveOf(stream);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => {
      const picture = stream === null ? none : (live.get(stream)?.picture ?? none);
      return picture.painted === 0 ? "" : `${picture.width}x${picture.height}`;
    },
  );
  if (key === "") return null;
  const [width, height] = key.split("x").map(Number);
  return { width: width ?? 0, height: height ?? 0 };
}

/** Calls back after every painted picture. */
export function onPicture(stream: number, listener: (picture: Picture) => void): () => void {
  const one = liveOf(stream);
  const run = () => listener(one.picture);
  one.listeners.add(run);
  return () => one.listeners.delete(run);
}
