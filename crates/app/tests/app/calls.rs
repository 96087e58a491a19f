//! Calls: opened, observed, ended with their visit, and ended at the next start when the program stopped in between.

use app::api::encounter::FinishRequest;
use call::signal::Step;
use domain::call::{CallEnd, CallObservation, CallState};
use domain::encounter::{EncounterState, Outcome};
use domain::id::CallId;
use domain::practice::Role;

use crate::support::{DEVICE, Stage, refusal};

#[tokio::test]
async fn a_call_belongs_to_a_visit_in_progress() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let visit = stage.visit("Ostrander").await;
    assert_eq!(refusal(stage.rounds.open_call(&me, visit.encounter).await), "encounter.not_begun");
    stage.arrive(&visit).await;
    assert_eq!(refusal(stage.rounds.open_call(&me, visit.encounter).await), "encounter.not_begun");
    stage.rounds.admit(&me, crate::support::change(&visit)).await.unwrap();
    let ticket = stage.rounds.open_call(&me, visit.encounter).await.unwrap();
    let again = stage.rounds.open_call(&me, visit.encounter).await.unwrap();
    assert_eq!(ticket.call, again.call, "joining again joins the call that is open");
    let guest = stage.rounds.hello(&again.token, DEVICE).await.unwrap();
    assert!(guest.engine);
    assert_eq!((guest.step, guest.name.as_str()), (Step::Call, me.by.name.as_str()));

    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    assert_eq!(refusal(stage.rounds.open_call(&me, visit.encounter).await), "encounter.over");
}

#[tokio::test]
async fn a_second_clinician_joins_with_a_call_of_their_own() {
    let stage = Stage::sample().await;
    let (me, other) = (stage.clinician().await, stage.user(Role::Nurse, 0).await);
    let visit = stage.admitted("Ostrander").await;
    let mine = stage.rounds.open_call(&me, visit.encounter).await.unwrap();
    let theirs = stage.rounds.open_call(&other, visit.encounter).await.unwrap();
    assert_ne!(mine.call, theirs.call);
    assert_ne!(
        stage.rounds.hello(&mine.token, DEVICE).await.unwrap().participant,
        stage.rounds.hello(&theirs.token, "another-console-0001").await.unwrap().participant
    );
}

#[tokio::test]
async fn what_the_engine_sees_is_kept() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let visit = stage.admitted("Ostrander").await;
    let call = stage.rounds.open_call(&me, visit.encounter).await.unwrap().call;
    let see = async |seen| stage.rounds.observe_call(call, seen).await.unwrap();
    see(CallObservation::Lost).await;
    stage.advance(3);
    see(CallObservation::Connected).await;
    let connected_at = stage.rounds.now();
    for seen in [CallObservation::Held, CallObservation::Resumed, CallObservation::Lost, CallObservation::Connected] {
        stage.advance(5);
        see(seen).await;
    }
    see(CallObservation::Ended(CallEnd::HungUp)).await;
    see(CallObservation::Connected).await;
    let view = stage.workspace(&me, &visit).await;
    assert_eq!(view.calls[0].connected_at, Some(connected_at));
    assert_eq!(view.calls[0].drops, 1, "a line that was never there cannot drop");
    assert!(matches!(view.calls[0].state, CallState::Ended { why: CallEnd::HungUp, .. }), "the end is the end");
    assert!(matches!(view.state, EncounterState::InProgress { .. }), "hanging up does not finish the visit");
    let next = stage.rounds.open_call(&me, visit.encounter).await.unwrap().call;
    assert_ne!(next, call, "after hanging up a new call is opened");
    assert_eq!(refusal(stage.rounds.observe_call(CallId::new(), CallObservation::Lost).await), "not_found");
}

#[tokio::test]
async fn an_interrupted_call_is_ended_at_the_next_start_and_the_visit_goes_on() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let visit = stage.admitted("Ostrander").await;
    let call = stage.rounds.open_call(&me, visit.encounter).await.unwrap().call;
    stage.rounds.observe_call(call, CallObservation::Connected).await.unwrap();
    stage.advance(60);
    let stage = stage.reopened().await;
    let view = stage.workspace(&me, &visit).await;
    let ended = CallState::Ended { at: stage.rounds.now(), why: CallEnd::Interrupted };
    assert_eq!(view.calls[0].state, ended);
    assert!(matches!(view.state, EncounterState::InProgress { .. }));
    let rejoined = stage.rounds.open_call(&me, visit.encounter).await.unwrap();
    assert_ne!(rejoined.call, call);
    let stage = stage.reopened().await;
    assert_eq!(stage.workspace(&me, &visit).await.calls.len(), 2);
    assert_eq!(stage.workspace(&me, &visit).await.calls[0].state, ended, "what was ended is not ended again");
}
