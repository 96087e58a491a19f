// The details of a patient, for a new record or over an old one. Like names are shown while typing, so that nobody is
// entered twice.
import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Problem } from "../../parts/Bits";
import { useRead } from "../../parts/api";
import { isDay, plainDate } from "../../parts/format";
import { languageName } from "../../parts/people";
import { text } from "../../strings/en";
import type { PatientBrief, PatientDetails, Sex } from "../../types";
import classes from "./Patients.module.css";

const words = text.patients;
const LANGUAGES = ["en", "es", "fr", "de", "it", "pt", "zh", "vi", "tl", "ar", "ru", "ko", "hi", "uk", "pl", "tr", "fa", "ja"];

/** Where the names were not touched they stay parted as they are: "Mary Ann" may be one name. */
function givenNames(typed: string, before: PatientDetails | undefined): string[] {
  if (before && before.name.given.join(" ") === typed.trim()) return before.name.given;
  return typed.split(/\s+/).filter(Boolean);
}

interface Props {
  /** The record that is changed; none for a new one. */
  before?: PatientDetails;
  action: string;
  busy: boolean;
  problem: string | null;
  onSubmit: (details: PatientDetails) => void;
  onClose: () => void;
  /** Opens a patient with a like name instead. */
  onOpen?: (patient: PatientBrief) => void;
}

export function PatientForm({ before, action, busy, problem, onSubmit, onClose, onOpen }: Props) {
  const [family, setFamily] = useState("");
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      given: before?.name.given.join(" ") ?? "",
      family: before?.name.family ?? "",
      born: before?.birth_date ?? "",
      sex: before?.sex ?? ("unknown" as Sex),
      mrn: before?.mrn ?? "",
      phone: before?.phone ?? "",
      email: before?.email ?? "",
      language: before?.language ?? "en",
      interpreter: before?.interpreter ?? false,
    },
    validate: {
      family: (value) => (value.trim() === "" ? text.session.needed : null),
      born: (value) => (value.trim() === "" ? text.session.needed : isDay(value) ? null : words.bornNoDay),
    },
    onValuesChange: (values) => setFamily(values.family.trim()),
  });
  const submit = form.onSubmit((values) =>
    onSubmit({
      name: { family: values.family.trim(), given: givenNames(values.given, before) },
      birth_date: values.born.trim(),
      sex: values.sex,
      mrn: values.mrn.trim() || null,
      phone: values.phone.trim() || null,
      email: values.email.trim() || null,
      language: values.language,
      interpreter: values.interpreter,
    }),
  );
  const field = (name: "given" | "family" | "born" | "mrn" | "phone" | "email") => ({
    key: form.key(name),
    ...form.getInputProps(name),
  });
  const languages = LANGUAGES.includes(before?.language ?? "en") ? LANGUAGES : [before?.language ?? "en", ...LANGUAGES];
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <TextInput label={words.given} data-autofocus {...field("given")} />
      <TextInput label={words.family} required {...field("family")} />
      <TextInput label={words.born} description={words.bornHint} required {...field("born")} />
      <Select
        label={words.sex}
        description={"\u00a0"}
        allowDeselect={false}
        data={(Object.keys(text.patient.sexes) as Sex[]).map((value) => ({ value, label: text.patient.sexes[value] }))}
        key={form.key("sex")}
        {...form.getInputProps("sex")}
      />
      {onOpen && <Similar family={family} onOpen={onOpen} />}
      <TextInput label={words.mrn} description={before ? "\u00a0" : words.mrnHint} {...field("mrn")} />
      <TextInput label={words.phone} description={"\u00a0"} type="tel" {...field("phone")} />
      <TextInput label={words.email} type="email" {...field("email")} />
      <Select
        label={words.language}
        searchable
        allowDeselect={false}
        data={languages.map((value) => ({ value, label: languageName(value) }))}
        key={form.key("language")}
        {...form.getInputProps("language")}
      />
      <Checkbox
        data-wide
        label={words.interpreter}
        key={form.key("interpreter")}
        {...form.getInputProps("interpreter", { type: "checkbox" })}
      />
      {problem !== null && (
        <div data-wide>
          <Problem title={text.common.unnamedFault}>{problem}</Problem>
        </div>
      )}
      <div className={classes.actions}>
        <Button onClick={onClose}>{text.common.cancel}</Button>
        <Button type="submit" variant="filled" loading={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}

function Similar({ family, onOpen }: { family: string; onOpen: (patient: PatientBrief) => void }) {
  const search = useRead("patient.search", { text: family, limit: 3 }, { enabled: family.length > 2 });
  const found = family.length > 2 ? (search.data?.patients ?? []) : [];
  if (found.length === 0) return null;
  return (
    <div className={classes.similar}>
      <strong>{words.similarTitle}</strong> {words.similarText}
      <ul>
        {found.map((patient) => (
          <li key={patient.id}>
            <button type="button" onClick={() => onOpen(patient)}>
              {patient.name}
            </button>
            , {plainDate(patient.birth_date)}, {patient.mrn}
          </li>
        ))}
      </ul>
    </div>
  );
}
