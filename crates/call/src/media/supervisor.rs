//! The thread that keeps what captures in line with what is wanted, what is chosen and what is there.
//!
//! Everything that may take time (opening and closing devices, listing them) happens here, so that callers only post
//! a word. Whatever the word, the answer is the same: compare wish and reality, and act on the difference.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::capture::{self, Capture, OnFault, Picture};
use super::devices::{Chosen, Directory};
use super::echo::EchoProbe;
use super::feed::Feed;
use super::monitor::Monitor;
use super::sound::Block;
use super::sync::lock;
use super::{DeviceKind, MediaFault};

/// What the supervisor is told.
pub(super) enum Word {
    /// Listeners came or went.
    Demand,
    /// Another device was chosen.
    Chosen,
    /// The system's devices changed.
    Devices,
    /// A capture broke.
    Fault {
        kind: DeviceKind,
        /// Which of the captures; an older one's trouble is past.
        generation: u64,
        fault: MediaFault,
    },
    /// The backend is gone.
    Stop,
}

/// How long after a failure a device is tried again: another program may have let go of it.
const RETRY: Duration = Duration::from_secs(2);
/// How long a device may give nothing before it counts as stopped. Slow cameras need three seconds for the first picture.
const STALL: Duration = Duration::from_secs(8);

/// The supervisor's state; runs on its own thread.
pub(super) struct Supervisor {
    pub(super) directory: Arc<Mutex<Directory>>,
    pub(super) changes: watch::Sender<u64>,
    pub(super) monitor: Option<Monitor>,
    pub(super) camera: Post<Picture>,
    pub(super) microphone: Post<Block>,
    pub(super) words: Receiver<Word>,
}

impl Supervisor {
    /// Runs until the backend is gone.
    pub(super) fn run(mut self) {
        loop {
            let word = if self.camera.feed.is_wanted() || self.microphone.feed.is_wanted() {
                self.words.recv_timeout(RETRY)
            } else {
                self.words.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match word {
                Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Word::Demand) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Word::Chosen) => self.try_again(),
                Ok(Word::Devices) => {
                    self.list_devices();
                    self.try_again();
                }
                Ok(Word::Fault { kind: DeviceKind::Camera, generation, fault }) => self.camera.broke(generation, fault),
                Ok(Word::Fault { kind: DeviceKind::Microphone, generation, fault }) => {
                    self.microphone.broke(generation, fault);
                }
                // The loudspeaker has its own thread and never sends this.
                Ok(Word::Fault { kind: DeviceKind::Speaker, .. }) => {}
            }
            let (camera, microphone) = {
                let directory = lock(&self.directory);
                (directory.chosen(DeviceKind::Camera), directory.chosen(DeviceKind::Microphone))
            };
            self.camera.reconcile(camera);
            self.microphone.reconcile(microphone);
        }
    }

    fn try_again(&mut self) {
        self.camera.retry_at = None;
        self.microphone.retry_at = None;
    }

    fn list_devices(&self) {
        if let Some(monitor) = &self.monitor
            && monitor.list(&mut lock(&self.directory))
        {
            self.changes.send_modify(|revision| *revision += 1);
        }
    }
}

/// Starts a capture of one kind.
pub(super) type Start<T> = Box<dyn Fn(&Chosen, Arc<Feed<T>>, OnFault) -> Result<Capture, MediaFault> + Send>;

/// One kind of capture.
pub(super) struct Post<T> {
    kind: DeviceKind,
    pub(super) feed: Arc<Feed<T>>,
    start: Start<T>,
    words: Sender<Word>,
    running: Option<Running>,
    generation: u64,
    retry_at: Option<Instant>,
}

struct Running {
    id: String,
    since: Instant,
    capture: Capture,
}

impl<T: Clone + 'static> Post<T> {
    pub(super) fn new(kind: DeviceKind, feed: Arc<Feed<T>>, start: Start<T>, words: Sender<Word>) -> Self {
        Self { kind, feed, start, words, running: None, generation: 0, retry_at: None }
    }

    fn broke(&mut self, generation: u64, fault: MediaFault) {
        if generation == self.generation {
            self.fail(fault);
        }
    }

    fn fail(&mut self, fault: MediaFault) {
        tracing::warn!(media.kind = ?self.kind, "{:?} {}", self.kind, fault.unnamed());
        self.running = None;
        self.generation += 1;
        self.retry_at = Some(Instant::now() + RETRY);
        self.feed.fail(&fault);
    }

    fn reconcile(&mut self, (id, chosen): (String, Chosen)) {
        if !self.feed.is_wanted() {
            self.running = None;
            self.retry_at = None;
            return;
        }
        if let Chosen::Missing { label } = chosen {
            self.running = None;
            self.feed.fail(&MediaFault::Missing { label });
            return;
        }
        if let Some(running) = self.running.as_ref().filter(|running| running.id == id) {
            if let (Chosen::Device(device), true) = (&chosen, self.is_stalled(running)) {
                self.fail(MediaFault::Stopped { label: device.label.clone(), reason: "it gives nothing".into() });
            }
            return;
        }
        self.running = None;
        if self.retry_at.is_some_and(|at| Instant::now() < at) {
            return;
        }
        self.begin(id, &chosen);
    }

    fn begin(&mut self, id: String, chosen: &Chosen) {
        self.generation += 1;
        let (kind, generation, words) = (self.kind, self.generation, self.words.clone());
        let on_fault: OnFault = Box::new(move |fault| {
            // Nobody to tell once the supervisor is gone; the capture goes with it.
            let _ = words.send(Word::Fault { kind, generation, fault });
        });
        match (self.start)(chosen, self.feed.clone(), on_fault) {
            Ok(capture) => {
                self.retry_at = None;
                self.running = Some(Running { id, since: Instant::now(), capture });
            }
            Err(fault) => self.fail(fault),
        }
    }

    fn is_stalled(&self, running: &Running) -> bool {
        let heard = self.feed.last().map_or(running.since, |last| last.max(running.since));
        matches!(running.capture, Capture::Pipeline(_)) && heard.elapsed() > STALL
    }
}

/// Starts the chosen camera or the test picture.
pub(super) fn start_camera() -> Start<Picture> {
    Box::new(|chosen, feed, on_fault| match chosen {
        Chosen::Synthetic => capture::test_picture(feed),
        Chosen::Device(device) => capture::camera(device, feed, on_fault),
        Chosen::Missing { label } => Err(MediaFault::Missing { label: label.clone() }),
    })
}

/// Starts the chosen microphone or the test tone.
pub(super) fn start_microphone(probe: Option<Arc<EchoProbe>>) -> Start<Block> {
    Box::new(move |chosen, feed, on_fault| match chosen {
        Chosen::Synthetic => capture::test_tone(feed),
        Chosen::Device(device) => capture::microphone(device, probe.clone(), feed, on_fault),
        Chosen::Missing { label } => Err(MediaFault::Missing { label: label.clone() }),
    })
}
