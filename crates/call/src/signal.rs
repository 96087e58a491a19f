//! The signalling words: JSON text messages over one WebSocket between a participant (a browser page or
//! the console's call engine) and the practice server's hub.
//!
//! The life of one participant, from the server's side:
//!
//! ```text
//!  socket opens ── hello ──> Welcome{step}                         (or Refused, and the socket closes)
//!
//!   Identify ──> Prepare ──> Waiting ──> Call ──> Over
//!   name+birth   consent,    place in    offers,  goodbye
//!                check       the queue   answers
//! ```
//!
//! - A token names one participant of one encounter. The first device that says hello with it owns it;
//!   another device is refused. The same device may come back as often as it likes until the token expires.
//! - The newest socket of a participant wins: an older one of the same device gets `Over{replaced}` and is closed.
//! - The server says everything again after each hello: the step, the peers, the place. A page that lost
//!   its socket reconnects, says hello, and acts on what it hears. Peer connections that still work are kept.
//! - `Peers` is always the whole list. A peer with a new `incarnation` has lost its connections (a console
//!   that was restarted, a page that was reloaded): its old peer connection is dropped, a new one is made.
//! - **The browser offers, the engine answers.** Between two browsers the one whose participant id sorts
//!   first offers. An engine that wants an ICE restart or a fresh connection asks with `AskOffer`.
//! - Media, hold and chat words travel here too, so that they work before and without a peer connection.

use domain::Phi;
use domain::check::DeviceCheck;
use domain::id::{EncounterId, ParticipantId};
use domain::participant::ParticipantRole;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The version of these words. The hub refuses a hello with a newer major version than its own.
pub const PROTOCOL: u32 = 1;

/// Longest message that either side accepts, in bytes. An SDP of a few kilobytes is the largest real one.
pub const MESSAGE_LIMIT: usize = 64 * 1024;

/// Seconds between two beats of a participant. Three missed beats make a participant absent.
pub const BEAT_SECONDS: u32 = 5;

/// What a participant says to the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToHub {
    /// First word on every socket.
    Hello {
        /// The join token.
        token: String,
        /// 128 random bits as hexadecimal, made once per device and kept by it.
        device: String,
        /// [`PROTOCOL`] of the speaker.
        protocol: u32,
        /// Made anew whenever the speaker has lost its peer connections (a page load, an engine's start), and the same
        /// on each reconnect in between: the hub passes it on as [`Peer::incarnation`]. Without it the hub cannot tell a
        /// reload, after which connections must be made again, from a lost socket, over which they must be kept.
        incarnation: String,
    },
    /// Who the person says they are. Compared with the record; the answer never says whether a person exists.
    Identify {
        /// Full name as typed.
        name: Phi<String>,
        /// `YYYY-MM-DD`.
        birth_date: Phi<String>,
    },
    /// What the device check found.
    Check {
        /// The result.
        check: DeviceCheck,
    },
    /// Agreement to a video visit; a refusal is recorded too.
    Consent {
        /// Whether the person agreed.
        given: bool,
    },
    /// Ready: put me into the waiting room.
    Wait,
    /// A word for another participant, passed on unread.
    Peer {
        /// The receiver.
        to: ParticipantId,
        /// The word.
        word: PeerWord,
    },
    /// What this participant sends now. Repeated to all peers in [`Peer`].
    Media {
        /// The microphone is live.
        microphone: bool,
        /// The camera is live.
        camera: bool,
        /// The participant put the call on hold.
        hold: bool,
    },
    /// A chat message, for when no data channel is open.
    Chat {
        /// Made by the sender, so that a message that also came over a data channel is shown once.
        id: String,
        /// At most 2,000 characters.
        text: Phi<String>,
    },
    /// I am here. Sent every [`BEAT_SECONDS`].
    Beat,
    /// I go. The visit is not finished by it.
    Leave,
}

/// What one participant says to another about their peer connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PeerWord {
    /// An SDP offer. A new `session` means a new peer connection; the same one, a renegotiation.
    Offer {
        /// Names the peer connection; made by the offering side.
        session: String,
        /// RFC 8829.
        sdp: String,
    },
    /// The answer to the offer of the same session.
    Answer {
        /// As in the offer.
        session: String,
        /// RFC 8829.
        sdp: String,
    },
    /// A trickled candidate (RFC 8838).
    Candidate {
        /// As in the offer.
        session: String,
        /// The candidate line; empty at the end of candidates.
        candidate: String,
        /// Media line it belongs to.
        #[serde(default)]
        sdp_mid: Option<String>,
        /// Media line it belongs to, by number.
        #[serde(default)]
        sdp_mline_index: Option<u16>,
        /// ICE user name fragment.
        #[serde(default)]
        username_fragment: Option<String>,
    },
    /// Please make an offer: the side that may not offer asks the side that may.
    AskOffer {
        /// What for.
        why: OfferReason,
    },
    /// This peer connection is closed; do not restore it.
    Close {
        /// As in the offer.
        session: String,
    },
}

