//! Calls of the real engine with a real browser, over a hub in the test.
//!
//! One browser and one engine at a time: the machine of the tests is small, and a picture that is late
//! because of a neighbour's encoder is no fault.

#[path = "support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use call::engine::{CallEvent, Engine, EngineConfig, EngineRefusal, FramesRequest, Join, Told};
use call::media::{BackendOptions, GstBackend, Sources, VideoCodec};
use call::signal::{FromHub, IceServer, OverReason, Step};
use call::view::{CallPhase, CallView, EndReason, LinkState};
use domain::Phi;
use domain::id::{CallId, ParticipantId};
use domain::participant::ParticipantRole;
use serde_json::Value;
use support::browser::Browser;
use support::camera::Removable;
use support::eventually;
use support::hub::{ENCOUNTER, TestHub};
use support::relay::Relay;
use support::stage::Stage;
use tokio::sync::Mutex;

/// Long enough for a slow machine; nothing is asserted about how long things took.
const PATIENCE: Duration = Duration::from_secs(30);
/// One call at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A clinician's engine and a patient's browser in a call.
struct Visit {
    engine: Engine,
    camera: Arc<Removable>,
    hub: TestHub,
    stage: Arc<Stage>,
    clinician: ParticipantId,
    patient: ParticipantId,
    events: tokio::sync::broadcast::Receiver<CallEvent>,
    _browser: Browser,
    _alone: tokio::sync::MutexGuard<'static, ()>,
}

impl Visit {
    async fn begin() -> Self {
        Self::begin_with(Vec::new(), |_| {}).await
    }

    async fn begin_with(ice_servers: Vec<IceServer>, change: impl Fn(&mut EngineConfig)) -> Self {
        let alone = ALONE.lock().await;
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let hub = TestHub::start().await;
        hub.tell_of(ice_servers);
        let clinician = hub.admit("clinician", ParticipantRole::Clinician, "Dr. Ash");
        let patient = hub.admit("patient", ParticipantRole::Patient, "Wren");
        let backend = GstBackend::new(BackendOptions { sources: Sources::Synthetic }).expect("GStreamer starts");
        let camera = Arc::new(Removable::new(backend));
        let mut config = EngineConfig::new(Arc::clone(&camera) as _, tokio::runtime::Handle::current());
        change(&mut config);
        let prefer = if config.codec == VideoCodec::H264 { "'video/H264'" } else { "null" };
        let engine = Engine::new(config);
        let events = engine.events();
        engine.join(join(&hub, "clinician")).await;
        let stage = Stage::start().await;
        let browser = Browser::open(&stage.url);
        stage.page().await;
        stage.run(&format!("prefer = {prefer}; await start({:?}, 'patient')", hub.url())).await;
        let visit = Self { engine, camera, hub, stage, clinician, patient, events, _browser: browser, _alone: alone };
        visit.until("connected", |view| view.phase == CallPhase::OnCall).await;
        visit
    }

    async fn until(&self, what: &str, is: impl Fn(&CallView) -> bool) -> CallView {
        let mut views = self.engine.watch();
        let found = tokio::time::timeout(PATIENCE, views.wait_for(|view| view.as_ref().is_some_and(&is))).await;
        match found {
            Ok(view) => view.expect("the engine lives").clone().expect("just looked at"),
            Err(_) => panic!("{what} did not come: {:?}", self.engine.view()),
        }
    }

    async fn figures(&self) -> Value {
        self.stage.run("return await figures()").await
    }

    /// Waits until a figure of the browser grows by so much.
    async fn grows(&self, kind: &str, figure: &str, by: f64) {
        let read = |figures: &Value| figures[kind][figure].as_f64().unwrap_or(0.0);
        let first = read(&self.figures().await);
        eventually(&format!("{kind}.{figure} + {by}"), PATIENCE, || async {
            let figures = self.figures().await;
            if read(&figures) >= first + by { Ok(()) } else { Err(format!("{first} then {figures}")) }
        })
        .await;
    }

    /// Waits until a figure of the browser has not changed for a second of its own time.
    async fn stands_still(&self, kind: &str, figure: &str) {
        eventually(&format!("{kind}.{figure} stands still"), PATIENCE, || async {
            let before = self.figures().await;
            self.stage.run("await new Promise((done) => setTimeout(done, 1200))").await;
            let after = self.figures().await;
            if before[kind][figure] == after[kind][figure] {
                Ok(())
            } else {
                Err(format!("{} then {}", before[kind][figure], after[kind][figure]))
            }
        })
        .await;
    }

