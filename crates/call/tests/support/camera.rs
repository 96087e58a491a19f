//! The real media backend with a camera that can be pulled out.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use call::media::{
    AudioPacket, Camera, DeviceKind, GstBackend, MediaBackend, MediaFault, Microphone, Recorder, Sink, Speaker,
    VideoCodec, VideoFrame, VideoTarget,
};
use call::view::MediaDevices;
use tokio::sync::watch;

/// Stands between the engine and the real backend.
pub struct Removable {
    backend: GstBackend,
    there: Arc<AtomicBool>,
    sinks: Mutex<Vec<Weak<Sink<VideoFrame>>>>,
    open: Arc<AtomicUsize>,
    faulty: Arc<AtomicBool>,
}

impl Removable {
    /// Plugged in.
    pub fn new(backend: GstBackend) -> Self {
        Self {
            backend,
            there: Arc::new(AtomicBool::new(true)),
            sinks: Mutex::default(),
            open: Arc::default(),
            faulty: Arc::default(),
        }
    }

    /// Pulls the camera out.
    pub fn vanish(&self) {
        self.there.store(false, Ordering::Relaxed);
        for sink in self.sinks.lock().expect("not poisoned").iter().filter_map(Weak::upgrade) {
            sink(Err(MediaFault::Missing { label: "Test camera".to_owned() }));
        }
    }

    /// Plugs it in again.
    pub fn appear(&self) {
        self.there.store(true, Ordering::Relaxed);
    }

    /// Makes the next change of the encoder's target a fault of the program.
    pub fn break_once(&self) {
        self.faulty.store(true, Ordering::Relaxed);
    }

    /// How many cameras are open.
    pub fn open_handles(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

struct Handle {
    camera: Box<dyn Camera>,
    _sink: Arc<Sink<VideoFrame>>,
    open: Arc<AtomicUsize>,
    faulty: Arc<AtomicBool>,
}

impl Camera for Handle {
    fn set_target(&self, target: VideoTarget) {
        assert!(!self.faulty.swap(false, Ordering::Relaxed), "the test asked for this fault");
        self.camera.set_target(target);
    }

    fn force_key_frame(&self) {
        self.camera.force_key_frame();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl MediaBackend for Removable {
    fn devices(&self) -> MediaDevices {
        self.backend.devices()
    }

    fn device_changes(&self) -> watch::Receiver<u64> {
        self.backend.device_changes()
    }

    fn choose(&self, kind: DeviceKind, id: &str) -> Result<(), MediaFault> {
        self.backend.choose(kind, id)
    }

    fn open_camera(
        &self,
        codec: VideoCodec,
        target: VideoTarget,
        sink: Sink<VideoFrame>,
    ) -> Result<Box<dyn Camera>, MediaFault> {
        let sink = Arc::new(sink);
        self.sinks.lock().expect("not poisoned").push(Arc::downgrade(&sink));
        let (there, inner) = (Arc::clone(&self.there), Arc::clone(&sink));
        let camera = self.backend.open_camera(
            codec,
            target,
            Box::new(move |frame| {
                if there.load(Ordering::Relaxed) {
                    inner(frame);
                }
            }),
        )?;
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Handle { camera, _sink: sink, open: Arc::clone(&self.open), faulty: Arc::clone(&self.faulty) }))
    }

    fn open_microphone(&self, sink: Sink<AudioPacket>) -> Result<Box<dyn Microphone>, MediaFault> {
        self.backend.open_microphone(sink)
    }

    fn open_speaker(&self) -> Result<Box<dyn Speaker>, MediaFault> {
        self.backend.open_speaker()
    }

    fn open_recorder(&self) -> Result<Box<dyn Recorder>, MediaFault> {
        self.backend.open_recorder()
    }
}
