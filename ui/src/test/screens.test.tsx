// Every screen, on the fake host: what people do on it, and what axe says of it in both schemes.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { knobs } from "../host/fake";
import { CommandError } from "../host/host";
import { text } from "../strings/en";
import { expectNoViolations, openConsole } from "./console";

beforeEach(() => window.localStorage.clear());

const rows = () => screen.findAllByTestId("queue-row");
const names = async () => (await rows()).map((row) => row.querySelectorAll("td")[1]?.firstChild?.textContent);

async function openVisit() {
  const { user } = openConsole("/queue");
  const admit = await screen.findAllByRole("button", { name: /^Admit/ });
  await user.click(admit[0] as HTMLElement);
  await screen.findByTestId("call-controls");
  return user;
}

async function openNote() {
  const user = await openVisit();
  const templates = await screen.findAllByTestId("template");
  await user.click(templates[1] as HTMLElement);
  const editor = await screen.findByTestId("note-editor");
  return { user, editor };
}

describe.each(["light", "dark"] as const)("axe, %s", (scheme) => {
  test.each([
    ["choosing", "/", "choose", () => screen.findByText(text.session.explore)],
    ["signing in", "/", "sign_in", () => screen.findAllByTestId("user")],
    ["store trouble", "/", "trouble", () => screen.findByText(text.trouble.titles.newer)],
    ["the queue", "/queue", "ready", rows],
    ["patients", "/patients", "ready", () => screen.findAllByTestId("patient-row")],
    ["settings", "/settings", "ready", () => screen.findByText(text.settings.appearance)],
    ["device check", "/check", "ready", () => screen.findByRole("button", { name: text.check.start })],
  ] as const)("%s", async (_, hash, stage, ready) => {
    openConsole(hash, { stage, scheme });
    await ready();
    await expectNoViolations();
  });

  test("a chart", async () => {
    const { user } = openConsole("/patients", { scheme });
    await user.click((await screen.findAllByTestId("patient-row"))[7] as HTMLElement);
    await screen.findByTestId("band-allergies");
    await expectNoViolations();
  });

  test("the running device check", async () => {
    const { user } = openConsole("/check", { scheme });
    await user.click(await screen.findByRole("button", { name: text.check.start }));
    await screen.findAllByTestId("check-step");
    await expectNoViolations();
  });

  test("a visit with its call and note", async () => {
    const { user } = openConsole("/queue", { scheme });
    await user.click((await screen.findAllByRole("button", { name: /^Admit/ }))[0] as HTMLElement);
    await user.click((await screen.findAllByTestId("template"))[1] as HTMLElement);
    await screen.findByTestId("note-editor");
    await expectNoViolations();
  });
});

describe("the queue", () => {
  test("is walked with the keyboard, and Enter opens the visit", async () => {
    const { user } = openConsole("/queue");
    const all = await rows();
    const first = all[0]?.querySelector<HTMLElement>('[data-cell="0:0"]');
    act(() => first?.focus());
    await user.keyboard("{ArrowDown}{ArrowRight}");
    expect(document.activeElement).toHaveProperty("dataset.cell", "1:1");
    await user.keyboard("u");
    expect(document.activeElement?.textContent).toContain("Upton");
    await user.keyboard("{End}");
    expect(document.activeElement?.tagName).toBe("BUTTON");
    await user.keyboard("{Home}{Enter}");
    await screen.findByTestId("visit");
    expect((await screen.findByTestId("patient-band")).textContent).toContain("Upton");
  });

  test("stays still while focus is in it; the chip says what waits and applies it", async () => {
    const { user } = openConsole("/queue");
    const before = await names();
    const first = (await rows())[0]?.querySelector<HTMLElement>('[data-cell="0:0"]');
    act(() => first?.focus());
    const [late] = [...knobs.world.encounters.values()].filter((one) => one.state.is === "planned");
    if (!late) throw new Error("the sample has nobody who is expected");
    const early = new Date(0).toISOString();
    late.state = { is: "triaged", arrived_at: early, triaged_at: early, started_at: null };
    late.priority = "emergency";
    act(() => knobs.changed(["encounter"], [late.id]));
    const chip = await screen.findByTestId("pending-chip");
    expect(chip.textContent).toBe("1 moved");
    expect(await names()).toEqual(before);
    await user.click(chip);
    await waitFor(async () => expect((await rows())[0]?.dataset["encounter"]).toBe(late.id));
  });

  test("shows what it had when it cannot be read again, and says so", async () => {
    openConsole("/queue");
    const before = await names();
    knobs.failures.set("queue.list", new CommandError("fault", "The store could not be read."));
    act(() => knobs.changed(["encounter"]));
    await screen.findByText(new RegExp(text.queue.staleTitle));
    expect(await names()).toEqual(before);
  });

  test("refused to admit: the words of the refusal are shown and nothing else happens", async () => {
    const { user } = openConsole("/queue");
    const admit = await screen.findAllByRole("button", { name: /^Admit/ });
    knobs.failures.set("encounter.admit", new CommandError("refused", "Somebody else sees this patient already."));
    await user.click(admit[0] as HTMLElement);
    await screen.findAllByText("Somebody else sees this patient already.");
    expect(window.location.hash).toBe("#/queue");
  });
});

