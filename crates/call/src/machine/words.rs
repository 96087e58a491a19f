//! The machine's words: what happens to it, and what it says to do.

use std::time::Duration;

use domain::Timestamp;
use domain::id::ParticipantId;

use crate::signal::{OfferReason, Peer, Step};
use crate::view::EndReason;

/// When something happened, on two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Since the call's start, on a clock that is never set: for waits.
    pub since_start: Duration,
    /// The time of day, which may jump: for what is shown.
    pub at: Timestamp,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The hub accepted our hello (again, after each reconnect of the socket).
    Welcomed {
        /// Where this participant stands.
        step: Step,
    },
    /// The hub refused us.
    Refused,
    /// The socket to the hub broke; it is being restored.
    HubLost,
    /// We stand somewhere else now.
    Stepped(Step),
    /// Everyone else, the whole list.
    Peers(Vec<Peer>),
    /// A peer made an offer.
    Offered {
        /// Who.
        from: ParticipantId,
        /// Names the peer connection.
        session: String,
    },
    /// A peer closed its end of a peer connection.
    PeerClosed {
        /// Who.
        from: ParticipantId,
        /// Which peer connection.
        session: String,
    },
    /// A peer connection changed.
    Transport {
        /// Whose.
        peer: ParticipantId,
        /// Which.
        session: String,
        /// How it is now.
        state: Transport,
    },
    /// This computer's addresses changed.
    NetworkChanged,
    /// The person switched the microphone.
    Microphone(bool),
    /// The person switched the camera.
    Camera(bool),
    /// The person put the call on hold or took it off.
    Hold(bool),
    /// The person hung up.
    HungUp,
    /// Time passed. Comes a few times a second.
    Tick,
}

/// What a peer connection says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Media can flow.
    Connected,
    /// The path is gone; it may come back.
    Disconnected,
    /// It gave up, or could not be built.
    Failed,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Answer an offer with a new peer connection.
    Build {
        /// The offering peer.
        peer: ParticipantId,
        /// The session to build.
        session: String,
    },
    /// Answer an offer on the peer connection that is there.
    Renegotiate {
        /// The offering peer.
        peer: ParticipantId,
        /// The session.
        session: String,
    },
    /// Close a peer connection and forget it.
    Close {
        /// Whose.
        peer: ParticipantId,
        /// Which.
        session: String,
    },
    /// Ask a peer for an offer.
    Ask {
        /// Whom.
        peer: ParticipantId,
        /// What for.
        why: OfferReason,
    },
    /// Tell the hub what we send now, and make it true at the source first.
    Media(Intent),
    /// Tell the hub that we go.
    Leave,
    /// Something the application records.
    Tell(Told),
}

/// What the application is told of the whole call, to record it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Media of somebody flows, for the first time or again.
    Connected,
    /// Nobody's media flows any more.
    Lost,
    /// The person put the call on hold.
    Held,
    /// The person took it off hold.
    Resumed,
    /// The call is over for this console.
    Ended(EndReason),
}

/// What the person wants to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// Microphone on.
    pub microphone: bool,
    /// Camera on.
    pub camera: bool,
    /// On hold: nothing is sent and nothing is heard, whatever the other two say.
    pub hold: bool,
}
