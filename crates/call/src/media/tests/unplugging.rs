//! Devices that come, go and break. The devices are GStreamer's test sources in the place of hardware.

use std::sync::{Arc, Mutex};

use gstreamer as gst;

use super::*;
use crate::media::devices::Device;
use crate::media::sync::lock;

/// A device that can be broken and that can refuse to open.
#[derive(Clone)]
struct Plug {
    id: &'static str,
    factory: &'static str,
    opened: Arc<Mutex<Option<gst::Element>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Plug {
    fn camera(id: &'static str) -> Self {
        Self { id, factory: "videotestsrc", opened: Arc::default(), refuses: Arc::default() }
    }

    fn device(&self) -> Device {
        let plug = self.clone();
        let open = move || {
            if *lock(&plug.refuses) {
                return Err("in use by another program".to_owned());
            }
            let element = gst::ElementFactory::make(plug.factory).property("is-live", true).build().unwrap();
            *lock(&plug.opened) = Some(element.clone());
            Ok(element)
        };
        Device { id: self.id.into(), label: format!("The {}", self.id), caps: None, open: Arc::new(open) }
    }

    /// What a driver does when the cable is pulled.
    fn pull(&self) {
        let element = lock(&self.opened).take().expect("never opened");
        gst::element_error!(element, gst::ResourceError::Read, ["the cable was pulled"]);
    }
}

fn open(backend: &GstBackend) -> (Box<dyn Camera>, Receiver<Result<VideoFrame, MediaFault>>) {
    let (sink, frames) = channel();
    (backend.open_camera(VideoCodec::Vp8, target(300, (320, 240), 30), sink).unwrap(), frames)
}

/// The faults until the next picture, and the picture.
fn faults_until_picture(frames: &Receiver<Result<VideoFrame, MediaFault>>) -> (Vec<MediaFault>, VideoFrame) {
    let mut faults = Vec::new();
    loop {
        match frames.recv_timeout(DEADLINE).expect("nothing came") {
            Ok(frame) => return (faults, frame),
            Err(fault) => faults.push(fault),
        }
    }
}

fn next_fault(frames: &Receiver<Result<VideoFrame, MediaFault>>) -> MediaFault {
    loop {
        if let Err(fault) = frames.recv_timeout(DEADLINE).expect("no fault came") {
            return fault;
        }
    }
}

#[test]
fn a_camera_that_is_pulled_says_so_once_and_comes_back_by_itself() {
    let backend = synthetic();
    let plug = Plug::camera("webcam");
    backend.plug(DeviceKind::Camera, vec![plug.device()]);
    backend.choose(DeviceKind::Camera, "webcam").unwrap();
    let (_camera, frames) = open(&backend);
    next(&frames);
    let changes = backend.device_changes();
    let revision = *changes.borrow();

    plug.pull();
    backend.plug(DeviceKind::Camera, vec![]);
    let fault = next_fault(&frames);
    assert!(
        matches!(&fault, MediaFault::Stopped { label, .. } | MediaFault::Missing { label } if label == "The webcam")
    );
    assert!(*changes.borrow() > revision);
    assert_eq!(backend.devices().camera, "webcam");
    assert!(backend.devices().cameras.iter().all(|device| device.id != "webcam"));

    backend.plug(DeviceKind::Camera, vec![plug.device()]);
    let (more, frame) = faults_until_picture(&frames);
    assert_eq!(more, []);
    assert!(frame.key, "the first picture after a break is decodable by itself");
}

#[test]
fn another_camera_takes_over_when_it_is_chosen() {
    let backend = synthetic();
    let (first, second) = (Plug::camera("first"), Plug::camera("second"));
    backend.plug(DeviceKind::Camera, vec![first.device(), second.device()]);
    backend.choose(DeviceKind::Camera, "first").unwrap();
    let (_camera, frames) = open(&backend);
    next(&frames);
    backend.plug(DeviceKind::Camera, vec![second.device()]);
    assert_eq!(next_fault(&frames), MediaFault::Missing { label: "The first".into() });
    backend.choose(DeviceKind::Camera, "second").unwrap();
    assert_eq!(faults_until_picture(&frames).0, []);
    // Back to the test picture without a fault either.
    while frames.try_recv().is_ok() {}
    backend.choose(DeviceKind::Camera, SYNTHETIC).unwrap();
    wait_until("the test picture, which is wide", || next(&frames).size == (320, 180));
}

#[test]
fn an_id_nobody_has_is_missing_once_until_another_choice() {
    let backend = synthetic();
    let (_camera, frames) = open(&backend);
    next(&frames);
    assert!(matches!(backend.choose(DeviceKind::Camera, "gone"), Err(MediaFault::Missing { .. })));
    assert!(matches!(next_fault(&frames), MediaFault::Missing { .. }));
    let (sink, late) = channel();
    let _late = backend.open_camera(VideoCodec::Vp8, target(300, (320, 240), 30), sink).unwrap();
    assert!(matches!(next_fault(&late), MediaFault::Missing { .. }), "a camera opened later is told as well");
    backend.choose(DeviceKind::Camera, SYNTHETIC).unwrap();
    assert_eq!(faults_until_picture(&frames).0, []);
    assert_eq!(faults_until_picture(&late).0, []);
}

#[test]
fn a_camera_in_use_elsewhere_is_tried_again() {
    let backend = synthetic();
    let plug = Plug::camera("busy");
    *lock(&plug.refuses) = true;
    backend.plug(DeviceKind::Camera, vec![plug.device()]);
    backend.choose(DeviceKind::Camera, "busy").unwrap();
    let (_camera, frames) = open(&backend);
    let reason = "in use by another program".to_owned();
    assert_eq!(next_fault(&frames), MediaFault::Busy { label: "The busy".into(), reason });
    *lock(&plug.refuses) = false;
    assert_eq!(faults_until_picture(&frames).0, []);
}

#[test]
fn a_microphone_that_breaks_is_told_once_and_reopened() {
    let backend = synthetic();
    let plug = Plug { factory: "audiotestsrc", ..Plug::camera("headset") };
    backend.plug(DeviceKind::Microphone, vec![plug.device()]);
    backend.choose(DeviceKind::Microphone, "headset").unwrap();
    let (sink, packets) = channel::<AudioPacket>();
    let _microphone = backend.open_microphone(sink).unwrap();
    next(&packets);
    plug.pull();
    let mut faults = Vec::new();
    // It comes back by itself, as the device is still listed.
    loop {
        match packets.recv_timeout(DEADLINE).unwrap() {
            Err(fault) => faults.push(fault),
            Ok(_) if faults.is_empty() => {}
            Ok(_) => break,
        }
    }
    assert!(matches!(&faults[..], [MediaFault::Stopped { label, .. }] if label == "The headset"), "{faults:?}");
}

#[test]
fn the_bit_rate_is_kept_to_whatever_the_rate_of_pictures() {
    let backend = synthetic();
    let plug = Plug::camera("lively");
    backend.plug(DeviceKind::Camera, vec![plug.device()]);
    backend.choose(DeviceKind::Camera, "lively").unwrap();
    for codec in [VideoCodec::Vp8, VideoCodec::H264] {
        for (kbps, fps) in [(400, 30), (400, 10), (150, 15)] {
            let (sink, frames) = channel();
            let _camera = backend.open_camera(codec, target(kbps, (320, 240), fps), sink).unwrap();
            // The first second is the key frame's; what follows is measured by the pictures' own times.
            let frames: Vec<_> = (0..fps * 3).map(|_| next(&frames)).skip(fps as usize).collect();
            let bits: usize = frames.iter().skip(1).map(|frame| frame.data.len() * 8).sum();
            let seconds = (frames[frames.len() - 1].captured - frames[0].captured).as_secs_f64();
            let got = bits as f64 / seconds / 1000.0;
            println!("{codec:?} {kbps} kbit/s at {fps}: {got:.0} kbit/s");
            assert!(got < f64::from(kbps) * 1.5, "{codec:?} at {fps}: {got:.0} of {kbps} kbit/s");
            assert!(got > f64::from(kbps) * 0.5, "{codec:?} at {fps}: {got:.0} of {kbps} kbit/s");
        }
    }
}
