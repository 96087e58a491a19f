// The signalling words between this page and the practice server, as the page uses them.

import type { FromHub } from "../gen/FromHub";

export type { CheckOutcome } from "../gen/CheckOutcome";
export type { DeviceCheck } from "../gen/DeviceCheck";
export type { FromHub } from "../gen/FromHub";
export type { IceServer } from "../gen/IceServer";
export type { NetworkFigures } from "../gen/NetworkFigures";
export type { OfferReason } from "../gen/OfferReason";
export type { OverReason } from "../gen/OverReason";
export type { ParticipantId } from "../gen/ParticipantId";
export type { ParticipantRole } from "../gen/ParticipantRole";
export type { Peer } from "../gen/Peer";
export type { PeerWord } from "../gen/PeerWord";
export type { Refused } from "../gen/Refused";
export type { Step } from "../gen/Step";
export type { ToHub } from "../gen/ToHub";

/** The version of the words this page speaks. */
export const PROTOCOL = 1;
/** Longest message either side accepts, in bytes. */
export const MESSAGE_LIMIT = 64 * 1024;
/** Seconds between two beats. */
export const BEAT_SECONDS = 5;
/** Longest chat message, in characters. */
export const CHAT_LIMIT = 2000;

/** Reads one message of the hub; null for anything that is not an object with a type. */
export function readFromHub(data: unknown): FromHub | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as { type?: unknown } | null;
    return message !== null && typeof message === "object" && typeof message.type === "string"
      ? (message as FromHub)
      : null;
  } catch {
    return null;
  }
}
