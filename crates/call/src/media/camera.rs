//! The chosen camera, encoded.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gstreamer as gst;
use gstreamer::prelude::*;

use super::capture::Picture;
use super::chain::Chain;
use super::feed::{Feed, Subscription};
use super::sync::{lock, thread};
use super::{Camera, MediaFault, Sink, VideoCodec, VideoFrame, VideoTarget};

/// An encoder on a feed of pictures. It has its own thread and takes the newest picture only: a computer that is too
/// slow shows fewer pictures, never old ones.
pub(super) struct EncodedCamera {
    desk: Arc<Desk>,
    _subscription: Subscription<Picture>,
}

/// Where the feed, the callers and the encoder thread meet.
struct Desk {
    slot: Mutex<Slot>,
    wake: Condvar,
}

struct Slot {
    /// The camera's trouble, to be told before any picture that comes after it.
    fault: Option<MediaFault>,
    picture: Option<Picture>,
    target: VideoTarget,
    key_wanted: bool,
    closed: bool,
}

impl EncodedCamera {
    pub(super) fn open(
        feed: &Arc<Feed<Picture>>,
        codec: VideoCodec,
        target: VideoTarget,
        sink: Sink<VideoFrame>,
    ) -> Result<Self, MediaFault> {
        let encoder = Encoder::new(codec)?;
        let slot = Slot { fault: None, picture: None, target, key_wanted: true, closed: false };
        let desk = Arc::new(Desk { slot: Mutex::new(slot), wake: Condvar::new() });
        let at_desk = desk.clone();
        thread("encoder", move || encode(&at_desk, encoder, &*sink))?;
        let at_desk = desk.clone();
        let subscription = feed.listen(move |item| match item {
            Ok(picture) => at_desk.change(|slot| slot.picture = Some(picture)),
            Err(fault) => at_desk.change(|slot| {
                slot.fault = Some(fault);
                slot.picture = None;
            }),
        });
        Ok(Self { desk, _subscription: subscription })
    }
}

impl Camera for EncodedCamera {
    fn set_target(&self, target: VideoTarget) {
        self.desk.change(|slot| slot.target = target);
    }

    fn force_key_frame(&self) {
        self.desk.change(|slot| slot.key_wanted = true);
    }
}

impl Drop for EncodedCamera {
    fn drop(&mut self) {
        self.desk.change(|slot| slot.closed = true);
    }
}

impl Desk {
    fn change(&self, change: impl FnOnce(&mut Slot)) {
        change(&mut lock(&self.slot));
        self.wake.notify_one();
    }

