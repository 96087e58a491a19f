//! The first minute: choosing a practice, signing in, and trouble with the store.

use domain::Phi;
use domain::id::{PracticeId, UserId, WaitingRoomId};
use domain::practice::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the console stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartView {
    /// What to show.
    pub stage: StartStage,
    /// The program's version.
    pub version: String,
    /// The zone of this computer, as an IANA name where the system tells one.
    pub zone: String,
}

/// What the console shows first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum StartStage {
    /// A fresh computer: explore the sample practice, or start a practice.
    Choose,
    /// Somebody must sign in.
    SignIn {
        /// The practice.
        practice: PracticeView,
        /// Who can.
        users: Vec<UserView>,
    },
    /// Signed in.
    Ready {
        /// The practice.
        practice: PracticeView,
        /// Who.
        user: UserView,
    },
    /// The store cannot be opened. Nothing was changed in it.
    Trouble {
        /// What is wrong.
        trouble: StoreTrouble,
        /// In plain words: what happened, what was kept, what to do.
        message: String,
        /// The folder that holds it.
        folder: String,
    },
}

/// Why a store cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StoreTrouble {
    /// The key does not fit, or the file is not a store.
    WrongKeyOrForeign,
    /// The key file is missing although a store is there.
    KeyMissing,
    /// Written by a newer Rounds.
    Newer,
    /// Pages of it are damaged.
    Damaged,
    /// Another Rounds has it open.
    InUse,
    /// The disk is full or cannot be written.
    Disk,
    /// The address for patients cannot be listened on.
    Doorway,
}

/// The practice, as a screen names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PracticeView {
    /// Its id.
    pub id: PracticeId,
    /// Its name.
    pub name: String,
    /// Whether it is the sample practice: no passwords, synthetic patients.
    pub sample: bool,
}

/// A user, as a screen names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Title or speciality.
    pub title: Option<String>,
    /// What they do.
    pub role: Role,
    /// Whether they take patients in, and read and write what is part of care.
    pub treats: bool,
}

/// Starts a practice of one's own on this computer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CreatePracticeRequest {
    /// Its name, as patients will read it.
    pub practice_name: String,
    /// The name of the first user, who is a clinician.
    pub your_name: String,
    /// Their title.
    pub title: Option<String>,
    /// Their password, at least 10 characters.
    pub password: Phi<String>,
    /// Name of the first waiting room.
    pub room_name: String,
}

/// Signs in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SignInRequest {
    /// Who.
    pub user: UserId,
    /// Their password. Not looked at in the sample practice.
    pub password: Option<Phi<String>>,
}

/// A waiting room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomView {
    /// Its id.
    pub id: WaitingRoomId,
    /// Its name.
    pub name: String,
    /// Usual length of a visit.
    pub slot_minutes: u32,
    /// Its service.
    pub service_line: Option<String>,
}
