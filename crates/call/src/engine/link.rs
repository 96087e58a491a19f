//! One peer connection with one peer, in a task of its own: it answers offers, trickles candidates, and starts the
//! tasks that carry media. A panic in it ends this connection, which is then rebuilt; nothing else notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use domain::Phi;
use domain::id::ParticipantId;
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::statistics::StatsSelector;
use rtc::statistics::report::RTCStatsReportEntry;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use webrtc::data_channel::DataChannel;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionEventHandler, RTCIceCandidateInit, RTCIceGatheringState, RTCPeerConnectionIceEvent,
    RTCPeerConnectionState, RTCSessionDescription,
};
use webrtc::rtp_transceiver::RtpSender;

use super::capture::Outlet;
use super::inbound::Inlet;
use super::live::Live;
use super::outbound::{Stream, random, send_pictures, send_voice};
use super::relay_line::RelayLines;
use super::{chat, connection};
use crate::machine::Transport;
use crate::media::VideoCodec;
use crate::signal::{IceServer, PeerWord};

/// Words for a link that are waiting. When it is full the newest is dropped; the watchdog rebuilds what that breaks.
const WORDS: usize = 128;
/// Happenings inside the transport that are waiting. When it is full the newest is dropped: the state is also kept in
/// [`Live`], which is looked at each tick, and a lost candidate is one path of several.
const HAPPENINGS: usize = 128;
/// How often the path in use is looked up.
const PATH_LOOK: Duration = Duration::from_secs(2);

/// What comes out of a link.
#[derive(Clone)]
pub enum LinkNews {
    /// It changed.
    Changed(Transport),
    /// To be said to the peer.
    Say(PeerWord),
    /// A chat message came over the data channel.
    Chat {
        /// The sender's id of it.
        id: String,
        /// The text.
        text: Phi<String>,
    },
    /// Chat messages can go over the data channel.
    ChatOpen(Arc<dyn DataChannel>),
}

/// Something that came out of a link, and of which.
pub struct FromLink {
    /// The peer.
    pub peer: ParticipantId,
    /// The session.
    pub session: String,
    /// What.
    pub news: LinkNews,
}

/// What a link needs to be made.
#[derive(Clone)]
pub struct Making {
    /// The peer.
    pub peer: ParticipantId,
    /// The session of the offer.
    pub session: String,
    /// From the hub's welcome.
    pub ice_servers: Vec<IceServer>,
    /// Only paths through a relay.
    pub relay_only: bool,
    /// Addresses to bind to.
    pub udp_addresses: Vec<String>,
    /// The codec of our pictures.
    pub codec: VideoCodec,
    /// What we send.
    pub outlet: Arc<Outlet>,
    /// Where what they send goes.
    pub inlet: Inlet,
    /// Where news go.
    pub news: mpsc::Sender<FromLink>,
}

enum Word {
    Offer(String),
    Candidate(RTCIceCandidateInit),
}

/// The near end of a link. Dropping it closes the peer connection.
pub struct Link {
    /// Names it.
    pub session: String,
    /// Its figures.
    pub live: Arc<Live>,
    /// Open for chat messages.
    pub chat: Option<Arc<dyn DataChannel>>,
    words: mpsc::Sender<Word>,
}

impl Link {
    /// Makes the peer connection for an offer.
    pub fn answer(making: Making, offer: String) -> Self {
        let (words, inbox) = mpsc::channel(WORDS);
        let (session, live) = (making.session.clone(), Arc::clone(&making.inlet.live));
        let (peer, news) = (making.peer, making.news.clone());
        let failed = FromLink { peer, session: session.clone(), news: LinkNews::Changed(Transport::Failed) };
        tokio::spawn(async move {
            // In a task inside a task, so that a panic is seen here and becomes a failed connection.
            let work = tokio::spawn(run(making, inbox));
            let fault = match work.await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(panic) => format!("it stopped: {}", if panic.is_panic() { "panic" } else { "cancelled" }),
            };
            // The transport's errors name states and formats, never addresses or descriptions.
            tracing::warn!(%peer, fault, "a peer connection could not be kept");
            // The call may be over: then nobody is interested.
            let _ = news.send(failed).await;
        });
        let link = Self { session, live, chat: None, words };
        link.offer(offer);
        link
    }

    /// A new offer on the same connection: an ICE restart, or other media.
    pub fn offer(&self, sdp: String) {
        self.tell(Word::Offer(sdp));
    }

    /// A candidate of the peer.
    pub fn candidate(&self, candidate: RTCIceCandidateInit) {
        // An empty one ends the list; the transport wants none of that.
        if !candidate.candidate.is_empty() {
            self.tell(Word::Candidate(candidate));
        }
    }

    fn tell(&self, word: Word) {
        if self.words.try_send(word).is_err() {
            tracing::warn!("a word for a peer connection was dropped");
        }
    }
}

/// What happens inside the transport.
enum Happening {
    State(RTCPeerConnectionState),
    Candidate(RTCIceCandidateInit),
    Gathered,
    Channel(Arc<dyn DataChannel>),
}

