//! The record of a call: when people talked, and how it ended. The live call is the call engine's matter.
//!
//! ```text
//!           Connected           Held
//!  Waiting ───────────> OnCall ──────> OnHold
//!     │                  │  ^ <─Resumed─ │  ^
//!     │             Lost │  │ Connected   │  │ Connected
//!     │                  v  │        Lost v  │
//!     │       Reconnecting ──Held──> Reconnecting, held
//!     │                    <─Resumed─     │
//!     └──── End ──────> Ended <─── End (from every state)
//! ```

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;
use crate::id::{CallId, EncounterId, UserId};

/// One call of an encounter. An encounter may have many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// The visit.
    pub encounter: EncounterId,
    /// Who opened it.
    pub clinician: UserId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When people first saw or heard each other.
    pub connected_at: Option<Timestamp>,
    /// How often the connection was lost.
    pub drops: u32,
    /// Where it stands.
    pub state: CallState,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum CallState {
    /// Opened; nobody is connected.
    Waiting,
    /// People talk.
    OnCall,
    /// On hold.
    OnHold,
    /// The connection is being restored.
    Reconnecting {
        /// Since when.
        since: Timestamp,
        /// The call is on hold, and will be when it is back.
        #[serde(default)]
        held: bool,
    },
    /// Over.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        why: CallEnd,
    },
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// The clinician hung up.
    HungUp,
    /// The visit was finished.
    VisitOver,
    /// The clinician was removed from the visit.
    Removed,
    /// The practice server did not let the console in.
    Refused,
    /// The console stopped without a word: found at its next start.
    Interrupted,
}

/// What happened to a call. These are observations: they tell what already is, so none is refused. One
/// that does not fit the state (a late report of an ended call) changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallObservation {
    /// Media flows.
    Connected,
    /// The connection was lost.
    Lost,
    /// Put on hold.
    Held,
    /// Taken off hold.
    Resumed,
    /// Over.
    Ended(CallEnd),
}

impl Call {
    /// The call after the observation, or `None` where nothing changes.
    pub fn observe(&self, seen: CallObservation, at: Timestamp) -> Option<Self> {
        use CallObservation as O;
        use CallState as S;
        // A clock that was set back must not make a call that ended before it began.
        let at = at.max(self.connected_at.unwrap_or(self.opened_at));
        let mut next = self.clone();
        next.state = match (&self.state, seen) {
            (S::Ended { .. }, O::Connected | O::Lost | O::Held | O::Resumed | O::Ended(_)) => return None,
            (S::Waiting | S::OnCall | S::OnHold | S::Reconnecting { .. }, O::Ended(why)) => S::Ended { at, why },
            (S::Waiting | S::Reconnecting { held: false, .. }, O::Connected) => S::OnCall,
            (S::Reconnecting { held: true, .. }, O::Connected) => S::OnHold,
            (S::OnCall | S::OnHold, O::Connected) => return None,
            (S::OnCall | S::OnHold, O::Lost) => {
                next.drops = next.drops.saturating_add(1);
                S::Reconnecting { since: at, held: self.state == S::OnHold }
            }
            (S::Waiting | S::Reconnecting { .. }, O::Lost) => return None,
            (S::OnCall, O::Held) => S::OnHold,
            (S::OnHold, O::Resumed) => S::OnCall,
            (S::Reconnecting { since, held: false }, O::Held) => S::Reconnecting { since: *since, held: true },
            (S::Reconnecting { since, held: true }, O::Resumed) => S::Reconnecting { since: *since, held: false },
            (S::Waiting | S::OnHold | S::Reconnecting { held: true, .. }, O::Held) => return None,
            (S::Waiting | S::OnCall | S::Reconnecting { held: false, .. }, O::Resumed) => return None,
        };
        if seen == O::Connected {
            next.connected_at.get_or_insert(at);
        }
        Some(next)
    }
}
