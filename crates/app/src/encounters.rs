//! Encounters: the workspace's view, and what staff do with a visit.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::actor::Actor;
use domain::appointment::{Appointment, AppointmentCommand};
use domain::call::{Call, CallEnd, CallObservation};
use domain::encounter::{CancelReason, Encounter, EncounterCommand, EncounterState, Outcome};
use domain::id::EncounterId;
use domain::participant::{Participant, ParticipantCommand, ParticipantRole};
use domain::patient::Patient;
use domain::practice::WaitingRoom;
use domain::refusal::Refusal;
use store::{Kind, Stop, StoreFault, Tx};

use crate::api::Nothing;
use crate::api::encounter::*;
use crate::failure::Failure;
use crate::join::invite_patient;
use crate::notes::answer_known;
use crate::rounds::{Asked, Rounds};
use crate::workspace::workspace;

/// How long a join link works after the planned time of the visit.
const LINK_HOURS: i64 = 12;
/// How far ahead a visit can be planned.
const LATEST_DAYS: i64 = 2 * 365;

impl Rounds {
    /// Everything of one visit. That it is looked at is journalled first.
    pub async fn encounter(&self, asked: &Asked, request: EncounterRequest) -> Result<EncounterView, Failure> {
        let (id, now) = (request.encounter, self.now());
        self.note_access(asked, "encounter.get", Kind::Encounter, id.to_string()).await?;
        let (rounds, asked) = (self.clone(), asked.clone());
        let view = self.look(move |reader| workspace(&rounds, &asked, reader, id, now)).await?;
        Ok(view.ok_or(Refusal::NotFound { what: "visit" })?)
    }

    /// Makes a visit, with a link for the patient.
    pub async fn create_encounter(&self, asked: &Asked, request: CreateEncounterRequest) -> Result<LinkView, Failure> {
        let key = self.token_key().await?;
        let base = self.join_base();
        self.act_once(asked, "encounter.create", move |tx| {
            let patient = tx.load::<Patient>(request.patient)?.record;
            let room = tx.load::<WaitingRoom>(request.room)?.record;
            if request.reason.trim().is_empty() || request.reason.chars().count() > 500 {
                return Err(Refusal::Invalid { why: "Please say in a few words why the patient comes." }.into());
            }
            let planned_for = request.planned_for.unwrap_or(tx.at());
            if planned_for < tx.at() - TimeDelta::hours(1) || planned_for > tx.at() + TimeDelta::days(LATEST_DAYS) {
                return Err(
                    Refusal::Invalid { why: "A visit is planned for now or later, at most two years ahead." }.into()
                );
            }
            let encounter = Encounter {
                id: EncounterId::new(),
                patient: patient.id,
                room: room.id,
                appointment: None,
                planned_for,
                reason: request.reason,
                priority: request.priority,
                state: EncounterState::Planned,
                check: None,
                consent: None,
                identity: None,
                intake: Vec::new(),
                messages: Vec::new(),
            };
            tx.put(None, &encounter)?;
            let expires_at = planned_for.max(tx.at()) + TimeDelta::hours(LINK_HOURS);
            let participant = invite_patient(tx, &encounter, &patient, expires_at)?;
            Ok(link(&key, &base, &participant))
        })
        .await
    }

    /// Intake is done: the patient is ready to be seen.
    pub async fn triage(&self, asked: &Asked, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        self.change_treating(asked, "encounter.triage", request, EncounterCommand::Triage).await
    }

    /// Takes the patient in.
    pub async fn admit(&self, asked: &Asked, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        let clinician = asked.by.id;
        self.change_treating(asked, "encounter.admit", request, EncounterCommand::Admit { clinician }).await
    }

    /// Sends the patient back to the waiting room.
    pub async fn release(&self, asked: &Asked, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        self.change_treating(asked, "encounter.release", request, EncounterCommand::Release).await
    }

    /// The talk is over, the note is not.
    pub async fn wrap_up(&self, asked: &Asked, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        self.change_treating(asked, "encounter.wrap_up", request, EncounterCommand::WrapUp).await
    }

    /// Interrupts the visit: the patient or the clinician will come back.
    pub async fn pause(&self, asked: &Asked, request: EncounterChangeRequest) -> Result<Nothing, Failure> {
        self.change_treating(asked, "encounter.pause", request, EncounterCommand::Pause).await
    }

    /// Ends the visit. Its open call ends with it.
    pub async fn finish(&self, asked: &Asked, request: FinishRequest) -> Result<Nothing, Failure> {
        let change = EncounterChangeRequest { encounter: request.encounter, version: None };
        self.change_treating(asked, "encounter.finish", change, EncounterCommand::Finish(request.outcome)).await
    }

