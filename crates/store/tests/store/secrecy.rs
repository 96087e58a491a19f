//! What can be read by one who has the disk, the journal or the log, but not the key: nothing of a patient.

use domain::id::NoteId;
use store::{Kind, Record, RunId, Setting, Store, StoreFault, WriteFault};

use crate::world::*;

const CANARY: &str = "CANARY-9f3a";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Every file of a folder, searched for what must not stand there.
fn assert_unreadable(folder: &std::path::Path) {
    let files = files(folder);
    assert!(files.len() >= 2, "there is something to look at: {:?}", files.keys());
    for (name, bytes) in files {
        for forbidden in [CANARY.as_bytes(), PNG, b"SQLite format 3", b"CREATE TABLE", b"patient"] {
            let there = bytes.windows(forbidden.len()).any(|window| window == forbidden);
            assert!(!there, "{:?} stands readable in {}", String::from_utf8_lossy(forbidden), name.display());
        }
    }
}

#[test]
fn nothing_on_the_disk_can_be_read() {
    let world = World::new();
    world.put(patient_named(1, CANARY));
    world.put(chart(1, CANARY));
    let (run, text) = (RunId::new(), vec![CANARY.into()]);
    world.write(move |tx| Ok(tx.save_draft(NoteId::from_u128(1), "story", &text, second(0), &run)?)).unwrap();
    world.write(|tx| Ok(tx.put_secret("token key", CANARY.as_bytes())?)).unwrap();
    world.store.files().seal("snp_1", &[PNG, CANARY.as_bytes()].concat()).unwrap();
    std::fs::metadata(world.path().join("rounds.db-wal")).expect("the log is looked at too");
    assert_unreadable(world.path());
    let folder = world.close();
    assert_unreadable(folder.path());
}

#[test]
fn a_secret_is_kept_and_never_journalled() {
    let world = World::new();
    let both = |tx: &mut store::Tx<'_>| {
        tx.put_secret("token key", CANARY.as_bytes())?;
        put(tx, &setting("a", 1))
    };
    world.write(both).unwrap();
    world.write(|tx| tx.put_secret("token key", b"newer").map_err(Into::into)).unwrap();
    let (value, other, rows) = world.read(|reader| {
        (reader.secret("token key").unwrap(), reader.secret("other").unwrap(), reader.journal_after(0, 10).unwrap())
    });
    assert_eq!((value.as_deref(), other), (Some(&b"newer"[..]), None));
    assert_eq!(rows.len(), 1);
    assert!(!format!("{rows:?}").contains(CANARY));
    let payload = rows[0].payload.clone().unwrap();
    assert!(!String::from_utf8(payload).unwrap().contains(CANARY));
}

#[test]
fn a_key_is_not_printed() {
    assert_eq!(format!("{KEY:?}"), "StoreKey");
}

/// A fault is logged, so neither it nor its causes may quote the record.
fn assert_silent(fault: &StoreFault) {
    let mut printed = format!("{fault:?}");
    let mut cause: Option<&dyn std::error::Error> = Some(fault);
    while let Some(error) = cause {
        printed += &format!(" | {error} {error:?}");
        cause = error.source();
    }
    assert!(!printed.contains(CANARY), "{printed}");
}

#[test]
fn a_record_that_cannot_be_read_is_not_quoted() {
    let world = World::new();
    world.put(patient_named(1, "Moss"));
    for body in [format!("\"{CANARY}\""), format!("{{\"id\":\"{CANARY}\"}}"), format!("{{\"id\":{{\"{CANARY}\":1}}}}")]
    {
        raw(world.path()).execute("UPDATE patient SET body = ?1", [&body]).unwrap();
        let id = patient(1).id();
        let fault = world.store.read_now(|reader| reader.get::<domain::patient::Patient>(&id)).unwrap_err();
        assert!(matches!(fault, StoreFault::Body { table: "patient", .. }));
        assert_silent(&fault);
    }
}

#[test]
fn a_broken_rule_of_the_database_does_not_quote_the_record() {
    let world = World::new();
    world.put(patient_named(1, CANARY));
    let twin = domain::patient::Patient { mrn: patient(1).mrn, ..patient_named(2, CANARY) };
    let Err(WriteFault::Fault(fault)) = world.write(move |tx| put(tx, &twin)) else { panic!("two have one number") };
    assert_silent(&fault);
}

#[test]
fn the_file_says_nothing_of_what_it_is() {
    let world = World::new();
    world.put(setting("a", 1));
    assert_eq!(world.read(|reader| reader.bodies(Kind::Setting).unwrap()).len(), 1);
    assert_eq!(Setting::KIND.table(), "setting");
    let folder = world.close();
    let bytes = std::fs::read(Store::path(folder.path())).unwrap();
    let ones: u64 = bytes.iter().map(|byte| u64::from(byte.count_ones())).sum();
    let share = ones as f64 / (bytes.len() * 8) as f64;
    assert!((0.49..0.51).contains(&share), "encrypted bytes look like noise, these have {share:.3} ones");
}
