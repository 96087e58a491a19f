//! The queue board: who is expected, waits, is seen, was seen today.

use std::collections::HashMap;

use domain::actor::Actor;
use domain::appointment::Appointment;
use domain::encounter::{Encounter, EncounterCommand, EncounterState, Stage, Turn};
use domain::id::{EncounterId, UserId, WaitingRoomId};
use domain::participant::ParticipantRole;
use domain::patient::{Patient, age_in_years};
use domain::practice::{User, WaitingRoom};
use domain::{Phi, Timestamp};
use store::{Reader, StoreFault, Versioned};

use crate::api::queue::{LastNote, NextAction, PatientBrief, Presence, QueueGroup, QueueRequest, QueueRow, QueueView};
use crate::api::start::{RoomView, UserView};
use crate::clock::{day_around, local_date};
use crate::failure::Failure;
use crate::presence::Presences;
use crate::rounds::{Asked, Rounds};

/// Characters of the last note that the preview shows.
const NOTE_PREVIEW: usize = 280;

impl Rounds {
    /// The queue of today.
    pub async fn queue(&self, asked: &Asked, request: QueueRequest) -> Result<QueueView, Failure> {
        let (now, me, treats) = (self.now(), asked.by.id, asked.by.role.treats());
        let presences = self.presences().clone();
        self.look(move |reader| {
            let practice = Names::load(reader)?;
            let mut today = reader.queue(day_around(now))?;
            today.retain(|visit| request.room.is_none_or(|room| room == visit.record.room));
            let (ready, waiting) = (first_turn(&today, QueueGroup::Ready), first_turn(&today, QueueGroup::Waiting));
            // Whoever is next stands at the top: an emergency whose intake is open brings its heading with it.
            let waiting_first = waiting.is_some_and(|waiting| ready.is_none_or(|ready| waiting < ready));
            today.sort_by_key(|visit| order(&visit.record, waiting_first));
            let next = today.first().filter(|visit| visit.record.turn().is_some()).map(|visit| visit.record.id);
            let mut rows = Vec::new();
            for visit in today {
                rows.extend(row(reader, &practice, &presences, visit, (me, treats), now)?);
            }
            Ok(view(rows, next.filter(|_| treats), practice, now))
        })
        .await
    }
}

/// The practice's users and rooms by id.
pub(crate) struct Names {
    pub users: HashMap<UserId, User>,
    pub rooms: HashMap<WaitingRoomId, WaitingRoom>,
}

impl Names {
    pub fn load(reader: &Reader<'_>) -> Result<Self, StoreFault> {
        let users = reader.all::<User>()?.into_iter().map(|user| (user.record.id, user.record)).collect();
        let rooms = reader.all::<WaitingRoom>()?.into_iter().map(|room| (room.record.id, room.record)).collect();
        Ok(Self { users, rooms })
    }

    pub fn user(&self, id: UserId) -> Option<UserView> {
        self.users.get(&id).map(UserView::from)
    }

    /// When a patient who waits will have waited long.
    fn long_wait_at(&self, visit: &Encounter) -> Option<Timestamp> {
        match group(&visit.state) {
            QueueGroup::Waiting | QueueGroup::Ready => {
                Some(visit.state.arrived_at()? + self.rooms.get(&visit.room)?.long_wait())
            }
            QueueGroup::InCall | QueueGroup::WrapUp | QueueGroup::Expected | QueueGroup::Done => None,
        }
    }

    /// A room's view. One that is not there any more keeps its visits visible.
    pub fn room(&self, id: WaitingRoomId) -> RoomView {
        self.rooms.get(&id).map_or_else(
            || RoomView { id, name: "Room no longer in use".to_owned(), slot_minutes: 0, service_line: None },
            RoomView::from,
        )
    }
}

fn row(
    reader: &Reader<'_>,
    names: &Names,
    presences: &Presences,
    visit: Versioned<Encounter>,
    (me, treats): (UserId, bool),
    now: Timestamp,
) -> Result<Option<QueueRow>, StoreFault> {
    let Versioned { version, record: visit } = visit;
    let Some(patient) = reader.get::<Patient>(&visit.patient)? else { return Ok(None) };
    let agreed = match visit.appointment {
        Some(id) => reader.get::<Appointment>(&id)?.and_then(|appointment| appointment.record.clinician),
        None => None,
    };
    let presence = patient_presence(reader, presences, &visit)?;
    let seen_by = visit.state.clinician();
    let next = match &visit.state {
        EncounterState::Arrived { .. } | EncounterState::Triaged { .. } if treats => NextAction::Admit,
        EncounterState::InProgress { clinician, .. } | EncounterState::OnLeave { clinician, .. }
            if *clinician == me =>
        {
            NextAction::Continue
        }
        EncounterState::Planned
        | EncounterState::Arrived { .. }
        | EncounterState::Triaged { .. }
        | EncounterState::InProgress { .. }
        | EncounterState::OnLeave { .. }
        | EncounterState::Finished { .. }
        | EncounterState::Cancelled { .. }
        | EncounterState::EnteredInError { .. } => NextAction::Open,
    };
    Ok(Some(QueueRow {
        encounter: visit.id,
        version,
        patient: brief(&patient.record, now),
        room: names.room(visit.room),
        priority: visit.priority,
        group: group(&visit.state),
        since: since(&visit),
        long_wait_at: names.long_wait_at(&visit),
        late_at: visit.late_at(),
        planned_for: visit.planned_for,
        check: visit.check.as_ref().map(|check| check.result),
        may_triage: treats && matches!(visit.decide(&EncounterCommand::Triage, Actor::User(me), now), Ok(Some(_))),
        checking_in: matches!(visit.state, EncounterState::Planned) && presence == Presence::Online,
        presence,
        assigned: seen_by.or(agreed).and_then(|id| names.user(id)),
        next,
        last_note: if treats { last_note(reader, &visit)? } else { None },
        reason: visit.reason,
        state: visit.state,
        intake: if treats { visit.intake } else { Vec::new() },
        messages: if treats { visit.messages } else { Vec::new() },
    }))
}

