//! A camera plugged in and out as the system tells of it: through a device provider and the device monitor.

use std::sync::{LazyLock, Mutex};

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer::subclass::prelude::*;

use super::*;
use crate::media::sync::lock;

/// The elements that were made for the camera.
static OPENED: Mutex<Vec<gst::Element>> = Mutex::new(Vec::new());

#[derive(Default)]
pub struct CameraImp;

#[glib::object_subclass]
impl ObjectSubclass for CameraImp {
    const NAME: &'static str = "RoundsPluggedCamera";
    type Type = PluggedCamera;
    type ParentType = gst::Device;
}

impl ObjectImpl for CameraImp {}
impl GstObjectImpl for CameraImp {}
impl DeviceImpl for CameraImp {
    fn create_element(&self, _: Option<&str>) -> Result<gst::Element, gst::LoggableError> {
        let element = gst::ElementFactory::make("videotestsrc").property("is-live", true).build().unwrap();
        lock(&OPENED).push(element.clone());
        Ok(element)
    }
}

glib::wrapper! {
    pub struct PluggedCamera(ObjectSubclass<CameraImp>) @extends gst::Device, gst::Object;
}

#[derive(Default)]
pub struct ProviderImp;

#[glib::object_subclass]
impl ObjectSubclass for ProviderImp {
    const NAME: &'static str = "RoundsDeviceProvider";
    type Type = Provider;
    type ParentType = gst::DeviceProvider;
}

impl ObjectImpl for ProviderImp {}
impl GstObjectImpl for ProviderImp {}
impl DeviceProviderImpl for ProviderImp {
    fn metadata() -> Option<&'static gst::subclass::DeviceProviderMetadata> {
        static METADATA: LazyLock<gst::subclass::DeviceProviderMetadata> = LazyLock::new(|| {
            gst::subclass::DeviceProviderMetadata::new("Test cameras", "Source/Video", "Cameras of the test", "Rounds")
        });
        Some(&METADATA)
    }

    fn start(&self) -> Result<(), gst::LoggableError> {
        Ok(())
    }

    fn stop(&self) {}
}

glib::wrapper! {
    pub struct Provider(ObjectSubclass<ProviderImp>) @extends gst::DeviceProvider, gst::Object;
}

fn plugged_camera() -> PluggedCamera {
    glib::Object::builder()
        .property("device-class", "Video/Source")
        .property("display-name", "Plugged camera")
        .property("caps", "video/x-raw".parse::<gst::Caps>().unwrap())
        .property("properties", gst::Structure::builder("test").field("node.name", "plugged").build())
        .build()
}

#[test]
fn a_camera_is_plugged_in_pulled_out_and_plugged_in_again() {
    gst::init().unwrap();
    gst::DeviceProvider::register(None, "roundsdeviceprovider", gst::Rank::PRIMARY, Provider::static_type()).unwrap();
    let provider = gst::DeviceProviderFactory::by_name("roundsdeviceprovider").unwrap();
    let backend = GstBackend::new(BackendOptions::default()).unwrap();
    let is_listed = || backend.devices().cameras.iter().any(|device| device.label == "Plugged camera");
    assert!(!is_listed());
    assert_eq!(backend.devices().cameras.last().map(|device| device.id.as_str()), Some(SYNTHETIC));

    let camera = plugged_camera();
    let changes = backend.device_changes();
    provider.device_add(&camera);
    wait_until("the camera is listed", is_listed);
    assert!(changes.has_changed().unwrap());
    // Chosen by hand, as the computer of the test may have cameras of its own.
    backend.choose(DeviceKind::Camera, "plugged").unwrap();
    let (sink, frames) = channel();
    let _camera = backend.open_camera(VideoCodec::Vp8, target(300, (320, 240), 30), sink).unwrap();
    next(&frames);

    let element = lock(&OPENED).pop().expect("the camera was never opened");
    gst::element_error!(element, gst::ResourceError::Read, ["pulled"]);
    provider.device_remove(&camera);
    wait_until("the camera is gone", || !is_listed());
    let mut faults: Vec<MediaFault> = Vec::new();
    while faults.is_empty() {
        faults.extend(frames.recv_timeout(DEADLINE).unwrap().err());
    }
    assert_eq!(backend.devices().camera, "plugged");

    provider.device_add(&plugged_camera());
    let frame = loop {
        match frames.recv_timeout(DEADLINE).unwrap() {
            Ok(frame) => break frame,
            Err(fault) => faults.push(fault),
        }
    };
    assert!(frame.key);
    assert_eq!(faults.len(), 1, "told more than once: {faults:?}");
}
