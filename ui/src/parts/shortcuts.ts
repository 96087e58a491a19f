// Every shortcut of the console, in one list: the key listener, the palette and the shortcut sheet read from it.
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { text } from "../strings/en";

export type ShortcutId = keyof typeof KEYS;

/** `mod` is Ctrl, on macOS Cmd; `go` is Alt, on macOS Ctrl. */
const KEYS = {
  palette: "mod+k",
  shortcuts: "mod+/",
  microphone: "mod+shift+m",
  camera: "mod+shift+e",
  focusCall: "f2",
  focusNote: "f3",
  focusChart: "f4",
  nextPane: "f6",
  nextPatient: "mod+enter",
  snapshot: "mod+shift+s",
  hangUp: "mod+shift+h",
  sign: "mod+shift+g",
  goQueue: "go+1",
  goPatients: "go+2",
  goCheck: "go+3",
  goSettings: "go+4",
} as const;

/** What leads away from the screen: it waits while a dialog asks something. */
const LEAVING: ReadonlySet<ShortcutId> = new Set<ShortcutId>(["goQueue", "goPatients", "goCheck", "goSettings", "nextPatient"]);

function modalOpen(): boolean {
  return document.querySelector('[aria-modal="true"]') !== null;
}

export const shortcutIds = Object.keys(KEYS) as ShortcutId[];

const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

interface Pressed {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export function matches(id: ShortcutId, event: Pressed, onMac = mac): boolean {
  const parts: string[] = KEYS[id].split("+");
  const want = (name: string) => parts.includes(name);
  const ctrl = onMac ? want("go") : want("mod");
  const meta = onMac && want("mod");
  const alt = !onMac && want("go");
  if (event.ctrlKey !== ctrl || event.metaKey !== meta || event.altKey !== alt) return false;
  const key = parts[parts.length - 1] ?? "";
  // On many layouts "/" needs Shift, so Shift only counts where the shortcut names a letter.
  if (key !== "/" && event.shiftKey !== want("shift")) return false;
  const digit = /^[0-9]$/.test(key) && event.code === `Digit${key}`;
  return digit || event.key.toLowerCase() === key;
}

/** The keys as they are printed: `Ctrl Shift M`, on macOS `⌘ ⇧ M`. */
export function keyCaps(id: ShortcutId, onMac = mac): string[] {
  const names: Record<string, string> = onMac
    ? { mod: "⌘", go: "⌃", shift: "⇧", enter: "↵" }
    : { mod: "Ctrl", go: "Alt", shift: "Shift", enter: "Enter" };
  return KEYS[id].split("+").map((part) => names[part] ?? part.toUpperCase());
}

/** The same for `aria-keyshortcuts`. */
export function ariaKeys(id: ShortcutId, onMac = mac): string {
  const names: Record<string, string> = onMac
    ? { mod: "Meta", go: "Control", shift: "Shift", enter: "Enter" }
    : { mod: "Control", go: "Alt", shift: "Shift", enter: "Enter" };
  return KEYS[id].split("+").map((part) => names[part] ?? part.toUpperCase()).join("+");
}

export function shortcutLabel(id: ShortcutId): string {
  return text.shortcuts[id];
}

type Handler = () => void;

/** The newest handler of a shortcut is the one that is called: a dialog goes before the screen under it. */
const handlers = new Map<ShortcutId, Handler[]>();
const listeners = new Set<() => void>();
let live: ShortcutId[] = [];

function publish(): void {
  live = shortcutIds.filter((id) => (handlers.get(id)?.length ?? 0) > 0);
  for (const listener of listeners) listener();
}

export function onShortcut(id: ShortcutId, handler: Handler): () => void {
  handlers.set(id, [...(handlers.get(id) ?? []), handler]);
  publish();
  return () => {
    handlers.set(id, (handlers.get(id) ?? []).filter((one) => one !== handler));
    publish();
  };
}

export function runShortcut(id: ShortcutId): boolean {
  const handler = handlers.get(id)?.at(-1);
  handler?.();
  return handler !== undefined;
}

/** Makes a shortcut do something while the component is on the screen. */
export function useShortcut(id: ShortcutId, handler: Handler, enabled = true): void {
  const latest = useRef(handler);
  // With the layout, not after it: whoever sees the screen may already press the keys.
  useLayoutEffect(() => {
    latest.current = handler;
  });
  useLayoutEffect(() => (enabled ? onShortcut(id, () => latest.current()) : undefined), [id, enabled]);
}

/** The shortcuts that do something right now. */
export function useLiveShortcuts(): ShortcutId[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );
}

export function listenForShortcuts(target: Window): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.repeat || event.isComposing) return;
    const id = shortcutIds.find((one) => matches(one, event));
    if (id === undefined || (LEAVING.has(id) && modalOpen()) || !runShortcut(id)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  // Captured, so that a text field does not swallow it first.
  target.addEventListener("keydown", onKey, true);
  return () => target.removeEventListener("keydown", onKey, true);
}
