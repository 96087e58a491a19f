//! What to make of the allowed rate: voice first, then picture rate, size and pictures a second. Pure.

use std::time::{Duration, Instant};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The picture; `None` where there is room for the voice only.
    pub picture: Option<Picture>,
    /// Bit rate of the voice, bit/s.
    pub voice_bps: u32,
    /// Share of packets that the voice must guard against losing, 0 to 1.
    pub expected_loss: f32,
}

/// What the encoder is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// Bit rate, kbit/s.
    pub kbps: u32,
    /// Largest width and height.
    pub size: (u32, u32),
    /// Pictures a second.
    pub fps: u32,
}

/// A step: from how many kbit/s of picture on it is worth it, and what it is.
struct Rung {
    from: f64,
    size: (u32, u32),
    fps: u32,
}

/// Largest first. A face is recognised at 320 x 180; fewer pictures a second are given up before size below 360
/// lines, since lips that do not move with the voice disturb more than softness.
const RUNGS: [Rung; 5] = [
    Rung { from: 650.0, size: (1280, 720), fps: 30 },
    Rung { from: 380.0, size: (960, 540), fps: 30 },
    Rung { from: 220.0, size: (640, 360), fps: 30 },
    Rung { from: 120.0, size: (640, 360), fps: 15 },
    Rung { from: 50.0, size: (320, 180), fps: 15 },
];

/// Voice with its headers, kbit/s: 24 of Opus, 50 packets a second of 40 bytes of headers.
const VOICE_KBPS: f64 = 40.0;
/// A step up is taken only when the rate is this much above it ...
const MARGIN: f64 = 1.15;
/// ... for this long: each step costs a key frame.
const PROVED: Duration = Duration::from_secs(3);

/// Chooses the step, with hysteresis.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    /// Index into [`RUNGS`]; its length means no picture.
    rung: usize,
    better_since: Option<Instant>,
}

impl Ladder {
    /// The plan for an allowed rate (kbit/s, everything included) on a path that loses this share of packets.
    pub fn plan(&mut self, now: Instant, kbps: f64, loss: f64) -> Plan {
        // What is lost is sent again: that room must be left free.
        let picture = ((kbps - VOICE_KBPS) * (1.0 - loss.clamp(0.0, 0.5))).max(0.0);
        self.step(now, picture);
        let narrow = kbps < 150.0;
        Plan {
            picture: RUNGS.get(self.rung).map(|rung| Picture { kbps: picture as u32, size: rung.size, fps: rung.fps }),
            voice_bps: if narrow { 16_000 } else { 24_000 },
            expected_loss: loss.clamp(0.0, 0.4) as f32,
        }
    }

    fn step(&mut self, now: Instant, picture: f64) {
        let fitting = RUNGS.iter().position(|rung| picture >= rung.from * 0.9).unwrap_or(RUNGS.len());
        if fitting > self.rung {
            self.rung = fitting;
            self.better_since = None;
            return;
        }
        let wished = RUNGS.iter().position(|rung| picture >= rung.from * MARGIN).unwrap_or(RUNGS.len());
        if wished >= self.rung {
            self.better_since = None;
        } else if now.saturating_duration_since(*self.better_since.get_or_insert(now)) >= PROVED {
            self.rung -= 1;
            self.better_since = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, seconds: f64) -> Instant {
        start + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_picture_gives_way_to_the_voice() {
        let mut ladder = Ladder::default();
        let now = Instant::now();
        assert_eq!(ladder.plan(now, 1_500.0, 0.0).picture.map(|p| p.size), Some((1280, 720)));
        let narrow = ladder.plan(now, 120.0, 0.0);
        assert_eq!(narrow.picture.map(|p| (p.size, p.fps)), Some(((320, 180), 15)));
        assert_eq!(narrow.voice_bps, 16_000);
        assert_eq!(ladder.plan(now, 60.0, 0.0).picture, None);
    }

    #[test]
    fn a_step_down_is_at_once_and_a_step_up_must_be_proved() {
        let mut ladder = Ladder::default();
        let start = Instant::now();
        assert_eq!(ladder.plan(start, 450.0, 0.0).picture.map(|p| p.size.1), Some(540));
        assert_eq!(ladder.plan(at(start, 1.0), 900.0, 0.0).picture.map(|p| p.size.1), Some(540));
        assert_eq!(ladder.plan(at(start, 3.9), 900.0, 0.0).picture.map(|p| p.size.1), Some(540));
        assert_eq!(ladder.plan(at(start, 4.1), 900.0, 0.0).picture.map(|p| p.size.1), Some(720));
    }

    #[test]
    fn a_rate_that_swings_around_a_step_does_not_swing_the_picture() {
        let mut ladder = Ladder::default();
        let start = Instant::now();
        ladder.plan(start, 600.0, 0.0);
        let sizes: Vec<_> = (1..40)
            .map(|i| ladder.plan(at(start, f64::from(i)), if i % 2 == 0 { 670.0 } else { 720.0 }, 0.0).picture)
            .collect();
        assert!(sizes.iter().all(|picture| picture.map(|p| p.size.1) == sizes[0].map(|p| p.size.1)), "{sizes:?}");
    }

    #[test]
    fn room_is_left_for_repairs() {
        let mut ladder = Ladder::default();
        let now = Instant::now();
        let clean = ladder.plan(now, 1_000.0, 0.0).picture.expect("room for a picture").kbps;
        let lossy = ladder.plan(now, 1_000.0, 0.2).picture.expect("room for a picture").kbps;
        assert!(f64::from(lossy) < f64::from(clean) * 0.85, "{lossy} of {clean}");
    }
}
