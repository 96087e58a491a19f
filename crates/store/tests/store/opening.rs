//! Opening: the right key, the right file, the right version, and nobody else in it. What is refused is left as it is.

use std::path::Path;

use rusqlite::Connection;
use store::{OpenFault, Store, StoreKey};

use crate::world::*;

/// A folder whose database file has these bytes.
fn folder_with(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(Store::path(folder.path()), bytes).unwrap();
    folder
}

/// A closed store with a patient in it.
fn closed() -> tempfile::TempDir {
    let world = World::new();
    world.put(patient(1));
    world.close()
}

/// Opens what must be refused, and checks that every file is as it was.
fn refused(what: &str, folder: &Path, key: &StoreKey) -> OpenFault {
    let before = files(folder);
    let fault = open(folder, key).err().unwrap_or_else(|| panic!("{what} was opened"));
    assert!(before == files(folder), "{what}: a refused open changed a file");
    fault
}

#[test]
fn a_wrong_key_is_refused() {
    let folder = closed();
    let fault = refused("a wrong key", folder.path(), &StoreKey::from_bytes([8; 32]));
    assert!(matches!(fault, OpenFault::WrongKeyOrForeign), "{fault:?}");
    let store = open(folder.path(), &KEY).unwrap();
    assert_eq!(store.read_now(|reader| reader.count_patients()).unwrap(), 1);
    store.close();
}

#[test]
fn a_foreign_file_is_refused() {
    let plain = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plain.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
        std::fs::read(path).unwrap()
    };
    let noise: Vec<u8> = (0..20_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (what, bytes) in [
        ("a plain database", plain.as_slice()),
        ("the head of a plain database", &plain[..16]),
        ("noise", &noise),
        ("a little noise", &noise[..100]),
        ("one byte", b"x"),
        ("a short text", b"hello\n"),
        ("a long text", "a shopping list\n".repeat(1000).as_bytes()),
        ("zeros", &[0; 8192]),
    ] {
        let fault = refused(what, folder_with(bytes).path(), &KEY);
        assert!(matches!(fault, OpenFault::WrongKeyOrForeign), "{what}: {fault:?}");
    }
}

#[test]
fn another_programs_encrypted_database_is_refused() {
    for pragma in ["application_id = 7", "user_version = 3"] {
        let folder = tempfile::tempdir().unwrap();
        raw(folder.path()).execute_batch(&format!("PRAGMA {pragma}; CREATE TABLE t (x)")).unwrap();
        let fault = refused(pragma, folder.path(), &KEY);
        assert!(matches!(fault, OpenFault::WrongKeyOrForeign), "{pragma}: {fault:?}");
    }
}

#[test]
fn an_empty_file_and_an_empty_database_become_a_store() {
    // A first start that was killed leaves one or the other.
    let empty_database = tempfile::tempdir().unwrap();
    raw(empty_database.path()).execute_batch("CREATE TABLE t (x); DROP TABLE t").unwrap();
    for folder in [folder_with(b""), empty_database] {
        let store = open(folder.path(), &KEY).unwrap();
        wait(store.write(intent("patient.put"), |tx| put(tx, &patient(1)))).unwrap();
        store.close();
        drop(store);
        open(folder.path(), &KEY).unwrap().close();
    }
}

#[test]
fn a_newer_schema_is_refused_with_both_numbers() {
    let folder = closed();
    raw(folder.path()).execute_batch("PRAGMA user_version = 99").unwrap();
    let fault = refused("a newer schema", folder.path(), &KEY);
    assert!(matches!(fault, OpenFault::Newer { found: 99, known: Store::SCHEMA }), "{fault:?}");
}

#[test]
fn a_store_is_open_once_and_free_after_it_is_closed() {
    let world = World::new();
    world.put(patient(1));
    for _ in 0..2 {
        assert!(matches!(Store::open(world.path(), &KEY), Err(OpenFault::InUse)));
    }
    world.put(patient(2));
    let folder = world.close();
    let again = open(folder.path(), &KEY).unwrap();
    assert_eq!(again.read_now(|reader| reader.count_patients()).unwrap(), 2);
    again.close();
}

#[test]
fn a_store_that_was_only_dropped_is_free_too() {
    let World { store, folder } = World::new();
    for number in 0..5 {
        wait(store.write(intent("patient.put"), move |tx| put(tx, &patient(number)))).unwrap();
    }
    drop(store);
    let again = open(folder.path(), &KEY).unwrap();
    wait(again.write(intent("patient.put"), |tx| put(tx, &patient(5)))).unwrap();
    assert_store_whole(&again);
    assert_eq!(again.read_now(|reader| reader.count_patients()).unwrap(), 6);
    again.close();
}

#[test]
fn a_folder_that_cannot_be_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "text").unwrap();
    assert!(matches!(open(&file, &KEY), Err(OpenFault::Folder(_))));
    assert!(matches!(open(&file.join("below"), &KEY), Err(OpenFault::Folder(_))));
}

#[test]
fn the_device_is_made_once() {
    let world = World::new();
    let device = world.store.device();
    let folder = world.close();
    let again = open(folder.path(), &KEY).unwrap();
    assert_eq!(again.device(), device);
    again.close();
    assert_ne!(World::new().store.device(), device);
}

#[test]
fn a_key_file_is_read_back_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    assert!(StoreKey::read(&path).unwrap().is_none(), "no key file is no fault");
    let key = StoreKey::random().unwrap();
    key.write_new(&path).unwrap();
    assert_eq!(StoreKey::read(&path).unwrap().unwrap().expose(), key.expose());
    assert!(StoreKey::random().unwrap().write_new(&path).is_err());
    assert_eq!(StoreKey::read(&path).unwrap().unwrap().expose(), key.expose());
    let hex = std::fs::read_to_string(&path).unwrap();
    let signed = format!("+f{}", &hex[2..64]);
    for spoilt in ["", "00", &hex[..63], &format!("{hex}0"), &hex.replace(&hex[..1], "g"), &signed, &"é".repeat(32)] {
        std::fs::write(&path, spoilt).unwrap();
        assert_eq!(StoreKey::read(&path).unwrap_err().kind(), std::io::ErrorKind::InvalidData, "{spoilt}");
    }
    std::fs::write(&path, format!("{}\n", hex.to_uppercase())).unwrap();
    assert_eq!(StoreKey::read(&path).unwrap().unwrap().expose(), key.expose());
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_key_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    KEY.write_new(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
