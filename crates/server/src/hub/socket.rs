//! One signalling socket: hello first, then words until it closes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::Failure;
use axum::extract::ws::{Message, WebSocket};
use call::signal::{BEAT_SECONDS, FromHub, OverReason, PROTOCOL, Refused, Step, ToHub};
use domain::id::{EncounterId, ParticipantId};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, timeout};

use super::Hub;
use super::seat::Seat;
use super::words::{Waiting, Words, words};
use crate::accept::over;

/// How long a socket may stay silent before its hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a socket may take to accept one word, or the close. One that takes longer does not read.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// A socket that has not said a word for this long is dead, whatever the network pretends.
const SILENT_FOR: Duration = Duration::from_secs(6 * BEAT_SECONDS as u64);
/// Words a socket may say at once, and how many a second it earns back. A page trickles some dozens of candidates.
const BURST: f64 = 200.0;
const PER_SECOND: f64 = 50.0;
/// Longest chat message, in characters, and longest name of one.
const CHAT_LIMIT: usize = 2_000;
const CHAT_ID_LIMIT: usize = 64;

static SOCKETS: AtomicU64 = AtomicU64::new(0);

/// Runs a socket from its first word to its end.
pub async fn run(hub: Hub, socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    let (words, waiting) = words();
    let Some((participant, encounter, number)) = hello(&hub, &mut sink, &mut stream, words.clone()).await else {
        close(sink).await;
        return;
    };
    let ended = hub.inner.ended.clone();
    let speaking = tokio::spawn(speak(sink, waiting, ended));
    let talk = Talk { hub: hub.clone(), participant, encounter, number, words };
    talk.listen(stream).await;
    drop(talk);
    let was_mine = hub.with_visit(encounter, |visit| visit.lost(participant, number));
    if was_mine {
        hub.inner.rounds.presences().gone(participant);
    }
    if speaking.await.is_err() {
        tracing::error!("a signalling socket's sender ended in a panic");
    }
}

/// The first word must be a hello with a good token.
async fn hello(
    hub: &Hub,
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
    words: Words,
) -> Option<(ParticipantId, EncounterId, u64)> {
    let first = timeout(HELLO_WITHIN, first_word(stream)).await.ok()??;
    let text = first.to_text().ok()?;
    let Ok(ToHub::Hello { token, device, protocol, incarnation }) = serde_json::from_str(text) else {
        return refuse(sink, Refused::BadLink).await;
    };
    if protocol > PROTOCOL {
        return refuse(sink, Refused::Protocol).await;
    }
    let guest = match hub.inner.rounds.hello(&token, &device).await {
        Ok(guest) => guest,
        Err(reason) => return refuse(sink, reason).await,
    };
    let number = SOCKETS.fetch_add(1, Ordering::Relaxed);
    let welcome = FromHub::Welcome {
        participant: guest.participant,
        encounter: guest.encounter,
        role: guest.role,
        practice: guest.practice.clone(),
        clinician: guest.clinician.clone(),
        step: guest.step,
        ice_servers: hub.inner.ice.servers(guest.participant, hub.inner.rounds.now()),
    };
    if let Step::Over { .. } = guest.step {
        // Nothing more will happen, so no seat is taken; the socket closes after the words that say so.
        let over = FromHub::Step { step: guest.step };
        let _ = send(sink, &welcome).await && send(sink, &over).await;
        return None;
    }
    words.say(welcome);
    hub.sit(guest.encounter, guest.participant, Seat::new(number, words, &guest, incarnation));
    hub.inner.rounds.presences().beat(guest.participant, hub.inner.rounds.now());
    hub.refresh(guest.encounter, guest.participant).await;
    Some((guest.participant, guest.encounter, number))
}

/// The first message that carries something. A client may ping before it speaks.
async fn first_word(stream: &mut SplitStream<WebSocket>) -> Option<Message> {
    loop {
        match stream.next().await?.ok()? {
            Message::Ping(_) | Message::Pong(_) => {}
            word @ (Message::Text(_) | Message::Binary(_) | Message::Close(_)) => return Some(word),
        }
    }
}

async fn refuse<T>(sink: &mut SplitSink<WebSocket, Message>, reason: Refused) -> Option<T> {
    tracing::info!(reason = ?reason, "a signalling socket was refused");
    send(sink, &FromHub::Refused { reason }).await;
    None
}

async fn send(sink: &mut SplitSink<WebSocket, Message>, word: &FromHub) -> bool {
    match serde_json::to_string(word) {
        Ok(text) => matches!(timeout(SENT_WITHIN, sink.send(Message::text(text))).await, Ok(Ok(()))),
        Err(error) => {
            tracing::error!(error = %error, "a signalling word cannot be written");
            false
        }
    }
}

/// Closes a socket in order, which is politeness to a peer that may be gone already.
async fn close(mut sink: SplitSink<WebSocket, Message>) {
    let _ = timeout(SENT_WITHIN, sink.close()).await;
}

/// Sends what waits for this socket. Whatever says that it is over is the last word.
async fn speak(
    mut sink: SplitSink<WebSocket, Message>,
    mut waiting: Waiting,
    mut ended: tokio::sync::watch::Receiver<bool>,
) {
    loop {
        let word = tokio::select! {
            word = waiting.next() => word,
            () = over(&mut ended) => None,
        };
        let Some(word) = word else { break };
        let last = matches!(word, FromHub::Step { step: Step::Over { .. } });
        if !send(&mut sink, &word).await || last {
            break;
        }
    }
    close(sink).await;
}

