//! One running call: the task that feeds the state machine and does what it says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::Utc;
use domain::Phi;
use domain::id::ParticipantId;
use tokio::sync::{mpsc, watch};
use webrtc::peer_connection::RTCIceCandidateInit;

use super::capture::{Capture, Loudspeaker, Outlet, Status, Wanted};
use super::chat::{self, Chat};
use super::hub::{HubAddress, HubLine, HubNews};
use super::inbound::Inlet;
use super::link::{FromLink, Link, LinkNews, Making};
use super::live::Live;
use super::network;
use super::outbound::random;
use super::stats::Watch;
use super::wire::Wire;
use super::{Join, Order, Shared, connection};
use crate::machine::{Action, Event, Intent, Machine, Moment};
use crate::media::VideoCodec;
use crate::signal::{FromHub, IceServer, OfferReason, Peer, PeerWord, Refused, ToHub};
use crate::view::{CallView, ChatLine, LinkState, PeerView};

/// News of the hub that are waiting. When it is full the line waits, and with it the hub.
const HUB_NEWS: usize = 64;
/// News of links that are waiting. When it is full the links wait; their media does not.
const LINK_NEWS: usize = 256;
/// How often the machine's waits, the plans and the levels are looked at.
const TICK: Duration = Duration::from_millis(200);
/// Statistics are taken on every such tick: once a second.
const TICKS_PER_MEASURE: u32 = 5;

/// A running call.
pub struct Call {
    shared: Arc<Shared>,
    join: Join,
    machine: Machine,
    hub: HubLine,
    links: BTreeMap<ParticipantId, Link>,
    watches: BTreeMap<ParticipantId, Watch>,
    peers: Vec<Peer>,
    ice_servers: Vec<IceServer>,
    chat: Chat,
    codec: VideoCodec,
    outlet: Arc<Outlet>,
    loudspeaker: Arc<Loudspeaker>,
    wanted: watch::Sender<Wanted>,
    status: watch::Receiver<Status>,
    link_news: mpsc::Sender<FromLink>,
    /// The description of the offer that is being looked at.
    offer: Option<String>,
    notice: Option<String>,
    ticks: u32,
    started: Instant,
}

/// Runs a call until it is over. `notice` is shown as trouble, where the call is one that had to be started again.
pub async fn run(shared: Arc<Shared>, join: Join, orders: &mut mpsc::Receiver<Order>, notice: Option<String>) {
    let (hub_said, mut hub_news) = mpsc::channel(HUB_NEWS);
    let (link_said, mut link_news) = mpsc::channel(LINK_NEWS);
    let mut network = network::watch();
    let mut call = Call::new(shared, join, hub_said, link_said, notice);
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    call.publish();
    while call.machine.ended().is_none() {
        tokio::select! {
            Some(news) = hub_news.recv() => call.hub_said(news).await,
            Some(news) = link_news.recv() => call.link_said(news).await,
            order = orders.recv() => call.ordered(order.unwrap_or(Order::HangUp)).await,
            Ok(()) = network.changed() => call.feed(Event::NetworkChanged),
            // The devices' task ends after the call only: when it ends before, it stopped by a fault, and the call with it.
            changed = call.status.changed() => changed.expect("BUG: the task of the devices stopped"),
            _ = ticks.tick() => call.tick(),
        }
        call.publish();
    }
}

impl Call {
    fn new(
        shared: Arc<Shared>,
        join: Join,
        hub_said: mpsc::Sender<HubNews>,
        link_news: mpsc::Sender<FromLink>,
        notice: Option<String>,
    ) -> Self {
        let codec = shared.config.codec;
        let machine = Machine::new(join.microphone, join.camera);
        let capture = Capture::new(Arc::clone(&shared.config.backend), Arc::clone(&shared.pictures), codec);
        let (outlet, loudspeaker) = (Arc::clone(capture.outlet()), Arc::clone(capture.loudspeaker()));
        let intent = machine.intent();
        outlet.set_muted(!intent.microphone);
        let (wanted, wishes) = watch::channel(Wanted { intent, codec, plans: Vec::new() });
        let (status_said, status) = watch::channel(Status::default());
        tokio::spawn(capture.run(wishes, status_said));
        let address = HubAddress {
            url: join.signal_url.clone(),
            token: join.token.clone(),
            device: join.device.clone(),
            incarnation: format!("{:08x}{:08x}", random(), random()),
        };
        Self {
            shared,
            join,
            machine,
            hub: HubLine::open(address, hub_said),
            links: BTreeMap::new(),
            watches: BTreeMap::new(),
            peers: Vec::new(),
            ice_servers: Vec::new(),
            chat: Chat::default(),
            codec,
            outlet,
            loudspeaker,
            wanted,
            status,
            link_news,
            offer: None,
            notice,
            ticks: 0,
            started: Instant::now(),
        }
    }

