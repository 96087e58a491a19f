//! The device check before a call: the camera's picture, the microphone's level, a test recording, a chime.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{EngineRefusal, Shared};
use crate::media::{Camera, MediaFault, Microphone, Recorder, Speaker, VideoTarget};
use crate::view::{PreviewView, Recording};

/// Orders waiting. When it is full a device hangs, and the person is told that the check does not answer.
const ORDERS: usize = 8;
/// How often level and faults are looked at: a level meter that moves ten times a second looks alive.
const LOOK: Duration = Duration::from_millis(100);
/// What the camera is asked for: good enough to see oneself.
const PICTURE: VideoTarget = VideoTarget { kbps: 800, size: (1280, 720), fps: 30 };

/// What a device check is told.
pub enum Order {
    /// Record five seconds.
    Record,
    /// Play the recording.
    Play,
    /// Play a chime.
    Chime,
}

/// A running device check. Dropping it frees the devices.
pub struct Preview {
    orders: mpsc::Sender<Order>,
}

impl Preview {
    /// Opens the devices in a task of their own.
    pub fn start(shared: &Arc<Shared>) -> Self {
        let (orders, inbox) = mpsc::channel(ORDERS);
        shared.config.runtime.spawn(run(Arc::clone(shared), inbox));
        Self { orders }
    }

    /// Tells the check to do something.
    pub fn order(&self, order: Order) -> Result<(), EngineRefusal> {
        self.orders.try_send(order).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => EngineRefusal::Busy,
            mpsc::error::TrySendError::Closed(_) => EngineRefusal::NoPreview,
        })
    }
}

/// What is open, and what is wrong.
#[derive(Default)]
struct Devices {
    camera: Option<Box<dyn Camera>>,
    microphone: Option<Box<dyn Microphone>>,
    speaker: Option<Box<dyn Speaker>>,
    recorder: Option<Box<dyn Recorder>>,
}

#[derive(Default)]
struct Faults {
    camera: Mutex<Option<String>>,
    microphone: Mutex<Option<String>>,
    other: Mutex<Option<String>>,
}

async fn run(shared: Arc<Shared>, mut orders: mpsc::Receiver<Order>) {
    let faults = Arc::new(Faults::default());
    let cameras: Arc<Mutex<Devices>> = Arc::default();
    let waiting = Arc::clone(&cameras);
    let stream = shared.pictures.open(move || {
        if let Some(camera) = &lock(&waiting).camera {
            camera.force_key_frame();
        }
    });
    let opening = {
        let (shared, devices, faults) = (Arc::clone(&shared), Arc::clone(&cameras), Arc::clone(&faults));
        tokio::task::spawn_blocking(move || open(&shared, stream, &devices, &faults))
    };
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => obey(&shared, &cameras, &faults, order).await,
                None => break,
            },
            _ = looks.tick() => {}
        }
        let view = view(&lock(&cameras), &faults, stream);
        shared.preview.send_if_modified(|before| {
            let changed = before.as_ref() != Some(&view);
            *before = Some(view);
            changed
        });
    }
    // Opening must be over before closing, or the devices would stay open. A panic in it has left nothing to close.
    let _ = opening.await;
    shared.pictures.close(stream);
    let _ = tokio::task::spawn_blocking(move || *lock(&cameras) = Devices::default()).await;
    shared.preview.send_replace(None);
}

fn open(shared: &Shared, stream: u32, devices: &Mutex<Devices>, faults: &Arc<Faults>) {
    let backend = &shared.config.backend;
    let (pictures, seen, started) = (Arc::clone(&shared.pictures), Arc::clone(faults), std::time::Instant::now());
    let camera = backend.open_camera(
        shared.config.codec,
        PICTURE,
        Box::new(move |frame| {
            *lock(&seen.camera) = frame.as_ref().err().map(ToString::to_string);
            if let Ok(frame) = frame {
                let timestamp = frame.captured.saturating_duration_since(started).as_micros() as u64;
                pictures.put(stream, timestamp, frame.key, frame.codec, frame.data);
            }
        }),
    );
    let heard = Arc::clone(faults);
    let microphone = backend.open_microphone(Box::new(move |packet| {
        *lock(&heard.microphone) = packet.err().map(|fault| fault.to_string());
    }));
    let mut devices = lock(devices);
    devices.camera = note(camera, &faults.camera);
    devices.microphone = note(microphone, &faults.microphone);
}

async fn obey(shared: &Arc<Shared>, devices: &Arc<Mutex<Devices>>, faults: &Arc<Faults>, order: Order) {
    let (shared, devices, faults) = (Arc::clone(shared), Arc::clone(devices), Arc::clone(faults));
    let work = move || {
        let backend = &shared.config.backend;
        let mut devices = lock(&devices);
        match order {
            Order::Record | Order::Play => {
                if devices.recorder.is_none() {
                    devices.recorder = note(backend.open_recorder(), &faults.other);
                }
                match (&devices.recorder, order) {
                    (Some(recorder), Order::Record) => recorder.record(),
                    (Some(recorder), Order::Play | Order::Chime) => recorder.play(),
                    (None, _) => {}
                }
            }
            Order::Chime => {
                if devices.speaker.is_none() {
                    devices.speaker = note(backend.open_speaker(), &faults.other);
                }
                if let Some(speaker) = &devices.speaker {
                    *lock(&faults.other) = speaker.chime().err().map(|fault| fault.to_string());
                }
            }
        }
    };
    if tokio::task::spawn_blocking(work).await.is_err() {
        tracing::error!("the device check stopped by a fault");
    }
}

fn note<T>(opened: Result<T, MediaFault>, place: &Mutex<Option<String>>) -> Option<T> {
    match opened {
        Ok(device) => Some(device),
        Err(fault) => {
            *lock(place) = Some(fault.to_string());
            None
        }
    }
}

fn view(devices: &Devices, faults: &Faults, stream: u32) -> PreviewView {
    let trouble = [&faults.camera, &faults.microphone, &faults.other].into_iter().find_map(|place| lock(place).clone());
    PreviewView {
        stream: devices.camera.is_some().then_some(stream),
        level: devices.microphone.as_ref().map_or(0.0, |microphone| microphone.level()),
        recording: devices.recorder.as_ref().map_or(Recording::None, |recorder| *recorder.state().borrow()),
        trouble: trouble
            .or_else(|| devices.speaker.as_ref().and_then(|speaker| speaker.fault()).map(|fault| fault.to_string())),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Behind these locks is plain data, whole at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
