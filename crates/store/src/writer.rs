//! The writer: one thread, one connection, whole transactions.
//!
//! Commands that wait at the same moment share one commit: each runs in a savepoint of its own, so a refused one leaves
//! no trace but its refusal, and one flush to the disk serves all. Nobody is answered before that flush.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use domain::Timestamp;
use domain::actor::Actor;
use domain::id::{DeviceId, IdempotencyKey};
use domain::refusal::Refusal;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::fault::{self, Point};
use crate::journal::{Head, JournalKind};
use crate::{Kind, Stop, StoreFault, Tx};

/// Commands that wait for the writer. A full queue makes the next caller wait, which is the wished back-pressure.
pub(crate) const QUEUE: usize = 256;
/// The most commands that share one commit.
const BATCH: usize = 64;
/// Commits that a slow listener may fall behind before it is told that it missed some.
pub(crate) const LISTENER_BACKLOG: usize = 1024;

/// Who asks for what, and when.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Who.
    pub actor: Actor,
    /// What: the command's name, as `noun.verb`.
    pub command: &'static str,
    /// When, by the clock of the application.
    pub at: Timestamp,
    /// The attempt: the same key twice has one effect.
    pub key: Option<IdempotencyKey>,
}

/// What was committed, told to all listeners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The journal's newest row.
    pub seq: i64,
    /// What changed, each once.
    pub changes: Vec<(Kind, String)>,
}

/// Why a write had no effect.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteFault {
    /// The rules said no. It is journalled.
    #[error(transparent)]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Fault(#[from] StoreFault),
    /// The command panicked. Nothing of it was kept.
    #[error("the command failed inside")]
    Bug,
}

type Answer = Box<dyn FnOnce(Result<(), StoreFault>) + Send>;
/// Runs a command in the open transaction, or hears why there is none.
pub(crate) type Job = Box<dyn FnOnce(Result<(&Connection, DeviceId, &mut Head), StoreFault>) -> Ran + Send>;

/// A command that has run, and waits for the commit to be answered.
pub(crate) struct Ran {
    changes: Vec<(Kind, String)>,
    fault: Option<StoreFault>,
    answer: Answer,
}

/// What the writer's thread is told.
pub(crate) enum Word {
    /// Run this.
    Job(Job),
    /// Close the database and end.
    Close,
}

/// Makes a job of a command, and the place where its answer will come.
pub(crate) fn job<R, F>(intent: Intent, command: F) -> (Job, oneshot::Receiver<Result<R, WriteFault>>)
where
    R: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |transaction| {
        let (changes, result) = match transaction {
            Ok((db, device, head)) => run(db, device, head, &intent, command),
            Err(fault) => (Vec::new(), Err(fault.into())),
        };
        let fault = match &result {
            Err(WriteFault::Fault(fault)) => Some(fault.clone()),
            Err(WriteFault::Refused(_) | WriteFault::Bug) | Ok(_) => None,
        };
        let answer: Answer = Box::new(move |committed| {
            // Nobody waits for the answer any more when the caller was cancelled; the command stays done.
            let _ = sender.send(committed.map_err(WriteFault::Fault).and(result));
        });
        Ran { changes, fault, answer }
    });
    (job, receiver)
}

/// Makes a command answer a repeated key with the first answer.
pub(crate) fn once<R, F>(command: F) -> impl FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static
where
    R: Serialize + DeserializeOwned + Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
{
    move |tx| {
        let Some(key) = tx.intent.key else { return command(tx) };
        let found: Option<String> = tx
            .db
            .prepare_cached("SELECT answer FROM receipt WHERE key = ?1")
            .and_then(|mut select| select.query_row([key.to_string()], |row| row.get(0)).optional())
            .map_err(StoreFault::from)?;
        if let Some(answer) = found {
            return Ok(serde_json::from_str(&answer).map_err(StoreFault::body("receipt"))?);
        }
        let answer = command(tx)?;
        let text = serde_json::to_string(&answer).map_err(StoreFault::body("receipt"))?;
        tx.db
            .prepare_cached("INSERT INTO receipt (key, at, command, answer) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut insert| {
                insert.execute((key.to_string(), tx.intent.at.timestamp_millis(), tx.intent.command, text))
            })
            .map_err(StoreFault::from)?;
        Ok(answer)
    }
}

