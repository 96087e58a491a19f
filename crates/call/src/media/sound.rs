//! Sound as the backend passes it on inside: 48 kHz, one channel, 16 bits, in blocks of 20 ms.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;

/// Samples a second.
pub(super) const RATE: usize = 48_000;
/// Samples in a block.
pub(super) const BLOCK: usize = RATE / 50;
/// Length of a block.
pub(super) const BLOCK_TIME: Duration = Duration::from_millis(20);
/// Its description in GStreamer's words.
pub(super) const CAPS: &str = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1";

/// How long this many samples last.
pub(super) fn time_of(samples: usize) -> Duration {
    Duration::from_nanos(samples as u64 * 1_000_000_000 / RATE as u64)
}

/// 20 ms of sound.
#[derive(Clone)]
pub(super) struct Block {
    /// When its first sample was captured.
    pub(super) captured: Instant,
    /// [`BLOCK`] samples.
    pub(super) samples: Arc<[i16]>,
}

/// Sum of the squared samples, full scale 1, times the duration of a sample: as `totalAudioEnergy` counts.
pub(super) fn energy(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| (f64::from(sample) / 32768.0).powi(2)).sum();
    sum / RATE as f64
}

/// How loud it is to a person, 0 to 1: -60 dBFS and less is 0, full scale is 1.
pub(super) fn loudness(samples: &[i16]) -> f32 {
    let seconds = samples.len() as f64 / RATE as f64;
    let power = energy(samples) / seconds.max(f64::MIN_POSITIVE);
    ((10.0 * power.log10() + 60.0) / 60.0).clamp(0.0, 1.0) as f32
}

/// [`CAPS`] for GStreamer.
pub(super) fn caps() -> gst::Caps {
    CAPS.parse().expect("BUG: the caps of sound do not parse")
}

/// The block with this number since the start, for GStreamer.
pub(super) fn buffer(samples: &[i16], number: u64) -> gst::Buffer {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut buffer = gst::Buffer::from_mut_slice(bytes);
    if let Some(buffer) = buffer.get_mut() {
        buffer.set_pts(gst::ClockTime::from_mseconds(number * 20));
        buffer.set_duration(gst::ClockTime::from_mseconds(20));
    }
    buffer
}

/// Samples from little-endian bytes.
pub(super) fn samples(bytes: &[u8]) -> impl Iterator<Item = i16> + '_ {
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::tone::TestTone;

    #[test]
    fn loudness_runs_from_silence_to_full_scale() {
        assert_eq!(loudness(&[0; BLOCK]), 0.0);
        assert_eq!(loudness(&[]), 0.0);
        assert_eq!(loudness(&[i16::MIN; BLOCK]), 1.0);
        // -20 dBFS is two thirds of the way from -60 to 0.
        assert!((loudness(&[3277; BLOCK]) - 2.0 / 3.0).abs() < 0.01);
    }

    #[test]
    fn the_tone_has_the_energy_of_a_pulsing_sine_at_minus_20_decibels() {
        let mut tone = TestTone::default();
        let second: f64 = (0..50).map(|_| energy(&tone.next())).sum();
        // Amplitude 0.1: mean square 0.005 while it sounds, which is half of the second (less its edges).
        assert!((0.0022..0.0025).contains(&second), "{second}");
    }
}
