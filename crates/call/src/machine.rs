//! The call state machine: what this console does when the hub, a peer connection, the clock or the person
//! says something. Pure: no I/O and no clock; every event comes with the moment it happened. Waits are measured on a
//! clock that nobody sets; the time of day is for what is shown.
//!
//! ```text
//! the call                                      one link (one peer connection with one peer)
//!
//!            peers appear                                 offer                 connected
//!  Waiting ────────────────> Connecting            New ─────────> Connecting ─────────────> Connected
//!     ^                          │                  │  no offer:      │  no connection:       │    ^
//!     │ all gone       connected │                  │  AskOffer       │  AskOffer             │    │ connected
//!     │                          v                  │  (Rebuild)      │  (Rebuild)  path lost │    │
//!     ├────────────────────── OnCall <──> OnHold    │                 │  again and again,     v    │
//!     │                        │    ^               │                 │  ever more slowly  Reconnecting
//!     │               all lost │    │ one back      │                 │                    AskOffer(RestartIce),
//!     │                        v    │               │                 │                    then (Rebuild)
//!     └───────────────────── Reconnecting           └─────────────────┴─────────────┬────────┘
//!                                                                                   │ peer gone, or has a new
//!  any ── hang up, visit over, replaced, refused ──> Ended (final)                  v incarnation, or it is over
//!                                                                                 Closed (the link is forgotten)
//! ```
//!
//! The browser offers; this side only asks for offers. A link therefore never leaves `New` by itself, and every
//! wait has an end after which it asks again: DTLS of the transport can hang for ever under loss without saying so.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Timestamp;
use domain::id::ParticipantId;

use crate::signal::{OfferReason, OverReason, Peer, Step};
use crate::view::{CallPhase, EndReason, LinkState};

mod link;
mod words;

pub use link::Link;
pub use words::{Action, Event, Intent, Moment, Told, Transport};

/// How long a handshake may take before a new connection is asked for. Connecting takes 0.3 to 1.9 seconds even with
/// 4 % loss, so that after three seconds it hangs.
pub const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(3);

/// How long an ICE restart may take (it takes 45 ms on a good path) before a new connection is asked for.
pub const RESTART_PATIENCE: Duration = Duration::from_secs(4);

/// After our socket to the hub was restored, a peer that is not in the list but whose media flows is kept for this long: a
/// hub that was restarted lists only who has come back so far.
pub const RETURN_PATIENCE: Duration = Duration::from_secs(15);

/// The longest wait between two requests for the same link.
pub const LONGEST_PATIENCE: Duration = Duration::from_secs(20);

/// The state of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    intent: Intent,
    /// A hello was accepted on the socket that is open now.
    hub: bool,
    /// Until when a missing peer may only be late to return to a hub that was restarted.
    returning_until: Option<Duration>,
    /// The hub says that we are in the call.
    admitted: bool,
    links: BTreeMap<ParticipantId, Link>,
    connected_at: Option<Timestamp>,
    lost_since: Option<Timestamp>,
    /// The application was told last that some peer's media flows.
    flows: bool,
    ended: Option<EndReason>,
}

impl Machine {
    /// A call that has just been started, with what the person wants to send.
    pub fn new(microphone: bool, camera: bool) -> Self {
        Self {
            intent: Intent { microphone, camera, hold: false },
            hub: false,
            returning_until: None,
            admitted: false,
            links: BTreeMap::new(),
            connected_at: None,
            lost_since: None,
            flows: false,
            ended: None,
        }
    }

    /// What the person wants to send.
    pub fn intent(&self) -> Intent {
        self.intent
    }

    /// When media flowed for the first time.
    pub fn connected_at(&self) -> Option<Timestamp> {
        self.connected_at
    }

    /// The links, by peer.
    pub fn links(&self) -> &BTreeMap<ParticipantId, Link> {
        &self.links
    }

    /// Why the call ended, if it did.
    pub fn ended(&self) -> Option<EndReason> {
        self.ended
    }

    /// Where the call stands.
    pub fn phase(&self) -> CallPhase {
        if let Some(why) = self.ended {
            return CallPhase::Ended { why };
        }
        let connected = self.links.values().any(|link| link.state == LinkState::Connected);
        match (self.intent.hold, connected, self.lost_since, self.links.is_empty()) {
            (true, ..) => CallPhase::OnHold,
            (false, true, ..) => CallPhase::OnCall,
            (false, false, _, true) => CallPhase::Waiting,
            (false, false, Some(since), false) => CallPhase::Reconnecting { since },
            (false, false, None, false) => CallPhase::Connecting,
        }
    }

