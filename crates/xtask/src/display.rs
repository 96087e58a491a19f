//! A display in memory for machines without one, and a picture of it that stays fresh.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;

/// The size of the display: the smallest that the console is drawn for.
const SCREEN: &str = "1280x800x24";
const REFRESH: Duration = Duration::from_secs(2);

/// A running Xvfb; dropping it ends it.
pub struct Display {
    server: Child,
    /// Its name, such as `:99`.
    pub name: String,
}

/// Keeps a PNG of a display up to date until it is dropped.
pub struct Screenshots {
    stop: Option<Sender<()>>,
    worker: Option<JoinHandle<()>>,
}

impl Display {
    /// Starts Xvfb on a display number that is free.
    ///
    /// # Errors
    /// Xvfb cannot be started, or ended before it had a display.
    pub fn start() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
        let mut server = process::start(xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let output = server.stdout.take().expect("BUG: started with its output piped");
        let mut number = String::new();
        // Xvfb writes the number when it is ready for clients, or ends, which ends the wait too.
        BufReader::new(output).read_line(&mut number).context("cannot hear from Xvfb")?;
        let display = Self { server, name: format!(":{}", number.trim()) };
        if number.trim().is_empty() {
            bail!("Xvfb ended before it had a display; run `Xvfb -displayfd 1` to see why");
        }
        Ok(display)
    }

    /// Points a command at this display, with settings that let the web view draw without a graphics card.
    pub fn show_on(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env("GDK_BACKEND", "x11");
        // There is no graphics card to share buffers with; drawing without trying to is smoother here (a canvas at 59
        // frames a second rather than 43).
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
    }

    /// Begins to refresh a picture of this display at `path`.
    pub fn picture_to(&self, path: PathBuf) -> Screenshots {
        let (stop, stopped) = mpsc::channel();
        let display = self.name.clone();
        let worker = thread::spawn(move || {
            let mut last_error = String::new();
            while matches!(stopped.recv_timeout(REFRESH), Err(RecvTimeoutError::Timeout)) {
                let error = take_picture(&display, &path).err().map(|error| format!("{error:#}")).unwrap_or_default();
                if !error.is_empty() && error != last_error {
                    eprintln!("The screenshot could not be refreshed: {error}");
                }
                last_error = error;
            }
        });
        Screenshots { stop: Some(stop), worker: Some(worker) }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        process::end_family(&mut self.server);
    }
}

impl Drop for Screenshots {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(worker) = self.worker.take() {
            // A panic in there has been printed; the console's end must not fail because of it.
            let _ = worker.join();
        }
    }
}

/// Takes a picture beside its place and then moves it there, so that a reader never sees half of one.
fn take_picture(display: &str, path: &Path) -> Result<()> {
    let unfinished = path.with_extension("png.tmp");
    let mut import = Command::new("import");
    import.env("DISPLAY", display).args(["-silent", "-window", "root"]);
    process::capture(import.arg(format!("png:{}", unfinished.display())))?;
    fs::rename(&unfinished, path).with_context(|| path.display().to_string())
}
