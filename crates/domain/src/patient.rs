//! The patient: who they are, and what the chart says of them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::id::PatientId;
use crate::{Phi, Timestamp};

/// A patient's demographics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Their id here.
    pub id: PatientId,
    /// Medical record number.
    pub mrn: Phi<String>,
    /// Their name.
    pub name: HumanName,
    /// Date of birth.
    pub birth_date: Phi<NaiveDate>,
    /// Administrative sex.
    pub sex: Sex,
    /// Telephone number, as given.
    pub phone: Option<Phi<String>>,
    /// E-mail address, as given.
    pub email: Option<Phi<String>>,
    /// Postal address, in lines.
    pub address: Option<Phi<String>>,
    /// Language they wish to speak, as a BCP 47 tag.
    pub language: String,
    /// Whether they asked for an interpreter.
    pub interpreter: bool,
    /// Whether the record is in use.
    pub status: PatientStatus,
    /// When the record was made.
    pub created_at: Timestamp,
}

/// Whether a patient's record is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum PatientStatus {
    /// In use.
    Active,
    /// Put aside: no new visits.
    Deactivated,
    /// The person has died.
    Deceased {
        /// When, as far as it is known.
        at: Option<Timestamp>,
    },
}

/// Administrative sex, as in FHIR's `administrative-gender`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Other.
    Other,
    /// Not known.
    Unknown,
}

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HumanName {
    /// Family name.
    pub family: Phi<String>,
    /// Given names, in order.
    pub given: Vec<Phi<String>>,
}

impl HumanName {
    /// "Ada Maria Moss".
    pub fn full(&self) -> Phi<String> {
        let mut words: Vec<&str> = self.given.iter().map(|name| name.as_str()).collect();
        words.push(self.family.as_str());
        Phi::new(words.join(" "))
    }

    /// "Moss, Ada Maria", as lists of patients are sorted.
    pub fn sorted(&self) -> Phi<String> {
        let given: Vec<&str> = self.given.iter().map(|name| name.as_str()).collect();
        Phi::new(format!("{}, {}", self.family.as_str(), given.join(" ")))
    }

    /// Whether a person who typed this means this name: the family name and at least one given name are there, and
    /// nothing that does not belong to the name. Case, accents, order, hyphens and punctuation do not matter.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let typed = name_words(typed);
        let family = name_words(&self.family);
        let given: Vec<String> = self.given.iter().flat_map(|name| name_words(name)).collect();
        !family.is_empty()
            && family.iter().all(|word| typed.contains(word))
            && (given.is_empty() || given.iter().any(|word| typed.contains(word)))
            && typed.iter().all(|word| family.contains(word) || given.contains(word))
    }
}

/// The comparable words of a name: lower case, without accents, split at everything that is not a letter or a digit.
fn name_words(text: &str) -> Vec<String> {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\'' && *c != '\u{2019}')
        .collect::<String>()
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Completed years between a birth and a day. A birth in the future counts as 0.
pub fn age_in_years(born: NaiveDate, on: NaiveDate) -> u32 {
    let before_birthday = (on.month(), on.day()) < (born.month(), born.day());
    u32::try_from(on.year() - born.year() - i32::from(before_birthday)).unwrap_or(0)
}

/// Why a patient's record cannot be made or changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatientRefusal {
    /// No family name.
    #[error("A family name is needed.")]
    NoFamilyName,
    /// Born after today, or before 1870.
    #[error("The date of birth must lie between 1870 and today.")]
    BirthDate,
    /// No medical record number.
    #[error("A medical record number is needed.")]
    NoMrn,
    /// Another active patient has this number.
    #[error("Another patient has this medical record number.")]
    MrnTaken,
    /// No such address can exist.
    #[error("The e-mail address cannot be right: write it as name@example.org.")]
    Email,
    /// A text is longer than any real one.
    #[error("{field} is longer than {limit} characters.")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// The most it may hold.
        limit: usize,
    },
}

impl PatientRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFamilyName => "patient.no_family_name",
            Self::BirthDate => "patient.birth_date",
            Self::NoMrn => "patient.no_mrn",
            Self::MrnTaken => "patient.mrn_taken",
            Self::Email => "patient.email",
            Self::TooLong { .. } => "patient.too_long",
        }
    }
}

