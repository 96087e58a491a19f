//! The appointment: a time that was agreed.
//!
//! ```text
//!            Arrive            Fulfil
//!   Booked ──────────> Arrived ──────> Fulfilled
//!     │ │                │
//!     │ └─ Move ─> Booked│
//!     ├── MissIt ─> NoShow ── Arrive (late, same day) ─> Arrived
//!     └── Cancel ──> Cancelled <── Cancel ┘
//! ```

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;
use crate::actor::Actor;
use crate::id::{AppointmentId, PatientId, UserId, WaitingRoomId};

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// For whom.
    pub patient: PatientId,
    /// Where the patient will wait.
    pub room: WaitingRoomId,
    /// With whom, where that is agreed.
    pub clinician: Option<UserId>,
    /// When.
    pub starts_at: Timestamp,
    /// For how long.
    pub minutes: u32,
    /// Where it stands.
    pub state: AppointmentState,
}

/// Where an appointment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum AppointmentState {
    /// Agreed.
    Booked,
    /// The patient is here.
    Arrived {
        /// Since when.
        at: Timestamp,
    },
    /// The visit took place.
    Fulfilled {
        /// When it was finished.
        at: Timestamp,
    },
    /// Called off.
    Cancelled {
        /// When.
        at: Timestamp,
        /// By whom.
        #[ts(type = "string")]
        by: Actor,
        /// Why.
        reason: String,
    },
    /// The patient did not come.
    NoShow {
        /// When that was noted.
        at: Timestamp,
    },
}

/// What can be done with an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppointmentCommand {
    /// The patient is here.
    Arrive,
    /// The visit took place.
    Fulfil,
    /// Agree on another time.
    Move {
        /// The new time.
        starts_at: Timestamp,
        /// The new length.
        minutes: u32,
    },
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Note that the patient did not come.
    MissIt,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppointmentRefusal {
    /// It is in a state where this cannot be done.
    #[error("The appointment is {is}, so this cannot be done with it.")]
    NotNow {
        /// The state, in a word.
        is: &'static str,
    },
    /// A length of zero or more than a day.
    #[error("An appointment lasts between one minute and a day.")]
    Length,
    /// The patient cannot be missing from what has not begun.
    #[error("The appointment has not begun yet.")]
    TooEarly,
}

impl AppointmentRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "appointment.not_now",
            Self::Length => "appointment.length",
            Self::TooEarly => "appointment.too_early",
        }
    }
}

impl AppointmentState {
    fn word(&self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Arrived { .. } => "under way",
            Self::Fulfilled { .. } => "over",
            Self::Cancelled { .. } => "cancelled",
            Self::NoShow { .. } => "missed",
        }
    }
}

impl Appointment {
    /// The appointment after the command, or `None` where nothing changes.
    pub fn decide(
        &self,
        command: &AppointmentCommand,
        by: Actor,
        at: Timestamp,
    ) -> Result<Option<Self>, AppointmentRefusal> {
        use AppointmentCommand as C;
        use AppointmentState as S;
        let not_now = || AppointmentRefusal::NotNow { is: self.state.word() };
        let mut next = self.clone();
        next.state = match (&self.state, command) {
            (S::Booked | S::NoShow { .. }, C::Arrive) => S::Arrived { at },
            (S::Arrived { .. }, C::Arrive) => return Ok(None),
            (S::Arrived { .. }, C::Fulfil) => S::Fulfilled { at },
            (S::Fulfilled { .. }, C::Fulfil) => return Ok(None),
            (S::Booked, C::Move { starts_at, minutes }) => {
                if !(1..=24 * 60).contains(minutes) {
                    return Err(AppointmentRefusal::Length);
                }
                (next.starts_at, next.minutes) = (*starts_at, *minutes);
                S::Booked
            }
            (S::Booked | S::Arrived { .. }, C::Cancel { reason }) => S::Cancelled { at, by, reason: reason.clone() },
            (S::Cancelled { .. }, C::Cancel { .. }) => return Ok(None),
            (S::Booked, C::MissIt) if at < self.starts_at => return Err(AppointmentRefusal::TooEarly),
            (S::Booked, C::MissIt) => S::NoShow { at },
            (S::NoShow { .. }, C::MissIt) => return Ok(None),
            (S::Booked, C::Fulfil)
            | (S::Arrived { .. }, C::Move { .. } | C::MissIt)
            | (S::Fulfilled { .. } | S::Cancelled { .. }, C::Arrive | C::Move { .. } | C::MissIt)
            | (S::Fulfilled { .. }, C::Cancel { .. })
            | (S::Cancelled { .. }, C::Fulfil)
            | (S::NoShow { .. }, C::Fulfil | C::Move { .. } | C::Cancel { .. }) => return Err(not_now()),
        };
        Ok((next != *self).then_some(next))
    }
}