    /// Takes in what happened and says what to do, in this order.
    pub fn on(&mut self, event: Event, now: Moment) -> Vec<Action> {
        let mut todo = Vec::new();
        if self.ended.is_some() {
            return todo;
        }
        match event {
            Event::Welcomed { step } => {
                self.hub = true;
                self.returning_until = Some(later(now, RETURN_PATIENCE));
                self.stand(step, now, &mut todo);
                if self.ended.is_none() {
                    // The hub may be a new process that knows nothing of us, so that what we send is said again.
                    todo.push(Action::Media(self.intent));
                }
            }
            Event::Refused => self.end(EndReason::Refused, &mut todo),
            Event::HubLost => self.hub = false,
            Event::Stepped(step) => self.stand(step, now, &mut todo),
            Event::Peers(peers) => self.meet(peers, now, &mut todo),
            Event::Offered { from, session } => self.offered(from, session, now, &mut todo),
            Event::PeerClosed { from, session } => self.peer_closed(from, &session, now, &mut todo),
            Event::Transport { peer, session, state } => self.transport(peer, &session, state, now, &mut todo),
            Event::NetworkChanged => self.network_changed(now),
            Event::Microphone(on) => self.wish(Intent { microphone: on, ..self.intent }, &mut todo),
            Event::Camera(on) => self.wish(Intent { camera: on, ..self.intent }, &mut todo),
            Event::Hold(on) => self.wish(Intent { hold: on, ..self.intent }, &mut todo),
            Event::HungUp => {
                todo.push(Action::Leave);
                self.end(EndReason::HungUp, &mut todo);
            }
            Event::Tick => {}
        }
        self.part_from_missing(now, &mut todo);
        self.ask_what_is_due(now, &mut todo);
        self.note_loss(now);
        self.tell_of_flow(&mut todo);
        todo
    }

    fn stand(&mut self, step: Step, now: Moment, todo: &mut Vec<Action>) {
        match step {
            Step::Identify | Step::Prepare | Step::Waiting => self.admitted = false,
            Step::Call => {
                self.admitted = true;
                for link in self.links.values_mut() {
                    link.ask.get_or_insert((later(now, HANDSHAKE_PATIENCE), OfferReason::Rebuild));
                    if link.state == LinkState::Connected {
                        link.ask = None;
                    }
                }
            }
            Step::Over { why } => {
                let why = match why {
                    OverReason::Finished | OverReason::Cancelled => EndReason::VisitOver,
                    OverReason::Removed => EndReason::Removed,
                    OverReason::Replaced => EndReason::Replaced,
                    OverReason::Left => EndReason::HungUp,
                };
                self.end(why, todo);
            }
        }
    }

    /// Acts on the whole list of peers: who is missing is gone, who has a new incarnation starts again.
    fn meet(&mut self, peers: Vec<Peer>, now: Moment, todo: &mut Vec<Action>) {
        for (id, link) in &mut self.links {
            link.missing = !peers.iter().any(|peer| peer.participant == *id);
        }
        for peer in peers {
            let id = peer.participant;
            let was_connected = match self.links.get_mut(&id) {
                Some(link) if link.incarnation == peer.incarnation => {
                    if peer.present && !link.present && link.state != LinkState::Connected {
                        link.ask_again(now, HANDSHAKE_PATIENCE, OfferReason::Rebuild);
                    }
                    link.present = peer.present;
                    continue;
                }
                Some(link) => link.was_connected,
                None => false,
            };
            self.drop_link(id, todo);
            let state = if was_connected { LinkState::Reconnecting } else { LinkState::New };
            self.links.insert(
                id,
                Link {
                    incarnation: peer.incarnation,
                    session: None,
                    state,
                    present: peer.present,
                    mute_side: peer.engine,
                    missing: false,
                    was_connected,
                    // A browser that sees us offers by itself; only one that does not is asked.
                    ask: Some((later(now, HANDSHAKE_PATIENCE), OfferReason::Rebuild)),
                    asked: 0,
                },
            );
        }
    }

