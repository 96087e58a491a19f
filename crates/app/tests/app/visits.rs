//! What staff do with a visit: admitting, releasing, wrapping up, finishing, calling off, and what follows from it.

use app::api::Topic;
use app::api::encounter::{
    Allowed, CancelRequest, CreateEncounterRequest, EncounterChangeRequest, FinishRequest, PriorityRequest,
};
use app::api::queue::QueueGroup;
use domain::appointment::{Appointment, AppointmentState};
use domain::encounter::{CancelReason, Encounter, EncounterState, Outcome};
use domain::id::EncounterId;
use domain::practice::Role;
use domain::priority::Priority;

use crate::support::{Stage, change, refusal};

fn finish(encounter: EncounterId, outcome: Outcome) -> FinishRequest {
    FinishRequest { encounter, outcome }
}

fn appointment_of(stage: &Stage, encounter: EncounterId) -> AppointmentState {
    let look = stage.rounds.store().read_now(|reader| {
        let visit = reader.get::<Encounter>(&encounter)?.expect("the visit is there").record;
        reader.get::<Appointment>(&visit.appointment.expect("visits of the sample were booked"))
    });
    look.expect("the store can be read").expect("the appointment is there").record.state
}

/// The visits of the sample in a group.
async fn visits_in(stage: &Stage, group: QueueGroup) -> Vec<EncounterId> {
    let rows = stage.queue(&stage.clinician().await).await.rows;
    rows.into_iter().filter(|row| row.group == group).map(|row| row.encounter).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_admit_at_once_exactly_one_wins() {
    let stage = Stage::sample().await;
    let (one, other) = (stage.user(Role::Clinician, 0).await, stage.user(Role::Clinician, 1).await);
    let visit = stage.visit("Ostrander").await;
    stage.arrive(&visit).await;
    for round in 0..200 {
        let admit = |asked: &app::Asked| {
            let (rounds, asked, change) = (stage.rounds.clone(), asked.clone(), change(&visit));
            tokio::spawn(async move { rounds.admit(&asked, change).await })
        };
        // Who is spawned first changes, so that neither has a lane of their own.
        let (first, second) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let (a, b) = tokio::join!(admit(first), admit(second));
        let (a, b) = (a.unwrap(), b.unwrap());
        let winner = match (a, b) {
            (Ok(_), lost) => {
                assert_eq!(refusal(lost), "encounter.already_admitted", "round {round}");
                first
            }
            (lost, Ok(_)) => {
                assert_eq!(refusal(lost), "encounter.already_admitted", "round {round}");
                second
            }
            (Err(a), Err(b)) => panic!("nobody won round {round}: {a}, {b}"),
        };
        let view = stage.workspace(winner, &visit).await;
        assert!(view.mine, "round {round}: the one who was told yes has the visit");
        stage.rounds.release(winner, change(&visit)).await.unwrap();
    }
}

#[tokio::test]
async fn who_saw_an_older_version_is_told_that_it_changed() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    stage.arrive(&visit).await;
    let seen = stage.workspace(&me, &visit).await.version;
    let urgent = PriorityRequest { encounter: visit.encounter, priority: Priority::Urgent };
    stage.rounds.set_priority(&me, urgent).await.unwrap();
    let old = EncounterChangeRequest { encounter: visit.encounter, version: Some(seen) };
    assert_eq!(refusal(stage.rounds.admit(&me, old).await), "stale");
    let view = stage.workspace(&me, &visit).await;
    assert!(matches!(view.state, EncounterState::Arrived { .. }), "nothing was changed");
    let new = EncounterChangeRequest { encounter: visit.encounter, version: Some(view.version) };
    stage.rounds.admit(&me, new).await.unwrap();
}

#[tokio::test]
async fn a_patient_who_is_not_here_cannot_be_admitted() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    assert_eq!(refusal(stage.rounds.admit(&me, change(&visit)).await), "encounter.not_arrived");
    assert_eq!(refusal(stage.rounds.wrap_up(&me, change(&visit)).await), "encounter.not_begun");
    assert_eq!(refusal(stage.rounds.release(&me, change(&visit)).await), "encounter.not_begun");
    let nobody = EncounterChangeRequest { encounter: EncounterId::new(), version: None };
    assert_eq!(refusal(stage.rounds.admit(&me, nobody).await), "not_found");
}

#[tokio::test]
async fn every_outcome_fits_where_it_fits_and_nowhere_else() {
    use Outcome::{Completed, Incomplete, LeftWithoutBeingSeen, NoAnswer};
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let mut waiting = visits_in(&stage, QueueGroup::Ready).await.into_iter();
    for (admitted, fitting, others) in [
        (true, vec![Completed, Incomplete, NoAnswer], vec![LeftWithoutBeingSeen]),
        (false, vec![LeftWithoutBeingSeen, NoAnswer], vec![Completed, Incomplete]),
    ] {
        for outcome in fitting {
            let encounter = waiting.next().expect("the sample has five who wait");
            if admitted {
                stage.rounds.admit(&me, EncounterChangeRequest { encounter, version: None }).await.unwrap();
            }
            for other in &others {
                assert_eq!(refusal(stage.rounds.finish(&me, finish(encounter, *other)).await), "encounter.outcome");
            }
            stage.rounds.finish(&me, finish(encounter, outcome)).await.unwrap();
            stage.rounds.finish(&me, finish(encounter, outcome)).await.expect("the same again changes nothing");
            let state = appointment_of(&stage, encounter);
            match outcome {
                Completed | Incomplete => {
                    assert!(matches!(state, AppointmentState::Fulfilled { .. }), "{outcome:?}: {state:?}")
                }
                LeftWithoutBeingSeen | NoAnswer => {
                    assert!(matches!(state, AppointmentState::Cancelled { .. }), "{outcome:?}: {state:?}");
                }
            }
            let again = EncounterChangeRequest { encounter, version: None };
            assert_eq!(refusal(stage.rounds.admit(&me, again).await), "encounter.over");
        }
    }
}

