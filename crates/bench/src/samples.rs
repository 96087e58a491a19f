//! Measured values, and what they say together.

use std::time::Duration;

/// Values in the order of their size.
pub struct Samples(Vec<f64>);

impl Samples {
    /// Of at least one value.
    pub fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        (!values.is_empty()).then_some(Self(values))
    }

    /// Durations, in milliseconds.
    pub fn millis(durations: &[Duration]) -> Option<Self> {
        Self::new(durations.iter().map(|duration| duration.as_secs_f64() * 1_000.0).collect())
    }

    /// The value below which `percent` of all values lie (nearest rank).
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.0.len() as f64).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    /// The middle.
    pub fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// The greatest.
    pub fn greatest(&self) -> f64 {
        self.percentile(100.0)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let samples = Samples::new((1..=100).rev().map(f64::from).collect()).expect("there are values");
        assert_eq!((samples.median(), samples.percentile(99.0), samples.greatest()), (50.0, 99.0, 100.0));
        let one = Samples::new(vec![7.0]).expect("there is a value");
        assert_eq!((one.percentile(1.0), one.percentile(99.0)), (7.0, 7.0));
        assert!(Samples::new(Vec::new()).is_none());
    }
}
