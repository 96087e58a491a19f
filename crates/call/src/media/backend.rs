//! The computer's media through GStreamer.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, Weak};

use gstreamer as gst;
use tokio::sync::watch;

use super::camera::EncodedCamera;
use super::capture::Picture;
use super::devices::{Directory, SYNTHETIC};
use super::echo::EchoProbe;
use super::feed::Feed;
use super::microphone::OpusMicrophone;
use super::monitor::Monitor;
use super::playout::{Playout, SharedSpeaker};
use super::recording::MemoryRecorder;
use super::sound::Block;
use super::supervisor::{Post, Supervisor, Word, start_camera, start_microphone};
use super::sync::{lock, thread};
use super::{
    AudioPacket, Camera, DeviceKind, MediaBackend, MediaFault, Microphone, Recorder, Sink, Speaker, VideoCodec,
    VideoFrame, VideoTarget,
};
use crate::view::MediaDevices;

/// How the backend is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackendOptions {
    /// Which camera and microphone to begin with.
    pub sources: Sources,
}

/// Where picture and sound come from until somebody chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sources {
    /// The computer's devices, and synthetic ones where it has none.
    #[default]
    Devices,
    /// The test picture and the test tone, whatever the computer has.
    Synthetic,
}

impl BackendOptions {
    /// Reads `ROUNDS_CAMERA`: `synthetic` asks for the test picture and tone.
    pub fn from_env() -> Self {
        let asked = std::env::var("ROUNDS_CAMERA").is_ok_and(|value| value == "synthetic");
        Self { sources: if asked { Sources::Synthetic } else { Sources::Devices } }
    }
}

/// Cameras, microphones and loudspeakers through GStreamer, and synthetic ones.
///
/// Several cameras or microphones opened at once share the device: a device check during a call disturbs neither.
pub struct GstBackend {
    directory: Arc<Mutex<Directory>>,
    changes: watch::Sender<u64>,
    camera: Arc<Feed<Picture>>,
    microphone: Arc<Feed<Block>>,
    probe: Option<Arc<EchoProbe>>,
    playout: Mutex<Weak<Playout>>,
    words: Sender<Word>,
}

impl GstBackend {
    /// Starts GStreamer and lists the devices; the first time on a computer this may take some seconds.
    ///
    /// # Errors
    /// `Component` when GStreamer does not start. Missing devices are no error.
    pub fn new(options: BackendOptions) -> Result<Self, MediaFault> {
        gst::init().map_err(|e| MediaFault::Component { component: format!("GStreamer: {e}") })?;
        let mut directory = Directory::new();
        match options.sources {
            Sources::Devices => {}
            Sources::Synthetic => {
                directory.choose(DeviceKind::Camera, SYNTHETIC)?;
                directory.choose(DeviceKind::Microphone, SYNTHETIC)?;
            }
        }
        let (words, heard) = mpsc::channel();
        let monitor = Monitor::start(words.clone());
        if let Some(monitor) = &monitor {
            monitor.list(&mut directory);
        }
        let demand = |words: &Sender<Word>| {
            let words = words.clone();
            // Nobody to tell once the supervisor is gone.
            move || drop(words.send(Word::Demand))
        };
        let probe = EchoProbe::new().map(Arc::new);
        let start = start_microphone(probe.clone());
        let backend = Self {
            directory: Arc::new(Mutex::new(directory)),
            changes: watch::Sender::new(0),
            camera: Feed::new(demand(&words)),
            microphone: Feed::new(demand(&words)),
            probe,
            playout: Mutex::new(Weak::new()),
            words: words.clone(),
        };
        let camera = Post::new(DeviceKind::Camera, backend.camera.clone(), start_camera(), words.clone());
        let microphone = Post::new(DeviceKind::Microphone, backend.microphone.clone(), start, words);
        let (directory, changes) = (backend.directory.clone(), backend.changes.clone());
        let supervisor = Supervisor { directory, changes, monitor, camera, microphone, words: heard };
        thread("devices", move || supervisor.run())?;
        Ok(backend)
    }

    /// The one loudspeaker, opened if it is not open.
    fn playout(&self) -> Result<Arc<Playout>, MediaFault> {
        let mut shared = lock(&self.playout);
        if let Some(playout) = shared.upgrade() {
            return Ok(playout);
        }
        let playout = Playout::start(self.directory.clone(), self.probe.clone())?;
        *shared = Arc::downgrade(&playout);
        Ok(playout)
    }
}

impl Drop for GstBackend {
    fn drop(&mut self) {
        // The thread closes the devices in its own time; it may be gone already.
        let _ = self.words.send(Word::Stop);
    }
}

impl MediaBackend for GstBackend {
    fn devices(&self) -> MediaDevices {
        lock(&self.directory).view()
    }

    fn device_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn choose(&self, kind: DeviceKind, id: &str) -> Result<(), MediaFault> {
        let result = lock(&self.directory).choose(kind, id);
        self.changes.send_modify(|revision| *revision += 1);
        // Nobody to tell once the supervisor is gone.
        let _ = self.words.send(Word::Chosen);
        result
    }

    fn open_camera(
        &self,
        codec: VideoCodec,
        target: VideoTarget,
        sink: Sink<VideoFrame>,
    ) -> Result<Box<dyn Camera>, MediaFault> {
        Ok(Box::new(EncodedCamera::open(&self.camera, codec, target, sink)?))
    }

    fn open_microphone(&self, sink: Sink<AudioPacket>) -> Result<Box<dyn Microphone>, MediaFault> {
        Ok(Box::new(OpusMicrophone::open(&self.microphone, sink)?))
    }

    fn open_speaker(&self) -> Result<Box<dyn Speaker>, MediaFault> {
        Ok(Box::new(SharedSpeaker(self.playout()?)))
    }

    fn open_recorder(&self) -> Result<Box<dyn Recorder>, MediaFault> {
        Ok(Box::new(MemoryRecorder::new(self.microphone.clone(), self.playout()?)))
    }
}

#[cfg(test)]
impl GstBackend {
    /// Puts devices in the place of those that the system lists.
    pub(super) fn plug(&self, kind: DeviceKind, devices: Vec<super::devices::Device>) {
        if lock(&self.directory).refresh(kind, devices) {
            self.changes.send_modify(|revision| *revision += 1);
        }
        self.words.send(Word::Chosen).unwrap();
    }

    pub(super) fn sound(&self) -> Arc<Feed<Block>> {
        self.microphone.clone()
    }

    pub(super) fn loudspeaker(&self) -> Result<Arc<Playout>, MediaFault> {
        self.playout()
    }

    pub(super) fn heard_by_probe(&self) -> f64 {
        self.probe.as_ref().map_or(0.0, |probe| *lock(&probe.heard))
    }
}
