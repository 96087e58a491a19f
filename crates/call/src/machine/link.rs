//! One link of the machine: where the peer connection with one peer stands, and when an offer is asked for next.

use std::time::Duration;

use super::{LONGEST_PATIENCE, Moment, later};
use crate::signal::OfferReason;
use crate::view::LinkState;

/// The state of one link.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The peer's incarnation that this link belongs to.
    pub incarnation: String,
    /// The peer connection, if there is one.
    pub session: Option<String>,
    /// Where it stands.
    pub state: LinkState,
    /// The peer is there: its socket is open.
    pub present: bool,
    /// The peer never offers (another engine), so there is nobody to ask.
    pub mute_side: bool,
    /// The hub does not list the peer, which may only be late: see [`super::RETURN_PATIENCE`].
    pub(super) missing: bool,
    /// Media flowed at least once.
    pub(super) was_connected: bool,
    /// When to ask for an offer next (see [`Moment::since_start`]), and what for.
    pub(super) ask: Option<(Duration, OfferReason)>,
    /// Requests since media flowed last.
    pub(super) asked: u32,
}

impl Link {
    /// The wait before the next request: it grows by half with each one, so that a path that is gone for minutes
    /// is not flooded with offers.
    pub(super) fn patience(&self, base: Duration) -> Duration {
        base.mul_f64(1.5_f64.powi(self.asked.min(12) as i32)).min(LONGEST_PATIENCE)
    }

    pub(super) fn ask_again(&mut self, now: Moment, wait: Duration, why: OfferReason) {
        self.asked = 0;
        self.ask_sooner(later(now, wait), why);
    }

    pub(super) fn ask_sooner(&mut self, due: Duration, why: OfferReason) {
        if self.ask.is_none_or(|(already, _)| already > due) {
            self.ask = Some((due, why));
        }
    }
}
