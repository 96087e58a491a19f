//! Patients and charts.

use domain::id::PatientId;
use domain::patient::{Chart, HumanName, PatientStatus, Sex};
use domain::{Phi, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::encounter::EarlierVisit;
use super::queue::PatientBrief;

/// Searches patients.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PatientSearchRequest {
    /// Beginnings of names, a record number, a birth date or a telephone number, in any order. Empty: the newest.
    pub text: Phi<String>,
    /// The most rows wanted, at most 100.
    pub limit: u32,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatientSearchView {
    /// The patients, best first.
    pub patients: Vec<PatientBrief>,
    /// Whether there are more.
    pub more: bool,
    /// How many patients the practice has.
    pub total: u32,
}

/// Names a patient.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PatientRequest {
    /// Who.
    pub patient: PatientId,
}

/// A patient's chart. Reading it is written into the journal first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatientView {
    /// For a change of the details: the version that this view shows.
    #[ts(type = "number")]
    pub version: i64,
    /// Who.
    pub brief: PatientBrief,
    /// Their name, in its parts.
    pub name: HumanName,
    /// Telephone number.
    pub phone: Option<Phi<String>>,
    /// E-mail address.
    pub email: Option<Phi<String>>,
    /// Postal address.
    pub address: Option<Phi<String>>,
    /// Whether the record is in use.
    pub status: PatientStatus,
    /// When the record was made here.
    pub created_at: Timestamp,
    /// The chart.
    pub chart: Chart,
    /// Visits here, newest first, those to come too.
    pub visits: Vec<EarlierVisit>,
}

/// What a person writes down of a patient: for a new record, or over the details of one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PatientDetails {
    /// Their name.
    pub name: HumanName,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: Phi<chrono::NaiveDate>,
    /// Administrative sex.
    pub sex: Sex,
    /// Record number; where it is empty a new record is given one, and an old one keeps its own.
    pub mrn: Option<Phi<String>>,
    /// Telephone number.
    pub phone: Option<Phi<String>>,
    /// E-mail address.
    pub email: Option<Phi<String>>,
    /// BCP 47 tag.
    pub language: String,
    /// Whether an interpreter is wanted.
    pub interpreter: bool,
}

/// Writes new details over those of a patient.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UpdatePatientRequest {
    /// Who.
    pub patient: PatientId,
    /// The version that the person saw.
    #[ts(type = "number")]
    pub version: i64,
    /// The details as they shall be.
    pub details: PatientDetails,
}
