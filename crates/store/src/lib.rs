//! The encrypted store of a practice.
//!
//! Terms: a **record** is an aggregate of the domain in its table; the **journal** is the history, one row per
//! change, access, refusal or system event, chained by hash; a **delivery** is something another system must be told.
//!
//! Invariants:
//! - There is one writer: a thread that owns the only connection that can write. Readers are `query_only`.
//! - A record is changed only through [`Tx::put`], which writes table, journal and deliveries of one transaction.
//!   So replaying the journal's after-images gives the tables (a test proves it).
//! - What [`Store::write`] has answered is on disk (`synchronous = FULL`).
//! - A refusal rolls the command back and is journalled all the same.
//!
//! To add a table: a new numbered file in `migrations/`, a [`Record`] implementation in `record.rs`, a fixture of the
//! schema before it in `tests/schemas/`. Never change the meaning of a column.

mod delivery;
mod draft;
pub mod fault;
mod file;
mod journal;
mod key;
mod open;
mod read;
mod record;
mod search;
mod tx;
mod writer;

use std::sync::Arc;

pub use delivery::{Delivery, DeliveryState};
pub use draft::{Draft, RunId};
pub use file::{FileFault, SealedFiles};
pub use journal::{ChainBreak, JournalKind, JournalRow};
pub use key::StoreKey;
pub use open::{OpenFault, Store};
pub use read::Reader;
pub use record::{Kind, PatientChart, Record, Setting, Versioned};
pub use tx::{Stop, Tx};
pub use writer::{Committed, Intent, WriteFault};

/// A fault of the database itself: not a refusal, and nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreFault {
    /// No room on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The file is damaged.
    #[error("the store is damaged")]
    Damaged(#[source] Arc<rusqlite::Error>),
    /// Anything else that SQLite reports.
    #[error("the store cannot be used")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// A record that cannot be read: written by something else, or a bug.
    #[error("a {table} record cannot be read")]
    Body {
        /// Its table.
        table: &'static str,
        /// What is wrong with it.
        #[source]
        source: Arc<serde_json::Error>,
    },
    /// The look itself panicked: a bug, already in the log.
    #[error("the look failed inside")]
    Panicked,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        match error.sqlite_error_code() {
            Some(E::DiskFull) => Self::DiskFull,
            Some(E::DatabaseCorrupt | E::NotADatabase) => Self::Damaged(Arc::new(error)),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}

impl StoreFault {
    pub(crate) fn body(table: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| {
            // The error's own words quote the record, and a fault may be logged: only its kind and place are kept.
            let place = format!("{:?} error at column {}", error.classify(), error.column());
            Self::Body { table, source: Arc::new(serde::de::Error::custom(place)) }
        }
    }
}
