//! Which cameras, microphones and loudspeakers there are, and which are chosen.

use gstreamer as gst;
use gstreamer::prelude::*;
use std::sync::Arc;

use super::{DeviceKind, MediaFault};
use crate::view::{MediaDevice, MediaDevices};

/// Id of the test picture and of the test tone.
pub const SYNTHETIC: &str = "synthetic";
/// Id of the loudspeaker that nobody hears.
pub const SILENT: &str = "silent";

/// Opens a device: makes the GStreamer element for it.
pub(super) type Opener = Arc<dyn Fn() -> Result<gst::Element, String> + Send + Sync>;

/// A device that the system has.
#[derive(Clone)]
pub(super) struct Device {
    pub(super) id: String,
    pub(super) label: String,
    /// The formats it knows.
    pub(super) caps: Option<gst::Caps>,
    pub(super) open: Opener,
}

/// What to use for a kind of device.
#[derive(Clone)]
pub(super) enum Chosen {
    /// The test picture or tone, or silence.
    Synthetic,
    /// A device that is there.
    Device(Device),
    /// A device that is not there now.
    Missing {
        /// What the system called it, or its id.
        label: String,
    },
}

/// All kinds of devices.
pub(super) struct Directory {
    cameras: Shelf,
    microphones: Shelf,
    speakers: Shelf,
}

/// Devices of one kind.
struct Shelf {
    devices: Vec<Device>,
    /// The one without hardware.
    synthetic: MediaDevice,
    choice: Choice,
    /// Id and last known label of what is in use.
    current: MediaDevice,
}

/// Who chose.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    /// Nobody: the first device that there is, and another when it goes.
    Default,
    /// The person or the environment: this one even while it is away.
    Made,
}

impl Directory {
    pub(super) fn new() -> Self {
        let shelf = |id: &str, label: &str| Shelf::new(MediaDevice { id: id.to_owned(), label: label.to_owned() });
        Self {
            cameras: shelf(SYNTHETIC, "Test picture"),
            microphones: shelf(SYNTHETIC, "Test tone"),
            speakers: shelf(SILENT, "No loudspeaker"),
        }
    }

    pub(super) fn view(&self) -> MediaDevices {
        MediaDevices {
            cameras: self.cameras.list(),
            microphones: self.microphones.list(),
            speakers: self.speakers.list(),
            camera: self.cameras.current.id.clone(),
            microphone: self.microphones.current.id.clone(),
            speaker: self.speakers.current.id.clone(),
        }
    }

    /// Takes over what the system has now. Says whether anything changed.
    pub(super) fn refresh(&mut self, kind: DeviceKind, devices: Vec<Device>) -> bool {
        let shelf = self.shelf_mut(kind);
        let before = (shelf.list(), shelf.current.clone());
        shelf.devices = numbered(devices);
        shelf.settle();
        before != (shelf.list(), shelf.current.clone())
    }

    /// Chooses a device, whether it is there or not.
    pub(super) fn choose(&mut self, kind: DeviceKind, id: &str) -> Result<(), MediaFault> {
        let shelf = self.shelf_mut(kind);
        let known = shelf.list().into_iter().find(|device| device.id == id);
        let there = known.is_some();
        shelf.choice = Choice::Made;
        shelf.current = known.unwrap_or_else(|| MediaDevice { id: id.to_owned(), label: unknown(kind).to_owned() });
        if there { Ok(()) } else { Err(MediaFault::Missing { label: shelf.current.label.clone() }) }
    }

    /// The id of what is in use, and what it is.
    pub(super) fn chosen(&self, kind: DeviceKind) -> (String, Chosen) {
        let shelf = self.shelf(kind);
        let id = shelf.current.id.clone();
        let chosen = if id == shelf.synthetic.id {
            Chosen::Synthetic
        } else if let Some(device) = shelf.devices.iter().find(|device| device.id == id) {
            Chosen::Device(device.clone())
        } else {
            Chosen::Missing { label: shelf.current.label.clone() }
        };
        (id, chosen)
    }

    fn shelf(&self, kind: DeviceKind) -> &Shelf {
        match kind {
            DeviceKind::Camera => &self.cameras,
            DeviceKind::Microphone => &self.microphones,
            DeviceKind::Speaker => &self.speakers,
        }
    }

    fn shelf_mut(&mut self, kind: DeviceKind) -> &mut Shelf {
        match kind {
            DeviceKind::Camera => &mut self.cameras,
            DeviceKind::Microphone => &mut self.microphones,
            DeviceKind::Speaker => &mut self.speakers,
        }
    }
}

