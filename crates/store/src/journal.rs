//! The journal: what happened, who did it, in an order that cannot be changed unnoticed.
//!
//! Each row holds the SHA-256 of its payload, and the SHA-256 over the row before and itself. So a row that is changed,
//! removed, inserted or moved breaks the chain, and a payload can be erased lawfully without breaking it. A
//! chain alone does not stop someone who can rewrite all of it: see the README for what it proves.

use domain::Timestamp;
use domain::actor::Actor;
use domain::id::DeviceId;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

use crate::StoreFault;

/// What a journal row tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JournalKind {
    /// A record was changed; the payload is its after-image.
    Change,
    /// Something of a patient was shown.
    Access,
    /// A command was refused; the payload is the refusal's word.
    Refusal,
    /// Something was sent to or came from another system.
    Sync,
    /// Rounds itself did something: a migration, a recovery.
    System,
}

impl JournalKind {
    /// Its word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Access => "access",
            Self::Refusal => "refusal",
            Self::Sync => "sync",
            Self::System => "system",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Change, Self::Access, Self::Refusal, Self::Sync, Self::System]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One row of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Its place.
    pub seq: i64,
    /// When, by this computer's clock. The order is that of `seq`, not of this.
    pub at: Timestamp,
    /// Which computer.
    pub device: DeviceId,
    /// Who.
    pub actor: Actor,
    /// What kind of row.
    pub kind: JournalKind,
    /// What kind of thing it tells of: a table's name.
    pub subject_kind: String,
    /// Of which one.
    pub subject_id: String,
    /// What was asked.
    pub command: String,
    /// The after-image, or the reason; `None` where there is none or it was erased.
    pub payload: Option<Vec<u8>>,
    digest: [u8; 32],
    hash: [u8; 32],
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal row {seq}: {what}")]
pub struct ChainBreak {
    /// The first row that does not fit.
    pub seq: i64,
    /// What does not fit.
    pub what: &'static str,
}

/// The head of a chain, carried from row to row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub hash: [u8; 32],
}

/// What is about to be written.
pub(crate) struct Entry<'a> {
    pub at: Timestamp,
    pub device: DeviceId,
    pub actor: Actor,
    pub kind: JournalKind,
    pub subject_kind: &'a str,
    pub subject_id: &'a str,
    pub command: &'a str,
    pub payload: Option<&'a [u8]>,
}

impl Head {
    /// The head of the chain as it stands in the database.
    pub fn load(db: &Connection) -> Result<Self, StoreFault> {
        let found = db
            .query_row("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", (), |row| {
                Ok(Self { seq: row.get(0)?, hash: row.get(1)? })
            })
            .optional()?;
        Ok(found.unwrap_or(Self { seq: 0, hash: [0; 32] }))
    }

    /// Writes one row and gives the new head.
    pub fn append(self, db: &Connection, entry: &Entry<'_>) -> Result<Self, StoreFault> {
        let digest: [u8; 32] = Sha256::digest(entry.payload.unwrap_or_default()).into();
        let (device, actor) = (entry.device.to_string(), entry.actor.to_string());
        let at = entry.at.timestamp_millis();
        let seq = self.seq + 1;
        let fields = [&device, &actor, entry.kind.word(), entry.subject_kind, entry.subject_id, entry.command];
        let hash = row_hash(&self.hash, seq, at, &fields, &digest);
        db.prepare_cached(
            "INSERT INTO journal (seq, at, device, actor, kind, subject_kind, subject_id, command, payload, digest, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            seq,
            at,
            &device,
            &actor,
            entry.kind.word(),
            entry.subject_kind,
            entry.subject_id,
            entry.command,
            entry.payload,
            digest,
            hash,
        ))?;
        Ok(Self { seq, hash })
    }
}

/// Each field with its length before it, so that no two rows can have the same bytes.
fn row_hash(previous: &[u8; 32], seq: i64, at: i64, fields: &[&str], digest: &[u8; 32]) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(previous);
    sha.update(seq.to_le_bytes());
    sha.update(at.to_le_bytes());
    for field in fields {
        sha.update((field.len() as u64).to_le_bytes());
        sha.update(field.as_bytes());
    }
    sha.update(digest);
    sha.finalize().into()
}

const COLUMNS: &str = "seq, at, device, actor, kind, subject_kind, subject_id, command, payload, digest, hash";

impl JournalRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let wrong = |column: usize| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, "not a journal row".into())
        };
        Ok(Self {
            seq: row.get(0)?,
            at: Timestamp::from_timestamp_millis(row.get(1)?).ok_or_else(|| wrong(1))?,
            device: row.get::<_, String>(2)?.parse().map_err(|_| wrong(2))?,
            actor: row.get::<_, String>(3)?.parse().map_err(|_| wrong(3))?,
            kind: JournalKind::from_word(&row.get::<_, String>(4)?).ok_or_else(|| wrong(4))?,
            subject_kind: row.get(5)?,
            subject_id: row.get(6)?,
            command: row.get(7)?,
            payload: row.get(8)?,
            digest: row.get(9)?,
            hash: row.get(10)?,
        })
    }
}

/// Rows after a place, oldest first.
pub(crate) fn rows_after(db: &Connection, seq: i64, limit: u32) -> Result<Vec<JournalRow>, StoreFault> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2"))?;
    let rows = statement.query_map((seq, limit), JournalRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Walks the whole chain. `Ok` holds the number of rows.
pub(crate) fn verify(db: &Connection) -> Result<Result<u64, ChainBreak>, StoreFault> {
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM journal ORDER BY seq"))?;
    let mut rows = statement.query(())?;
    let (mut previous, mut count) = ([0; 32], 0u64);
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let broken = |what| Ok(Err(ChainBreak { seq, what }));
        if u64::try_from(seq) != Ok(count + 1) {
            return broken("a row before it is missing");
        }
        // As they were written: parsing takes an id in capitals for the same id, the hash does not.
        let written = |column| row.get::<_, String>(column);
        let (Ok(device), Ok(actor)) = (written(2), written(3)) else { return broken("it cannot be read") };
        let Ok(row) = JournalRow::read(row) else { return broken("it cannot be read") };
        if let Some(payload) = &row.payload
            && <[u8; 32]>::from(Sha256::digest(payload)) != row.digest
        {
            return broken("its payload was changed");
        }
        let fields = [&*device, &*actor, row.kind.word(), &*row.subject_kind, &*row.subject_id, &*row.command];
        if row_hash(&previous, row.seq, row.at.timestamp_millis(), &fields, &row.digest) != row.hash {
            return broken("it or the row before it was changed");
        }
        (previous, count) = (row.hash, count + 1);
    }
    // SQLite counts the rows that were ever written, so rows that were cut off at the end are missed too.
    let ever = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'";
    let last: i64 = db.query_row(ever, (), |row| row.get(0))?;
    if u64::try_from(last) != Ok(count) {
        return Ok(Err(ChainBreak { seq: last, what: "the rows at the end are missing" }));
    }
    Ok(Ok(count))
}