    /// Gives an event to the machine and does what it says.
    fn feed(&mut self, event: Event) {
        let now = Moment { since_start: self.started.elapsed(), at: Utc::now() };
        for action in self.machine.on(event, now) {
            self.act(action);
        }
        let links = self.machine.links();
        self.peers.retain(|peer| links.contains_key(&peer.participant));
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Build { peer, session } => self.build(peer, session),
            Action::Renegotiate { peer, session } => {
                if let (Some(link), Some(sdp)) =
                    (self.links.get(&peer).filter(|link| link.session == session), self.offer.take())
                {
                    link.offer(sdp);
                }
            }
            Action::Close { peer, session } => {
                if self.links.get(&peer).is_some_and(|link| link.session == session) {
                    self.links.remove(&peer);
                    self.watches.remove(&peer);
                }
            }
            Action::Ask { peer, why } => self.hub.say(ToHub::Peer { to: peer, word: PeerWord::AskOffer { why } }),
            Action::Media(intent) => self.send_media(intent),
            Action::Leave => self.hub.say(ToHub::Leave),
            Action::Tell(told) => self.shared.tell(self.join.call, told),
        }
    }

    fn build(&mut self, peer: ParticipantId, session: String) {
        let Some(sdp) = self.offer.take() else { return };
        let codec = connection::choose(&sdp, self.codec);
        if codec != self.codec {
            self.speak(codec, peer);
        }
        let outlet = Arc::clone(&self.outlet);
        let wire = Arc::new(Wire::new(move || outlet.want_key_frame()));
        let live = Arc::new(Live::new(wire, self.shared.config.limits));
        let inlet =
            Inlet { pictures: Arc::clone(&self.shared.pictures), loudspeaker: Arc::clone(&self.loudspeaker), live };
        let making = Making {
            peer,
            session,
            ice_servers: self.ice_servers.clone(),
            relay_only: self.shared.config.relay_only,
            udp_addresses: self.shared.config.udp_addresses.clone(),
            codec,
            outlet: Arc::clone(&self.outlet),
            inlet,
            news: self.link_news.clone(),
        };
        self.watches.insert(peer, Watch::default());
        self.links.insert(peer, Link::answer(making, sdp));
    }

    /// One encoder serves all peers: when one does not understand its codec, all go over to the one that every
    /// browser has (RFC 7742), and the connections made for the other are made again.
    fn speak(&mut self, codec: VideoCodec, because_of: ParticipantId) {
        self.codec = codec;
        self.wanted.send_modify(|wanted| wanted.codec = codec);
        for &peer in self.links.keys().filter(|peer| **peer != because_of) {
            self.hub.say(ToHub::Peer { to: peer, word: PeerWord::AskOffer { why: OfferReason::Rebuild } });
        }
    }

    fn send_media(&mut self, intent: Intent) {
        self.outlet.set_muted(!intent.microphone || intent.hold);
        self.wanted.send_modify(|wanted| wanted.intent = intent);
        self.mute_voices();
        let Intent { microphone, camera, hold } = intent;
        self.hub.say(ToHub::Media { microphone: microphone && !hold, camera: camera && !hold, hold });
    }

    fn mute_voices(&self) {
        for link in self.links.values() {
            if let Some(voice) = &link.live.rest().voice {
                voice.set_muted(self.machine.intent().hold);
            }
        }
    }

    async fn hub_said(&mut self, news: HubNews) {
        let said = match news {
            HubNews::Down => return self.feed(Event::HubLost),
            HubNews::Delivered(id) => return self.chat.deliver(&id),
            HubNews::Said(said) => *said,
        };
        match said {
            FromHub::Welcome { step, ice_servers, .. } => {
                self.ice_servers = ice_servers;
                self.feed(Event::Welcomed { step });
                self.say_undelivered().await;
            }
            // The hub closes the socket, and the line tries again: it is the practice's disk, not this participant.
            FromHub::Refused { reason: Refused::Unavailable } => {
                tracing::warn!("the practice server cannot keep anything")
            }
            FromHub::Refused { .. } => self.feed(Event::Refused),
            FromHub::Step { step } => self.feed(Event::Stepped(step)),
            FromHub::Peers { peers } => {
                let here: Vec<_> = self.peers.iter().filter(|peer| peer.present).map(|peer| peer.participant).collect();
                // Who is missing stays as long as the machine keeps the link: a restarted hub may not list all yet.
                self.peers.retain(|old| !peers.iter().any(|new| new.participant == old.participant));
                self.peers.extend(peers.iter().cloned());
                self.peers.sort_by_key(|peer| peer.participant);
                let came = peers.iter().any(|new| new.present && !here.contains(&new.participant));
                self.feed(Event::Peers(peers));
                if came {
                    self.say_undelivered().await;
                }
            }
            FromHub::Peer { from, word } => self.peer_said(from, word),
            FromHub::Chat { from, name, id, text } => {
                self.chat.add(Chat::theirs(from, name, id, text, Utc::now()));
            }
            FromHub::Problem { message, .. } => tracing::info!(message, "the hub did not take something"),
            FromHub::Place { .. } | FromHub::Beat => {}
        }
    }

    fn peer_said(&mut self, from: ParticipantId, word: PeerWord) {
        match word {
            PeerWord::Offer { session, sdp } => {
                self.offer = Some(sdp);
                self.feed(Event::Offered { from, session });
                self.offer = None;
            }
            PeerWord::Candidate { session, candidate, sdp_mid, sdp_mline_index, username_fragment } => {
                if let Some(link) = self.links.get(&from).filter(|link| link.session == session) {
                    link.candidate(RTCIceCandidateInit {
                        candidate,
                        sdp_mid,
                        sdp_mline_index,
                        username_fragment,
                        url: None,
                    });
                }
            }
            PeerWord::Close { session } => self.feed(Event::PeerClosed { from, session }),
            PeerWord::Answer { .. } | PeerWord::AskOffer { .. } => {
                tracing::debug!("a peer took this side for the offering one")
            }
        }
    }

    async fn link_said(&mut self, from: FromLink) {
        let FromLink { peer, session, news } = from;
        if self.links.get(&peer).is_none_or(|link| link.session != session) {
            return;
        }
        match news {
            LinkNews::Changed(state) => self.feed(Event::Transport { peer, session, state }),
            LinkNews::Say(word) => self.hub.say(ToHub::Peer { to: peer, word }),
            LinkNews::Chat { id, text } => {
                let name = self
                    .peers
                    .iter()
                    .find(|other| other.participant == peer)
                    .map(|other| other.name.clone())
                    .unwrap_or_default();
                self.chat.add(Chat::theirs(peer, name, id, text, Utc::now()));
            }
            LinkNews::ChatOpen(channel) => {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.chat = Some(channel);
                }
                self.say_undelivered().await;
            }
        }
    }

    async fn ordered(&mut self, order: Order) {
        match order {
            Order::Microphone(on) => self.feed(Event::Microphone(on)),
            Order::Camera(on) => self.feed(Event::Camera(on)),
            Order::Hold(on) => self.feed(Event::Hold(on)),
            Order::HangUp => self.feed(Event::HungUp),
            Order::NetworkChanged => self.feed(Event::NetworkChanged),
            Order::Chat(text) => self.say_in_chat(text).await,
        }
    }

    async fn say_in_chat(&mut self, text: Phi<String>) {
        let line = Chat::own(text, Utc::now());
        if self.chat.add(line.clone()) {
            self.carry(line).await;
        }
    }

    /// Says again what reached nobody: somebody may be there now. Who has it already drops it by its id.
    async fn say_undelivered(&mut self) {
        for line in self.chat.undelivered() {
            self.carry(line).await;
        }
    }

    /// Over the data channel to whoever has one. Through the hub as well, when somebody has not: who gets it twice
    /// shows it once, by its id.
    async fn carry(&mut self, line: ChatLine) {
        let message = chat::encode(&line);
        let mut reached = 0;
        for link in self.links.values() {
            let connected = link.live.connected.load(Ordering::Relaxed);
            if let Some(channel) = link.chat.as_ref().filter(|_| connected)
                && channel.try_send_text(&message).await.is_ok()
            {
                reached += 1;
            }
        }
        if reached > 0 {
            self.chat.deliver(&line.id);
        }
        if reached < self.peers.len() || self.peers.is_empty() {
            self.hub.say(ToHub::Chat { id: line.id, text: line.text });
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.look_at_links();
        self.feed(Event::Tick);
        self.mute_voices();
        let intent = self.machine.intent();
        let mut plans = Vec::new();
        for (peer, link) in &self.links {
            let Some(watch) = self.watches.get_mut(peer) else {
                continue;
            };
            let plan = watch.plan(&link.live, now);
            if link.live.connected.load(Ordering::Relaxed) {
                plans.push(plan);
                if self.ticks.is_multiple_of(TICKS_PER_MEASURE)
                    && let Some(peer) = self.peers.iter().find(|other| other.participant == *peer)
                {
                    watch.measure(&link.live, peer, intent.camera && !intent.hold, now);
                }
            }
        }
        self.ticks = self.ticks.wrapping_add(1);
        self.wanted.send_if_modified(|wanted| {
            wanted.plans != plans && {
                wanted.plans = plans;
                true
            }
        });
    }

    /// News of a link can be lost when many come at once; what it is now is not.
    fn look_at_links(&mut self) {
        let states: Vec<_> = self
            .links
            .iter()
            .filter_map(|(peer, link)| {
                let state = link.live.rest().transport?;
                Some(Event::Transport { peer: *peer, session: link.session.clone(), state })
            })
            .collect();
        for event in states {
            self.feed(event);
        }
    }

    fn publish(&self) {
        let view = self.view();
        self.shared.view.send_if_modified(|before| {
            let changed = before.as_ref() != Some(&view);
            if changed {
                *before = Some(view);
            }
            changed
        });
    }

    fn view(&self) -> CallView {
        let status = self.status.borrow().clone();
        let intent = self.machine.intent();
        CallView {
            encounter: self.join.encounter,
            phase: self.machine.phase(),
            connected_at: self.machine.connected_at(),
            microphone: intent.microphone,
            camera: intent.camera,
            hold: intent.hold,
            self_stream: status.self_view,
            microphone_level: status.level,
            peers: self.peers.iter().map(|peer| self.peer_view(peer)).collect(),
            trouble: status.trouble.or_else(|| self.out_of_reach()).or_else(|| self.notice.clone()),
            chat: self.chat.lines(),
        }
    }

    /// In words, when somebody else is here with a console: none of two consoles offers, so they never connect.
    fn out_of_reach(&self) -> Option<String> {
        self.peers.iter().any(|peer| peer.engine).then(|| {
            "Somebody is here with another console. Two consoles cannot see or hear each other: \
             one has to join with a guest link in a browser."
                .to_owned()
        })
    }

    fn peer_view(&self, peer: &Peer) -> PeerView {
        let link = self.machine.links().get(&peer.participant).map_or(LinkState::Closed, |link| link.state);
        let live = self.links.get(&peer.participant).map(|link| &link.live);
        PeerView {
            participant: peer.participant,
            role: peer.role,
            name: peer.name.clone(),
            link,
            microphone: peer.microphone,
            camera: peer.camera,
            hold: peer.hold,
            stream: live.map(|live| live.stream.load(Ordering::Relaxed)).filter(|handle| *handle != 0),
            level: live.map_or(0.0, |live| live.rest().voice.as_ref().map_or(0.0, |voice| voice.level())),
            stats: self.watches.get(&peer.participant).and_then(|watch| watch.stats.clone()),
        }
    }
}
