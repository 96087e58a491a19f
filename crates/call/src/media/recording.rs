//! The test recording of the device check.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::Recorder;
use super::feed::{Feed, Subscription};
use super::playout::Playout;
use super::sound::{Block, RATE};
use super::sync::lock;
use crate::view::Recording;

/// How much is recorded, in samples: five seconds.
const LENGTH: usize = 5 * RATE;

/// Records from the feed of the microphone into memory and plays through the loudspeaker.
pub(super) struct MemoryRecorder {
    tape: Arc<Tape>,
    feed: Arc<Feed<Block>>,
    playout: Arc<Playout>,
}

struct Tape {
    /// How much is recorded, in samples.
    length: usize,
    samples: Mutex<Vec<i16>>,
    /// Present while it records.
    listening: Mutex<Option<Subscription<Block>>>,
    state: watch::Sender<Recording>,
}

impl MemoryRecorder {
    pub(super) fn new(feed: Arc<Feed<Block>>, playout: Arc<Playout>) -> Self {
        Self::of_length(feed, playout, LENGTH)
    }

    pub(super) fn of_length(feed: Arc<Feed<Block>>, playout: Arc<Playout>, length: usize) -> Self {
        let tape = Tape {
            length,
            samples: Mutex::default(),
            listening: Mutex::default(),
            state: watch::Sender::new(Recording::None),
        };
        Self { tape: Arc::new(tape), feed, playout }
    }
}

impl Recorder for MemoryRecorder {
    fn record(&self) {
        let mut listening = lock(&self.tape.listening);
        if *self.tape.state.borrow() == Recording::Recording {
            return;
        }
        lock(&self.tape.samples).clear();
        self.tape.state.send_replace(Recording::Recording);
        let tape = Arc::downgrade(&self.tape);
        *listening = Some(self.feed.listen(move |item| {
            let Some(tape) = tape.upgrade() else { return };
            match item {
                Ok(block) => tape.hear(&block.samples),
                // The microphone's own listeners hear why.
                Err(_) => tape.finish(),
            }
        }));
    }

    fn play(&self) {
        let _one_at_a_time = lock(&self.tape.listening);
        if *self.tape.state.borrow() != Recording::Ready {
            return;
        }
        self.tape.state.send_replace(Recording::Playing);
        let tape = Arc::downgrade(&self.tape);
        let samples: Arc<[i16]> = lock(&self.tape.samples).as_slice().into();
        let at_end = Box::new(move || {
            if let Some(tape) = tape.upgrade() {
                // A new recording may have begun meanwhile.
                tape.state.send_if_modified(|state| {
                    let playing = *state == Recording::Playing;
                    if playing {
                        *state = Recording::Ready;
                    }
                    playing
                });
            }
        });
        self.playout.play(samples, Some(at_end));
    }

    fn state(&self) -> watch::Receiver<Recording> {
        self.tape.state.subscribe()
    }
}

impl Tape {
    fn hear(&self, block: &[i16]) {
        let full = {
            let mut samples = lock(&self.samples);
            let room = self.length.saturating_sub(samples.len());
            samples.extend(&block[..block.len().min(room)]);
            samples.len() >= self.length
        };
        if full {
            self.finish();
        }
    }

    fn finish(&self) {
        let empty = lock(&self.samples).is_empty();
        self.state.send_if_modified(|state| {
            let recording = *state == Recording::Recording;
            if recording {
                *state = if empty { Recording::None } else { Recording::Ready };
            }
            recording
        });
        // Dropped outside the lock: ending the subscription calls back into the feed.
        let listening = lock(&self.listening).take();
        drop(listening);
    }
}
