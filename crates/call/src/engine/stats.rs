//! True statistics of one link: differences of sums over the last two seconds, and the verdict.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::live::{Live, codec_name};
use crate::ladder::{Ladder, Plan};
use crate::quality::{Figures, Verdict};
use crate::signal::Peer;
use crate::view::PeerStats;

/// Over how long figures are taken.
const WINDOW: Duration = Duration::from_secs(2);

/// Watches one link: what it may send, and how it does.
#[derive(Default)]
pub struct Watch {
    ladder: Ladder,
    verdict: Verdict,
    samples: VecDeque<Sample>,
    /// The latest figures.
    pub stats: Option<PeerStats>,
}

#[derive(Clone, Copy)]
struct Sample {
    at: Instant,
    bytes_in: u64,
    bytes_out: u64,
    received: u64,
    expected: u64,
    frames_in: u64,
    frames_out: u64,
    voice_in: u64,
}

impl Watch {
    /// What to send now, by the controller; put where the sending tasks see it.
    pub fn plan(&mut self, live: &Live, now: Instant) -> Plan {
        let measured = live.wire.measured();
        let plan = self.ladder.plan(now, measured.allowed_kbps.unwrap_or(live.limits.start), measured.loss_out);
        live.rest().plan = Some(plan);
        plan
    }

    /// Measures; called once a second.
    pub fn measure(&mut self, live: &Live, peer: &Peer, sending_picture: bool, now: Instant) {
        let measured = live.wire.measured();
        let sample = Sample {
            at: now,
            bytes_in: measured.bytes_in,
            bytes_out: measured.bytes_out,
            received: measured.received,
            expected: measured.expected,
            frames_in: live.frames_in.load(Ordering::Relaxed),
            frames_out: live.frames_out.load(Ordering::Relaxed),
            voice_in: live.voice_in.load(Ordering::Relaxed),
        };
        self.samples.push_back(sample);
        while self.samples.len() > 2
            && self.samples.get(1).is_some_and(|second| now.saturating_duration_since(second.at) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let before = *self.samples.front().expect("BUG: one was pushed just now");
        let seconds = now.saturating_duration_since(before.at).as_secs_f64();
        if seconds < 0.2 {
            return;
        }
        let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        let expected = sample.expected.saturating_sub(before.expected);
        let loss_in = if expected == 0 {
            0.0
        } else {
            1.0 - (sample.received - before.received).min(expected) as f64 / expected as f64
        };
        let round_trip_ms =
            measured.round_trip.or(measured.feedback_round_trip).map(|time| time.as_secs_f64() * 1_000.0);
        let loss_out = match measured.allowed_kbps {
            Some(_) => Some(measured.loss_out),
            None => measured.reported_loss.values().copied().reduce(f64::max),
        };
        let target_kbps = measured.allowed_kbps.unwrap_or(live.limits.start);
        let in_fps = rate(sample.frames_in, before.frames_in);
        let shows = peer.camera && !peer.hold;
        let (quality, trouble_at) = self.verdict.look(&Figures {
            round_trip_ms,
            loss_in,
            loss_out: loss_out.unwrap_or(0.0),
            target_kbps: sending_picture.then_some(target_kbps),
            in_fps: shows.then_some(in_fps),
            silent: sample.voice_in == before.voice_in && sample.frames_in == before.frames_in && !peer.hold,
        });
        let rest = live.rest();
        self.stats = Some(PeerStats {
            quality,
            trouble_at,
            round_trip_ms,
            loss_in,
            loss_out,
            in_kbps: rate(sample.bytes_in, before.bytes_in) * 8.0 / 1_000.0,
            out_kbps: rate(sample.bytes_out, before.bytes_out) * 8.0 / 1_000.0,
            target_kbps,
            in_fps,
            out_fps: rate(sample.frames_out, before.frames_out),
            frames_in: sample.frames_in,
            frames_out: sample.frames_out,
            in_size: rest.in_size,
            out_size: rest.out_size,
            audio_energy_in: rest.voice.as_ref().map_or(0.0, |voice| voice.energy()),
            in_codec: rest.in_codec.map(|codec| codec_name(codec).to_owned()),
            out_codec: rest.out_codec.map(|codec| codec_name(codec).to_owned()),
            path: rest.path.clone(),
        });
    }
}
