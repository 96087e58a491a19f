// Who this is about: shown whenever a chart is open, always the same. Allergies are never shortened.
import { IconAlertTriangleFilled, IconLanguage } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useSession } from "./session";
import { text } from "../strings/en";
import type { Allergy, PatientBrief } from "../types";
import { plainDate } from "./format";
import { languageName } from "./people";
import classes from "./PatientBand.module.css";

const words = text.patient;

export function PatientBand({ patient, allergies, aside }: { patient: PatientBrief; allergies: Allergy[]; aside?: ReactNode }) {
  const { user } = useSession();
  return (
    <section className={classes.band} aria-label={`${words.label} ${patient.name}`} data-testid="patient-band" data-patient={patient.id}>
      <div className={classes.who}>
        <h1>{patient.name}</h1>
        <dl>
          <Fact name={words.born}>{plainDate(patient.birth_date)}</Fact>
          <Fact name={words.age}>{words.years(patient.age)}</Fact>
          <Fact name={words.sex}>{words.sexes[patient.sex]}</Fact>
          <Fact name={words.mrn}>{patient.mrn}</Fact>
          <Fact name={words.language}>{languageName(patient.language)}</Fact>
        </dl>
        {patient.interpreter && (
          <span className={classes.interpreter}>
            <IconLanguage size={15} aria-hidden="true" />
            {words.interpreter}
          </span>
        )}
      </div>
      <div className={classes.below}>
        {/* To a role that may not see them, none would be a false word. */}
        {user.treats ? <Allergies allergies={allergies} /> : <span />}
        {aside && <div className={classes.aside}>{aside}</div>}
      </div>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

function Allergies({ allergies }: { allergies: Allergy[] }) {
  if (allergies.length === 0) return <p className={classes.noAllergies}>{words.noAllergies}</p>;
  return (
    <div className={classes.allergies} data-testid="band-allergies">
      <strong>
        <IconAlertTriangleFilled size={14} aria-hidden="true" />
        {words.allergies}
      </strong>
      <ul>
        {allergies.map((allergy) => (
          <li key={allergy.substance}>
            <b>{allergy.substance}</b>
            {allergy.severity && ` (${allergy.severity})`}
            {allergy.reaction && `: ${allergy.reaction}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
