//! The test tone: what a computer without a microphone sends. A calm 440 Hz at -20 dBFS, half a second on, half off.

use super::sound::{BLOCK, RATE};

/// Makes the tone, block by block.
#[derive(Default)]
pub(super) struct TestTone {
    sample: u64,
}

const HERTZ: f64 = 440.0;
/// -20 dBFS.
const PEAK: f64 = 0.1 * 32767.0;
/// Length of a rise or fall, in samples: long enough not to click.
const EDGE: f64 = 480.0;

impl TestTone {
    /// The next 20 ms.
    pub(super) fn next(&mut self) -> Vec<i16> {
        (0..BLOCK)
            .map(|_| {
                let now = self.sample;
                self.sample += 1;
                let beat = (now % RATE as u64) as f64;
                let half = RATE as f64 / 2.0;
                let gain = (beat / EDGE).min((half - beat) / EDGE).clamp(0.0, 1.0);
                let angle = now as f64 * HERTZ * std::f64::consts::TAU / RATE as f64;
                (angle.sin() * PEAK * gain) as i16
            })
            .collect()
    }
}

/// The chime of the speaker check: two soft notes, three quarters of a second.
pub(super) fn chime() -> Vec<i16> {
    let length = RATE * 3 / 4;
    (0..length)
        .map(|sample| {
            let time = sample as f64 / RATE as f64;
            let note = |start: f64, hertz: f64| {
                let age = time - start;
                if age < 0.0 {
                    return 0.0;
                }
                let rise = (age * 100.0).min(1.0);
                (age * hertz * std::f64::consts::TAU).sin() * rise * (-age * 6.0).exp()
            };
            ((note(0.0, 659.3) + note(0.25, 880.0)) * 0.2 * 32767.0) as i16
        })
        .collect()
}
