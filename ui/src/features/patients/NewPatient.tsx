// A new patient. Like names are shown while typing, so that nobody is entered twice.
import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Problem } from "../../parts/Bits";
import { useCommand, useRead } from "../../parts/api";
import { nowMillis } from "../../parts/clock";
import { isDay, plainDate } from "../../parts/format";
import { languageName } from "../../parts/people";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { PatientBrief, Sex } from "../../types";
import classes from "./Patients.module.css";

const words = text.patients;
const LANGUAGES = ["en", "es", "fr", "de", "it", "pt", "zh", "vi", "tl", "ar", "ru", "ko", "hi", "uk", "pl", "tr", "fa", "ja"];

interface Props {
  opened: boolean;
  onClose: () => void;
  onCreated: (patient: PatientBrief) => void;
}

export function NewPatient({ opened, onClose, onCreated }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={words.newPatient} size={580} closeButtonProps={{ "aria-label": text.common.close }}>
      <Form onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

/** A day that exists and is not in the future. */
export function isBirthDate(value: string, now: number): boolean {
  return isDay(value) && new Date(`${value.trim()}T00:00:00`).getTime() <= now;
}

function Form({ onClose, onCreated }: Omit<Props, "opened">) {
  const [family, setFamily] = useState("");
  const create = useCommand("patient.create", {
    quiet: true,
    onDone: (patient) => {
      report(words.created(patient.name));
      onClose();
      onCreated(patient);
    },
  });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      given: "",
      family: "",
      born: "",
      sex: "unknown" as Sex,
      mrn: "",
      phone: "",
      email: "",
      language: "en",
      interpreter: false,
    },
    validate: {
      family: (value) => (value.trim() === "" ? text.session.needed : null),
      born: (value) => (isBirthDate(value, nowMillis() || Date.now()) ? null : words.bornBad),
    },
    onValuesChange: (values) => setFamily(values.family.trim()),
  });
  const submit = form.onSubmit((values) => {
    void create.run({
      name: { family: values.family.trim(), given: values.given.split(/\s+/).filter(Boolean) },
      birth_date: values.born.trim(),
      sex: values.sex,
      mrn: values.mrn.trim() || null,
      phone: values.phone.trim() || null,
      email: values.email.trim() || null,
      language: values.language,
      interpreter: values.interpreter,
    });
  });
  const field = (name: "given" | "family" | "born" | "mrn" | "phone" | "email") => ({
    key: form.key(name),
    ...form.getInputProps(name),
  });
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
      <Similar family={family} onOpen={onCreated} />
      <TextInput label={words.mrn} description={words.mrnHint} {...field("mrn")} />
      <TextInput label={words.phone} description={"\u00a0"} type="tel" {...field("phone")} />
      <TextInput label={words.email} type="email" {...field("email")} />
      <Select
        label={words.language}
        searchable
        allowDeselect={false}
        data={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
        key={form.key("language")}
        {...form.getInputProps("language")}
      />
      <Checkbox
        data-wide
        label={words.interpreter}
        key={form.key("interpreter")}
        {...form.getInputProps("interpreter", { type: "checkbox" })}
      />
      {create.error && (
        <div data-wide>
          <Problem title={text.common.unnamedFault}>{create.error.message}</Problem>
        </div>
      )}
      <div className={classes.actions}>
        <Button onClick={onClose}>{text.common.cancel}</Button>
        <Button type="submit" variant="filled" loading={create.busy || create.done}>
          {words.create}
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
