// All patients: search as you type.
import { PatientList } from "../features/patients/PatientList";

export function PatientsView() {
  return <PatientList />;
}
