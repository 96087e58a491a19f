// Asking somebody else into the visit: an interpreter, a relative, a colleague.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { CopyLink } from "../../parts/CopyLink";
import { Problem } from "../../parts/Bits";
import { useCommand } from "../../parts/api";
import { momentDateTime } from "../../parts/format";
import { text } from "../../strings/en";
import type { EncounterView, LinkView, ParticipantRole } from "../../types";
import classes from "./Call.module.css";

const words = text.call;
const ROLES: ParticipantRole[] = ["interpreter", "relative", "nurse", "clinician"];

export function Invite({ visit, opened, onClose }: { visit: EncounterView; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={words.inviteTitle} size={480} closeButtonProps={{ "aria-label": text.common.close }}>
      <Form visit={visit} onClose={onClose} />
    </Modal>
  );
}

function Form({ visit, onClose }: { visit: EncounterView; onClose: () => void }) {
  const [role, setRole] = useState<ParticipantRole>(visit.patient.interpreter ? "interpreter" : "relative");
  const [name, setName] = useState("");
  const [link, setLink] = useState<LinkView | null>(null);
  const invite = useCommand("encounter.invite", { quiet: true, onDone: setLink });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") void invite.run({ encounter: visit.id, role, name: name.trim() });
  };
  if (link) {
    return (
      <div className={classes.form}>
        <span>{words.inviteLink}</span>
        <code className={classes.linkText} data-testid="invite-link">
          {link.url}
        </code>
        <small>{words.expires(momentDateTime(link.expires_at))}</small>
        <div className={classes.formActions}>
          <CopyLink size="sm" label={text.queue.copyLink} fetch={() => Promise.resolve(link.url)} />
          <Button variant="filled" onClick={onClose}>
            {text.patients.done}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <Select
        label={words.inviteRole}
        allowDeselect={false}
        value={role}
        onChange={(value) => setRole(value as ParticipantRole)}
        data={ROLES.map((value) => ({ value, label: words.roles[value] }))}
      />
      <TextInput label={words.inviteName} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {invite.error && <Problem title={text.common.unnamedFault}>{invite.error.message}</Problem>}
      <div className={classes.formActions}>
        <Button onClick={onClose}>{text.common.cancel}</Button>
        <Button type="submit" variant="filled" loading={invite.busy} disabled={name.trim() === ""}>
          {words.inviteDo}
        </Button>
      </div>
    </form>
  );
}
