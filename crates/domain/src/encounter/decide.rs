//! The transitions of a visit: the picture above [`Encounter`], state by state.

use super::{
    Consent, Encounter, EncounterCommand, EncounterRefusal, EncounterState, IdentityCheck, Outcome, PatientCheck,
    Stage, WaitingMessage,
};
use crate::Timestamp;
use crate::actor::Actor;

/// Most questions and messages of one visit: a patient who writes for hours stays readable.
const MESSAGE_LIMIT: usize = 100;

impl Encounter {
    /// The visit after the command, or `None` where nothing changes.
    pub fn decide(
        &self,
        command: &EncounterCommand,
        by: Actor,
        at: Timestamp,
    ) -> Result<Option<Self>, EncounterRefusal> {
        use EncounterCommand as C;
        let mut next = self.clone();
        match command {
            C::RecordCheck(result) => {
                self.still_open()?;
                // A page that says it again and again makes no history of it.
                if self.check.as_ref().is_some_and(|check| check.result == *result) {
                    return Ok(None);
                }
                next.check = Some(PatientCheck { result: *result, at });
            }
            C::RecordConsent { given } => {
                self.still_open()?;
                if self.consent.as_ref().is_some_and(|consent| consent.given == *given) {
                    return Ok(None);
                }
                next.consent = Some(Consent { given: *given, at });
            }
            C::LeaveMessage { id, text } => {
                self.still_open()?;
                // A page that lost its line sends the same message twice.
                if self.messages.iter().any(|message| message.id == *id) {
                    return Ok(None);
                }
                if self.messages.len() >= MESSAGE_LIMIT {
                    return Err(EncounterRefusal::TooManyMessages);
                }
                next.messages.push(WaitingMessage { id: id.clone(), text: text.clone(), at });
            }
            C::ConfirmIdentity { by } => {
                self.begun()?;
                next.identity = Some(IdentityCheck { by: *by, at });
            }
            C::SetPriority(priority) => {
                self.still_open()?;
                next.priority = *priority;
            }
            C::Arrive
            | C::Triage
            | C::Admit { .. }
            | C::Release
            | C::WrapUp
            | C::Pause
            | C::Resume
            | C::Finish(_)
            | C::Cancel(_)
            | C::EnterInError { .. } => next.state = self.moved(command, by, at)?,
        }
        Ok((next != *self).then_some(next))
    }