describe("the palette", () => {
  test("opens with Ctrl+K, finds a patient and opens the chart", async () => {
    const { user } = openConsole("/queue");
    await rows();
    await user.keyboard("{Control>}k{/Control}");
    const field = await screen.findByPlaceholderText(text.palette.placeholder);
    await user.type(field, "upton");
    const dialog = await screen.findByRole("dialog", { name: text.palette.title });
    await user.click(await within(dialog).findByRole("button", { name: /Upton, Marine/ }));
    expect((await screen.findByTestId("patient-band")).textContent).toContain("Upton, Marine");
  });

  test("offers only what can be done now", async () => {
    const { user } = openConsole("/patients");
    await screen.findAllByTestId("patient-row");
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByPlaceholderText(text.palette.placeholder);
    expect(screen.getByRole("button", { name: new RegExp(text.shortcuts.goQueue) })).toBeDefined();
    expect(screen.queryByRole("button", { name: new RegExp(text.shortcuts.snapshot) })).toBeNull();
  });
});

describe("the note", () => {
  test("is saved while typing, and says so", async () => {
    const { user, editor } = await openNote();
    await user.type(within(editor).getByLabelText(/Where the patient is now/), "At home");
    await waitFor(() => expect(screen.getByTestId("save-state").textContent).toMatch(/^Saved on this computer/));
    const note = [...knobs.world.notes.values()].at(-1);
    expect(note?.answers["patient_location"]).toEqual(["At home"]);
  });

  test("keeps the text when the disk is full, over a change of screen, and saves it later", async () => {
    const { user, editor } = await openNote();
    knobs.failures.set("note.answer", new CommandError("disk_full", "The disk is full."));
    await user.type(within(editor).getByLabelText(/Where the patient is now/), "In the car");
    await screen.findByText(text.note.state.diskFull);
    const hash = window.location.hash;
    act(() => {
      window.location.hash = "/settings";
    });
    await screen.findByText(text.settings.appearance);
    act(() => {
      window.location.hash = hash;
    });
    const again = await screen.findByLabelText<HTMLInputElement>(/Where the patient is now/);
    expect(again.value).toBe("In the car");
    knobs.failures.clear();
    await user.click(screen.getByRole("button", { name: text.note.retryNow }));
    await waitFor(() => expect([...knobs.world.notes.values()].at(-1)?.answers["patient_location"]).toEqual(["In the car"]));
  });

  test("is signed as it was read, and only when nothing is missing", async () => {
    const { user } = await openNote();
    await user.keyboard("{Control>}{Shift>}g{/Shift}{/Control}");
    await screen.findByTestId("sign-text");
    expect(screen.getByRole("button", { name: text.note.signDo })).toHaveProperty("disabled", true);
    await user.keyboard("{Escape}");
    const note = [...knobs.world.notes.values()].at(-1);
    if (!note) throw new Error("no note");
    for (const question of note.template.sections.flatMap((section) => section.questions)) {
      if (!question.required) continue;
      note.answers[question.id] = question.type === "yes_no" ? ["yes"] : question.options.length > 0 ? [question.options[0] ?? ""] : ["Spells of staring"];
    }
    act(() => knobs.changed(["note"], [note.id]));
    await screen.findByText(text.note.complete);
    fireEvent.click(screen.getByTestId("sign"));
    const shown = (await screen.findByTestId("sign-text")).textContent;
    fireEvent.click(screen.getByRole("button", { name: text.note.signDo }));
    expect((await screen.findByTestId("signed-text")).textContent).toBe(shown);
    const signed = knobs.calls.find((one) => one.command === "note.sign");
    expect(signed?.payload).toEqual({ note: note.id, shown: note.signature?.sha256 });
  });

  test("marks what was recovered; discarding goes back to what was before", async () => {
    const { user } = await openNote();
    const note = [...knobs.world.notes.values()].at(-1);
    if (!note) throw new Error("no note");
    note.answers["patient_location"] = ["half a sent"];
    note.recovered = { at: "2026-03-05T14:02:00Z", questions: ["patient_location"], before: { patient_location: ["At work"] } };
    act(() => knobs.changed(["note"], [note.id]));
    const banner = await screen.findByTestId("recovered");
    await user.click(within(banner).getByRole("button", { name: text.note.recoveredDiscard }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>(/Where the patient is now/).value).toBe("At work"));
    expect(screen.queryByTestId("recovered")).toBeNull();
  });
});

