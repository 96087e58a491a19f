//! A transaction of the one writer: the only place where records change.

use domain::Timestamp;
use domain::actor::Actor;
use domain::appointment::AppointmentRefusal;
use domain::encounter::EncounterRefusal;
use domain::id::DeviceId;
use domain::note::NoteRefusal;
use domain::participant::ParticipantRefusal;
use domain::patient::PatientRefusal;
use domain::refusal::Refusal;
use domain::snapshot::SnapshotRefusal;
use rusqlite::Connection;

use crate::fault::{self, Point};
use crate::journal::{Entry, Head, JournalKind};
use crate::record::{Kind, Record, Versioned};
use crate::{Intent, Reader, StoreFault, delivery, search};

/// Why a command stops before its end. Everything it did is rolled back.
#[derive(Debug)]
pub enum Stop {
    /// The rules say no.
    Refused(Refusal),
    /// The database failed.
    Fault(StoreFault),
}

impl From<StoreFault> for Stop {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

macro_rules! stops {
    ($($refusal:ty),*) => {$(
        impl From<$refusal> for Stop {
            fn from(refusal: $refusal) -> Self {
                Self::Refused(refusal.into())
            }
        }
    )*};
}

stops!(AppointmentRefusal, EncounterRefusal, NoteRefusal, ParticipantRefusal, PatientRefusal, SnapshotRefusal);

/// A running transaction.
pub struct Tx<'c> {
    pub(crate) db: &'c Connection,
    pub(crate) device: DeviceId,
    pub(crate) intent: &'c Intent,
    pub(crate) head: Head,
    pub(crate) changes: Vec<(Kind, String)>,
    /// What the command is about: the first record it touched. A refusal is journalled under it.
    pub(crate) subject: Option<(Kind, String)>,
}

impl Tx<'_> {
    pub(crate) fn db(&self) -> &Connection {
        self.db
    }

    /// When the command was given.
    pub fn at(&self) -> Timestamp {
        self.intent.at
    }

    /// Who gave it.
    pub fn actor(&self) -> Actor {
        self.intent.actor
    }

    /// All reads, as they stand inside this transaction.
    pub fn read(&self) -> Reader<'_> {
        Reader::new(self.db)
    }

    /// A record that must be there.
    pub fn load<R: Record>(&mut self, id: R::Id) -> Result<Versioned<R>, Stop> {
        self.subject.get_or_insert_with(|| (R::KIND, id.to_string()));
        self.read().get::<R>(&id)?.ok_or_else(|| Refusal::NotFound { what: R::NOUN }.into())
    }

    /// A record that must be there and, where the person says which version they saw, must not have changed since.
    pub fn load_seen<R: Record>(&mut self, id: R::Id, seen: Option<i64>) -> Result<Versioned<R>, Stop> {
        let found = self.load::<R>(id)?;
        match seen {
            Some(version) if version != found.version => Err(Refusal::Stale.into()),
            Some(_) | None => Ok(found),
        }
    }

    /// Writes a new record, or a record over the version that was loaded: its table, its journal row, its deliveries.
    pub fn put<R: Record>(&mut self, before: Option<&Versioned<R>>, record: &R) -> Result<(), StoreFault> {
        let id = record.id().to_string();
        let body = serde_json::to_string(record).map_err(StoreFault::body(R::KIND.table()))?;
        self.subject.get_or_insert_with(|| (R::KIND, id.clone()));
        fault::reach(Point::Begun);
        self.write_table(record, &id, &body, before.map_or(0, |before| before.version))?;
        fault::reach(Point::TableWritten);
        self.journal(JournalKind::Change, R::KIND, &id, Some(body.as_bytes()))?;
        delivery::fan_out(self.db, R::KIND, &id, self.head.seq, self.intent.at)?;
        self.changes.push((R::KIND, id));
        Ok(())
    }

    fn write_table<R: Record>(&self, record: &R, id: &str, body: &str, version: i64) -> Result<(), StoreFault> {
        use rusqlite::types::Value;
        let columns = record.columns();
        let mut values = vec![Value::Text(id.to_owned()), Value::Integer(version + 1), Value::Text(body.to_owned())];
        let names: String = columns.iter().map(|(name, _)| format!(", {name}")).collect();
        let places: String = (4..4 + columns.len()).map(|place| format!(", ?{place}")).collect();
        let table = R::KIND.table();
        let sql = if version == 0 {
            format!("INSERT INTO {table} (id, version, body{names}) VALUES (?1, ?2, ?3{places})")
        } else {
            format!("UPDATE {table} SET (version, body{names}) = (?2, ?3{places}) WHERE id = ?1 AND version = ?2 - 1")
        };
        values.extend(columns.into_iter().map(|(_, value)| value));
        let written = self.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        assert_eq!(written, 1, "BUG: a {table} record was written over a version that is not there");
        if let Some(words) = record.words() {
            search::index(self.db, id, &words)?;
        }
        Ok(())
    }

    /// Journals that something of a patient is about to be shown.
    pub fn note_access(&mut self, kind: Kind, id: &str) -> Result<(), StoreFault> {
        self.journal(JournalKind::Access, kind, id, None)
    }

    /// Journals something that Rounds itself did, with a word about it that holds no patient data.
    pub fn note_system(&mut self, subject: Kind, id: &str, word: &str) -> Result<(), StoreFault> {
        self.journal(JournalKind::System, subject, id, Some(word.as_bytes()))
    }

    /// Keeps a key of the practice. Its value is never journalled.
    pub fn put_secret(&mut self, name: &str, value: &[u8]) -> Result<(), StoreFault> {
        self.db
            .prepare_cached(
                "INSERT INTO secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            )?
            .execute((name, value))?;
        Ok(())
    }

    /// Forgets the answers of commands that were given before this moment: nobody repeats them any more. Gives how many.
    pub fn forget_receipts(&mut self, before: Timestamp) -> Result<usize, StoreFault> {
        Ok(self.db.execute("DELETE FROM receipt WHERE at < ?1", [before.timestamp_millis()])?)
    }

    pub(crate) fn journal(
        &mut self,
        kind: JournalKind,
        subject: Kind,
        id: &str,
        payload: Option<&[u8]>,
    ) -> Result<(), StoreFault> {
        let entry = Entry {
            at: self.intent.at,
            device: self.device,
            actor: self.intent.actor,
            kind,
            subject_kind: subject.table(),
            subject_id: id,
            command: self.intent.command,
            payload,
        };
        self.head = self.head.append(self.db, &entry)?;
        Ok(())
    }
}
