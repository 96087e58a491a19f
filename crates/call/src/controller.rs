//! How fast to send: our own bandwidth controller. Pure: every call brings the moment it is made.
//!
//! It reads the fate of each packet (when it left, when it arrived, how big it was, or that it was lost; from
//! transport-wide feedback, draft-holmer-rmcat-transport-wide-cc-extensions-01) and steers one number by two rules:
//!
//! - **Delay.** The lowest one-way delay of the last ten seconds is the empty path; what is above it stands in a
//!   queue. A queue that is long, or that is growing, means that the link is full: the rate goes to a little below
//!   what really arrived. This reacts before packets are lost, and keeps the voice, which shares the queue, on time.
//! - **Loss.** Up to a few per cent is the nature of a radio link and is repaired by retransmission; at more
//!   than [`HIGH_LOSS`] each lost packet costs the link another one, so that the rate falls.
//!
//! When neither speaks, the rate grows: fast until the first trouble, then carefully, and most carefully near the
//! rate at which trouble was met last. Between two cuts there is always a round trip, so that the effect of one
//! is seen before the next. The built-in estimator of the transport, with its pacer in arrival order, made voice
//! wait behind pictures and sent more repairs than pictures after a link had narrowed: hence this one.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The fate of one packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fate {
    /// When it left, on our clock.
    pub departed: Instant,
    /// When it arrived, on the receiver's clock; `None` is lost.
    pub arrived: Option<Duration>,
    /// Bytes on the wire.
    pub size: usize,
}

/// Between what the controller moves, in kbit/s, voice included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Where it starts.
    pub start: f64,
    /// It never allows less: a voice needs this much.
    pub least: f64,
    /// It never allows more.
    pub most: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { start: 800.0, least: 40.0, most: 2_000.0 }
    }
}

/// Share of lost packets above which the rate falls.
pub const HIGH_LOSS: f64 = 0.17;
/// Share of lost packets up to which the rate may grow.
const LOW_LOSS: f64 = 0.14;
/// Loss alone does not push the rate below this (kbit/s) unless it is devastating: on a path that loses at random,
/// sending less does not lose less.
const LOSS_FLOOR: f64 = 300.0;
/// Share of lost packets at which [`LOSS_FLOOR`] no longer holds: so much is lost only where the link is narrower.
const DEVASTATING_LOSS: f64 = 0.35;
/// A queue of this length means that the link is full, growing or not.
const LONG_QUEUE: Duration = Duration::from_millis(90);
/// A queue of this length that grows means that the link is full.
const GROWING_QUEUE: Duration = Duration::from_millis(20);
/// A queue grows when the delay rises by more than this many seconds each second.
const GROWTH: f64 = 0.06;
/// How far back delays, sizes and losses are looked at.
const WINDOW: Duration = Duration::from_millis(600);
/// How far back losses are counted: longer, since they are counted and not measured.
const LOSS_WINDOW: Duration = Duration::from_millis(3_000);
/// Fewer fates than this are chance, not a share.
const COUNTED: usize = 60;
/// How long the shortest delay seen counts as that of the empty path.
const BASE_WINDOW: Duration = Duration::from_secs(10);
/// Feedback that stays away for this long while packets are sent is itself a sign of trouble.
const SILENCE: Duration = Duration::from_millis(1_000);

/// Steers the rate of one peer connection.
#[derive(Debug, Clone)]
pub struct Controller {
    limits: Limits,
    kbps: f64,
    /// Departure and arrival of recent packets that arrived: (departed, one-way delay in seconds, size).
    arrived: VecDeque<(Instant, f64, usize)>,
    /// Whether recent packets arrived.
    fates: VecDeque<(Instant, bool)>,
    /// Shortest one-way delay of each second of the last ten (its offset is arbitrary: two clocks).
    base: VecDeque<(Instant, f64)>,
    epoch: Option<Instant>,
    round_trip: Duration,
    last_feedback: Option<Instant>,
    last_cut: Option<Instant>,
    last_grown: Option<Instant>,
    /// The rate at which trouble was met last.
    ceiling: Option<f64>,
    queue: Duration,
    loss: f64,
}

