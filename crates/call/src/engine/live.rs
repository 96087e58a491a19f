//! What one link's tasks share with the call that owns them: plain figures and switches.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::controller::Limits;
use crate::ladder::Plan;
use crate::machine::Transport;
use crate::media::{VideoCodec, Voice};

use super::wire::Wire;

/// The shared state of one link.
pub struct Live {
    /// Figures of the wire.
    pub wire: Arc<Wire>,
    /// Between what the rate moves.
    pub limits: Limits,
    /// Media may be written: before the handshake is done it would be lost, and with it the first key frame.
    pub connected: AtomicBool,
    /// Whole pictures received.
    pub frames_in: AtomicU64,
    /// Pictures sent.
    pub frames_out: AtomicU64,
    /// Voice packets received, in order to see that nothing comes.
    pub voice_in: AtomicU64,
    /// The handle of the peer's picture; 0 for none.
    pub stream: AtomicU32,
    rest: Mutex<Rest>,
}

/// What changes seldom or is not a number.
#[derive(Default)]
pub struct Rest {
    /// What the peer connection said of itself last.
    pub transport: Option<Transport>,
    /// What to send now.
    pub plan: Option<Plan>,
    /// The peer's voice.
    pub voice: Option<Arc<dyn Voice>>,
    /// Size of the received picture.
    pub in_size: Option<(u32, u32)>,
    /// Size of the sent picture.
    pub out_size: Option<(u32, u32)>,
    /// Codec of the received picture.
    pub in_codec: Option<VideoCodec>,
    /// Codec of the sent picture.
    pub out_codec: Option<VideoCodec>,
    /// Kind of the path in use.
    pub path: Option<String>,
}

impl Live {
    /// A link that has just begun.
    pub fn new(wire: Arc<Wire>, limits: Limits) -> Self {
        Self {
            wire,
            limits,
            connected: AtomicBool::new(false),
            frames_in: AtomicU64::new(0),
            frames_out: AtomicU64::new(0),
            voice_in: AtomicU64::new(0),
            stream: AtomicU32::new(0),
            rest: Mutex::default(),
        }
    }

    /// The rest, locked. Held for a moment only, never across an await.
    pub fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a codec, as the screen and `RTCCodecStats.mimeType` know it.
pub fn codec_name(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::Vp8 => "VP8",
        VideoCodec::H264 => "H264",
    }
}
