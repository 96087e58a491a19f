//! The encounter workspace: everything a screen shows of one visit, and what this user may do with it.

use domain::Timestamp;
use domain::actor::Actor;
use domain::encounter::{CancelReason, Encounter, EncounterCommand, EncounterState, Outcome, Stage};
use domain::id::{EncounterId, PatientId, UserId};
use domain::note::{Note, NoteState};
use domain::patient::{Chart, Patient};
use store::{PatientChart, Reader, StoreFault};

use crate::api::encounter::{Allowed, CallBrief, EarlierVisit, EncounterView, ParticipantView, SnapshotView};
use crate::api::note::{NoteBrief, SignedBrief};
use crate::api::start::UserView;
use crate::queue::{Names, brief};
use crate::rounds::{Asked, Rounds};

pub(crate) fn workspace(
    rounds: &Rounds,
    asked: &Asked,
    reader: &Reader<'_>,
    id: EncounterId,
    now: Timestamp,
) -> Result<Option<EncounterView>, StoreFault> {
    let Some(found) = reader.get::<Encounter>(&id)? else { return Ok(None) };
    let visit = found.record;
    let Some(patient) = reader.get::<Patient>(&visit.patient)? else { return Ok(None) };
    let chart = reader.get::<PatientChart>(&visit.patient)?.map_or_else(Chart::default, |chart| chart.record.chart);
    let names = Names::load(reader)?;
    let participants = reader.participants_of(id)?.into_iter().map(|one| ParticipantView {
        presence: rounds.presences().of(one.record.id),
        me: one.record.user == Some(asked.by.id),
        id: one.record.id,
        role: one.record.role,
        name: one.record.name,
        state: one.record.state,
    });
    let calls = reader.calls_of(id)?.into_iter().map(|call| CallBrief {
        id: call.record.id,
        opened_at: call.record.opened_at,
        connected_at: call.record.connected_at,
        drops: call.record.drops,
        state: call.record.state,
    });
    let snapshots = reader.snapshots_of(id)?.into_iter().map(|snapshot| SnapshotView {
        id: snapshot.record.id,
        taken_at: snapshot.record.taken_at,
        taken_by: user_or_gone(&names, snapshot.record.taken_by),
        media_type: snapshot.record.media_type,
        size: snapshot.record.size,
        state: snapshot.record.state,
    });
    let notes = note_briefs(&names, reader.notes_of(id)?.into_iter().map(|note| note.record));
    let clinician = visit.state.clinician();
    let mine = clinician == Some(asked.by.id)
        || matches!(visit.state, EncounterState::Finished { by: Actor::User(by), .. } if by == asked.by.id);
    let earlier = earlier_visits(reader, &names, visit.patient, Some(id))?;
    let view = EncounterView {
        id,
        version: found.version,
        patient: brief(&patient.record, now),
        chart,
        room: names.room(visit.room),
        allowed: allowed(&visit, asked, now),
        clinician: clinician.and_then(|id| names.user(id)),
        mine,
        participants: participants.collect(),
        calls: calls.collect(),
        notes,
        snapshots: snapshots.collect(),
        earlier,
        default_template: names.rooms.get(&visit.room).and_then(|room| room.default_template),
        reason: visit.reason,
        priority: visit.priority,
        state: visit.state,
        planned_for: visit.planned_for,
        check: visit.check,
        consent: visit.consent,
        identity: visit.identity,
        intake: visit.intake,
        messages: visit.messages,
    };
    Ok(Some(if asked.by.role.treats() { view } else { without_care(view) }))
}

/// What those see who book and administer: who comes, when, and whether they are here. Not why the chart says so.
fn without_care(view: EncounterView) -> EncounterView {
    let earlier = view.earlier.into_iter().map(|visit| EarlierVisit { notes: Vec::new(), ..visit }).collect();
    EncounterView {
        chart: Chart::default(),
        intake: Vec::new(),
        messages: Vec::new(),
        notes: Vec::new(),
        snapshots: Vec::new(),
        earlier,
        ..view
    }
}