impl Patient {
    /// Checks what can be checked from the record alone.
    pub fn check(&self, today: NaiveDate) -> Result<(), PatientRefusal> {
        const LIMIT: usize = 200;
        if self.name.family.trim().is_empty() {
            return Err(PatientRefusal::NoFamilyName);
        }
        if self.mrn.trim().is_empty() {
            return Err(PatientRefusal::NoMrn);
        }
        if *self.birth_date.expose() > today || self.birth_date.year() < 1870 {
            return Err(PatientRefusal::BirthDate);
        }
        if self.email.as_ref().is_some_and(|email| !may_be_an_address(email)) {
            return Err(PatientRefusal::Email);
        }
        let texts = [
            ("The family name", Some(&self.name.family)),
            ("The record number", Some(&self.mrn)),
            ("The telephone number", self.phone.as_ref()),
            ("The e-mail address", self.email.as_ref()),
            ("The address", self.address.as_ref()),
        ];
        let given = self.name.given.iter().map(|name| ("A given name", Some(name)));
        for (field, text) in texts.into_iter().chain(given) {
            if text.is_some_and(|text| text.chars().count() > LIMIT) {
                return Err(PatientRefusal::TooLong { field, limit: LIMIT });
            }
        }
        Ok(())
    }
}

/// Whether a text has the outline of an e-mail address. Whether it exists is known to the post alone.
fn may_be_an_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// What the chart holds beside the visits of this practice: history that came with the patient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Chart {
    /// Allergies and intolerances. Never shortened on a screen.
    pub allergies: Vec<Allergy>,
    /// Problems.
    pub problems: Vec<Problem>,
    /// Medications.
    pub medications: Vec<Medication>,
    /// Visits elsewhere, newest first.
    pub past_visits: Vec<PastVisit>,
}

/// An allergy or intolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Allergy {
    /// To what.
    pub substance: Phi<String>,
    /// How it shows.
    #[serde(default)]
    pub reaction: Option<Phi<String>>,
    /// `mild`, `moderate` or `severe`.
    #[serde(default)]
    pub severity: Option<Phi<String>>,
    /// When it was written down.
    pub recorded: Phi<NaiveDate>,
}

/// A problem or diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// In words.
    pub text: Phi<String>,
    /// SNOMED CT code.
    pub code: Phi<String>,
    /// Since when.
    pub onset: Phi<NaiveDate>,
    /// Until when.
    #[serde(default)]
    pub resolved: Option<Phi<NaiveDate>>,
}

/// A medication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Medication {
    /// In words, exactly as prescribed.
    pub text: Phi<String>,
    /// RxNorm code.
    pub code: Phi<String>,
    /// `active` or `stopped`.
    pub status: Phi<String>,
    /// How it is taken.
    #[serde(default)]
    pub dosage: Option<Phi<String>>,
    /// Since when.
    pub started: Phi<NaiveDate>,
}

/// A visit somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PastVisit {
    /// When.
    pub on: Phi<NaiveDate>,
    /// What kind of visit.
    pub kind: Phi<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Phi<String>>,
    /// With whom.
    pub clinician: Phi<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_means_the_person_or_not() {
        let name = HumanName { family: "Østgård-Núñez".into(), given: vec!["Zoë".into(), "Maria".into()] };
        let irish = HumanName { family: "O'Brien".into(), given: vec!["Seán".into()] };
        for (name, typed, meant) in [
            (&name, "zoe ostgard-nunez", false), // ø is a letter of its own, not an accented o
            (&name, "zoe Østgard nunez", true),
            (&name, "NÚÑEZ ØSTGÅRD, MARIA", true),
            (&name, "Maria Zoë Østgård Núñez", true),
            (&name, "Zoë", false),
            (&name, "Østgård", false),
            (&name, "Zoë Núñez", false),
            (&name, "Zoë Østgård Núñez Smith", false),
            (&name, "", false),
            (&irish, "sean obrien", true),
            (&irish, "Sean O\u{2019}Brien", true),
            (&irish, "Sean O Brien", false),
        ] {
            assert_eq!(name.is_meant_by(typed), meant, "{typed}");
        }
    }

    #[test]
    fn age_counts_completed_years() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (born, on, years) in [
            ("2000-02-29", "2001-02-28", 0),
            ("2000-02-29", "2001-03-01", 1),
            ("1984-03-05", "2026-03-04", 41),
            ("1984-03-05", "2026-03-05", 42),
            ("2030-01-01", "2026-01-01", 0),
        ] {
            assert_eq!(age_in_years(day(born), day(on)), years, "{born} {on}");
        }
    }
}