    /// Ends the links of peers that are not listed: at once, except where the hub itself has only just come back.
    fn part_from_missing(&mut self, now: Moment, todo: &mut Vec<Action>) {
        let late = self.returning_until.is_some_and(|until| now.since_start < until);
        let gone = |link: &Link| link.missing && !(late && link.state == LinkState::Connected);
        for id in self.links.iter().filter(|(_, link)| gone(link)).map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_link(id, todo);
        }
    }

    fn offered(&mut self, from: ParticipantId, session: String, now: Moment, todo: &mut Vec<Action>) {
        // An offer of somebody who is not in the list is a late word of a peer that has gone.
        let Some(link) = self.links.get_mut(&from) else { return };
        if link.session.as_deref() == Some(session.as_str()) {
            todo.push(Action::Renegotiate { peer: from, session });
            return;
        }
        if let Some(old) = link.session.take() {
            todo.push(Action::Close { peer: from, session: old });
        }
        link.session = Some(session.clone());
        link.state = if link.was_connected { LinkState::Reconnecting } else { LinkState::Connecting };
        link.ask = Some((later(now, link.patience(HANDSHAKE_PATIENCE)), OfferReason::Rebuild));
        todo.push(Action::Build { peer: from, session });
    }

    fn peer_closed(&mut self, from: ParticipantId, session: &str, now: Moment, todo: &mut Vec<Action>) {
        let Some(link) = self.links.get_mut(&from) else { return };
        if link.session.as_deref() != Some(session) {
            return;
        }
        link.session = None;
        todo.push(Action::Close { peer: from, session: session.to_owned() });
        link.state = if link.was_connected { LinkState::Reconnecting } else { LinkState::New };
        link.ask = Some((later(now, HANDSHAKE_PATIENCE), OfferReason::Rebuild));
    }

    fn transport(&mut self, peer: ParticipantId, session: &str, state: Transport, now: Moment, todo: &mut Vec<Action>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        if link.session.as_deref() != Some(session) {
            return;
        }
        match (state, link.state) {
            (Transport::Connected, LinkState::Connected) | (_, LinkState::Closed) => {}
            (Transport::Connected, _) => {
                link.state = LinkState::Connected;
                link.was_connected = true;
                link.ask = None;
                link.asked = 0;
                self.connected_at.get_or_insert(now.at);
                // Said again, so that a peer that was rebuilt cannot show a microphone that is off as on.
                todo.push(Action::Media(self.intent));
            }
            (Transport::Disconnected | Transport::Failed, LinkState::Connected) => {
                link.state = LinkState::Reconnecting;
                link.ask = Some((now.since_start, OfferReason::RestartIce));
            }
            (Transport::Failed, LinkState::New | LinkState::Connecting | LinkState::Reconnecting) => {
                // The path was given up, so that there is nothing to wait for except the back-off.
                let wait = if link.asked == 0 { Duration::ZERO } else { link.patience(Duration::from_secs(1)) };
                link.ask_sooner(later(now, wait), OfferReason::Rebuild);
            }
            (Transport::Disconnected, LinkState::New | LinkState::Connecting | LinkState::Reconnecting) => {}
        }
    }

    fn network_changed(&mut self, now: Moment) {
        for link in self.links.values_mut().filter(|link| link.session.is_some() && link.ask.is_none()) {
            link.ask = Some((now.since_start, OfferReason::RestartIce));
        }
    }

    fn wish(&mut self, intent: Intent, todo: &mut Vec<Action>) {
        if intent != self.intent {
            let told = if intent.hold { Told::Held } else { Told::Resumed };
            let moved = intent.hold != self.intent.hold;
            self.intent = intent;
            todo.push(Action::Media(intent));
            if moved {
                todo.push(Action::Tell(told));
            }
        }
    }

    /// Tells when media of anybody begins to flow and when nobody's does any more: the record is of the whole call.
    fn tell_of_flow(&mut self, todo: &mut Vec<Action>) {
        let flows = self.links.values().any(|link| link.state == LinkState::Connected);
        if self.ended.is_some() || flows == self.flows {
            return;
        }
        self.flows = flows;
        todo.push(Action::Tell(if flows { Told::Connected } else { Told::Lost }));
        if flows && self.intent.hold {
            // A hold from before anybody was there was no hold of a call yet.
            todo.push(Action::Tell(Told::Held));
        }
    }

    fn drop_link(&mut self, id: ParticipantId, todo: &mut Vec<Action>) {
        if let Some(session) = self.links.remove(&id).and_then(|link| link.session) {
            todo.push(Action::Close { peer: id, session });
        }
    }

    fn end(&mut self, why: EndReason, todo: &mut Vec<Action>) {
        for id in self.links.keys().copied().collect::<Vec<_>>() {
            self.drop_link(id, todo);
        }
        self.ended = Some(why);
        todo.push(Action::Tell(Told::Ended(why)));
    }

    /// Asks for what is overdue. Nothing is asked while the hub is away (nobody would hear it), of an absent
    /// peer, or of another engine; it stays due, and is asked as soon as it can be heard.
    fn ask_what_is_due(&mut self, now: Moment, todo: &mut Vec<Action>) {
        if !self.hub || !self.admitted {
            return;
        }
        for (&peer, link) in self.links.iter_mut().filter(|(_, link)| link.present && !link.missing && !link.mute_side)
        {
            let Some((due, why)) = link.ask else { continue };
            if due > now.since_start {
                continue;
            }
            link.asked += 1;
            // Whatever was tried, the next thing to try is a new connection.
            let base = match why {
                OfferReason::RestartIce => RESTART_PATIENCE,
                OfferReason::Rebuild => HANDSHAKE_PATIENCE,
            };
            let still_fine = link.state == LinkState::Connected;
            link.ask = (!still_fine).then(|| (later(now, link.patience(base)), OfferReason::Rebuild));
            todo.push(Action::Ask { peer, why });
        }
    }

    fn note_loss(&mut self, now: Moment) {
        if self.links.values().any(|link| link.state == LinkState::Connected) || self.links.is_empty() {
            self.lost_since = None;
        } else if self.connected_at.is_some() {
            self.lost_since.get_or_insert(now.at);
        }
    }
}

fn later(now: Moment, wait: Duration) -> Duration {
    now.since_start + wait
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
