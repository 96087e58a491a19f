//! The running engine: one call at a time, with any number of peers, on real sockets and devices.
//!
//! ```text
//!            orders                          words                         packets
//!  Engine ───────────> Call ── machine ──> HubLine ──> hub       Link ──────────────> peer
//!    ^                  │  what happened, what to do              │ ^
//!    │ view, events     ├──────────> Link (one per peer) ─────────┘ │
//!    │ frames           └──────────> Capture (camera, microphone) ──┘
//!    └── Pictures <── inbound
//! ```
//!
//! Each box is a task of its own; a panic in one is a fault of that box: a link is rebuilt, a call is started again
//! with microphone and camera off, and the rest of the program does not notice.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::{CallId, EncounterId};
use domain::{Phi, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;

use crate::controller::Limits;
use crate::media::{DeviceKind, MediaBackend, MediaFault, VideoCodec};
use crate::view::{CallPhase, CallView, EndReason, MediaDevices, PreviewView};

mod assemble;
mod call;
mod capture;
mod chain;
mod chat;
mod connection;
mod hub;
mod inbound;
mod link;
mod live;
mod network;
mod outbound;
mod pictures;
mod preview;
mod relay_line;
mod resend;
mod stats;
mod wire;

pub use crate::machine::Told;
pub use pictures::FramesRequest;

/// Orders waiting for the call. When it is full the call hangs, and the person is told that it does not answer.
const ORDERS: usize = 64;
/// Events waiting for the slowest listener. When it is full that listener misses the oldest, and reads the view instead.
const EVENTS: usize = 256;
/// How often a call that stopped by a fault of its own is started again.
const RESTARTS: u32 = 3;
/// How long a call that was hung up may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineConfig {
    /// The computer's media.
    pub backend: Arc<dyn MediaBackend>,
    /// Where the engine's tasks run.
    pub runtime: Handle,
    /// The codec for pictures where both sides have it.
    pub codec: VideoCodec,
    /// Between what the rate of each connection moves.
    pub limits: Limits,
    /// Only paths through a relay: for networks that allow nothing else, and to keep addresses from the other side.
    pub relay_only: bool,
    /// Addresses to bind sockets to. A wildcard means one socket for each interface.
    pub udp_addresses: Vec<String>,
}

impl EngineConfig {
    /// The usual engine: VP8, all interfaces, up to 2,000 kbit/s.
    pub fn new(backend: Arc<dyn MediaBackend>, runtime: Handle) -> Self {
        Self {
            backend,
            runtime,
            codec: VideoCodec::Vp8,
            limits: Limits::default(),
            relay_only: false,
            udp_addresses: vec!["0.0.0.0:0".to_owned(), "[::]:0".to_owned()],
        }
    }
}

/// Into which call, and as whom.
#[derive(Clone)]
pub struct Join {
    /// The record of this call; each of its events names it.
    pub call: CallId,
    /// The visit.
    pub encounter: EncounterId,
    /// `ws://host:port/signal`.
    pub signal_url: String,
    /// The join token.
    pub token: String,
    /// 128 random bits as hexadecimal, made once per device and kept by it.
    pub device: String,
    /// Whether the microphone is on from the start. After a restart of the program: off, the safer state.
    pub microphone: bool,
    /// Whether the camera is on from the start. After a restart of the program: off, the safer state.
    pub camera: bool,
}

impl std::fmt::Debug for Join {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Token and device are secrets.
        f.debug_struct("Join").field("encounter", &self.encounter).finish_non_exhaustive()
    }
}

/// What happened in a call, for its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallEvent {
    /// The record of the call, which may not be the call that runs now.
    pub call: CallId,
    /// What.
    pub what: Told,
    /// When.
    pub at: Timestamp,
}

/// Why the engine did not do what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EngineRefusal {
    /// There is no call.
    #[error("there is no call")]
    NoCall,
    /// The call has not taken earlier orders yet.
    #[error("the call does not answer")]
    Busy,
    /// A device check and a call need the same devices.
    #[error("a call is running")]
    CallRuns,
    /// There is no device check.
    #[error("no device check is running")]
    NoPreview,
}

