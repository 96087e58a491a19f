//! The encounter: one visit, from being planned to being finished.
//!
//! ```text
//!            Arrive            Triage
//!  Planned ─────────> Arrived ────────> Triaged
//!     │                 │                │  ^
//!     │                 └──── Admit ─────┤  │ Release, also from OnLeave
//!     │                                  v  │
//!     │                               InProgress ── WrapUp ─> InProgress(discharge)
//!     │                                │  ^  │
//!     │                          Pause │  │  │ Finish, also from OnLeave
//!     │                                v  │  │
//!     │                               OnLeave│ Resume, Admit by the same clinician
//!     │                                      v
//!     │                                   Finished <─ Finish(left without being seen, no answer)
//!     │                                               from Arrived and Triaged
//!     └── Cancel, also from Arrived and Triaged ─> Cancelled
//!
//!  every state ── EnterInError ──> EnteredInError
//! ```
//!
//! Who was sent back was seen: from then on their Triaged visit is finished like one in progress, and not cancelled.
//!
//! Hanging up a call is not in this picture: it never changes the visit.

mod command;
mod decide;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::actor::Actor;
use crate::check::DeviceCheck;
use crate::id::{AppointmentId, EncounterId, PatientId, UserId, WaitingRoomId};
use crate::priority::Priority;
use crate::{Phi, Timestamp};

pub use command::{EncounterCommand, EncounterRefusal};

/// How long after the planned time a patient who has not come is late.
const LATE_AFTER: TimeDelta = TimeDelta::minutes(5);

/// One visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encounter {
    /// Its id.
    pub id: EncounterId,
    /// Who is seen.
    pub patient: PatientId,
    /// Where the patient waits.
    pub room: WaitingRoomId,
    /// The appointment it grew from.
    pub appointment: Option<AppointmentId>,
    /// When it was planned to begin.
    pub planned_for: Timestamp,
    /// Why the patient comes, in their words or the scheduler's.
    pub reason: Phi<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Where it stands.
    pub state: EncounterState,
    /// What the patient's own computer can do, as last checked.
    pub check: Option<PatientCheck>,
    /// Agreement to a video visit.
    pub consent: Option<Consent>,
    /// Who made sure that this is the patient.
    pub identity: Option<IdentityCheck>,
    /// What was asked before the visit.
    pub intake: Vec<IntakeAnswer>,
    /// What the patient wrote from the waiting room while nobody of the practice was there to read it, oldest first.
    /// Records from before there were any have none.
    #[serde(default)]
    pub messages: Vec<WaitingMessage>,
}

/// Where a visit stands. Times of earlier states stay with the later ones: what was reached is not forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum EncounterState {
    /// Expected.
    Planned,
    /// The patient waits.
    Arrived {
        /// Since when.
        arrived_at: Timestamp,
    },
    /// The patient waits and intake is done: ready to be seen.
    Triaged {
        /// Since when the patient is here.
        arrived_at: Timestamp,
        /// Since when they are ready.
        triaged_at: Timestamp,
        /// When a clinician admitted them, where they were sent back to the waiting room since.
        #[serde(default)]
        started_at: Option<Timestamp>,
    },
    /// Being seen.
    InProgress {
        /// Since when the patient is here.
        arrived_at: Timestamp,
        /// When a clinician admitted them; the last time, where they were sent back in between.
        started_at: Timestamp,
        /// Who sees them now.
        clinician: UserId,
        /// How far it is.
        stage: Stage,
    },
    /// Interrupted: the patient or the clinician will come back.
    OnLeave {
        /// Since when the patient is here.
        arrived_at: Timestamp,
        /// When a clinician admitted them; the last time, where they were sent back in between.
        started_at: Timestamp,
        /// Who sees them.
        clinician: UserId,
        /// Since when it rests.
        since: Timestamp,
    },
    /// Over.
    Finished {
        /// When the patient came.
        arrived_at: Timestamp,
        /// When a clinician admitted them; `None` where nobody did.
        started_at: Option<Timestamp>,
        /// When it was finished.
        finished_at: Timestamp,
        /// By whom.
        #[ts(type = "string")]
        by: Actor,
        /// How it came out.
        outcome: Outcome,
    },
    /// Called off before anybody was seen.
    Cancelled {
        /// When.
        at: Timestamp,
        /// By whom.
        #[ts(type = "string")]
        by: Actor,
        /// Why.
        reason: CancelReason,
    },
    /// Never should have been written.
    EnteredInError {
        /// When that was noted.
        at: Timestamp,
        /// By whom.
        #[ts(type = "string")]
        by: Actor,
        /// Why.
        reason: Phi<String>,
    },
}

/// How far a visit in progress is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The clinician sees the patient.
    Exam,
    /// The talk is over; note and orders are being completed.
    Discharge,
}

