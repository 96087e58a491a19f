// What the page knows of the visit, and how each word of the hub changes it.

import type { Line } from "./signal";
import type { DeviceCheck, FromHub, IceServer, ParticipantId, ParticipantRole, Peer, Refused, Step, ToHub } from "./wire";

/** Who we are to the hub and whom we shall see. */
export interface Who {
  participant: ParticipantId;
  role: ParticipantRole;
  practice: string;
  clinician: string | null;
  iceServers: IceServer[];
}

/** Everything the screens are made from. */
export interface Visit {
  line: Line;
  who: Who | null;
  step: Step | null;
  /** Why the hub does not let us in. */
  refused: Exclude<Refused, { because: "not_matching" | "blocked" }> | null;
  /** Name and birth date did not match: tries that are left. */
  triesLeft: number | null;
  /** Too many tries: no other before this time, in milliseconds of the page's clock. */
  blockedUntil: number | null;
  place: { ahead: number; minutes: [number, number] | null } | null;
  peers: Peer[];
  /** The device check, once the person went on from it. */
  check: DeviceCheck | null;
  consent: "unasked" | "given" | "declined";
  /** They were in the call and wait again. */
  sentBack: boolean;
  /** The person pressed Leave. */
  leaving: boolean;
  /** The hub could not use our last word. */
  problem: boolean;
}

export const newVisit: Visit = {
  line: "closed",
  who: null,
  step: null,
  refused: null,
  triesLeft: null,
  blockedUntil: null,
  place: null,
  peers: [],
  check: null,
  consent: "unasked",
  sentBack: false,
  leaving: false,
  problem: false,
};

/** The visit after a word of the hub; `now` is the page's clock in milliseconds. */
export function hear(visit: Visit, message: FromHub, now: number): Visit {
  switch (message.type) {
    case "welcome":
      return atStep(
        {
          ...visit,
          who: {
            participant: message.participant,
            role: message.role,
            practice: message.practice,
            clinician: message.clinician,
            iceServers: message.ice_servers,
          },
          refused: null,
          blockedUntil: null,
        },
        message.step,
      );
    case "step":
      return atStep(visit, message.step);
    case "refused":
      return refuse(visit, message.reason, now);
    case "place":
      return { ...visit, place: { ahead: message.ahead, minutes: message.minutes } };
    case "peers":
      return { ...visit, peers: message.peers };
    case "problem":
      // A message that was not delivered is marked in the chat.
      if (message.chat !== undefined) return visit;
      // An agreement that did not arrive must be asked for again.
      return { ...visit, problem: true, consent: visit.step?.at === "prepare" ? "unasked" : visit.consent };
    case "peer":
    case "chat":
    case "beat":
      return visit;
    default:
      // A newer hub may say what this page does not know; that is no reason to stop.
      return visit;
  }
}

function atStep(visit: Visit, step: Step): Visit {
  const same = visit.step?.at === step.at;
  return {
    ...visit,
    step,
    triesLeft: step.at === "identify" ? visit.triesLeft : null,
    blockedUntil: step.at === "identify" ? visit.blockedUntil : null,
    consent: step.at === "identify" ? "unasked" : visit.consent,
    sentBack: step.at === "waiting" && (visit.sentBack || visit.step?.at === "call"),
    peers: step.at === "over" ? [] : visit.peers,
    problem: same ? visit.problem : false,
  };
}

function refuse(visit: Visit, reason: Refused, now: number): Visit {
  switch (reason.because) {
    case "not_matching":
      return { ...visit, triesLeft: reason.tries_left, blockedUntil: null };
    case "blocked":
      return { ...visit, triesLeft: null, blockedUntil: now + reason.seconds * 1000 };
    case "bad_link":
    case "expired":
    case "other_device":
    case "protocol":
    case "unavailable":
      return { ...visit, refused: reason };
  }
}

/**
 * What the hub has to be told (again) after a welcome, because an earlier socket may have lost it. Saying it
 * twice does no harm.
 */
export function owed(visit: Visit): ToHub[] {
  if (visit.leaving) return [{ type: "leave" }];
  if (visit.step?.at !== "prepare") return [];
  const check: ToHub[] = visit.check === null ? [] : [{ type: "check", check: visit.check }];
  switch (visit.consent) {
    case "unasked":
      return check;
    case "given":
      return [...check, { type: "consent", given: true }, { type: "wait" }];
    case "declined":
      return [...check, { type: "consent", given: false }];
  }
}

/** Whether trying the line again is pointless until the person does something. */
export function isFinal(visit: Visit): boolean {
  if (visit.step?.at === "over") return true;
  switch (visit.refused?.because) {
    case "bad_link":
    case "expired":
    case "other_device":
    case "protocol":
      return true;
    case "unavailable":
    case undefined:
      return false;
  }
}

/** The screen that belongs to the visit. */
export type ScreenName = "connecting" | "refused" | "blocked" | "identify" | "check" | "consent" | "waiting" | "call" | "over";

export function screenOf(visit: Visit): ScreenName {
  if (visit.leaving) return "over";
  if (visit.refused !== null) return "refused";
  if (visit.blockedUntil !== null) return "blocked";
  switch (visit.step?.at) {
    case undefined:
      return "connecting";
    case "identify":
      return "identify";
    case "prepare":
      return visit.check === null ? "check" : "consent";
    case "waiting":
      return "waiting";
    case "call":
      return "call";
    case "over":
      return "over";
  }
}
