//! The line to the practice server's hub: one WebSocket that is restored for as long as the call lives.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::signal::{BEAT_SECONDS, FromHub, MESSAGE_LIMIT, PROTOCOL, ToHub};

/// Words waiting to be said. When it is full (the hub is away for long) the newest is dropped: what must be known after a
/// reconnect is said again anyway.
const OUTBOX: usize = 256;
/// How long opening the socket may take.
const OPENING: Duration = Duration::from_secs(8);
/// The first wait before trying again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest wait before trying again: a server that is back is found within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What comes over the line.
#[derive(Debug)]
pub enum HubNews {
    /// The hub said something.
    Said(Box<FromHub>),
    /// The hub took the chat message with this id and passed it on, or kept it.
    Delivered(String),
    /// The socket is gone; it is being restored.
    Down,
}

/// Where to connect and as whom.
#[derive(Clone)]
pub struct HubAddress {
    /// `ws://host:port/signal`.
    pub url: String,
    /// The join token. Never logged.
    pub token: String,
    /// The device's own random id. Never logged.
    pub device: String,
    /// Names this run of the call: its peer connections live and die with it.
    pub incarnation: String,
}

/// The near end of the line. Dropping it closes the socket and ends the task.
pub struct HubLine {
    outbox: mpsc::Sender<ToHub>,
}

impl HubLine {
    /// Opens the line. News go to `news`; the line waits where it is full, which slows the hub down, not us.
    pub fn open(address: HubAddress, news: mpsc::Sender<HubNews>) -> Self {
        let (outbox, words) = mpsc::channel(OUTBOX);
        tokio::spawn(keep(address, words, news));
        Self { outbox }
    }

    /// Says a word, now or when the socket is back.
    pub fn say(&self, word: ToHub) {
        if self.outbox.try_send(word).is_err() {
            tracing::warn!("a word to the hub was dropped: too many are waiting");
        }
    }
}