fn view(rows: Vec<QueueRow>, next: Option<EncounterId>, names: Names, now: Timestamp) -> QueueView {
    let waits = |row: &&QueueRow| matches!(row.group, QueueGroup::Waiting | QueueGroup::Ready);
    let mut seen: Vec<i64> = rows.iter().filter_map(|row| waited_minutes(&row.state)).collect();
    seen.sort_unstable();
    let mut rooms: Vec<RoomView> = names.rooms.values().map(RoomView::from).collect();
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    QueueView {
        as_of: now,
        next,
        waiting: u32::try_from(rows.iter().filter(waits).count()).unwrap_or(u32::MAX),
        longest_since: rows.iter().filter(waits).filter_map(|row| row.state.arrived_at()).min(),
        median_wait_minutes: seen.get(seen.len() / 2).and_then(|minutes| u32::try_from(*minutes).ok()),
        rows,
        rooms,
    }
}

/// How long a patient waited who was then admitted.
pub(crate) fn waited_minutes(state: &EncounterState) -> Option<i64> {
    Some((state.started_at()? - state.arrived_at()?).num_minutes().max(0))
}

fn group(state: &EncounterState) -> QueueGroup {
    match state {
        EncounterState::Planned => QueueGroup::Expected,
        EncounterState::Arrived { .. } => QueueGroup::Waiting,
        EncounterState::Triaged { .. } => QueueGroup::Ready,
        EncounterState::InProgress { stage: Stage::Exam, .. } => QueueGroup::InCall,
        EncounterState::InProgress { stage: Stage::Discharge, .. } | EncounterState::OnLeave { .. } => {
            QueueGroup::WrapUp
        }
        EncounterState::Finished { .. } | EncounterState::Cancelled { .. } | EncounterState::EnteredInError { .. } => {
            QueueGroup::Done
        }
    }
}

/// Since when a visit is in its state.
fn since(visit: &Encounter) -> Timestamp {
    match &visit.state {
        EncounterState::Planned => visit.planned_for,
        EncounterState::Arrived { arrived_at } => *arrived_at,
        EncounterState::Triaged { triaged_at, .. } => *triaged_at,
        EncounterState::InProgress { started_at, .. } => *started_at,
        EncounterState::OnLeave { since, .. } => *since,
        EncounterState::Finished { finished_at, .. } => *finished_at,
        EncounterState::Cancelled { at, .. } | EncounterState::EnteredInError { at, .. } => *at,
    }
}

fn first_turn(visits: &[Versioned<Encounter>], under: QueueGroup) -> Option<Turn> {
    visits
        .iter()
        .map(|visit| &visit.record)
        .filter(|visit| group(&visit.state) == under)
        .filter_map(Encounter::turn)
        .min()
}

/// By heading; those who wait as their turn comes; what is over, the newest first.
fn order(visit: &Encounter, waiting_first: bool) -> (bool, QueueGroup, Option<Turn>, i64, EncounterId) {
    let group = group(&visit.state);
    let behind_waiting = waiting_first && group != QueueGroup::Waiting;
    let at = match group {
        QueueGroup::Ready | QueueGroup::Waiting | QueueGroup::InCall | QueueGroup::WrapUp => {
            visit.state.arrived_at().unwrap_or(visit.planned_for).timestamp_millis()
        }
        QueueGroup::Expected => visit.planned_for.timestamp_millis(),
        QueueGroup::Done => -since(visit).timestamp_millis(),
    };
    (behind_waiting, group, visit.turn(), at, visit.id)
}

/// What identifies a patient on a screen.
pub(crate) fn brief(patient: &Patient, now: Timestamp) -> PatientBrief {
    PatientBrief {
        id: patient.id,
        name: patient.name.sorted(),
        birth_date: patient.birth_date.clone(),
        age: age_in_years(*patient.birth_date.expose(), local_date(now)),
        sex: patient.sex,
        mrn: patient.mrn.clone(),
        language: patient.language.clone(),
        interpreter: patient.interpreter,
    }
}

/// Whether the patient's page is connected: the newest of their links counts.
fn patient_presence(reader: &Reader<'_>, presences: &Presences, visit: &Encounter) -> Result<Presence, StoreFault> {
    if visit.state.is_over() {
        return Ok(Presence::Never);
    }
    let everyone = reader.participants_of(visit.id)?;
    let patient = everyone.iter().rev().find(|one| one.record.role == ParticipantRole::Patient);
    Ok(patient.map_or(Presence::Never, |one| presences.of(one.record.id)))
}

fn last_note(reader: &Reader<'_>, visit: &Encounter) -> Result<Option<LastNote>, StoreFault> {
    let Some(note) = reader.last_signed_note(visit.patient)? else { return Ok(None) };
    let signature = match note.record.state {
        domain::note::NoteState::Signed { signature } | domain::note::NoteState::Amended { signature, .. } => signature,
        domain::note::NoteState::Draft | domain::note::NoteState::Discarded { .. } => return Ok(None),
    };
    // The heading repeats what the row says already: the preview begins after it.
    let body = signature.text.split_once("\n\n").map_or(signature.text.as_str(), |(_, body)| body);
    Ok(Some(LastNote {
        name: note.record.template.name,
        at: signature.at,
        signer: signature.signer.clone(),
        text: Phi::new(body.chars().take(NOTE_PREVIEW).collect()),
    }))
}