/// How a visit came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should.
    Completed,
    /// It had to be broken off.
    Incomplete,
    /// The patient left without being seen.
    LeftWithoutBeingSeen,
    /// The patient did not answer.
    NoAnswer,
}

/// Why a visit was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The patient asked for it.
    ByPatient,
    /// The practice asked for it.
    ByPractice,
    /// The patient did not come.
    NoShow,
    /// The patient did not agree to a video visit.
    NoConsent,
}

/// The patient's last device check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatientCheck {
    /// What it found.
    pub result: DeviceCheck,
    /// When.
    pub at: Timestamp,
}

/// Agreement to a video visit, or a refusal of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Consent {
    /// Whether the patient agreed.
    pub given: bool,
    /// When.
    pub at: Timestamp,
}

/// The clinician's identity check with two identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IdentityCheck {
    /// Who checked.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A question that was asked before the visit, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IntakeAnswer {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: Phi<String>,
}

/// Something that a patient wrote from the waiting room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingMessage {
    /// Made by the page that sent it: a message that is sent again after a lost answer is kept once.
    #[serde(default)]
    pub id: String,
    /// The patient's words.
    pub text: Phi<String>,
    /// When.
    pub at: Timestamp,
}

/// Whose turn it is among those who wait: the smallest is next. The most urgent goes first; among those, who is ready
/// before who is not; among those, who came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    priority: Priority,
    intake_open: bool,
    arrived_at: Timestamp,
    encounter: EncounterId,
}

impl Encounter {
    /// The turn of a patient who waits; `None` for everybody else.
    pub fn turn(&self) -> Option<Turn> {
        let (intake_open, arrived_at) = match self.state {
            EncounterState::Arrived { arrived_at } => (true, arrived_at),
            EncounterState::Triaged { arrived_at, .. } => (false, arrived_at),
            EncounterState::Planned
            | EncounterState::InProgress { .. }
            | EncounterState::OnLeave { .. }
            | EncounterState::Finished { .. }
            | EncounterState::Cancelled { .. }
            | EncounterState::EnteredInError { .. } => return None,
        };
        Some(Turn { priority: self.priority, intake_open, arrived_at, encounter: self.id })
    }

    /// When a patient who is expected will be late: a few minutes after the planned time, since nobody comes to the second.
    pub fn late_at(&self) -> Option<Timestamp> {
        matches!(self.state, EncounterState::Planned).then(|| self.planned_for + LATE_AFTER)
    }
}

impl EncounterState {
    /// Whether nothing more happens to the visit.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Finished { .. } | Self::Cancelled { .. } | Self::EnteredInError { .. } => true,
            Self::Planned
            | Self::Arrived { .. }
            | Self::Triaged { .. }
            | Self::InProgress { .. }
            | Self::OnLeave { .. } => false,
        }
    }

    /// When the patient came, where they did.
    pub fn arrived_at(&self) -> Option<Timestamp> {
        match self {
            Self::Arrived { arrived_at }
            | Self::Triaged { arrived_at, .. }
            | Self::InProgress { arrived_at, .. }
            | Self::OnLeave { arrived_at, .. }
            | Self::Finished { arrived_at, .. } => Some(*arrived_at),
            Self::Planned | Self::Cancelled { .. } | Self::EnteredInError { .. } => None,
        }
    }

    /// When a clinician admitted the patient, where one did; the last time, where they were sent back in between.
    pub fn started_at(&self) -> Option<Timestamp> {
        match self {
            Self::InProgress { started_at, .. } | Self::OnLeave { started_at, .. } => Some(*started_at),
            Self::Triaged { started_at, .. } | Self::Finished { started_at, .. } => *started_at,
            Self::Planned | Self::Arrived { .. } | Self::Cancelled { .. } | Self::EnteredInError { .. } => None,
        }
    }

    /// The newest time that the state holds.
    fn newest(&self) -> Option<Timestamp> {
        match self {
            Self::Planned => None,
            Self::Arrived { arrived_at } => Some(*arrived_at),
            Self::Triaged { arrived_at, triaged_at, .. } => Some(*arrived_at.max(triaged_at)),
            Self::InProgress { arrived_at, started_at, .. } => Some(*arrived_at.max(started_at)),
            Self::OnLeave { since, .. } => Some(*since),
            Self::Finished { finished_at, .. } => Some(*finished_at),
            Self::Cancelled { at, .. } | Self::EnteredInError { at, .. } => Some(*at),
        }
    }

    /// Who sees the patient now.
    pub fn clinician(&self) -> Option<UserId> {
        match self {
            Self::InProgress { clinician, .. } | Self::OnLeave { clinician, .. } => Some(*clinician),
            Self::Planned
            | Self::Arrived { .. }
            | Self::Triaged { .. }
            | Self::Finished { .. }
            | Self::Cancelled { .. }
            | Self::EnteredInError { .. } => None,
        }
    }
}
