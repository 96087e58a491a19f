//! Opening a practice's folder: the key, the store, and what an earlier run left behind.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::{OpenFault, Store, StoreFault, StoreKey};

use crate::api::start::StoreTrouble;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::rounds::Rounds;

/// Why a practice's folder was not opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpeningFault {
    /// There is a store, but its key file is not there.
    #[error("the key file is missing")]
    KeyMissing,
    /// The key file cannot be used.
    #[error("the key file cannot be used")]
    Key(#[source] io::Error),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenFault),
    /// The store is open, but patients cannot be let in.
    #[error("the address for patients cannot be used")]
    Doorway(#[source] io::Error),
    /// The store was opened and failed then.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl OpeningFault {
    /// What a screen is told: the kind of trouble, and in plain words what happened, what was kept and what to do.
    pub fn tell(&self) -> (StoreTrouble, String) {
        let (trouble, words) = match self {
            Self::KeyMissing => (
                StoreTrouble::KeyMissing,
                "The key of this practice's data is missing. The data is still there, unchanged. Put the file store.key back \
                 into the folder, for instance from a backup, and start Rounds again.",
            ),
            Self::Store(OpenFault::WrongKeyOrForeign) => (
                StoreTrouble::WrongKeyOrForeign,
                "The data in this folder cannot be read with its key: the key belongs to another store, or the file was not \
                 written by Rounds. Nothing was changed. Put the matching store.key back, or move the folder away to begin anew.",
            ),
            Self::Store(OpenFault::Newer { .. }) => (
                StoreTrouble::Newer,
                "This data was written by a newer version of Rounds. Nothing was changed. Please update Rounds on this computer.",
            ),
            Self::Store(OpenFault::InUse) => (
                StoreTrouble::InUse,
                "Rounds is already running with this data. Please use the window that is open, or close it first.",
            ),
            Self::Store(OpenFault::Fault(StoreFault::Damaged(_)))
            | Self::Failed(Failure::Store(StoreFault::Damaged(_))) => (
                StoreTrouble::Damaged,
                "The data in this folder is damaged, so Rounds does not open it: nothing wrong is shown and nothing was changed. \
                 Restore the folder from a backup.",
            ),
            Self::Store(OpenFault::Fault(StoreFault::DiskFull))
            | Self::Failed(Failure::Store(StoreFault::DiskFull)) => (
                StoreTrouble::Disk,
                "The disk is full, so Rounds cannot work safely. Everything that was saved is kept. Free some space and start again.",
            ),
            Self::Doorway(_) => (
                StoreTrouble::Doorway,
                "Rounds cannot listen on the address that patients join through (ROUNDS_LISTEN): it is not an address of \
                 this computer, or may not be used. Nothing was changed. Correct the address and start again.",
            ),
            Self::Key(_) | Self::Store(OpenFault::Folder(_) | OpenFault::Fault(_)) | Self::Failed(_) => (
                StoreTrouble::Disk,
                "The folder of this practice's data cannot be used: it may be on a disk that is full, read-only or not \
                 connected. Nothing was changed.",
            ),
        };
        (trouble, words.to_owned())
    }
}

/// Where the key of a folder's store lies.
fn key_path(folder: &Path) -> PathBuf {
    folder.join("store.key")
}

/// Opens the practice in a folder, or prepares the folder for a new one, and tidies up after an earlier run.
pub async fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Rounds, OpeningFault> {
    let owned = folder.to_owned();
    let opened = tokio::task::spawn_blocking(move || open_store(&owned)).await;
    let store = opened.map_err(|_| Failure::Bug)??;
    let rounds = Rounds::new(store, clock);
    rounds.end_interrupted_calls().await?;
    // Chores: a practice on a full disk must open all the same.
    for chore in [rounds.sweep_files().await, rounds.forget_old_receipts().await] {
        if let Err(failure) = chore {
            failure.report();
        }
    }
    Ok(rounds)
}

fn open_store(folder: &Path) -> Result<Store, OpeningFault> {
    std::fs::create_dir_all(folder).map_err(OpenFault::Folder)?;
    let path = key_path(folder);
    let key = match StoreKey::read(&path).map_err(OpeningFault::Key)? {
        Some(key) => key,
        None if Store::path(folder).exists() => return Err(OpeningFault::KeyMissing),
        None => {
            let key = StoreKey::random().map_err(OpeningFault::Key)?;
            key.write_new(&path).map_err(OpeningFault::Key)?;
            key
        }
    };
    Ok(Store::open(folder, &key)?)
}
