//! From the test picture through the encoder and a decoder back to pixels.

use gstreamer as gst;

use super::*;
use crate::media::chain::Chain;
use crate::media::clock::decode_clock;

/// Decodes encoded pictures to tightly packed luma.
struct Decoder {
    chain: Chain,
    caps: gst::Caps,
}

impl Decoder {
    fn new(codec: VideoCodec) -> Self {
        let (caps, elements) = match codec {
            VideoCodec::Vp8 => ("video/x-vp8", "vp8dec threads=1"),
            VideoCodec::H264 => ("video/x-h264,stream-format=byte-stream,alignment=au", "h264parse ! openh264dec"),
        };
        Self {
            chain: Chain::new(&format!("{elements} ! capsfilter caps=video/x-raw,format=I420")).unwrap(),
            caps: caps.parse().unwrap(),
        }
    }

    fn luma(&mut self, frame: &VideoFrame) -> Option<Vec<u8>> {
        let buffer = gst::Buffer::from_slice(frame.data.clone());
        let decoded = self.chain.push(&self.caps, buffer).unwrap().pop()?;
        let map = decoded.map_readable().unwrap();
        let (width, height) = (frame.size.0 as usize, frame.size.1 as usize);
        // GStreamer pads rows of I420 to four bytes; the sizes differ if the picture has another size than it says.
        let stride = width.next_multiple_of(4);
        let chroma = (width / 2).next_multiple_of(4) * (height / 2) * 2;
        assert_eq!(map.len(), stride * height + chroma, "not a picture of {width}x{height}");
        Some((0..height).flat_map(|row| map[row * stride..][..width].to_vec()).collect())
    }
}

fn the_clock_runs_in(codec: VideoCodec, wish: VideoTarget, size: (u32, u32)) {
    let backend = synthetic();
    let (sink, frames) = channel();
    let _camera = backend.open_camera(codec, wish, sink).unwrap();
    let mut decoder = Decoder::new(codec);
    let mut last: Option<u32> = None;
    let mut bytes = 0;
    let (mut seen, mut repeated) = (0, 0);
    while seen < 60 {
        let frame = next(&frames);
        assert_eq!((frame.codec, frame.size), (codec, size));
        assert!(seen > 0 || frame.key, "the first picture is no key frame");
        bytes += frame.data.len();
        let Some(luma) = decoder.luma(&frame) else {
            continue;
        };
        let clock = decode_clock(&luma, size.0 as usize, size.1 as usize).expect("no readable clock");
        seen += 1;
        // A machine that is too busy for the rate gets a picture twice, and never one from before.
        if last == Some(clock) {
            repeated += 1;
            continue;
        }
        assert!(last.is_none_or(|last| (1..60_000).contains(&clock.wrapping_sub(last))), "{last:?} then {clock}");
        last = Some(clock);
    }
    assert!(repeated < seen / 2, "{repeated} of {seen} pictures were those before them");
    println!("{codec:?} {wish:?}: {} bytes a picture", bytes / seen);
}

#[test]
fn the_clock_is_readable_after_vp8_at_300_kilobits() {
    the_clock_runs_in(VideoCodec::Vp8, target(300, (1280, 720), 30), (1280, 720));
}

#[test]
fn the_clock_is_readable_in_a_small_picture() {
    the_clock_runs_in(VideoCodec::Vp8, target(100, (320, 240), 15), (320, 180));
}

#[test]
fn the_clock_is_readable_after_h264() {
    the_clock_runs_in(VideoCodec::H264, target(500, (640, 360), 30), (640, 360));
}

