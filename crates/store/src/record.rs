//! Records: the domain's aggregates, each in its table as JSON beside the columns that something searches by.

use std::fmt;

use domain::appointment::Appointment;
use domain::call::{Call, CallState};
use domain::encounter::{Encounter, EncounterState};
use domain::id::{
    AppointmentId, CallId, EncounterId, NoteId, ParticipantId, PatientId, PracticeId, SnapshotId, TemplateId, UserId,
    WaitingRoomId,
};
use domain::note::{Note, NoteState};
use domain::participant::Participant;
use domain::patient::{Chart, HumanName, Patient, PatientStatus};
use domain::practice::{Practice, User, WaitingRoom};
use domain::snapshot::Snapshot;
use domain::template::Template;
use rusqlite::types::Value;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::search::fold;

/// The kinds of records. A kind's word is its table's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The practice.
    Practice,
    /// Users.
    User,
    /// Waiting rooms.
    Room,
    /// Note templates.
    Template,
    /// Settings of this computer.
    Setting,
    /// Patients.
    Patient,
    /// Charts.
    Chart,
    /// Appointments.
    Appointment,
    /// Encounters.
    Encounter,
    /// Participants.
    Participant,
    /// Calls.
    Call,
    /// Notes.
    Note,
    /// Snapshots.
    Snapshot,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Practice,
        Self::User,
        Self::Room,
        Self::Template,
        Self::Setting,
        Self::Patient,
        Self::Chart,
        Self::Appointment,
        Self::Encounter,
        Self::Participant,
        Self::Call,
        Self::Note,
        Self::Snapshot,
    ];

    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::User => "user",
            Self::Room => "room",
            Self::Template => "template",
            Self::Setting => "setting",
            Self::Patient => "patient",
            Self::Chart => "chart",
            Self::Appointment => "appointment",
            Self::Encounter => "encounter",
            Self::Participant => "participant",
            Self::Call => "call",
            Self::Note => "note",
            Self::Snapshot => "snapshot",
        }
    }
}

/// A record with the version that optimistic concurrency compares. Versions count from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<R> {
    /// How often it was written.
    pub version: i64,
    /// The record.
    pub record: R,
}

/// An aggregate that has a table.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + 'static {
    /// Its kind.
    const KIND: Kind;
    /// What a refusal calls it: "This visit does not exist."
    const NOUN: &'static str;
    /// Its id.
    type Id: fmt::Display + Clone + Send + 'static;

    /// Its id.
    fn id(&self) -> Self::Id;

    /// The columns beside id, version and body.
    fn columns(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The words by which it is found, where it can be searched for.
    fn words(&self) -> Option<String> {
        None
    }
}

fn millis(at: domain::Timestamp) -> Value {
    Value::Integer(at.timestamp_millis())
}

fn text(value: impl fmt::Display) -> Value {
    Value::Text(value.to_string())
}

fn flag(on: bool) -> Value {
    Value::Integer(i64::from(on))
}

impl Record for Practice {
    const KIND: Kind = Kind::Practice;
    const NOUN: &'static str = "practice";
    type Id = PracticeId;

    fn id(&self) -> PracticeId {
        self.id
    }
}

impl Record for User {
    const KIND: Kind = Kind::User;
    const NOUN: &'static str = "user";
    type Id = UserId;

    fn id(&self) -> UserId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("name", text(&self.name))]
    }
}

impl Record for WaitingRoom {
    const KIND: Kind = Kind::Room;
    const NOUN: &'static str = "waiting room";
    type Id = WaitingRoomId;

    fn id(&self) -> WaitingRoomId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("name", text(&self.name))]
    }
}

impl Record for Template {
    const KIND: Kind = Kind::Template;
    const NOUN: &'static str = "template";
    type Id = TemplateId;

    fn id(&self) -> TemplateId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("name", text(&self.name))]
    }
}

/// A setting of this computer: chosen devices, the last device check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
}

impl Record for Setting {
    const KIND: Kind = Kind::Setting;
    const NOUN: &'static str = "setting";
    type Id = String;

    fn id(&self) -> String {
        self.name.clone()
    }
}

