//! The loss table: our engine sending to a Chromium, beside a Chromium sending to the same Chromium, through the same
//! network with the same seed, at 0, 5, 10 and 20 % loss each way and a round trip of 80 ms. Prints one line of JSON a row.
//!
//! `cargo run -p call --example loss_table -- [seconds a row] [seed]`

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use call::engine::{Engine, EngineConfig, Join};
use call::media::{BackendOptions, GstBackend, Sources};
use domain::participant::ParticipantRole;
use serde_json::{Value, json};
use support::browser::Browser;
use support::hub::{ENCOUNTER, TestHub};
use support::shaper::{Conditions, Shaper};
use support::stage::Stage;

const ROUND_TRIP: Duration = Duration::from_millis(80);
const LOSSES: [f64; 4] = [0.0, 0.05, 0.10, 0.20];
/// Reads and draws the clock that is in the synthetic camera's picture (`call::media::clock`).
const CLOCK: &str = include_str!("../tests/support/clock.js");
/// Gives a browser a camera with such a clock.
const CAMERA: &str = include_str!("../tests/support/camera.js");
/// Notes how old each picture is when it is shown.
const WATCH: &str = include_str!("../tests/support/watch_video.js");
/// Rates need some seconds to settle; what happens before is not counted.
const SETTLING: Duration = Duration::from_secs(8);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let only: Option<f64> = arguments.next().and_then(|text| text.parse().ok());
    for loss in LOSSES.into_iter().filter(|loss| only.is_none_or(|only| (only - loss).abs() < 0.001)) {
        let conditions = Conditions::lossy(ROUND_TRIP, loss);
        println!("{}", row("rounds", loss, seed, measure_ours(Shaper::new(conditions, seed), seconds).await));
        println!("{}", row("chromium", loss, seed, measure_pair(Shaper::new(conditions, seed), seconds).await));
    }
}

fn row(sender: &str, loss: f64, seed: u64, figures: Value) -> Value {
    json!({ "sender": sender, "loss": loss, "round_trip_ms": ROUND_TRIP.as_millis() as u64, "seed": seed, "figures": figures })
}

async fn measure_ours(shaper: Arc<Shaper>, seconds: u64) -> Value {
    let hub = TestHub::start().await;
    hub.shape(shaper);
    hub.admit("clinician", ParticipantRole::Clinician, "Engine");
    hub.admit("patient", ParticipantRole::Patient, "Browser");
    let backend = GstBackend::new(BackendOptions { sources: Sources::Synthetic }).expect("GStreamer starts");
    let engine = Engine::new(EngineConfig::new(Arc::new(backend), tokio::runtime::Handle::current()));
    let stage = Stage::start().await;
    let _browser = Browser::open(&stage.url);
    stage.page().await;
    let (signal_url, encounter) = (hub.url(), ENCOUNTER);
    engine
        .join(Join {
            call: domain::id::CallId::from_u128(1),
            encounter,
            signal_url,
            token: "clinician".into(),
            device: "11".repeat(16),
            microphone: true,
            camera: true,
        })
        .await;
    stage.run(&format!("await start({:?}, 'patient')", hub.url())).await;
    let mut figures = watch(&stage, seconds).await;
    let stats = engine.view().and_then(|view| view.peers.into_iter().next()).and_then(|peer| peer.stats);
    figures["engine"] = serde_json::to_value(&stats).expect("figures become JSON");
    if let Some(stats) = stats {
        figures["in_fps"] = json!(stats.in_fps);
        figures["in_kbps"] = json!(stats.in_kbps);
    }
    figures
}

