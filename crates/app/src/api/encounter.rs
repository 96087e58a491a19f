//! The encounter workspace.

use domain::call::CallState;
use domain::encounter::{
    CancelReason, Consent, EncounterState, IdentityCheck, IntakeAnswer, Outcome, PatientCheck, WaitingMessage,
};
use domain::id::{CallId, EncounterId, ParticipantId, PatientId, SnapshotId, WaitingRoomId};
use domain::participant::{ParticipantRole, ParticipantState};
use domain::patient::Chart;
use domain::priority::Priority;
use domain::snapshot::SnapshotState;
use domain::{Phi, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::note::NoteBrief;
use super::queue::{PatientBrief, Presence};
use super::start::{RoomView, UserView};

/// Names a visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EncounterRequest {
    /// Which.
    pub encounter: EncounterId,
}

/// Everything the workspace shows of one visit. Reading it is written into the journal first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EncounterView {
    /// The visit.
    pub id: EncounterId,
    /// For the commands: the version this view shows.
    #[ts(type = "number")]
    pub version: i64,
    /// Who is seen.
    pub patient: PatientBrief,
    /// Their chart.
    pub chart: Chart,
    /// Where they wait.
    pub room: RoomView,
    /// Why they come.
    pub reason: Phi<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Where it stands.
    pub state: EncounterState,
    /// When it was planned to begin.
    pub planned_for: Timestamp,
    /// Who sees the patient.
    pub clinician: Option<UserView>,
    /// Whether this user is the clinician of the visit, now or when it was finished.
    pub mine: bool,
    /// What this user may do now. The screen offers these and hides the rest.
    pub allowed: Vec<Allowed>,
    /// The patient's device check.
    pub check: Option<PatientCheck>,
    /// Agreement to a video visit.
    pub consent: Option<Consent>,
    /// Who made sure that this is the patient, with the checker's name.
    pub identity: Option<IdentityCheck>,
    /// What was asked before the visit.
    pub intake: Vec<IntakeAnswer>,
    /// What the patient wrote from the waiting room, oldest first.
    pub messages: Vec<WaitingMessage>,
    /// Everyone who takes part.
    pub participants: Vec<ParticipantView>,
    /// The calls of this visit, oldest first.
    pub calls: Vec<CallBrief>,
    /// The notes of this visit, oldest first.
    pub notes: Vec<NoteBrief>,
    /// The snapshots of this visit, oldest first; deleted ones too, without a picture.
    pub snapshots: Vec<SnapshotView>,
    /// Earlier visits here, newest first.
    pub earlier: Vec<EarlierVisit>,
    /// The template that a note of this visit starts with.
    pub default_template: Option<domain::id::TemplateId>,
}

/// What a user may do with a visit now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    /// `encounter.triage`
    Triage,
    /// `encounter.admit`
    Admit,
    /// `encounter.release`
    Release,
    /// `encounter.wrap_up`
    WrapUp,
    /// `encounter.pause`
    Pause,
    /// `encounter.finish` with the outcomes of a visit in progress.
    Finish,
    /// `encounter.finish` as left without being seen, or no answer.
    CloseUnseen,
    /// `encounter.cancel`
    Cancel,
    /// `encounter.check_identity`
    CheckIdentity,
    /// `encounter.set_priority`
    SetPriority,
    /// `encounter.invite`, `encounter.link`
    Invite,
    /// `call.join`
    JoinCall,
    /// `note.start`
    WriteNote,
    /// Taking a snapshot.
    TakeSnapshot,
}

/// A participant, as the people list shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParticipantView {
    /// Who.
    pub id: ParticipantId,
    /// What they are.
    pub role: ParticipantRole,
    /// Their name.
    pub name: Phi<String>,
    /// Where they stand.
    pub state: ParticipantState,
    /// Whether their page is connected.
    pub presence: Presence,
    /// Whether it is the user who asks.
    pub me: bool,
}

/// A call that is or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallBrief {
    /// Which.
    pub id: CallId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When people first saw or heard each other.
    pub connected_at: Option<Timestamp>,
    /// How often the connection was lost.
    pub drops: u32,
    /// Where it stands.
    pub state: CallState,
}

/// A snapshot, without its picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SnapshotView {
    /// Which.
    pub id: SnapshotId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// By whom.
    pub taken_by: UserView,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Where it stands.
    pub state: SnapshotState,
}

/// An earlier visit here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EarlierVisit {
    /// Which.
    pub id: EncounterId,
    /// When it was planned.
    pub planned_for: Timestamp,
    /// Why.
    pub reason: Phi<String>,
    /// Where it stands.
    pub state: EncounterState,
    /// With whom.
    pub clinician: Option<String>,
    /// Its notes.
    pub notes: Vec<NoteBrief>,
}

/// Makes a visit now or later, with a link for the patient.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CreateEncounterRequest {
    /// Who will be seen.
    pub patient: PatientId,
    /// Where they will wait.
    pub room: WaitingRoomId,
    /// Why.
    pub reason: Phi<String>,
    /// How urgent.
    pub priority: Priority,
    /// When; now, where it is not said.
    pub planned_for: Option<Timestamp>,
}

/// A change of a visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EncounterChangeRequest {
    /// Which.
    pub encounter: EncounterId,
    /// The version that the person saw; without it, the change is made on whatever is there.
    #[ts(type = "number | null")]
    pub version: Option<i64>,
}

/// Finishes a visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FinishRequest {
    /// Which.
    pub encounter: EncounterId,
    /// How it came out.
    pub outcome: Outcome,
}

/// Calls a visit off.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CancelRequest {
    /// Which.
    pub encounter: EncounterId,
    /// Why.
    pub reason: CancelReason,
}

/// Says how urgent a visit is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PriorityRequest {
    /// Which.
    pub encounter: EncounterId,
    /// How urgent.
    pub priority: Priority,
}

/// Asks somebody else into a visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InviteRequest {
    /// Which visit.
    pub encounter: EncounterId,
    /// What they are: interpreter, relative, nurse or clinician.
    pub role: ParticipantRole,
    /// The name that others will see.
    pub name: Phi<String>,
}

/// A join link. Whoever holds it can open it once, so it is shown only on request and never logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinkView {
    /// Whose.
    pub participant: ParticipantId,
    /// The address.
    pub url: Phi<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Makes a new link where the old one is bound to another device.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LinkRequest {
    /// Which visit.
    pub encounter: EncounterId,
    /// True: the old link stops working, and another device can open the new one.
    pub renew: bool,
}

/// A participant to act on.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ParticipantRequest {
    /// Who.
    pub participant: ParticipantId,
}

/// Deletes a snapshot.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeleteSnapshotRequest {
    /// Which.
    pub snapshot: SnapshotId,
    /// Why.
    pub reason: Phi<String>,
}
