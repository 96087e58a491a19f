//! Schemas: a store of every older version opens, has the shape of a new one, and has lost nothing.
//!
//! `tests/schemas/schema-N.sql` is a store of schema N as SQL, written when N was the newest. To add schema N + 1, add
//! the file of N here; these tests take it up.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::id::{EncounterId, PatientId};
use domain::patient::Patient;
use store::{Store, StoreKey};

use crate::world::*;

fn fixtures() -> Vec<(usize, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let number = |name: &str| name.strip_prefix("schema-")?.strip_suffix(".sql")?.parse().ok();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut found: Vec<(usize, String)> = files
        .map(|entry| {
            (number(&entry.file_name().to_string_lossy()).unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// Every table and index with the words that made it.
fn shape(folder: &std::path::Path) -> BTreeSet<(String, String, Option<String>)> {
    let db = raw(folder);
    let mut select = db.prepare("SELECT type, name, sql FROM sqlite_schema").unwrap();
    let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn there_is_a_fixture_of_every_schema() {
    let numbers: Vec<usize> = fixtures().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=Store::SCHEMA).collect::<Vec<_>>());
}

#[test]
fn every_older_store_becomes_a_newest_one_and_keeps_its_records() {
    let newest = World::new().close();
    for (number, sql) in fixtures() {
        let folder = tempfile::tempdir().unwrap();
        raw(folder.path()).execute_batch(&sql).unwrap_or_else(|error| panic!("schema {number}: {error}"));
        let store = open(folder.path(), &KEY).unwrap_or_else(|fault| panic!("schema {number}: {fault:?}"));
        store
            .read_now(|reader| {
                assert_whole(reader);
                assert_eq!(reader.get::<Patient>(&PatientId::from_u128(1))?.unwrap().version, 2);
                assert_eq!(reader.search_patients("moss", 10)?.len(), 1);
                assert_eq!(reader.visits_of(PatientId::from_u128(1))?[0].record.id, EncounterId::from_u128(1));
                assert_eq!(reader.participants_of(EncounterId::from_u128(1))?.len(), 1);
                assert_eq!(reader.notes_of(EncounterId::from_u128(1))?.len(), 1);
                assert_eq!(reader.secret("token key")?.as_deref(), Some(&[1, 2, 3][..]));
                assert_eq!(reader.due_deliveries(second(10), 10)?.len(), 1);
                Ok(())
            })
            .unwrap();
        wait(store.write(intent("patient.put"), |tx| put(tx, &patient(2)))).unwrap();
        assert_store_whole(&store);
        store.close();
        assert_eq!(shape(folder.path()), shape(newest.path()), "schema {number}");
        assert!(open(folder.path(), &StoreKey::from_bytes([8; 32])).is_err());
    }
}