async fn keep(address: HubAddress, mut words: mpsc::Receiver<ToHub>, news: mpsc::Sender<HubNews>) {
    let mut pause = FIRST_PAUSE;
    let mut unsaid = None;
    loop {
        let opened = Instant::now();
        match talk(&address, &mut words, &mut unsaid, &news).await {
            Ended::Finished => return,
            Ended::Broken(reason) => tracing::info!(reason, "the line to the hub broke"),
        }
        if news.send(HubNews::Down).await.is_err() {
            return;
        }
        // A line that held for a while was a good one: its loss is a restart, not an outage.
        if opened.elapsed() > Duration::from_secs(10) {
            pause = FIRST_PAUSE;
        }
        tokio::time::sleep(pause.mul_f64(0.75 + 0.5 * chance())).await;
        if words.is_closed() {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between 0 and 1: consoles of one practice must not all knock at the same moment after a restart.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}

enum Ended {
    /// The near end was dropped.
    Finished,
    /// The socket could not be opened, or broke.
    Broken(&'static str),
}

/// What the hub owes answers to: it answers beats in order, so that an answer says that all before it was heard.
#[derive(Default)]
struct Owed {
    /// For each beat that was not answered, the chat message that was said before it.
    beats: VecDeque<Option<String>>,
}

impl Owed {
    fn beat_said(&mut self, chat: Option<String>) {
        self.beats.push_back(chat);
    }

    /// The chat message that is known to be taken.
    fn beat_heard(&mut self) -> Option<String> {
        self.beats.pop_front().flatten()
    }

    /// Something that was said before the next answer was not taken. When in doubt it was the chat message: saying that
    /// again does no harm, and saying that it was delivered would.
    fn problem_heard(&mut self) {
        if let Some(next) = self.beats.front_mut() {
            *next = None;
        }
    }
}

/// Talks until the socket breaks. A word that was not said then stays in `unsaid`, and is the first of the next socket.
async fn talk(
    address: &HubAddress,
    words: &mut mpsc::Receiver<ToHub>,
    unsaid: &mut Option<ToHub>,
    news: &mpsc::Sender<HubNews>,
) -> Ended {
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_LIMIT)).max_frame_size(Some(MESSAGE_LIMIT));
    let opening = tokio_tungstenite::connect_async_with_config(address.url.as_str(), Some(config), true);
    let mut socket = match tokio::time::timeout(OPENING, opening).await {
        Ok(Ok((socket, _))) => socket,
        Ok(Err(_)) => return Ended::Broken("it could not be opened"),
        Err(_) => return Ended::Broken("opening took too long"),
    };
    let hello = ToHub::Hello {
        token: address.token.clone(),
        device: address.device.clone(),
        protocol: PROTOCOL,
        incarnation: address.incarnation.clone(),
    };
    if say(&mut socket, &hello).await.is_err() {
        return Ended::Broken("hello could not be said");
    }
    let beat = Duration::from_secs(u64::from(BEAT_SECONDS));
    let mut beats = tokio::time::interval(beat);
    let (mut heard, mut owed) = (Instant::now(), Owed::default());
    loop {
        tokio::select! {
            word = next_word(words, unsaid) => match word {
                Some(word) => {
                    if say(&mut socket, &word).await.is_err() {
                        *unsaid = Some(word);
                        return Ended::Broken("a word could not be said");
                    }
                    if let ToHub::Chat { id, .. } = word {
                        if say(&mut socket, &ToHub::Beat).await.is_err() {
                            return Ended::Broken("a beat could not be said");
                        }
                        owed.beat_said(Some(id));
                    }
                }
                None => {
                    // The goodbye: a close frame that does not arrive changes nothing.
                    let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
                    return Ended::Finished;
                }
            },
            _ = beats.tick() => {
                if heard.elapsed() > beat * 3 {
                    return Ended::Broken("nothing was heard for three beats");
                }
                if say(&mut socket, &ToHub::Beat).await.is_err() {
                    return Ended::Broken("a beat could not be said");
                }
                owed.beat_said(None);
            }
            message = socket.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => match serde_json::from_str::<FromHub>(&text) {
                        Ok(said) => {
                            let delivered = match &said {
                                FromHub::Beat => owed.beat_heard(),
                                FromHub::Problem { .. } => {
                                    owed.problem_heard();
                                    None
                                }
                                _ => None,
                            };
                            let told = delivered.map(HubNews::Delivered).into_iter().chain([HubNews::Said(Box::new(said))]);
                            for what in told {
                                if news.send(what).await.is_err() {
                                    return Ended::Finished;
                                }
                            }
                        }
                        // What it was is not logged: it may carry a name or a chat line.
                        Err(error) => tracing::warn!(category = ?error.classify(), "the hub said something unreadable"),
                    },
                    Some(Ok(Message::Close(_))) | None => return Ended::Broken("the hub closed it"),
                    Some(Ok(_)) => {}
                    Some(Err(_)) => return Ended::Broken("reading failed"),
                }
            }
        }
    }
}

/// Cancelling loses nothing: a word is taken from `unsaid` only to be given out.
async fn next_word(words: &mut mpsc::Receiver<ToHub>, unsaid: &mut Option<ToHub>) -> Option<ToHub> {
    match unsaid.take() {
        Some(word) => Some(word),
        None => words.recv().await,
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Why a word was not said.
struct Unsaid;

async fn say(socket: &mut Socket, word: &ToHub) -> Result<(), Unsaid> {
    let text = serde_json::to_string(word).expect("BUG: a word to the hub always becomes JSON");
    if text.len() > MESSAGE_LIMIT {
        tracing::warn!(length = text.len(), "a word to the hub is too long and was not said");
        return Ok(());
    }
    match tokio::time::timeout(OPENING, socket.send(Message::text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Unsaid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_delivered_by_the_answer_to_its_own_beat_and_not_after_a_problem() {
        let mut owed = Owed::default();
        for chat in [None, Some("1"), Some("2"), Some("3")] {
            owed.beat_said(chat.map(str::to_owned));
        }
        assert_eq!(owed.beat_heard(), None, "of the beat before");
        assert_eq!(owed.beat_heard().as_deref(), Some("1"));
        owed.problem_heard();
        assert_eq!(owed.beat_heard(), None);
        assert_eq!(owed.beat_heard().as_deref(), Some("3"));
        assert_eq!(owed.beat_heard(), None, "an answer to nothing");
    }
}