    /// Calls the visit off.
    pub async fn cancel(&self, asked: &Asked, request: CancelRequest) -> Result<Nothing, Failure> {
        let change = EncounterChangeRequest { encounter: request.encounter, version: None };
        self.change(asked, "encounter.cancel", change, EncounterCommand::Cancel(request.reason)).await
    }

    /// Says how urgent the visit is.
    pub async fn set_priority(&self, asked: &Asked, request: PriorityRequest) -> Result<Nothing, Failure> {
        let change = EncounterChangeRequest { encounter: request.encounter, version: None };
        self.change(asked, "encounter.set_priority", change, EncounterCommand::SetPriority(request.priority)).await
    }

    /// The clinician made sure who the patient is.
    pub async fn check_identity(&self, asked: &Asked, request: EncounterRequest) -> Result<Nothing, Failure> {
        let by = asked.by.id;
        let change = EncounterChangeRequest { encounter: request.encounter, version: None };
        self.change_treating(asked, "encounter.check_identity", change, EncounterCommand::ConfirmIdentity { by }).await
    }

    /// The patient's link; a new one where the old one is renewed.
    pub async fn link(&self, asked: &Asked, request: LinkRequest) -> Result<LinkView, Failure> {
        let (key, base) = (self.token_key().await?, self.join_base());
        let by = asked.by.id;
        self.act_once(asked, "encounter.link", move |tx| {
            let encounter = tx.load::<Encounter>(request.encounter)?.record;
            if encounter.state.is_over() {
                return Err(domain::encounter::EncounterRefusal::Over.into());
            }
            let everyone = tx.read().participants_of(encounter.id)?;
            let open = |state: &domain::participant::ParticipantState| match state {
                domain::participant::ParticipantState::Invited
                | domain::participant::ParticipantState::Joined { .. }
                | domain::participant::ParticipantState::Left { .. } => true,
                domain::participant::ParticipantState::Declined { .. }
                | domain::participant::ParticipantState::Removed { .. } => false,
            };
            let mut patients = everyone
                .into_iter()
                .filter(|one| one.record.role == ParticipantRole::Patient && open(&one.record.state));
            let current = patients.next_back();
            if let Some(current) = &current {
                if !request.renew && current.record.expires_at > tx.at() {
                    tx.note_access(Kind::Participant, &current.record.id.to_string())?;
                    return Ok(link(&key, &base, &current.record));
                }
                if let Some(removed) = current.record.decide(&ParticipantCommand::Remove { by }, tx.at())? {
                    tx.put(Some(current), &removed)?;
                }
            }
            let patient = tx.load::<Patient>(encounter.patient)?.record;
            let expires_at = encounter.planned_for.max(tx.at()) + TimeDelta::hours(LINK_HOURS);
            let participant = invite_patient(tx, &encounter, &patient, expires_at)?;
            Ok(link(&key, &base, &participant))
        })
        .await
    }

    /// Asks somebody else into the visit.
    pub async fn invite(&self, asked: &Asked, request: InviteRequest) -> Result<LinkView, Failure> {
        let (key, base) = (self.token_key().await?, self.join_base());
        self.act_once(asked, "encounter.invite", move |tx| {
            let encounter = tx.load::<Encounter>(request.encounter)?.record;
            if encounter.state.is_over() {
                return Err(domain::encounter::EncounterRefusal::Over.into());
            }
            match request.role {
                ParticipantRole::Patient => {
                    return Err(Refusal::Invalid { why: "The patient has a link of their own." }.into());
                }
                ParticipantRole::Clinician
                | ParticipantRole::Nurse
                | ParticipantRole::Interpreter
                | ParticipantRole::Relative
                | ParticipantRole::Device => {}
            }
            if request.name.trim().is_empty() || request.name.chars().count() > 100 {
                return Err(Refusal::Invalid { why: "Please give the name that others will see." }.into());
            }
            let expires_at = encounter.planned_for.max(tx.at()) + TimeDelta::hours(LINK_HOURS);
            let participant = Participant::invited(encounter.id, request.role, request.name, None, expires_at);
            tx.put(None, &participant)?;
            Ok(link(&key, &base, &participant))
        })
        .await
    }

