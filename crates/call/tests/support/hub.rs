//! A hub as the practice server has one, without a practice: it seats who has a known token and passes words on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use call::signal::{FromHub, IceServer, Peer, PeerWord, Refused, Step, ToHub};
use domain::Phi;
use domain::id::{EncounterId, ParticipantId};
use domain::participant::ParticipantRole;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::tungstenite::Message;

use super::shaper::Shaper;

/// The visit of all tests.
pub const ENCOUNTER: EncounterId = EncounterId::from_u128(0xe0);

/// A running hub. Dropping it ends every socket, as a server does that dies.
pub struct TestHub {
    pub address: SocketAddr,
    room: Arc<Mutex<Room>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Room {
    tokens: BTreeMap<String, (ParticipantId, ParticipantRole, String)>,
    seats: BTreeMap<ParticipantId, Seat>,
    shaper: Option<Arc<Shaper>>,
    ice_servers: Vec<IceServer>,
    /// Words that passed, by kind, to be looked at by tests.
    passed: Vec<(ParticipantId, String)>,
    socket: u64,
}

struct Seat {
    peer: Peer,
    socket: u64,
    words: mpsc::UnboundedSender<String>,
}

impl TestHub {
    /// Starts on a free port.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address"), Arc::default()).await
    }

    /// Dies and stays away. Whoever sat here finds nobody, until [`Self::start_again`].
    pub async fn stop(mut self) -> SocketAddr {
        self.task.abort();
        // Its end is awaited, so that the port is free.
        let _ = (&mut self.task).await;
        self.address
    }

    /// Starts where another was, knowing nobody but a clinician.
    pub async fn start_again(address: SocketAddr, token: &str) -> Self {
        let room = Arc::<Mutex<Room>>::default();
        let clinician = (ParticipantId::new(), ParticipantRole::Clinician, "Dr. Ash".to_owned());
        room.lock().expect("not poisoned").tokens.insert(token.to_owned(), clinician);
        Self::start_at(address, room).await
    }

