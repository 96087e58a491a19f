//! The journal: every look at a patient leaves a row before anything is shown, and the journal alone gives the tables.

use std::collections::BTreeMap;

use app::api::encounter::{EncounterRequest, FinishRequest, LinkRequest};
use app::api::note::{AddendRequest, NoteRequest};
use app::api::patient::PatientRequest;
use app::{Asked, Failure};
use domain::actor::Actor;
use domain::call::CallObservation;
use domain::encounter::Outcome;
use domain::id::{NoteId, PatientId, SnapshotId};
use store::{JournalKind, Kind, StoreFault};

use crate::support::{Stage, Visit, change, png};

struct Looked {
    stage: Stage,
    me: Asked,
    visit: Visit,
    patient: PatientId,
    note: NoteId,
    snapshot: SnapshotId,
}

/// A visit in progress with something of every kind to look at.
async fn something_to_look_at() -> Looked {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    let patient = stage.workspace(&me, &visit).await.patient.id;
    let note = stage.note(&me, &visit, "General visit").await.id;
    let snapshot = stage.rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, "")).await.unwrap();
    Looked { stage, me, visit, patient, note, snapshot }
}

/// Looks at everything, each with the command and the subject that its row must have.
async fn look(it: &Looked) -> Vec<(Result<(), Failure>, &'static str, String)> {
    let Looked { stage, me, visit, patient, note, snapshot } = it;
    let rounds = &stage.rounds;
    vec![
        (
            rounds.encounter(me, EncounterRequest { encounter: visit.encounter }).await.map(drop),
            "encounter.get",
            visit.encounter.to_string(),
        ),
        (rounds.patient(me, PatientRequest { patient: *patient }).await.map(drop), "patient.get", patient.to_string()),
        (rounds.note(me, NoteRequest { note: *note }).await.map(drop), "note.get", note.to_string()),
        (rounds.preview_note(me, NoteRequest { note: *note }).await.map(drop), "note.preview", note.to_string()),
        (rounds.snapshot_picture(me, *snapshot).await.map(drop), "snapshot.get", snapshot.to_string()),
    ]
}

#[tokio::test]
async fn every_look_at_a_patient_leaves_a_row() {
    let it = something_to_look_at().await;
    let before = it.stage.journal().len();
    let looks = look(&it).await;
    let rows: Vec<_> = it.stage.journal().into_iter().skip(before).collect();
    assert_eq!(rows.len(), looks.len());
    for (row, (result, command, subject)) in rows.iter().zip(looks) {
        result.expect("it may be looked at");
        assert_eq!((row.kind, row.command.as_str(), &row.subject_id), (JournalKind::Access, command, &subject));
        assert_eq!((row.actor, row.at), (Actor::User(it.me.by.id), it.stage.rounds.now()));
    }
}

#[tokio::test]
async fn what_cannot_be_journalled_is_not_shown() {
    let it = something_to_look_at().await;
    it.stage.rounds.store().close();
    let readable = it.stage.rounds.look(|reader| reader.count_patients()).await;
    assert!(readable.is_ok(), "the data could be read: only the row cannot be written");
    for (result, command, _) in look(&it).await {
        assert!(matches!(result, Err(Failure::Store(StoreFault::Closed))), "{command}");
    }
}

#[tokio::test]
async fn handing_a_link_out_leaves_a_row() {
    let it = something_to_look_at().await;
    let before = it.stage.journal().len();
    let request = LinkRequest { encounter: it.visit.encounter, renew: false };
    it.stage.rounds.link(&it.me, request).await.unwrap();
    let rows = it.stage.journalled(JournalKind::Access, before);
    assert_eq!(rows, [("encounter.link".to_owned(), it.visit.participant.to_string())]);
}

#[tokio::test]
async fn replaying_the_journal_gives_the_tables() {
    let it = something_to_look_at().await;
    let Looked { stage, me, visit, note, snapshot, .. } = it;
    let call = stage.rounds.open_call(&me, visit.encounter).await.unwrap().call;
    stage.rounds.observe_call(call, CallObservation::Connected).await.unwrap();
    let view = stage.look_at_note(&me, note).await;
    stage.fill(&me, &view).await;
    stage.rounds.put_note_aside(&me, NoteRequest { note }).await.unwrap();
    stage.type_in(&me, note, "plan", "Rest").await.unwrap();
    stage.sign(&me, note).await.unwrap();
    stage.rounds.addend(&me, AddendRequest { note, text: "Later".into() }).await.unwrap();
    let delete = app::api::encounter::DeleteSnapshotRequest { snapshot, reason: "Blurred".into() };
    stage.rounds.delete_snapshot(&me, delete).await.unwrap();
    stage.rounds.admit(&me, change(&stage.visit("Pell").await)).await.expect_err("a refusal is part of the story");
    stage.rounds.leave(visit.participant).await.unwrap();
    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    let stage = stage.reopened().await;

    let mut replayed: BTreeMap<(String, String), (i64, String)> = BTreeMap::new();
    for row in stage.journal().into_iter().filter(|row| row.kind == JournalKind::Change) {
        let body = String::from_utf8(row.payload.expect("a change has an after-image")).unwrap();
        let record = replayed.entry((row.subject_kind, row.subject_id)).or_default();
        *record = (record.0 + 1, body);
    }
    let tables: BTreeMap<_, _> = stage
        .rounds
        .store()
        .read_now(|reader| {
            let mut all = BTreeMap::new();
            for kind in Kind::ALL {
                for (id, version, body) in reader.bodies(kind)? {
                    all.insert((kind.table().to_owned(), id), (version, body));
                }
            }
            Ok(all)
        })
        .unwrap();
    assert!(tables.len() > 80, "the sample and the story are there");
    assert!(replayed == tables, "the tables hold what the journal tells, no more and no less");
    let verified = stage.rounds.store().read_now(|reader| reader.verify_journal()).unwrap();
    assert_eq!(verified, Ok(stage.journal().len() as u64), "the chain is whole");
}
