// The chart of one patient, with tabs for summary and visits.
import { Button, Loader, Tabs } from "@mantine/core";
import { IconPencil, IconVideoPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../parts/api";
import { Block, Problem } from "../../parts/Bits";
import { AllergyBlock, MedicationBlock, NotYours, ProblemBlock, VisitsElsewhere, VisitsHere } from "../../parts/ChartParts";
import { PatientBand } from "../../parts/PatientBand";
import { useSession } from "../../parts/session";
import { text } from "../../strings/en";
import type { PatientView } from "../../types";
import { EditPatient } from "./EditPatient";
import { NewVisit } from "./NewVisit";
import classes from "./Patients.module.css";

const words = text.chart;

export function PatientChart({ id }: { id: string }) {
  const chart = useRead("patient.get", { patient: id });
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState(false);
  if (chart.isError) {
    return (
      <div style={{ padding: 16 }}>
        <Problem title={text.common.unnamedFault}>{chart.error.message}</Problem>
      </div>
    );
  }
  if (!chart.data) return <Loader m="auto" aria-label={text.common.loading} />;
  const view = chart.data;
  const active = view.status.is === "active";
  return (
    <div className={classes.page}>
      <PatientBand
        patient={view.brief}
        allergies={view.chart.allergies}
        aside={
          active && (
            <>
              <Button leftSection={<IconPencil size={17} />} onClick={() => setEditing(true)} data-testid="edit-patient">
                {text.patients.edit}
              </Button>
              <Button variant="filled" leftSection={<IconVideoPlus size={17} />} onClick={() => setCreating(true)}>
                {words.newVisit}
              </Button>
            </>
          )
        }
      />
      {!active && <p className={classes.notice}>{view.status.is === "deceased" ? words.deceased : words.deactivated}</p>}
      <Tabs defaultValue="summary" keepMounted={false} className={classes.page} style={{ flex: 1 }}>
        <Tabs.List px={8}>
          <Tabs.Tab value="summary">{words.summary}</Tabs.Tab>
          <Tabs.Tab value="visits">
            {words.visits} <span className="num">{view.visits.length}</span>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="summary" className={classes.chart}>
          <Summary view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="visits" className={classes.chart}>
          <div className={classes.visitsPage}>
            <VisitsHere visits={view.visits} />
          </div>
        </Tabs.Panel>
      </Tabs>
      {editing && <EditPatient patient={view} onClose={() => setEditing(false)} />}
      <NewVisit patient={creating ? view.brief : null} onClose={() => setCreating(false)} />
    </div>
  );
}

function Summary({ view }: { view: PatientView }) {
  const { treats } = useSession().user;
  return (
    <div className={classes.columns}>
      <div>
        {treats ? <AllergyBlock chart={view.chart} /> : <NotYours />}
        {treats && <ProblemBlock chart={view.chart} />}
      </div>
      <div>
        {treats && <MedicationBlock chart={view.chart} />}
        <Block title={words.contact}>
          <dl className={classes.contact}>
            <dt>{words.phone}</dt>
            <dd className="num">{view.phone ?? text.common.none}</dd>
            <dt>{words.email}</dt>
            <dd>{view.email ?? text.common.none}</dd>
            <dt>{words.address}</dt>
            <dd>{view.address ?? text.common.none}</dd>
          </dl>
        </Block>
      </div>
      <div>
        <VisitsHere visits={view.visits} short />
        {treats && <VisitsElsewhere chart={view.chart} short />}
      </div>
    </div>
  );
}