    async fn start_at(address: SocketAddr, room: Arc<Mutex<Room>>) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seated = Arc::clone(&room);
        let task = tokio::spawn(async move {
            let mut sockets = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                sockets.spawn(serve(stream, Arc::clone(&seated)));
            }
        });
        Self { address, room, task }
    }

    /// Dies and comes back at the same address, having forgotten who was there.
    pub async fn restart(mut self) -> Self {
        let (address, room) = (self.address, Arc::clone(&self.room));
        self.task.abort();
        // Its end is awaited, so that the port is free.
        let _ = (&mut self.task).await;
        drop(self);
        {
            let mut room = room.lock().expect("not poisoned");
            room.seats.clear();
            room.passed.clear();
        }
        Self::start_at(address, room).await
    }

    /// Where to say hello.
    pub fn url(&self) -> String {
        format!("ws://{}/signal", self.address)
    }

    /// Lets somebody in who comes with this token.
    pub fn admit(&self, token: &str, role: ParticipantRole, name: &str) -> ParticipantId {
        let id = ParticipantId::new();
        self.lock().tokens.insert(token.to_owned(), (id, role, name.to_owned()));
        id
    }

    /// Leads all media through this network.
    pub fn shape(&self, shaper: Arc<Shaper>) {
        self.lock().shaper = Some(shaper);
    }

    /// Tells whoever says hello of these servers.
    pub fn tell_of(&self, ice_servers: Vec<IceServer>) {
        self.lock().ice_servers = ice_servers;
    }

    /// Kinds of the words that passed from this participant.
    pub fn passed(&self, from: ParticipantId) -> Vec<String> {
        self.lock().passed.iter().filter(|(id, _)| *id == from).map(|(_, kind)| kind.clone()).collect()
    }

    /// What the hub would tell others of this participant.
    pub fn peer(&self, id: ParticipantId) -> Option<Peer> {
        self.lock().seats.get(&id).map(|seat| seat.peer.clone())
    }

    /// Says something to one participant.
    pub fn say(&self, to: ParticipantId, word: &FromHub) {
        self.lock().say(to, word);
    }

    /// Sends raw text to one participant.
    pub fn say_raw(&self, to: ParticipantId, text: &str) {
        if let Some(seat) = self.lock().seats.get(&to) {
            let _ = seat.words.send(text.to_owned());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Room> {
        self.room.lock().expect("not poisoned")
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Room {
    fn say(&self, to: ParticipantId, word: &FromHub) {
        if let Some(seat) = self.seats.get(&to) {
            let _ = seat.words.send(serde_json::to_string(word).expect("a word becomes JSON"));
        }
    }

    fn tell_all_who_is_here(&self) {
        for id in self.seats.keys() {
            let peers =
                self.seats.values().filter(|seat| seat.peer.participant != *id).map(|seat| seat.peer.clone()).collect();
            self.say(*id, &FromHub::Peers { peers });
        }
    }
}

async fn serve(stream: tokio::net::TcpStream, room: Arc<Mutex<Room>>) {
    let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
        return;
    };
    let (mut out, mut inp) = socket.split();
    let (words, mut outbox) = mpsc::unbounded_channel::<String>();
    let mut me: Option<(ParticipantId, u64)> = None;
    loop {
        tokio::select! {
            Some(text) = outbox.recv() => if out.send(Message::text(text)).await.is_err() { break },
            message = inp.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let word: ToHub = serde_json::from_str(&text).expect("participants speak the hub's language");
                    if heard(word, &mut me, &words, &room).await.is_break() { break }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            }
        }
    }
    if let Some((id, number)) = me {
        let mut room = room.lock().expect("not poisoned");
        // Gone without goodbye is absent only: media may still flow.
        if let Some(seat) = room.seats.get_mut(&id).filter(|seat| seat.socket == number) {
            seat.peer.present = false;
            room.tell_all_who_is_here();
        }
    }
}

async fn heard(
    word: ToHub,
    me: &mut Option<(ParticipantId, u64)>,
    words: &mpsc::UnboundedSender<String>,
    room: &Arc<Mutex<Room>>,
) -> std::ops::ControlFlow<()> {
    use std::ops::ControlFlow::{Break, Continue};
    let say = |word: &FromHub| {
        let _ = words.send(serde_json::to_string(word).expect("a word becomes JSON"));
    };
    match (word, *me) {
        (ToHub::Hello { token, incarnation, .. }, None) => {
            let mut room = room.lock().expect("not poisoned");
            let Some((id, role, name)) = room.tokens.get(&token).cloned() else {
                say(&FromHub::Refused { reason: Refused::BadLink });
                return Continue(());
            };
            room.socket += 1;
            let socket = room.socket;
            *me = Some((id, socket));
            say(&FromHub::Welcome {
                participant: id,
                encounter: ENCOUNTER,
                role,
                practice: "Test".to_owned(),
                clinician: None,
                step: Step::Call,
                ice_servers: room.ice_servers.clone(),
            });
            let peer = Peer {
                participant: id,
                role,
                name: Phi::new(name),
                incarnation,
                engine: role == ParticipantRole::Clinician,
                microphone: true,
                camera: true,
                hold: false,
                present: true,
            };
            room.seats.insert(id, Seat { peer, socket, words: words.clone() });
            room.tell_all_who_is_here();
        }
        (ToHub::Media { microphone, camera, hold }, Some((id, _))) => {
            let mut room = room.lock().expect("not poisoned");
            if let Some(seat) = room.seats.get_mut(&id) {
                (seat.peer.microphone, seat.peer.camera, seat.peer.hold) = (microphone, camera, hold);
                room.tell_all_who_is_here();
            }
        }
        (ToHub::Chat { id: line, text }, Some((id, _))) => {
            let mut room = room.lock().expect("not poisoned");
            room.passed.push((id, "chat".to_owned()));
            let name = room.seats.get(&id).map(|seat| seat.peer.name.clone()).unwrap_or_default();
            for to in room.seats.keys().filter(|to| **to != id) {
                room.say(*to, &FromHub::Chat { from: id, name: name.clone(), id: line.clone(), text: text.clone() });
            }
        }
        (ToHub::Peer { to, word }, Some((id, _))) => {
            let shaper = room.lock().expect("not poisoned").shaper.clone();
            let kind = kind(&word);
            let word = match shaper {
                Some(shaper) => shaper.lead(id, word).await,
                None => Some(word),
            };
            let mut room = room.lock().expect("not poisoned");
            room.passed.push((id, kind));
            if let Some(word) = word {
                room.say(to, &FromHub::Peer { from: id, word });
            }
        }
        (ToHub::Beat, _) => say(&FromHub::Beat),
        (ToHub::Leave, Some((id, _))) => {
            let mut room = room.lock().expect("not poisoned");
            room.passed.push((id, "leave".to_owned()));
            room.seats.remove(&id);
            room.tell_all_who_is_here();
            return Break(());
        }
        (other, _) => panic!("the test hub does not know what to do with {other:?}"),
    }
    Continue(())
}

fn kind(word: &PeerWord) -> String {
    match word {
        PeerWord::Offer { .. } => "offer".to_owned(),
        PeerWord::Answer { .. } => "answer".to_owned(),
        PeerWord::Candidate { .. } => "candidate".to_owned(),
        PeerWord::AskOffer { why } => format!("ask_{why:?}"),
        PeerWord::Close { .. } => "close".to_owned(),
    }
}
