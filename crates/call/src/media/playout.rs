//! The loudspeaker: every 20 ms the voices and clips are mixed and handed to the chosen device.
//!
//! The beat is a thread's, not the device's: voices are decoded and counted the same way whether the device works, is
//! missing, or is the silent one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use super::devices::{Chosen, Directory};
use super::echo::EchoProbe;
use super::sound::{self, BLOCK, BLOCK_TIME};
use super::sync::{lock, thread};
use super::tone::chime;
use super::voice::{MixedVoice, Track};
use super::{DeviceKind, MediaFault, Speaker, Voice};

/// An open loudspeaker; all handles of a backend share one.
pub(super) struct Playout {
    board: Arc<Board>,
    _stop: mpsc::Sender<()>,
}

/// What the thread and the handles share.
struct Board {
    tracks: Mutex<Vec<Arc<Track>>>,
    clips: Mutex<Vec<Clip>>,
    fault: Mutex<Option<MediaFault>>,
    directory: Arc<Mutex<Directory>>,
}

/// Something to play once.
struct Clip {
    samples: Arc<[i16]>,
    position: usize,
    at_end: Option<Box<dyn FnOnce() + Send>>,
}

impl Playout {
    pub(super) fn start(
        directory: Arc<Mutex<Directory>>,
        probe: Option<Arc<EchoProbe>>,
    ) -> Result<Arc<Self>, MediaFault> {
        let board =
            Arc::new(Board { tracks: Mutex::default(), clips: Mutex::default(), fault: Mutex::default(), directory });
        let (stop, stopped) = mpsc::channel();
        let on_thread = board.clone();
        thread("loudspeaker", move || {
            Beat { board: &on_thread, probe, output: None, retry_at: None }.run(&stopped);
        })?;
        Ok(Arc::new(Self { board, _stop: stop }))
    }

    /// Plays samples once; `at_end` is called when they are over.
    pub(super) fn play(&self, samples: Arc<[i16]>, at_end: Option<Box<dyn FnOnce() + Send>>) {
        lock(&self.board.clips).push(Clip { samples, position: 0, at_end });
    }

    pub(super) fn remove(&self, track: &Arc<Track>) {
        lock(&self.board.tracks).retain(|other| !Arc::ptr_eq(other, track));
    }
}

/// A handle on the loudspeaker.
pub(super) struct SharedSpeaker(pub(super) Arc<Playout>);

impl Speaker for SharedSpeaker {
    fn add_voice(&self) -> Result<Box<dyn Voice>, MediaFault> {
        let track = Arc::new(Track::new()?);
        lock(&self.0.board.tracks).push(track.clone());
        Ok(Box::new(MixedVoice { track, playout: self.0.clone() }))
    }

    fn chime(&self) -> Result<(), MediaFault> {
        self.0.play(chime().into(), None);
        Ok(())
    }

    fn fault(&self) -> Option<MediaFault> {
        lock(&self.0.board.fault).clone()
    }
}

/// The thread's own state.
struct Beat<'a> {
    board: &'a Board,
    probe: Option<Arc<EchoProbe>>,
    output: Option<Output>,
    retry_at: Option<Instant>,
}

const RETRY: Duration = Duration::from_secs(2);
/// Bytes that wait for the device at most: 100 ms.
const MOST_WAITING: u64 = 5 * 2 * BLOCK as u64;

impl Beat<'_> {
    fn run(mut self, stopped: &mpsc::Receiver<()>) {
        let mut due = Instant::now();
        loop {
            match stopped.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
            self.follow_choice();
            let mixed = self.board.mix();
            if let Some(output) = &mut self.output {
                output.push(&mixed);
            }
            due += BLOCK_TIME;
            // After a stall go on from now: old sound is of no use.
            if due + Duration::from_millis(200) < Instant::now() {
                due = Instant::now();
            }
        }
    }

    /// Opens the chosen device if another one is open, or none.
    fn follow_choice(&mut self) {
        let (id, chosen) = lock(&self.board.directory).chosen(DeviceKind::Speaker);
        if let Some(output) = &self.output {
            if let Some(fault) = output.failure() {
                self.fail(fault);
            } else if output.id != id {
                self.output = None;
                self.retry_at = None;
            } else if !matches!(chosen, Chosen::Missing { .. }) {
                return;
            }
        }
        match chosen {
            Chosen::Missing { label } => {
                self.output = None;
                *lock(&self.board.fault) = Some(MediaFault::Missing { label });
            }
            chosen if self.retry_at.is_none_or(|at| Instant::now() >= at) => {
                match Output::open(id, &chosen, self.probe.clone()) {
                    Ok(output) => {
                        self.output = Some(output);
                        self.retry_at = None;
                        *lock(&self.board.fault) = None;
                    }
                    Err(fault) => self.fail(fault),
                }
            }
            Chosen::Synthetic | Chosen::Device(_) => {}
        }
    }

    fn fail(&mut self, fault: MediaFault) {
        let mut known = lock(&self.board.fault);
        if known.as_ref() != Some(&fault) {
            tracing::warn!("the loudspeaker {}", fault.unnamed());
        }
        *known = Some(fault);
        self.output = None;
        self.retry_at = Some(Instant::now() + RETRY);
    }
}

