//! The queue board: groups, order, counters, and what follows from the role of the one who looks.

use app::api::encounter::{EncounterChangeRequest, PriorityRequest};
use app::api::queue::{NextAction, Presence, QueueGroup, QueueRequest, QueueRow};
use chrono::TimeDelta;
use domain::practice::Role;
use domain::priority::Priority;

use crate::support::{Stage, change};

#[tokio::test]
async fn the_sample_is_grouped_sorted_and_counted() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let queue = stage.queue(&me).await;
    let count = |group| queue.rows.iter().filter(|row| row.group == group).count();
    assert_eq!(count(QueueGroup::Ready), 5, "all who wait in the sample have answered the intake");
    assert_eq!((count(QueueGroup::Waiting), count(QueueGroup::InCall), count(QueueGroup::WrapUp)), (0, 0, 0));
    assert_eq!((count(QueueGroup::Expected), count(QueueGroup::Done)), (4, 5));
    assert_eq!(queue.waiting, 5);
    assert_eq!((queue.as_of - queue.longest_since.expect("somebody waits")).num_minutes(), 41);
    assert_eq!(queue.median_wait_minutes, Some(6), "the finished visits of the sample began six minutes after arrival");
    assert_eq!(
        queue.rooms.iter().map(|room| room.name.as_str()).collect::<Vec<_>>(),
        ["Bedside nursing", "General care", "Neurology"]
    );

    let ready: Vec<_> = queue.rows.iter().filter(|row| row.group == QueueGroup::Ready).collect();
    let order: Vec<(Priority, i64)> = ready
        .iter()
        .map(|row| (row.priority, (queue.as_of - row.state.arrived_at().expect("they are here")).num_minutes()))
        .collect();
    use Priority::{Emergency, Routine, Urgent};
    assert_eq!(order, [(Emergency, 6), (Urgent, 27), (Urgent, 18), (Urgent, 12), (Routine, 41)]);
    assert_eq!(queue.next, Some(ready[0].encounter), "the first of them is next");
    let groups: Vec<QueueGroup> = queue.rows.iter().map(|row| row.group).collect();
    assert!(groups.is_sorted(), "rows of one group stand together, in the order of the headings");
    let expected = queue.rows.iter().filter(|row| row.group == QueueGroup::Expected).map(|row| row.planned_for);
    assert!(expected.is_sorted(), "those who are expected stand by their time");
    let done = queue.rows.iter().filter(|row| row.group == QueueGroup::Done).map(|row| row.since);
    assert!(done.rev().is_sorted(), "what is over stands newest first");
}

#[tokio::test]
async fn a_row_says_who_they_are_and_what_is_next() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let queue = stage.queue(&me).await;
    let first = &queue.rows[0];
    assert_eq!(first.patient.name.as_str(), "Upton, Marine Ai");
    assert_eq!((first.patient.age, first.patient.mrn.as_str()), (69, "MR-749911"));
    assert_eq!(first.next, NextAction::Admit);
    assert_eq!(first.presence, Presence::Never);
    assert!(first.check.is_some() && !first.intake.is_empty() && first.assigned.is_some());
    assert!(queue.rows.iter().filter(|row| row.group == QueueGroup::Expected).all(|row| row.next == NextAction::Open));
    let noted = queue.rows.iter().filter(|row| row.last_note.is_some()).count();
    assert_eq!(noted, 2, "two finished visits of the sample have a signed note");

    let arrived = first.state.arrived_at().unwrap();
    assert_eq!(first.long_wait_at, Some(arrived + TimeDelta::minutes(first.room.slot_minutes.max(20).into())));
    let waits = |row: &&QueueRow| matches!(row.group, QueueGroup::Waiting | QueueGroup::Ready);
    assert!(queue.rows.iter().filter(|row| !waits(row)).all(|row| row.long_wait_at.is_none()), "they do not wait");

    let scheduler = stage.user(Role::Scheduler, 0).await;
    let theirs = stage.queue(&scheduler).await;
    assert!(theirs.rows.iter().all(|row| row.next == NextAction::Open) && theirs.next.is_none());
}

