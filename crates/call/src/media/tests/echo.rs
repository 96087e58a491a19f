//! The echo canceller: what the loudspeaker plays comes back to the microphone and is taken out.

use std::sync::Arc;

use gstreamer as gst;

use super::*;
use crate::media::echo::{Cleaner, EchoProbe};
use crate::media::sound::{self, BLOCK, energy};

/// Seconds until the canceller must have learnt the room, and seconds over which it is measured then.
const SETTLE: usize = 12;
const MEASURE: usize = 4;

/// Noise like a voice in its loudness: half a second on, a quarter off, always the same.
fn far_end() -> Vec<i16> {
    let mut state = 0x2545_F491_u32;
    let mut smooth = 0.0;
    (0..(SETTLE + MEASURE) * sound::RATE)
        .map(|sample| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let white = f64::from(state as i32) / f64::from(i32::MAX);
            smooth = 0.8 * smooth + 0.2 * white;
            let speaking = sample % (sound::RATE * 3 / 4) < sound::RATE / 2;
            if speaking { (smooth * 12_000.0) as i16 } else { 0 }
        })
        .collect()
}

/// Whether the probe hears the loudspeaker.
#[derive(Clone, Copy)]
enum Loudspeaker {
    Heard,
    Unheard,
}

/// How many decibels of an echo `late` milliseconds after the loudspeaker are gone once the canceller knows the room.
fn removed(late: usize, loudspeaker: Loudspeaker) -> f64 {
    let probe = Arc::new(EchoProbe::new().unwrap());
    let mut cleaner = Cleaner::new(probe.clone()).unwrap();
    let far = far_end();
    let delay = late * sound::RATE / 1000;
    let (mut before, mut after) = (0.0, 0.0);
    for (number, played) in far.chunks_exact(BLOCK).enumerate() {
        let now = sound::BLOCK_TIME * number as u32;
        match loudspeaker {
            Loudspeaker::Heard => probe.hear_at(now, sound::buffer(played, number as u64)),
            Loudspeaker::Unheard => {}
        }
        let start = number * BLOCK;
        let at = |sample: usize| sample.checked_sub(delay).map_or(0, |sample| far[sample] / 4);
        let echo: Vec<i16> = (start..start + BLOCK).map(at).collect();
        let cleaned: Vec<i16> = cleaner
            .clean_at(now, sound::buffer(&echo, number as u64))
            .unwrap()
            .iter()
            .flat_map(|buffer| sound::samples(&buffer.map_readable().unwrap()).collect::<Vec<_>>())
            .collect();
        if start >= SETTLE * sound::RATE {
            before += energy(&echo);
            after += energy(&cleaned);
        }
    }
    assert!(before > 1e-5, "there was no echo to remove: {before:e}");
    let decibels = 10.0 * (before / after.max(1e-12)).log10();
    println!("{late} ms late: {decibels:.1} dB removed");
    decibels
}

fn installed() -> bool {
    let installed = gst::init().is_ok() && gst::ElementFactory::find("webrtcdsp").is_some();
    if !installed {
        println!("webrtcdsp is not installed: nothing to test");
    }
    installed
}

#[test]
fn an_echo_is_reduced_by_15_decibels() {
    if !installed() {
        return;
    }
    for late in [0, 20, 40, 60, 90, 130, 250, 400] {
        let decibels = removed(late, Loudspeaker::Heard);
        assert!(decibels >= 15.0, "only {decibels:.1} dB of an echo {late} ms late removed");
    }
}

#[test]
fn it_is_the_canceller_that_removes_the_echo() {
    if !installed() {
        return;
    }
    let off = removed(60, Loudspeaker::Unheard);
    assert!(off < 8.0, "{off:.1} dB vanish without any cancelling: the other test shows nothing");
}

#[test]
fn the_probe_hears_what_the_loudspeaker_plays() {
    if !installed() {
        return;
    }
    let backend = synthetic();
    let speaker = backend.open_speaker().unwrap();
    speaker.chime().unwrap();
    wait_until("the chime at the probe", || backend.heard_by_probe() > 0.001);
}
