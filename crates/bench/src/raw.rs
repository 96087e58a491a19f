//! The peers of the store: SQLite and SQLCipher as they are, with the same durability and the same cache.
//!
//! A write is a row with a body of 1.2 kB and a row of an outbox that names it, in one transaction that is on disk when
//! it returns (`WAL`, `synchronous = FULL`).

use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::dice::Dice;

/// Bytes of a body.
const BODY: usize = 1_200;
/// Rows that are there before anything is measured.
const FILLED: usize = 50_000;

/// A raw database.
pub struct Raw {
    /// Its name in the table.
    pub name: &'static str,
    db: Mutex<(Connection, Dice, u64)>,
}

impl Raw {
    /// Makes and fills a database; with a key, it is encrypted.
    ///
    /// # Errors
    /// SQLite reports something.
    pub fn make(folder: &Path, name: &'static str, key: Option<&str>, seed: u64) -> Result<Self> {
        let db = Connection::open(folder.join(format!("{name}.db")))?;
        if let Some(key) = key {
            db.pragma_update(None, "key", key)?;
        }
        db.pragma_update(None, "cache_size", -65_536)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.execute_batch(
            "CREATE TABLE resource (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
             CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, due INTEGER NOT NULL) STRICT;",
        )?;
        let raw = Self { name, db: Mutex::new((db, Dice::new(seed), 0)) };
        raw.within(|db, dice, number| {
            db.execute_batch("BEGIN")?;
            (0..FILLED).try_for_each(|_| insert(db, dice, number))?;
            Ok(db.execute_batch("COMMIT")?)
        })?;
        Ok(raw)
    }

    /// One durable write.
    ///
    /// # Errors
    /// SQLite reports something.
    pub fn write(&self) -> Result<()> {
        self.within(|db, dice, number| {
            db.execute_batch("BEGIN IMMEDIATE")?;
            insert(db, dice, number)?;
            Ok(db.execute_batch("COMMIT")?)
        })
    }

    /// Reads one row by its id; gives the length of its body.
    ///
    /// # Errors
    /// SQLite reports something.
    pub fn read(&self) -> Result<usize> {
        self.within(|db, dice, _| {
            let mut select = db.prepare_cached("SELECT body FROM resource WHERE id = ?1")?;
            let id = id(dice.below(FILLED) as u64);
            let body: Option<String> = select.query_row([id], |row| row.get(0)).optional()?;
            Ok(body.map_or(0, |body| body.len()))
        })
    }

    fn within<R>(&self, work: impl FnOnce(&Connection, &mut Dice, &mut u64) -> Result<R>) -> Result<R> {
        let mut held = self.db.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (db, dice, number) = &mut *held;
        work(db, dice, number)
    }
}

/// As ids of records are: not in the order in which they were made.
fn id(number: u64) -> String {
    let mixed = Dice::new(number).next();
    format!("resource_{mixed:016x}{number:016x}")
}

fn insert(db: &Connection, dice: &mut Dice, number: &mut u64) -> Result<()> {
    let body: String = (0..BODY / 16).map(|_| format!("{:016x}", dice.next())).collect();
    let id = id(*number);
    *number += 1;
    db.prepare_cached("INSERT INTO resource (id, body) VALUES (?1, ?2)")?.execute((&id, &body))?;
    db.prepare_cached("INSERT INTO outbox (resource, due) VALUES (?1, ?2)")?.execute((&id, 0))?;
    Ok(())
}