/// What this user may do now: each action is tried on a copy, so the screen can never offer what the rules refuse.
fn allowed(visit: &Encounter, asked: &Asked, now: Timestamp) -> Vec<Allowed> {
    use EncounterCommand as E;
    let me = asked.by.id;
    let treats = asked.by.role.treats();
    let would = |command: E| matches!(visit.decide(&command, Actor::User(me), now), Ok(Some(_)));
    let in_progress = match &visit.state {
        EncounterState::InProgress { .. } | EncounterState::OnLeave { .. } => true,
        EncounterState::Planned
        | EncounterState::Arrived { .. }
        | EncounterState::Triaged { .. }
        | EncounterState::Finished { .. }
        | EncounterState::Cancelled { .. }
        | EncounterState::EnteredInError { .. } => false,
    };
    let exam = matches!(visit.state, EncounterState::InProgress { stage: Stage::Exam, .. });
    let written = visit.state.started_at().is_some() || matches!(visit.state, EncounterState::Finished { .. });
    [
        (Allowed::Triage, treats && would(E::Triage)),
        (Allowed::Admit, treats && would(E::Admit { clinician: me })),
        (Allowed::Release, treats && in_progress),
        (Allowed::WrapUp, treats && exam),
        (Allowed::Pause, treats && would(E::Pause)),
        (Allowed::Finish, treats && would(E::Finish(Outcome::Completed))),
        (Allowed::CloseUnseen, treats && would(E::Finish(Outcome::LeftWithoutBeingSeen))),
        (Allowed::Cancel, would(E::Cancel(CancelReason::ByPractice))),
        (Allowed::CheckIdentity, treats && in_progress && visit.identity.is_none()),
        (Allowed::SetPriority, !visit.state.is_over()),
        (Allowed::Invite, !visit.state.is_over()),
        (Allowed::JoinCall, treats && in_progress),
        (Allowed::WriteNote, treats && written),
        (Allowed::TakeSnapshot, treats && in_progress),
    ]
    .into_iter()
    .filter_map(|(action, may)| may.then_some(action))
    .collect()
}

/// A patient's visits here, newest first, without the one that is being looked at.
pub(crate) fn earlier_visits(
    reader: &Reader<'_>,
    names: &Names,
    patient: PatientId,
    without: Option<EncounterId>,
) -> Result<Vec<EarlierVisit>, StoreFault> {
    let mut visits = Vec::new();
    for visit in reader.visits_of(patient)? {
        let visit = visit.record;
        if Some(visit.id) == without {
            continue;
        }
        let seen_by = match &visit.state {
            EncounterState::Finished { by: Actor::User(by), .. } => Some(*by),
            other => other.clinician(),
        };
        let notes = note_briefs(names, reader.notes_of(visit.id)?.into_iter().map(|note| note.record));
        visits.push(EarlierVisit {
            id: visit.id,
            planned_for: visit.planned_for,
            reason: visit.reason,
            clinician: seen_by.and_then(|id| names.user(id)).map(|user| user.name),
            state: visit.state,
            notes,
        });
    }
    Ok(visits)
}

/// The notes that count: discarded ones stay in the journal only.
fn note_briefs(names: &Names, notes: impl Iterator<Item = Note>) -> Vec<NoteBrief> {
    notes
        .filter_map(|note| {
            let signed = match &note.state {
                NoteState::Draft => None,
                NoteState::Discarded { .. } => return None,
                NoteState::Signed { signature } => {
                    Some(SignedBrief { signer: signature.signer.clone(), at: signature.at, addenda: 0 })
                }
                NoteState::Amended { signature, addenda } => Some(SignedBrief {
                    signer: signature.signer.clone(),
                    at: signature.at,
                    addenda: u32::try_from(addenda.len()).unwrap_or(u32::MAX),
                }),
            };
            let author = user_or_gone(names, note.author);
            Some(NoteBrief { id: note.id, name: note.template.name, signed, author, started_at: note.started_at })
        })
        .collect()
}

/// A user's view. One that is not there any more keeps what they did visible.
pub(crate) fn user_or_gone(names: &Names, id: UserId) -> UserView {
    names.user(id).unwrap_or_else(|| UserView {
        id,
        name: "A former user".to_owned(),
        title: None,
        role: domain::practice::Role::Clinician,
        treats: false,
    })
}
