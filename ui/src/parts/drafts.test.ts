import { beforeEach, expect, test } from "vitest";
import { host, knobs } from "../host/fake";
import type { NoteView } from "../types";
import { Draft } from "./drafts";

beforeEach(() => knobs.reset());

async function note(): Promise<NoteView> {
  const encounter = [...knobs.world.encounters.keys()][0] ?? "";
  const template = knobs.world.templates[0]?.id ?? "";
  return host.rpc("note.start", { encounter, template });
}

test("an answer that was read before the last save does not undo what was typed", async () => {
  const view = await note();
  const draft = new Draft(view.id, view);
  draft.set("patient_location", ["At home"]);
  expect(await draft.saver.flush()).toBe(true);
  draft.read({ ...view, answers: { patient_location: ["At"], chief_complaint: ["Cough"] } });
  expect(draft.answer("patient_location")).toEqual(["At home"]);
  expect(draft.answer("chief_complaint")).toEqual(["Cough"]);
});

test("discarded recovered text goes back to what the store says, also where something was typed", async () => {
  const view = await note();
  const draft = new Draft(view.id, view);
  draft.set("patient_location", ["half a sent"]);
  await draft.saver.flush();
  draft.settle({ ...view, answers: { patient_location: ["At work"] } });
  expect(draft.answer("patient_location")).toEqual(["At work"]);
});

test("a save tells what is still missing, and leaving tells that nothing was broken off", async () => {
  const view = await note();
  const draft = new Draft(view.id, view);
  const before = draft.missingNow().length;
  draft.set("patient_location", ["At home"]);
  expect(await draft.putAside()).toBe(true);
  expect(draft.missingNow()).toHaveLength(before - 1);
  expect(knobs.calls.at(-1)?.command).toBe("note.put_aside");
});
