//! Random numbers that are the same for the same seed (SplitMix64, Steele, Lea and Flood 2014).

/// A source of random numbers.
pub struct Dice(u64);

impl Dice {
    /// All that follows is decided by the seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("BUG: below a usize")
    }

    /// A number below `end`, the small ones more often: names and reasons are not evenly spread either.
    pub fn low(&mut self, end: usize) -> usize {
        self.below(end).min(self.below(end))
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