#[tokio::test]
async fn an_appointment_follows_a_visit_that_is_called_off() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let mut planned = visits_in(&stage, QueueGroup::Expected).await.into_iter();
    for reason in [CancelReason::ByPatient, CancelReason::ByPractice, CancelReason::NoConsent] {
        let encounter = planned.next().expect("the sample has four who are expected");
        stage.rounds.cancel(&me, CancelRequest { encounter, reason }).await.unwrap();
        assert!(matches!(appointment_of(&stage, encounter), AppointmentState::Cancelled { .. }), "{reason:?}");
    }
    let encounter = planned.next().expect("the fourth");
    stage.advance(3 * 3600);
    stage.rounds.cancel(&me, CancelRequest { encounter, reason: CancelReason::NoShow }).await.unwrap();
    assert!(matches!(appointment_of(&stage, encounter), AppointmentState::NoShow { .. }));
    let begun = visits_in(&stage, QueueGroup::Ready).await[0];
    stage.rounds.admit(&me, EncounterChangeRequest { encounter: begun, version: None }).await.unwrap();
    let cancel = CancelRequest { encounter: begun, reason: CancelReason::ByPatient };
    assert_eq!(refusal(stage.rounds.cancel(&me, cancel).await), "encounter.begun");
}

#[tokio::test]
async fn what_the_screen_offers_is_what_the_rules_allow() {
    use Allowed::*;
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    let offered = async || stage.workspace(&me, &visit).await.allowed;
    assert_eq!(offered().await, [Cancel, SetPriority, Invite]);
    stage.arrive(&visit).await;
    assert_eq!(offered().await, [Triage, Admit, CloseUnseen, Cancel, SetPriority, Invite]);
    stage.rounds.triage(&me, change(&visit)).await.unwrap();
    assert_eq!(offered().await, [Admit, CloseUnseen, Cancel, SetPriority, Invite]);
    stage.rounds.admit(&me, change(&visit)).await.unwrap();
    let exam = [Release, WrapUp, Pause, Finish, CheckIdentity];
    let visit_goes_on = [SetPriority, Invite, JoinCall, WriteNote, TakeSnapshot];
    assert_eq!(offered().await, [&exam[..], &visit_goes_on].concat());
    stage.rounds.pause(&me, change(&visit)).await.unwrap();
    let interrupted = [Admit, Release, Finish, CheckIdentity];
    assert_eq!(offered().await, [&interrupted[..], &visit_goes_on].concat(), "admitting takes it up again");
    stage.rounds.release(&me, change(&visit)).await.unwrap();
    let sent_back = [Admit, Finish, SetPriority, Invite, WriteNote];
    assert_eq!(offered().await, sent_back, "who was seen and sent back cannot have left unseen");
    stage.rounds.admit(&me, change(&visit)).await.unwrap();
    stage.rounds.finish(&me, finish(visit.encounter, Outcome::Completed)).await.unwrap();
    assert_eq!(offered().await, [WriteNote]);
}

#[tokio::test]
async fn a_visit_is_planned_for_now_or_later() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let (patient, rooms) = (stage.patient(&me, "Ostrander").await, stage.queue(&me).await.rooms);
    let create = async |planned_for: Option<domain::Timestamp>| {
        let request = CreateEncounterRequest {
            patient: patient.id,
            room: rooms[0].id,
            reason: "Follow-up".into(),
            priority: Priority::Routine,
            planned_for,
        };
        stage.rounds.create_encounter(&me, request).await
    };
    let now = stage.rounds.now();
    let days = chrono::TimeDelta::days;
    for wrong in [now - days(1), now + days(1000), domain::Timestamp::MAX_UTC, domain::Timestamp::MIN_UTC] {
        assert_eq!(refusal(create(Some(wrong)).await), "invalid", "{wrong}");
    }
    for right in [None, Some(now), Some(now + days(30))] {
        let link = create(right).await.unwrap();
        assert!(link.expires_at > right.unwrap_or(now), "the link works when the visit is planned for");
    }
}

#[tokio::test]
async fn whoever_listens_hears_of_a_change_after_it_is_kept() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    stage.arrive(&visit).await;
    let mut changes = stage.rounds.listen();
    stage.rounds.admit(&me, change(&visit)).await.unwrap();
    loop {
        // Commits of the steps before may still be on their way here.
        let changed = changes.recv().await.expect("the practice is at work");
        let in_progress = stage.workspace(&me, &visit).await.mine;
        if changed.topics.contains(&Topic::Encounter)
            && changed.ids.contains(&visit.encounter.to_string())
            && in_progress
        {
            break;
        }
    }
}
