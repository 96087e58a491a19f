//! Calls: opened by a clinician, observed by the engine, ended with a reason.

use chrono::TimeDelta;
use domain::actor::Actor;
use domain::call::{Call, CallEnd, CallObservation, CallState};
use domain::encounter::{Encounter, EncounterRefusal, EncounterState};
use domain::id::{CallId, EncounterId};

use crate::failure::Failure;
use crate::join::staff_participant;
use crate::rounds::{Asked, Rounds};

/// How long a staff token for signalling works. It is made anew at every join.
const STAFF_TOKEN_HOURS: i64 = 12;

/// What a console needs to join the call of a visit.
#[derive(Debug, Clone)]
pub struct CallTicket {
    /// The call's record.
    pub call: CallId,
    /// The token for the signalling hub.
    pub token: String,
}

impl Rounds {
    /// Opens the call of a visit in progress for this user, or joins the one that is open.
    pub async fn open_call(&self, asked: &Asked, encounter: EncounterId) -> Result<CallTicket, Failure> {
        let clinician = asked.by.id;
        let (user, key) = (asked.by.clone(), self.token_key().await?);
        self.treat(asked, "call.join", move |tx| {
            let visit = tx.load::<Encounter>(encounter)?.record;
            match visit.state {
                EncounterState::InProgress { .. } | EncounterState::OnLeave { .. } => {}
                EncounterState::Planned | EncounterState::Arrived { .. } | EncounterState::Triaged { .. } => {
                    return Err(EncounterRefusal::NotBegun.into());
                }
                EncounterState::Finished { .. }
                | EncounterState::Cancelled { .. }
                | EncounterState::EnteredInError { .. } => {
                    return Err(EncounterRefusal::Over.into());
                }
            }
            let open = tx.read().calls_of(encounter)?.into_iter().find(|call| match call.record.state {
                CallState::Waiting | CallState::OnCall | CallState::OnHold | CallState::Reconnecting { .. } => {
                    call.record.clinician == clinician
                }
                CallState::Ended { .. } => false,
            });
            let call = match open {
                Some(open) => open.record.id,
                None => {
                    let call = Call {
                        id: CallId::new(),
                        encounter,
                        clinician,
                        opened_at: tx.at(),
                        connected_at: None,
                        drops: 0,
                        state: CallState::Waiting,
                    };
                    tx.put(None, &call)?;
                    call.id
                }
            };
            let expires_at = tx.at() + TimeDelta::hours(STAFF_TOKEN_HOURS);
            let participant = staff_participant(tx, encounter, &user, expires_at)?;
            Ok(CallTicket { call, token: key.sign(participant.id, expires_at) })
        })
        .await
    }

    /// Keeps what happened to a call. An observation is never refused; one that does not fit changes nothing.
    pub async fn observe_call(&self, call: CallId, seen: CallObservation) -> Result<(), Failure> {
        self.act(Actor::System, "call.observed", move |tx| {
            let found = tx.load::<Call>(call)?;
            if let Some(next) = found.record.observe(seen, tx.at()) {
                tx.put(Some(&found), &next)?;
            }
            Ok(())
        })
        .await
    }

    /// Ends the calls that an earlier run left open: it stopped without a word. The visits go on.
    pub async fn end_interrupted_calls(&self) -> Result<usize, Failure> {
        self.act(Actor::System, "call.interrupted", |tx| {
            let open = tx.read().open_calls()?;
            let at = tx.at();
            for call in &open {
                if let Some(ended) = call.record.observe(CallObservation::Ended(CallEnd::Interrupted), at) {
                    tx.put(Some(call), &ended)?;
                }
            }
            Ok(open.len())
        })
        .await
    }
}
