// One patient's chart.
import { PatientChart } from "../features/patients/PatientChart";

export function ChartView({ id }: { id: string }) {
  return <PatientChart id={id} />;
}
