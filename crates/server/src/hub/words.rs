//! The words that wait for one socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use call::signal::FromHub;
use tokio::sync::mpsc;

/// Words that may wait for one socket.
const WAITING: usize = 256;

/// Says words to one socket. Cheap to clone.
#[derive(Clone)]
pub struct Words {
    sender: mpsc::Sender<FromHub>,
    behind: Arc<AtomicBool>,
}

/// Where the words of one socket come out.
pub struct Waiting {
    receiver: mpsc::Receiver<FromHub>,
    behind: Arc<AtomicBool>,
}

/// The two ends of a new socket's words.
pub fn words() -> (Words, Waiting) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let behind = Arc::new(AtomicBool::new(false));
    (Words { sender, behind: behind.clone() }, Waiting { receiver, behind })
}

impl Words {
    /// Says a word, if the socket still listens. A socket that is too far behind to take it has missed something, so it
    /// is closed: its participant says hello again and hears everything anew.
    pub fn say(&self, word: FromHub) {
        match self.sender.try_send(word) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => self.behind.store(true, Ordering::Relaxed),
            Err(mpsc::error::TrySendError::Closed(_)) => tracing::debug!("a signalling socket is gone"),
        }
    }

    /// Waits until the socket listens no more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl Waiting {
    /// The next word; none when the socket must close: nobody speaks to it any more, or it has missed a word.
    pub async fn next(&mut self) -> Option<FromHub> {
        if self.behind.load(Ordering::Relaxed) {
            tracing::info!("a signalling socket was too slow and is closed");
            return None;
        }
        self.receiver.recv().await
    }
}
