//! The device check, on the synthetic devices.

use std::sync::Arc;
use std::time::Duration;

use call::engine::{Engine, EngineConfig, EngineRefusal, FramesRequest};
use call::media::{BackendOptions, GstBackend, Sources};
use call::view::{PreviewView, Recording};

const PATIENCE: Duration = Duration::from_secs(30);

async fn until(engine: &Engine, what: &str, is: impl Fn(Option<&PreviewView>) -> bool) -> Option<PreviewView> {
    let mut views = engine.preview();
    match tokio::time::timeout(PATIENCE, views.wait_for(|view| is(view.as_ref()))).await {
        Ok(view) => view.expect("the engine lives").clone(),
        Err(_) => panic!("{what} did not come: {:?}", *engine.preview().borrow()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_shows_the_picture_moves_the_level_records_and_plays() {
    let backend = GstBackend::new(BackendOptions { sources: Sources::Synthetic }).expect("GStreamer starts");
    let engine = Engine::new(EngineConfig::new(Arc::new(backend), tokio::runtime::Handle::current()));
    assert_eq!(engine.record_test(), Err(EngineRefusal::NoPreview));

    engine.start_preview().expect("no call runs");
    let view = until(&engine, "the picture", |view| view.is_some_and(|view| view.stream.is_some())).await;
    let stream = view.and_then(|view| view.stream).expect("just seen");
    let frames = engine.frames(&FramesRequest { streams: vec![(stream, 0)], wait: PATIENCE }).await;
    assert!(frames.len() > 28 && frames[24] == 1, "it begins with a key frame");
    until(&engine, "the level", |view| view.is_some_and(|view| view.level > 0.01)).await;

    engine.record_test().expect("the check runs");
    until(&engine, "recording", |view| view.is_some_and(|view| view.recording == Recording::Recording)).await;
    until(&engine, "recorded", |view| view.is_some_and(|view| view.recording == Recording::Ready)).await;
    engine.play_test().expect("the check runs");
    until(&engine, "playing", |view| view.is_some_and(|view| view.recording == Recording::Playing)).await;
    engine.chime().expect("the check runs");

    engine.stop_preview();
    until(&engine, "the end", |view| view.is_none()).await;
    assert_eq!(engine.chime(), Err(EngineRefusal::NoPreview));
    assert_eq!(engine.set_microphone(true), Err(EngineRefusal::NoCall));
}
