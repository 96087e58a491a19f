//! The signalling hub: who sits in which visit, and what each of them is told.
//!
//! What is kept (who may come in, who has arrived, who was admitted) is in the store; the hub holds only what is
//! alive: sockets, media switches, incarnations. After a restart everybody says hello again, and the hub is whole.

mod seat;
mod socket;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::Rounds;
use app::api::{Changed, Topic};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call::signal::{FromHub, MESSAGE_LIMIT, OverReason, Step};
use domain::id::{EncounterId, ParticipantId};
use tokio::sync::{broadcast, watch};

use crate::accept::over;
use crate::ice::IceSettings;
use seat::{Seat, Visit};

/// How often silent participants are looked for.
const SWEEP: Duration = Duration::from_secs(2);

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    rounds: Rounds,
    ice: IceSettings,
    visits: Mutex<HashMap<EncounterId, Visit>>,
    /// Held from reading what stands in the store until the seats have it: an older reading never overwrites a newer one.
    refreshing: tokio::sync::Mutex<()>,
    ended: watch::Receiver<bool>,
}

/// Opens a signalling socket. A page of another site may not: a browser sends its origin, and it must be ours.
pub async fn upgrade(State(hub): State<Hub>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let own = origin.is_none_or(|origin| host.is_some() && origin.split_once("://").map(|(_, host)| host) == host);
    if !own {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT).on_upgrade(|socket| socket::run(hub, socket))
}

impl Hub {
    /// Starts the hub: it follows the practice's changes until the server ends.
    pub fn start(rounds: Rounds, ice: IceSettings, ended: watch::Receiver<bool>) -> Self {
        let inner = Inner {
            rounds,
            ice,
            visits: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            ended: ended.clone(),
        };
        let hub = Self { inner: Arc::new(inner) };
        tokio::spawn(hub.clone().follow(ended));
        hub
    }

    async fn follow(self, mut ended: watch::Receiver<bool>) {
        let mut changes = self.inner.rounds.listen();
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                () = over(&mut ended) => return,
                _ = sweep.tick() => self.inner.rounds.presences().sweep(self.inner.rounds.now()),
                changed = changes.recv() => match changed {
                    Ok(mut changed) => {
                        // What came in the meantime is answered by the same look.
                        while let Ok(more) = changes.try_recv() {
                            changed.topics.extend(more.topics);
                        }
                        self.hear(&changed).await;
                    }
                    // Fallen behind: whatever was missed is in the store.
                    Err(broadcast::error::RecvError::Lagged(_)) => self.refresh_all().await,
                    Err(broadcast::error::RecvError::Closed) => return,
                },
            }
        }
    }

    async fn hear(&self, changed: &Changed) {
        let touches = |topic| changed.topics.contains(&topic);
        if touches(Topic::Encounter) || touches(Topic::Participant) {
            self.refresh_all().await;
        } else if touches(Topic::Presence) {
            self.with_visits(|visits| visits.values_mut().for_each(Visit::tell_peers));
        }
    }

    /// Looks everybody's step and place up, and tells those for whom it changed.
    async fn refresh_all(&self) {
        let seats: Vec<(EncounterId, ParticipantId)> = self.with_visits(|visits| {
            visits
                .iter()
                .flat_map(|(visit, seats)| seats.participants().map(|participant| (*visit, participant)))
                .collect()
        });
        for (visit, participant) in seats {
            self.refresh(visit, participant).await;
        }
    }

    /// Looks one participant's step and place up.
    async fn refresh(&self, encounter: EncounterId, participant: ParticipantId) {
        let _turn = self.inner.refreshing.lock().await;
        let standing = async {
            let guest = self.inner.rounds.guest(participant).await?;
            let place = match guest.step {
                Step::Waiting => self.inner.rounds.place(encounter).await?,
                Step::Identify | Step::Prepare | Step::Call | Step::Over { .. } => None,
            };
            Ok::<_, app::Failure>((guest, place))
        };
        let (guest, place) = match standing.await {
            Ok(found) => found,
            Err(failure) => {
                // The seat keeps what it was told last; the next change is another chance.
                failure.report();
                return;
            }
        };
        self.with_visits(|visits| {
            let Some(visit) = visits.get_mut(&encounter) else { return };
            visit.now_at(participant, guest.step, place);
            if visit.is_empty() {
                visits.remove(&encounter);
            }
        });
    }

    fn with_visits<R>(&self, work: impl FnOnce(&mut HashMap<EncounterId, Visit>) -> R) -> R {
        work(&mut self.inner.visits.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn with_visit<R>(&self, encounter: EncounterId, work: impl FnOnce(&mut Visit) -> R) -> R {
        self.with_visits(|visits| {
            let visit = visits.entry(encounter).or_default();
            let result = work(visit);
            if visit.is_empty() {
                visits.remove(&encounter);
            }
            result
        })
    }

    /// Gives a participant's seat to a new socket. An older socket of theirs is told that it was replaced.
    fn sit(&self, encounter: EncounterId, participant: ParticipantId, seat: Seat) {
        self.with_visit(encounter, |visit| {
            if let Some(old) = visit.sit(participant, seat) {
                old.say(FromHub::Step { step: Step::Over { why: OverReason::Replaced } });
            }
            visit.tell_peers();
        });
    }
}