struct Handler {
    happenings: mpsc::Sender<Happening>,
    inlet: Inlet,
    tasks: Arc<std::sync::Mutex<JoinSet<()>>>,
}

impl Handler {
    /// Never blocks: the transport drives ICE, DTLS and media on the task that calls the handler.
    fn happened(&self, happening: Happening) {
        if self.happenings.try_send(happening).is_err() {
            tracing::warn!("something that happened in a peer connection was dropped");
        }
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(candidate) = event.candidate.to_json() {
            self.happened(Happening::Candidate(candidate));
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.happened(Happening::Gathered);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let live = &self.inlet.live;
        live.connected.store(state == RTCPeerConnectionState::Connected, Ordering::Relaxed);
        live.rest().transport = transport(state);
        self.happened(Happening::State(state));
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.happened(Happening::Channel(channel));
    }

    async fn on_track(&self, track: Arc<dyn webrtc::media_stream::track_remote::TrackRemote>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tasks.spawn(self.inlet.clone().take(track));
    }
}

fn transport(state: RTCPeerConnectionState) -> Option<Transport> {
    match state {
        RTCPeerConnectionState::Connected => Some(Transport::Connected),
        RTCPeerConnectionState::Disconnected => Some(Transport::Disconnected),
        RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => Some(Transport::Failed),
        _ => None,
    }
}

/// What we send on one connection.
struct Outgoing {
    voice: (Arc<TrackLocalStaticRTP>, u32, Arc<dyn RtpSender>),
    pictures: (Arc<TrackLocalStaticRTP>, u32, Arc<dyn RtpSender>),
    started: bool,
}

async fn run(making: Making, mut words: mpsc::Receiver<Word>) -> webrtc::error::Result<()> {
    let (happenings, mut happened) = mpsc::channel(HAPPENINGS);
    let tasks: Arc<std::sync::Mutex<JoinSet<()>>> = Arc::default();
    let handler = Arc::new(Handler { happenings, inlet: making.inlet.clone(), tasks: Arc::clone(&tasks) });
    let Some(Word::Offer(offer)) = words.recv().await else {
        return Ok(());
    };
    let live = &making.inlet.live;
    let setup = connection::Setup {
        servers: &making.ice_servers,
        addresses: &making.udp_addresses,
        relay_only: making.relay_only,
        preferred: making.codec,
        live,
    };
    let (connection, lines) = connection::build(setup, handler).await?;
    let closing = Closing(Arc::clone(&connection), Some(lines));
    let mut outgoing = add_tracks(&*connection, making.codec).await?;
    let say = |news| FromLink { peer: making.peer, session: making.session.clone(), news };
    let answer = answer(&*connection, offer).await?;
    live.rest().out_codec = Some(making.codec);
    // Whoever is not interested any more has closed the call, which also ends the loop below.
    let _ =
        making.news.send(say(LinkNews::Say(PeerWord::Answer { session: making.session.clone(), sdp: answer }))).await;
    let mut looks = tokio::time::interval(PATH_LOOK);
    loop {
        let news = tokio::select! {
            word = words.recv() => match word {
                None => break,
                Some(Word::Offer(offer)) => {
                    let sdp = self::answer(&*connection, offer).await?;
                    LinkNews::Say(PeerWord::Answer { session: making.session.clone(), sdp })
                }
                Some(Word::Candidate(candidate)) => {
                    // One that cannot be used (another address family, a name that nobody resolves) is one path less.
                    if connection.add_ice_candidate(candidate).await.is_err() {
                        tracing::debug!("a candidate of the peer could not be used");
                    }
                    continue;
                }
            },
            Some(happening) = happened.recv() => match happening {
                Happening::State(state) => {
                    if state == RTCPeerConnectionState::Connected && !outgoing.started {
                        outgoing.started = true;
                        start(&outgoing, &making, &tasks).await?;
                    }
                    let Some(transport) = transport(state) else { continue };
                    LinkNews::Changed(transport)
                }
                Happening::Candidate(candidate) => LinkNews::Say(PeerWord::Candidate {
                    session: making.session.clone(),
                    candidate: candidate.candidate,
                    sdp_mid: candidate.sdp_mid,
                    sdp_mline_index: candidate.sdp_mline_index,
                    username_fragment: candidate.username_fragment,
                }),
                Happening::Gathered => LinkNews::Say(PeerWord::Candidate {
                    session: making.session.clone(),
                    candidate: String::new(),
                    sdp_mid: Some("0".to_owned()),
                    sdp_mline_index: Some(0),
                    username_fragment: None,
                }),
                Happening::Channel(channel) => {
                    if channel.label().await.is_ok_and(|label| label == chat::LABEL) {
                        let (news, peer, session) = (making.news.clone(), making.peer, making.session.clone());
                        spawn(&tasks, chat::listen(channel, news, peer, session));
                    }
                    continue;
                }
            },
            _ = looks.tick() => {
                if let Some(path) = path(&*connection).await {
                    live.rest().path = Some(path);
                }
                continue;
            }
        };
        if making.news.send(say(news)).await.is_err() {
            break;
        }
    }
    tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).abort_all();
    drop(closing);
    Ok(())
}