async fn measure_pair(shaper: Arc<Shaper>, seconds: u64) -> Value {
    let hub = TestHub::start().await;
    hub.shape(shaper);
    hub.admit("clinician", ParticipantRole::Nurse, "Sender");
    hub.admit("patient", ParticipantRole::Patient, "Receiver");
    let (sender, receiver) = (Stage::start().await, Stage::start().await);
    let _browsers = (Browser::open(&sender.url), Browser::open(&receiver.url));
    sender.page().await;
    receiver.page().await;
    sender.run(CLOCK).await;
    // The same size as our synthetic camera has.
    sender.run(&called(CAMERA, "1280, 720")).await;
    sender.run(&format!("await start({:?}, 'clinician', {{ audio: true, video: {{ width: 1280, height: 720, frameRate: 30 }} }}, 'answers')", hub.url())).await;
    receiver.run(&format!("await start({:?}, 'patient', undefined, 'offers')", hub.url())).await;
    watch(&receiver, seconds).await
}

/// What the receiving browser saw in a window.
async fn watch(stage: &Stage, seconds: u64) -> Value {
    let connected = support::eventually("the first picture", Duration::from_secs(60), || async {
        let figures = stage.run("return await figures()").await;
        if figures["videoIn"]["framesDecoded"].as_u64() > Some(0) {
            Ok(figures)
        } else {
            Err(figures["state"].to_string())
        }
    })
    .await;
    tokio::time::sleep(SETTLING).await;
    stage.run(CLOCK).await;
    stage.run(&called(WATCH, "'video'")).await;
    let before = stage.run("return await figures()").await;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let after = stage.run("return await figures()").await;
    let (p50, p95) = ages(&stage.run("return rounds_bench.ages").await);
    let spent = (after["now"].as_f64().unwrap_or(0.0) - before["now"].as_f64().unwrap_or(0.0)) / 1_000.0;
    let grown = |kind: &str, figure: &str| {
        after[kind][figure].as_f64().unwrap_or(0.0) - before[kind][figure].as_f64().unwrap_or(0.0)
    };
    let concealed = grown("audioIn", "concealedSamples") - grown("audioIn", "silentConcealedSamples");
    json!({
        "connected_ms": connected["connected"],
        "first_picture_ms": connected["first"],
        "latency_p50_ms": p50,
        "latency_p95_ms": p95,
        "fps": round(grown("videoIn", "framesDecoded") / spent),
        "kbps": round((grown("videoIn", "bytesReceived") + grown("videoIn", "headerBytesReceived")) * 8.0 / 1_000.0 / spent),
        "frozen_seconds_per_10": round(grown("videoIn", "totalFreezesDuration") / spent * 10.0),
        "freezes": grown("videoIn", "freezeCount"),
        "key_requests": grown("videoIn", "pliCount"),
        "nacks": grown("videoIn", "nackCount"),
        "repaired": grown("videoIn", "retransmittedPacketsReceived"),
        "lost": grown("videoIn", "packetsLost"),
        "jitter_buffer_ms": round(grown("videoIn", "jitterBufferDelay") / grown("videoIn", "jitterBufferEmittedCount").max(1.0) * 1_000.0),
        "voice_buffer_ms": round(grown("audioIn", "jitterBufferDelay") / grown("audioIn", "jitterBufferEmittedCount").max(1.0) * 1_000.0),
        "size": [after["videoIn"]["frameWidth"], after["videoIn"]["frameHeight"]],
        "voice_concealed": round(concealed / grown("audioIn", "totalSamplesReceived").max(1.0) * 100.0) ,
        "voice_energy": grown("audioIn", "totalAudioEnergy"),
    })
}

/// A script that takes arguments, called with these.
fn called(script: &str, arguments: &str) -> String {
    format!("(function () {{ {script} }})({arguments})")
}

/// The middle and the 95th percentile of the ages of all pictures whose clock could be read, in milliseconds.
fn ages(ages: &Value) -> (Option<f64>, Option<f64>) {
    let mut ages: Vec<f64> = ages.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    ages.sort_by(f64::total_cmp);
    let at = |percent: usize| ages.get((ages.len() * percent / 100).min(ages.len().saturating_sub(1))).copied();
    (at(50), at(95))
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
