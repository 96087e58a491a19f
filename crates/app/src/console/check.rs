//! The device check: which devices, what they do, how the network is, and what was found last.

use std::time::{Duration, Instant};

use call::engine::Engine;
use call::media::DeviceKind;
use call::view::{MediaDevices, PreviewView, Recording};
use domain::actor::Actor;
use domain::check::{CheckOutcome, DeviceCheck, NetworkFigures};
use domain::id::IdempotencyKey;
use serde::{Deserialize, Serialize};
use store::Setting;

use super::Console;
use super::calls::told;
use crate::api::Nothing;
use crate::api::device::{ChooseDeviceRequest, DeviceKindChoice, LastCheckView, NetworkView, SaveCheckRequest};
use crate::failure::Failure;
use crate::rounds::{Asked, Rounds};

type Key = Option<IdempotencyKey>;

const CHOSEN: &str = "chosen_devices";
const LAST_CHECK: &str = "last_check";
/// Probes for the round trip.
const PROBES: u32 = 10;
/// Bytes for each direction of the bandwidth measurement.
const BULK: usize = 512 * 1024;
/// One request of the check takes at most this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The devices that were chosen on this computer.
#[derive(Serialize, Deserialize)]
struct Chosen {
    camera: String,
    microphone: String,
    speaker: String,
}

#[derive(Serialize, Deserialize)]
struct LastCheck {
    check: DeviceCheck,
    at: domain::Timestamp,
}

impl Console {
    pub(super) async fn devices(&self, _: Key, _: Nothing) -> Result<MediaDevices, Failure> {
        self.signed_in(None).await?;
        Ok(self.inner.engine.devices())
    }

    pub(super) async fn choose_device(&self, key: Key, request: ChooseDeviceRequest) -> Result<MediaDevices, Failure> {
        let (rounds, asked) = self.signed_in(key).await?;
        let kind = match request.kind {
            DeviceKindChoice::Camera => DeviceKind::Camera,
            DeviceKindChoice::Microphone => DeviceKind::Microphone,
            DeviceKindChoice::Speaker => DeviceKind::Speaker,
        };
        self.inner.engine.choose(kind, &request.id).map_err(|fault| Failure::Device(format!("{fault}.")))?;
        let now = self.inner.engine.devices();
        let chosen =
            Chosen { camera: now.camera.clone(), microphone: now.microphone.clone(), speaker: now.speaker.clone() };
        keep(&rounds, &asked, "device.choose", CHOSEN, &chosen).await?;
        Ok(now)
    }

    pub(super) async fn start_preview(&self, _: Key, _: Nothing) -> Result<PreviewView, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.start_preview())?;
        Ok(self.preview_now())
    }

    pub(super) async fn preview(&self, _: Key, _: Nothing) -> Result<PreviewView, Failure> {
        self.signed_in(None).await?;
        Ok(self.preview_now())
    }

    pub(super) async fn stop_preview(&self, _: Key, _: Nothing) -> Result<Nothing, Failure> {
        self.inner.engine.stop_preview();
        Ok(Nothing {})
    }

    pub(super) async fn record(&self, _: Key, _: Nothing) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.record_test())
    }

    pub(super) async fn play_recording(&self, _: Key, _: Nothing) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.play_test())
    }

    pub(super) async fn chime(&self, _: Key, _: Nothing) -> Result<Nothing, Failure> {
        self.signed_in(None).await?;
        told(self.inner.engine.chime())
    }

    pub(super) async fn probe_network(&self, _: Key, _: Nothing) -> Result<NetworkView, Failure> {
        self.signed_in(None).await?;
        Ok(match measure(&self.local_base().await?).await {
            Ok(figures) => NetworkView { outcome: verdict(&figures), figures: Some(figures), trouble: None },
            Err(error) => {
                tracing::info!(error = %error.without_url(), "the network check got no answer");
                let trouble = "The practice server does not answer. Check this computer's network, then try again.";
                NetworkView { outcome: CheckOutcome::Failed, figures: None, trouble: Some(trouble.to_owned()) }
            }
        })
    }

    pub(super) async fn save_check(&self, key: Key, request: SaveCheckRequest) -> Result<LastCheckView, Failure> {
        let (rounds, asked) = self.signed_in(key).await?;
        let last = LastCheck { check: request.check, at: rounds.now() };
        keep(&rounds, &asked, "check.save", LAST_CHECK, &last).await?;
        Ok(LastCheckView { check: Some(last.check), at: Some(last.at) })
    }

    pub(super) async fn last_check(&self, _: Key, _: Nothing) -> Result<LastCheckView, Failure> {
        let (rounds, _) = self.signed_in(None).await?;
        let last = saved::<LastCheck>(&rounds, LAST_CHECK).await?;
        Ok(LastCheckView { at: last.as_ref().map(|last| last.at), check: last.map(|last| last.check) })
    }

    fn preview_now(&self) -> PreviewView {
        let none = PreviewView { stream: None, level: 0.0, recording: Recording::None, trouble: None };
        self.inner.engine.preview().borrow().clone().unwrap_or(none)
    }
}

