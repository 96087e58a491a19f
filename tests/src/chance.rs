//! Chance that can be repeated: a seed is printed, and the same seed gives the same moments.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A small generator (splitmix64, Steele, Lea and Flood 2014).
pub struct Chance {
    state: u64,
}

impl Chance {
    /// From `ROUNDS_SEED`, or from the clock; the seed is printed either way.
    pub fn from_environment() -> Self {
        let given = std::env::var("ROUNDS_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        let seed = given.unwrap_or(clock);
        println!("ROUNDS_SEED={seed}");
        Self { state: seed }
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// A moment within a span from now.
    pub fn within(&mut self, span: Duration) -> Duration {
        Duration::from_millis(self.below(span.as_millis() as u64))
    }
}

/// How often each kill is tried: `ROUNDS_KILLS`, or few enough for everyday runs.
pub fn kills() -> u64 {
    std::env::var("ROUNDS_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(3)
}
