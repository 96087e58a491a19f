//! The own camera, microphone and loudspeaker of a call: opened once for all peers, switched at the source.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, watch};

use super::pictures::Pictures;
use crate::ladder::{Picture, Plan};
use crate::machine::Intent;
use crate::media::{
    AudioPacket, Camera, MediaBackend, MediaFault, Microphone, Speaker, VideoCodec, VideoFrame, VideoTarget, Voice,
};

/// Pictures waiting for the slowest peer: half a second. When it is full, that peer misses the oldest and goes on with a
/// key frame.
const PICTURES: usize = 16;
/// Voice packets waiting for the slowest peer: half a second. When it is full, that peer misses the oldest.
const VOICE: usize = 25;
/// Key frames are not made more often than this, however many ask: each costs as much as a second of pictures.
const KEY_PAUSE: Duration = Duration::from_millis(400);

/// How often the devices are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What is captured, for every peer to take.
pub struct Outlet {
    pictures: broadcast::Sender<Arc<VideoFrame>>,
    voice: broadcast::Sender<Arc<AudioPacket>>,
    epoch: Instant,
    camera: Mutex<Option<Arc<dyn Camera>>>,
    microphone: Mutex<Option<Arc<dyn Microphone>>>,
    /// What mute is to be; applied to the microphone as soon as there is one.
    muted: AtomicBool,
    key_made: Mutex<Option<Instant>>,
}

impl Outlet {
    fn new() -> Self {
        Self {
            pictures: broadcast::channel(PICTURES).0,
            voice: broadcast::channel(VOICE).0,
            epoch: Instant::now(),
            camera: Mutex::default(),
            microphone: Mutex::default(),
            muted: AtomicBool::new(true),
            key_made: Mutex::default(),
        }
    }

    /// Mutes or unmutes at the source, at once: it does not wait for a camera that is just being opened.
    pub fn set_muted(&self, muted: bool) {
        let microphone = lock(&self.microphone);
        self.muted.store(muted, Ordering::Release);
        if let Some(microphone) = microphone.as_ref() {
            microphone.set_muted(muted);
        }
    }

    /// Pictures from now on.
    pub fn pictures(&self) -> broadcast::Receiver<Arc<VideoFrame>> {
        self.pictures.subscribe()
    }

    /// Voice from now on.
    pub fn voice(&self) -> broadcast::Receiver<Arc<AudioPacket>> {
        self.voice.subscribe()
    }

    /// A moment as an RTP timestamp of this clock rate.
    pub fn ticks(&self, at: Instant, rate: u64) -> u32 {
        let micros = at.saturating_duration_since(self.epoch).as_micros() as u64;
        (micros * rate / 1_000_000) as u32
    }

    /// Makes the next picture a key frame, unless one was made just now.
    pub fn want_key_frame(&self) {
        let now = Instant::now();
        let mut made = lock(&self.key_made);
        if made.is_some_and(|at| now.saturating_duration_since(at) < KEY_PAUSE) {
            return;
        }
        if let Some(camera) = lock(&self.camera).as_ref() {
            *made = Some(now);
            camera.force_key_frame();
        }
    }
}

/// The loudspeaker, opened when the first voice needs it.
pub struct Loudspeaker {
    backend: Arc<dyn MediaBackend>,
    speaker: Mutex<Option<Arc<dyn Speaker>>>,
}

impl Loudspeaker {
    /// Not opened yet.
    pub fn new(backend: Arc<dyn MediaBackend>) -> Self {
        Self { backend, speaker: Mutex::default() }
    }

    /// A new voice in the mix.
    pub async fn voice(self: &Arc<Self>) -> Result<Arc<dyn Voice>, MediaFault> {
        let this = Arc::clone(self);
        blocking(move || {
            let mut speaker = lock(&this.speaker);
            if speaker.is_none() {
                *speaker = Some(Arc::from(this.backend.open_speaker()?));
            }
            speaker.as_ref().expect("BUG: it was opened just now").add_voice().map(Arc::from)
        })
        .await
    }

    fn fault(&self) -> Option<MediaFault> {
        lock(&self.speaker).as_ref().and_then(|speaker| speaker.fault())
    }
}

/// Runs something that may take long, such as opening a device. A panic in it is a fault of the device.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MediaFault> + Send + 'static,
) -> Result<T, MediaFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(MediaFault::Component { component: "device".to_owned() }),
    }
}

