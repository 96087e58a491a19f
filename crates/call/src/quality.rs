//! How good a connection is, and whose side the trouble is on. Pure.

use crate::view::{Quality, TroubleAt};

/// Figures of the last two seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    /// Round trip in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Share of their packets that did not arrive here, 0 to 1.
    pub loss_in: f64,
    /// Share of our packets that did not arrive there, 0 to 1.
    pub loss_out: f64,
    /// What the controller allows us to send, in kbit/s; none where no picture is sent.
    pub target_kbps: Option<f64>,
    /// They send a picture, and so many whole pictures a second arrive.
    pub in_fps: Option<f64>,
    /// Nothing of theirs arrived at all.
    pub silent: bool,
}

/// The verdict on one connection, with hysteresis: it gets worse after two looks that agree, and better after
/// four, so that a light on the screen does not flicker.
#[derive(Debug, Clone)]
pub struct Verdict {
    quality: Quality,
    trouble: Option<TroubleAt>,
    differing: (Quality, u32),
}

impl Default for Verdict {
    fn default() -> Self {
        Self { quality: Quality::Good, trouble: None, differing: (Quality::Good, 0) }
    }
}

impl Verdict {
    /// Looks again, about once a second.
    pub fn look(&mut self, figures: &Figures) -> (Quality, Option<TroubleAt>) {
        let (inbound, outbound) = (inbound(figures), outbound(figures));
        let seen = worse(worse(inbound, outbound), far(figures));
        if seen == self.quality {
            self.differing.1 = 0;
        } else {
            let times = if self.differing.0 == seen { self.differing.1 + 1 } else { 1 };
            self.differing = (seen, times);
            let enough = if rank(seen) > rank(self.quality) { 2 } else { 4 };
            if times >= enough {
                self.quality = seen;
                self.differing.1 = 0;
            }
        }
        self.trouble = match self.quality {
            Quality::Good => None,
            Quality::Fair | Quality::Poor if rank(outbound) > rank(inbound) => Some(TroubleAt::OurUplink),
            Quality::Fair | Quality::Poor if rank(inbound) > rank(outbound) => Some(TroubleAt::TheirUplink),
            // Both alike: what was said last stays, rather than a guess.
            Quality::Fair | Quality::Poor => self.trouble,
        };
        (self.quality, self.trouble)
    }
}

fn inbound(figures: &Figures) -> Quality {
    if figures.silent || figures.loss_in > 0.15 || figures.in_fps.is_some_and(|fps| fps < 5.0) {
        Quality::Poor
    } else if figures.loss_in > 0.05 || figures.in_fps.is_some_and(|fps| fps < 12.0) {
        Quality::Fair
    } else {
        Quality::Good
    }
}

fn outbound(figures: &Figures) -> Quality {
    if figures.loss_out > 0.15 || figures.target_kbps.is_some_and(|kbps| kbps < 120.0) {
        Quality::Poor
    } else if figures.loss_out > 0.05 || figures.target_kbps.is_some_and(|kbps| kbps < 300.0) {
        Quality::Fair
    } else {
        Quality::Good
    }
}

/// ITU-T G.114: up to 150 ms one way is good, 400 ms is the limit.
fn far(figures: &Figures) -> Quality {
    match figures.round_trip_ms {
        Some(ms) if ms > 800.0 => Quality::Poor,
        Some(ms) if ms > 300.0 => Quality::Fair,
        _ => Quality::Good,
    }
}

fn rank(quality: Quality) -> u8 {
    match quality {
        Quality::Good => 0,
        Quality::Fair => 1,
        Quality::Poor => 2,
    }
}

fn worse(one: Quality, other: Quality) -> Quality {
    if rank(one) >= rank(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lossy(loss_in: f64, loss_out: f64) -> Figures {
        Figures { loss_in, loss_out, target_kbps: Some(1_000.0), ..Figures::default() }
    }

    #[test]
    fn one_bad_look_changes_nothing_and_two_do() {
        let mut verdict = Verdict::default();
        assert_eq!(verdict.look(&lossy(0.0, 0.2)), (Quality::Good, None));
        assert_eq!(verdict.look(&lossy(0.0, 0.2)), (Quality::Poor, Some(TroubleAt::OurUplink)));
        for _ in 0..3 {
            assert_eq!(verdict.look(&lossy(0.0, 0.0)).0, Quality::Poor);
        }
        assert_eq!(verdict.look(&lossy(0.0, 0.0)), (Quality::Good, None));
    }

    #[test]
    fn trouble_is_where_the_loss_is() {
        let mut verdict = Verdict::default();
        verdict.look(&lossy(0.1, 0.0));
        assert_eq!(verdict.look(&lossy(0.1, 0.0)), (Quality::Fair, Some(TroubleAt::TheirUplink)));
    }
}
