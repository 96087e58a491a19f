//! The practice at work: its store, its clock, who is present, and the one write path.

use std::sync::{Arc, RwLock};

use chrono::TimeDelta;
use domain::Timestamp;
use domain::actor::Actor;
use domain::id::IdempotencyKey;
use domain::practice::User;
use domain::refusal::Refusal;
use store::{Intent, Kind, Reader, RunId, Stop, Store, StoreFault, Tx};
use tokio::sync::broadcast;

use crate::api::{Changed, Topic};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::presence::Presences;

/// Changes that a slow listener may fall behind; one that does reads everything again.
const LISTENER_BACKLOG: usize = 1024;
/// How long the answer of a command is kept for whoever repeats it: longer than any console is away from its practice.
const RECEIPTS_KEPT: TimeDelta = TimeDelta::days(90);

/// A practice at work. Cheap to clone: console, server and timers share one.
#[derive(Clone)]
pub struct Rounds {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    run: RunId,
    presences: Presences,
    changes: broadcast::Sender<Changed>,
    join_base: RwLock<String>,
}

/// Who asks, and which attempt it is.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who.
    pub by: User,
    /// The attempt, where the caller may repeat it.
    pub key: Option<IdempotencyKey>,
}

impl Rounds {
    /// Puts a practice to work. Must be called inside a tokio runtime: it passes the store's commits on to listeners.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (changes, _) = broadcast::channel(LISTENER_BACKLOG);
        pass_on_commits(&store, changes.clone());
        let presences = Presences::new(changes.clone());
        let join_base = RwLock::new("http://127.0.0.1".to_owned());
        Self { inner: Arc::new(Inner { store, clock, run: RunId::new(), presences, changes, join_base }) }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// This run of the program.
    pub fn run(&self) -> &RunId {
        &self.inner.run
    }

    /// Who is connected.
    pub fn presences(&self) -> &Presences {
        &self.inner.presences
    }

    /// Hears of every change, after it is on disk.
    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.inner.changes.subscribe()
    }

    /// Says under which address patients reach this practice: `https://visits.example.org` or `http://host:port`.
    pub fn set_join_base(&self, base: &str) {
        *self.inner.join_base.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            base.trim_end_matches('/').to_owned();
    }

    /// The address under which patients reach this practice.
    pub fn join_base(&self) -> String {
        self.inner.join_base.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Does what a person, a participant or a timer asks: the domain decides inside, one transaction keeps it.
    pub async fn act<R, F>(&self, actor: Actor, command: &'static str, work: F) -> Result<R, Failure>
    where
        R: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        Ok(self.inner.store.write(self.intent(actor, command, None), work).await?)
    }

    /// As [`Rounds::act`], for a user whose attempt may be repeated: the same key has one effect and one answer.
    pub async fn act_once<R, F>(&self, asked: &Asked, command: &'static str, work: F) -> Result<R, Failure>
    where
        R: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        let intent = self.intent(Actor::User(asked.by.id), command, asked.key);
        Ok(self.inner.store.write_once(intent, work).await?)
    }

    /// As [`Rounds::act`], for someone who treats patients. Anybody else is refused inside, so that it is journalled.
    pub async fn treat<R, F>(&self, asked: &Asked, command: &'static str, work: F) -> Result<R, Failure>
    where
        R: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        self.act(Actor::User(asked.by.id), command, only_treating(asked, work)).await
    }

    /// As [`Rounds::act_once`], for someone who treats patients.
    pub async fn treat_once<R, F>(&self, asked: &Asked, command: &'static str, work: F) -> Result<R, Failure>
    where
        R: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        self.act_once(asked, command, only_treating(asked, work)).await
    }

    /// Forgets the answers of commands that are too old to be repeated.
    pub async fn forget_old_receipts(&self) -> Result<usize, Failure> {
        self.act(Actor::System, "receipt.forget", |tx| Ok(tx.forget_receipts(tx.at() - RECEIPTS_KEPT)?)).await
    }

    /// Reads one moment of the store.
    pub async fn look<R, F>(&self, look: F) -> Result<R, Failure>
    where
        R: Send + 'static,
        F: FnOnce(&Reader<'_>) -> Result<R, StoreFault> + Send + 'static,
    {
        Ok(self.inner.store.read(look).await?)
    }

    /// Journals that something of a patient is about to be shown. Nothing is shown when this fails.
    pub(crate) async fn note_access(
        &self,
        asked: &Asked,
        command: &'static str,
        kind: Kind,
        id: String,
    ) -> Result<(), Failure> {
        self.act(Actor::User(asked.by.id), command, move |tx| Ok(tx.note_access(kind, &id)?)).await
    }

    fn intent(&self, actor: Actor, command: &'static str, key: Option<IdempotencyKey>) -> Intent {
        Intent { actor, command, at: self.now(), key }
    }
}

fn only_treating<R, F>(asked: &Asked, work: F) -> impl FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static
where
    F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
{
    let treats = asked.by.role.treats();
    move |tx| if treats { work(tx) } else { Err(Refusal::Role.into()) }
}

/// Translates the store's commits into topics.
fn pass_on_commits(store: &Store, changes: broadcast::Sender<Changed>) {
    let mut commits = store.listen();
    tokio::spawn(async move {
        loop {
            let changed = match commits.recv().await {
                Ok(commit) => {
                    let mut topics: Vec<Topic> = commit.changes.iter().map(|(kind, _)| topic(*kind)).collect();
                    topics.sort();
                    topics.dedup();
                    Changed { seq: commit.seq, topics, ids: commit.changes.into_iter().map(|(_, id)| id).collect() }
                }
                // Too far behind to name what changed: everything may have.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    Changed { seq: 0, topics: Topic::ALL.to_vec(), ids: Vec::new() }
                }
                Err(broadcast::error::RecvError::Closed) => return,
            };
            // No listener is no fault: the tables are the truth, this is a hint.
            let _ = changes.send(changed);
        }
    });
}

fn topic(kind: Kind) -> Topic {
    match kind {
        Kind::Practice | Kind::User | Kind::Room | Kind::Template | Kind::Setting => Topic::Practice,
        Kind::Patient | Kind::Chart => Topic::Patient,
        Kind::Appointment => Topic::Appointment,
        Kind::Encounter => Topic::Encounter,
        Kind::Participant => Topic::Participant,
        Kind::Call => Topic::Call,
        Kind::Note => Topic::Note,
        Kind::Snapshot => Topic::Snapshot,
    }
}