/// Closes the connection however its task ends: a forgotten one keeps its sockets.
struct Closing(Arc<dyn PeerConnection>, Option<RelayLines>);

impl Drop for Closing {
    fn drop(&mut self) {
        let (connection, lines) = (Arc::clone(&self.0), self.1.take());
        tokio::spawn(async move {
            // Held until then: the relay is told over its line that it is not needed any more.
            let _lines = lines;
            if connection.close().await.is_err() {
                tracing::debug!("a peer connection was closed already");
            }
        });
    }
}

fn spawn(tasks: &Arc<std::sync::Mutex<JoinSet<()>>>, task: impl Future<Output = ()> + Send + 'static) {
    tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).spawn(task);
}

async fn answer(connection: &dyn PeerConnection, offer: String) -> webrtc::error::Result<String> {
    connection.set_remote_description(RTCSessionDescription::offer(offer)?).await?;
    let answer = connection.create_answer(None).await?;
    let sdp = answer.sdp.clone();
    connection.set_local_description(answer).await?;
    Ok(sdp)
}

async fn add_tracks(connection: &dyn PeerConnection, codec: VideoCodec) -> webrtc::error::Result<Outgoing> {
    let voice = add_track(connection, RtpCodecKind::Audio, connection::opus().rtp_codec, false).await?;
    let pictures = add_track(connection, RtpCodecKind::Video, connection::video(codec).0.rtp_codec, true).await?;
    Ok(Outgoing { voice, pictures, started: false })
}

async fn add_track(
    connection: &dyn PeerConnection,
    kind: RtpCodecKind,
    codec: RTCRtpCodec,
    repairs: bool,
) -> webrtc::error::Result<(Arc<TrackLocalStaticRTP>, u32, Arc<dyn RtpSender>)> {
    static TRACKS: AtomicU32 = AtomicU32::new(0);
    let ssrc = random();
    let number = TRACKS.fetch_add(1, Ordering::Relaxed);
    let coding = RTCRtpCodingParameters {
        ssrc: Some(ssrc),
        rtx: repairs.then(|| RTCRtpRtxParameters { ssrc: random() }),
        ..Default::default()
    };
    let encoding = RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec, ..Default::default() };
    let (stream, id, label) = ("console".to_owned(), format!("track-{number}"), kind.to_string());
    let track = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(stream, id, label, kind, vec![encoding])));
    let sender = connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?;
    Ok((track, ssrc, sender))
}

/// Starts to send. Only when connected: before, the first key frame would be lost and the peer would look at nothing until
/// it asks for another.
async fn start(
    outgoing: &Outgoing,
    making: &Making,
    tasks: &Arc<std::sync::Mutex<JoinSet<()>>>,
) -> webrtc::error::Result<()> {
    let (outlet, live) = (&making.outlet, &making.inlet.live);
    if let Some(stream) = stream(&outgoing.voice, "audio/opus").await? {
        spawn(tasks, send_voice(stream, Arc::clone(outlet), Arc::clone(live)));
    }
    let mime = connection::mime(making.codec);
    if let Some(stream) = stream(&outgoing.pictures, mime).await? {
        spawn(tasks, send_pictures(stream, making.codec, Arc::clone(outlet), Arc::clone(live)));
        outlet.want_key_frame();
    }
    Ok(())
}

/// The outgoing stream with the payload type that the two sides agreed on: it is the browser's number, not ours. None
/// where the peer does not want this kind of media.
async fn stream(
    (track, ssrc, sender): &(Arc<TrackLocalStaticRTP>, u32, Arc<dyn RtpSender>),
    mime: &str,
) -> webrtc::error::Result<Option<Stream>> {
    let parameters = sender.get_parameters().await?;
    let codec =
        parameters.rtp_parameters.codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(mime));
    Ok(codec.map(|codec| Stream { track: Arc::clone(track), ssrc: *ssrc, payload_type: codec.payload_type }))
}

/// The kind of the local candidate in use.
async fn path(connection: &dyn PeerConnection) -> Option<String> {
    let report = connection.get_stats(Instant::now(), StatsSelector::None).await;
    let selected = report.iter().find_map(|entry| match entry {
        RTCStatsReportEntry::Transport(transport) => Some(transport.selected_candidate_pair_id.clone()),
        _ => None,
    })?;
    let local = report.iter().find_map(|entry| match entry {
        RTCStatsReportEntry::IceCandidatePair(pair) if pair.stats.id == selected => {
            Some(pair.local_candidate_id.clone())
        }
        _ => None,
    })?;
    let kind = report.iter().find_map(|entry| match entry {
        // The report names candidates with a prefix that its pairs leave out.
        RTCStatsReportEntry::LocalCandidate(candidate) if candidate.stats.id.ends_with(&local) => {
            Some(candidate.candidate_type.to_string())
        }
        _ => None,
    });
    // One that only the peer's checks have shown is not in the report.
    Some(kind.unwrap_or_else(|| "prflx".to_owned()))
}
