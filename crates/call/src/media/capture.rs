//! Cameras and microphones as GStreamer pipelines, and the test picture and tone in their place.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSink, AppSinkCallbacks};

use super::MediaFault;
use super::devices::Device;
use super::echo::{Cleaner, EchoProbe};
use super::feed::Feed;
use super::picture::{self, TestPicture};
use super::sound::{self, BLOCK, BLOCK_TIME, Block};
use super::sync::lock;
use super::tone::TestTone;

/// One raw picture, I420.
#[derive(Clone)]
pub(super) struct Picture {
    pub(super) caps: gst::Caps,
    pub(super) size: (u32, u32),
    pub(super) buffer: gst::Buffer,
    pub(super) captured: Instant,
}

/// Something that captures until it is dropped.
pub(super) enum Capture {
    Pipeline(#[expect(dead_code, reason = "held for its Drop")] Pipeline),
    Ticker(#[expect(dead_code, reason = "held for its Drop")] Ticker),
}

/// Called once when a running capture breaks.
pub(super) type OnFault = Box<dyn Fn(MediaFault) + Send + Sync>;

/// Starts the test picture.
pub(super) fn test_picture(feed: Arc<Feed<Picture>>) -> Result<Capture, MediaFault> {
    let mut test_picture = TestPicture::new();
    let (width, height) = (picture::SIZE.0 as u32, picture::SIZE.1 as u32);
    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", width as i32)
        .field("height", height as i32)
        .field("framerate", gst::Fraction::new(0, 1))
        .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
        .build();
    Ticker::start("test-picture", Duration::from_secs(1) / picture::RATE, move |captured| {
        // A clock before 1970 shows as 1970.
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let buffer = gst::Buffer::from_mut_slice(test_picture.next(time.as_millis() as u64));
        feed.publish(&Picture { caps: caps.clone(), size: (width, height), buffer, captured });
    })
    .map(Capture::Ticker)
}

/// Starts the test tone.
pub(super) fn test_tone(feed: Arc<Feed<Block>>) -> Result<Capture, MediaFault> {
    let mut tone = TestTone::default();
    Ticker::start("test-tone", BLOCK_TIME, move |captured| {
        feed.publish(&Block { captured, samples: tone.next().into() });
    })
    .map(Capture::Ticker)
}

/// Starts a camera.
pub(super) fn camera(device: &Device, feed: Arc<Feed<Picture>>, on_fault: OnFault) -> Result<Capture, MediaFault> {
    let mode = camera_mode(device.caps.as_ref());
    let decode = if mode.starts_with("image/jpeg") { "jpegdec !" } else { "" };
    let rest = format!("{decode} videoconvert n-threads=1 ! video/x-raw,format=I420 ! appsink name=out");
    let pipeline = Pipeline::start(device, Some(mode), &rest, on_fault, move |sample, captured| {
        let (Some(caps), Some(buffer)) = (sample.caps_owned(), sample.buffer_owned()) else {
            return;
        };
        let side = |name| caps.structure(0).and_then(|s| s.get::<i32>(name).ok()).unwrap_or(0).unsigned_abs();
        let size = (side("width"), side("height"));
        feed.publish(&Picture { caps, size, buffer, captured });
    })?;
    Ok(Capture::Pipeline(pipeline))
}

/// The best of a camera's modes for a call: 720p if it is smooth, raw before JPEG (which costs a decoder), then less.
fn camera_mode(caps: Option<&gst::Caps>) -> &'static str {
    const MODES: [&str; 9] = [
        "video/x-raw,width=1280,height=720,framerate=[24/1,30/1]",
        "image/jpeg,width=1280,height=720,framerate=[24/1,30/1]",
        "video/x-raw,width=[640,1280],height=[360,960],framerate=[24/1,30/1]",
        "image/jpeg,width=[640,1280],height=[360,960],framerate=[24/1,30/1]",
        "video/x-raw,width=[320,1920],height=[240,1080],framerate=[10/1,60/1]",
        "image/jpeg,width=[320,1920],height=[240,1080],framerate=[10/1,60/1]",
        "video/x-raw",
        "image/jpeg",
        "video/x-raw(ANY)",
    ];
    let Some(caps) = caps else {
        return "video/x-raw";
    };
    let fits = |mode: &&str| mode.parse::<gst::Caps>().is_ok_and(|mode| mode.can_intersect(caps));
    MODES.into_iter().find(fits).unwrap_or("video/x-raw")
}

/// Starts a microphone. The probe hears what the loudspeaker plays.
pub(super) fn microphone(
    device: &Device,
    probe: Option<Arc<EchoProbe>>,
    feed: Arc<Feed<Block>>,
    on_fault: OnFault,
) -> Result<Capture, MediaFault> {
    let mut cleaner = probe.map(Cleaner::new).transpose()?;
    let rest = format!("audioconvert ! audioresample ! {} ! appsink name=out", sound::CAPS);
    let mut gathered: Vec<i16> = Vec::with_capacity(2 * BLOCK);
    let pipeline = Pipeline::start(device, None, &rest, on_fault, move |sample, captured| {
        let Some(buffer) = sample.buffer_owned() else { return };
        let buffers = match cleaner.as_mut().map(|cleaner| cleaner.clean(buffer.clone())) {
            None => vec![buffer],
            Some(Ok(cleaned)) => cleaned,
            Some(Err(reason)) => {
                tracing::warn!(reason, "echo cancellation fails, going on without: {reason}");
                cleaner = None;
                vec![buffer]
            }
        };
        let mut start = captured.checked_sub(sound::time_of(gathered.len())).unwrap_or(captured);
        for buffer in buffers {
            if let Ok(map) = buffer.map_readable() {
                gathered.extend(sound::samples(&map));
            }
        }
        while gathered.len() >= BLOCK {
            let samples: Vec<i16> = gathered.drain(..BLOCK).collect();
            feed.publish(&Block { captured: start, samples: samples.into() });
            start += BLOCK_TIME;
        }
    })?;
    Ok(Capture::Pipeline(pipeline))
}

/// A live pipeline from a device to a function. Dropping it closes the device, which may take a moment.
pub(super) struct Pipeline {
    pipeline: gst::Pipeline,
}

impl Pipeline {
    fn start(
        device: &Device,
        mode: Option<&str>,
        rest: &str,
        on_fault: OnFault,
        mut on_sample: impl FnMut(&gst::Sample, Instant) + Send + 'static,
    ) -> Result<Self, MediaFault> {
        let label = device.label.clone();
        let busy = |reason: String| MediaFault::Busy { label: label.clone(), reason };
        let source = (device.open)().map_err(busy)?;
        // A caps filter in front, so that the device itself is set to the mode.
        let filter = mode.map_or_else(String::new, |mode| format!("capsfilter caps=\"{mode}\" !"));
        let rest = super::chain::build(&format!("{filter} {rest}"))?;
        let pipeline = gst::Pipeline::new();
        pipeline.add(&source).map_err(|e| busy(e.to_string()))?;
        pipeline.add(&rest).map_err(|e| busy(e.to_string()))?;
        source.link(&rest).map_err(|e| busy(e.to_string()))?;
        // One clock for capture and playback, so that echo cancellation compares like with like.
        pipeline.use_clock(Some(&gst::SystemClock::obtain()));
        let flowing = Arc::new(AtomicBool::new(false));
        let failure = watch_for_faults(&pipeline, device.label.clone(), flowing.clone(), on_fault);
        let sink = rest.by_name("out").and_then(|e| e.downcast::<AppSink>().ok()).expect("BUG: no appsink named out");
        sink.set_property("sync", false);
        sink.set_callbacks(
            AppSinkCallbacks::builder()
                .new_sample(move |sink| {
                    let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                    flowing.store(true, Ordering::Relaxed);
                    on_sample(&sample, captured_at(sink, &sample));
                    Ok(gst::FlowSuccess::Ok)
                })
                .build(),
        );
        let running = Self { pipeline };
        running
            .pipeline
            .set_state(gst::State::Playing)
            .map_err(|e| lock(&failure).take().unwrap_or_else(|| busy(e.to_string())))?;
        Ok(running)
    }
}

/// Reports the first error or end of stream of a pipeline, and keeps it for a start that fails.
fn watch_for_faults(
    pipeline: &gst::Pipeline,
    label: String,
    flowing: Arc<AtomicBool>,
    on_fault: OnFault,
) -> Arc<Mutex<Option<MediaFault>>> {
    let failure = Arc::new(Mutex::new(None));
    let kept = failure.clone();
    let handler = move |_: &gst::Bus, message: &gst::Message| {
        let reason = match message.view() {
            gst::MessageView::Error(e) => e.error().to_string(),
            gst::MessageView::Eos(_) => "it ended".to_owned(),
            _ => return gst::BusSyncReply::Drop,
        };
        let label = label.clone();
        let fault = if flowing.load(Ordering::Relaxed) {
            MediaFault::Stopped { label, reason }
        } else {
            MediaFault::Busy { label, reason }
        };
        let mut first = lock(&kept);
        if first.is_none() {
            *first = Some(fault.clone());
            on_fault(fault);
        }
        gst::BusSyncReply::Drop
    };
    if let Some(bus) = pipeline.bus() {
        bus.set_sync_handler(handler);
    }
    failure
}

/// When a sample was captured, on our clock.
fn captured_at(sink: &AppSink, sample: &gst::Sample) -> Instant {
    let now = Instant::now();
    let age = || {
        let running = sink.current_running_time()?;
        let pts = sample.buffer()?.pts()?;
        let made = sample.segment()?.downcast_ref::<gst::ClockTime>()?.to_running_time(pts)?;
        running.checked_sub(made)
    };
    // A device with an odd clock must not send pictures from long ago.
    let age = age().map_or(Duration::ZERO, Duration::from).min(Duration::from_millis(500));
    now.checked_sub(age).unwrap_or(now)
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::warn!(%error, "a capture device did not close cleanly: {error}");
        }
    }
}

/// A thread that does something at even times until it is dropped.
pub(super) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Ticker {
    fn start(name: &str, period: Duration, mut tick: impl FnMut(Instant) + Send + 'static) -> Result<Self, MediaFault> {
        let (stop, stopped) = mpsc::channel();
        let thread = super::sync::thread(name, move || {
            let mut due = Instant::now();
            loop {
                match stopped.recv_timeout(due.saturating_duration_since(Instant::now())) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
                tick(due);
                due += period;
                // After a stall (a laptop that slept) go on from now instead of making up for it.
                if due + Duration::from_millis(500) < Instant::now() {
                    due = Instant::now();
                }
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Waits for one tick at most, so that two tickers never feed at once.
            let _ = thread.join();
        }
    }
}
