// What the fake host answers. It follows the shapes of the real answers; the rules behind them are only as strict as the
// screens need.
import type {
  Allowed,
  EarlierVisit,
  EncounterView,
  Flaw,
  MediaDevices,
  MissingAnswer,
  NextAction,
  NoteBrief,
  NoteView,
  PatientView,
  Question,
  QueueGroup,
  QueueRow,
  StartView,
  Topic,
  UserView,
} from "../../types";
import { CommandError, type CommandName, type HostEvents, type In, type Out } from "../host";
import * as call from "./call";
import type { FakeMedia } from "./media";
import { ageAt, canonicalText, type FakeEncounter, id, practiceName, type World } from "./world";

export interface Context {
  world: World;
  stage: "choose" | "sign_in" | "ready" | "trouble";
  user: UserView | null;
  now(): number;
  changed(topics: Topic[], ids?: string[]): void;
  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void;
  media: FakeMedia;
}

type Answers = { [C in CommandName]: (payload: In<C>, context: Context) => Out<C> | Promise<Out<C>> };

const iso = (context: Context) => new Date(context.now()).toISOString();

function found<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new CommandError("not_found", `This ${what} does not exist.`);
  return value;
}

const refuse = (reason: string, message: string) => new CommandError("refused", message, reason);

function start(context: Context): StartView {
  const { world, user } = context;
  const practice = { id: "prc_00000000000000000000000000000001", name: practiceName, sample: true };
  const base = { version: "0.1.0", zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  switch (context.stage) {
    case "choose":
      return { ...base, stage: { at: "choose" } };
    case "sign_in":
      return { ...base, stage: { at: "sign_in", practice, users: world.users } };
    case "trouble":
      return {
        ...base,
        stage: {
          at: "trouble",
          trouble: "newer",
          message:
            "The data on this computer was written by a newer version of Rounds. Nothing was changed. Install the newest version and start it again.",
          folder: "/home/clinic/.local/share/rounds",
        },
      };
    case "ready":
      return { ...base, stage: { at: "ready", practice, user: found(user, "user") } };
  }
}

function groupOf(one: FakeEncounter): QueueGroup {
  switch (one.state.is) {
    case "planned":
      return "expected";
    case "arrived":
      return "waiting";
    case "triaged":
      return "ready";
    case "in_progress":
      return one.state.stage === "exam" ? "in_call" : "wrap_up";
    case "on_leave":
      return "wrap_up";
    case "finished":
    case "cancelled":
    case "entered_in_error":
      return "done";
  }
}

function sinceOf(one: FakeEncounter): string {
  const state = one.state;
  switch (state.is) {
    case "planned":
      return one.plannedFor;
    case "arrived":
      return state.arrived_at;
    case "triaged":
      return state.triaged_at;
    case "in_progress":
      return state.started_at;
    case "on_leave":
      return state.since;
    case "finished":
      return state.finished_at;
    case "cancelled":
    case "entered_in_error":
      return state.at;
  }
}

function arrivedAt(one: FakeEncounter): string | null {
  return "arrived_at" in one.state ? one.state.arrived_at : null;
}

const GROUPS: QueueGroup[] = ["ready", "waiting", "in_call", "wrap_up", "expected", "done"];
const PRIORITIES = ["emergency", "urgent", "routine"];

function queueRow(one: FakeEncounter, context: Context): QueueRow {
  const { world, user } = context;
  const patient = found(world.patients.get(one.patient), "patient");
  const group = groupOf(one);
  const note = [...world.notes.values()].find((each) => {
    const encounter = world.encounters.get(each.encounter);
    return encounter?.patient === one.patient && encounter.id !== one.id && each.signature !== null;
  });
  const mine = "clinician" in one.state && one.state.clinician === user?.id;
  const next: NextAction = group === "waiting" || group === "ready" ? "admit" : mine ? "continue" : "open";
  return {
    encounter: one.id,
    version: one.version,
    patient: { ...patient.brief, age: ageAt(patient.brief.birth_date, context.now()) },
    reason: one.reason,
    room: one.room,
    priority: one.priority,
    state: one.state,
    group,
    planned_for: one.plannedFor,
    since: sinceOf(one),
    long_wait_at: "arrived_at" in one.state && (group === "waiting" || group === "ready") ? new Date(Date.parse(one.state.arrived_at) + Math.max(20, one.room.slot_minutes) * 60_000).toISOString() : null,
    late_at: group === "expected" ? new Date(Date.parse(one.plannedFor) + 5 * 60_000).toISOString() : null,
    check: one.check?.result ?? null,
    presence: one.presence,
    assigned: one.assigned,
    next,
    may_triage: group === "waiting", checking_in: group === "expected" && one.presence === "online",
    intake: one.intake,
    messages: one.messages,
    last_note: note?.signature
      ? {
          name: note.template.name,
          at: note.signature.at,
          signer: note.signature.signer,
          text: [...(note.answers["assessment"] ?? []), ...(note.answers["plan"] ?? [])].join(" ").slice(0, 260),
        }
      : null,
  };
}

function noteBrief(note: NoteView): NoteBrief {
  return {
    id: note.id,
    name: note.template.name,
    signed: note.signature ? { signer: note.signature.signer, at: note.signature.at, addenda: note.addenda.length } : null,
    author: note.author,
    started_at: note.saved_at ?? "2026-01-01T00:00:00Z",
  };
}

function notesOf(encounter: string, world: World): NoteBrief[] {
  return [...world.notes.values()].filter((note) => note.encounter === encounter && !note.discarded).map(noteBrief);
}

function visitsOf(patient: string, world: World, except?: string): EarlierVisit[] {
  return [...world.encounters.values()]
    .filter((one) => one.patient === patient && one.id !== except)
    .sort((a, b) => b.plannedFor.localeCompare(a.plannedFor))
    .map((one) => ({
      id: one.id,
      planned_for: one.plannedFor,
      reason: one.reason,
      state: one.state,
      clinician: one.assigned?.name ?? null,
      notes: notesOf(one.id, world),
    }));
}

function allowedFor(one: FakeEncounter, mine: boolean): Allowed[] {
  const group = groupOf(one);
  if (group === "waiting" || group === "ready") {
    const waits: Allowed[] = ["admit", "close_unseen", "cancel", "set_priority", "invite"];
    return group === "waiting" ? ["triage", ...waits] : waits;
  }
  if (group === "expected") return ["cancel", "set_priority", "invite"];
  if (group === "done") return mine ? ["write_note"] : [];
  if (!mine) return [];
  const all: Allowed[] = ["release", "wrap_up", "pause", "finish", "set_priority", "invite", "join_call", "write_note", "take_snapshot"];
  return one.identity ? all : [...all, "check_identity"];
}

function encounterView(encounter: string, context: Context): EncounterView {
  const { world, user } = context;
  const one = found(world.encounters.get(encounter), "visit");
  const patient = found(world.patients.get(one.patient), "patient");
  const clinicianId = "clinician" in one.state ? one.state.clinician : null;
  const clinician = world.users.find((each) => each.id === clinicianId) ?? one.assigned;
  const mine = clinicianId === user?.id || (one.state.is === "finished" && one.assigned?.id === user?.id);
  return {
    id: one.id,
    version: one.version,
    patient: patient.brief,
    chart: patient.chart,
    room: one.room,
    reason: one.reason,
    priority: one.priority,
    state: one.state,
    planned_for: one.plannedFor,
    clinician,
    mine,
    allowed: allowedFor(one, mine),
    check: one.check,
    consent: one.consent,
    identity: one.identity,
    intake: one.intake,
    messages: one.messages,
    participants: one.participants,
    calls: [],
    notes: notesOf(one.id, world),
    snapshots: one.snapshots,
    earlier: visitsOf(one.patient, world, one.id),
    default_template: world.roomTemplate.get(one.room.id) ?? null,
  };
}

function change(encounter: string, context: Context, apply: (one: FakeEncounter) => void): Record<string, never> {
  const one = found(context.world.encounters.get(encounter), "visit");
  apply(one);
  one.version += 1;
  context.changed(["encounter"], [encounter]);
  return {};
}

function missingOf(note: NoteView): MissingAnswer[] {
  return note.template.sections.flatMap((section) =>
    section.questions.flatMap((question) => {
      const flaw = flawOf(question, (note.answers[question.id] ?? []).join("").trim());
      return flaw ? [{ question: question.id, section: section.name, name: question.name, flaw }] : [];
    }),
  );
}

function flawOf(question: Question, value: string): Flaw | null {
  if (value === "") return question.required ? { is: "missing" } : null;
  if (question.type !== "number") return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return { is: "unreadable" };
  const { min, max } = question;
  return (min !== null && number < min) || (max !== null && number > max) ? { is: "out_of_range", min, max } : null;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function noteOf(note: string, context: Context): NoteView {
  const found_ = found(context.world.notes.get(note), "note");
  return { ...found_, missing: missingOf(found_), writable: found_.signature === null && found_.author.id === context.user?.id };
}

async function preview(note: string, context: Context) {
  const view = noteOf(note, context);
  const encounter = found(context.world.encounters.get(view.encounter), "visit");
  const patient: PatientView = found(context.world.patients.get(encounter.patient), "patient");
  const text = canonicalText(view.template, view.answers, patient.brief, encounter, practiceName);
  const user = found(context.user, "user");
  return { text, sha256: await sha256(text), signer: user.title ? `${user.name}, ${user.title}` : user.name, missing: view.missing };
}

const devices: MediaDevices = {
  cameras: [
    { id: "v4l2:046d-0892", label: "Logitech C920 HD Pro" },
    { id: "synthetic", label: "Synthetic camera" },
  ],
  microphones: [
    { id: "alsa:jabra", label: "Jabra Speak 510" },
    { id: "synthetic", label: "Synthetic tone" },
  ],
  speakers: [
    { id: "alsa:jabra", label: "Jabra Speak 510" },
    { id: "silent", label: "Silent" },
  ],
  camera: "v4l2:046d-0892",
  microphone: "alsa:jabra",
  speaker: "alsa:jabra",
};

export const answers: Answers = {
  "app.start": (_, context) => start(context),
  "practice.create": (_, context) => {
    context.stage = "ready";
    return start(context);
  },
  "practice.explore_sample": (_, context) => {
    context.stage = "sign_in";
    return start(context);
  },
  "session.sign_in": ({ user }, context) => {
    context.user = found(context.world.users.find((one) => one.id === user), "user");
    context.stage = "ready";
    return start(context);
  },
  "session.sign_out": (_, context) => {
    context.stage = "sign_in";
    return start(context);
  },
  "queue.list": ({ room }, context) => {
    const all = [...context.world.encounters.values()].filter((one) => room === null || one.room.id === room).map((one) => queueRow(one, context));
    const urgency = (group: QueueGroup) => Math.min(9, ...all.filter((row) => row.group === group).map((row) => PRIORITIES.indexOf(row.priority)));
    const order = [...GROUPS];
    if (urgency("waiting") < urgency("ready")) order.splice(0, 2, "waiting", "ready");
    const rows = all.sort(
        (a, b) =>
          order.indexOf(a.group) - order.indexOf(b.group) ||
          (a.group === "expected" || a.group === "done" ? 0 : PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority)) ||
          a.since.localeCompare(b.since),
      );
    const waits = rows.filter((row) => row.group === "waiting" || row.group === "ready");
    const arrivals = waits.flatMap((row) => ("arrived_at" in row.state ? [row.state.arrived_at] : [])).sort();
    return {
      as_of: iso(context),
      next: waits[0]?.encounter ?? null,
      rows,
      waiting: waits.length,
      longest_since: arrivals[0] ?? null,
      median_wait_minutes: 9,
      rooms: context.world.rooms,
    };
  },
  "encounter.get": ({ encounter }, context) => encounterView(encounter, context),
  "encounter.create": (request, context) => {
    const { world } = context;
    const patient = found(world.patients.get(request.patient), "patient");
    const encounter = id("enc");
    const participant = id("par");
    world.encounters.set(encounter, {
      id: encounter,
      version: 1,
      patient: request.patient,
      room: found(world.rooms.find((room) => room.id === request.room), "waiting room"),
      reason: request.reason,
      priority: request.priority,
      state: { is: "planned" },
      plannedFor: request.planned_for ?? iso(context),
      assigned: null,
      check: null,
      consent: null,
      identity: null,
      intake: [],
      messages: [],
      participants: [{ id: participant, role: "patient", name: patient.brief.name, state: { is: "invited" }, presence: "never", me: false }],
      snapshots: [],
      presence: "never",
    });
    context.changed(["encounter", "participant"], [encounter, request.patient]);
    return { participant, url: `http://127.0.0.1:7070/join/eyJ${encounter.slice(-8)}`, expires_at: iso(context) };
  },
  "encounter.admit": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      const user = found(context.user, "user");
      if ("clinician" in one.state && one.state.clinician !== user.id) {
        throw refuse("encounter.already_admitted", "Somebody else sees this patient already.");
      }
      one.assigned = user;
      one.state = {
        is: "in_progress",
        arrived_at: arrivedAt(one) ?? iso(context),
        started_at: iso(context),
        clinician: user.id,
        stage: "exam",
      };
    }),
  "encounter.triage": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      one.state = { is: "triaged", arrived_at: arrivedAt(one) ?? iso(context), triaged_at: iso(context), started_at: null };
    }),
  "encounter.pause": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      if (one.state.is !== "in_progress") return;
      const { arrived_at, started_at, clinician } = one.state;
      one.state = { is: "on_leave", arrived_at, started_at, clinician, since: iso(context) };
    }),
  "encounter.release": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      call.hangUp(context, "visit_over");
      const started_at = "started_at" in one.state ? one.state.started_at : null;
      one.state = { is: "triaged", arrived_at: arrivedAt(one) ?? iso(context), triaged_at: iso(context), started_at };
    }),
  "encounter.wrap_up": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      if (one.state.is === "in_progress") one.state = { ...one.state, stage: "discharge" };
    }),
  "encounter.finish": ({ encounter, outcome }, context) =>
    change(encounter, context, (one) => {
      call.hangUp(context, "visit_over");
      one.state = {
        is: "finished",
        arrived_at: arrivedAt(one) ?? iso(context),
        started_at: "started_at" in one.state ? one.state.started_at : null,
        finished_at: iso(context),
        by: `user:${context.user?.id ?? ""}`,
        outcome,
      };
      one.presence = "away";
    }),
  "encounter.cancel": ({ encounter, reason }, context) =>
    change(encounter, context, (one) => {
      one.state = { is: "cancelled", at: iso(context), by: `user:${context.user?.id ?? ""}`, reason };
    }),
  "encounter.set_priority": ({ encounter, priority }, context) =>
    change(encounter, context, (one) => {
      one.priority = priority;
    }),
  "encounter.check_identity": ({ encounter }, context) =>
    change(encounter, context, (one) => {
      one.identity = { by: context.user?.id ?? "", at: iso(context) };
    }),
  "encounter.link": ({ encounter }, context) => {
    const one = found(context.world.encounters.get(encounter), "visit");
    const participant = one.participants[0]?.id ?? "";
    return { participant, url: `http://127.0.0.1:7070/join/eyJhbGciOi.${one.id.slice(-6)}`, expires_at: iso(context) };
  },
  "encounter.invite": ({ encounter, role, name }, context) => {
    const participant = id("par");
    change(encounter, context, (one) => {
      one.participants.push({ id: participant, role, name, state: { is: "invited" }, presence: "never", me: false });
    });
    return { participant, url: `http://127.0.0.1:7070/join/eyJhbGciOi.${participant.slice(-6)}`, expires_at: iso(context) };
  },
  "participant.remove": ({ participant }, context) => {
    for (const one of context.world.encounters.values()) {
      const person = one.participants.find((each) => each.id === participant);
      if (person) person.state = { is: "removed", at: iso(context), by: context.user?.id ?? "" };
    }
    context.changed(["participant"]);
    return {};
  },
  "patient.search": ({ text, limit }, context) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...context.world.patients.values()].map((patient) => patient.brief);
    const hits = all.filter((brief) => {
      const hay = `${brief.name} ${brief.mrn} ${brief.birth_date}`.toLowerCase().split(/[\s,]+/);
      return words.every((word) => hay.some((one) => one.startsWith(word)));
    });
    return { patients: hits.slice(0, limit), more: hits.length > limit, total: all.length };
  },
  "patient.get": ({ patient }, context) => ({
    ...found(context.world.patients.get(patient), "patient"),
    visits: visitsOf(patient, context.world),
  }),
  "patient.create": (request, context) => {
    if (request.name.family.trim() === "") throw refuse("patient.no_family_name", "A family name is needed.");
    const brief = {
      id: id("pat"),
      name: `${request.name.family}, ${request.name.given.join(" ")}`,
      birth_date: request.birth_date,
      age: ageAt(request.birth_date, context.now()),
      sex: request.sex,
      mrn: request.mrn ?? `MR-${String(context.world.patients.size).padStart(6, "0")}`,
      language: request.language,
      interpreter: request.interpreter,
    };
    context.world.patients.set(brief.id, {
      version: 1,
      brief,
      name: request.name,
      phone: request.phone,
      email: request.email,
      address: null,
      status: { is: "active" },
      created_at: iso(context),
      chart: { allergies: [], problems: [], medications: [], past_visits: [] },
      visits: [],
    });
    context.changed(["patient"], [brief.id]);
    return brief;
  },
  "patient.update": ({ patient, version, details }, context) => {
    const view = found(context.world.patients.get(patient), "patient");
    if (version !== view.version) throw refuse("stale", "This was changed meanwhile.");
    const { name, phone, email, mrn, ...rest } = details;
    view.brief = { ...view.brief, ...rest, name: `${name.family}, ${name.given.join(" ")}`, mrn: mrn ?? view.brief.mrn };
    Object.assign(view, { version: version + 1, name, phone, email });
    context.changed(["patient"], [patient]);
    return view.brief;
  },
  "template.list": (_, context) => ({ templates: context.world.templates }),
  "note.start": ({ encounter, template }, context) => {
    const note = id("not");
    context.world.notes.set(note, {
      id: note,
      encounter,
      template: found(context.world.templates.find((one) => one.id === template), "template"),
      author: found(context.user, "user"),
      writable: true,
      answers: {},
      saved_at: null,
      recovered: null,
      missing: [],
      signature: null,
      addenda: [],
      discarded: false,
    });
    context.changed(["note"], [note, encounter]);
    return noteOf(note, context);
  },
  "note.get": ({ note }, context) => noteOf(note, context),
  "note.answer": ({ note, question, value }, context) => {
    const kept = found(context.world.notes.get(note), "note");
    kept.answers[question] = value;
    kept.saved_at = iso(context);
    return { at: iso(context), missing: missingOf(kept) };
  },
  "note.put_aside": () => ({}),
  "note.settle_recovered": ({ note, keep }, context) => {
    const kept = found(context.world.notes.get(note), "note");
    if (!keep && kept.recovered) {
      for (const question of kept.recovered.questions) kept.answers[question] = kept.recovered.before[question] ?? [];
    }
    kept.recovered = null;
    context.changed(["note"], [note]);
    return noteOf(note, context);
  },
  "note.preview": ({ note }, context) => preview(note, context),
  "note.sign": async ({ note, shown }, context) => {
    const kept = found(context.world.notes.get(note), "note");
    const what = await preview(note, context);
    if (what.sha256 !== shown) throw refuse("note.text_changed", "The text has changed since it was shown. Please read it again.");
    kept.signature = { by: kept.author.id, signer: what.signer, at: iso(context), text: what.text, sha256: what.sha256 };
    context.changed(["note"], [note, kept.encounter]);
    return noteOf(note, context);
  },
  "note.addend": async ({ note, text }, context) => {
    const kept = found(context.world.notes.get(note), "note");
    const user = found(context.user, "user");
    kept.addenda.push({ by: user.id, signer: user.name, at: iso(context), text, sha256: await sha256(text) });
    context.changed(["note"], [note, kept.encounter]);
    return noteOf(note, context);
  },
  "note.discard": ({ note }, context) => {
    const kept = found(context.world.notes.get(note), "note");
    kept.discarded = true;
    context.changed(["note"], [note, kept.encounter]);
    return {};
  },
  "snapshot.delete": ({ snapshot, reason }, context) => {
    for (const one of context.world.encounters.values()) {
      const kept = one.snapshots.find((each) => each.id === snapshot);
      if (kept) kept.state = { is: "deleted", at: iso(context), by: context.user?.id ?? "", reason };
    }
    context.world.pictures.delete(snapshot);
    context.changed(["snapshot"], [snapshot]);
    return {};
  },
  "device.list": () => devices,
  "device.choose": ({ kind, id: chosen }) => {
    devices[kind] = chosen;
    return devices;
  },
  "preview.start": (_, context) => call.startPreview(context),
  "preview.get": (_, context) => context.world.preview ?? { stream: null, level: 0, recording: "none", trouble: null },
  "preview.stop": (_, context) => call.stopPreview(context),
  "preview.record": (_, context) => call.record(context),
  "preview.play": (_, context) => call.play(context),
  "preview.chime": () => ({}),
  "network.probe": async () => {
    await new Promise((done) => setTimeout(done, 600));
    return { outcome: "good", figures: { round_trip_ms: 18.4, loss: 0.002, down_kbps: 48_200, up_kbps: 11_900 }, trouble: null };
  },
  "check.save": ({ check }, context) => {
    context.world.lastCheck = { check, at: iso(context) };
    return context.world.lastCheck;
  },
  "check.last": (_, context) => context.world.lastCheck,
  "call.join": ({ encounter }, context) => call.join(context, found(context.world.encounters.get(encounter), "visit")),
  "call.get": (_, context) => ({ call: context.world.call }),
  "call.set_microphone": ({ on }, context) => call.update(context, { microphone: on }),
  "call.set_camera": ({ on }, context) => call.setCamera(context, on),
  "call.set_hold": ({ on }, context) => call.update(context, { hold: on, phase: { at: on ? "on_hold" : "on_call" } }),
  "call.hang_up": (_, context) => call.hangUp(context, "hung_up"),
  "call.send_chat": ({ text }, context) => call.chat(context, text),
};