/// What is wanted of the devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What the person wants to send.
    pub intent: Intent,
    /// The codec that all peers understand.
    pub codec: VideoCodec,
    /// What each connected peer can take.
    pub plans: Vec<Plan>,
}

/// How the devices are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// The handle of the self-view.
    pub self_view: Option<u32>,
    /// Loudness of the microphone, 0 when it is off.
    pub level: f32,
    /// What is wrong, in words for a person.
    pub trouble: Option<String>,
}

/// Owns the devices of one call, in a task of its own: opening a device may take seconds, for which no call waits.
pub struct Capture {
    backend: Arc<dyn MediaBackend>,
    pictures: Arc<Pictures>,
    outlet: Arc<Outlet>,
    loudspeaker: Arc<Loudspeaker>,
    codec: VideoCodec,
    target: VideoTarget,
    self_view: Arc<AtomicU32>,
    /// Lets voice through. Closed until mute has been applied, so that not one syllable escapes before.
    voice_gate: Arc<AtomicBool>,
    faults: Arc<Faults>,
    live: Intent,
}

#[derive(Default)]
struct Faults {
    camera: Mutex<Option<String>>,
    microphone: Mutex<Option<String>>,
}

impl Capture {
    /// Devices of a call that sends nothing yet.
    pub fn new(backend: Arc<dyn MediaBackend>, pictures: Arc<Pictures>, codec: VideoCodec) -> Self {
        Self {
            loudspeaker: Arc::new(Loudspeaker::new(Arc::clone(&backend))),
            backend,
            pictures,
            outlet: Arc::new(Outlet::new()),
            codec,
            target: VideoTarget { kbps: 700, size: (1280, 720), fps: 30 },
            self_view: Arc::default(),
            voice_gate: Arc::default(),
            faults: Arc::default(),
            live: Intent { microphone: false, camera: false, hold: false },
        }
    }