impl Controller {
    /// A controller at its starting rate.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            kbps: limits.start,
            arrived: VecDeque::new(),
            fates: VecDeque::new(),
            base: VecDeque::new(),
            epoch: None,
            round_trip: Duration::from_millis(100),
            last_feedback: None,
            last_cut: None,
            last_grown: None,
            ceiling: None,
            queue: Duration::ZERO,
            loss: 0.0,
        }
    }

    /// What may be sent, voice and repairs included, in kbit/s.
    pub fn kbps(&self) -> f64 {
        self.kbps
    }

    /// Share of packets lost lately, 0 to 1.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The round trip, as feedback shows it.
    pub fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// How long packets stand in the queue of the path.
    pub fn queue(&self) -> Duration {
        self.queue
    }

    /// Takes in the fates of packets, in the order in which they left.
    pub fn on_feedback(&mut self, now: Instant, fates: &[Fate]) {
        if fates.is_empty() {
            return;
        }
        self.last_feedback = Some(now);
        self.take_in(now, fates);
        self.forget_old(now);
        self.measure();
        self.steer(now);
    }

    /// Notices feedback that stays away: a path that says nothing is not one to send more into.
    pub fn on_time(&mut self, now: Instant) {
        let Some(last) = self.last_feedback else { return };
        if now.saturating_duration_since(last) >= SILENCE && self.may_cut(now, SILENCE / 2) {
            self.cut(now, self.kbps * 0.7);
        }
    }

    fn take_in(&mut self, now: Instant, fates: &[Fate]) {
        let epoch = *self.epoch.get_or_insert(fates[0].departed);
        let mut fastest = Duration::MAX;
        for fate in fates {
            self.fates.push_back((fate.departed, fate.arrived.is_some()));
            let Some(arrived) = fate.arrived else { continue };
            let delay = arrived.as_secs_f64() - fate.departed.saturating_duration_since(epoch).as_secs_f64();
            self.arrived.push_back((fate.departed, delay, fate.size));
            fastest = fastest.min(now.saturating_duration_since(fate.departed));
            match self.base.back_mut() {
                Some((since, least)) if fate.departed.saturating_duration_since(*since) < Duration::from_secs(1) => {
                    *least = least.min(delay);
                }
                _ => self.base.push_back((fate.departed, delay)),
            }
        }
        if fastest < Duration::MAX {
            self.round_trip = self.round_trip.mul_f64(0.8) + fastest.mul_f64(0.2);
        }
    }

    fn forget_old(&mut self, now: Instant) {
        let old = |at: &Instant, window: Duration| now.saturating_duration_since(*at) > window;
        let window = WINDOW + self.round_trip;
        while self.arrived.front().is_some_and(|(at, ..)| old(at, window)) {
            self.arrived.pop_front();
        }
        while self.fates.front().is_some_and(|(at, _)| old(at, LOSS_WINDOW + self.round_trip)) {
            self.fates.pop_front();
        }
        // The last one always stays: without any, a path that was silent for ten seconds would look empty.
        while self.base.len() > 1 && self.base.front().is_some_and(|(at, _)| old(at, BASE_WINDOW)) {
            self.base.pop_front();
        }
    }

    fn measure(&mut self) {
        let base = self.base.iter().map(|(_, least)| *least).fold(f64::INFINITY, f64::min);
        // The least of the last few packets, not their mean: radio links delay single packets for no reason of queues.
        let recent = self.arrived.iter().rev().take(12).map(|(_, delay, _)| *delay).fold(f64::INFINITY, f64::min);
        self.queue = if recent.is_finite() && base.is_finite() {
            Duration::from_secs_f64((recent - base).max(0.0))
        } else {
            Duration::ZERO
        };
        if self.fates.len() >= COUNTED / 2 {
            let lost = self.fates.iter().filter(|(_, arrived)| !arrived).count();
            self.loss = lost as f64 / self.fates.len() as f64;
        }
    }

    fn steer(&mut self, now: Instant) {
        let growing = self.queue > GROWING_QUEUE && self.growth() > GROWTH;
        let arriving = self.arriving_kbps();
        let wait = self.round_trip + Duration::from_millis(150);
        if (growing || self.queue > LONG_QUEUE) && self.may_cut(now, wait) {
            // Below what arrives, so that the queue drains; further below the longer it is.
            let share = if self.queue > LONG_QUEUE * 2 { 0.65 } else { 0.85 };
            let rate = arriving.map_or(self.kbps * share, |arriving| (arriving * share).min(self.kbps * 0.95));
            self.ceiling = arriving;
            self.cut(now, rate);
        } else if self.loss > HIGH_LOSS
            && self.fates.len() >= COUNTED
            && self.may_cut(now, wait + Duration::from_millis(150))
        {
            let floor = if self.loss > DEVASTATING_LOSS { self.limits.least } else { LOSS_FLOOR.min(self.kbps) };
            self.ceiling = Some(self.kbps);
            self.cut(now, (self.kbps * (1.0 - 0.6 * self.loss)).max(floor));
        } else if self.loss <= LOW_LOSS && self.queue <= GROWING_QUEUE {
            self.grow(now, arriving);
        } else {
            self.last_grown = Some(now);
        }
    }

    fn grow(&mut self, now: Instant, arriving: Option<f64>) {
        let since = self.last_grown.replace(now).map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        let settled = self.last_cut.is_none_or(|cut| now.saturating_duration_since(cut) > Duration::from_millis(1_500));
        // A rate that is not used is not proved: a still picture would raise it without end.
        let unproved = arriving.is_some_and(|arriving| self.kbps > arriving * 1.6 + 100.0);
        if !settled || unproved {
            return;
        }
        let per_second = match self.ceiling {
            None => 1.45,
            Some(ceiling) if self.kbps < ceiling * 0.7 => 1.25,
            Some(ceiling) if self.kbps < ceiling * 1.1 => 1.05,
            Some(_) => 1.12,
        };
        let grown = self.kbps * f64::powf(per_second, since.min(Duration::from_millis(500)).as_secs_f64());
        self.kbps = grown.min(self.limits.most);
    }

    fn may_cut(&self, now: Instant, wait: Duration) -> bool {
        self.last_cut.is_none_or(|cut| now.saturating_duration_since(cut) >= wait)
    }

    fn cut(&mut self, now: Instant, kbps: f64) {
        self.kbps = kbps.clamp(self.limits.least, self.limits.most);
        self.last_cut = Some(now);
        self.last_grown = Some(now);
    }

    /// What arrives, in kbit/s; nothing, as long as too little was seen.
    fn arriving_kbps(&self) -> Option<f64> {
        let first = self.arrived.front()?;
        let last = self.arrived.back()?;
        let departed = last.0.saturating_duration_since(first.0).as_secs_f64();
        // The time it took to arrive: a full link stretches it.
        let took = departed + (last.1 - first.1);
        let bytes: usize = self.arrived.iter().skip(1).map(|(_, _, size)| size).sum();
        (took > 0.2).then(|| bytes as f64 * 8.0 / 1_000.0 / took)
    }

    /// By how many seconds the delay rises each second: the slope of the line through the recent delays.
    fn growth(&self) -> f64 {
        let Some(first) = self.arrived.front().filter(|_| self.arrived.len() >= 10) else {
            return 0.0;
        };
        let points =
            self.arrived.iter().map(|(at, delay, _)| (at.saturating_duration_since(first.0).as_secs_f64(), *delay));
        let count = self.arrived.len() as f64;
        let (x, y) = points.clone().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / count, sum.1 + y / count));
        let (above, below) =
            points.fold((0.0, 0.0), |sum, (px, py)| (sum.0 + (px - x) * (py - y), sum.1 + (px - x).powi(2)));
        if below > 0.0 { above / below } else { 0.0 }
    }
}

#[cfg(test)]
#[path = "controller_tests.rs"]
mod tests;