    /// Waits until the browser hears nothing. The test tone is on for half of each second.
    async fn is_silent(&self) {
        eventually("silence", PATIENCE, || async {
            let before = self.figures().await;
            self.stage.run("await new Promise((done) => setTimeout(done, 1200))").await;
            let after = self.figures().await;
            let energy = |figures: &Value| figures["audioIn"]["totalAudioEnergy"].as_f64().unwrap_or(1.0);
            // Silence that was encoded is not quite nothing.
            if energy(&after) - energy(&before) < 0.000_000_1 {
                Ok(())
            } else {
                Err(format!("{} then {}", energy(&before), energy(&after)))
            }
        })
        .await;
    }

    /// Waits until the clinician's engine said such a word to the hub.
    async fn passes(&self, kind: &str) {
        eventually(kind, PATIENCE, || async {
            let passed = self.hub.passed(self.clinician);
            if passed.iter().any(|word| word == kind) { Ok(()) } else { Err(format!("{passed:?}")) }
        })
        .await;
    }

    /// Waits until the application was told of something.
    async fn happens(&mut self, what: &str, is: impl Fn(&CallEvent) -> bool) {
        let found =
            tokio::time::timeout(PATIENCE, async { while !is(&self.events.recv().await.expect("events go on")) {} });
        found.await.unwrap_or_else(|_| panic!("{what} was not told: {:?}", self.engine.view()));
    }

    /// Waits until so many more whole pictures of the patient came.
    async fn sees(&self, pictures: u64) {
        let seen = |view: &CallView| {
            view.peers.first().and_then(|peer| peer.stats.as_ref()).map_or(0, |stats| stats.frames_in)
        };
        let first = self.engine.view().as_ref().map_or(0, seen);
        // A connection that was made again counts from nothing.
        self.until("more pictures of the patient", |view| {
            let now = seen(view);
            now >= first + pictures || (now < first && now >= pictures)
        })
        .await;
    }
}

