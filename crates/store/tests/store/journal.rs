//! The journal: what it says is what the tables hold, and a row that was touched is found and named.

use domain::refusal::Refusal;
use proptest::prelude::*;
use rusqlite::Connection;
use store::{ChainBreak, Stop, Tx};

use crate::world::*;

/// One thing that a command does to the store.
#[derive(Debug, Clone, Copy)]
enum Act {
    Patient(u128),
    Chart(u128, u8),
    Encounter(u128),
    Participant(u128),
    Note(u128),
    Setting(u128, u8),
    Access(u128),
}

fn perform(tx: &mut Tx<'_>, act: Act) -> Result<(), Stop> {
    match act {
        Act::Patient(number) => put(tx, &patient(number)),
        Act::Chart(number, text) => put(tx, &chart(number, &format!("substance {text}"))),
        Act::Encounter(number) => put(tx, &encounter(number)),
        Act::Participant(number) => put(tx, &participant(number)),
        Act::Note(number) => put(tx, &note(number)),
        Act::Setting(number, value) => put(tx, &setting(&format!("n{number}"), value)),
        Act::Access(number) => Ok(tx.note_access(store::Kind::Patient, &number.to_string())?),
    }
}

/// How a command ends after its acts.
#[derive(Debug, Clone, Copy)]
enum End {
    Well,
    Refused,
    Bug,
}

fn acts() -> impl Strategy<Value = Act> {
    let number = || 0u128..5;
    prop_oneof![
        number().prop_map(Act::Patient),
        (number(), any::<u8>()).prop_map(|(number, text)| Act::Chart(number, text)),
        number().prop_map(Act::Encounter),
        number().prop_map(Act::Participant),
        number().prop_map(Act::Note),
        (number(), any::<u8>()).prop_map(|(number, value)| Act::Setting(number, value)),
        number().prop_map(Act::Access),
    ]
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![6 => Just(End::Well), 2 => Just(End::Refused), 1 => Just(End::Bug)]
}

proptest! {
    #![proptest_config(tries(12))]

    #[test]
    fn replaying_the_journal_gives_the_tables(
        commands in prop::collection::vec((prop::collection::vec(acts(), 1..4), ends()), 1..25),
    ) {
        let world = World::new();
        for (acts, end) in commands {
            let _answer = world.write(move |tx| {
                acts.into_iter().try_for_each(|act| perform(tx, act))?;
                match end {
                    End::Well => Ok(()),
                    End::Refused => Err(Refusal::Stale.into()),
                    End::Bug => panic!("on purpose"),
                }
            });
        }
        world.read(assert_whole);
        let folder = world.close();
        let again = open(folder.path(), &KEY).unwrap();
        assert_store_whole(&again);
        again.close();
    }
}

const ROWS: i64 = 8;

/// A journal with rows of several kinds.
fn written() -> World {
    let world = World::new();
    for number in 0..3 {
        world.put(patient(number));
        world.put(chart(number, "dust"));
    }
    world.write(|tx| Ok(tx.note_access(store::Kind::Patient, "pat_1")?)).unwrap();
    world.write(|_| Err::<(), _>(Refusal::Role.into())).unwrap_err();
    assert_eq!(world.read(|reader| reader.verify_journal().unwrap()), Ok(ROWS as u64));
    world
}

fn put_back(db: &Connection) {
    db.execute_batch("DELETE FROM main.journal; INSERT INTO main.journal SELECT * FROM saved; DROP TABLE saved")
        .unwrap();
    db.execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'journal'", [ROWS]).unwrap();
}

/// Touches the journal past all rules, verifies it, and puts it back.
fn verdict_after(world: &World, db: &Connection, tampering: &str, row: i64) -> Result<u64, ChainBreak> {
    db.execute_batch("CREATE TEMP TABLE saved AS SELECT * FROM main.journal").unwrap();
    let touched = db.execute(tampering, [row]).unwrap_or_else(|error| panic!("{tampering}: {error}"));
    assert!(touched > 0, "{tampering} of row {row} touched nothing");
    let verdict = world.read(|reader| reader.verify_journal().unwrap());
    put_back(db);
    assert_eq!(world.read(|reader| reader.verify_journal().unwrap()), Ok(ROWS as u64), "put back after {tampering}");
    verdict
}

