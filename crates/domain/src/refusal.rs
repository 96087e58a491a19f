//! A refusal: the domain says no, and says why. It is an expected answer, not a fault.

use crate::appointment::AppointmentRefusal;
use crate::encounter::EncounterRefusal;
use crate::note::NoteRefusal;
use crate::participant::ParticipantRefusal;
use crate::patient::PatientRefusal;
use crate::snapshot::SnapshotRefusal;

/// Any refusal of the domain. Its `Display` is what a person reads; it never holds patient data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Of an appointment.
    #[error(transparent)]
    Appointment(#[from] AppointmentRefusal),
    /// Of an encounter.
    #[error(transparent)]
    Encounter(#[from] EncounterRefusal),
    /// Of a note.
    #[error(transparent)]
    Note(#[from] NoteRefusal),
    /// Of a participant.
    #[error(transparent)]
    Participant(#[from] ParticipantRefusal),
    /// Of a patient.
    #[error(transparent)]
    Patient(#[from] PatientRefusal),
    /// Of a snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotRefusal),
    /// This person's role does not do this.
    #[error("Your role does not allow this.")]
    Role,
    /// Something that is asked for is not there.
    #[error("This {what} does not exist.")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
    },
    /// Somebody changed it since it was shown.
    #[error("This was changed meanwhile. Look at it again, then repeat what you did.")]
    Stale,
    /// A value that was sent is not one that can be.
    #[error("{why}")]
    Invalid {
        /// In plain words.
        why: &'static str,
    },
}

impl Refusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Appointment(refusal) => refusal.code(),
            Self::Encounter(refusal) => refusal.code(),
            Self::Note(refusal) => refusal.code(),
            Self::Participant(refusal) => refusal.code(),
            Self::Patient(refusal) => refusal.code(),
            Self::Snapshot(refusal) => refusal.code(),
            Self::Role => "role",
            Self::NotFound { .. } => "not_found",
            Self::Stale => "stale",
            Self::Invalid { .. } => "invalid",
        }
    }
}
