//! The write path: whole or absent, answered when on disk, told after the commit.

use domain::encounter::{EncounterCommand, EncounterRefusal};
use domain::id::{EncounterId, IdempotencyKey, PatientId};
use domain::refusal::Refusal;
use store::{Committed, Intent, JournalKind, Kind, Setting, Stop, Store, StoreFault, Tx, Versioned, WriteFault};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::world::*;

/// Everything that was told, up to the end of the store: what is told comes after what is answered.
fn told_in_all(world: World, mut listener: Receiver<Committed>) -> Vec<Committed> {
    let _folder = world.close();
    std::iter::from_fn(|| listener.try_recv().ok()).collect()
}

fn names(world: &World) -> Vec<String> {
    world.read(|reader| reader.all::<Setting>().unwrap()).into_iter().map(|setting| setting.record.name).collect()
}

#[test]
fn a_put_writes_table_journal_and_delivery_together() {
    let world = World::new();
    world.write(|tx| Ok(tx.add_delivery_target("hub", &[Kind::Patient])?)).unwrap();
    world.put(patient(1));
    let (bodies, rows, due) = world.read(|reader| {
        let due = reader.due_deliveries(second(1), 10).unwrap();
        (reader.bodies(Kind::Patient).unwrap(), reader.journal_after(0, 10).unwrap(), due)
    });
    let [(id, 1, body)] = bodies.as_slice() else { panic!("{bodies:?}") };
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.seq, row.kind, &*row.subject_kind, &row.subject_id), (1, JournalKind::Change, "patient", id));
    assert_eq!(row.payload.as_deref(), Some(body.as_bytes()));
    assert_eq!((row.at, &*row.command, row.actor), (second(0), "test.write", intent("").actor));
    assert_eq!(row.device, world.store.device());
    let [delivery] = due.as_slice() else { panic!("{due:?}") };
    assert_eq!((&delivery.subject, delivery.journal_seq, delivery.attempts), (id, 1, 0));
    world.read(assert_whole);
}

#[test]
fn a_refused_command_leaves_only_its_refusal() {
    let world = World::new();
    let listener = world.store.listen();
    world.put(encounter(1));
    let refused = world.write(|tx| {
        let before = tx.load::<domain::encounter::Encounter>(EncounterId::from_u128(1))?;
        put(tx, &patient(2))?;
        before.record.decide(&EncounterCommand::Pause, tx.actor(), tx.at())?;
        Ok(())
    });
    let not_begun = Refusal::Encounter(EncounterRefusal::NotBegun);
    assert!(matches!(refused, Err(WriteFault::Refused(refusal)) if refusal == not_begun));
    let rows = world.read(|reader| reader.journal_after(1, 10).unwrap());
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        (row.kind, &*row.subject_kind, row.payload.as_deref()),
        (JournalKind::Refusal, "encounter", Some(&b"encounter.not_begun"[..]))
    );
    assert_eq!(row.subject_id, EncounterId::from_u128(1).to_string());
    assert_eq!(world.read(|reader| reader.count_patients().unwrap()), 0);
    world.read(assert_whole);
    assert_eq!(told_in_all(world, listener).len(), 1, "a refusal changes nothing that anybody must read again");
}

#[test]
fn what_is_not_there_is_refused_in_its_own_words() {
    let world = World::new();
    let missing = world.write(|tx| tx.load::<domain::encounter::Encounter>(EncounterId::from_u128(1)).map(drop));
    assert_eq!(missing.unwrap_err().to_string(), "This visit does not exist.");
}

#[test]
fn a_command_that_panics_leaves_nothing_and_the_writer_lives_on() {
    let world = World::new();
    let bug = world.write(|tx| -> Result<(), Stop> {
        put(tx, &patient(1))?;
        panic!("on purpose");
    });
    assert!(matches!(bug, Err(WriteFault::Bug)));
    let over_a_version_that_is_not_there = world.write(|tx| {
        let unseen = Versioned { version: 3, record: patient(1) };
        Ok(tx.put(Some(&unseen), &patient(1))?)
    });
    assert!(matches!(over_a_version_that_is_not_there, Err(WriteFault::Bug)));
    assert!(world.read(|reader| reader.journal_after(0, 10).unwrap()).is_empty());
    world.put(patient(1));
    world.read(assert_whole);
}