    /// Waits for what comes next; nothing when the camera was closed.
    fn next(&self) -> Option<Turn> {
        let mut slot = lock(&self.slot);
        loop {
            if slot.closed {
                return None;
            }
            if let Some(fault) = slot.fault.take() {
                return Some(Turn::Fault(fault));
            }
            if let Some(picture) = slot.picture.take() {
                return Some(Turn::Picture(picture, slot.target));
            }
            slot = self.wake.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take_key_wanted(&self) -> bool {
        std::mem::take(&mut lock(&self.slot).key_wanted)
    }
}

/// What the encoder thread does next.
enum Turn {
    Fault(MediaFault),
    Picture(Picture, VideoTarget),
}

/// The encoder thread.
fn encode(desk: &Desk, encoder: Encoder, sink: &dyn Fn(Result<VideoFrame, MediaFault>)) {
    let codec = encoder.codec;
    let mut encoder = Some(encoder);
    let mut pace = Pace::default();
    let mut told = false;
    let mut after_break = false;
    while let Some(turn) = desk.next() {
        let (picture, target) = match turn {
            Turn::Picture(picture, target) => (picture, target),
            Turn::Fault(fault) => {
                // Whatever comes next comes after a break.
                after_break = true;
                sink(Err(fault));
                continue;
            }
        };
        if !pace.admits(picture.captured, target.fps) {
            continue;
        }
        let mut working = match encoder.take().map_or_else(|| Encoder::new(codec), Ok) {
            Ok(working) => working,
            Err(fault) => return sink(Err(fault)),
        };
        if desk.take_key_wanted() | std::mem::take(&mut after_break) {
            working.chain.force_key_frame();
        }
        match working.encode(&picture, target) {
            Ok(frames) => {
                told &= frames.is_empty();
                frames.into_iter().for_each(|frame| sink(Ok(frame)));
                encoder = Some(working);
            }
            // The next picture tries a new encoder.
            Err(reason) if !told => {
                told = true;
                sink(Err(MediaFault::Stopped { label: "The video encoder".into(), reason }));
            }
            Err(_) => {}
        }
    }
}

/// Thins pictures out to a frame rate, evenly.
#[derive(Default)]
struct Pace {
    due: Option<Instant>,
}

impl Pace {
    fn admits(&mut self, captured: Instant, fps: u32) -> bool {
        let interval = Duration::from_secs(1) / fps.max(1);
        // Cameras are not punctual: a picture that comes a little early is meant for this turn.
        let slack = interval / 4;
        let due = self.due.unwrap_or(captured);
        if captured + slack < due {
            return false;
        }
        self.due = Some((due + interval).max(captured + interval / 2));
        true
    }
}

/// One codec's elements.
struct Encoder {
    codec: VideoCodec,
    chain: Chain,
    element: gst::Element,
    shape: gst::Element,
    size: Option<(u32, u32)>,
    kbps: u32,
    started: Option<Instant>,
}

impl Encoder {
    fn new(codec: VideoCodec) -> Result<Self, MediaFault> {
        let chain = Chain::new(&description(codec)?)?;
        let part = |name: &str| {
            chain.element(name).ok_or_else(|| MediaFault::Component { component: format!("{name} of the encoder") })
        };
        let (element, shape) = (part("encoder")?, part("shape")?);
        Ok(Self { codec, chain, element, shape, size: None, kbps: 0, started: None })
    }

    fn encode(&mut self, picture: &Picture, target: VideoTarget) -> Result<Vec<VideoFrame>, String> {
        self.follow(picture.size, target);
        let started = *self.started.get_or_insert(picture.captured);
        let mut buffer = picture.buffer.copy();
        if let Some(buffer) = buffer.get_mut() {
            // From one second on, as vp8enc takes a first picture at zero for a step back.
            let time = picture.captured.saturating_duration_since(started) + Duration::from_secs(1);
            buffer.set_pts(gst::ClockTime::from_nseconds(time.as_nanos() as u64));
            buffer.set_dts(gst::ClockTime::NONE);
            buffer.set_duration(gst::ClockTime::NONE);
        }
        let size = self.size.unwrap_or(picture.size);
        let duration = Duration::from_secs(1) / target.fps.max(1);
        let caps = self.codec.described(&picture.caps, target.fps);
        let encoded = self.chain.push(&caps, buffer)?;
        encoded
            .into_iter()
            .map(|buffer| {
                let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
                let map = buffer.into_mapped_buffer_readable().map_err(|_| "its output is unreadable".to_owned())?;
                let data = Bytes::copy_from_slice(&map);
                Ok(VideoFrame { codec: self.codec, key, size, captured: picture.captured, duration, data })
            })
            .collect()
    }

    /// Brings bit rate and size to what is asked.
    fn follow(&mut self, source: (u32, u32), target: VideoTarget) {
        if self.kbps != target.kbps {
            self.kbps = target.kbps;
            set_bitrate(&self.element, target.kbps);
        }
        let size = fit(source, target.size);
        if self.size != Some(size) {
            self.size = Some(size);
            let caps = gst::Caps::builder("video/x-raw")
                .field("format", "I420")
                .field("width", size.0 as i32)
                .field("height", size.1 as i32)
                .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
                .build();
            self.shape.set_property("caps", &caps);
        }
    }
}

impl VideoCodec {
    /// The pictures' description for the encoder. Whatever the camera says, pictures are thinned out before.
    fn described(self, caps: &gst::Caps, fps: u32) -> gst::Caps {
        let rate = match self {
            // libvpx goes by the time of each picture. Another rate in the caps would cost a key frame.
            Self::Vp8 => gst::Fraction::new(0, 1),
            // openh264 shares its bits out by the rate alone.
            Self::H264 => gst::Fraction::new(fps.clamp(1, 120) as i32, 1),
        };
        let mut caps = caps.clone();
        caps.make_mut().set("framerate", rate);
        caps
    }
}

/// The largest size within `limit` of the same shape, never larger than the source, with even sides.
fn fit(source: (u32, u32), limit: (u32, u32)) -> (u32, u32) {
    let (width, height) = (f64::from(source.0.max(2)), f64::from(source.1.max(2)));
    let scale = (f64::from(limit.0) / width).min(f64::from(limit.1) / height).min(1.0);
    let even = |side: f64| ((side * scale / 2.0).round() as u32 * 2).max(16);
    (even(width), even(height))
}

/// Sets the bit rate in the words of whichever encoder it is.
fn set_bitrate(element: &gst::Element, kbps: u32) {
    let bits = kbps.clamp(20, 50_000) * 1000;
    match element.factory().map(|factory| factory.name()).as_deref() {
        Some("vp8enc") => element.set_property("target-bitrate", bits as i32),
        Some("x264enc") => element.set_property("bitrate", bits / 1000),
        _ => element.set_property("bitrate", bits),
    }
}

/// The elements of a codec, on this computer.
fn description(codec: VideoCodec) -> Result<String, MediaFault> {
    // On a busy computer with few cores libvpx' threads wait for each other spinning: ten times the work.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = if cores < 4 { 1 } else { 2 };
    let scale = "videoscale n-threads=1 ! capsfilter name=shape !";
    let installed = |name| gst::ElementFactory::find(name).is_some();
    match codec {
        VideoCodec::Vp8 => Ok(format!(
            "{scale} vp8enc name=encoder deadline=1 cpu-used=12 threads={threads} end-usage=cbr lag-in-frames=0 \
             keyframe-max-dist=3000 min-quantizer=4 max-quantizer=56 undershoot=95 buffer-size=1000 \
             buffer-initial-size=500 buffer-optimal-size=600"
        )),
        VideoCodec::H264 => {
            let encoder = if installed("openh264enc") {
                format!(
                    "openh264enc name=encoder complexity=low rate-control=bitrate usage-type=camera gop-size=3000 \
                     multi-thread={threads}"
                )
            } else if installed("x264enc") {
                format!(
                    "x264enc name=encoder tune=zerolatency speed-preset=superfast byte-stream=true key-int-max=3000 \
                     threads={threads}"
                )
            } else {
                return Err(MediaFault::Component { component: "openh264enc".into() });
            };
            Ok(format!(
                "{scale} {encoder} ! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1 ! \
                 capsfilter caps=video/x-h264,stream-format=byte-stream,alignment=au"
            ))
        }
    }
}
