// The details of a patient, changed.
import { Modal } from "@mantine/core";
import { useState } from "react";
import { useCommand } from "../../parts/api";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { PatientView } from "../../types";
import { PatientForm } from "./PatientForm";

const words = text.patients;

export function EditPatient({ patient, onClose }: { patient: PatientView; onClose: () => void }) {
  // What the person saw when they began is what their change is compared with, whatever is read meanwhile.
  const [seen] = useState(patient);
  const { brief, name, phone, email, version } = seen;
  const update = useCommand("patient.update", {
    quiet: true,
    onDone: (changed) => {
      report(words.updated(changed.name));
      onClose();
    },
  });
  const before = {
    name,
    birth_date: brief.birth_date,
    sex: brief.sex,
    mrn: brief.mrn,
    phone,
    email,
    language: brief.language,
    interpreter: brief.interpreter,
  };
  return (
    <Modal opened onClose={onClose} title={words.editTitle(brief.name)} size={580} closeButtonProps={{ "aria-label": text.common.close }}>
      <PatientForm
        before={before}
        action={words.update}
        busy={update.busy}
        problem={update.error?.message ?? null}
        onSubmit={(details) => void update.run({ patient: brief.id, version, details })}
        onClose={onClose}
      />
    </Modal>
  );
}
