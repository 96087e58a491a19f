// Until it is done: who is this, by two identifiers, said by the patient and compared here.
import { Button, Checkbox } from "@mantine/core";
import { IconIdBadge2 } from "@tabler/icons-react";
import { useState } from "react";
import { useCommand } from "../../parts/api";
import { plainDate } from "../../parts/format";
import { text } from "../../strings/en";
import type { EncounterView } from "../../types";
import classes from "./Visit.module.css";

const words = text.visit;

export function IdentityStrip({ visit }: { visit: EncounterView }) {
  const [name, setName] = useState(false);
  const [born, setBorn] = useState(false);
  const check = useCommand("encounter.check_identity");
  if (!visit.allowed.includes("check_identity")) return null;
  return (
    <section className={classes.identity} aria-label={words.identity} data-testid="identity-strip">
      <IconIdBadge2 size={18} aria-hidden="true" />
      <b>{words.identityAsk}</b>
      <Checkbox
        size="xs"
        label={`${words.identityName}: ${visit.patient.name}`}
        checked={name}
        onChange={(event) => setName(event.currentTarget.checked)}
      />
      <Checkbox
        size="xs"
        label={`${words.identityBirth}: ${plainDate(visit.patient.birth_date)}`}
        checked={born}
        onChange={(event) => setBorn(event.currentTarget.checked)}
      />
      <Button
        size="xs"
        variant="filled"
        disabled={!name || !born}
        loading={check.busy}
        title={name && born ? undefined : words.identityBoth}
        onClick={() => void check.run({ encounter: visit.id })}
      >
        {words.identityConfirm}
      </Button>
    </section>
  );
}
