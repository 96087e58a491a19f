//! From the microphone through Opus, the network's disorder and the mix to the loudspeaker.

use super::*;
use crate::media::recording::MemoryRecorder;
use crate::media::voice::Track;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::sync::Arc;

/// Sends what a microphone makes to a voice, as the engine does, until told to stop.
struct Loop {
    _microphone: Arc<Box<dyn Microphone>>,
    stop: mpsc::Sender<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

fn loop_back(backend: &GstBackend, voice: Arc<Box<dyn Voice>>, keep: fn(u16) -> bool) -> Loop {
    let (sink, packets) = channel::<AudioPacket>();
    let microphone = Arc::new(backend.open_microphone(sink).unwrap());
    let (stop, stopped) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        // The wrap of the sequence number comes early on.
        let mut sequence = 65_530_u16;
        while stopped.try_recv().is_err() {
            push(&**voice, sequence, &packets, keep);
            sequence = sequence.wrapping_add(1);
        }
    });
    Loop { _microphone: microphone, stop, thread: Some(thread) }
}

fn push(voice: &dyn Voice, sequence: u16, packets: &Receiver<Result<AudioPacket, MediaFault>>, keep: fn(u16) -> bool) {
    let packet = next(packets);
    assert_eq!(packet.duration, Duration::from_millis(20));
    if keep(sequence) {
        voice.push(sequence, u32::from(sequence).wrapping_mul(960), packet.data);
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // The thread has ended if it failed, which the test sees by what it waits for.
        let _ = self.stop.send(());
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

#[test]
fn the_tone_is_heard_with_energy_though_the_loudspeaker_is_silent() {
    let backend = synthetic();
    backend.choose(DeviceKind::Speaker, SILENT).unwrap();
    let speaker = backend.open_speaker().unwrap();
    let voice = Arc::new(speaker.add_voice().unwrap());
    let line = loop_back(&backend, voice.clone(), |_| true);
    // Half a second of the tone has 0.0025.
    wait_until("energy of the tone", || voice.energy() > 0.004);
    wait_until("a level", || voice.level() > 0.5);
    assert!(speaker.fault().is_none());

    line._microphone.set_muted(true);
    // What was under way is heard out; then it stays silent.
    wait_until("silence", || {
        let before = voice.energy();
        std::thread::sleep(Duration::from_millis(1100));
        voice.energy() - before < 1e-6
    });
    assert!(voice.level() < 0.1);
    wait_until("the level before mute", || line._microphone.level() > 0.5);
    line._microphone.set_muted(false);
    let before = voice.energy();
    wait_until("energy after mute", || voice.energy() > before + 0.002);
}

#[test]
fn a_tenth_of_lost_packets_costs_little_energy() {
    let backend = synthetic();
    let speaker = backend.open_speaker().unwrap();
    let voice = Arc::new(speaker.add_voice().unwrap());
    let line = loop_back(&backend, voice.clone(), |sequence| sequence % 10 != 3);
    line._microphone.set_target(16_000, 0.1);
    wait_until("energy of the tone", || voice.energy() > 0.006);
}

#[test]
fn packets_may_come_in_any_order() {
    let backend = synthetic();
    let (sink, packets) = channel::<AudioPacket>();
    let microphone = backend.open_microphone(sink).unwrap();
    let real: Vec<_> = (0..20).map(|_| next(&packets).data).collect();
    drop(microphone);
    let track = Track::new().unwrap();
    let pushes = proptest::collection::vec((any::<u16>(), any::<u32>(), 0..real.len() + 3, any::<bool>()), 1..12);
    // The same 1,000 orders each time.
    let config = ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner
        .run(&pushes, |pushes| {
            let mut mix = [0; 960];
            for (near, timestamp, which, play) in pushes {
                let payload = real.get(which).cloned().unwrap_or_else(|| timestamp.to_be_bytes().to_vec().into());
                // Mostly neighbours, at times anything.
                let sequence = if near % 7 == 0 { near } else { near % 16 };
                track.push(sequence, timestamp, payload);
                if play {
                    track.mix_into(&mut mix);
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(track.energy().is_finite());
}

#[test]
fn a_dropped_voice_leaves_the_mix_and_the_loudspeaker_reopens() {
    let backend = synthetic();
    for _ in 0..3 {
        let speaker = backend.open_speaker().unwrap();
        let voice = Arc::new(speaker.add_voice().unwrap());
        // The voice alone keeps the loudspeaker running.
        drop(speaker);
        let line = loop_back(&backend, voice.clone(), |_| true);
        wait_until("energy", || voice.energy() > 0.001);
        drop(line);
    }
}

#[test]
fn a_missing_loudspeaker_is_named_and_voices_run_on() {
    let backend = synthetic();
    let speaker = backend.open_speaker().unwrap();
    let voice = Arc::new(speaker.add_voice().unwrap());
    assert!(backend.choose(DeviceKind::Speaker, "nowhere").is_err());
    wait_until("the fault", || matches!(speaker.fault(), Some(MediaFault::Missing { .. })));
    let line = loop_back(&backend, voice.clone(), |_| true);
    wait_until("energy though nothing is heard", || voice.energy() > 0.001);
    backend.choose(DeviceKind::Speaker, SILENT).unwrap();
    wait_until("the fault is over", || speaker.fault().is_none());
    drop(line);
}

#[test]
fn a_recording_fills_plays_and_can_be_made_again() {
    let backend = synthetic();
    let recorder = MemoryRecorder::of_length(backend.sound(), backend.loudspeaker().unwrap(), 4800);
    let state = recorder.state();
    let is = |wanted: Recording| wait_until("the recorder", || *state.borrow() == wanted);
    recorder.play();
    assert_eq!(*state.borrow(), Recording::None, "nothing to play yet");
    for _ in 0..2 {
        recorder.record();
        is(Recording::Ready);
        recorder.play();
        assert_ne!(*state.borrow(), Recording::None);
        is(Recording::Ready);
    }
}

#[test]
fn a_recorder_opens_as_the_device_check_does() {
    let backend = synthetic();
    let recorder = backend.open_recorder().unwrap();
    assert_eq!(*recorder.state().borrow(), Recording::None);
    recorder.record();
    assert_eq!(*recorder.state().borrow(), Recording::Recording);
    backend.open_speaker().unwrap().chime().unwrap();
}
