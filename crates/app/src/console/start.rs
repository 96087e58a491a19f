//! The first minute of a console: opening the folder, choosing a practice, signing in and out.

use std::path::Path;
use std::sync::Arc;

use call::engine::Engine;
use domain::id::IdempotencyKey;
use domain::practice::{Role, User};
use domain::refusal::Refusal;
use tokio::sync::broadcast;

use super::check::choose_saved_devices;
use super::{Console, ConsoleEvent, Doorway, Inner, Stage};
use crate::api::start::{CreatePracticeRequest, PracticeView, SignInRequest, StartStage, StartView, UserView};
use crate::api::{Changed, Nothing, Topic};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::opening::{self, OpeningFault};
use crate::rounds::Rounds;

type Key = Option<IdempotencyKey>;

/// Opens the practice's folder and lets patients in. What is wrong is told by the first screen.
pub(super) async fn open_folder(
    folder: &Path,
    clock: &Arc<dyn Clock>,
    doorway: &dyn Doorway,
    engine: &Engine,
    events: &broadcast::Sender<ConsoleEvent>,
) -> Stage {
    let opened = async {
        let rounds = opening::open(folder, clock.clone()).await?;
        choose_saved_devices(&rounds, engine).await?;
        let user = sample_user(&rounds).await?;
        let local = doorway.open(rounds.clone()).await.map_err(|error| {
            // Closed again, so that the next try finds the folder free.
            rounds.store().close();
            OpeningFault::Doorway(error)
        })?;
        rounds.set_join_base(&std::env::var("ROUNDS_URL").unwrap_or_else(|_| local.clone()));
        follow_changes(&rounds, events.clone());
        Ok(Stage::Open { rounds, user, local })
    };
    opened.await.unwrap_or_else(|fault: OpeningFault| {
        let (trouble, _) = fault.tell();
        tracing::error!(trouble = ?trouble, fault = %fault, "the practice's folder cannot be opened");
        Stage::Trouble(fault)
    })
}

/// Passes the practice's changes on to the screens, as long as this practice is open.
fn follow_changes(rounds: &Rounds, events: broadcast::Sender<ConsoleEvent>) {
    let mut changes = rounds.listen();
    tokio::spawn(async move {
        loop {
            let changed = match changes.recv().await {
                Ok(changed) => changed,
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    Changed { seq: 0, topics: Topic::ALL.to_vec(), ids: Vec::new() }
                }
                Err(broadcast::error::RecvError::Closed) => return,
            };
            // No screen is no fault: one that opens later reads everything.
            let _ = events.send(ConsoleEvent::Changed(changed));
        }
    });
}

impl Console {
    /// Explores the sample practice without a question, where there is no practice yet.
    pub async fn skip_to_sample(&self) -> Result<(), Failure> {
        match self.start_view().await?.stage {
            StartStage::Choose => self.explore_sample(None, Nothing {}).await.map(|_| ()),
            StartStage::SignIn { .. } | StartStage::Ready { .. } | StartStage::Trouble { .. } => Ok(()),
        }
    }

    pub(super) async fn start(&self, _: Key, _: Nothing) -> Result<StartView, Failure> {
        let _turn = self.inner.turn.lock().await;
        let in_trouble = matches!(&*self.inner.stage.read().await, Stage::Trouble(_));
        if in_trouble {
            let Inner { folder, clock, doorway, engine, events, .. } = &*self.inner;
            let stage = open_folder(folder, clock, &**doorway, engine, events).await;
            *self.inner.stage.write().await = stage;
        }
        self.start_view().await
    }

    pub(super) async fn create_practice(&self, _: Key, request: CreatePracticeRequest) -> Result<StartView, Failure> {
        let _turn = self.inner.turn.lock().await;
        let rounds = self.opened().await?;
        let id = rounds.create_practice(request).await?;
        let user = rounds.users().await?.into_iter().find(|user| user.id == id);
        self.now_user(user).await;
        self.start_view().await
    }

    pub(super) async fn explore_sample(&self, _: Key, _: Nothing) -> Result<StartView, Failure> {
        let _turn = self.inner.turn.lock().await;
        let rounds = self.opened().await?;
        rounds.create_sample().await?;
        self.now_user(sample_user(&rounds).await?).await;
        self.start_view().await
    }

    pub(super) async fn sign_in(&self, _: Key, request: SignInRequest) -> Result<StartView, Failure> {
        let _turn = self.inner.turn.lock().await;
        let rounds = self.opened().await?;
        let user = rounds.sign_in(request.user, request.password).await?;
        self.leave_everything(&rounds).await;
        self.now_user(Some(user)).await;
        self.start_view().await
    }

    pub(super) async fn sign_out(&self, _: Key, _: Nothing) -> Result<StartView, Failure> {
        let _turn = self.inner.turn.lock().await;
        let (rounds, asked) = self.signed_in(None).await?;
        self.leave_everything(&rounds).await;
        self.now_user(None).await;
        if let Err(failure) = rounds.signed_out(&asked).await {
            // Who has left is signed out, also where the disk is too full to write it down.
            failure.report();
        }
        self.start_view().await
    }

    /// Leaves the call and makes what was typed part of its notes, so that nothing of one user is shown to the next.
    async fn leave_everything(&self, rounds: &Rounds) {
        self.leave_current_call().await;
        self.inner.engine.forget().await;
        self.inner.engine.stop_preview();
        if let Err(failure) = rounds.put_all_notes_aside().await {
            // Nobody is kept signed in by a full disk: the text is on it, and comes back as its author's recovered text.
            failure.report();
        }
    }

    async fn now_user(&self, now: Option<User>) {
        if let Stage::Open { user, .. } = &mut *self.inner.stage.write().await {
            *user = now;
        }
    }

    async fn opened(&self) -> Result<Rounds, Failure> {
        match &*self.inner.stage.read().await {
            Stage::Open { rounds, .. } => Ok(rounds.clone()),
            Stage::Trouble(fault) => Err(Failure::Device(fault.tell().1)),
        }
    }

    async fn start_view(&self) -> Result<StartView, Failure> {
        let (rounds, user) = match &*self.inner.stage.read().await {
            Stage::Trouble(fault) => {
                let (trouble, message) = fault.tell();
                let folder = self.inner.folder.display().to_string();
                return Ok(view(StartStage::Trouble { trouble, message, folder }));
            }
            Stage::Open { rounds, user, .. } => (rounds.clone(), user.clone()),
        };
        let Some(practice) = rounds.practice().await? else { return Ok(view(StartStage::Choose)) };
        let practice = PracticeView::from(&practice);
        Ok(view(match user {
            Some(user) => StartStage::Ready { practice, user: UserView::from(&user) },
            None => StartStage::SignIn { practice, users: rounds.users().await?.iter().map(UserView::from).collect() },
        }))
    }
}

fn view(stage: StartStage) -> StartView {
    let zone = iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".to_owned());
    StartView { stage, version: env!("CARGO_PKG_VERSION").to_owned(), zone }
}

/// The sample practice asks for no password: it begins with its first clinician.
async fn sample_user(rounds: &Rounds) -> Result<Option<User>, Failure> {
    if !rounds.practice().await?.is_some_and(|practice| practice.sample) {
        return Ok(None);
    }
    let mut users = rounds.users().await?;
    users.sort_by_key(|user| user.id);
    let first = users.into_iter().find(|user| user.role == Role::Clinician);
    Ok(Some(first.ok_or(Refusal::NotFound { what: "user" })?))
}
