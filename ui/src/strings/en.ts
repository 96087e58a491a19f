// Every word that the console shows. One catalogue: the wording is judged, and one day translated, in one place.
import { call, snapshot } from "./en/call";
import { check } from "./en/check";
import { common, moment, patient, roles, trouble } from "./en/everywhere";
import { note } from "./en/note";
import { patients } from "./en/patients";
import { queue } from "./en/queue";
import { activeCall, closing, palette, session, settings, shell, shortcutSheet, shortcuts } from "./en/shell";
import { chart, visit } from "./en/visit";

export const text = {
  product: "Rounds",
  common,
  shortcuts,
  moment,
  shortcutSheet,
  shell,
  closing,
  activeCall,
  patient,
  session,
  roles,
  trouble,
  queue,
  visit,
  chart,
  call,
  snapshot,
  note,
  patients,
  check,
  settings,
  palette,
};
