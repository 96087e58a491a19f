import { expect, test } from "vitest";
import { Attempts } from "./attempts";

const patient = (family: string) => ({
  name: { family, given: [] },
  birth_date: "1984-03-05",
  sex: "unknown" as const,
  mrn: null,
  phone: null,
  email: null,
  language: "en",
  interpreter: false,
});

/** Answers each request when told to. */
function script() {
  const keys: (string | undefined)[] = [];
  const waiting: { done: (answer: string) => void; fail: (thrown: Error) => void }[] = [];
  const send = (_: unknown, key: string | undefined) => {
    keys.push(key);
    return new Promise<string>((done, fail) => waiting.push({ done, fail }));
  };
  return { keys, waiting, send };
}

test("a second press of the same is the first one", async () => {
  const { keys, waiting, send } = script();
  const attempts = new Attempts("patient.create", send);
  const both = [attempts.run(patient("Ostrander")), attempts.run(patient("Ostrander"))];
  waiting[0]?.done("made");
  expect(await Promise.all(both)).toEqual(["made", "made"]);
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatch(/^key_[0-9a-f]{32}$/);
});

test("a retry carries the key of the attempt that failed; what comes after a success is another attempt", async () => {
  const { keys, waiting, send } = script();
  const attempts = new Attempts("patient.create", send);
  const first = attempts.run(patient("Ostrander"));
  waiting[0]?.fail(new Error("fault"));
  await expect(first).rejects.toThrow("fault");
  const again = attempts.run(patient("Ostrander"));
  waiting[1]?.done("made");
  await again;
  void attempts.run(patient("Ostrander"));
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("other words are another attempt", () => {
  const { keys, send } = script();
  const attempts = new Attempts("patient.create", send);
  void attempts.run(patient("Ostrander"));
  void attempts.run(patient("Upton"));
  expect(new Set(keys).size).toBe(2);
});

test("only what creates something carries a key", () => {
  const { keys, send } = script();
  const link = new Attempts("encounter.link", send);
  void link.run({ encounter: "enc_1", renew: false });
  void link.run({ encounter: "enc_1", renew: true });
  void new Attempts("call.set_hold", send).run({ on: true });
  expect(keys.map((key) => key !== undefined)).toEqual([false, true, false]);
});
