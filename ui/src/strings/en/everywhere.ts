// What several screens say.
export const common = {
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  retry: "Try again",
  loading: "Loading",
  none: "None recorded",
  you: "you",
  open: "Open",
  unnamedFault: "That did not work.",
  requestId: (id: string) => `Reference for support: ${id}`,
  stale: "This was changed meanwhile. It has been read again; look at it, then repeat what you did.",
  searchPlaceholder: "Search",
};

export const roles = {
  clinician: "Clinician",
  nurse: "Nurse",
  scheduler: "Scheduler",
  administrator: "Administrator",
};

export const patient = {
  label: "Patient",
  born: "Born",
  age: "Age",
  sex: "Sex",
  mrn: "MRN",
  language: "Language",
  interpreter: "Interpreter needed",
  allergies: "Allergies",
  noAllergies: "No allergies recorded",
  sexes: { female: "Female", male: "Male", other: "Other", unknown: "Unknown" },
  sexLetters: { female: "F", male: "M", other: "X", unknown: "" },
  years: (n: number) => `${n} y`,
  severe: "severe",
};

export const moment = {
  placeholder: "HH:MM, or YYYY-MM-DD HH:MM",
  now: "Now",
  nowFor: "Set to now",
  unreadable: "No such moment. Write hour:minute for today, or year-month-day hour:minute.",
};

export const trouble = {
  titles: {
    wrong_key_or_foreign: "The data on this computer cannot be opened",
    key_missing: "The key to the data is missing",
    newer: "The data is from a newer version of Rounds",
    damaged: "The data file is damaged",
    in_use: "Rounds is already running",
    disk: "The disk is full or cannot be written",
    doorway: "Patients cannot be let in",
  },
  untouched: "Nothing was changed.",
  folder: "Where the data is",
  retry: "Try again",
  steps: {
    wrong_key_or_foreign: [
      "Check that this is the computer and the account that the practice was set up with.",
      "If the data folder was replaced or restored, put the matching key file back beside it.",
    ],
    key_missing: ["Restore the key file from your backup into the folder below.", "Then try again. The data itself is untouched."],
    newer: ["Install the newest version of Rounds on this computer.", "Then start it again. The data is untouched."],
    damaged: ["Do not delete the folder: what can be read can be rescued.", "Restore the folder from your last backup, then try again."],
    in_use: ["Look for another window of Rounds on this computer and use that one.", "If there is none, wait a minute and try again."],
    disk: ["Free some space on the disk that holds the folder below.", "Then try again. Everything saved before is safe."],
    doorway: ["Correct the address in ROUNDS_LISTEN, or remove it.", "Then start Rounds again."],
  },
  unreachable: "Rounds could not start",
};
