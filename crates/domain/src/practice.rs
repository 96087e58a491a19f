//! The practice: its name, its people, its waiting rooms.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::id::{PracticeId, TemplateId, UserId, WaitingRoomId};

/// The organisation whose data one store holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practice {
    /// Its id.
    pub id: PracticeId,
    /// Its name, as patients read it.
    pub name: String,
    /// The sample practice asks nobody for a password and says so on every screen.
    pub sample: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a person does in the practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Holds visits.
    Clinician,
    /// Answers bedside requests, takes intake.
    Nurse,
    /// Books visits.
    Scheduler,
    /// Looks after users, rooms, templates and keys.
    Administrator,
}

impl Role {
    /// Whether this role admits patients, writes and signs notes.
    pub fn treats(self) -> bool {
        match self {
            Self::Clinician | Self::Nurse => true,
            Self::Scheduler | Self::Administrator => false,
        }
    }
}

/// A person who signs in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name, as patients and colleagues read it.
    pub name: String,
    /// Their title or speciality, shown behind the name.
    pub title: Option<String>,
    /// What they do.
    pub role: Role,
    /// The Argon2id hash of their password, in PHC string form.
    pub password_hash: String,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A waiting room: where patients of one kind of visit wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRoom {
    /// Its id.
    pub id: WaitingRoomId,
    /// Its name, unique in the practice.
    pub name: String,
    /// The usual length of a visit.
    pub slot_minutes: u32,
    /// The service it belongs to.
    pub service_line: Option<String>,
    /// The note template that a visit in this room starts with.
    pub default_template: Option<TemplateId>,
}

impl WaitingRoom {
    /// After this a wait in this room is long: the usual length of a visit, and never less than twenty minutes.
    pub fn long_wait(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.slot_minutes.max(20)))
    }
}