#[test]
fn h264_key_frames_carry_their_parameters_in_a_baseline_stream() {
    let backend = synthetic();
    let (sink, frames) = channel();
    let camera = backend.open_camera(VideoCodec::H264, target(500, (640, 360), 30), sink).unwrap();
    for turn in 0..3 {
        let frame = next_key(&frames);
        assert_eq!(frame.data[..4], [0, 0, 0, 1], "not Annex B");
        let units: Vec<u8> = frame.data.windows(4).filter(|w| w[..3] == [0, 0, 1]).map(|w| w[3] & 0x1F).collect();
        assert!(units.contains(&7) && units.contains(&8) && units.contains(&5), "turn {turn}: {units:?}");
        let sps = frame.data.windows(5).find(|w| w[..3] == [0, 0, 1] && w[3] & 0x1F == 7).unwrap()[4];
        assert_eq!(sps, 66, "profile_idc of the baseline profile");
        camera.force_key_frame();
    }
}

/// The next key frame, after at most a second's pictures.
fn next_key(frames: &Receiver<Result<VideoFrame, MediaFault>>) -> VideoFrame {
    (0..30).map(|_| next(frames)).find(|frame| frame.key).expect("no key frame within 30 pictures")
}

#[test]
fn a_key_frame_comes_when_it_is_asked_for_and_only_then() {
    let backend = synthetic();
    let (sink, frames) = channel();
    let camera = backend.open_camera(VideoCodec::Vp8, target(500, (640, 360), 30), sink).unwrap();
    assert!(next(&frames).key);
    for turn in 0..3 {
        let quiet = (0..5).map(|_| next(&frames)).filter(|frame| frame.key).count();
        assert_eq!(quiet, 0, "a key frame nobody asked for, turn {turn}");
        camera.force_key_frame();
        next_key(&frames);
    }
}

#[test]
fn size_and_rate_change_without_a_stop() {
    let backend = synthetic();
    let (sink, frames) = channel();
    let camera = backend.open_camera(VideoCodec::Vp8, target(800, (1280, 720), 30), sink).unwrap();
    let mut decoder = Decoder::new(VideoCodec::Vp8);
    let mut last = None;
    for wish in [(1280, 720), (640, 360), (320, 180), (960, 540)] {
        camera.set_target(target(300, wish, 30));
        let mut right = 0;
        // A picture that was under way still has the old size.
        for _ in 0..60 {
            let frame = next(&frames);
            let luma = decoder.luma(&frame).expect("a picture that does not decode");
            let clock = decode_clock(&luma, frame.size.0 as usize, frame.size.1 as usize).expect("no clock");
            assert!(last.is_none_or(|last: u32| clock.wrapping_sub(last) < 60_000));
            last = Some(clock);
            right += usize::from(frame.size == wish);
            if right == 5 {
                break;
            }
        }
        assert_eq!(right, 5, "never became {wish:?}");
    }
}

#[test]
fn fewer_pictures_come_at_a_lower_rate() {
    let backend = synthetic();
    let (sink, frames) = channel();
    let _camera = backend.open_camera(VideoCodec::Vp8, target(300, (320, 180), 10), sink).unwrap();
    let captured: Vec<Instant> = (0..21).map(|_| next(&frames).captured).collect();
    // By the pictures' own times, which do not depend on how busy the computer is. The camera gives 30.
    let rate = 20.0 / (captured[20] - captured[0]).as_secs_f64();
    assert!(rate < 14.0, "{rate:.1} pictures a second");
}

#[test]
fn two_cameras_share_the_device_with_codecs_of_their_own() {
    let backend = synthetic();
    let (first, first_frames) = channel();
    let (second, second_frames) = channel();
    let one = backend.open_camera(VideoCodec::Vp8, target(300, (640, 360), 30), first).unwrap();
    let _two = backend.open_camera(VideoCodec::H264, target(300, (320, 180), 15), second).unwrap();
    assert_eq!(next(&first_frames).size, (640, 360));
    assert_eq!(next(&second_frames).size, (320, 180));
    drop(one);
    wait_until("the first one's sink is let go", || {
        matches!(first_frames.try_recv(), Err(mpsc::TryRecvError::Disconnected))
    });
    while second_frames.try_recv().is_ok() {}
    next(&second_frames);
}
