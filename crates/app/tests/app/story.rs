//! The main job from its beginning to its end, and everything is there after a restart.

use app::api::encounter::{EncounterRequest, FinishRequest};
use app::api::queue::QueueGroup;
use domain::call::{CallEnd, CallObservation, CallState};
use domain::encounter::{EncounterState, Outcome, Stage as VisitStage};
use domain::participant::ParticipantState;

use crate::support::{Stage, change, png};

#[tokio::test]
async fn a_clinician_admits_writes_signs_finishes_and_after_reopening_everything_is_there() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let visit = stage.visit("Ostrander").await;
    stage.arrive(&visit).await;
    stage.advance(240);

    stage.rounds.admit(&me, change(&visit)).await.unwrap();
    let ticket = stage.rounds.open_call(&me, visit.encounter).await.unwrap();
    stage.rounds.observe_call(ticket.call, CallObservation::Connected).await.unwrap();
    stage.rounds.check_identity(&me, EncounterRequest { encounter: visit.encounter }).await.unwrap();
    let picture = png(1280, 720, "a picture");
    let snapshot = stage.rounds.keep_snapshot(&me, visit.encounter, true, picture.clone()).await.unwrap();
    let note = stage.note(&me, &visit, "General visit").await;
    stage.fill(&me, &note).await;
    stage.type_in(&me, note.id, "assessment", "Acute bronchitis, no signs of pneumonia.").await.unwrap();
    stage.rounds.wrap_up(&me, change(&visit)).await.unwrap();
    stage.advance(600);
    let signed = stage.sign(&me, note.id).await.unwrap().signature.expect("it is signed");
    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    let before = stage.workspace(&me, &visit).await;

    let stage = stage.reopened().await;
    let me = stage.clinician().await;
    let view = stage.workspace(&me, &visit).await;
    assert_eq!(view, before, "nothing is lost and nothing is added by a restart");
    match view.state {
        EncounterState::Finished { started_at: Some(started_at), finished_at, outcome, .. } => {
            assert_eq!((finished_at - started_at).num_seconds(), 600);
            assert_eq!(outcome, Outcome::Completed);
        }
        other => panic!("the visit is finished, not {other:?}"),
    }
    assert!(view.mine);
    assert_eq!(view.identity.expect("identity was checked").by, me.by.id);
    assert_eq!(view.calls.len(), 1);
    assert!(
        matches!(view.calls[0].state, CallState::Ended { why: CallEnd::VisitOver, .. }),
        "the call ends with its visit"
    );
    assert!(view.calls[0].connected_at.is_some());
    assert_eq!(stage.rounds.snapshot_picture(&me, snapshot).await.unwrap(), ("image/png".to_owned(), picture));
    let note = stage.look_at_note(&me, note.id).await;
    assert_eq!(note.signature.as_ref(), Some(&signed));
    assert!(signed.text.contains("Assessment: Acute bronchitis, no signs of pneumonia."), "the text is what was typed");
    assert!(signed.text.contains("Patient: Ada Maria Ostrander\nDate of birth: 05 Mar 1984"));
    assert!(!note.writable && note.recovered.is_none());
    let row = stage.queue(&me).await.rows.into_iter().find(|row| row.encounter == visit.encounter);
    let row = row.expect("a visit of today stays on the board");
    assert_eq!(row.group, QueueGroup::Done);
    assert_eq!(row.last_note.expect("the note is previewed").signer, signed.signer);
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_visit_leaves_it_in_progress() {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    stage.rounds.wrap_up(&me, change(&visit)).await.unwrap();
    let stage = stage.reopened().await;
    let view = stage.workspace(&me, &visit).await;
    match view.state {
        EncounterState::InProgress { clinician, stage, .. } => {
            assert_eq!((clinician, stage), (me.by.id, VisitStage::Discharge));
        }
        other => panic!("the visit is in progress, not {other:?}"),
    }
    assert!(matches!(view.participants[0].state, ParticipantState::Joined { .. }));
}
