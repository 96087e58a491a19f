//! What the echo canceller is told of the loudspeaker.
//!
//! The canceller (`webrtcdsp`, in the microphone's pipeline) finds its probe by name and takes what went through it. It
//! copes with an echo up to 60 ms late (measured; its delay-agnostic mode does not widen that), not with one that is
//! late by a sound card's whole buffer as well. So the probe stands beside the loudspeaker, not before it, and is fed
//! with each block at the moment at which that block should be heard. Where the echo comes later still, as [`Lag`]
//! measures, the blocks are held back.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gstreamer as gst;

use super::MediaFault;
use super::chain::Chain;
use super::lag::Lag;
use super::sound::{self, BLOCK_TIME};
use super::sync::lock;

/// Hears what the loudspeaker plays.
pub(super) struct EchoProbe {
    name: String,
    started: Instant,
    line: Mutex<Line>,
    caps: gst::Caps,
    /// The energy of all that it heard.
    #[cfg(test)]
    pub(super) heard: Mutex<f64>,
}

/// Blocks on their way to the canceller.
struct Line {
    chain: Chain,
    lag: Lag,
    held: VecDeque<gst::Buffer>,
    /// How many blocks are held back.
    delay: usize,
}

/// How late an echo is to be for the canceller: the middle of what it copes with.
const BEST: Duration = Duration::from_millis(30);
/// How late it may be before the delay is changed, after which the canceller has to learn the room again.
const WORST: Duration = Duration::from_millis(50);

/// Takes the echo out of a microphone's sound. One at a time for a probe.
pub(super) struct Cleaner {
    probe: Arc<EchoProbe>,
    chain: Chain,
    caps: gst::Caps,
}

impl Cleaner {
    /// # Errors
    /// `Component` when the canceller does not start.
    pub(super) fn new(probe: Arc<EchoProbe>) -> Result<Self, MediaFault> {
        let chain = Chain::new(&canceller(&probe.name))?;
        let caps = sound::caps();
        Ok(Self { probe, chain, caps })
    }

    /// # Errors
    /// The canceller's reason; it is then of no use any more.
    pub(super) fn clean(&mut self, block: gst::Buffer) -> Result<Vec<gst::Buffer>, String> {
        self.clean_at(self.probe.started.elapsed(), block)
    }

    pub(super) fn clean_at(&mut self, at: Duration, block: gst::Buffer) -> Result<Vec<gst::Buffer>, String> {
        if let Ok(map) = block.map_readable() {
            let samples: Vec<i16> = sound::samples(&map).collect();
            self.probe.hear_back(at, &samples);
        }
        self.chain.push(&self.caps, block)
    }
}

/// The canceller, with what else makes a voice clear: less noise, an even loudness.
fn canceller(probe: &str) -> String {
    format!(
        "webrtcdsp probe={probe} delay-agnostic=true extended-filter=true echo-suppression-level=high \
         noise-suppression=true gain-control=true gain-control-mode=adaptive-digital high-pass-filter=true"
    )
}

impl EchoProbe {
    /// The probe, where echo cancellation is installed.
    pub(super) fn new() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Unique in the process, where other backends may have probes of their own.
        let name = format!("rounds-echo-probe-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let installed = gst::ElementFactory::find("webrtcdsp").is_some();
        let chain = installed.then(|| Chain::new(&format!("webrtcechoprobe name={name}"))).and_then(Result::ok);
        let Some(chain) = chain else {
            tracing::warn!("webrtcdsp is not installed: no echo cancellation");
            return None;
        };
        // It keeps nothing before it knows of a latency; which one does not matter, as it hears blocks in time.
        chain.set_latency(gst::ClockTime::ZERO);
        let line = Line { chain, lag: Lag::default(), held: VecDeque::new(), delay: 0 };
        Some(Self {
            name,
            started: Instant::now(),
            line: Mutex::new(line),
            caps: sound::caps(),
            #[cfg(test)]
            heard: Mutex::default(),
        })
    }

    /// This is heard now.
    pub(super) fn hear(&self, block: gst::Buffer) {
        self.hear_at(self.started.elapsed(), block);
    }

    pub(super) fn hear_at(&self, at: Duration, block: gst::Buffer) {
        let mut line = lock(&self.line);
        if let Ok(map) = block.map_readable() {
            let samples: Vec<i16> = sound::samples(&map).collect();
            line.lag.far(at, &samples);
            #[cfg(test)]
            {
                *lock(&self.heard) += sound::energy(&samples);
            }
        }
        line.held.push_back(block);
        while line.held.len() > line.delay {
            let Some(block) = line.held.pop_front() else { return };
            if let Err(reason) = line.chain.push(&self.caps, block) {
                tracing::warn!(reason, "the echo probe fails: {reason}");
            }
        }
    }

    /// This comes into the microphone at this time.
    fn hear_back(&self, at: Duration, samples: &[i16]) {
        let mut line = lock(&self.line);
        let Some(lag) = line.lag.near(at, samples) else { return };
        let held_back = BLOCK_TIME * line.delay as u32;
        if lag < held_back || lag - held_back > WORST {
            line.delay = (lag.saturating_sub(BEST).as_nanos() / BLOCK_TIME.as_nanos()) as usize;
            tracing::info!(lag_ms = lag.as_millis() as u64, "the echo comes {} ms late", lag.as_millis());
        }
    }
}
