//! How late the echo of the loudspeaker comes into the microphone. Pure.
//!
//! The canceller finds an echo only within 60 ms. Sound systems buffer more than that and tell nobody, so the lag is
//! measured: the loudness of both sides over the last seconds, laid over each other at every lag there may be. Loudness
//! in steps of 10 ms is enough, and cheap.

use std::collections::VecDeque;
use std::time::Duration;

use super::sound::{self, energy};

/// Compares what is played with what comes back.
#[derive(Default)]
pub(super) struct Lag {
    far: Loudness,
    near: Loudness,
    /// The step at which the lag was last looked for.
    looked: u64,
    /// What the last look found.
    candidate: Option<u64>,
    /// What two looks in a row agreed on.
    found: Option<u64>,
}

/// Length of a step.
const STEP: Duration = Duration::from_millis(10);
/// Steps laid over each other: four seconds.
const WINDOW: u64 = 400;
/// The longest lag, in steps.
const LONGEST: u64 = 50;
/// Steps between two looks.
const PAUSE: u64 = 100;
/// What counts as likeness; speech with another person talking over it has less.
const ALIKE: f64 = 0.5;

impl Lag {
    /// This is heard from the loudspeaker at this time.
    pub(super) fn far(&mut self, at: Duration, samples: &[i16]) {
        self.far.add(at, samples);
    }

    /// This came into the microphone at this time. Gives the lag, once it is known.
    pub(super) fn near(&mut self, at: Duration, samples: &[i16]) -> Option<Duration> {
        self.near.add(at, samples);
        // The newest steps may not be complete yet.
        let now = self.near.end().min(self.far.end()).saturating_sub(3);
        if now >= self.looked + PAUSE && now >= WINDOW + LONGEST {
            self.looked = now;
            let look = self.look(now - WINDOW, now);
            if let (Some(look), Some(before)) = (look, self.candidate)
                && look.abs_diff(before) <= 1
            {
                self.found = Some(look);
            }
            self.candidate = look;
        }
        self.found.map(|steps| STEP * steps as u32)
    }

    /// The lag at which both sides are most alike, if they are.
    fn look(&self, from: u64, to: u64) -> Option<u64> {
        let near: Vec<f64> = (from..to).map(|step| self.near.at(step)).collect();
        (0..=LONGEST)
            .map(|lag| {
                let far: Vec<f64> = (from..to).map(|step| self.far.at(step - lag)).collect();
                (lag, likeness(&near, &far))
            })
            .filter(|(_, likeness)| *likeness > ALIKE)
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
            .map(|(lag, _)| lag)
    }
}

/// Loudness step by step, over somewhat more than the window.
#[derive(Default)]
struct Loudness {
    start: u64,
    steps: VecDeque<f64>,
}

impl Loudness {
    fn add(&mut self, at: Duration, samples: &[i16]) {
        for (number, part) in samples.chunks(sound::RATE / 100).enumerate() {
            let step = (at.as_nanos() / STEP.as_nanos()) as u64 + number as u64;
            if step >= self.end() + WINDOW + LONGEST {
                self.steps.clear();
            }
            if self.steps.is_empty() {
                self.start = step;
            }
            while self.end() <= step {
                self.steps.push_back(0.0);
            }
            if let Some(place) = step.checked_sub(self.start)
                && let Some(sum) = self.steps.get_mut(place as usize)
            {
                *sum += energy(part);
            }
            while self.steps.len() as u64 > WINDOW + LONGEST + PAUSE {
                self.steps.pop_front();
                self.start += 1;
            }
        }
    }

    /// The step after the last one.
    fn end(&self) -> u64 {
        self.start + self.steps.len() as u64
    }

    /// In orders of magnitude, with a floor under which everything is silence.
    fn at(&self, step: u64) -> f64 {
        let place = step.checked_sub(self.start).map(|place| place as usize);
        let sum = place.and_then(|place| self.steps.get(place)).copied().unwrap_or(0.0);
        (sum + 1e-9).log10()
    }
}

/// The correlation of two rows, -1 to 1; 0 where one of them does not change.
fn likeness(one: &[f64], other: &[f64]) -> f64 {
    let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len().max(1) as f64;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let (mut both, mut square_one, mut square_other) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (a - mean_one, b - mean_other);
        both += a * b;
        square_one += a * a;
        square_other += b * b;
    }
    let scale = (square_one * square_other).sqrt();
    if scale > 1e-9 { both / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::sound::BLOCK;

    /// Blocks of a voice: loud and soft by chance, always the same for the same seed.
    fn voice(mut seed: u32, blocks: usize) -> Vec<Vec<i16>> {
        let mut chance = move || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed
        };
        (0..blocks)
            .map(|_| {
                let loud = [0, 30, 300, 3000][chance() as usize % 4];
                (0..BLOCK).map(|_| (chance() as i16 >> 4).clamp(-loud, loud)).collect()
            })
            .collect()
    }

    fn measured(far: &[Vec<i16>], near: &[Vec<i16>], late_ms: u64) -> Option<Duration> {
        let mut lag = Lag::default();
        let mut found = None;
        for number in 0..far.len() {
            let at = Duration::from_millis(10_000 + number as u64 * 20);
            lag.far(at, &far[number]);
            found = lag.near(at + Duration::from_millis(late_ms), &near[number]);
        }
        found
    }

    #[test]
    fn the_lag_is_found_within_ten_seconds() {
        let far = voice(1, 500);
        let echo: Vec<Vec<i16>> = far.iter().map(|block| block.iter().map(|sample| sample / 8).collect()).collect();
        for late in [0, 20, 70, 130, 310, 480] {
            assert_eq!(measured(&far, &echo, late), Some(Duration::from_millis(late)), "{late} ms");
        }
    }

    #[test]
    fn two_people_talking_are_no_echo() {
        assert_eq!(measured(&voice(1, 1000), &voice(77, 1000), 40), None);
    }

    #[test]
    fn silence_is_no_echo() {
        let silence = vec![vec![0; BLOCK]; 500];
        assert_eq!(measured(&voice(1, 500), &silence, 40), None);
        assert_eq!(measured(&silence, &voice(1, 500), 40), None);
    }
}
