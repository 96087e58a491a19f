// The parts of a chart: problems, medications, visits. Shared by the chart's own screen and the visit's left pane.
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { text } from "../strings/en";
import type { Chart, EarlierVisit, IntakeAnswer, WaitingMessage } from "../types";
import { Block } from "./Bits";
import classes from "./ChartParts.module.css";
import { clockTime, momentDate, plainDate } from "./format";
import { stateWord } from "./people";

const words = text.chart;
const FIRST_VISITS = 4;

export function AllergyBlock({ chart }: { chart: Chart }) {
  return (
    <Block title={words.allergies} count={chart.allergies.length}>
      {chart.allergies.length === 0 ? (
        <p className={classes.none}>{text.patient.noAllergies}</p>
      ) : (
        <ul className={classes.list} data-kind="allergy">
          {chart.allergies.map((allergy) => (
            <li key={allergy.substance}>
              <b>{allergy.substance}</b>
              {allergy.severity && <em>{allergy.severity}</em>}
              <small>
                {allergy.reaction && `${allergy.reaction} · `}
                {words.recorded(plainDate(allergy.recorded))}
              </small>
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}

export function ProblemBlock({ chart }: { chart: Chart }) {
  const open = chart.problems.filter((problem) => !problem.resolved);
  const resolved = chart.problems.filter((problem) => problem.resolved);
  return (
    <Block title={words.problems} count={open.length}>
      {open.length === 0 && <p className={classes.none}>{words.noProblems}</p>}
      <ul className={classes.list}>
        {open.map((problem) => (
          <li key={`${problem.code}${problem.onset}`}>
            {problem.text}
            <small>{words.since(plainDate(problem.onset))}</small>
          </li>
        ))}
      </ul>
      <Fold count={resolved.length} label={words.showResolved(resolved.length)}>
        <ul className={classes.list} data-old>
          {resolved.map((problem) => (
            <li key={`${problem.code}${problem.onset}`}>
              {problem.text}
              <small>
                {plainDate(problem.onset)} – {plainDate(problem.resolved)}
              </small>
            </li>
          ))}
        </ul>
      </Fold>
    </Block>
  );
}

export function MedicationBlock({ chart }: { chart: Chart }) {
  const active = chart.medications.filter((medication) => medication.status === "active");
  const stopped = chart.medications.filter((medication) => medication.status !== "active");
  const list = (medications: typeof active) =>
    medications.map((medication) => (
      <li key={`${medication.code}${medication.started}`}>
        {medication.text}
        <small>
          {medication.dosage && `${medication.dosage} · `}
          {words.since(plainDate(medication.started))}
        </small>
      </li>
    ));
  return (
    <Block title={words.medications} count={active.length}>
      {active.length === 0 && <p className={classes.none}>{words.noMedications}</p>}
      <ul className={classes.list}>{list(active)}</ul>
      <Fold count={stopped.length} label={words.showStopped(stopped.length)}>
        <ul className={classes.list} data-old>
          {list(stopped)}
        </ul>
      </Fold>
    </Block>
  );
}

/** Instead of what this role may not see: that nothing is recorded would be a statement about the patient. */
export function NotYours() {
  return (
    <Block title={words.notYours}>
      <p className={classes.none} data-testid="not-yours">
        {words.notYoursText}
      </p>
    </Block>
  );
}

/** What the patient wrote from the waiting room, the newest first. */
export function MessagesBlock({ messages }: { messages: WaitingMessage[] }) {
  if (messages.length === 0) return null;
  return (
    <Block title={words.messages} count={messages.length}>
      <dl className={classes.intake} data-testid="waiting-messages">
        {messages.toReversed().map((one) => (
          <div key={one.at + one.text}>
            <dt>{words.wroteAt(clockTime(one.at))}</dt>
            <dd>{one.text}</dd>
          </div>
        ))}
      </dl>
    </Block>
  );
}

export function IntakeBlock({ intake }: { intake: IntakeAnswer[] }) {
  if (intake.length === 0) return null;
  return (
    <Block title={words.intake}>
      <dl className={classes.intake}>
        {intake.map((one) => (
          <div key={one.question}>
            <dt>{one.question}</dt>
            <dd>{one.answer}</dd>
          </div>
        ))}
      </dl>
    </Block>
  );
}

export function VisitsHere({ visits, short = false }: { visits: EarlierVisit[]; short?: boolean }) {
  const [all, setAll] = useState(!short);
  const shown = all ? visits : visits.slice(0, FIRST_VISITS);
  return (
    <Block title={words.lastVisits} count={visits.length}>
      {visits.length === 0 && <p className={classes.none}>{words.noVisits}</p>}
      <ul className={classes.visits}>
        {shown.map((visit) => (
          <li key={visit.id} data-testid="visit-row">
            <Link href={`/visits/${visit.id}`}>
              <span className="num">
                {momentDate(visit.planned_for)}, {clockTime(visit.planned_for)}
              </span>
              <b>{visit.reason}</b>
              <small>
                {stateWord(visit.state)}
                {visit.clinician && ` · ${visit.clinician}`}
              </small>
              {visit.notes.map((note) => (
                <small key={note.id}>
                  {note.name}: {note.signed ? words.signedBy(note.signed.signer) : words.draft}
                  {note.signed && note.signed.addenda > 0 && `, ${words.addenda(note.signed.addenda)}`}
                </small>
              ))}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length < visits.length && (
        <button type="button" className={classes.fold} onClick={() => setAll(true)}>
          {words.showMore(visits.length - shown.length)}
        </button>
      )}
    </Block>
  );
}

export function VisitsElsewhere({ chart, short = false }: { chart: Chart; short?: boolean }) {
  const [all, setAll] = useState(!short);
  const shown = all ? chart.past_visits : chart.past_visits.slice(0, FIRST_VISITS);
  if (chart.past_visits.length === 0) return null;
  return (
    <Block title={words.elsewhere} count={chart.past_visits.length}>
      <ul className={classes.list}>
        {shown.map((visit) => (
          <li key={`${visit.on}${visit.kind}${visit.reason ?? ""}`}>
            {visit.kind}
            <small>
              {plainDate(visit.on)}
              {visit.reason && ` · ${visit.reason}`} · {visit.clinician}
            </small>
          </li>
        ))}
      </ul>
      {shown.length < chart.past_visits.length && (
        <button type="button" className={classes.fold} onClick={() => setAll(true)}>
          {words.showMore(chart.past_visits.length - shown.length)}
        </button>
      )}
    </Block>
  );
}

function Fold({ count, label, children }: { count: number; label: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (count === 0) return null;
  return (
    <>
      {open && children}
      <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? words.hide : label}
      </button>
    </>
  );
}
