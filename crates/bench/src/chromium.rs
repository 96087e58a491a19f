//! How Chromium is started here: quietly, with a fresh profile.

use std::path::Path;
use std::process::Command;

/// Switches that keep it from doing anything but showing a page. Media devices are its own fakes.
pub const SWITCHES: [&str; 13] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--password-store=basic",
    "--use-fake-device-for-media-stream=fps=30",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
];

/// Switches for a page that nobody looks at, but that must run as if somebody did.
pub const UNSEEN: [&str; 5] = [
    "--headless=new",
    "--window-size=1280,800",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
];

/// A window of its own around one page, as desktop programs made with web pages have it.
pub fn app(profile: &Path, url: &str) -> Command {
    let mut command = Command::new("chromium");
    command.args(SWITCHES).arg(format!("--user-data-dir={}", profile.display()));
    command.args(["--window-size=1280,800", "--window-position=0,0"]).arg(format!("--app={url}"));
    command
}
