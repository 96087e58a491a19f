//! Chat messages: over the data channel where it is open, through the hub where it is not, and shown once.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::id::ParticipantId;
use domain::{Phi, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use super::link::{FromLink, LinkNews};
use crate::view::ChatLine;

/// The data channel's name. The browser makes it.
pub const LABEL: &str = "chat";
/// Longest text, in characters.
pub const LONGEST: usize = 2_000;
/// Longest message over the data channel, in bytes: the text in its longest form, and its id.
const MESSAGE: usize = 16 * 1024;
/// Longest id, in bytes.
const LONGEST_ID: usize = 64;
/// Lines kept. When it is full the oldest goes: a visit's chat is a few lines, and a flood must not fill memory.
const LINES_KEPT: usize = 500;

/// A message as it stands on the data channel.
#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    text: Phi<String>,
}

/// The chat of one call, oldest first.
#[derive(Default)]
pub struct Chat {
    lines: VecDeque<ChatLine>,
}

impl Chat {
    /// Adds a line unless it is there already. Says whether it was new.
    pub fn add(&mut self, line: ChatLine) -> bool {
        let fits = line.id.len() <= LONGEST_ID && line.text.chars().count() <= LONGEST && !line.text.trim().is_empty();
        if !fits || self.lines.iter().any(|other| other.id == line.id && other.from == line.from) {
            return false;
        }
        if self.lines.len() >= LINES_KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
        true
    }

    /// An own line reached somebody.
    pub fn deliver(&mut self, id: &str) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.from.is_none() && line.id == id) {
            line.delivered = true;
        }
    }

    /// Own lines that reached nobody yet, oldest first.
    pub fn undelivered(&self) -> Vec<ChatLine> {
        self.lines.iter().filter(|line| !line.delivered).cloned().collect()
    }

    /// All lines.
    pub fn lines(&self) -> Vec<ChatLine> {
        self.lines.iter().cloned().collect()
    }

    /// A line of this console's own, with a fresh id.
    pub fn own(text: Phi<String>, at: Timestamp) -> ChatLine {
        let bits = [
            super::outbound::random(),
            super::outbound::random(),
            super::outbound::random(),
            super::outbound::random(),
        ];
        let id = bits.iter().map(|bits| format!("{bits:08x}")).collect();
        ChatLine { id, from: None, name: Phi::default(), text, at, delivered: false }
    }

    /// A line of another participant.
    pub fn theirs(from: ParticipantId, name: Phi<String>, id: String, text: Phi<String>, at: Timestamp) -> ChatLine {
        ChatLine { id, from: Some(from), name, text, at, delivered: true }
    }
}

/// A line as it goes over the data channel.
pub fn encode(line: &ChatLine) -> String {
    serde_json::to_string(&Line { id: line.id.clone(), text: line.text.clone() }).expect("BUG: two strings become JSON")
}

/// Reads a data channel until it closes.
pub async fn listen(channel: Arc<dyn DataChannel>, news: mpsc::Sender<FromLink>, peer: ParticipantId, session: String) {
    let tell = |what| news.send(FromLink { peer, session: session.clone(), news: what });
    while let Some(event) = channel.poll().await {
        let what = match event {
            DataChannelEvent::OnOpen => LinkNews::ChatOpen(Arc::clone(&channel)),
            DataChannelEvent::OnMessage(message) if message.data.len() <= MESSAGE => {
                match serde_json::from_slice::<Line>(&message.data) {
                    Ok(Line { id, text }) => LinkNews::Chat { id, text },
                    Err(_) => {
                        // Not logged: it may be what a person wrote.
                        tracing::warn!("an unreadable message came over the chat channel");
                        continue;
                    }
                }
            }
            DataChannelEvent::OnClose => return,
            _ => continue,
        };
        if tell(what).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, text: &str) -> ChatLine {
        Chat::theirs(ParticipantId::from_u128(1), Phi::from("A"), id.to_owned(), Phi::from(text), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_message_that_came_twice_is_shown_once() {
        let mut chat = Chat::default();
        assert!(chat.add(line("1", "hello")));
        assert!(!chat.add(line("1", "hello")));
        let mine = ChatLine { from: None, ..line("1", "hello") };
        assert!(chat.add(mine), "the id of another sender is another id");
        assert_eq!(chat.lines().len(), 2);
    }

    #[test]
    fn an_own_line_waits_until_it_is_delivered() {
        let mut chat = Chat::default();
        let own = Chat::own(Phi::from("hello"), Timestamp::UNIX_EPOCH);
        chat.add(line(&own.id, "the same id of somebody else"));
        chat.add(own.clone());
        assert_eq!(chat.undelivered(), std::slice::from_ref(&own));
        chat.deliver("another");
        assert_eq!(chat.undelivered().len(), 1);
        chat.deliver(&own.id);
        assert_eq!(chat.undelivered(), []);
    }

    #[test]
    fn what_is_too_long_or_empty_is_not_shown() {
        let mut chat = Chat::default();
        assert!(!chat.add(line("1", &"x".repeat(LONGEST + 1))));
        assert!(!chat.add(line("2", "  ")));
        assert!(!chat.add(line(&"i".repeat(LONGEST_ID + 1), "x")));
        assert!(chat.add(line("3", &"ä".repeat(LONGEST))));
    }

    #[test]
    fn a_flood_does_not_fill_memory() {
        let mut chat = Chat::default();
        for number in 0..LINES_KEPT + 20 {
            chat.add(line(&number.to_string(), "x"));
        }
        assert_eq!(chat.lines().len(), LINES_KEPT);
        assert_eq!(chat.lines()[0].id, "20");
    }
}
