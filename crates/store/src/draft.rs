//! Drafts: what is being typed, saved within a second of the last key.

use std::fmt;

use domain::Timestamp;
use domain::id::NoteId;
use domain::note::Answers;
use domain::phi::Phi;
use rusqlite::Connection;

use crate::{StoreFault, Tx};

/// One run of the program, from its start to its end. Text saved by another run is recovered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunId(String);

impl RunId {
    /// A new run.
    pub fn new() -> Self {
        Self(domain::id::IdempotencyKey::new().to_string())
    }
}

impl Default for RunId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is typed in a note and not yet part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The answers.
    pub answers: Answers,
    /// When the newest of them was saved.
    pub saved_at: Timestamp,
    /// The answers that another run saved, with the time of the newest.
    pub recovered: Option<(Timestamp, Vec<String>)>,
}

pub(crate) fn load(db: &Connection, note: NoteId, run: &RunId) -> Result<Option<Draft>, StoreFault> {
    let mut statement = db
        .prepare_cached("SELECT question, value, saved_at, run FROM note_draft WHERE note_id = ?1 ORDER BY saved_at")?;
    let mut rows = statement.query([note.to_string()])?;
    let mut draft: Option<Draft> = None;
    while let Some(row) = rows.next()? {
        let question: String = row.get(0)?;
        let value: Vec<Phi<String>> =
            serde_json::from_str(&row.get::<_, String>(1)?).map_err(StoreFault::body("note_draft"))?;
        let saved_at = Timestamp::from_timestamp_millis(row.get(2)?).unwrap_or_default();
        let draft = draft.get_or_insert_with(|| Draft { answers: Answers::new(), saved_at, recovered: None });
        draft.saved_at = saved_at;
        if row.get::<_, String>(3)? != run.0 {
            let (at, questions) = draft.recovered.get_or_insert_with(|| (saved_at, Vec::new()));
            *at = saved_at;
            questions.push(question.clone());
        }
        draft.answers.insert(question, value);
    }
    Ok(draft)
}

/// Notes in which this run, or any, has typed something that is not put aside.
pub(crate) fn open_notes(db: &Connection, run: &RunId) -> Result<Vec<NoteId>, StoreFault> {
    let mut statement = db.prepare_cached("SELECT DISTINCT note_id FROM note_draft WHERE run = ?1")?;
    let rows = statement.query_map([&run.0], |row| row.get::<_, String>(0))?;
    let ids = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

impl Tx<'_> {
    /// Saves one answer that is being typed. It is on disk when the write is answered, and is not journalled: the
    /// journal gets the note when it is put aside.
    pub fn save_draft(
        &mut self,
        note: NoteId,
        question: &str,
        value: &[Phi<String>],
        at: Timestamp,
        run: &RunId,
    ) -> Result<(), StoreFault> {
        let value = serde_json::to_string(value).map_err(StoreFault::body("note_draft"))?;
        self.db()
            .prepare_cached(
                "INSERT INTO note_draft (note_id, question, value, saved_at, run) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (note_id, question) DO UPDATE SET value = ?3, saved_at = ?4, run = ?5",
            )?
            .execute((note.to_string(), question, value, at.timestamp_millis(), &run.0))?;
        Ok(())
    }

    /// What is typed in a note and not yet part of it.
    pub fn draft(&self, note: NoteId, run: &RunId) -> Result<Option<Draft>, StoreFault> {
        load(self.db(), note, run)
    }

    /// Forgets what was typed: it has become part of the note, or is not wanted.
    pub fn clear_draft(&mut self, note: NoteId, questions: Option<&[String]>) -> Result<(), StoreFault> {
        match questions {
            None => {
                self.db().prepare_cached("DELETE FROM note_draft WHERE note_id = ?1")?.execute([note.to_string()])?;
            }
            Some(questions) => {
                let mut statement =
                    self.db().prepare_cached("DELETE FROM note_draft WHERE note_id = ?1 AND question = ?2")?;
                for question in questions {
                    statement.execute((note.to_string(), question))?;
                }
            }
        }
        Ok(())
    }
}
