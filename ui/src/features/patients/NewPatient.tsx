// A new patient.
import { Modal } from "@mantine/core";
import { useCommand } from "../../parts/api";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { PatientBrief } from "../../types";
import { PatientForm } from "./PatientForm";

const words = text.patients;

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

function Form({ onClose, onCreated }: Omit<Props, "opened">) {
  const create = useCommand("patient.create", {
    quiet: true,
    onDone: (patient) => {
      report(words.created(patient.name));
      onClose();
      onCreated(patient);
    },
  });
  return (
    <PatientForm
      action={words.create}
      busy={create.busy || create.done}
      problem={create.error?.message ?? null}
      onSubmit={(details) => void create.run(details)}
      onClose={onClose}
      onOpen={onCreated}
    />
  );
}
