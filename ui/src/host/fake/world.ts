// A practice in memory, made of the same sample files that the desktop program uses.
import acute from "../../../../assets/templates/acute-neurology.json";
import eeg from "../../../../assets/templates/eeg.json";
import general from "../../../../assets/templates/general.json";
import nursing from "../../../../assets/templates/nursing.json";
import patientsFile from "../../../../assets/sample/patients.json";
import practiceFile from "../../../../assets/sample/practice.json";
import type {
  CallView,
  Chart,
  Consent,
  DeviceCheck,
  EncounterState,
  IdentityCheck,
  IntakeAnswer,
  WaitingMessage,
  LastCheckView,
  NoteView,
  ParticipantView,
  PatientBrief,
  PatientView,
  Presence,
  PreviewView,
  Priority,
  RoomView,
  SnapshotView,
  Template,
  UserView,
} from "../../types";

export interface FakeEncounter {
  id: string;
  version: number;
  patient: string;
  room: RoomView;
  reason: string;
  priority: Priority;
  state: EncounterState;
  plannedFor: string;
  assigned: UserView | null;
  check: { result: DeviceCheck; at: string } | null;
  consent: Consent | null;
  identity: IdentityCheck | null;
  intake: IntakeAnswer[];
  messages: WaitingMessage[];
  participants: ParticipantView[];
  snapshots: SnapshotView[];
  presence: Presence;
}

export interface World {
  users: UserView[];
  rooms: RoomView[];
  templates: Template[];
  patients: Map<string, PatientView>;
  encounters: Map<string, FakeEncounter>;
  notes: Map<string, NoteView>;
  pictures: Map<string, ArrayBuffer>;
  call: CallView | null;
  preview: PreviewView | null;
  lastCheck: LastCheckView;
  roomTemplate: Map<string, string>;
}

let counter = 0;
/** Ids look like the real ones and are the same in every run. */
export function id(prefix: string): string {
  counter += 1;
  return `${prefix}_${counter.toString(16).padStart(32, "0")}`;
}

const iso = (ms: number) => new Date(ms).toISOString();
const MINUTE = 60_000;

export function ageAt(birth: string, now: number): number {
  const born = new Date(birth);
  const today = new Date(now);
  const before = today.getMonth() < born.getMonth() || (today.getMonth() === born.getMonth() && today.getDate() < born.getDate());
  return today.getFullYear() - born.getFullYear() - (before ? 1 : 0);
}

