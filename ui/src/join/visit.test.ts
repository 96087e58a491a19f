// Each word of the hub and the screen it leads to.

import { describe, expect, it } from "vitest";
import { type Visit, hear, isFinal, newVisit, owed, screenOf } from "./visit";
import type { DeviceCheck, FromHub, Step } from "./wire";

const welcome = (step: Step): FromHub => ({
  type: "welcome",
  participant: "part_1",
  encounter: "enc_1",
  role: "patient",
  practice: "Practice",
  clinician: "Dr. Sample",
  step,
  ice_servers: [],
});
const check: DeviceCheck = { camera: "good", microphone: "good", speaker: "good", network: "good", figures: null };
const after = (...messages: FromHub[]): Visit => messages.reduce((visit, message) => hear(visit, message, 1000), newVisit);

describe("the visit", () => {
  it("tells a person who was in the call that they wait again, until they are called", () => {
    let visit = after(welcome({ at: "waiting" }));
    const told = (["waiting", "call", "waiting", "waiting", "call"] as const).map((at) => {
      visit = hear(visit, { type: "step", step: { at } }, 0);
      return visit.sentBack;
    });
    expect(told).toEqual([false, false, true, true, false]);
  });

  it("shows the screen of each step", () => {
    const screens = (["identify", "prepare", "waiting", "call"] as const).map((at) => screenOf(after(welcome({ at }))));
    expect(screens).toEqual(["identify", "check", "waiting", "call"]);
    expect(screenOf(newVisit)).toBe("connecting");
    expect(screenOf(after(welcome({ at: "over", why: "finished" })))).toBe("over");
    expect(screenOf({ ...after(welcome({ at: "prepare" })), check })).toBe("consent");
  });

  it("hears everything twice without harm", () => {
    const peers: FromHub = { type: "peers", peers: [] };
    const once = after(welcome({ at: "call" }), peers);
    expect(hear(hear(once, welcome({ at: "call" }), 1000), peers, 1000)).toEqual(once);
  });

  it("counts tries, blocks, and forgets both once the person is known", () => {
    const wrong = after(welcome({ at: "identify" }), { type: "refused", reason: { because: "not_matching", tries_left: 1 } });
    expect(wrong.triesLeft).toBe(1);
    expect(screenOf(wrong)).toBe("identify");
    const blocked = hear(wrong, { type: "refused", reason: { because: "blocked", seconds: 60 } }, 5000);
    expect(screenOf(blocked)).toBe("blocked");
    expect(blocked.blockedUntil).toBe(65_000);
    const known = hear(blocked, { type: "step", step: { at: "prepare" } }, 70_000);
    expect([known.triesLeft, known.blockedUntil]).toEqual([null, null]);
  });

  it("gives up for good only where trying again is pointless", () => {
    const final = (["bad_link", "expired", "other_device", "protocol", "unavailable"] as const).map((because) =>
      isFinal(after({ type: "refused", reason: { because } })),
    );
    expect(final).toEqual([true, true, true, true, false]);
  });

  it("lets a welcome end a refusal", () => {
    const refused = after({ type: "refused", reason: { because: "unavailable" } });
    expect(screenOf(refused)).toBe("refused");
    expect(screenOf(hear(refused, welcome({ at: "waiting" }), 0))).toBe("waiting");
  });

  it("says an agreement again that a lost socket may have swallowed", () => {
    const agreed: Visit = { ...after(welcome({ at: "prepare" })), check, consent: "given" };
    expect(owed(agreed).map(({ type }) => type)).toEqual(["check", "consent", "wait"]);
    expect(owed(hear(agreed, welcome({ at: "waiting" }), 0))).toEqual([]);
    expect(owed({ ...agreed, consent: "declined" }).at(-1)).toEqual({ type: "consent", given: false });
    expect(owed({ ...agreed, step: { at: "call" }, leaving: true })).toEqual([{ type: "leave" }]);
  });

  it("asks again for an agreement that the hub could not use", () => {
    const agreed: Visit = { ...after(welcome({ at: "prepare" })), check, consent: "given" };
    const problem = hear(agreed, { type: "problem", message: "not now" }, 0);
    expect([problem.consent, problem.problem, screenOf(problem)]).toEqual(["unasked", true, "consent"]);
  });

  it("asks nothing again because of a chat message that was not delivered", () => {
    const agreed: Visit = { ...after(welcome({ at: "prepare" })), check, consent: "given" };
    expect(hear(agreed, { type: "problem", message: "nobody is here", chat: "1" }, 0)).toEqual(agreed);
  });

  it("shows the end at once when the person leaves", () => {
    expect(screenOf({ ...after(welcome({ at: "call" })), leaving: true })).toBe("over");
  });

  it("does not stumble over words of a newer hub", () => {
    const visit = after(welcome({ at: "waiting" }));
    expect(hear(visit, { type: "weather" } as unknown as FromHub, 0)).toBe(visit);
  });
});