    /// What is captured.
    pub fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }

    /// Where voices go.
    pub fn loudspeaker(&self) -> &Arc<Loudspeaker> {
        &self.loudspeaker
    }

    /// Does what is wanted, the newest wish first, and tells how the devices are, until the call that wants drops its end.
    pub async fn run(mut self, mut wanted: watch::Receiver<Wanted>, status: watch::Sender<Status>) {
        let mut looks = tokio::time::interval(LOOK);
        wanted.mark_changed();
        loop {
            tokio::select! {
                changed = wanted.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let wish = wanted.borrow_and_update().clone();
                    self.speak(wish.codec).await;
                    self.apply(wish.intent).await;
                    self.aim(wish.plans.iter().copied());
                }
                _ = looks.tick() => {}
            }
            let now = Status { self_view: self.self_view(), level: self.level(), trouble: self.trouble() };
            status.send_if_modified(|before| std::mem::replace(before, now.clone()) != now);
        }
    }

    /// Makes what the person wants true at the source. Returns when it is.
    async fn apply(&mut self, intent: Intent) {
        self.live = intent;
        // Closing first: what the person does not want to send stops before anything else is done.
        if !intent.camera || intent.hold {
            self.close_camera().await;
        }
        self.outlet.set_muted(!intent.microphone || intent.hold);
        if lock(&self.outlet.microphone).is_none() {
            self.open_microphone().await;
        }
        if intent.camera && !intent.hold && lock(&self.outlet.camera).is_none() {
            self.open_camera().await;
        }
    }

    /// Changes the codec of the pictures; the camera is opened again.
    async fn speak(&mut self, codec: VideoCodec) {
        if codec != self.codec {
            self.codec = codec;
            self.close_camera().await;
        }
    }

    /// Asks the encoders for what the narrowest of the peers can take.
    fn aim(&mut self, plans: impl Iterator<Item = Plan> + Clone) {
        if let Some(Picture { kbps, size, fps }) =
            plans.clone().filter_map(|plan| plan.picture).min_by_key(|picture| picture.kbps)
        {
            let target = VideoTarget { kbps, size, fps };
            // An encoder that is told of every kilobit does nothing else.
            let worth_it = target.size != self.target.size
                || target.fps != self.target.fps
                || target.kbps.abs_diff(self.target.kbps) * 20 >= self.target.kbps;
            if worth_it {
                self.target = target;
                if let Some(camera) = lock(&self.outlet.camera).as_ref() {
                    camera.set_target(target);
                }
            }
        }
        let voice = plans
            .map(|plan| (plan.voice_bps, plan.expected_loss))
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        if let (Some((bits, loss)), Some(microphone)) = (voice, lock(&self.outlet.microphone).as_ref()) {
            microphone.set_target(bits, loss);
        }
    }

    fn self_view(&self) -> Option<u32> {
        Some(self.self_view.load(Ordering::Relaxed)).filter(|handle| *handle != 0)
    }

    /// Loudness of the microphone, 0 when it is off.
    fn level(&self) -> f32 {
        let live = self.live.microphone && !self.live.hold;
        lock(&self.outlet.microphone).as_ref().filter(|_| live).map_or(0.0, |microphone| microphone.level())
    }

    /// What is wrong with the devices, in words for a person.
    fn trouble(&self) -> Option<String> {
        let camera = lock(&self.faults.camera).clone().filter(|_| self.live.camera && !self.live.hold);
        let microphone = lock(&self.faults.microphone).clone();
        microphone.or(camera).or_else(|| self.loudspeaker.fault().map(|fault| fault.to_string()))
    }

    async fn open_microphone(&mut self) {
        let (backend, outlet, gate, faults) = (
            Arc::clone(&self.backend),
            Arc::clone(&self.outlet),
            Arc::clone(&self.voice_gate),
            Arc::clone(&self.faults),
        );
        let opened = blocking(move || {
            let (open, voice) = (Arc::clone(&gate), outlet.voice.clone());
            let microphone = backend.open_microphone(Box::new(move |packet| {
                *lock(&faults.microphone) = packet.as_ref().err().map(ToString::to_string);
                if let Ok(packet) = packet
                    && open.load(Ordering::Acquire)
                {
                    // Nobody listens while there is no peer.
                    let _ = voice.send(Arc::new(packet));
                }
            }))?;
            let mut place = lock(&outlet.microphone);
            microphone.set_muted(outlet.muted.load(Ordering::Acquire));
            *place = Some(Arc::from(microphone));
            gate.store(true, Ordering::Release);
            Ok(())
        })
        .await;
        if let Err(fault) = opened {
            *lock(&self.faults.microphone) = Some(fault.to_string());
        }
    }

    async fn open_camera(&mut self) {
        let outlet = Arc::clone(&self.outlet);
        let handle = self.pictures.open(move || outlet.want_key_frame());
        let (backend, codec, target) = (Arc::clone(&self.backend), self.codec, self.target);
        let (frames, pictures, faults, epoch) =
            (self.outlet.pictures.clone(), Arc::clone(&self.pictures), Arc::clone(&self.faults), self.outlet.epoch);
        let opened = blocking(move || {
            backend
                .open_camera(
                    codec,
                    target,
                    Box::new(move |frame| {
                        *lock(&faults.camera) = frame.as_ref().err().map(ToString::to_string);
                        if let Ok(frame) = frame {
                            let timestamp = frame.captured.saturating_duration_since(epoch).as_micros() as u64;
                            pictures.put(handle, timestamp, frame.key, frame.codec, frame.data.clone());
                            // Nobody listens while there is no peer.
                            let _ = frames.send(Arc::new(frame));
                        }
                    }),
                )
                .map(Arc::<dyn Camera>::from)
        })
        .await;
        match opened {
            Ok(camera) => {
                *lock(&self.outlet.camera) = Some(camera);
                self.self_view.store(handle, Ordering::Relaxed);
            }
            Err(fault) => {
                self.pictures.close(handle);
                *lock(&self.faults.camera) = Some(fault.to_string());
            }
        }
    }

    async fn close_camera(&mut self) {
        let handle = self.self_view.swap(0, Ordering::Relaxed);
        if handle != 0 {
            self.pictures.close(handle);
        }
        let camera = lock(&self.outlet.camera).take();
        *lock(&self.faults.camera) = None;
        if let Some(camera) = camera {
            // Closing a device may take a while. A panic in it leaves a device that is not used any more.
            let _ = tokio::task::spawn_blocking(move || drop(camera)).await;
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.voice_gate.store(false, Ordering::Release);
        let handle = self.self_view.swap(0, Ordering::Relaxed);
        if handle != 0 {
            self.pictures.close(handle);
        }
        // The outlet is shared with tasks that may end later; camera and microphone must be free now.
        lock(&self.outlet.camera).take();
        lock(&self.outlet.microphone).take();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is one value each, whole at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
