//! The console without a window: where it stands, who is signed in, its engine, and what it tells its screens.
//!
//! A shell (the desktop app, a test) owns a [`Console`], passes the screens' commands to [`Console::rpc`] and the
//! console's events to the screens.

mod calls;
mod check;
mod rpc;
mod start;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use call::engine::{Engine, FramesRequest};
use call::view::{CallView, PreviewView};
use domain::id::{CallId, EncounterId, IdempotencyKey, SnapshotId};
use domain::practice::User;
use tokio::sync::{RwLock, broadcast};

use crate::api::{Changed, Tick, Topic};
use crate::clock::{Clock, local_date};
use crate::failure::Failure;
use crate::opening::OpeningFault;
use crate::rounds::{Asked, Rounds};

pub use rpc::COMMANDS;

/// Events a slow screen may fall behind; one that does reads everything again.
const EVENTS: usize = 1024;
/// How often the screens are told the time.
const TICK: Duration = Duration::from_secs(1);

/// Lets patients in: starts the practice server that the console embeds.
#[async_trait]
pub trait Doorway: Send + Sync {
    /// Serves the practice, and gives the address under which it is reached: `http://host:port`.
    async fn open(&self, rounds: Rounds) -> std::io::Result<String>;
}

/// What a console tells its screens without being asked.
#[derive(Debug, Clone)]
pub enum ConsoleEvent {
    /// Something was committed, or somebody came or went.
    Changed(Changed),
    /// A second has passed.
    Tick(Tick),
    /// The running call changed.
    Call(Option<CallView>),
    /// The device check changed.
    Preview(Option<PreviewView>),
}

/// A console. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    doorway: Box<dyn Doorway>,
    engine: Engine,
    stage: RwLock<Stage>,
    /// Held by whoever opens the folder, signs in or out, or joins a call: one at a time, or a call could begin for
    /// somebody who has just signed out.
    turn: tokio::sync::Mutex<()>,
    /// The record of the call that the engine is in.
    call: Mutex<Option<CallId>>,
    events: broadcast::Sender<ConsoleEvent>,
}

/// Where the console stands.
enum Stage {
    /// The practice's folder could not be opened.
    Trouble(OpeningFault),
    /// Open; somebody may be signed in.
    Open { rounds: Rounds, user: Option<User>, local: String },
}

impl Console {
    /// Starts a console on a folder. A folder that cannot be opened is no failure here: the first screen tells of it.
    /// Must be called inside a tokio runtime.
    pub async fn open(folder: PathBuf, clock: Arc<dyn Clock>, engine: Engine, doorway: Box<dyn Doorway>) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        let stage = start::open_folder(&folder, &clock, &*doorway, &engine, &events).await;
        let (stage, turn, call) = (RwLock::new(stage), tokio::sync::Mutex::default(), Mutex::new(None));
        let inner = Inner { folder, clock, doorway, engine, stage, turn, call, events };
        let console = Self { inner: Arc::new(inner) };
        console.tell_the_time();
        console.follow_engine();
        console
    }

    /// Hears what the screens are told.
    pub fn listen(&self) -> broadcast::Receiver<ConsoleEvent> {
        self.inner.events.subscribe()
    }

    /// Encoded pictures of streams of the call or the device check, in the layout of `call::frames`.
    pub async fn frames(&self, streams: Vec<(u32, u64)>, wait: Duration) -> Result<Vec<u8>, Failure> {
        self.signed_in(None).await?;
        Ok(self.inner.engine.frames(&FramesRequest { streams, wait }).await)
    }

    /// Keeps a picture of the call.
    pub async fn keep_snapshot(
        &self,
        encounter: EncounterId,
        agreed: bool,
        picture: Vec<u8>,
    ) -> Result<SnapshotId, Failure> {
        let (rounds, asked) = self.signed_in(None).await?;
        rounds.keep_snapshot(&asked, encounter, agreed, picture).await
    }

    /// A kept picture, with its media type.
    pub async fn snapshot_picture(&self, snapshot: SnapshotId) -> Result<(String, Vec<u8>), Failure> {
        let (rounds, asked) = self.signed_in(None).await?;
        rounds.snapshot_picture(&asked, snapshot).await
    }

    /// The console is being closed in order: what was typed becomes part of its notes, the call is left, the store closed.
    pub async fn close(&self) {
        // A call that has ended, or never was, needs no goodbye.
        let _ = self.inner.engine.hang_up();
        self.inner.engine.stop_preview();
        let rounds = match &*self.inner.stage.read().await {
            Stage::Open { rounds, .. } => rounds.clone(),
            Stage::Trouble(_) => return,
        };
        if let Err(failure) = rounds.put_all_notes_aside().await {
            // The text itself is on the disk: it will be offered as recovered text.
            failure.report();
        }
        if let Some(call) = self.current_call() {
            let ended = domain::call::CallObservation::Ended(domain::call::CallEnd::HungUp);
            if let Err(failure) = rounds.observe_call(call, ended).await {
                failure.report();
            }
        }
        rounds.store().close();
    }

    /// The practice and who asks, when somebody is signed in.
    async fn signed_in(&self, key: Option<IdempotencyKey>) -> Result<(Rounds, Asked), Failure> {
        match &*self.inner.stage.read().await {
            Stage::Open { rounds, user: Some(user), .. } => Ok((rounds.clone(), Asked { by: user.clone(), key })),
            Stage::Open { user: None, .. } | Stage::Trouble(_) => Err(Failure::NotSignedIn),
        }
    }

    /// The address of the server that this console embeds, as this computer reaches it.
    async fn local_base(&self) -> Result<String, Failure> {
        match &*self.inner.stage.read().await {
            Stage::Open { local, .. } => Ok(local.clone()),
            Stage::Trouble(fault) => Err(Failure::Device(fault.tell().1)),
        }
    }

    fn tell_the_time(&self) {
        let (inner, events) = (Arc::downgrade(&self.inner), self.inner.events.clone());
        tokio::spawn(async move {
            let mut second = tokio::time::interval(TICK);
            let mut today = None;
            loop {
                second.tick().await;
                let Some(inner) = inner.upgrade() else { return };
                let now = inner.clock.now();
                let _ = events.send(ConsoleEvent::Tick(Tick { now }));
                let date = local_date(now);
                if today.replace(date).is_some_and(|before| before != date) {
                    // Nothing was committed, and yet the queue is another: it is that of a day.
                    let everything = Changed { seq: 0, topics: Topic::ALL.to_vec(), ids: Vec::new() };
                    let _ = events.send(ConsoleEvent::Changed(everything));
                }
            }
        });
    }
}
