// The left pane of a visit: why the patient came, and what the chart says.
import { AllergyBlock, IntakeBlock, MedicationBlock, MessagesBlock, ProblemBlock, VisitsElsewhere, VisitsHere } from "../../parts/ChartParts";
import { Block } from "../../parts/Bits";
import { text } from "../../strings/en";
import type { EncounterView } from "../../types";
import classes from "./Visit.module.css";

export function ChartPane({ visit }: { visit: EncounterView }) {
  return (
    <div className={classes.chart}>
      <Block title={text.chart.reason} aside={visit.room.name}>
        <p className={classes.reason}>{visit.reason}</p>
      </Block>
      <MessagesBlock messages={visit.messages} />
      <IntakeBlock intake={visit.intake} />
      <AllergyBlock chart={visit.chart} />
      <ProblemBlock chart={visit.chart} />
      <MedicationBlock chart={visit.chart} />
      <VisitsHere visits={visit.earlier} short />
      <VisitsElsewhere chart={visit.chart} short />
    </div>
  );
}
