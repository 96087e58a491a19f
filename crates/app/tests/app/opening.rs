//! Opening a folder: each trouble is named with what to do, and nothing on the disk is changed by it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use app::OpeningFault;
use app::api::start::StoreTrouble;
use app::clock::SetClock;
use rusqlite::Connection;
use store::{Store, StoreKey};
use tempfile::TempDir;

use crate::support::{Stage, noon};

async fn try_open(folder: &Path) -> Result<app::Rounds, OpeningFault> {
    app::open(folder, Arc::new(SetClock::at(noon()))).await
}

/// Opening is refused in this way, with words that name what to do, and the folder is as it was.
async fn troubled(folder: &Path, trouble: StoreTrouble, advice: &str) {
    let before = content(folder);
    let Err(fault) = try_open(folder).await else { panic!("the folder was opened") };
    let (kind, words) = fault.tell();
    assert_eq!(kind, trouble, "{fault:?}");
    assert!(words.contains(advice), "{words}");
    assert_eq!(content(folder), before, "nothing was changed");
}

/// All files with their bytes, but for the lock, which is empty and means nothing when nobody holds it, and the
/// shared memory of the write-ahead log, which is made anew by whoever opens it.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut content = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_file() && name != "lock" && !name.ends_with("-shm") {
            let bytes = std::fs::read(entry.path()).unwrap();
            // An empty write-ahead log says nothing.
            if !(name.ends_with("-wal") && bytes.is_empty()) {
                content.insert(name, bytes);
            }
        }
    }
    content
}

/// The folder of a practice that was closed in order.
async fn closed() -> TempDir {
    let Stage { rounds, folder, .. } = Stage::sample().await;
    rounds.store().close();
    folder
}

#[tokio::test]
async fn a_fresh_folder_is_made_ready_and_holds_no_practice() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("not/there/yet");
    let rounds = try_open(&folder).await.unwrap();
    assert!(rounds.practice().await.unwrap().is_none());
    assert!(rounds.users().await.unwrap().is_empty());
    rounds.store().close();
    let start = std::fs::read(Store::path(&folder)).unwrap();
    assert!(!start.starts_with(b"SQLite format 3"), "the database is encrypted");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join("store.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else can read the key");
    }
}

#[tokio::test]
async fn a_missing_key_is_not_replaced() {
    let folder = closed().await;
    let key = std::fs::read(folder.path().join("store.key")).unwrap();
    std::fs::remove_file(folder.path().join("store.key")).unwrap();
    troubled(folder.path(), StoreTrouble::KeyMissing, "Put the file store.key back").await;
    std::fs::write(folder.path().join("store.key"), key).unwrap();
    let rounds = try_open(folder.path()).await.expect("with its key it opens again");
    assert_eq!(rounds.users().await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_wrong_key_is_told_from_a_damaged_disk() {
    let folder = closed().await;
    let path = folder.path().join("store.key");
    std::fs::remove_file(&path).unwrap();
    StoreKey::random().unwrap().write_new(&path).unwrap();
    troubled(folder.path(), StoreTrouble::WrongKeyOrForeign, "Put the matching store.key back").await;
}

#[tokio::test]
async fn a_key_file_that_is_none_is_trouble_with_the_folder() {
    for bad in ["", "xyz", &"g".repeat(64), &"0".repeat(63)] {
        let folder = closed().await;
        std::fs::write(folder.path().join("store.key"), bad).unwrap();
        troubled(folder.path(), StoreTrouble::Disk, "cannot be used").await;
    }
}

#[tokio::test]
async fn a_foreign_file_is_left_alone() {
    let plain = tempfile::tempdir().unwrap();
    let db = Connection::open(plain.path().join("made.db")).unwrap();
    db.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    db.close().unwrap();
    let plain = std::fs::read(plain.path().join("made.db")).unwrap();
    for foreign in [plain, b"not a database at all".repeat(500), vec![0; 4096], b"short".to_vec()] {
        let folder = closed().await;
        std::fs::write(Store::path(folder.path()), &foreign).unwrap();
        troubled(folder.path(), StoreTrouble::WrongKeyOrForeign, "move the folder away").await;
    }
}

fn with_key(folder: &Path) -> Connection {
    let db = Connection::open(Store::path(folder)).unwrap();
    let key = std::fs::read_to_string(folder.join("store.key")).unwrap();
    db.pragma_update(None, "key", format!("x'{}'", key.trim())).unwrap();
    db
}

#[tokio::test]
async fn another_programs_encrypted_database_is_foreign() {
    let folder = closed().await;
    std::fs::remove_file(Store::path(folder.path())).unwrap();
    let db = with_key(folder.path());
    db.execute_batch("CREATE TABLE t (x)").unwrap();
    db.close().unwrap();
    troubled(folder.path(), StoreTrouble::WrongKeyOrForeign, "not written by Rounds").await;
}

#[tokio::test]
async fn a_store_of_a_newer_version_asks_for_an_update() {
    let folder = closed().await;
    let db = with_key(folder.path());
    db.pragma_update(None, "user_version", Store::SCHEMA as i64 + 1).unwrap();
    db.close().unwrap();
    troubled(folder.path(), StoreTrouble::Newer, "Please update Rounds").await;
}

#[tokio::test]
async fn a_damaged_store_is_not_opened() {
    let folder = closed().await;
    let path = Store::path(folder.path());
    let mut bytes = std::fs::read(&path).unwrap();
    // Everything but the first page, which holds the list of tables.
    for at in (4096 + 100..bytes.len()).step_by(512) {
        bytes[at] ^= 0xff;
    }
    std::fs::write(&path, bytes).unwrap();
    troubled(folder.path(), StoreTrouble::Damaged, "Restore the folder from a backup").await;
}

#[tokio::test]
async fn a_folder_that_is_in_use_is_opened_by_nobody_else() {
    let stage = Stage::sample().await;
    troubled(stage.folder.path(), StoreTrouble::InUse, "close it first").await;
    assert_eq!(stage.rounds.users().await.unwrap().len(), 7, "the first one goes on");
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.users().await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_folder_that_cannot_be_one_is_trouble_with_the_disk() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, b"in the way").unwrap();
    let Err(fault) = try_open(&file).await else { panic!("a file was opened as a folder") };
    assert_eq!(fault.tell().0, StoreTrouble::Disk);
    assert_eq!(std::fs::read(&file).unwrap(), b"in the way");
}
