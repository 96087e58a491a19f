//! The seam between the call engine and the computer's media: cameras, microphones, loudspeakers, encoders.
//!
//! The engine sees encoded video and Opus packets only. A backend captures, encodes, cancels echo, decodes and
//! plays. Two backends exist: GStreamer on real devices, and the same GStreamer on synthetic sources (a
//! moving picture with a running clock in its pixels, and a tone) where there is no device or
//! `ROUNDS_CAMERA=synthetic` asks for them.
//!
//! Everything here is called from async code and never blocks for longer than it takes to post a message or to
//! start an encoder; devices are opened and closed on a thread of the backend's own. Only [`GstBackend::new`] may
//! take seconds and is called through `spawn_blocking`. Closing is `Drop`.
//!
//! How it is built, from the device to the engine and back:
//!
//! ```text
//! supervisor   opens what is chosen, wanted and there; reopens what failed
//!   capture    a device's pipeline, or the test picture and tone
//!     feed     to everybody who listens
//!       camera       newest picture -> size -> VP8 or H.264 -> sink
//!       microphone   mute -> Opus -> sink
//!       recording    five seconds in memory
//! playout      every 20 ms: voice (jitter -> Opus -> meter) + clips -> device, and to the echo probe
//! ```

mod backend;
mod camera;
mod capture;
mod chain;
pub mod clock;
mod devices;
mod echo;
mod feed;
mod jitter;
mod lag;
mod microphone;
mod monitor;
mod picture;
mod playout;
mod recording;
mod sound;
mod supervisor;
mod sync;
#[cfg(test)]
mod tests;
mod tone;
mod voice;

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

pub use backend::{BackendOptions, GstBackend, Sources};
pub use devices::{SILENT, SYNTHETIC};

use crate::view::{MediaDevices, Recording};

/// The picture codecs the engine speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// RFC 6386, RFC 7741.
    Vp8,
    /// Annex B byte stream, constrained baseline, SPS and PPS before each key frame.
    H264,
}

/// One encoded picture.
#[derive(Debug, Clone)]
pub struct VideoFrame {
    /// Its codec.
    pub codec: VideoCodec,
    /// Decodable by itself.
    pub key: bool,
    /// Size of the picture in pixels.
    pub size: (u32, u32),
    /// When it was captured.
    pub captured: Instant,
    /// How long it is shown.
    pub duration: Duration,
    /// The bytes.
    pub data: Bytes,
}

/// One Opus packet at 48 kHz.
#[derive(Debug, Clone)]
pub struct AudioPacket {
    /// When its first sample was captured.
    pub captured: Instant,
    /// 20 ms as a rule.
    pub duration: Duration,
    /// The bytes.
    pub data: Bytes,
}

/// What the encoder is asked to produce. The bandwidth controller changes it while the call runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VideoTarget {
    /// Bit rate, in kbit/s.
    pub kbps: u32,
    /// Largest size; the aspect of the camera is kept.
    pub size: (u32, u32),
    /// Pictures a second, at most.
    pub fps: u32,
}

/// Why media is not there, in words for a person; never with patient data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaFault {
    /// The chosen device is not connected.
    #[error("{label} is not connected")]
    Missing {
        /// What the system called it.
        label: String,
    },
    /// Another program has it, or the system refuses.
    #[error("{label} cannot be opened: {reason}")]
    Busy {
        /// What the system calls it.
        label: String,
        /// The system's reason.
        reason: String,
    },
    /// A part of the media library is missing on this computer.
    #[error("a media component is missing: {component}")]
    Component {
        /// Its name.
        component: String,
    },
    /// It worked and stopped working.
    #[error("{label} stopped: {reason}")]
    Stopped {
        /// What the system calls it.
        label: String,
        /// The system's reason.
        reason: String,
    },
}

impl MediaFault {
    /// For the log: without the device's name, which often is its owner's.
    fn unnamed(&self) -> String {
        match self {
            Self::Missing { .. } => "not connected".to_owned(),
            Self::Busy { reason, .. } => format!("cannot be opened: {reason}"),
            Self::Component { component } => format!("a media component is missing: {component}"),
            Self::Stopped { reason, .. } => format!("stopped: {reason}"),
        }
    }
}

