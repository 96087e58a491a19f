import { expect, test, vi } from "vitest";
import { ariaKeys, keyCaps, listenForShortcuts, matches, onShortcut, shortcutIds } from "./shortcuts";

const pressed = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  code: /^[0-9]$/.test(key) ? `Digit${key}` : "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("no two shortcuts share their keys, on either system", () => {
  for (const onMac of [false, true]) {
    const caps = shortcutIds.map((id) => keyCaps(id, onMac).join("+"));
    expect(new Set(caps).size).toBe(caps.length);
  }
});

test("the microphone needs Ctrl and Shift here and Cmd and Shift on a Mac", () => {
  const here = pressed("M", { ctrlKey: true, shiftKey: true });
  const there = pressed("M", { metaKey: true, shiftKey: true });
  expect([matches("microphone", here, false), matches("microphone", there, false)]).toEqual([true, false]);
  expect([matches("microphone", here, true), matches("microphone", there, true)]).toEqual([false, true]);
  expect(matches("microphone", pressed("m"), false)).toBe(false);
});

test("places are reached with Alt and a digit, whatever the layout makes of it", () => {
  expect(matches("goQueue", { ...pressed("¡", { altKey: true }), code: "Digit1" }, false)).toBe(true);
  expect(matches("goQueue", pressed("1"), false)).toBe(false);
});

test("a slash may need Shift", () => {
  expect(matches("shortcuts", pressed("/", { ctrlKey: true, shiftKey: true }), false)).toBe(true);
});

test("the newest handler is called, and the older one again when it is gone", () => {
  const [older, newer] = [vi.fn(), vi.fn()];
  const stop = listenForShortcuts(window);
  const forgetOlder = onShortcut("focusNote", older);
  const forgetNewer = onShortcut("focusNote", newer);
  const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "F3", cancelable: true }));
  press();
  forgetNewer();
  press();
  forgetOlder();
  expect(press()).toBe(true);
  stop();
  expect([older.mock.calls.length, newer.mock.calls.length]).toEqual([1, 1]);
});

test("keys are told to screen readers in the words of the standard", () => {
  expect(ariaKeys("hangUp", false)).toBe("Control+Shift+H");
});

test("nothing leads away from the screen while a dialog is open", () => {
  const go = vi.fn();
  const stop = listenForShortcuts(window);
  const forget = onShortcut("goPatients", go);
  const dialog = document.body.appendChild(document.createElement("div"));
  dialog.setAttribute("aria-modal", "true");
  const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "2", code: "Digit2", altKey: true }));
  press();
  expect(go).not.toHaveBeenCalled();
  dialog.remove();
  press();
  expect(go).toHaveBeenCalledOnce();
  forget();
  stop();
});
