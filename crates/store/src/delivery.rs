//! Deliveries: what other systems must be told. They are rows, written in the transaction of the change itself.

use domain::Timestamp;
use domain::id::DeliveryId;
use rusqlite::{Connection, Row};

use crate::record::Kind;
use crate::{StoreFault, Tx};

/// Something one target must be told of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, which is also the idempotency key that the target is given.
    pub id: DeliveryId,
    /// Whom to tell.
    pub target: String,
    /// Of what: a record's id. Deliveries of one subject go in order.
    pub subject: String,
    /// The journal row that it tells of.
    pub journal_seq: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: DeliveryState,
}

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent, not before this time.
    Due {
        /// Not before.
        next_at: Timestamp,
    },
    /// On its way: an answer is awaited until this time.
    Sent {
        /// After this time it is due again.
        until: Timestamp,
    },
    /// The target has it.
    Done,
    /// It cannot go by itself; a person must look.
    Wedged {
        /// Why, in words.
        reason: String,
    },
}

/// Writes a delivery row for each target that wants to hear of this kind.
pub(crate) fn fan_out(db: &Connection, kind: Kind, subject: &str, seq: i64, at: Timestamp) -> Result<(), StoreFault> {
    let mut targets = db.prepare_cached("SELECT id FROM delivery_target WHERE instr(kinds, '|' || ?1 || '|') > 0")?;
    let targets = targets.query_map([kind.table()], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for target in targets {
        db.prepare_cached(
            "INSERT INTO delivery (id, target, subject, journal_seq, parent, attempts, next_at, state, reason) \
             VALUES (?1, ?2, ?3, ?4, (SELECT id FROM delivery WHERE target = ?2 AND subject = ?3 AND state <> 'done' \
             ORDER BY journal_seq DESC LIMIT 1), 0, ?5, 'due', NULL)",
        )?
        .execute((DeliveryId::new().to_string(), target, subject, seq, at.timestamp_millis()))?;
    }
    Ok(())
}

/// Deliveries that can go now: of each target and subject only the oldest open one, and none behind a wedged one.
pub(crate) fn due(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreFault> {
    let mut statement = db.prepare_cached(
        "SELECT id, target, subject, journal_seq, attempts, state, next_at, reason FROM delivery AS d \
         WHERE state IN ('due', 'sent') AND next_at <= ?1 AND NOT EXISTS (SELECT 1 FROM delivery AS e \
         WHERE e.target = d.target AND e.subject = d.subject AND e.state <> 'done' AND e.journal_seq < d.journal_seq) \
         ORDER BY next_at, journal_seq LIMIT ?2",
    )?;
    let rows = statement.query_map((now.timestamp_millis(), limit), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deliveries that wait for a person.
pub(crate) fn wedged(db: &Connection) -> Result<Vec<Delivery>, StoreFault> {
    let mut statement = db.prepare_cached(
        "SELECT id, target, subject, journal_seq, attempts, state, next_at, reason FROM delivery \
         WHERE state = 'wedged' ORDER BY journal_seq",
    )?;
    let rows = statement.query_map((), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let wrong = |column| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, "not a delivery".into())
    };
    let time = Timestamp::from_timestamp_millis(row.get(6)?).ok_or_else(|| wrong(6))?;
    Ok(Delivery {
        id: row.get::<_, String>(0)?.parse().map_err(|_| wrong(0))?,
        target: row.get(1)?,
        subject: row.get(2)?,
        journal_seq: row.get(3)?,
        attempts: row.get(4)?,
        state: match row.get::<_, String>(5)?.as_str() {
            "due" => DeliveryState::Due { next_at: time },
            "sent" => DeliveryState::Sent { until: time },
            "done" => DeliveryState::Done,
            "wedged" => DeliveryState::Wedged { reason: row.get::<_, Option<String>>(7)?.unwrap_or_default() },
            _ => return Err(wrong(5)),
        },
    })
}

impl Tx<'_> {
    /// From now on this target is told of changes of these kinds.
    pub fn add_delivery_target(&mut self, target: &str, kinds: &[Kind]) -> Result<(), StoreFault> {
        let kinds = kinds.iter().fold("|".to_owned(), |list, kind| list + kind.table() + "|");
        self.db()
            .prepare_cached(
                "INSERT INTO delivery_target (id, kinds) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET kinds = ?2",
            )?
            .execute((target, kinds))?;
        Ok(())
    }

    /// Moves a delivery to another state. Leaving `Due` for `Sent` counts an attempt.
    pub fn move_delivery(&mut self, id: DeliveryId, state: &DeliveryState) -> Result<(), StoreFault> {
        let (word, time, reason) = match state {
            DeliveryState::Due { next_at } => ("due", Some(*next_at), None),
            DeliveryState::Sent { until } => ("sent", Some(*until), None),
            DeliveryState::Done => ("done", None, None),
            DeliveryState::Wedged { reason } => ("wedged", None, Some(reason)),
        };
        self.db()
            .prepare_cached(
                "UPDATE delivery SET state = ?2, next_at = coalesce(?3, next_at), reason = ?4, \
                 attempts = attempts + (?2 = 'sent') WHERE id = ?1",
            )?
            .execute((id.to_string(), word, time.map(|at| at.timestamp_millis()), reason))?;
        Ok(())
    }
}
