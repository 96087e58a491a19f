//! One person's voice on the way to the loudspeaker.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gstreamer as gst;

use super::chain::Chain;
use super::jitter::{Jitter, Step};
use super::playout::Playout;
use super::sound::{self, BLOCK, energy, loudness};
use super::sync::lock;
use super::{MediaFault, Voice};

/// A voice in the mix of a loudspeaker; dropping it takes it out.
pub(super) struct MixedVoice {
    pub(super) track: Arc<Track>,
    pub(super) playout: Arc<Playout>,
}

impl Voice for MixedVoice {
    fn push(&self, sequence: u16, rtp_timestamp: u32, payload: Bytes) {
        self.track.push(sequence, rtp_timestamp, payload);
    }

    fn level(&self) -> f32 {
        lock(&self.track.meter).level
    }

    fn energy(&self) -> f64 {
        self.track.energy()
    }

    fn set_muted(&self, muted: bool) {
        self.track.muted.store(muted, Ordering::Relaxed);
    }
}

impl Drop for MixedVoice {
    fn drop(&mut self) {
        self.playout.remove(&self.track);
    }
}

/// What a voice consists of: packets in from the network, samples out to the mix.
pub(super) struct Track {
    started: Instant,
    jitter: Mutex<Jitter>,
    decoder: Mutex<Decoder>,
    meter: Mutex<Meter>,
    muted: AtomicBool,
}

#[derive(Default)]
struct Meter {
    level: f32,
    energy: f64,
}

impl Track {
    pub(super) fn new() -> Result<Self, MediaFault> {
        Ok(Self {
            started: Instant::now(),
            jitter: Mutex::new(Jitter::new()),
            decoder: Mutex::new(Decoder::new()?),
            meter: Mutex::new(Meter::default()),
            muted: AtomicBool::new(false),
        })
    }

    pub(super) fn push(&self, sequence: u16, rtp_timestamp: u32, payload: Bytes) {
        lock(&self.jitter).push(self.started.elapsed(), sequence, rtp_timestamp, payload);
    }

    pub(super) fn energy(&self) -> f64 {
        lock(&self.meter).energy
    }

    /// Adds the next 20 ms to the mix.
    pub(super) fn mix_into(&self, mix: &mut [i32; BLOCK]) {
        let samples = self.next_block(self.started.elapsed());
        if !self.muted.load(Ordering::Relaxed) {
            mix.iter_mut().zip(&samples).for_each(|(sum, &sample)| *sum += i32::from(sample));
        }
    }

    fn next_block(&self, now: Duration) -> Vec<i16> {
        let mut decoder = lock(&self.decoder);
        while decoder.ready.len() < BLOCK {
            let step = lock(&self.jitter).pop(now);
            decoder.decode(step);
        }
        let samples: Vec<i16> = decoder.ready.drain(..BLOCK).collect();
        let mut meter = lock(&self.meter);
        meter.energy += energy(&samples);
        meter.level = loudness(&samples);
        samples
    }
}

/// The Opus decoder, with concealment and the redundancy that the sender put into later packets.
struct Decoder {
    chain: Option<Chain>,
    caps: gst::Caps,
    /// Media time fed so far.
    position: Duration,
    /// Time made up in a row; after a while it is silence.
    made_up: Duration,
    ready: VecDeque<i16>,
}

/// Concealment sounds odd when it lasts; a pause does not.
const MOST_MADE_UP: Duration = Duration::from_millis(100);

impl Decoder {
    fn new() -> Result<Self, MediaFault> {
        let caps = gst::Caps::builder("audio/x-opus")
            .field("channel-mapping-family", 0)
            .field("channels", 1)
            .field("rate", sound::RATE as i32)
            .build();
        Ok(Self {
            chain: Some(Self::chain()?),
            caps,
            position: Duration::ZERO,
            made_up: MOST_MADE_UP,
            ready: VecDeque::new(),
        })
    }

    fn chain() -> Result<Chain, MediaFault> {
        // One channel, whatever was sent: the decoder mixes stereo down by itself.
        Chain::new(&format!("opusdec plc=true use-inband-fec=true ! capsfilter caps=\"{}\"", sound::CAPS))
    }

    /// Turns a step into samples. Never fails: what cannot be decoded is silence.
    fn decode(&mut self, step: Step) {
        let before = self.ready.len();
        let duration = match step {
            Step::Packet(payload) => self.packet(payload),
            Step::Lost(duration) => self.make_up(duration),
            Step::Dry => self.make_up(sound::BLOCK_TIME),
        };
        // The decoder keeps one packet back (the next one may repair it), and may fail: then it is silence.
        if self.ready.len() == before {
            let silent = (duration.as_micros() as usize * sound::RATE / 1_000_000).max(1);
            self.ready.extend(std::iter::repeat_n(0, silent));
        }
    }

    fn packet(&mut self, payload: Bytes) -> Duration {
        let duration = super::jitter::packet_time(&payload).unwrap_or(sound::BLOCK_TIME);
        let mut buffer = gst::Buffer::from_slice(payload);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(clock_time(self.position));
            buffer.set_duration(clock_time(duration));
        }
        self.position += duration;
        self.made_up = Duration::ZERO;
        let chain = self.chain.take().or_else(|| Self::chain().ok());
        if let Some(mut chain) = chain {
            // A packet that the decoder cannot stand costs this packet and a fresh decoder.
            if let Ok(decoded) = chain.push(&self.caps, buffer) {
                self.take(decoded);
                self.chain = Some(chain);
            }
        }
        duration
    }

    fn make_up(&mut self, duration: Duration) -> Duration {
        if self.made_up < MOST_MADE_UP
            && let Some(chain) = &mut self.chain
        {
            let decoded = chain.gap(clock_time(self.position), clock_time(duration));
            self.take(decoded);
            self.position += duration;
            self.made_up += duration;
        }
        duration
    }

    fn take(&mut self, decoded: Vec<gst::Buffer>) {
        for buffer in decoded {
            if let Ok(map) = buffer.map_readable() {
                self.ready.extend(sound::samples(&map));
            }
        }
    }
}

fn clock_time(duration: Duration) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(duration.as_nanos() as u64)
}