export function makeWorld(now: number): World {
  counter = 0;
  const templateFiles = [general, acute, eeg, nursing] as unknown as (Template & { key: string })[];
  const templates = templateFiles.map((file) => ({ ...file, id: id("tpl") }));
  const users: UserView[] = practiceFile.users.map((user) => ({
    id: id("usr"),
    name: user.name,
    title: user.title,
    role: user.role as UserView["role"],
    treats: user.role === "clinician" || user.role === "nurse",
  }));
  const rooms: RoomView[] = practiceFile.rooms.map((room) => ({
    id: id("wrm"),
    name: room.name,
    slot_minutes: room.slot_minutes,
    service_line: room.service_line,
  }));
  const roomTemplate = new Map(
    practiceFile.rooms.map((room, index) => [
      rooms[index]?.id ?? "",
      templates.find((one) => one.key === room.default_template)?.id ?? "",
    ]),
  );
  const patients = patientsFile.map((file) => {
    const brief: PatientBrief = {
      id: id("pat"),
      name: `${file.name.family}, ${file.name.given.join(" ")}`,
      birth_date: file.birth_date,
      age: ageAt(file.birth_date, now),
      sex: file.sex as PatientBrief["sex"],
      mrn: file.mrn,
      language: file.language,
      interpreter: file.interpreter,
    };
    const address = file.address;
    const view: PatientView = {
      version: 1,
      brief,
      name: file.name,
      phone: file.phone,
      email: file.email,
      address: address ? `${address.line}, ${address.city}, ${address.state} ${address.postal_code}` : null,
      status: { is: "active" },
      created_at: iso(now - 200 * 24 * 60 * MINUTE),
      chart: {
        allergies: file.allergies,
        problems: file.problems,
        medications: file.medications,
        past_visits: file.past_visits,
      } as Chart,
      visits: [],
    };
    return view;
  });

  const encounters = new Map<string, FakeEncounter>();
  const notes = new Map<string, NoteView>();
  practiceFile.visits.forEach((visit, index) => {
    const patient = patients[visit.patient];
    const room = rooms.find((one) => one.name === visit.room);
    if (!patient || !room) return;
    const assigned = visit.clinician === null ? null : (users[visit.clinician] ?? null);
    const planned = now + visit.scheduled_minutes * MINUTE;
    const arrived = visit.waiting_minutes === null ? planned : now - (visit.waiting_minutes ?? 0) * MINUTE - index * 7000;
    const clinician = assigned ?? users[0];
    const one: FakeEncounter = {
      id: id("enc"),
      version: 1,
      patient: patient.brief.id,
      room,
      reason: visit.reason,
      priority: visit.priority as Priority,
      state: stateOf(visit.state, index, arrived, planned, clinician?.id ?? ""),
      plannedFor: iso(planned),
      assigned,
      check: visit.check ? { result: { ...visit.check, figures: null } as DeviceCheck, at: iso(arrived + MINUTE) } : null,
      consent: visit.check ? { given: true, at: iso(arrived + MINUTE) } : null,
      identity: visit.state === "finished" ? { by: clinician?.id ?? "", at: iso(planned) } : null,
      intake: visit.intake,
      messages: [],
      participants: [
        {
          id: id("par"),
          role: "patient",
          name: patient.brief.name.split(", ").reverse().join(" "),
          state: visit.check ? { is: "joined", at: iso(arrived) } : { is: "invited" },
          presence: visit.state === "waiting" ? (index === 3 ? "away" : "online") : visit.check ? "away" : "never",
          me: false,
        },
      ],
      snapshots: [],
      presence: visit.state === "waiting" ? (index === 3 ? "away" : "online") : visit.check ? "away" : "never",
    };
    encounters.set(one.id, one);
    const template = templates.find((file) => file.key === visit.note?.template);
    if (!visit.note || !template || !clinician) return;
    const signedAt = iso(planned + 25 * MINUTE);
    const answers = visit.note.answers as unknown as Record<string, string[]>;
    notes.set(id("not"), {
      id: `not_${counter.toString(16).padStart(32, "0")}`,
      encounter: one.id,
      template,
      author: clinician,
      writable: false,
      answers,
      saved_at: signedAt,
      recovered: null,
      missing: [],
      signature: {
        by: clinician.id,
        signer: `${clinician.name}, ${clinician.title ?? ""}`,
        at: signedAt,
        text: canonicalText(template, answers, patient.brief, one, practiceFile.name),
        sha256: "7b1f0c5e9a2d4830b6c1f5a09d7e3348c2ab91f06ed457c3901bfa8825d64e17",
      },
      addenda: [],
      discarded: false,
    });
  });

  return {
    users,
    rooms,
    templates,
    patients: new Map(patients.map((patient) => [patient.brief.id, patient])),
    encounters,
    notes,
    pictures: new Map(),
    call: null,
    preview: null,
    lastCheck: { check: null, at: null },
    roomTemplate,
  };
}

function stateOf(state: string, index: number, arrived: number, planned: number, clinician: string): EncounterState {
  if (state === "planned") return { is: "planned" };
  if (state === "no_show") return { is: "cancelled", at: iso(planned + 20 * MINUTE), by: `user:${clinician}`, reason: "no_show" };
  if (state === "finished") {
    return {
      is: "finished",
      arrived_at: iso(planned - 4 * MINUTE),
      started_at: iso(planned + 2 * MINUTE),
      finished_at: iso(planned + 26 * MINUTE),
      by: `user:${clinician}`,
      outcome: "completed",
    };
  }
  if (index % 2 === 0) return { is: "triaged", arrived_at: iso(arrived), triaged_at: iso(arrived + 3 * MINUTE), started_at: null };
  return { is: "arrived", arrived_at: iso(arrived) };
}

export function canonicalText(
  template: Template,
  answers: Record<string, string[]>,
  patient: PatientBrief,
  encounter: FakeEncounter,
  practice: string,
): string {
  const lines = [
    template.name,
    practice,
    `Patient: ${patient.name}`,
    `Date of birth: ${patient.birth_date}`,
    `Record number: ${patient.mrn}`,
    `Visit: ${encounter.plannedFor.slice(0, 16).replace("T", " ")} UTC (${encounter.id})`,
  ];
  for (const section of template.sections) {
    const given = section.questions
      .map((question) => ({ question, value: (answers[question.id] ?? []).join(", ").trim() }))
      .filter(({ value }) => value !== "");
    if (given.length === 0) continue;
    lines.push("", section.name);
    for (const { question, value } of given) lines.push(`${question.name}: ${value}${question.unit ? ` ${question.unit}` : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

export const practiceName = practiceFile.name;