describe("the call", () => {
  test("a toggle keeps its name and tells its state; the shortcut does the same", async () => {
    const user = await openVisit();
    const controls = screen.getByTestId("call-controls");
    const microphone = within(controls).getByRole("button", { name: text.call.mic });
    expect(microphone.getAttribute("aria-pressed")).toBe("true");
    await user.click(microphone);
    await waitFor(() => expect(within(controls).getByRole("button", { name: text.call.mic }).getAttribute("aria-pressed")).toBe("false"));
    await user.keyboard("{Control>}{Shift>}m{/Shift}{/Control}");
    await waitFor(() => expect(within(controls).getByRole("button", { name: text.call.mic }).getAttribute("aria-pressed")).toBe("true"));
  });

  test("hanging up does not finish the visit", async () => {
    const user = await openVisit();
    await user.click(screen.getByTestId("hang-up"));
    await screen.findByText(text.call.endedStill);
    expect(screen.getByTestId("visit").dataset["state"]).toBe("in_progress");
    expect(screen.getByRole("button", { name: text.call.rejoin })).toBeDefined();
  });

  test("a lost connection is said at once, and the note stays where it is", async () => {
    const { editor } = await openNote();
    const call = knobs.world.call;
    if (!call) throw new Error("no call");
    act(() => knobs.emit("call", { ...call, phase: { at: "reconnecting", since: new Date().toISOString() } }));
    const banner = await screen.findByTestId("reconnect-banner");
    expect(editor.contains(banner)).toBe(false);
    await waitFor(() => expect(screen.getByTestId("assertive").textContent).toContain(text.call.dropped));
  });

  test("the identity strip goes once two identifiers are confirmed", async () => {
    const user = await openVisit();
    const strip = screen.getByTestId("identity-strip");
    const confirm = within(strip).getByRole("button", { name: text.visit.identityConfirm });
    expect(confirm).toHaveProperty("disabled", true);
    for (const box of within(strip).getAllByRole("checkbox")) await user.click(box);
    await user.click(confirm);
    await waitFor(() => expect(screen.queryByTestId("identity-strip")).toBeNull());
  });
});

describe("patients", () => {
  test("are found while typing, and Enter opens the first", async () => {
    const { user } = openConsole("/patients");
    await user.type(await screen.findByRole("searchbox", { name: text.patients.search }), "johnson");
    await waitFor(() => expect(screen.getAllByTestId("patient-row")).toHaveLength(1));
    await user.keyboard("{Enter}");
    expect((await screen.findByTestId("band-allergies")).textContent).toContain("Sulfamethoxazole / trimethoprim");
  });

  test("a new visit answers with a link to copy", async () => {
    const { user } = openConsole("/patients");
    await screen.findAllByTestId("patient-row");
    await user.click(screen.getByRole("button", { name: "New visit for Cole, Devin Anibal" }));
    await user.type(await screen.findByLabelText(/^Reason/), "Follow-up");
    await user.click(screen.getByRole("button", { name: text.patients.createVisit }));
    expect((await screen.findByTestId("join-link")).textContent).toContain("/join/");
  });

  test("details that somebody else changed meanwhile are not written over", async () => {
    const { user } = openConsole("/patients");
    await user.click((await screen.findAllByTestId("patient-row"))[0] as HTMLElement);
    await user.click(await screen.findByTestId("edit-patient"));
    const phone = await screen.findByLabelText(text.patients.phone);
    const shown = [...knobs.world.patients.values()].filter((one) => screen.queryAllByText(one.brief.name).length > 0);
    for (const one of shown) Object.assign(one, { version: 2, phone: "555-0199" });
    act(() => knobs.changed(["patient"], shown.map((one) => one.brief.id)));
    await user.clear(phone);
    await user.type(phone, "555-0100");
    await user.click(screen.getByRole("button", { name: text.patients.update }));
    await screen.findByText("This was changed meanwhile.");
    expect(shown.map((one) => one.phone)).toContain("555-0199");
  });
});

describe("a moment in a note", () => {
  test("is kept in full as soon as it is one, and shown as it was typed until the field is left", async () => {
    const { user } = openConsole("/queue");
    await user.click((await screen.findAllByRole("button", { name: /^Admit/ }))[0] as HTMLElement);
    await user.click((await screen.findAllByTestId("template"))[0] as HTMLElement);
    const field = await screen.findByLabelText(/^Last known well/);
    await user.type(field, "0:0");
    expect(screen.queryByText(text.moment.unreadable)).toBeNull();
    await user.type(field, "0");
    expect(field).toHaveProperty("value", "0:00");
    const kept = () => knobs.calls.filter((call) => call.command === "note.answer").at(-1)?.payload as { value: string[] };
    await waitFor(() => expect(kept().value[0]).toMatch(/^\d{4}-\d{2}-\d{2} 00:00 [+-]\d{2}:\d{2}$/), { timeout: 3000 });
    await user.tab();
    expect(field).toHaveProperty("value", kept().value[0]);
    await user.clear(field);
    await user.type(field, "yesterday");
    await user.tab();
    await screen.findByText(text.moment.unreadable);
  });
});
