// The id this device shows to the practice, so that the same link goes on working here and nowhere else.

import { randomHex } from "./random";

const KEY = "rounds.device";
let inMemory: string | null = null;

/**
 * The device's id: kept in local storage, the only thing this page ever stores. Private windows may
 * forbid storage; then the id lives as long as the page.
 */
export function deviceId(storage: () => Storage = () => window.localStorage): string {
  try {
    const kept = storage().getItem(KEY);
    if (kept !== null && /^[0-9a-f]{32}$/.test(kept)) return kept;
    const made = inMemory ?? randomHex();
    storage().setItem(KEY, made);
    inMemory = made;
    return made;
  } catch {
    inMemory ??= randomHex();
    return inMemory;
  }
}