#[test]
fn a_fault_of_the_database_leaves_nothing() {
    let world = World::new();
    world.put(patient(1));
    let twin = domain::patient::Patient { mrn: patient(1).mrn, ..patient(2) };
    let taken = world.write(move |tx| put(tx, &chart(2, "dust")).and_then(|()| put(tx, &twin)));
    assert!(matches!(taken, Err(WriteFault::Fault(StoreFault::Sqlite(_)))), "{taken:?}");
    assert_eq!(world.read(|reader| reader.bodies(Kind::Chart).unwrap()), []);
    world.read(assert_whole);
}

#[test]
fn a_repeated_key_has_one_effect_and_one_answer() {
    let world = World::new();
    let key = Some(IdempotencyKey::new());
    let attempt = |answer: u32, key| {
        let intent = Intent { key, ..intent("setting.put") };
        let command = move |tx: &mut Tx<'_>| put(tx, &setting(&format!("n{answer}"), answer)).map(|()| answer);
        wait(world.store.write_once(intent, command)).unwrap()
    };
    assert_eq!([attempt(1, key), attempt(2, key), attempt(3, key)], [1, 1, 1]);
    assert_eq!(names(&world), ["n1"]);
    assert_eq!(attempt(4, Some(IdempotencyKey::new())), 4);
    assert_eq!([attempt(5, None), attempt(6, None)], [5, 6], "without a key each attempt counts");
    world.read(assert_whole);
}

#[test]
fn a_refused_attempt_may_be_repeated_with_its_key() {
    let world = World::new();
    let key = Some(IdempotencyKey::new());
    let attempt = |willing: bool| {
        let command = move |tx: &mut Tx<'_>| {
            put(tx, &setting("n", willing))?;
            if willing { Ok(1) } else { Err(Refusal::Stale.into()) }
        };
        wait(world.store.write_once(Intent { key, ..intent("setting.put") }, command))
    };
    assert!(matches!(attempt(false), Err(WriteFault::Refused(Refusal::Stale))));
    assert_eq!(attempt(true).unwrap(), 1);
    assert_eq!(names(&world), ["n"]);
}

#[test]
fn who_saw_an_older_version_is_told_so() {
    let world = World::new();
    world.put(patient(1));
    world.put(patient(1));
    let over = |seen| {
        world.write(move |tx| {
            tx.load_seen::<domain::patient::Patient>(PatientId::from_u128(1), seen).map(|found| found.version)
        })
    };
    assert_eq!([over(Some(2)).unwrap(), over(None).unwrap()], [2, 2]);
    for stale in [0, 1, 3] {
        assert!(matches!(over(Some(stale)), Err(WriteFault::Refused(Refusal::Stale))), "{stale}");
    }
}

#[test]
fn a_hundred_writes_at_once_are_all_answered_and_all_there() {
    let world = World::new();
    wait(async {
        let mut writes = tokio::task::JoinSet::new();
        for number in 0..100u128 {
            let store = world.store.clone();
            writes.spawn(async move { store.write(intent("patient.put"), move |tx| put(tx, &patient(number))).await });
        }
        while let Some(written) = writes.join_next().await {
            written.unwrap().unwrap();
        }
    });
    assert_eq!(world.read(|reader| reader.count_patients().unwrap()), 100);
    world.read(assert_whole);
}

/// Holds the writer until the gate opens, so that what is sent meanwhile makes one batch.
async fn behind_a_gate(store: &Store, during: impl AsyncFnOnce(std::sync::mpsc::Sender<()>)) {
    let (running, runs) = tokio::sync::oneshot::channel();
    let (open, gate) = std::sync::mpsc::channel();
    let gated = store.clone();
    let first = tokio::spawn(async move {
        let waits = move |tx: &mut Tx<'_>| {
            running.send(()).unwrap();
            gate.recv().unwrap();
            put(tx, &setting("gate", 0))
        };
        gated.write(intent("setting.put"), waits).await
    });
    runs.await.unwrap();
    during(open).await;
    first.await.unwrap().unwrap();
}

