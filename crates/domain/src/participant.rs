//! A participant: a person or device that takes part in an encounter.
//!
//! ```text
//!            Bind + Identify            Leave
//!  Invited ────────────────> Joined <─────────> Left
//!     │  │                     │     Join          │
//!     │  └── Decline ──> Declined                  │
//!     └───────── Remove ──> Removed <── Remove ────┘
//! ```
//!
//! The join link belongs to the first device that opens it. Name and birth date open the door; after
//! [`TRIES`] wrong answers it stays shut for [`BLOCK_MINUTES`].

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{EncounterId, ParticipantId, UserId};
use crate::{Phi, Timestamp};

/// Wrong answers to the identity question before the link is blocked.
pub const TRIES: u32 = 5;

/// How long a link is blocked after too many wrong answers.
pub const BLOCK_MINUTES: i64 = 15;

/// A person or device that takes part in an encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Their id.
    pub id: ParticipantId,
    /// The visit.
    pub encounter: EncounterId,
    /// What they are.
    pub role: ParticipantRole,
    /// The name that others see.
    pub name: Phi<String>,
    /// The user behind it, for staff.
    pub user: Option<UserId>,
    /// When the join link stops working.
    pub expires_at: Timestamp,
    /// SHA-256 of the device that opened the link first, as hexadecimal.
    pub device: Option<String>,
    /// When they gave a matching name and birth date.
    pub identified_at: Option<Timestamp>,
    /// Wrong answers since the last right one or the last block.
    pub failures: u32,
    /// Until when answers are not looked at.
    pub blocked_until: Option<Timestamp>,
    /// Where they stand.
    pub state: ParticipantState,
}

/// What a participant is in an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantRole {
    /// The person who is cared for.
    Patient,
    /// The clinician who holds the visit, or another one.
    Clinician,
    /// A nurse.
    Nurse,
    /// An interpreter.
    Interpreter,
    /// A relative or a friend of the patient.
    Relative,
    /// A bedside device.
    Device,
}

/// Where a participant stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ParticipantState {
    /// Has a link.
    Invited,
    /// Is or was on the page, and may be in the call.
    Joined {
        /// Since when.
        at: Timestamp,
    },
    /// Went away; may come back.
    Left {
        /// When.
        at: Timestamp,
    },
    /// Does not want to take part.
    Declined {
        /// When.
        at: Timestamp,
    },
    /// Was shown the door.
    Removed {
        /// When.
        at: Timestamp,
        /// By whom.
        by: UserId,
    },
}

/// What can be done with a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParticipantCommand {
    /// A device says hello with the link.
    Bind {
        /// SHA-256 of the device's own number, as hexadecimal.
        device: String,
    },
    /// An answer to the identity question was compared with the record.
    Identify {
        /// Whether it matched.
        matches: bool,
    },
    /// Takes part.
    Join,
    /// Goes away.
    Leave,
    /// Does not want to take part.
    Decline,
    /// Is shown the door.
    Remove {
        /// By whom.
        by: UserId,
    },
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParticipantRefusal {
    /// The link's time is over.
    #[error("This link has expired.")]
    Expired,
    /// Another device has it.
    #[error("This link is in use on another device.")]
    OtherDevice,
    /// Too many wrong answers.
    #[error("Too many tries. Please wait before the next one.")]
    Blocked {
        /// Until when.
        until: Timestamp,
    },
    /// Name and birth date were never given.
    #[error("Name and date of birth come first.")]
    NotIdentified,
    /// Declined or removed.
    #[error("This participant no longer takes part.")]
    Gone,
}

impl ParticipantRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Expired => "participant.expired",
            Self::OtherDevice => "participant.other_device",
            Self::Blocked { .. } => "participant.blocked",
            Self::NotIdentified => "participant.not_identified",
            Self::Gone => "participant.gone",
        }
    }
}

impl Participant {
    /// Somebody who has just been given a link.
    pub fn invited(
        encounter: EncounterId,
        role: ParticipantRole,
        name: Phi<String>,
        user: Option<UserId>,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            id: ParticipantId::new(),
            encounter,
            role,
            name,
            user,
            expires_at,
            device: None,
            identified_at: None,
            failures: 0,
            blocked_until: None,
            state: ParticipantState::Invited,
        }
    }

    /// The participant after the command, or `None` where nothing changes.
    pub fn decide(&self, command: &ParticipantCommand, at: Timestamp) -> Result<Option<Self>, ParticipantRefusal> {
        use ParticipantCommand as C;
        use ParticipantRefusal as R;
        use ParticipantState as S;
        let mut next = self.clone();
        match command {
            C::Remove { by } => match self.state {
                S::Removed { .. } => {}
                S::Invited | S::Joined { .. } | S::Left { .. } | S::Declined { .. } => {
                    next.state = S::Removed { at, by: *by }
                }
            },
            C::Leave => match self.state {
                S::Joined { .. } => next.state = S::Left { at },
                S::Invited | S::Left { .. } | S::Declined { .. } | S::Removed { .. } => {}
            },
            C::Bind { .. } | C::Identify { .. } | C::Join | C::Decline => {
                self.takes_part(at)?;
                match command {
                    C::Bind { device } => match &self.device {
                        Some(bound) if bound != device => return Err(R::OtherDevice),
                        Some(_) | None => next.device = Some(device.clone()),
                    },
                    C::Identify { matches } => next.answer(*matches, at)?,
                    C::Join if self.asks_identity() && self.identified_at.is_none() => return Err(R::NotIdentified),
                    C::Join => {
                        if !matches!(self.state, S::Joined { .. }) {
                            next.state = S::Joined { at };
                        }
                    }
                    C::Decline => next.state = S::Declined { at },
                    C::Leave | C::Remove { .. } => {}
                }
            }
        }
        Ok((next != *self).then_some(next))
    }

    /// Whether this participant must give name and birth date. Staff are known by their sign-in, and an
    /// invited guest by the link alone: nothing of the patient is shown to either on the page.
    pub fn asks_identity(&self) -> bool {
        match self.role {
            ParticipantRole::Patient => true,
            ParticipantRole::Clinician
            | ParticipantRole::Nurse
            | ParticipantRole::Interpreter
            | ParticipantRole::Relative
            | ParticipantRole::Device => false,
        }
    }

    fn takes_part(&self, at: Timestamp) -> Result<(), ParticipantRefusal> {
        match self.state {
            ParticipantState::Declined { .. } | ParticipantState::Removed { .. } => Err(ParticipantRefusal::Gone),
            ParticipantState::Invited | ParticipantState::Joined { .. } | ParticipantState::Left { .. } => {
                if at >= self.expires_at { Err(ParticipantRefusal::Expired) } else { Ok(()) }
            }
        }
    }

    fn answer(&mut self, matches: bool, at: Timestamp) -> Result<(), ParticipantRefusal> {
        if let Some(until) = self.blocked_until.filter(|until| at < *until) {
            return Err(ParticipantRefusal::Blocked { until });
        }
        self.blocked_until = None;
        if matches {
            self.failures = 0;
            self.identified_at.get_or_insert(at);
        } else {
            self.failures += 1;
            if self.failures >= TRIES {
                self.failures = 0;
                self.blocked_until = Some(at + TimeDelta::minutes(BLOCK_MINUTES));
            }
        }
        Ok(())
    }
}
