//! The system's devices, as GStreamer's device providers list them, with word of each change.

use std::sync::mpsc::Sender;

use gstreamer as gst;
use gstreamer::prelude::*;

use super::DeviceKind;
use super::devices::{Directory, class, of_kind};
use super::supervisor::Word;

/// A running device monitor. Posts [`Word::Devices`] when a device comes or goes.
pub(super) struct Monitor {
    monitor: gst::DeviceMonitor,
}

const KINDS: [DeviceKind; 3] = [DeviceKind::Camera, DeviceKind::Microphone, DeviceKind::Speaker];

impl Monitor {
    /// Starts it, unless the system has nothing that could tell of devices.
    pub(super) fn start(words: Sender<Word>) -> Option<Self> {
        let monitor = gst::DeviceMonitor::new();
        for kind in KINDS {
            monitor.add_filter(Some(class(kind)), None);
        }
        monitor.bus().set_sync_handler(move |_, message| {
            use gst::MessageView::{DeviceAdded, DeviceRemoved};
            if matches!(message.view(), DeviceAdded(_) | DeviceRemoved(_)) {
                // Nobody to tell once the supervisor is gone.
                let _ = words.send(Word::Devices);
            }
            gst::BusSyncReply::Drop
        });
        match monitor.start() {
            Ok(()) => Some(Self { monitor }),
            Err(error) => {
                tracing::info!(%error, "no device provider on this computer: {error}");
                None
            }
        }
    }

    /// Writes what there is into the directory. Says whether anything changed.
    pub(super) fn list(&self, directory: &mut Directory) -> bool {
        let all = self.monitor.devices();
        // Each kind is taken over, so no short cut after the first change.
        KINDS.into_iter().fold(false, |changed, kind| directory.refresh(kind, of_kind(kind, &all)) | changed)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.monitor.stop();
    }
}