/// Takes the devices of the last time again. One that is not connected is left for when it is.
pub(super) async fn choose_saved_devices(rounds: &Rounds, engine: &Engine) -> Result<(), Failure> {
    let Some(chosen) = saved::<Chosen>(rounds, CHOSEN).await? else { return Ok(()) };
    // An explicit wish for synthetic devices, by the environment, stands above what was chosen once.
    if std::env::var_os("ROUNDS_CAMERA").is_some() {
        return Ok(());
    }
    let wanted = [
        (DeviceKind::Camera, chosen.camera),
        (DeviceKind::Microphone, chosen.microphone),
        (DeviceKind::Speaker, chosen.speaker),
    ];
    for (kind, id) in wanted {
        if let Err(fault) = engine.choose(kind, &id) {
            tracing::info!(kind = ?kind, fault = %fault, "the chosen device is not there now");
        }
    }
    Ok(())
}

async fn keep<T: Serialize>(
    rounds: &Rounds,
    asked: &Asked,
    command: &'static str,
    name: &str,
    value: &T,
) -> Result<(), Failure> {
    let value = serde_json::to_value(value).map_err(|_| Failure::Bug)?;
    let setting = Setting { name: name.to_owned(), value };
    rounds
        .act(Actor::User(asked.by.id), command, move |tx| {
            let before = tx.read().setting(&setting.name)?;
            Ok(tx.put(before.as_ref(), &setting)?)
        })
        .await
}

/// A setting of this computer. One that an older or newer program wrote differently counts as none.
async fn saved<T: serde::de::DeserializeOwned>(rounds: &Rounds, name: &'static str) -> Result<Option<T>, Failure> {
    let found = rounds.look(move |reader| reader.setting(name)).await?;
    Ok(found.and_then(|setting| serde_json::from_value(setting.record.value).ok()))
}

async fn measure(base: &str) -> Result<NetworkFigures, reqwest::Error> {
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    let address = format!("{base}/probe");
    // The first request also opens the connection, so it does not count.
    client.get(&address).send().await?.error_for_status()?;
    let (mut trips, mut lost) = (Vec::new(), 0u32);
    for _ in 0..PROBES {
        let begun = Instant::now();
        match client.get(&address).send().await {
            Ok(_) => trips.push(begun.elapsed().as_secs_f64() * 1000.0),
            Err(_) => lost += 1,
        }
    }
    trips.sort_by(f64::total_cmp);
    let begun = Instant::now();
    let taken = client.get(format!("{address}?bytes={BULK}")).send().await?.bytes().await?.len();
    let down_kbps = kbps(taken, begun.elapsed());
    let begun = Instant::now();
    client.post(&address).body(vec![0x5a; BULK]).send().await?.error_for_status()?;
    let up_kbps = kbps(BULK, begun.elapsed());
    let round_trip_ms = trips.get(trips.len() / 2).copied().unwrap_or_default();
    Ok(NetworkFigures { round_trip_ms, loss: f64::from(lost) / f64::from(PROBES), down_kbps, up_kbps })
}

fn kbps(bytes: usize, time: Duration) -> f64 {
    bytes as f64 * 8.0 / 1000.0 / time.as_secs_f64().max(1e-6)
}

/// A video visit wants 600 kbit/s each way, answers within 300 ms and next to no loss; half of that is hard work.
fn verdict(figures: &NetworkFigures) -> CheckOutcome {
    let slowest = figures.down_kbps.min(figures.up_kbps);
    if figures.round_trip_ms <= 300.0 && figures.loss < 0.05 && slowest >= 600.0 {
        CheckOutcome::Good
    } else if figures.round_trip_ms <= 800.0 && figures.loss < 0.3 && slowest >= 200.0 {
        CheckOutcome::Poor
    } else {
        CheckOutcome::Failed
    }
}