impl Shelf {
    fn new(synthetic: MediaDevice) -> Self {
        Self { devices: Vec::new(), choice: Choice::Default, current: synthetic.clone(), synthetic }
    }

    fn list(&self) -> Vec<MediaDevice> {
        let real = self.devices.iter().map(|device| MediaDevice { id: device.id.clone(), label: device.label.clone() });
        real.chain([self.synthetic.clone()]).collect()
    }

    /// After the devices changed: keeps the current one if it is there, or was chosen; else takes the first real one.
    ///
    /// A real device that goes is never replaced by a synthetic one: nobody wants a test picture in a visit.
    fn settle(&mut self) {
        if let Some(device) = self.devices.iter().find(|device| device.id == self.current.id) {
            self.current.label = device.label.clone();
        } else if self.choice == Choice::Default
            && let Some(first) = self.devices.first()
        {
            self.current = MediaDevice { id: first.id.clone(), label: first.label.clone() };
        }
    }
}

/// What a device is called that was chosen and never seen.
fn unknown(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "The chosen camera",
        DeviceKind::Microphone => "The chosen microphone",
        DeviceKind::Speaker => "The chosen loudspeaker",
    }
}

/// Tells devices with the same id apart, in the order the system lists them.
fn numbered(mut devices: Vec<Device>) -> Vec<Device> {
    for index in 1..devices.len() {
        let (before, rest) = devices.split_at_mut(index);
        let same = before.iter().filter(|device| device.id.split('#').next() == Some(&rest[0].id)).count();
        if same > 0 {
            rest[0].id = format!("{}#{}", rest[0].id, same + 1);
        }
    }
    devices
}

/// The class of a kind in GStreamer's device monitor.
pub(super) fn class(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "Video/Source",
        DeviceKind::Microphone => "Audio/Source",
        DeviceKind::Speaker => "Audio/Sink",
    }
}

/// The devices of a kind among those that a device monitor lists.
pub(super) fn of_kind<'a>(kind: DeviceKind, all: impl IntoIterator<Item = &'a gst::Device>) -> Vec<Device> {
    let wanted = |device: &&gst::Device| device.has_classes(class(kind)) && !is_loopback(device);
    let mut found: Vec<&gst::Device> = all.into_iter().filter(wanted).collect();
    // The system's own choice is the default here as well.
    found.sort_by_key(|device| !is_default(device));
    found.into_iter().map(describe).collect()
}

fn is_default(device: &gst::Device) -> bool {
    let properties = device.properties();
    let says = |name| properties.as_ref().and_then(|p| p.get::<bool>(name).ok()) == Some(true);
    says("is-default") || says("device.default")
}

/// A "microphone" that records what a loudspeaker plays would send everybody's voices back to them.
fn is_loopback(device: &gst::Device) -> bool {
    let properties = device.properties();
    let text = |name| properties.as_ref().and_then(|p| p.get::<String>(name).ok());
    text("device.class").as_deref() == Some("monitor") || text("stream.monitor").as_deref() == Some("true")
}

fn describe(device: &gst::Device) -> Device {
    let owned = device.clone();
    let open = Arc::new(move || owned.create_element(None).map_err(|e| e.to_string()));
    Device { id: identity(device), label: device.display_name().to_string(), caps: device.caps(), open }
}