    fn moved(&self, command: &EncounterCommand, by: Actor, at: Timestamp) -> Result<EncounterState, EncounterRefusal> {
        use EncounterCommand as C;
        use EncounterRefusal as R;
        use EncounterState as S;
        let same = || Ok(self.state.clone());
        // A clock that was set back must not make a visit that ended before it began.
        let at = self.state.newest().map_or(at, |newest| at.max(newest));
        match (&self.state, command) {
            (_, C::EnterInError { reason }) if reason.trim().is_empty() => Err(R::NoReason),
            (S::EnteredInError { .. }, C::EnterInError { .. }) => same(),
            (_, C::EnterInError { reason }) => Ok(S::EnteredInError { at, by, reason: reason.clone() }),

            (S::Planned, C::Arrive) => Ok(S::Arrived { arrived_at: at }),
            (S::Planned, C::Cancel(reason)) => Ok(S::Cancelled { at, by, reason: *reason }),
            (S::Planned, C::Triage | C::Admit { .. }) => Err(R::NotArrived),
            (S::Planned, C::Release | C::WrapUp | C::Pause | C::Resume | C::Finish(_)) => Err(R::NotBegun),

            (S::Arrived { .. } | S::Triaged { .. }, C::Arrive) => same(),
            (S::Arrived { arrived_at }, C::Triage) => {
                Ok(S::Triaged { arrived_at: *arrived_at, triaged_at: at, started_at: None })
            }
            (S::Triaged { .. }, C::Triage) => same(),
            (S::Arrived { arrived_at } | S::Triaged { arrived_at, .. }, C::Admit { clinician }) => {
                Ok(S::InProgress { arrived_at: *arrived_at, started_at: at, clinician: *clinician, stage: Stage::Exam })
            }
            (S::Arrived { arrived_at } | S::Triaged { arrived_at, started_at: None, .. }, C::Finish(outcome)) => {
                match outcome {
                    Outcome::LeftWithoutBeingSeen | Outcome::NoAnswer => Ok(S::Finished {
                        arrived_at: *arrived_at,
                        started_at: None,
                        finished_at: at,
                        by,
                        outcome: *outcome,
                    }),
                    Outcome::Completed | Outcome::Incomplete => {
                        Err(R::Outcome { why: "nobody has seen the patient yet." })
                    }
                }
            }
            (S::Arrived { .. } | S::Triaged { started_at: None, .. }, C::Cancel(reason)) => {
                Ok(S::Cancelled { at, by, reason: *reason })
            }
            (S::Triaged { started_at: Some(_), .. }, C::Cancel(_)) => Err(R::Begun),
            (S::Arrived { .. } | S::Triaged { .. }, C::Release) => same(),
            (S::Arrived { .. } | S::Triaged { .. }, C::WrapUp | C::Pause | C::Resume) => Err(R::NotBegun),

            // A patient who comes back to a visit in progress is simply there again.
            (S::InProgress { .. } | S::OnLeave { .. }, C::Arrive) => same(),
            (S::InProgress { clinician, .. }, C::Admit { clinician: again }) if clinician == again => same(),
            (S::OnLeave { clinician, .. }, C::Admit { clinician: again }) if clinician == again => {
                self.moved(&C::Resume, by, at)
            }
            (S::InProgress { .. } | S::OnLeave { .. }, C::Admit { .. }) => Err(R::AlreadyAdmitted),
            (S::InProgress { .. } | S::OnLeave { .. }, C::Triage | C::Cancel(_)) => Err(R::Begun),
            (S::InProgress { arrived_at, started_at, .. } | S::OnLeave { arrived_at, started_at, .. }, C::Release) => {
                Ok(S::Triaged { arrived_at: *arrived_at, triaged_at: at, started_at: Some(*started_at) })
            }
            (S::InProgress { arrived_at, started_at, clinician, .. }, C::WrapUp) => Ok(S::InProgress {
                arrived_at: *arrived_at,
                started_at: *started_at,
                clinician: *clinician,
                stage: Stage::Discharge,
            }),
            (S::InProgress { arrived_at, started_at, clinician, .. }, C::Pause) => {
                Ok(S::OnLeave { arrived_at: *arrived_at, started_at: *started_at, clinician: *clinician, since: at })
            }
            (S::InProgress { .. }, C::Resume) | (S::OnLeave { .. }, C::Pause) => same(),
            (S::OnLeave { arrived_at, started_at, clinician, .. }, C::Resume) => Ok(S::InProgress {
                arrived_at: *arrived_at,
                started_at: *started_at,
                clinician: *clinician,
                stage: Stage::Exam,
            }),
            (S::OnLeave { .. }, C::WrapUp) => Err(R::NotBegun),
            (
                S::InProgress { arrived_at, started_at, .. }
                | S::OnLeave { arrived_at, started_at, .. }
                | S::Triaged { arrived_at, started_at: Some(started_at), .. },
                C::Finish(outcome),
            ) => match outcome {
                Outcome::Completed | Outcome::Incomplete | Outcome::NoAnswer => Ok(S::Finished {
                    arrived_at: *arrived_at,
                    started_at: Some(*started_at),
                    finished_at: at,
                    by,
                    outcome: *outcome,
                }),
                Outcome::LeftWithoutBeingSeen => Err(R::Outcome { why: "the patient has been admitted." }),
            },

            (S::Finished { outcome, .. }, C::Finish(again)) if outcome == again => same(),
            (S::Cancelled { .. }, C::Cancel(_)) => same(),
            (
                S::Finished { .. } | S::Cancelled { .. } | S::EnteredInError { .. },
                C::Arrive
                | C::Triage
                | C::Admit { .. }
                | C::Release
                | C::WrapUp
                | C::Pause
                | C::Resume
                | C::Finish(_)
                | C::Cancel(_),
            ) => Err(R::Over),

            (
                _,
                C::RecordCheck(_)
                | C::RecordConsent { .. }
                | C::LeaveMessage { .. }
                | C::ConfirmIdentity { .. }
                | C::SetPriority(_),
            ) => same(),
        }
    }

    fn still_open(&self) -> Result<(), EncounterRefusal> {
        if self.state.is_over() { Err(EncounterRefusal::Over) } else { Ok(()) }
    }

    fn begun(&self) -> Result<(), EncounterRefusal> {
        match self.state {
            EncounterState::InProgress { .. } | EncounterState::OnLeave { .. } => Ok(()),
            EncounterState::Planned | EncounterState::Arrived { .. } | EncounterState::Triaged { .. } => {
                Err(EncounterRefusal::NotBegun)
            }
            EncounterState::Finished { .. }
            | EncounterState::Cancelled { .. }
            | EncounterState::EnteredInError { .. } => Err(EncounterRefusal::Over),
        }
    }
}