#[tokio::test]
async fn one_room_shows_its_own_rows_and_counters() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let neurology = stage.queue(&me).await.rooms.into_iter().find(|room| room.name == "Neurology").unwrap();
    let queue = stage.rounds.queue(&me, QueueRequest { room: Some(neurology.id) }).await.unwrap();
    assert_eq!(queue.rows.len(), 4);
    assert!(queue.rows.iter().all(|row| row.room == neurology));
    assert_eq!(queue.waiting, 2);
    assert_eq!((queue.as_of - queue.longest_since.unwrap()).num_minutes(), 27);
    assert_eq!(queue.rooms.len(), 3, "all rooms can still be chosen");
}

#[tokio::test]
async fn a_visit_moves_through_the_headings() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let other = stage.user(Role::Clinician, 1).await;
    let visit = stage.visit("Ostrander").await;
    let row = async |asked| {
        let rows = stage.queue(asked).await.rows;
        let row = rows.into_iter().find(|row| row.encounter == visit.encounter).unwrap();
        (row.group, row.next)
    };
    assert_eq!(row(&me).await, (QueueGroup::Expected, NextAction::Open));
    stage.arrive(&visit).await;
    assert_eq!(row(&me).await, (QueueGroup::Waiting, NextAction::Admit));
    stage.rounds.admit(&me, change(&visit)).await.unwrap();
    assert_eq!(row(&me).await, (QueueGroup::InCall, NextAction::Continue));
    assert_eq!(row(&other).await, (QueueGroup::InCall, NextAction::Open), "another clinician looks at it");
    stage.rounds.wrap_up(&me, change(&visit)).await.unwrap();
    assert_eq!(row(&me).await, (QueueGroup::WrapUp, NextAction::Continue));
    stage.rounds.release(&me, change(&visit)).await.unwrap();
    assert_eq!(row(&me).await, (QueueGroup::Ready, NextAction::Admit));
}

#[tokio::test]
async fn whoever_is_next_stands_at_the_top() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let top = async || {
        let queue = stage.queue(&me).await;
        assert_eq!(queue.next, Some(queue.rows[0].encounter));
        (queue.rows[0].patient.name.as_str().to_owned(), queue.rows[0].group)
    };
    let emergency = EncounterChangeRequest { encounter: stage.queue(&me).await.rows[0].encounter, version: None };
    stage.rounds.admit(&me, emergency).await.unwrap();
    assert_eq!(top().await.1, QueueGroup::Ready);
    let visit = stage.visit("Ostrander").await;
    stage.arrive(&visit).await;
    assert_eq!(top().await.1, QueueGroup::Ready, "a routine visit whose intake is open waits its turn");
    let emergency = PriorityRequest { encounter: visit.encounter, priority: Priority::Emergency };
    stage.rounds.set_priority(&me, emergency).await.unwrap();
    assert_eq!(
        top().await,
        ("Ostrander, Ada Maria".to_owned(), QueueGroup::Waiting),
        "an emergency brings its heading"
    );
    let groups: Vec<QueueGroup> = stage.queue(&me).await.rows.iter().map(|row| row.group).collect();
    let mut headings = groups.clone();
    headings.dedup();
    assert_eq!(headings.len(), headings.iter().collect::<std::collections::HashSet<_>>().len(), "each heading once");
}

#[tokio::test]
async fn tomorrow_the_board_shows_only_who_is_still_here() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    stage.advance(24 * 3600);
    let queue = stage.queue(&me).await;
    assert_eq!(queue.rows.len(), 5, "those who wait are never forgotten; the rest was of yesterday");
    assert_eq!((queue.waiting, queue.median_wait_minutes), (5, None));
}