fn join(hub: &TestHub, token: &str) -> Join {
    Join {
        call: CallId::from_u128(1),
        encounter: ENCOUNTER,
        signal_url: hub.url(),
        token: token.to_owned(),
        device: "11".repeat(16),
        microphone: true,
        camera: true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn picture_sound_and_chat_go_both_ways() {
    let visit = Visit::begin().await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.grows("audioIn", "totalAudioEnergy", 0.000_01).await;
    visit.sees(30).await;
    let before = visit.stage.run("return picture()").await;
    eventually("the clock in the picture moves", PATIENCE, || async {
        let now = visit.stage.run("return picture()").await;
        if now["sum"] != before["sum"] && now["width"].as_u64() > Some(0) {
            Ok(())
        } else {
            Err(format!("{before} then {now}"))
        }
    })
    .await;
    let view = visit
        .until("sound of the patient", |view| {
            view.peers
                .first()
                .and_then(|peer| peer.stats.as_ref())
                .is_some_and(|stats| stats.audio_energy_in > 0.000_01 && stats.round_trip_ms.is_some())
        })
        .await;
    let peer = &view.peers[0];
    let stats = peer.stats.as_ref().expect("there were figures");
    assert_eq!(peer.link, LinkState::Connected);
    assert_eq!((stats.in_codec.as_deref(), stats.out_codec.as_deref()), (Some("VP8"), Some("VP8")));
    assert_eq!(stats.in_size, Some((640, 360)));
    assert!(view.connected_at.is_some() && view.self_stream.is_some());

    let stream = peer.stream.expect("the patient's picture has a handle");
    let answer = visit.engine.frames(&FramesRequest { streams: vec![(stream, 0)], wait: PATIENCE }).await;
    assert!(answer.len() > 28, "{} bytes", answer.len());
    assert_eq!((answer[24], answer[25]), (1, 1), "a late reader begins with a key frame of VP8");

    visit.engine.send_chat(Phi::from("Can you hear me?")).expect("the call takes orders");
    eventually("the clinician's line", PATIENCE, || async {
        let heard = visit.stage.run("return heard").await;
        if heard[0]["text"] == "Can you hear me?" { Ok(()) } else { Err(heard.to_string()) }
    })
    .await;
    visit.stage.run("[...links.values()][0].chat.send(JSON.stringify({ id: 'p1', text: 'Yes!' })); say({ type: 'chat', id: 'p1', text: 'Yes!' });").await;
    let view = visit.until("the patient's line", |view| view.chat.len() == 2).await;
    assert_eq!(view.chat[1].text.expose(), "Yes!");
    assert_eq!(view.chat[1].from, Some(visit.patient));
    visit.engine.send_chat(Phi::from("Good.")).expect("the call takes orders");
    assert_eq!(visit.until("no line twice", |view| view.chat.len() >= 3).await.chat.len(), 3);
    visit.until("all of it is delivered", |view| view.chat.iter().all(|line| line.delivered)).await;

    visit.engine.hang_up().expect("the call takes orders");
    visit.until("the end", |view| view.phase == CallPhase::Ended { why: EndReason::HungUp }).await;
    visit.passes("leave").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn muted_is_silent_and_stays_so_over_a_reload_of_the_patients_page() {
    let mut visit = Visit::begin().await;
    visit.grows("audioIn", "totalAudioEnergy", 0.000_01).await;
    visit.engine.set_microphone(false).expect("the call takes orders");
    visit.until("the wish is kept", |view| !view.microphone).await;
    visit.is_silent().await;
    assert!(visit.hub.peer(visit.clinician).is_some_and(|peer| !peer.microphone));

    visit.stage.reload().await;
    visit.stage.run(&format!("await start({:?}, 'patient')", visit.hub.url())).await;
    visit.happens("the patient was there", |event| event.what == Told::Connected).await;
    visit.happens("the page went away", |event| event.what == Told::Lost).await;
    visit.happens("the patient is back", |event| event.what == Told::Connected).await;
    visit.until("connected again", |view| view.phase == CallPhase::OnCall).await;
    visit.sees(30).await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.is_silent().await;
    assert!(visit.engine.view().is_some_and(|view| !view.microphone));

    visit.engine.set_microphone(true).expect("the call takes orders");
    visit.grows("audioIn", "totalAudioEnergy", 0.000_01).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_hold_nothing_is_sent_or_heard_and_afterwards_all_is_as_before() {
    let visit = Visit::begin().await;
    visit.grows("videoIn", "framesDecoded", 10.0).await;
    visit.engine.set_hold(true).expect("the call takes orders");
    visit.until("on hold", |view| view.phase == CallPhase::OnHold && view.self_stream.is_none()).await;
    visit.stands_still("videoIn", "framesReceived").await;
    visit.is_silent().await;
    let told = visit.hub.peer(visit.clinician).expect("the clinician is there");
    assert!(told.hold && !told.camera && !told.microphone);

    visit.engine.set_hold(false).expect("the call takes orders");
    visit.until("on the call again", |view| view.phase == CallPhase::OnCall).await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.grows("audioIn", "totalAudioEnergy", 0.000_01).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_network_is_answered_with_an_ice_restart_on_the_same_connection() {
    let visit = Visit::begin().await;
    let session = visit.figures().await["session"].clone();
    let fragment = "return [...links.values()][0].pc.localDescription.sdp.match(/ice-ufrag:(\\S+)/)[1]";
    let before = visit.stage.run(fragment).await;
    visit.engine.network_changed().expect("the call takes orders");
    visit.passes("ask_RestartIce").await;
    eventually("new credentials", PATIENCE, || async {
        let now = visit.stage.run(fragment).await;
        if now != before { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
    visit.grows("videoIn", "framesDecoded", 60.0).await;
    visit.sees(60).await;
    assert_eq!(visit.figures().await["session"], session);
    assert!(!visit.hub.passed(visit.clinician).contains(&"ask_Rebuild".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_dies_and_comes_back_is_not_noticed_by_the_media() {
    let mut visit = Visit::begin().await;
    let session = visit.figures().await["session"].clone();
    let hub = std::mem::replace(&mut visit.hub, TestHub::start().await);
    visit.hub = hub.restart().await;
    visit.sees(60).await;
    eventually("both are back at the hub", PATIENCE, || async {
        let here = (visit.hub.peer(visit.clinician).is_some(), visit.hub.peer(visit.patient).is_some());
        if here == (true, true) { Ok(()) } else { Err(format!("{here:?}")) }
    })
    .await;
    visit.sees(30).await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    assert_eq!(visit.figures().await["session"], session, "the connection that worked was kept");
    visit.engine.send_chat(Phi::from("Still here?")).expect("the call takes orders");
    eventually("the line", PATIENCE, || async {
        let heard = visit.stage.run("return heard").await;
        if heard[0]["text"] == "Still here?" { Ok(()) } else { Err(heard.to_string()) }
    })
    .await;
    let lost = std::iter::from_fn(|| visit.events.try_recv().ok()).any(|event| event.what == Told::Lost);
    assert!(!lost, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_talks_nonsense_does_not_end_the_call() {
    let visit = Visit::begin().await;
    for nonsense in [
        "",
        "{",
        "[]",
        "null",
        r#"{"type":"peers"}"#,
        r#"{"type":"peer","from":"x","word":{}}"#,
        r#"{"type":"later_version"}"#,
    ] {
        visit.hub.say_raw(visit.clinician, nonsense);
    }
    visit.hub.say_raw(visit.clinician, &"x".repeat(60_000));
    visit.sees(30).await;
    assert_eq!(visit.engine.view().map(|view| view.phase), Some(CallPhase::OnCall));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_vanishes_costs_the_picture_only_and_comes_back() {
    let visit = Visit::begin().await;
    visit.grows("videoIn", "framesDecoded", 10.0).await;
    visit.camera.vanish();
    let view = visit.until("the trouble is said", |view| view.trouble.is_some()).await;
    assert_eq!(view.trouble.as_deref(), Some("Test camera is not connected"));
    assert_eq!(view.phase, CallPhase::OnCall);
    visit.grows("audioIn", "totalAudioEnergy", 0.000_01).await;
    visit.camera.appear();
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.until("no more trouble", |view| view.trouble.is_none()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_third_person_joins_and_leaves_without_disturbing_the_second() {
    let visit = Visit::begin().await;
    let session = visit.figures().await["session"].clone();
    let relative = visit.hub.admit("relative", ParticipantRole::Relative, "Heron");
    let stage = Stage::start().await;
    let browser = Browser::open(&stage.url);
    stage.page().await;
    stage
        .run(&format!(
            "await start({:?}, 'relative', {{ audio: true, video: {{ width: 320, height: 180 }} }})",
            visit.hub.url()
        ))
        .await;
    let both = |view: &CallView| {
        view.peers.iter().filter(|peer| peer.stats.as_ref().is_some_and(|s| s.frames_in > 30)).count()
    };
    let view = visit.until("pictures of both", |view| both(view) == 2).await;
    assert_ne!(view.peers[0].stream, view.peers[1].stream);
    eventually("the relative sees the clinician", PATIENCE, || async {
        let figures = stage.run("return await figures()").await;
        if figures["videoIn"]["framesDecoded"].as_u64() > Some(10) { Ok(()) } else { Err(figures.to_string()) }
    })
    .await;
    visit.grows("videoIn", "framesDecoded", 10.0).await;
    stage.run("closed = true; say({ type: 'leave' })").await;
    drop(browser);
    let view = visit.until("the relative is gone", |view| view.peers.len() == 1).await;
    assert!(view.peers.iter().all(|peer| peer.participant != relative));
    visit.sees(30).await;
    assert_eq!(visit.figures().await["session"], session);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_udp_leaves_the_house_a_relay_over_tcp_carries_the_call() {
    let relay = Relay::start();
    let server = IceServer {
        urls: vec![relay.url.clone()],
        username: Some(Relay::USER.to_owned()),
        credential: Some(Relay::PASSWORD.to_owned()),
    };
    let visit = Visit::begin_with(vec![server], |config| config.relay_only = true).await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.sees(30).await;
    let path = |view: &CallView| view.peers[0].stats.as_ref().and_then(|stats| stats.path.clone());
    let view = visit.until("the path is known", |view| path(view).is_some()).await;
    assert_eq!(path(&view).as_deref(), Some("relay"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_speak_h264_where_both_prefer_it() {
    let visit = Visit::begin_with(Vec::new(), |config| config.codec = VideoCodec::H264).await;
    visit.grows("videoIn", "framesDecoded", 30.0).await;
    visit.sees(30).await;
    let codecs =
        |view: &CallView| view.peers[0].stats.as_ref().map(|stats| (stats.in_codec.clone(), stats.out_codec.clone()));
    let view = visit.until("figures", |view| codecs(view).is_some()).await;
    let h264 = || Some("H264".to_owned());
    assert_eq!(codecs(&view), Some((h264(), h264())));
    let stream = view.peers[0].stream.expect("the patient's picture has a handle");
    let answer = visit.engine.frames(&FramesRequest { streams: vec![(stream, 0)], wait: PATIENCE }).await;
    assert_eq!((answer[24], answer[25], &answer[28..32]), (1, 2, &[0, 0, 0, 1][..]), "a key frame of H.264, Annex B");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_stops_by_a_fault_comes_back_with_microphone_and_camera_off() {
    let mut visit = Visit::begin().await;
    visit.grows("videoIn", "framesDecoded", 10.0).await;
    // From narrow to wide the rate grows, and with each step the encoder is told.
    visit.camera.break_once();
    let view = visit.until("the call is started again", |view| view.trouble.is_some()).await;
    assert!(!view.microphone && !view.camera, "the safer state");
    visit.happens("the patient is connected again", |event| event.what == Told::Connected).await;
    visit.happens("the new call connects", |event| event.what == Told::Connected).await;
    visit.sees(30).await;
    visit.is_silent().await;
    visit.engine.set_camera(true).expect("the call takes orders");
    visit.grows("videoIn", "framesDecoded", 30.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_that_is_over_ends_the_call_and_frees_the_camera() {
    let visit = Visit::begin().await;
    visit.hub.say(visit.clinician, &FromHub::Step { step: Step::Over { why: OverReason::Finished } });
    let view = visit.until("the end", |view| matches!(view.phase, CallPhase::Ended { .. })).await;
    assert_eq!(view.phase, CallPhase::Ended { why: EndReason::VisitOver });
    assert_eq!(visit.engine.set_microphone(true), Err(EngineRefusal::NoCall));
    eventually("the camera is free", PATIENCE, || async {
        if visit.camera.open_handles() == 0 { Ok(()) } else { Err(visit.camera.open_handles().to_string()) }
    })
    .await;
}

/// An engine alone in a call with its hub.
async fn engine_alone() -> (Engine, TestHub, tokio::sync::MutexGuard<'static, ()>) {
    let alone = ALONE.lock().await;
    let hub = TestHub::start().await;
    hub.admit("clinician", ParticipantRole::Clinician, "Dr. Ash");
    let backend = GstBackend::new(BackendOptions { sources: Sources::Synthetic }).expect("GStreamer starts");
    let engine = Engine::new(EngineConfig::new(Arc::new(backend), tokio::runtime::Handle::current()));
    (engine, hub, alone)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_another_call_ends_the_first_on_the_record_of_the_first() {
    let (engine, hub, _alone) = engine_alone().await;
    let mut events = engine.events();
    let (first, second) = (CallId::from_u128(1), CallId::from_u128(2));
    engine.join(Join { call: first, ..join(&hub, "clinician") }).await;
    engine.join(Join { call: second, ..join(&hub, "clinician") }).await;
    let told = std::iter::from_fn(|| events.try_recv().ok()).map(|event| (event.call, event.what)).collect::<Vec<_>>();
    assert_eq!(told, [(first, Told::Ended(EndReason::HungUp))]);
    engine.forget().await;
    assert_eq!(engine.view(), None, "names and chat are gone");
    let last = events.recv().await.expect("the second call ended too");
    assert_eq!((last.call, last.what), (second, Told::Ended(EndReason::HungUp)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_the_hub_never_took_is_delivered_once_it_is_back() {
    let (engine, hub, _alone) = engine_alone().await;
    let join = join(&hub, "clinician");
    let address = hub.stop().await;
    let mut views = engine.watch();
    let mut until = async |what: &str, delivered: bool| {
        let lines =
            |view: &Option<CallView>| view.as_ref().is_some_and(|v| v.chat.iter().any(|l| l.delivered == delivered));
        let found = tokio::time::timeout(PATIENCE, views.wait_for(lines)).await;
        assert!(found.is_ok(), "{what}: {:?}", engine.view());
    };
    engine.join(join).await;
    engine.send_chat(Phi::from("Hello?")).expect("the call takes orders");
    until("the line waits", false).await;
    let _back = TestHub::start_again(address, "clinician").await;
    until("the line is delivered", true).await;
}