/// What a call is told.
enum Order {
    Microphone(bool),
    Camera(bool),
    Hold(bool),
    Chat(Phi<String>),
    NetworkChanged,
    HangUp,
}

/// What the engine's handle and its tasks share.
struct Shared {
    config: EngineConfig,
    pictures: Arc<pictures::Pictures>,
    view: watch::Sender<Option<CallView>>,
    events: broadcast::Sender<CallEvent>,
    preview: watch::Sender<Option<PreviewView>>,
}

impl Shared {
    fn tell(&self, call: CallId, what: Told) {
        // Nobody may be listening: the view says it too.
        let _ = self.events.send(CallEvent { call, what, at: chrono::Utc::now() });
    }
}

/// The handle of the engine. Dropping it hangs up.
pub struct Engine {
    shared: Arc<Shared>,
    running: Mutex<Option<Running>>,
    checking: Mutex<Option<preview::Preview>>,
}

struct Running {
    orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

impl Engine {
    /// An engine without a call.
    pub fn new(config: EngineConfig) -> Self {
        let shared = Shared {
            config,
            pictures: Arc::default(),
            view: watch::Sender::new(None),
            events: broadcast::Sender::new(EVENTS),
            preview: watch::Sender::new(None),
        };
        Self { shared: Arc::new(shared), running: Mutex::default(), checking: Mutex::default() }
    }

    /// Takes part in a call. A call that is running is hung up first, a device check is ended.
    pub async fn join(&self, join: Join) {
        self.stop_preview();
        self.forget().await;
        let (orders, inbox) = mpsc::channel(ORDERS);
        let task = self.shared.config.runtime.spawn(keep(Arc::clone(&self.shared), join, inbox));
        *lock(&self.running) = Some(Running { orders, task });
    }

    /// Hangs up and waits until the call is over. Its view stays to be seen.
    pub async fn leave(&self) {
        let before = lock(&self.running).take();
        if let Some(Running { orders, mut task }) = before {
            // A call that has ended takes no orders, which is as good.
            let _ = orders.try_send(Order::HangUp);
            if tokio::time::timeout(GOODBYE, &mut task).await.is_err() {
                task.abort();
                // It is seen to be gone before anything else begins; how it ended makes no difference here.
                let _ = task.await;
            }
        }
    }

    /// Hangs up and forgets the call with its names and its chat, so that whoever signs in next does not see them.
    pub async fn forget(&self) {
        self.leave().await;
        self.shared.view.send_replace(None);
    }

    /// Switches the microphone.
    pub fn set_microphone(&self, on: bool) -> Result<(), EngineRefusal> {
        self.order(Order::Microphone(on))
    }

    /// Switches the camera.
    pub fn set_camera(&self, on: bool) -> Result<(), EngineRefusal> {
        self.order(Order::Camera(on))
    }

    /// Puts the call on hold, or takes it off.
    pub fn set_hold(&self, on: bool) -> Result<(), EngineRefusal> {
        self.order(Order::Hold(on))
    }

    /// Leaves the call. The visit goes on.
    pub fn hang_up(&self) -> Result<(), EngineRefusal> {
        self.order(Order::HangUp)
    }

    /// Says something in the call's chat: at most 2,000 characters.
    pub fn send_chat(&self, text: Phi<String>) -> Result<(), EngineRefusal> {
        self.order(Order::Chat(text))
    }

    /// Says that this computer's network changed, where a shell hears of it sooner than the engine sees it.
    pub fn network_changed(&self) -> Result<(), EngineRefusal> {
        self.order(Order::NetworkChanged)
    }

    /// The call as it is now; a call that ended stays to be seen until the next begins.
    pub fn view(&self) -> Option<CallView> {
        self.shared.view.borrow().clone()
    }

    /// The call whenever it changes.
    pub fn watch(&self) -> watch::Receiver<Option<CallView>> {
        self.shared.view.subscribe()
    }

    /// What happens in calls from now on.
    pub fn events(&self) -> broadcast::Receiver<CallEvent> {
        self.shared.events.subscribe()
    }

    /// Encoded pictures in the layout of [`crate::frames`]; waits for the first.
    pub async fn frames(&self, request: &FramesRequest) -> Vec<u8> {
        self.shared.pictures.frames(request).await
    }