/// The name by which lists are sorted: folded, and without the gaps that signs leave.
fn sort_name(name: &HumanName) -> String {
    fold(name.sorted().expose()).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Record for Patient {
    const KIND: Kind = Kind::Patient;
    const NOUN: &'static str = "patient";
    type Id = PatientId;

    fn id(&self) -> PatientId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let active = match self.status {
            PatientStatus::Active => true,
            PatientStatus::Deactivated | PatientStatus::Deceased { .. } => false,
        };
        vec![
            ("mrn", text(self.mrn.expose())),
            ("active", flag(active)),
            ("sort_name", Value::Text(sort_name(&self.name))),
            ("created_at", millis(self.created_at)),
        ]
    }

    fn words(&self) -> Option<String> {
        let born = self.birth_date.expose();
        let digits: String = self.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect();
        let words = [
            self.name.full().into_exposed(),
            self.mrn.expose().clone(),
            born.format("%Y%m%d %d%m%Y %m%d%Y").to_string(),
            digits,
            // Also as it is written, so that "555-0142" finds the number that stands so on the screen.
            self.phone.iter().map(|phone| phone.as_str()).collect(),
        ];
        Some(fold(&words.join(" ")))
    }
}

/// A chart with the patient it belongs to, which is its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientChart {
    /// Whose.
    pub patient: PatientId,
    /// What it holds.
    pub chart: Chart,
}

impl Record for PatientChart {
    const KIND: Kind = Kind::Chart;
    const NOUN: &'static str = "chart";
    type Id = PatientId;

    fn id(&self) -> PatientId {
        self.patient
    }
}

impl Record for Appointment {
    const KIND: Kind = Kind::Appointment;
    const NOUN: &'static str = "appointment";
    type Id = AppointmentId;

    fn id(&self) -> AppointmentId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("patient_id", text(self.patient)), ("starts_at", millis(self.starts_at))]
    }
}

impl Record for Encounter {
    const KIND: Kind = Kind::Encounter;
    const NOUN: &'static str = "visit";
    type Id = EncounterId;

    fn id(&self) -> EncounterId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (arrived, ended_at) = match &self.state {
            EncounterState::Planned => (false, None),
            EncounterState::Arrived { .. }
            | EncounterState::Triaged { .. }
            | EncounterState::InProgress { .. }
            | EncounterState::OnLeave { .. } => (true, None),
            EncounterState::Finished { finished_at, .. } => (false, Some(*finished_at)),
            EncounterState::Cancelled { at, .. } | EncounterState::EnteredInError { at, .. } => (false, Some(*at)),
        };
        vec![
            ("patient_id", text(self.patient)),
            ("room_id", text(self.room)),
            ("planned_for", millis(self.planned_for)),
            ("arrived", flag(arrived)),
            ("ended_at", ended_at.map_or(Value::Null, millis)),
        ]
    }
}

impl Record for Participant {
    const KIND: Kind = Kind::Participant;
    const NOUN: &'static str = "participant";
    type Id = ParticipantId;

    fn id(&self) -> ParticipantId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("encounter_id", text(self.encounter))]
    }
}

impl Record for Call {
    const KIND: Kind = Kind::Call;
    const NOUN: &'static str = "call";
    type Id = CallId;

    fn id(&self) -> CallId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let open = match self.state {
            CallState::Waiting | CallState::OnCall | CallState::OnHold | CallState::Reconnecting { .. } => true,
            CallState::Ended { .. } => false,
        };
        vec![("encounter_id", text(self.encounter)), ("open", flag(open))]
    }
}

impl Record for Note {
    const KIND: Kind = Kind::Note;
    const NOUN: &'static str = "note";
    type Id = NoteId;

    fn id(&self) -> NoteId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let signed_at = match &self.state {
            NoteState::Draft | NoteState::Discarded { .. } => Value::Null,
            NoteState::Signed { signature } | NoteState::Amended { signature, .. } => millis(signature.at),
        };
        vec![("encounter_id", text(self.encounter)), ("patient_id", text(self.patient)), ("signed_at", signed_at)]
    }
}

impl Record for Snapshot {
    const KIND: Kind = Kind::Snapshot;
    const NOUN: &'static str = "snapshot";
    type Id = SnapshotId;

    fn id(&self) -> SnapshotId {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("encounter_id", text(self.encounter))]
    }
}
