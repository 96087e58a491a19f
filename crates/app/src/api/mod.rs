//! What a screen asks and is told: plain data, one module per kind of screen.
//!
//! A read ends in `View`, an input in `Request`. The TypeScript of all of it is generated (`cargo xtask codegen`),
//! so the two sides cannot drift.

pub mod commands;
pub mod device;
pub mod encounter;
pub mod error;
pub mod note;
pub mod patient;
pub mod queue;
pub mod start;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nothing to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// What has changed, told after each commit. Whoever shows something of these topics reads it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Changed {
    /// The journal's newest row.
    #[ts(type = "number")]
    pub seq: i64,
    /// The kinds of things that changed.
    pub topics: Vec<Topic>,
    /// The ids of what changed.
    pub ids: Vec<String>,
}

/// A kind of thing that can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The practice, its rooms, users and templates.
    Practice,
    /// Patients and charts.
    Patient,
    /// Appointments.
    Appointment,
    /// Encounters, and with them the queue.
    Encounter,
    /// Who is there: heartbeats of participants.
    Presence,
    /// Participants.
    Participant,
    /// Records of calls.
    Call,
    /// Notes.
    Note,
    /// Snapshots.
    Snapshot,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 9] = [
        Self::Practice,
        Self::Patient,
        Self::Appointment,
        Self::Encounter,
        Self::Presence,
        Self::Participant,
        Self::Call,
        Self::Note,
        Self::Snapshot,
    ];
}

/// The core's clock, told every second: screens show ages from it, since web views throttle their own timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tick {
    /// Now.
    pub now: domain::Timestamp,
}
