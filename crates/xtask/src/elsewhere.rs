//! Systems other than Debian: looking for traces of what is needed, and saying what to install.

use std::process::{Command, Stdio};

use crate::packages::{Package, Trace};
use crate::process;

/// The packages among these of which there is no trace.
pub fn missing(wanted: &[Package]) -> Vec<Package> {
    wanted.iter().filter(|package| !shows(package.trace)).copied().collect()
}

/// Says what to do with the list that has just been printed.
pub fn print_advice() {
    if cfg!(target_os = "linux") {
        println!("These are Debian's names. Your distribution has the same under its own; install those.");
    } else {
        println!("On this system the GStreamer installers, runtime and development, contain all of these:");
        println!("https://gstreamer.freedesktop.org/download/ (and pkg-config must be on the search path).");
    }
}

fn shows(trace: Trace) -> bool {
    match trace {
        Trace::Library(name) => succeeds("pkg-config", &["--exists", name]),
        Trace::Program(name) => process::exists(name),
        Trace::Element(name) => succeeds("gst-inspect-1.0", &["--exists", name]) || !process::exists("gst-inspect-1.0"),
        Trace::DebianOnly => true,
    }
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
