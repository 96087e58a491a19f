//! The queue board.

use domain::check::DeviceCheck;
use domain::encounter::{EncounterState, IntakeAnswer, WaitingMessage};
use domain::id::{EncounterId, PatientId, WaitingRoomId};
use domain::patient::Sex;
use domain::priority::Priority;
use domain::{Phi, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::start::{RoomView, UserView};

/// Asks for the queue.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct QueueRequest {
    /// One waiting room only.
    pub room: Option<WaitingRoomId>,
}

/// The queue of today: all who are expected, wait, are seen or were seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct QueueView {
    /// When it was read.
    pub as_of: Timestamp,
    /// Whose turn it is, for a user who admits patients.
    pub next: Option<EncounterId>,
    /// The rows by group: of the two groups of those who wait, the one with the next patient stands first. Those who wait
    /// stand as their turn comes, what is over with the newest first.
    pub rows: Vec<QueueRow>,
    /// How many wait (groups waiting and ready).
    pub waiting: u32,
    /// Since when the one who waits longest is waiting.
    pub longest_since: Option<Timestamp>,
    /// Median of the waits that ended today in an admission, in minutes.
    pub median_wait_minutes: Option<u32>,
    /// The waiting rooms.
    pub rooms: Vec<RoomView>,
}

/// One visit in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct QueueRow {
    /// The visit.
    pub encounter: EncounterId,
    /// For the commands: the version this row shows.
    #[ts(type = "number")]
    pub version: i64,
    /// Whose.
    pub patient: PatientBrief,
    /// Why they come.
    pub reason: Phi<String>,
    /// Where they wait.
    pub room: RoomView,
    /// How urgent it is.
    pub priority: Priority,
    /// Where the visit stands.
    pub state: EncounterState,
    /// Under which heading it stands.
    pub group: QueueGroup,
    /// When it was planned to begin.
    pub planned_for: Timestamp,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// When the wait becomes a long one; none for those who do not wait.
    pub long_wait_at: Option<Timestamp>,
    /// When somebody who is expected will be late; none once they have come.
    pub late_at: Option<Timestamp>,
    /// The patient's device check.
    pub check: Option<DeviceCheck>,
    /// Whether the patient's page is connected now.
    pub presence: Presence,
    /// Somebody who is expected has opened their link: they are on the way in.
    pub checking_in: bool,
    /// Who sees or will see them.
    pub assigned: Option<UserView>,
    /// What this user would do next.
    pub next: NextAction,
    /// Whether this user may say that intake is done (`encounter.triage`).
    pub may_triage: bool,
    /// What was asked before the visit.
    pub intake: Vec<IntakeAnswer>,
    /// What they wrote from the waiting room, oldest first.
    pub messages: Vec<WaitingMessage>,
    /// The first lines of the patient's last signed note here.
    pub last_note: Option<LastNote>,
}

/// A signed note in two lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastNote {
    /// The template's name.
    pub name: String,
    /// When it was signed.
    pub at: Timestamp,
    /// Who signed.
    pub signer: String,
    /// The first lines of its answers.
    pub text: Phi<String>,
}

/// What identifies a patient on a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PatientBrief {
    /// Their id.
    pub id: PatientId,
    /// "Moss, Ada Maria".
    pub name: Phi<String>,
    /// Date of birth.
    pub birth_date: Phi<chrono::NaiveDate>,
    /// Completed years today.
    pub age: u32,
    /// Administrative sex.
    pub sex: Sex,
    /// Record number.
    pub mrn: Phi<String>,
    /// Language they wish to speak, as a BCP 47 tag.
    pub language: String,
    /// Whether they asked for an interpreter.
    pub interpreter: bool,
}

/// The headings of the queue board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QueueGroup {
    /// Here, ready to be seen.
    Ready,
    /// Here, intake is not done.
    Waiting,
    /// Being seen.
    InCall,
    /// The talk is over or interrupted, the visit is not finished.
    WrapUp,
    /// Expected later today, or late.
    Expected,
    /// Over, today.
    Done,
}

/// Whether a patient's page is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected now.
    Online,
    /// Was connected; its beats are missing.
    Away,
    /// Was never connected.
    Never,
}

/// What a user would do next with a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Take the patient in.
    Admit,
    /// Open it: it is this user's visit in progress.
    Continue,
    /// Look at it.
    Open,
}
