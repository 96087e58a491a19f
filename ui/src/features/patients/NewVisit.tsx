// A new visit, now or later, with a link for the patient.
import { Button, Modal, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { CopyLink } from "../../parts/CopyLink";
import { Problem } from "../../parts/Bits";
import { useCommand, useRead } from "../../parts/api";
import { momentDateTime, plainDate } from "../../parts/format";
import { MomentInput } from "../../parts/MomentInput";
import { readMoment } from "../../parts/moments";
import { text } from "../../strings/en";
import type { LinkView, PatientBrief, Priority } from "../../types";
import classes from "./Patients.module.css";

const words = text.patients;

export function NewVisit({ patient, onClose }: { patient: PatientBrief | null; onClose: () => void }) {
  const [link, setLink] = useState<LinkView | null>(null);
  const close = () => {
    onClose();
    setLink(null);
  };
  return (
    <Modal
      opened={patient !== null}
      onClose={close}
      title={link ? words.linkTitle : words.newVisit}
      size={520}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      {patient && !link && <Form patient={patient} onClose={close} onLink={setLink} />}
      {link && <Link link={link} onClose={close} />}
    </Modal>
  );
}

function Form({ patient, onClose, onLink }: { patient: PatientBrief; onClose: () => void; onLink: (link: LinkView) => void }) {
  const rooms = useRead("queue.list", { room: null }).data?.rooms ?? [];
  const create = useCommand("encounter.create", { quiet: true, onDone: onLink });
  const form = useForm({
    mode: "controlled",
    initialValues: { room: "", reason: "", priority: "routine" as Priority, planned: "" },
    validate: {
      reason: (value) => (value.trim() === "" ? words.reasonNeeded : null),
      planned: (value) => (value.trim() !== "" && readMoment(value, new Date(), "coming") === null ? text.moment.unreadable : null),
    },
  });
  const room = form.values.room || (rooms[0]?.id ?? "");
  const submit = form.onSubmit((values) => {
    if (room === "") return form.setFieldError("room", words.roomNeeded);
    const planned = readMoment(values.planned, new Date(), "coming")?.toISOString() ?? null;
    void create.run({ patient: patient.id, room, reason: values.reason.trim(), priority: values.priority, planned_for: planned });
  });
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <div data-wide>
        <strong>{patient.name}</strong>, {plainDate(patient.birth_date)}, {patient.mrn}
      </div>
      <Textarea wrapperProps={{ "data-wide": true }} label={words.reason} required autosize minRows={2} maxRows={5} data-autofocus {...form.getInputProps("reason")} />
      <Select
        wrapperProps={{ "data-wide": true }}
        label={words.room}
        allowDeselect={false}
        data={rooms.map((one) => ({ value: one.id, label: one.name }))}
        {...form.getInputProps("room")}
        value={room}
      />
      <div data-wide>
        <MomentInput
          label={words.plannedFor}
          value={form.values.planned}
          direction="coming"
          onChange={(value) => form.setFieldValue("planned", value)}
        />
        <small className={classes.hint}>{words.plannedForHint}</small>
      </div>
      <div data-wide>
        <div className="mantine-InputWrapper-label" id="new-visit-priority">
          {words.priority}
        </div>
        <SegmentedControl
          fullWidth
          aria-labelledby="new-visit-priority"
          data={(["routine", "urgent", "emergency"] as Priority[]).map((value) => ({ value, label: text.queue.priorities[value] }))}
          {...form.getInputProps("priority")}
        />
      </div>
      {create.error && (
        <div data-wide>
          <Problem title={text.common.unnamedFault}>{create.error.message}</Problem>
        </div>
      )}
      <div className={classes.actions}>
        <Button onClick={onClose}>{text.common.cancel}</Button>
        <Button type="submit" variant="filled" loading={create.busy}>
          {words.createVisit}
        </Button>
      </div>
    </form>
  );
}

function Link({ link, onClose }: { link: LinkView; onClose: () => void }) {
  return (
    <div>
      <p style={{ margin: "0 0 12px" }}>{words.linkText}</p>
      <div className={classes.link}>
        <code data-testid="join-link" aria-label={words.link}>
          {link.url}
        </code>
        <CopyLink label={words.copyLink} fetch={() => Promise.resolve(link.url)} />
      </div>
      <p style={{ margin: "8px 0 0", color: "var(--text-2)", fontSize: 13 }}>{text.call.expires(momentDateTime(link.expires_at))}</p>
      <div className={classes.actions}>
        <Button variant="filled" onClick={onClose} data-autofocus>
          {words.done}
        </Button>
      </div>
    </div>
  );
}
