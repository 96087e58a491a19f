//! What the screen shows of a running call: plain data, published whenever it changes.

use domain::Phi;
use domain::Timestamp;
use domain::id::{EncounterId, ParticipantId};
use domain::participant::ParticipantRole;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A running call, as this console sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallView {
    /// The visit that the call belongs to.
    pub encounter: EncounterId,
    /// Where the call stands.
    pub phase: CallPhase,
    /// When the first peer was connected.
    pub connected_at: Option<Timestamp>,
    /// The person's wish: microphone on. Kept over every reconnect.
    pub microphone: bool,
    /// The person's wish: camera on. Kept over every reconnect.
    pub camera: bool,
    /// The person put the call on hold.
    pub hold: bool,
    /// The handle of the self-view's frames, while the camera is on.
    pub self_stream: Option<u32>,
    /// Loudness of the own microphone after mute, 0 to 1.
    pub microphone_level: f32,
    /// The others.
    pub peers: Vec<PeerView>,
    /// The own devices' trouble, in plain words: a camera that vanished, a microphone in use elsewhere.
    pub trouble: Option<String>,
    /// Chat of this call, oldest first.
    pub chat: Vec<ChatLine>,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum CallPhase {
    /// In the call, nobody else is there yet.
    Waiting,
    /// Somebody is there; the connection is being made.
    Connecting,
    /// At least one peer's media flows.
    OnCall,
    /// Put on hold by this side.
    OnHold,
    /// The connection was there and is being restored, since this moment.
    Reconnecting {
        /// Since when.
        since: Timestamp,
    },
    /// Over for this console. The visit goes on until somebody finishes it.
    Ended {
        /// Why.
        why: EndReason,
    },
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// This side hung up.
    HungUp,
    /// The visit was finished or cancelled.
    VisitOver,
    /// The same participant joined from elsewhere.
    Replaced,
    /// This participant was removed from the visit.
    Removed,
    /// The practice server refused this participant.
    Refused,
}

/// Another participant in the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PeerView {
    /// Who.
    pub participant: ParticipantId,
    /// What they are.
    pub role: ParticipantRole,
    /// Shown name.
    pub name: Phi<String>,
    /// Their connection.
    pub link: LinkState,
    /// Their microphone is live.
    pub microphone: bool,
    /// Their camera is live.
    pub camera: bool,
    /// They put the call on hold.
    pub hold: bool,
    /// The handle of their picture's frames.
    pub stream: Option<u32>,
    /// Loudness of their sound, 0 to 1.
    pub level: f32,
    /// Measured figures, once there are some.
    pub stats: Option<PeerStats>,
}

/// The state of one peer connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Nothing yet.
    New,
    /// Being made.
    Connecting,
    /// Media flows.
    Connected,
    /// Was there, is being restored.
    Reconnecting,
    /// Gone.
    Closed,
}

/// How well a peer connection does, over the last two seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PeerStats {
    /// The verdict, with hysteresis.
    pub quality: Quality,
    /// Whose side the trouble is on, once there is some.
    pub trouble_at: Option<TroubleAt>,
    /// Round trip in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Lost packets of what they send, 0 to 1.
    pub loss_in: f64,
    /// Lost packets of what we send, as they report it, 0 to 1.
    pub loss_out: Option<f64>,
    /// Received, in kbit/s.
    pub in_kbps: f64,
    /// Sent, in kbit/s.
    pub out_kbps: f64,
    /// What the bandwidth controller allows for video, in kbit/s.
    pub target_kbps: f64,
    /// Received picture: complete frames a second.
    pub in_fps: f64,
    /// Sent picture: encoded frames a second.
    pub out_fps: f64,
    /// Frames received complete so far.
    pub frames_in: u64,
    /// Frames sent so far.
    pub frames_out: u64,
    /// Received picture size.
    pub in_size: Option<(u32, u32)>,
    /// Sent picture size.
    pub out_size: Option<(u32, u32)>,
    /// Sum of squared received audio samples (full scale 1), as in `totalAudioEnergy`.
    pub audio_energy_in: f64,
    /// Codec of the received picture.
    pub in_codec: Option<String>,
    /// Codec of the sent picture.
    pub out_codec: Option<String>,
    /// The path in use: `host`, `srflx`, `prflx` or `relay`.
    pub path: Option<String>,
}

/// How good a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Nothing to notice.
    Good,
    /// Noticeable, usable.
    Fair,
    /// Hard to work with: offer sound only.
    Poor,
}

/// Where a connection's trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TroubleAt {
    /// What we send does not arrive.
    OurUplink,
    /// What they send does not arrive.
    TheirUplink,
}

/// One chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatLine {
    /// Made by the sender.
    pub id: String,
    /// Who; `None` is this console's own.
    pub from: Option<ParticipantId>,
    /// Shown name.
    pub name: Phi<String>,
    /// The text.
    pub text: Phi<String>,
    /// When it was seen here.
    pub at: Timestamp,
    /// It reached somebody. False for an own line that nobody got yet; it is sent again when the connection is back.
    pub delivered: bool,
}

/// A camera, microphone or loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaDevice {
    /// Stable over restarts as far as the system allows.
    pub id: String,
    /// What the system calls it.
    pub label: String,
}

/// What this computer has, and what is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MediaDevices {
    /// Cameras; the synthetic one is last.
    pub cameras: Vec<MediaDevice>,
    /// Microphones; the synthetic one is last.
    pub microphones: Vec<MediaDevice>,
    /// Loudspeakers; the silent one is last.
    pub speakers: Vec<MediaDevice>,
    /// The chosen camera's id; one that has gone is kept here and is missing above.
    pub camera: String,
    /// The chosen microphone's id.
    pub microphone: String,
    /// The chosen loudspeaker's id.
    pub speaker: String,
}

/// A running device check: the camera's picture and the microphone's level, live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewView {
    /// The handle of the picture's frames.
    pub stream: Option<u32>,
    /// Loudness of the microphone, 0 to 1.
    pub level: f32,
    /// Whether a test recording runs, or is played back.
    pub recording: Recording,
    /// In plain words, where a device could not be opened.
    pub trouble: Option<String>,
}

/// The state of the five-second test recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// Nothing recorded.
    None,
    /// Recording now.
    Recording,
    /// Recorded, can be played.
    Ready,
    /// Playing now.
    Playing,
}