/// Runs one command in a savepoint.
fn run<R>(
    db: &Connection,
    device: DeviceId,
    head: &mut Head,
    intent: &Intent,
    command: impl FnOnce(&mut Tx<'_>) -> Result<R, Stop>,
) -> (Vec<(Kind, String)>, Result<R, WriteFault>) {
    if let Err(error) = db.execute_batch("SAVEPOINT command") {
        return (Vec::new(), Err(StoreFault::from(error).into()));
    }
    let mut tx = Tx { db, device, intent, head: *head, changes: Vec::new(), subject: None };
    let outcome = catch_unwind(AssertUnwindSafe(|| command(&mut tx)));
    let Tx { head: new_head, changes, subject, .. } = tx;
    let result = match outcome {
        Ok(Ok(value)) => match db.execute_batch("RELEASE command") {
            Ok(()) => {
                *head = new_head;
                return (changes, Ok(value));
            }
            Err(error) => Err(WriteFault::Fault(error.into())),
        },
        Ok(Err(Stop::Refused(refusal))) => Err(WriteFault::Refused(refusal)),
        Ok(Err(Stop::Fault(fault))) => Err(WriteFault::Fault(fault)),
        Err(_panic) => Err(WriteFault::Bug),
    };
    if let Err(error) = db.execute_batch("ROLLBACK TO command; RELEASE command") {
        // After some faults SQLite has rolled everything back by itself: then the first fault says why.
        let fault = match result {
            Err(WriteFault::Fault(fault)) => fault,
            Err(WriteFault::Refused(_) | WriteFault::Bug) | Ok(_) => error.into(),
        };
        return (Vec::new(), Err(fault.into()));
    }
    if let Err(WriteFault::Refused(refusal)) = &result {
        let mut tx = Tx { db, device, intent, head: *head, changes: Vec::new(), subject: None };
        let (kind, id) = subject.unwrap_or((Kind::Practice, String::new()));
        if let Err(fault) = tx.journal(JournalKind::Refusal, kind, &id, Some(refusal.code().as_bytes())) {
            return (Vec::new(), Err(fault.into()));
        }
        *head = tx.head;
    }
    (Vec::new(), result)
}

/// Starts the writer's thread.
pub(crate) fn start(
    db: Connection,
    device: DeviceId,
    mut words: mpsc::Receiver<Word>,
    listeners: broadcast::Sender<Committed>,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("store-writer".into()).spawn(move || {
        while let Some(first) = words.blocking_recv() {
            let mut batch = Vec::new();
            let mut closing = false;
            let mut next = Some(first);
            while let Some(word) = next {
                match word {
                    Word::Job(job) => batch.push(job),
                    Word::Close => closing = true,
                }
                next = if closing || batch.len() >= BATCH { None } else { words.try_recv().ok() };
            }
            if !batch.is_empty() {
                commit(&db, device, batch, &listeners);
            }
            if closing {
                break;
            }
        }
        if let Err((_, error)) = db.close() {
            tracing::warn!(error = %error, "the store did not close cleanly; it will recover when it is opened");
        }
    })
}

/// Runs a batch in one transaction, and answers and tells once it is on disk.
fn commit(db: &Connection, device: DeviceId, batch: Vec<Job>, listeners: &broadcast::Sender<Committed>) {
    let mut answers = Vec::with_capacity(batch.len());
    let mut changes = Vec::new();
    let mut open = db.execute_batch("BEGIN IMMEDIATE").map_err(StoreFault::from).and_then(|()| Head::load(db));
    for job in batch {
        let ran = job(open.as_mut().map(|head| (db, device, head)).map_err(|fault| fault.clone()));
        changes.extend(ran.changes);
        answers.push(ran.answer);
        // A full disk may have rolled the whole transaction back. A command that ran now would be on its own, with a
        // number behind rows that are gone: it hears of the fault instead.
        if let Some(fault) = ran.fault
            && db.is_autocommit()
        {
            open = Err(fault);
        }
    }
    let committed = open.and_then(|head| {
        fault::reach(Point::BeforeCommit);
        db.execute_batch("COMMIT")?;
        fault::reach(Point::AfterCommit);
        Ok(head.seq)
    });
    match committed {
        Ok(seq) => {
            for answer in answers {
                answer(Ok(()));
            }
            if !changes.is_empty() {
                changes.sort();
                changes.dedup();
                // No listener is no fault: the tables are the truth, this is a hint.
                let _ = listeners.send(Committed { seq, changes });
            }
        }
        Err(fault) => {
            // A failed commit may have rolled back by itself, in which case there is nothing left to roll back.
            if !db.is_autocommit()
                && let Err(error) = db.execute_batch("ROLLBACK")
            {
                tracing::error!(error = %error, "a failed transaction could not be rolled back");
            }
            for answer in answers {
                answer(Err(fault.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::{Setting, Store, StoreKey};

    fn intent() -> Intent {
        Intent { actor: Actor::System, command: "setting.put", at: Timestamp::UNIX_EPOCH, key: None }
    }

    fn put(name: &str) -> impl FnOnce(&mut Tx<'_>) -> Result<(), Stop> + Send + 'static {
        let setting = Setting { name: name.to_owned(), value: serde_json::Value::Null };
        move |tx| Ok(tx.put(None, &setting)?)
    }

    /// What SQLite does by itself when the disk is full: the transaction is gone in the middle of a batch.
    #[tokio::test]
    async fn a_transaction_that_is_lost_takes_its_whole_batch_along() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &StoreKey::from_bytes([1; 32])).expect("a store");
        let (open_gate, gate) = channel::<()>();
        let (running, runs) = oneshot::channel();
        let gated = store.clone();
        let first = tokio::spawn(async move {
            let waits = move |_: &mut Tx<'_>| {
                running.send(()).expect("the test listens");
                gate.recv().expect("the gate opens");
                Ok(())
            };
            gated.write(intent(), waits).await
        });
        // From here on the writer is busy with a batch of one, and what is sent now makes the next batch.
        runs.await.expect("the first command runs");
        let lose = |tx: &mut Tx<'_>| -> Result<(), Stop> {
            put("lost with it")(tx)?;
            tx.db.execute_batch("ROLLBACK").expect("a transaction is open");
            Err(StoreFault::DiskFull.into())
        };
        let (before, loses, after) =
            (store.write(intent(), put("before")), store.write(intent(), lose), store.write(intent(), put("after")));
        let (first, before, loses, after, ()) = tokio::join!(first, before, loses, after, async {
            open_gate.send(()).expect("the gate is waited for");
        });
        assert!(first.expect("no panic").is_ok());
        for answer in [before, loses, after] {
            assert!(matches!(answer, Err(WriteFault::Fault(StoreFault::DiskFull))), "{answer:?}");
        }
        store.write(intent(), put("later")).await.expect("the writer lives on");
        let (kept, chain) =
            store.read_now(|reader| Ok((reader.all::<Setting>()?, reader.verify_journal()?))).expect("readable");
        assert_eq!(kept.iter().map(|setting| &*setting.record.name).collect::<Vec<_>>(), ["later"]);
        assert_eq!(chain, Ok(1));
        store.close();
    }
}
