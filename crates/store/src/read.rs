//! Reading: records by id, and the few lists that screens need. A reader sees one moment of the store.

use domain::Timestamp;
use domain::call::Call;
use domain::encounter::Encounter;
use domain::id::{EncounterId, NoteId, PatientId};
use domain::note::Note;
use domain::participant::Participant;
use domain::patient::Patient;
use domain::snapshot::Snapshot;
use rusqlite::{Connection, OptionalExtension, Params};

use crate::delivery::{self, Delivery};
use crate::draft::{self, Draft, RunId};
use crate::journal::{self, ChainBreak, JournalRow};
use crate::record::{Kind, Record, Setting, Versioned};
use crate::{StoreFault, search};

/// A view of the store at one moment.
pub struct Reader<'c> {
    db: &'c Connection,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(db: &'c Connection) -> Self {
        Self { db }
    }

    /// A record by its id.
    pub fn get<R: Record>(&self, id: &R::Id) -> Result<Option<Versioned<R>>, StoreFault> {
        let sql = format!("SELECT version, body FROM {} WHERE id = ?1", R::KIND.table());
        Ok(self.list(&sql, [id.to_string()])?.pop())
    }

    /// All records of a kind of which there are few: rooms, users, templates.
    pub fn all<R: Record>(&self) -> Result<Vec<Versioned<R>>, StoreFault> {
        self.list(&format!("SELECT version, body FROM {} ORDER BY id", R::KIND.table()), ())
    }

    /// The visits of a day: everyone who is here, who is expected, and whose visit ended within the day.
    pub fn queue(&self, day: (Timestamp, Timestamp)) -> Result<Vec<Versioned<Encounter>>, StoreFault> {
        self.list(
            "SELECT version, body FROM encounter WHERE arrived = 1 \
             UNION ALL SELECT version, body FROM encounter WHERE ended_at IS NULL AND arrived = 0 AND planned_for >= ?1 AND planned_for < ?2 \
             UNION ALL SELECT version, body FROM encounter WHERE ended_at >= ?1 AND ended_at < ?2",
            (day.0.timestamp_millis(), day.1.timestamp_millis()),
        )
    }

    /// A patient's visits, the newest first.
    pub fn visits_of(&self, patient: PatientId) -> Result<Vec<Versioned<Encounter>>, StoreFault> {
        self.list(
            "SELECT version, body FROM encounter WHERE patient_id = ?1 ORDER BY planned_for DESC LIMIT 200",
            [patient.to_string()],
        )
    }

    /// Everyone who takes part in a visit, in the order they were invited.
    pub fn participants_of(&self, encounter: EncounterId) -> Result<Vec<Versioned<Participant>>, StoreFault> {
        self.of_encounter(encounter)
    }

    /// The calls of a visit, the oldest first.
    pub fn calls_of(&self, encounter: EncounterId) -> Result<Vec<Versioned<Call>>, StoreFault> {
        self.of_encounter(encounter)
    }

    /// The notes of a visit, the oldest first.
    pub fn notes_of(&self, encounter: EncounterId) -> Result<Vec<Versioned<Note>>, StoreFault> {
        self.of_encounter(encounter)
    }

    /// The snapshots of a visit, the oldest first.
    pub fn snapshots_of(&self, encounter: EncounterId) -> Result<Vec<Versioned<Snapshot>>, StoreFault> {
        self.of_encounter(encounter)
    }

    fn of_encounter<R: Record>(&self, encounter: EncounterId) -> Result<Vec<Versioned<R>>, StoreFault> {
        let sql = format!("SELECT version, body FROM {} WHERE encounter_id = ?1 ORDER BY id", R::KIND.table());
        self.list(&sql, [encounter.to_string()])
    }

    /// Calls that nobody has ended.
    pub fn open_calls(&self) -> Result<Vec<Versioned<Call>>, StoreFault> {
        self.list("SELECT version, body FROM call WHERE open = 1 ORDER BY id", ())
    }

    /// A patient's note that was signed last.
    pub fn last_signed_note(&self, patient: PatientId) -> Result<Option<Versioned<Note>>, StoreFault> {
        let sql = "SELECT version, body FROM note WHERE patient_id = ?1 AND signed_at IS NOT NULL ORDER BY signed_at DESC LIMIT 1";
        Ok(self.list(sql, [patient.to_string()])?.pop())
    }

    /// Patients that have words beginning with all that was typed. Nothing typed: the newest.
    pub fn search_patients(&self, typed: &str, limit: u32) -> Result<Vec<Patient>, StoreFault> {
        let bodies = search::patients(self.db, typed, limit)?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(StoreFault::body("patient"))).collect()
    }

    /// How many patients there are.
    pub fn count_patients(&self) -> Result<u32, StoreFault> {
        Ok(self.db.prepare_cached("SELECT count(*) FROM patient")?.query_row((), |row| row.get(0))?)
    }

    /// Whether another active patient has this record number.
    pub fn mrn_taken(&self, mrn: &str, by_other_than: PatientId) -> Result<bool, StoreFault> {
        let sql = "SELECT EXISTS (SELECT 1 FROM patient WHERE mrn = ?1 AND active = 1 AND id <> ?2)";
        Ok(self.db.prepare_cached(sql)?.query_row((mrn, by_other_than.to_string()), |row| row.get(0))?)
    }

    /// A setting of this computer.
    pub fn setting(&self, name: &str) -> Result<Option<Versioned<Setting>>, StoreFault> {
        self.get(&name.to_owned())
    }

    /// A key of the practice.
    pub fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreFault> {
        let mut select = self.db.prepare_cached("SELECT value FROM secret WHERE name = ?1")?;
        Ok(select.query_row([name], |row| row.get(0)).optional()?)
    }

    /// What is typed in a note and not yet part of it.
    pub fn draft(&self, note: NoteId, run: &RunId) -> Result<Option<Draft>, StoreFault> {
        draft::load(self.db, note, run)
    }

    /// Notes in which this run has typed something that is not put aside.
    pub fn notes_being_typed(&self, run: &RunId) -> Result<Vec<NoteId>, StoreFault> {
        draft::open_notes(self.db, run)
    }

    /// Journal rows after a place, the oldest first.
    pub fn journal_after(&self, seq: i64, limit: u32) -> Result<Vec<JournalRow>, StoreFault> {
        journal::rows_after(self.db, seq, limit)
    }

    /// Walks the journal's chain: the number of rows, or the first that does not fit.
    pub fn verify_journal(&self) -> Result<Result<u64, ChainBreak>, StoreFault> {
        journal::verify(self.db)
    }

    /// Deliveries that can go now.
    pub fn due_deliveries(&self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreFault> {
        delivery::due(self.db, now, limit)
    }

    /// Deliveries that wait for a person.
    pub fn wedged_deliveries(&self) -> Result<Vec<Delivery>, StoreFault> {
        delivery::wedged(self.db)
    }

    /// Id, version and body of every record of a kind: what a replay of the journal is compared with.
    pub fn bodies(&self, kind: Kind) -> Result<Vec<(String, i64, String)>, StoreFault> {
        let mut select = self.db.prepare(&format!("SELECT id, version, body FROM {} ORDER BY id", kind.table()))?;
        let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn list<R: Record>(&self, sql: &str, arguments: impl Params) -> Result<Vec<Versioned<R>>, StoreFault> {
        let mut select = self.db.prepare_cached(sql)?;
        let mut rows = select.query(arguments)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let version = row.get(0)?;
            let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            let record = serde_json::from_str(body).map_err(StoreFault::body(R::KIND.table()))?;
            found.push(Versioned { version, record });
        }
        Ok(found)
    }
}
