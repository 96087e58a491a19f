//! Who is connected: kept in memory, told by beats, forgotten when the program ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::Timestamp;
use domain::id::ParticipantId;
use tokio::sync::broadcast;

use crate::api::queue::Presence;
use crate::api::{Changed, Topic};

/// Seconds without a beat after which a participant counts as away: three beats.
pub const AWAY_AFTER_SECONDS: i64 = 3 * call::signal::BEAT_SECONDS as i64;

/// Who is connected.
#[derive(Clone)]
pub struct Presences {
    seen: Arc<Mutex<HashMap<ParticipantId, Seen>>>,
    changes: broadcast::Sender<Changed>,
}

struct Seen {
    last_beat: Timestamp,
    online: bool,
}

impl Presences {
    pub(crate) fn new(changes: broadcast::Sender<Changed>) -> Self {
        Self { seen: Arc::default(), changes }
    }

    /// A participant is connected, or has sent a beat.
    pub fn beat(&self, participant: ParticipantId, now: Timestamp) {
        let came = {
            let mut seen = self.lock();
            let entry = seen.entry(participant).or_insert(Seen { last_beat: now, online: false });
            entry.last_beat = now;
            !std::mem::replace(&mut entry.online, true)
        };
        if came {
            self.tell(vec![participant]);
        }
    }

    /// A participant's socket is gone.
    pub fn gone(&self, participant: ParticipantId) {
        let went = self.lock().get_mut(&participant).is_some_and(|entry| std::mem::replace(&mut entry.online, false));
        if went {
            self.tell(vec![participant]);
        }
    }

    /// Counts as away whoever has not sent a beat for too long: a socket can look open for minutes after its network is gone.
    pub fn sweep(&self, now: Timestamp) {
        let quiet = |entry: &Seen| entry.online && (now - entry.last_beat).num_seconds() >= AWAY_AFTER_SECONDS;
        let went: Vec<ParticipantId> = {
            let mut seen = self.lock();
            seen.iter_mut()
                .filter(|(_, entry)| quiet(entry))
                .map(|(participant, entry)| {
                    entry.online = false;
                    *participant
                })
                .collect()
        };
        if !went.is_empty() {
            self.tell(went);
        }
    }

    /// Whether a participant is connected.
    pub fn of(&self, participant: ParticipantId) -> Presence {
        match self.lock().get(&participant) {
            Some(entry) if entry.online => Presence::Online,
            Some(_) => Presence::Away,
            None => Presence::Never,
        }
    }

    fn tell(&self, who: Vec<ParticipantId>) {
        let ids = who.iter().map(ToString::to_string).collect();
        // No listener is no fault: whoever listens later asks for the presence itself.
        let _ = self.changes.send(Changed { seq: 0, topics: vec![Topic::Presence], ids });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ParticipantId, Seen>> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
