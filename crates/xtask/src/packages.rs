//! The system packages that Rounds needs, and why.

use std::env;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{debian, elsewhere};

/// One thing that must be installed on the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// The Debian package.
    pub name: &'static str,
    /// What it is for, in words for the person whose machine it goes on.
    pub why: &'static str,
    /// How its presence shows on a system without Debian's package tools.
    pub trace: Trace,
}

/// How the presence of a package shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A program on the search path.
    Program(&'static str),
    /// A GStreamer element.
    Element(&'static str),
    /// It belongs to Debian's division into packages; elsewhere it comes with the others.
    DebianOnly,
}

/// What packages are needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Compiling the console.
    Build,
    /// Camera, microphone and loudspeaker of the console.
    Media,
    /// Showing the console where there is no display.
    Headless,
    /// Driving real windows, browsers and networks in tests.
    Test,
}

const fn package(name: &'static str, why: &'static str, trace: Trace) -> Package {
    Package { name, why, trace }
}

use Trace::{DebianOnly, Element, Library, Program};

const BUILD: &[Package] = &[
    package("build-essential", "C and C++ compilers, for the store's SQLCipher", Program("cc")),
    package("pkg-config", "finds the libraries below when building", Program("pkg-config")),
    package("libwebkit2gtk-4.1-dev", "the web view of the console's window", Library("webkit2gtk-4.1")),
    package("libayatana-appindicator3-dev", "the console's icon in the tray", Library("ayatana-appindicator3-0.1")),
    package("librsvg2-dev", "draws icons in the window", Library("librsvg-2.0")),
    package("libdbus-1-dev", "speaks to the desktop: notices, keychain", Library("dbus-1")),
    package("libssl-dev", "the cryptography under SQLCipher", Library("libcrypto")),
];

const MEDIA: &[Package] = &[
    package("libgstreamer1.0-dev", "the media framework of the call", Library("gstreamer-1.0")),
    package("libgstreamer-plugins-base1.0-dev", "passes pictures and sound to the call", Library("gstreamer-app-1.0")),
    package("gstreamer1.0-plugins-base", "converts pictures and sound, Opus", Element("opusenc")),
    package("gstreamer1.0-plugins-good", "cameras, VP8", Element("vp8enc")),
    package("gstreamer1.0-plugins-bad", "echo cancellation, H.264", Element("webrtcdsp")),
    package("gstreamer1.0-libav", "decodes H.264 where the web view has no other decoder", Element("avdec_h264")),
    package("gstreamer1.0-x", "writes the clock into the test picture", Element("timeoverlay")),
    package("gstreamer1.0-alsa", "microphones and loudspeakers through ALSA", DebianOnly),
    package("gstreamer1.0-pulseaudio", "microphones and loudspeakers through the desktop's sound server", DebianOnly),
];

const HEADLESS: &[Package] = &[
    package("xvfb", "a display in memory, as this machine has none", Program("Xvfb")),
    package("imagemagick", "takes the picture of that display", Program("import")),
    package("dbus", "a private message bus, where no desktop has started one", Program("dbus-run-session")),
    package("fonts-dejavu-core", "letters to draw text with", DebianOnly),
];

const TEST: &[Package] = &[
    package("webkit2gtk-driver", "drives the real console window", Program("WebKitWebDriver")),
    package("chromium", "plays the patient, with a fake camera", Program("chromium")),
    package("chromium-driver", "drives Chromium", Program("chromedriver")),
    package("firefox-esr", "plays the patient in the other browser", Program("firefox-esr")),
    package("coturn", "the relay of calls between closed networks", Program("turnserver")),
    package("iproute2", "builds networks with loss and delay", Program("ip")),
    package("nftables", "shapes and blocks traffic in those networks", Program("nft")),
    package("openssl", "makes certificates for test servers", Program("openssl")),
];

impl Purpose {
    /// The packages that serve this purpose.
    pub fn packages(self) -> &'static [Package] {
        match self {
            Self::Build => BUILD,
            Self::Media => MEDIA,
            Self::Headless => HEADLESS,
            Self::Test => TEST,
        }
    }
}

/// Sees to it that everything needed for these purposes is installed: installs it on Debian and its kin, and elsewhere
/// prints what is missing.
///
/// # Errors
/// Something is missing and could not be installed. What, and what to do, has been printed.
pub fn ensure(purposes: &[Purpose]) -> Result<()> {
    // macOS and Windows bring the web view, the sound and the display; only the media framework has to be added.
    let purposes = if cfg!(target_os = "linux") { purposes } else { &[Purpose::Media] };
    let wanted: Vec<Package> = purposes.iter().flat_map(|purpose| purpose.packages()).copied().collect();
    let on_debian = debian::is_here();
    let missing = if on_debian { debian::missing(&wanted)? } else { elsewhere::missing(&wanted) };
    if missing.is_empty() {
        return Ok(());
    }
    println!("These system packages are needed and missing:\n");
    print_list(&missing);
    if !on_debian {
        elsewhere::print_advice();
        bail!("install what is listed above, then run this command again");
    }
    debian::install(&missing)?;
    let still_missing = debian::missing(&missing)?;
    if still_missing.is_empty() {
        return Ok(());
    }
    println!("These system packages are still missing:\n");
    print_list(&still_missing);
    bail!("the packages listed above were not installed; install them by hand, then run this command again")
}

/// Whether windows can be shown here.
pub fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// A command to start a program that expects a session bus: with a private one where the desktop has started none.
pub fn on_session_bus(program: &std::path::Path) -> Command {
    let has_bus = env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|value| !value.is_empty());
    if has_bus || !cfg!(target_os = "linux") || !crate::process::exists("dbus-run-session") {
        return Command::new(program);
    }
    let mut command = Command::new("dbus-run-session");
    command.arg("--").arg(program);
    command
}

fn print_list(packages: &[Package]) {
    let width = packages.iter().map(|package| package.name.len()).max().unwrap_or_default();
    for package in packages {
        println!("  {:<width$}  {}", package.name, package.why);
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_listed_once_and_says_what_it_is_for() {
        let all = [Purpose::Build, Purpose::Media, Purpose::Headless, Purpose::Test];
        let mut names: Vec<&str> = all.iter().flat_map(|purpose| purpose.packages()).map(|p| p.name).collect();
        assert!(all.iter().flat_map(|purpose| purpose.packages()).all(|p| !p.why.is_empty()));
        let listed = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed);
    }
}