/// Why an offer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferReason {
    /// The path broke: restart ICE on the connection that is there.
    RestartIce,
    /// The handshake hung or the connection failed: throw it away and make a new one.
    Rebuild,
}

/// What the hub says to a participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromHub {
    /// The answer to a good hello.
    Welcome {
        /// Who this socket is.
        participant: ParticipantId,
        /// The visit.
        encounter: EncounterId,
        /// What this participant is.
        role: ParticipantRole,
        /// The practice's name.
        practice: String,
        /// Who the patient will see, where that is known.
        clinician: Option<String>,
        /// Where the participant stands.
        step: Step,
        /// For the peer connections of this visit.
        ice_servers: Vec<IceServer>,
    },
    /// No: said instead of a welcome (the socket closes after it), or as the answer to an identification.
    Refused {
        /// Why.
        reason: Refused,
    },
    /// The participant stands somewhere else now.
    Step {
        /// Where.
        step: Step,
    },
    /// The place in the waiting room, whenever it changes.
    Place {
        /// How many are before this one.
        ahead: u32,
        /// An honest range of minutes, where the practice has seen enough visits today to give one.
        minutes: Option<(u32, u32)>,
    },
    /// Everyone else in the call, always the whole list.
    Peers {
        /// The others.
        peers: Vec<Peer>,
    },
    /// A word of another participant.
    Peer {
        /// The sender.
        from: ParticipantId,
        /// The word.
        word: PeerWord,
    },
    /// A chat message of another participant.
    Chat {
        /// The sender.
        from: ParticipantId,
        /// The sender's shown name.
        name: Phi<String>,
        /// The sender's id of the message.
        id: String,
        /// The text.
        text: Phi<String>,
    },
    /// The answer to a beat.
    Beat,
    /// A message could not be read or was not fitting here. The socket stays open.
    Problem {
        /// In plain words, never with what was sent.
        message: String,
        /// The id of the chat message that was not delivered, where it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        chat: Option<String>,
    },
}

/// Where a participant stands in the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Step {
    /// Name and birth date are asked.
    Identify,
    /// Known; consent and device check come next, then `Wait`.
    Prepare,
    /// In the waiting room.
    Waiting,
    /// Admitted: peer connections are made.
    Call,
    /// Nothing more will happen on this socket.
    Over {
        /// Why.
        why: OverReason,
    },
}

/// Why it is over for a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OverReason {
    /// The clinician finished the visit.
    Finished,
    /// The visit was cancelled.
    Cancelled,
    /// The participant was removed, or declined consent.
    Removed,
    /// The same device opened the link again, in another tab or after a reload.
    Replaced,
    /// The participant left.
    Left,
}

/// Why the hub says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum Refused {
    /// The token is forged, damaged or of another practice. Also said for anything that must not be told apart from it.
    BadLink,
    /// The token was good once.
    Expired,
    /// Another device uses this link.
    OtherDevice,
    /// Name and birth date do not match.
    NotMatching {
        /// Tries that are left before the link is blocked for a while.
        tries_left: u32,
    },
    /// Too many tries.
    Blocked {
        /// Seconds until the next try.
        seconds: u32,
    },
    /// The speaker's protocol is newer than the hub's.
    Protocol,
    /// The practice server cannot keep anything right now (its disk is full, its store is locked).
    Unavailable,
}

/// Another participant, as a participant sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Peer {
    /// Who.
    pub participant: ParticipantId,
    /// What they are.
    pub role: ParticipantRole,
    /// The name to show.
    pub name: Phi<String>,
    /// Changes when the peer has lost its connections.
    pub incarnation: String,
    /// The peer is a call engine, which never offers.
    pub engine: bool,
    /// Its microphone is live.
    pub microphone: bool,
    /// Its camera is live.
    pub camera: bool,
    /// It has put the call on hold.
    pub hold: bool,
    /// False while its socket is gone and its beats are missing; its media may still flow.
    pub present: bool,
}

/// A STUN or TURN server, in the shape of `RTCIceServer` (W3C WebRTC §4.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IceServer {
    /// `stun:`, `turn:` addresses.
    pub urls: Vec<String>,
    /// TURN user name: `expiry:participant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// TURN credential: base64(HMAC-SHA1(shared secret, username)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}