/// What stays the same over restarts, as far as a system tells: each of its device providers has another word for it.
fn identity(device: &gst::Device) -> String {
    const STABLE: [&str; 9] = [
        "node.name",
        "device.strid",
        "device.id",
        "unique-id",
        "device.guid",
        "v4l2.device.bus_info",
        "device.bus_path",
        "api.v4l2.path",
        "device.path",
    ];
    // PulseAudio's devices have the name of their node as a property of their own.
    if device.has_property_with_type("internal-name", String::static_type())
        && let Some(name) = device.property::<Option<String>>("internal-name")
    {
        return name;
    }
    let properties = device.properties();
    STABLE
        .into_iter()
        .find_map(|key| properties.as_ref()?.get::<String>(key).ok())
        .unwrap_or_else(|| device.display_name().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gst::glib;

    fn device(id: &str) -> Device {
        let open: Opener = Arc::new(|| Err("a name only".into()));
        Device { id: id.into(), label: format!("The {id}"), caps: None, open }
    }

    fn camera(directory: &Directory) -> String {
        directory.view().camera
    }

    #[test]
    fn without_devices_everything_is_synthetic_and_says_so() {
        let view = Directory::new().view();
        assert_eq!((view.camera.as_str(), view.cameras[0].label.as_str()), (SYNTHETIC, "Test picture"));
        assert_eq!((view.microphone.as_str(), view.microphones[0].label.as_str()), (SYNTHETIC, "Test tone"));
        assert_eq!((view.speaker.as_str(), view.speakers[0].label.as_str()), (SILENT, "No loudspeaker"));
    }

    #[test]
    fn the_default_follows_what_is_plugged_in_and_never_back_to_the_test_picture() {
        let mut directory = Directory::new();
        assert!(directory.refresh(DeviceKind::Camera, vec![device("a")]));
        assert_eq!(camera(&directory), "a");
        assert!(directory.refresh(DeviceKind::Camera, vec![device("a"), device("b")]));
        assert!(!directory.refresh(DeviceKind::Camera, vec![device("a"), device("b")]));
        assert_eq!(camera(&directory), "a");
        directory.refresh(DeviceKind::Camera, vec![device("b")]);
        assert_eq!(camera(&directory), "b");
        directory.refresh(DeviceKind::Camera, vec![]);
        let (id, chosen) = directory.chosen(DeviceKind::Camera);
        assert_eq!(id, "b");
        assert!(matches!(chosen, Chosen::Missing { label } if label == "The b"));
        assert_eq!(directory.view().cameras.last().unwrap().id, SYNTHETIC);
    }

    #[test]
    fn a_choice_is_kept_while_its_device_is_away() {
        let mut directory = Directory::new();
        directory.refresh(DeviceKind::Camera, vec![device("a"), device("b")]);
        assert_eq!(directory.choose(DeviceKind::Camera, "b"), Ok(()));
        directory.refresh(DeviceKind::Camera, vec![device("a")]);
        assert_eq!(camera(&directory), "b");
        assert!(matches!(directory.chosen(DeviceKind::Camera).1, Chosen::Missing { .. }));
        directory.refresh(DeviceKind::Camera, vec![device("a"), device("b")]);
        assert!(matches!(directory.chosen(DeviceKind::Camera).1, Chosen::Device(d) if d.id == "b"));
        assert!(directory.choose(DeviceKind::Camera, "nowhere").is_err());
        assert_eq!(camera(&directory), "nowhere");
        assert_eq!(directory.choose(DeviceKind::Camera, SYNTHETIC), Ok(()));
        directory.refresh(DeviceKind::Camera, vec![device("c")]);
        assert_eq!(camera(&directory), SYNTHETIC);
    }

    /// A device as a provider of the system would list it.
    fn listed(class: &str, name: &str, properties: gst::Structure) -> gst::Device {
        glib::Object::builder::<listed::Listed>()
            .property("device-class", class)
            .property("display-name", name)
            .property("caps", gst::Caps::new_any())
            .property("properties", properties)
            .build()
            .upcast()
    }

    #[test]
    fn what_the_system_lists_is_sorted_into_kinds_with_its_default_first() {
        gst::init().unwrap();
        let camera = gst::Structure::builder("camera").field("device.path", "/dev/video0").build();
        let headset =
            gst::Structure::builder("pulse").field("node.name", "usb-headset").field("is-default", true).build();
        let monitor = gst::Structure::builder("pulse").field("device.class", "monitor").build();
        let all = [
            listed("Video/Source", "Webcam", camera),
            listed("Audio/Source", "Built in", gst::Structure::builder("pulse").build()),
            listed("Audio/Source", "Headset", headset),
            listed("Audio/Source", "Monitor of the loudspeaker", monitor),
        ];
        let ids = |kind| of_kind(kind, &all).into_iter().map(|device| device.id).collect::<Vec<_>>();
        assert_eq!(ids(DeviceKind::Camera), ["/dev/video0"]);
        assert_eq!(ids(DeviceKind::Microphone), ["usb-headset", "Built in"]);
        assert_eq!(ids(DeviceKind::Speaker), [""; 0]);
    }

    #[test]
    fn twins_are_told_apart() {
        let ids: Vec<_> =
            numbered(vec![device("a"), device("a"), device("b"), device("a")]).into_iter().map(|d| d.id).collect();
        assert_eq!(ids, ["a", "a#2", "b", "a#3"]);
    }

    /// The least that GStreamer takes for a device.
    mod listed {
        use super::*;
        use gst::subclass::prelude::*;

        #[derive(Default)]
        pub struct Imp;

        #[glib::object_subclass]
        impl ObjectSubclass for Imp {
            const NAME: &'static str = "RoundsListedDevice";
            type Type = Listed;
            type ParentType = gst::Device;
        }

        impl ObjectImpl for Imp {}
        impl GstObjectImpl for Imp {}
        impl DeviceImpl for Imp {}

        glib::wrapper! {
            pub struct Listed(ObjectSubclass<Imp>) @extends gst::Device, gst::Object;
        }
    }
}