#[test]
fn a_changed_field_of_any_row_is_found_and_the_row_named() {
    let world = written();
    let db = raw(world.path());
    for row in 1..=ROWS {
        for change in [
            "at = at + 1",
            "at = -at",
            "device = 'dev_00000000000000000000000000000001'",
            "device = upper(substr(device, 5)) || 'x'",
            "device = 'dev_' || upper(substr(device, 5))",
            "actor = 'system'",
            "actor = 'nobody'",
            "kind = 'sync'",
            "subject_kind = 'encounter'",
            "subject_id = subject_id || '0'",
            "command = 'test.other'",
            "command = command || ' '",
            "payload = CAST('{}' AS BLOB)",
            "payload = CAST(coalesce(payload, '') || ' ' AS BLOB)",
            "digest = zeroblob(32)",
            "digest = x'00'",
            "hash = zeroblob(32)",
            "hash = substr(hash, 1, 31)",
        ] {
            let tampering = format!("UPDATE main.journal SET {change} WHERE seq = ?1");
            let broken = verdict_after(&world, &db, &tampering, row).expect_err(&tampering);
            assert_eq!(broken.seq, row, "{change}: {broken}");
        }
    }
}

#[test]
fn a_row_taken_out_put_in_or_moved_is_found_and_the_place_named() {
    let world = written();
    let db = raw(world.path());
    let columns = "at, device, actor, kind, subject_kind, subject_id, command, payload, digest, hash";
    let copy_to_the_end = format!(
        "INSERT INTO main.journal (seq, {columns}) SELECT {ROWS} + 1, {columns} FROM main.journal WHERE seq = ?1"
    );
    for row in 1..=ROWS {
        let taken_out = verdict_after(&world, &db, "DELETE FROM main.journal WHERE seq = ?1", row).unwrap_err();
        assert_eq!(taken_out.seq, if row == ROWS { ROWS } else { row + 1 }, "{taken_out}");
        let cut_off = verdict_after(&world, &db, "DELETE FROM main.journal WHERE seq >= ?1", row).unwrap_err();
        assert_eq!(cut_off.what, "the rows at the end are missing");
        let put_in = verdict_after(&world, &db, &copy_to_the_end, row).unwrap_err();
        assert_eq!(put_in.seq, ROWS + 1, "{put_in}");
    }
    for row in 1..ROWS {
        // Every number doubled makes room, so that two rows can change places.
        let swap =
            "UPDATE main.journal SET seq = CASE seq WHEN ?1 THEN -1 - ?1 WHEN ?1 + 1 THEN -?1 ELSE -100 - seq END";
        db.execute_batch("CREATE TEMP TABLE saved AS SELECT * FROM main.journal").unwrap();
        db.execute(swap, [row]).unwrap();
        db.execute_batch("UPDATE main.journal SET seq = CASE WHEN seq < -100 THEN -100 - seq ELSE -seq END").unwrap();
        let swapped = world.read(|reader| reader.verify_journal().unwrap()).unwrap_err();
        assert_eq!(swapped.seq, row, "{swapped}");
        put_back(&db);
    }
}

#[test]
fn an_erased_payload_leaves_the_chain_whole() {
    let world = written();
    raw(world.path()).execute_batch("UPDATE journal SET payload = NULL WHERE seq = 2").unwrap();
    assert_eq!(world.read(|reader| reader.verify_journal().unwrap()), Ok(ROWS as u64));
    assert_eq!(world.read(|reader| reader.journal_after(1, 1).unwrap())[0].payload, None);
}

#[test]
fn rows_come_in_order_and_in_pieces() {
    let world = written();
    let seqs = |after, limit| -> Vec<i64> {
        world.read(|reader| reader.journal_after(after, limit).unwrap()).iter().map(|row| row.seq).collect()
    };
    assert_eq!(seqs(0, 3), [1, 2, 3]);
    assert_eq!(seqs(3, 100), [4, 5, 6, 7, 8]);
    assert_eq!(seqs(8, 100), Vec::<i64>::new());
}