/// What one participant says over one socket.
struct Talk {
    hub: Hub,
    participant: ParticipantId,
    encounter: EncounterId,
    number: u64,
    words: Words,
}

impl Talk {
    async fn listen(&self, mut stream: SplitStream<WebSocket>) {
        let mut ended = self.hub.inner.ended.clone();
        let (mut allowance, mut counted_at) = (BURST, Instant::now());
        loop {
            let message = tokio::select! {
                message = timeout(SILENT_FOR, stream.next()) => message,
                () = over(&mut ended) => return,
                () = self.words.closed() => return,
            };
            let Ok(Some(Ok(message))) = message else { return };
            let now = Instant::now();
            allowance = (allowance + (now - counted_at).as_secs_f64() * PER_SECOND).min(BURST) - 1.0;
            counted_at = now;
            if allowance < 0.0 {
                self.say(problem("Too many messages at once. Please reload the page."));
                return;
            }
            match message {
                Message::Text(text) => match serde_json::from_str(text.as_str()) {
                    Ok(word) => {
                        if self.hear(word).await.is_break() {
                            return;
                        }
                    }
                    Err(_) => self.say(problem("This message could not be read.")),
                },
                Message::Binary(_) => self.say(problem("This message could not be read.")),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(_) => return,
            }
        }
    }

    async fn hear(&self, word: ToHub) -> std::ops::ControlFlow<()> {
        let rounds = &self.hub.inner.rounds;
        match word {
            ToHub::Hello { .. } => self.say(problem("Hello was said already.")),
            ToHub::Identify { name, birth_date } => match rounds.identify(self.participant, name, birth_date).await {
                Ok(()) => self.refresh().await,
                Err(reason) => self.say(FromHub::Refused { reason }),
            },
            ToHub::Check { check } => self.kept(rounds.record_check(self.participant, check).await).await,
            ToHub::Consent { given } => self.kept(rounds.record_consent(self.participant, given).await).await,
            ToHub::Wait => self.kept(rounds.wait(self.participant).await).await,
            ToHub::Peer { to, word } => self.hub.with_visit(self.encounter, |visit| {
                match visit.in_call_with(self.participant, to) {
                    Some(seat) => seat.say(FromHub::Peer { from: self.participant, word }),
                    // The other has just gone, or is not admitted: the next list of peers says so.
                    None => tracing::debug!("a peer word had no receiver"),
                }
            }),
            ToHub::Media { microphone, camera, hold } => {
                self.hub.with_visit(self.encounter, |visit| visit.switched(self.participant, microphone, camera, hold));
            }
            ToHub::Chat { id, text } => self.chat(id, text).await,
            ToHub::Beat => {
                rounds.presences().beat(self.participant, rounds.now());
                self.say(FromHub::Beat);
            }
            ToHub::Leave => {
                self.kept(rounds.leave(self.participant).await).await;
                self.say(FromHub::Step { step: Step::Over { why: OverReason::Left } });
                self.hub.with_visit(self.encounter, |visit| visit.left(self.participant, self.number));
                rounds.presences().gone(self.participant);
                return std::ops::ControlFlow::Break(());
            }
        }
        std::ops::ControlFlow::Continue(())
    }

    async fn chat(&self, id: String, text: domain::Phi<String>) {
        if id.len() > CHAT_ID_LIMIT {
            return self.say(problem("This message could not be read."));
        }
        if let Err(message) = self.passed_on(&id, text).await {
            self.say(FromHub::Problem { message, chat: Some(id) });
        }
    }

    /// Passes a chat message on to those who read it, or keeps it for the practice. Why not is told to its sender.
    async fn passed_on(&self, id: &str, text: domain::Phi<String>) -> Result<(), String> {
        if text.trim().is_empty() || text.chars().count() > CHAT_LIMIT {
            return Err("A message may have at most 2,000 characters.".to_owned());
        }
        let heard = self.hub.with_visit(self.encounter, |visit| {
            if !visit.chats(self.participant) {
                return None;
            }
            let name = visit.name(self.participant);
            let word = FromHub::Chat { from: self.participant, name, id: id.to_owned(), text: text.clone() };
            let readers = visit.readers(self.participant).map(|seat| seat.say(word.clone())).count();
            let kept = visit.is_patient(self.participant) && !visit.practice_reads(self.participant);
            Some((readers, kept))
        });
        match heard {
            Some((_, true)) => {
                let left = self.hub.inner.rounds.leave_message(self.participant, id.to_owned(), text).await;
                left.map_err(|failure| failure.told().message)?;
                self.refresh().await;
                Ok(())
            }
            Some((0, false)) => Err("Nobody else is here yet, so your message was not delivered.".to_owned()),
            Some(_) => Ok(()),
            None => Err("Messages can be written once you are in the waiting room.".to_owned()),
        }
    }

    async fn kept(&self, result: Result<(), Failure>) {
        match result {
            Ok(()) => self.refresh().await,
            Err(failure) => self.say(problem(&failure.told().message)),
        }
    }

    async fn refresh(&self) {
        self.hub.refresh(self.encounter, self.participant).await;
    }

    fn say(&self, word: FromHub) {
        self.words.say(word);
    }
}

/// Something that could not be used, in plain words.
fn problem(message: &str) -> FromHub {
    FromHub::Problem { message: message.to_owned(), chat: None }
}
