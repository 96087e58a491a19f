//! Deliveries: in order for each target and subject, and a stuck one holds up nobody else.

use domain::id::PatientId;
use store::{Delivery, DeliveryState as S, Kind};

use crate::world::*;

fn world(targets: &'static [(&'static str, &'static [Kind])]) -> World {
    let world = World::new();
    let add = move |tx: &mut store::Tx<'_>| {
        Ok(targets.iter().try_for_each(|(target, kinds)| tx.add_delivery_target(target, kinds))?)
    };
    world.write(add).unwrap();
    world
}

/// What can go at this second, as target, patient number and journal row.
fn due(world: &World, at: i64) -> Vec<(String, u128, i64)> {
    let rows = world.read(|reader| reader.due_deliveries(second(at), 100).unwrap());
    let number = |subject: &str| subject.parse::<PatientId>().unwrap().to_u128();
    rows.iter().map(|row| (row.target.clone(), number(&row.subject), row.journal_seq)).collect()
}

fn row(target: &str, patient: u128, seq: i64) -> (String, u128, i64) {
    (target.to_owned(), patient, seq)
}

/// Moves the due delivery that tells of this journal row.
fn settle(world: &World, seq: i64, at: i64, state: S) -> Delivery {
    let rows = world.read(|reader| reader.due_deliveries(second(at), 100).unwrap());
    let delivery = rows.into_iter().find(|row| row.journal_seq == seq).expect("it is due");
    let id = delivery.id;
    world.write(move |tx| Ok(tx.move_delivery(id, &state)?)).unwrap();
    delivery
}

#[test]
fn a_target_hears_only_of_its_kinds() {
    let world = world(&[("hub", &[Kind::Patient]), ("mirror", &[Kind::Patient, Kind::Chart]), ("deaf", &[])]);
    world.put(patient(1));
    world.put(chart(1, "dust"));
    world.put(setting("a", 1));
    let mut told = due(&world, 0);
    told.sort();
    assert_eq!(told, [row("hub", 1, 1), row("mirror", 1, 1)], "the chart waits behind its patient: they share an id");
}

#[test]
fn one_subject_goes_in_order_and_subjects_go_side_by_side() {
    let world = world(&[("hub", &[Kind::Patient])]);
    for number in [1, 1, 2, 1] {
        world.put(patient(number));
    }
    assert_eq!(due(&world, 0), [row("hub", 1, 1), row("hub", 2, 3)]);
    settle(&world, 1, 0, S::Done);
    assert_eq!(due(&world, 0), [row("hub", 1, 2), row("hub", 2, 3)]);
    settle(&world, 3, 0, S::Done);
    settle(&world, 2, 0, S::Done);
    assert_eq!(due(&world, 0), [row("hub", 1, 4)]);
    settle(&world, 4, 0, S::Done);
    assert_eq!(due(&world, 1000), []);
}

#[test]
fn a_wedged_delivery_blocks_only_its_own_target_and_subject() {
    let world = world(&[("hub", &[Kind::Patient])]);
    for number in [1, 1, 2] {
        world.put(patient(number));
    }
    settle(&world, 1, 0, S::Wedged { reason: "refused".into() });
    world.write(|tx| Ok(tx.add_delivery_target("mirror", &[Kind::Patient])?)).unwrap();
    world.put(patient(1));
    assert_eq!(due(&world, 1000), [row("hub", 2, 3), row("mirror", 1, 4)]);
    let wedged = world.read(|reader| reader.wedged_deliveries().unwrap());
    let [delivery] = wedged.as_slice() else { panic!("{wedged:?}") };
    assert_eq!((delivery.journal_seq, &delivery.state), (1, &S::Wedged { reason: "refused".into() }));
    let id = delivery.id;
    world.write(move |tx| Ok(tx.move_delivery(id, &S::Due { next_at: second(0) })?)).unwrap();
    assert_eq!(world.read(|reader| reader.wedged_deliveries().unwrap()), []);
    assert!(due(&world, 0).contains(&row("hub", 1, 1)), "a person has freed it");
}

#[test]
fn a_sent_delivery_without_an_answer_is_due_again() {
    let world = world(&[("hub", &[Kind::Patient])]);
    world.put(patient(1));
    assert_eq!(settle(&world, 1, 0, S::Sent { until: second(30) }).attempts, 0);
    assert_eq!(due(&world, 29), []);
    let again = settle(&world, 1, 30, S::Due { next_at: second(60) });
    assert_eq!((again.attempts, again.state), (1, S::Sent { until: second(30) }));
    assert_eq!(due(&world, 59), []);
    assert_eq!(settle(&world, 1, 60, S::Sent { until: second(90) }).attempts, 1);
    assert_eq!(settle(&world, 1, 90, S::Done).attempts, 2);
    assert_eq!(due(&world, 1000), []);
}

#[test]
fn what_was_not_kept_is_told_to_nobody() {
    let world = world(&[("hub", &[Kind::Patient])]);
    let refusal = domain::refusal::Refusal::Stale;
    world.write(|tx| put(tx, &patient(1)).and(Err::<(), _>(refusal.into()))).unwrap_err();
    assert_eq!(due(&world, 1000), []);
    assert!(raw(world.path()).query_row("SELECT count(*) FROM delivery", (), |row| row.get::<_, i64>(0)).unwrap() == 0);
}

#[test]
fn a_limit_takes_the_oldest() {
    let world = world(&[("hub", &[Kind::Patient])]);
    (1..=5).for_each(|number| world.put(patient(number)));
    let two = world.read(|reader| reader.due_deliveries(second(0), 2).unwrap());
    assert_eq!(two.iter().map(|row| row.journal_seq).collect::<Vec<_>>(), [1, 2]);
}
