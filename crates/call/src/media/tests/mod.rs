//! The backend as a whole, on synthetic sources and on devices that are made up and can be unplugged.

mod echo;
mod hotplug;
mod picture;
mod sound;
mod unplugging;

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::*;

/// How long a test waits for what must come. Reached only when the test fails, so it is generous.
const DEADLINE: Duration = Duration::from_secs(60);

fn synthetic() -> GstBackend {
    GstBackend::new(BackendOptions { sources: Sources::Synthetic }).unwrap()
}

fn target(kbps: u32, size: (u32, u32), fps: u32) -> VideoTarget {
    VideoTarget { kbps, size, fps }
}

/// A sink, and what comes out of it.
fn channel<T: Send + 'static>() -> (Sink<T>, Receiver<Result<T, MediaFault>>) {
    let (give, take) = mpsc::channel();
    // A test that has ended does not listen any more.
    (Box::new(move |item| drop(give.send(item))), take)
}

fn next<T>(from: &Receiver<Result<T, MediaFault>>) -> T {
    from.recv_timeout(DEADLINE).expect("nothing came").expect("a fault came")
}

/// Waits until `condition` holds.
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
