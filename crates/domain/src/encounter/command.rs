//! What can be done with a visit, and why not.

use super::{CancelReason, Outcome};
use crate::Phi;
use crate::check::DeviceCheck;
use crate::id::UserId;
use crate::priority::Priority;

/// What can be done with a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum EncounterCommand {
    /// The patient is in the waiting room.
    Arrive,
    /// The patient's device check came out so.
    RecordCheck(DeviceCheck),
    /// The patient agreed to a video visit, or did not.
    RecordConsent {
        /// Whether they agreed.
        given: bool,
    },
    /// The patient wrote something from the waiting room: it stands in the queue and beside the chart.
    LeaveMessage {
        /// Made by the sender.
        id: String,
        /// Their words.
        text: Phi<String>,
    },
    /// Intake is done.
    Triage,
    /// A clinician takes the patient in.
    Admit {
        /// Who.
        clinician: UserId,
    },
    /// The clinician made sure who the patient is.
    ConfirmIdentity {
        /// Who checked.
        by: UserId,
    },
    /// Say how urgent it is.
    SetPriority(Priority),
    /// Back to the waiting room.
    Release,
    /// The talk is over, the note is not.
    WrapUp,
    /// Interrupt the visit.
    Pause,
    /// Go on with an interrupted visit.
    Resume,
    /// End the visit.
    Finish(Outcome),
    /// Call it off.
    Cancel(CancelReason),
    /// It never should have been written.
    EnterInError {
        /// Why.
        reason: Phi<String>,
    },
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncounterRefusal {
    /// The patient is not here.
    #[error("The patient is not here yet.")]
    NotArrived,
    /// Somebody else sees the patient.
    #[error("A colleague has already taken this patient in.")]
    AlreadyAdmitted,
    /// Nobody has admitted the patient.
    #[error("The visit has not begun: admit the patient first.")]
    NotBegun,
    /// The visit has begun, so it can only be finished.
    #[error("The visit has begun. Finish it instead of cancelling it.")]
    Begun,
    /// The visit is over.
    #[error("The visit is over.")]
    Over,
    /// Left without being seen is said of a patient whom nobody saw, the other outcomes of one who was seen.
    #[error("This outcome does not fit: {why}")]
    Outcome {
        /// Why.
        why: &'static str,
    },
    /// A reason is needed.
    #[error("A reason is needed.")]
    NoReason,
    /// More messages than anybody reads.
    #[error("There are too many messages already.")]
    TooManyMessages,
}

impl EncounterRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotArrived => "encounter.not_arrived",
            Self::AlreadyAdmitted => "encounter.already_admitted",
            Self::NotBegun => "encounter.not_begun",
            Self::Begun => "encounter.begun",
            Self::Over => "encounter.over",
            Self::Outcome { .. } => "encounter.outcome",
            Self::NoReason => "encounter.no_reason",
            Self::TooManyMessages => "encounter.too_many_messages",
        }
    }
}
