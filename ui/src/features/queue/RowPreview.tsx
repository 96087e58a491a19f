// The selected row at a glance: why they come, what they said before, what was written last.
import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { Link } from "wouter";
import { Block } from "../../parts/Bits";
import { MessagesBlock, NotYours } from "../../parts/ChartParts";
import { CopyLink } from "../../parts/CopyLink";
import { useCommand } from "../../parts/api";
import { clockTime, momentDate, plainDate } from "../../parts/format";
import { ageSex, languageName, PriorityTag } from "../../parts/people";
import { useSession } from "../../parts/session";
import { report } from "../../parts/status";
import { text } from "../../strings/en";
import type { Priority, QueueRow } from "../../types";
import classes from "./Queue.module.css";

const words = text.queue;

interface Props {
  row: QueueRow | null;
  onOpen: (row: QueueRow) => void;
}

export function RowPreview({ row, onOpen }: Props) {
  return (
    <aside className={classes.preview} aria-label={words.preview} data-testid="queue-preview">
      {row ? <Preview key={row.encounter} row={row} onOpen={onOpen} /> : <p className={classes.previewEmpty}>{words.previewEmpty}</p>}
    </aside>
  );
}

function Preview({ row, onOpen }: { row: QueueRow; onOpen: (row: QueueRow) => void }) {
  const { patient } = row;
  const { user } = useSession();
  const link = useCommand("encounter.link");
  const setPriority = useCommand("encounter.set_priority");
  const triage = useCommand("encounter.triage", { onDone: () => report(words.readyDone(row.patient.name)) });
  const over = row.group === "done";
  return (
    <>
      <header className={classes.previewHead}>
        <h2>{patient.name}</h2>
        <p className="num">
          {plainDate(patient.birth_date)} · {ageSex(patient)} · {patient.mrn}
        </p>
        <p>
          {languageName(patient.language)}
          {patient.interpreter && ` · ${text.patient.interpreter}`}
        </p>
      </header>
      <div className={classes.previewReason}>
        <p>{row.reason}</p>
        <div>
          <span className={classes.faint}>
            {row.room.name} · <span className={classes.unbroken}>{words.planned.toLowerCase()} {clockTime(row.planned_for)}</span>
          </span>
          {over ? (
            <PriorityTag priority={row.priority} />
          ) : (
            <Menu position="bottom-end" width={180}>
              <Menu.Target>
                <button type="button" className={classes.priorityButton} >
                  <span className="hidden-visually">{words.priorityMenu}: </span>
                  <PriorityTag priority={row.priority} />
                  <IconChevronDown size={14} aria-hidden="true" />
                </button>
              </Menu.Target>
              <Menu.Dropdown>
                {(["emergency", "urgent", "routine"] as Priority[]).map((priority) => (
                  <Menu.Item key={priority} onClick={() => void setPriority.run({ encounter: row.encounter, priority }).then((done) => done && report(words.prioritySet(patient.name, words.priorities[priority])))}>
                    <PriorityTag priority={priority} />
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      </div>
      <div className={classes.previewActions}>
        <Button size="xs" onClick={() => onOpen(row)}>
          {words.openVisit}
        </Button>
        {row.may_triage && (
          <Button
            size="xs"
            loading={triage.busy}
            onClick={() => void triage.run({ encounter: row.encounter, version: row.version })}
            data-testid="triage"
          >
            {words.intakeDone}
          </Button>
        )}
        {!over && (
          <CopyLink
            label={words.copyLink}
            fetch={async () => (await link.run({ encounter: row.encounter, renew: false }))?.url ?? null}
          />
        )}
        <Link href={`/patients/${patient.id}`} className={classes.chartLink}>
          {words.openChart}
        </Link>
      </div>
      {user.treats ? <Told row={row} /> : <NotYours />}
    </>
  );
}

/** What the patient told, and what was written last. */
function Told({ row }: { row: QueueRow }) {
  return (
    <>
      <MessagesBlock messages={row.messages} />
      <Block title={words.intake}>
        {row.intake.length === 0 ? (
          <p className={classes.faint}>{words.noIntake}</p>
        ) : (
          <dl className={classes.intake}>
            {row.intake.map((one) => (
              <div key={one.question}>
                <dt>{one.question}</dt>
                <dd>{one.answer}</dd>
              </div>
            ))}
          </dl>
        )}
      </Block>
      <Block title={words.lastNote} aside={row.last_note ? momentDate(row.last_note.at) : undefined}>
        {row.last_note ? (
          <>
            <p className={classes.lastNote}>{row.last_note.text}</p>
            <p className={classes.faint}>
              {row.last_note.name} · {row.last_note.signer}
            </p>
          </>
        ) : (
          <p className={classes.faint}>{words.noLastNote}</p>
        )}
      </Block>
    </>
  );
}