impl Board {
    /// The next 20 ms of everything.
    fn mix(&self) -> Vec<i16> {
        let mut mix = [0_i32; BLOCK];
        let tracks = lock(&self.tracks).clone();
        for track in tracks {
            track.mix_into(&mut mix);
        }
        let mut over = Vec::new();
        lock(&self.clips).retain_mut(|clip| {
            let left = &clip.samples[clip.position..];
            mix.iter_mut().zip(left).for_each(|(sum, &sample)| *sum += i32::from(sample));
            clip.position += left.len().min(BLOCK);
            let more = clip.position < clip.samples.len();
            if !more {
                over.extend(clip.at_end.take());
            }
            more
        });
        over.into_iter().for_each(|at_end| at_end());
        mix.map(|sum| sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16).to_vec()
    }
}

/// A pipeline to one device.
struct Output {
    id: String,
    label: String,
    pipeline: gst::Pipeline,
    source: AppSrc,
    blocks: u64,
    failed: Arc<AtomicBool>,
    reason: Arc<Mutex<String>>,
}

impl Output {
    fn open(id: String, chosen: &Chosen, probe: Option<Arc<EchoProbe>>) -> Result<Self, MediaFault> {
        let label = match chosen {
            Chosen::Synthetic => "The silent loudspeaker".to_owned(),
            Chosen::Device(device) => device.label.clone(),
            Chosen::Missing { label } => {
                return Err(MediaFault::Missing { label: label.clone() });
            }
        };
        let busy = |reason: String| MediaFault::Busy { label: label.clone(), reason };
        let sink = match chosen {
            Chosen::Device(device) => (device.open)().map_err(busy)?,
            Chosen::Synthetic | Chosen::Missing { .. } => super::chain::element("fakesink")?,
        };
        make_prompt(&sink);
        let source = AppSrc::builder()
            .caps(&sound::caps())
            .format(gst::Format::Time)
            .is_live(true)
            .do_timestamp(true)
            .min_latency(BLOCK_TIME.as_nanos() as i64)
            .build();
        let pipeline = gst::Pipeline::new();
        pipeline.use_clock(Some(&gst::SystemClock::obtain()));
        let (failed, reason) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(String::new())));
        watch(&pipeline, failed.clone(), reason.clone());
        let output = Self { id, label: label.clone(), pipeline, source, blocks: 0, failed, reason };
        output.assemble(&sink, probe).map_err(|e| busy(e.to_string()))?;
        output
            .pipeline
            .set_state(gst::State::Playing)
            .map_err(|e| output.failure().map_or_else(|| busy(e.to_string()), |fault| busy(fault.to_string())))?;
        Ok(output)
    }

    /// Two ways from the mix: one to the device, one to the echo probe, in step with what the device plays.
    fn assemble(&self, sink: &gst::Element, probe: Option<Arc<EchoProbe>>) -> Result<(), gst::glib::BoolError> {
        let make = |name: &str| gst::ElementFactory::make(name).build();
        let tee = make("tee")?;
        self.pipeline.add_many([self.source.upcast_ref(), &tee])?;
        gst::Element::link_many([self.source.upcast_ref(), &tee])?;
        let device = [make("queue")?, make("audioconvert")?, make("audioresample")?, sink.clone()];
        self.pipeline.add_many(&device)?;
        gst::Element::link_many(std::iter::once(&tee).chain(&device))?;
        if let Some(probe) = probe {
            let ear = [make("queue")?, ear(probe).upcast()];
            self.pipeline.add_many(&ear)?;
            gst::Element::link_many(std::iter::once(&tee).chain(&ear))?;
        }
        Ok(())
    }

    fn push(&mut self, samples: &[i16]) {
        // A device that takes nothing for a moment must not be heard late for ever after.
        if self.source.current_level_bytes() > MOST_WAITING {
            return;
        }
        let mut buffer = sound::buffer(samples, self.blocks);
        self.blocks += 1;
        if let Some(buffer) = buffer.get_mut() {
            // Stamped when it comes in: the beat is even, and after a stall it goes on from now.
            buffer.set_pts(gst::ClockTime::NONE);
        }
        if let Err(error) = self.source.push_buffer(buffer)
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            *lock(&self.reason) = error.to_string();
        }
    }

    fn failure(&self) -> Option<MediaFault> {
        let reason = || lock(&self.reason).clone();
        self.failed.load(Ordering::Relaxed).then(|| MediaFault::Stopped { label: self.label.clone(), reason: reason() })
    }
}

/// A sink that lets a probe hear each block when it is due.
fn ear(probe: Arc<EchoProbe>) -> AppSink {
    let hear = move |sink: &AppSink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        if let Some(buffer) = sample.buffer_owned() {
            probe.hear(buffer);
        }
        Ok(gst::FlowSuccess::Ok)
    };
    AppSink::builder().sync(true).callbacks(AppSinkCallbacks::builder().new_sample(hear).build()).build()
}

/// Notes the first error of a pipeline.
fn watch(pipeline: &gst::Pipeline, failed: Arc<AtomicBool>, reason: Arc<Mutex<String>>) {
    let Some(bus) = pipeline.bus() else { return };
    bus.set_sync_handler(move |_, message| {
        if let gst::MessageView::Error(e) = message.view()
            && !failed.swap(true, Ordering::Relaxed)
        {
            *lock(&reason) = e.error().to_string();
        }
        gst::BusSyncReply::Drop
    });
}

/// Sound for talking: a short buffer in the device, in whichever words it knows.
fn make_prompt(sink: &gst::Element) {
    if sink.has_property_with_type("buffer-time", i64::static_type()) {
        sink.set_property("buffer-time", 60_000_i64);
    }
    if sink.has_property_with_type("latency-time", i64::static_type()) {
        sink.set_property("latency-time", 10_000_i64);
    }
    if sink.has_property_with_type("sync", bool::static_type()) {
        sink.set_property("sync", true);
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!(%error, "the loudspeaker did not close cleanly: {error}");
        }
    }
}