/// Where a camera or microphone puts what it made. Called on the backend's own thread; must not block.
pub type Sink<T> = Box<dyn Fn(Result<T, MediaFault>) + Send + Sync>;

/// Which kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A loudspeaker.
    Speaker,
}

/// A computer's media.
pub trait MediaBackend: Send + Sync {
    /// What there is and what is chosen.
    fn devices(&self) -> MediaDevices;
    /// Changes whenever a device comes, goes or is chosen.
    fn device_changes(&self) -> watch::Receiver<u64>;
    /// Chooses a device by its id. Open cameras, microphones and loudspeakers move to it. `Missing` says that it is
    /// not connected now: it is chosen all the same, and comes into use as soon as it is connected.
    fn choose(&self, kind: DeviceKind, id: &str) -> Result<(), MediaFault>;
    /// Opens the chosen camera and encodes. A camera that is not there or vanishes reports `Missing`, `Busy` or
    /// `Stopped` to the sink once and the handle stays; when a camera is there again (hot-plug, or another is
    /// chosen), frames come again. `Err` only where no device could help: the encoder itself is missing.
    fn open_camera(
        &self,
        codec: VideoCodec,
        target: VideoTarget,
        sink: Sink<VideoFrame>,
    ) -> Result<Box<dyn Camera>, MediaFault>;
    /// Opens the chosen microphone, with echo cancellation against what the speaker plays. Device trouble goes to
    /// the sink, as with the camera.
    fn open_microphone(&self, sink: Sink<AudioPacket>) -> Result<Box<dyn Microphone>, MediaFault>;
    /// Opens the chosen loudspeaker; voices are mixed into it.
    fn open_speaker(&self) -> Result<Box<dyn Speaker>, MediaFault>;
    /// Opens the microphone and the loudspeaker for a test recording, as the device check makes.
    fn open_recorder(&self) -> Result<Box<dyn Recorder>, MediaFault>;
}

/// An open camera with its encoder.
pub trait Camera: Send + Sync {
    /// Changes bit rate, size and frame rate, without a pause.
    fn set_target(&self, target: VideoTarget);
    /// The next picture must be a key frame.
    fn force_key_frame(&self);
}

/// An open microphone with its encoder.
pub trait Microphone: Send + Sync {
    /// Muted, it sends silence (comfort noise costs a few bytes and keeps the path open).
    fn set_muted(&self, muted: bool);
    /// Loudness now, 0 to 1, before mute: so that a check can show it.
    fn level(&self) -> f32;
    /// Bit rate of the voice, in bit/s (24,000 as a rule, 16,000 on a narrow link), and the loss to guard against.
    fn set_target(&self, bits_per_second: u32, expected_loss: f32);
}

/// An open loudspeaker.
pub trait Speaker: Send + Sync {
    /// Adds one person's voice to the mix. Dropping the voice takes it out.
    fn add_voice(&self) -> Result<Box<dyn Voice>, MediaFault>;
    /// Plays a short chime, for the speaker check.
    fn chime(&self) -> Result<(), MediaFault>;
    /// Why nothing is heard at present, if so. The voices run on, unheard, until the loudspeaker is there again.
    fn fault(&self) -> Option<MediaFault>;
}

/// A test recording of a few seconds, held in memory only and gone when this is dropped.
pub trait Recorder: Send + Sync {
    /// Records five seconds, over whatever was recorded before. Does nothing while it records already.
    fn record(&self);
    /// Plays what was recorded through the chosen loudspeaker. Does nothing when nothing is recorded.
    fn play(&self);
    /// Where it stands; changes by itself when the recording is full and when it was played to its end.
    fn state(&self) -> watch::Receiver<Recording>;
}

/// One person's voice: jitter buffer, decoder with loss concealment, volume.
pub trait Voice: Send + Sync {
    /// Gives it an RTP packet's Opus payload; packets may come late, twice, or not at all.
    fn push(&self, sequence: u16, rtp_timestamp: u32, payload: Bytes);
    /// Loudness now, 0 to 1.
    fn level(&self) -> f32;
    /// Sum over all decoded samples of the square of the sample (full scale 1), times the sample duration: as `totalAudioEnergy`.
    fn energy(&self) -> f64;
    /// Silences it, for hold.
    fn set_muted(&self, muted: bool);
}