    /// What this computer has, and what is chosen.
    pub fn devices(&self) -> MediaDevices {
        self.shared.config.backend.devices()
    }

    /// Changes whenever a device comes, goes or is chosen.
    pub fn device_changes(&self) -> watch::Receiver<u64> {
        self.shared.config.backend.device_changes()
    }

    /// Chooses a device; a running call goes over to it.
    pub fn choose(&self, kind: DeviceKind, id: &str) -> Result<(), MediaFault> {
        self.shared.config.backend.choose(kind, id)
    }

    /// Starts a device check: the camera's picture and the microphone's level, without a call.
    pub fn start_preview(&self) -> Result<(), EngineRefusal> {
        if lock(&self.running).as_ref().is_some_and(|running| !running.task.is_finished()) {
            return Err(EngineRefusal::CallRuns);
        }
        lock(&self.checking).get_or_insert_with(|| preview::Preview::start(&self.shared));
        Ok(())
    }

    /// Ends the device check and frees the devices.
    pub fn stop_preview(&self) {
        lock(&self.checking).take();
    }

    /// Records five seconds of the microphone.
    pub fn record_test(&self) -> Result<(), EngineRefusal> {
        self.check(preview::Order::Record)
    }

    /// Plays what was recorded.
    pub fn play_test(&self) -> Result<(), EngineRefusal> {
        self.check(preview::Order::Play)
    }

    /// Plays a chime, for the loudspeaker check.
    pub fn chime(&self) -> Result<(), EngineRefusal> {
        self.check(preview::Order::Chime)
    }

    /// The device check whenever it changes; none while there is none.
    pub fn preview(&self) -> watch::Receiver<Option<PreviewView>> {
        self.shared.preview.subscribe()
    }

    fn check(&self, order: preview::Order) -> Result<(), EngineRefusal> {
        lock(&self.checking).as_ref().ok_or(EngineRefusal::NoPreview)?.order(order)
    }

    fn order(&self, order: Order) -> Result<(), EngineRefusal> {
        let running = lock(&self.running);
        let Running { orders, .. } = running.as_ref().ok_or(EngineRefusal::NoCall)?;
        // A call that ended may still be closing its connections.
        if self.shared.view.borrow().as_ref().is_some_and(|view| matches!(view.phase, CallPhase::Ended { .. })) {
            return Err(EngineRefusal::NoCall);
        }
        orders.try_send(order).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => EngineRefusal::Busy,
            mpsc::error::TrySendError::Closed(_) => EngineRefusal::NoCall,
        })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(Running { orders, .. }) = lock(&self.running).take() {
            // The call's task says goodbye by itself, and also when its orders end.
            let _ = orders.try_send(Order::HangUp);
        }
    }
}

/// Runs a call, and starts it again when it stops by a fault of its own. It comes back with microphone and camera
/// off: what the person sees on the screen may be older than the fault.
async fn keep(shared: Arc<Shared>, mut join: Join, orders: mpsc::Receiver<Order>) {
    let orders = Arc::new(tokio::sync::Mutex::new(orders));
    let mut notice = None;
    for _ in 0..=RESTARTS {
        let attempt = {
            let (shared, join, orders, notice) =
                (Arc::clone(&shared), join.clone(), Arc::clone(&orders), notice.clone());
            tokio::spawn(async move { call::run(shared, join, &mut *orders.lock().await, notice).await })
        };
        match attempt.await {
            Ok(()) => return,
            Err(fault) if fault.is_panic() => tracing::error!("the call stopped by a fault and is started again"),
            Err(_) => return,
        }
        // The call that follows knows of neither hold nor connection.
        shared.tell(join.call, Told::Resumed);
        shared.tell(join.call, Told::Lost);
        (join.microphone, join.camera) = (false, false);
        notice = Some("The call had to be started again. Microphone and camera are off.".to_owned());
    }
    let why = EndReason::HungUp;
    shared.tell(join.call, Told::Ended(why));
    shared.view.send_modify(|view| {
        if let Some(view) = view {
            view.phase = CallPhase::Ended { why };
            view.trouble = Some("The call stopped by a fault of the program.".to_owned());
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Behind these locks is one value each, whole at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