#[test]
fn commands_of_one_batch_share_a_commit_and_not_their_fate() {
    let world = World::new();
    let listener = world.store.listen();
    wait(behind_a_gate(&world.store, async |open| {
        let write = |number: u128| {
            world.store.write(intent("setting.put"), move |tx| {
                put(tx, &setting(&format!("n{number}"), 1))?;
                match number % 3 {
                    0 => Ok(()),
                    1 => Err(Refusal::Role.into()),
                    _ => panic!("on purpose"),
                }
            })
        };
        let opened = async { open.send(()).unwrap() };
        let (kept, refused, bug, kept_too, ()) = tokio::join!(write(0), write(1), write(2), write(3), opened);
        assert!(kept.is_ok() && kept_too.is_ok());
        assert!(matches!(refused, Err(WriteFault::Refused(Refusal::Role))));
        assert!(matches!(bug, Err(WriteFault::Bug)));
    }));
    assert_eq!(names(&world), ["gate", "n0", "n3"]);
    world.read(assert_whole);
    let told = told_in_all(world, listener);
    let [gate, batch] = told.as_slice() else { panic!("one commit, told once: {told:?}") };
    assert_eq!(gate.changes, [(Kind::Setting, "gate".to_owned())]);
    assert_eq!(batch.changes, ["n0", "n3"].map(|name| (Kind::Setting, name.to_owned())));
    assert_eq!(batch.seq, 4, "with the refusal between them");
}

#[test]
fn listeners_hear_of_a_change_when_it_can_be_read() {
    let world = World::new();
    let mut listener = world.store.listen();
    wait(behind_a_gate(&world.store, async |open| {
        assert_eq!(listener.try_recv(), Err(TryRecvError::Empty), "nothing is told before the commit");
        assert_eq!(names(&world), Vec::<String>::new());
        open.send(()).unwrap();
        let told = listener.recv().await.unwrap();
        assert_eq!((told.seq, told.changes), (1, vec![(Kind::Setting, "gate".to_owned())]));
        assert_eq!(names(&world), ["gate"]);
    }));
}

#[test]
fn each_change_is_told_once() {
    let world = World::new();
    let listener = world.store.listen();
    world
        .write(|tx| {
            put(tx, &setting("b", 1))?;
            put(tx, &setting("a", 1))?;
            put(tx, &setting("b", 2))
        })
        .unwrap();
    let changes = ["a", "b"].map(|name| (Kind::Setting, name.to_owned())).to_vec();
    assert_eq!(told_in_all(world, listener), [Committed { seq: 3, changes }]);
}

#[test]
fn a_write_that_cannot_begin_says_why() {
    let world = World::new();
    raw(world.path()).execute_batch("ALTER TABLE journal RENAME TO elsewhere").unwrap();
    let fault = world.write(|tx| put(tx, &setting("a", 1)));
    assert!(matches!(fault, Err(WriteFault::Fault(StoreFault::Sqlite(_)))), "{fault:?}");
    raw(world.path()).execute_batch("ALTER TABLE elsewhere RENAME TO journal").unwrap();
    world.put(setting("a", 1));
    world.read(assert_whole);
}

#[test]
fn a_closed_store_says_so() {
    let world = World::new();
    world.put(setting("a", 1));
    world.store.close();
    world.store.close();
    let late = world.write(|tx| put(tx, &setting("b", 1)));
    assert!(matches!(late, Err(WriteFault::Fault(StoreFault::Closed))));
}

#[test]
fn a_reader_sees_one_moment() {
    let world = World::new();
    world.put(setting("a", 1));
    let (before, after) = world.read(|reader| {
        let before = reader.all::<Setting>().unwrap();
        world.put(setting("b", 1));
        (before, reader.all::<Setting>().unwrap())
    });
    assert_eq!(before, after);
    assert_eq!(names(&world), ["a", "b"]);
}

#[test]
fn an_access_is_journalled_without_what_was_seen() {
    let world = World::new();
    world.write(|tx| Ok(tx.note_access(Kind::Chart, "pat_1")?)).unwrap();
    world.write(|tx| Ok(tx.note_system(Kind::Practice, "", "recovered")?)).unwrap();
    let rows = world.read(|reader| reader.journal_after(0, 10).unwrap());
    let told: Vec<_> = rows.iter().map(|row| (row.kind, &*row.subject_kind, row.payload.as_deref())).collect();
    assert_eq!(
        told,
        [(JournalKind::Access, "chart", None), (JournalKind::System, "practice", Some(&b"recovered"[..]))]
    );
    world.read(assert_whole);
}