    /// Shows a participant the door.
    pub async fn remove_participant(&self, asked: &Asked, request: ParticipantRequest) -> Result<Nothing, Failure> {
        let by = asked.by.id;
        self.treat(asked, "participant.remove", move |tx| {
            let found = tx.load::<Participant>(request.participant)?;
            if let Some(removed) = found.record.decide(&ParticipantCommand::Remove { by }, tx.at())? {
                tx.put(Some(&found), &removed)?;
            }
            Ok(Nothing {})
        })
        .await
    }

    async fn change_treating(
        &self,
        asked: &Asked,
        command: &'static str,
        request: EncounterChangeRequest,
        change: EncounterCommand,
    ) -> Result<Nothing, Failure> {
        self.treat(asked, command, move |tx| {
            decide(tx, request.encounter, request.version, &change)?;
            Ok(Nothing {})
        })
        .await
    }

    async fn change(
        &self,
        asked: &Asked,
        command: &'static str,
        request: EncounterChangeRequest,
        change: EncounterCommand,
    ) -> Result<Nothing, Failure> {
        self.act(Actor::User(asked.by.id), command, move |tx| {
            decide(tx, request.encounter, request.version, &change)?;
            Ok(Nothing {})
        })
        .await
    }
}

/// Carries one command of a visit out, with what follows from it for its appointment and its open calls.
pub(crate) fn decide(
    tx: &mut Tx<'_>,
    id: EncounterId,
    seen: Option<i64>,
    command: &EncounterCommand,
) -> Result<Option<Encounter>, Stop> {
    let found = tx.load_seen::<Encounter>(id, seen)?;
    let (actor, at) = (tx.actor(), tx.at());
    let Some(next) = found.record.decide(command, actor, at)? else { return Ok(None) };
    tx.put(Some(&found), &next)?;
    if let (Some(appointment), Some(follows)) = (next.appointment, appointment_command(command)) {
        let found = tx.load::<Appointment>(appointment)?;
        // The visit leads: an appointment that cannot follow (it was moved, or cancelled elsewhere) stays as it is.
        if let Ok(Some(appointment)) = found.record.decide(&follows, actor, at) {
            tx.put(Some(&found), &appointment)?;
        }
    }
    if next.identity != found.record.identity || next.consent != found.record.consent {
        answer_known(tx, &found.record, &next)?;
    }
    if next.state.is_over() {
        end_calls(tx, next.id, CallEnd::VisitOver, at)?;
    }
    Ok(Some(next))
}

/// What a visit's command means for its appointment.
fn appointment_command(command: &EncounterCommand) -> Option<AppointmentCommand> {
    use EncounterCommand as E;
    match command {
        E::Arrive => Some(AppointmentCommand::Arrive),
        E::Finish(Outcome::Completed | Outcome::Incomplete) => Some(AppointmentCommand::Fulfil),
        E::Finish(Outcome::LeftWithoutBeingSeen | Outcome::NoAnswer) => {
            Some(AppointmentCommand::Cancel { reason: "The patient was not seen.".to_owned() })
        }
        E::Cancel(CancelReason::NoShow) => Some(AppointmentCommand::MissIt),
        E::Cancel(CancelReason::ByPatient) => Some(AppointmentCommand::Cancel { reason: "By the patient.".to_owned() }),
        E::Cancel(CancelReason::ByPractice) => {
            Some(AppointmentCommand::Cancel { reason: "By the practice.".to_owned() })
        }
        E::Cancel(CancelReason::NoConsent) => {
            Some(AppointmentCommand::Cancel { reason: "No agreement to a video visit.".to_owned() })
        }
        E::RecordCheck(_)
        | E::RecordConsent { .. }
        | E::LeaveMessage { .. }
        | E::Triage
        | E::Admit { .. }
        | E::ConfirmIdentity { .. }
        | E::SetPriority(_)
        | E::Release
        | E::WrapUp
        | E::Pause
        | E::Resume
        | E::EnterInError { .. } => None,
    }
}

/// Ends the open calls of a visit.
pub(crate) fn end_calls(
    tx: &mut Tx<'_>,
    encounter: EncounterId,
    why: CallEnd,
    at: Timestamp,
) -> Result<(), StoreFault> {
    let calls = tx.read().calls_of(encounter)?;
    for call in calls {
        if let Some(ended) = call.record.observe(CallObservation::Ended(why), at) {
            tx.put::<Call>(Some(&call), &ended)?;
        }
    }
    Ok(())
}

fn link(key: &crate::token::TokenKey, base: &str, participant: &Participant) -> LinkView {
    let token = key.sign(participant.id, participant.expires_at);
    let url = format!("{base}/join/{token}").into();
    LinkView { participant: participant.id, url, expires_at: participant.expires_at }
}
