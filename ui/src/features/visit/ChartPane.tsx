// The left pane of a visit: why the patient came, and what the chart says.
import { AllergyBlock, IntakeBlock, MedicationBlock, MessagesBlock, NotYours, ProblemBlock, VisitsElsewhere, VisitsHere } from "../../parts/ChartParts";
import { Block } from "../../parts/Bits";
import { useSession } from "../../parts/session";
import { text } from "../../strings/en";
import type { EncounterView } from "../../types";
import classes from "./Visit.module.css";

export function ChartPane({ visit }: { visit: EncounterView }) {
  const { user } = useSession();
  return (
    <div className={classes.chart}>
      <Block title={text.chart.reason} aside={visit.room.name}>
        <p className={classes.reason}>{visit.reason}</p>
      </Block>
      {user.treats ? (
        <>
          <MessagesBlock messages={visit.messages} />
          <IntakeBlock intake={visit.intake} />
          <AllergyBlock chart={visit.chart} />
          <ProblemBlock chart={visit.chart} />
          <MedicationBlock chart={visit.chart} />
          <VisitsHere visits={visit.earlier} short />
          <VisitsElsewhere chart={visit.chart} short />
        </>
      ) : (
        <>
          <NotYours />
          <VisitsHere visits={visit.earlier} short />
        </>
      )}
    </div>
  );
}
