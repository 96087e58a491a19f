//! One journey's place: its folder, its display, and what is kept when it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::display::Display;
use crate::driver::Driver;
use crate::page::Page;

/// Journeys use whole browsers, so a machine plays one at a time, also where Cargo's test runner starts several.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Lines of a log that are shown when a journey fails.
const TAIL: usize = 40;

/// A journey's place. Dropping it ends the display and removes the folder.
pub struct Stage {
    /// Which journey.
    pub name: String,
    // In this order they end: windows before their display, and the folder that all write to last.
    windows: Vec<(Page, Arc<Driver>)>,
    display: Display,
    folder: TempDir,
    logs: Vec<PathBuf>,
    _turn: MutexGuard<'static, ()>,
}

/// Plays a journey. Where it fails, pictures of all windows and the ends of all logs are kept and said.
///
/// # Panics
/// The journey failed.
pub fn journey(name: &str, play: impl AsyncFnOnce(&mut Stage) -> Result<()>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let result = runtime.block_on(async {
        let mut stage = Stage::new(name).await?;
        let played = play(&mut stage).await;
        if played.is_err() {
            stage.tell().await;
        }
        played
    });
    // Sessions whose drivers were ended may still be trying to say goodbye to them.
    runtime.shutdown_timeout(Duration::from_secs(5));
    if let Err(error) = result {
        panic!("{name}: {error:?}");
    }
}

impl Stage {
    /// Waits for this journey's turn and sets its place up.
    ///
    /// # Errors
    /// The system gives no display or no folder.
    pub async fn new(name: &str) -> Result<Self> {
        let turn = ONE_AT_A_TIME.lock().await;
        Ok(Self {
            name: name.to_owned(),
            display: Display::start()?,
            folder: tempfile::Builder::new().prefix("rounds-journey-").tempdir()?,
            windows: Vec::new(),
            logs: Vec::new(),
            _turn: turn,
        })
    }

    /// A path in the journey's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A log in the journey's own folder, to be shown if it fails.
    pub fn log(&mut self, name: &str) -> PathBuf {
        let path = self.path(&format!("{name}.log"));
        if !self.logs.contains(&path) {
            self.logs.push(path.clone());
        }
        path
    }

    /// Keeps a window open until the journey ends, to be pictured if it fails.
    pub fn keep_open(&mut self, page: &Page, driver: &Arc<Driver>) {
        self.windows.push((page.clone(), Arc::clone(driver)));
    }

    /// Lets go of a window, which ends it and its driver once nobody else holds them.
    pub fn let_go(&mut self, driver: &Arc<Driver>) {
        self.windows.retain(|(_, one)| !Arc::ptr_eq(one, driver));
    }

    /// Points a command at the journey's display, drawn without a graphics card.
    pub fn show_on(&self, command: &mut Command) {
        command.env("DISPLAY", &self.display.name).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
    }

    /// Keeps a picture of every window and says the ends of all logs, as after a failure.
    pub async fn tell(&self) {
        let kept = kept_folder();
        for (page, _) in &self.windows {
            let path = kept.join(format!("{}-{}.png", self.name, page.name));
            let taken = match fs::create_dir_all(&kept) {
                Ok(()) => page.picture(&path).await,
                Err(error) => Err(error.into()),
            };
            match taken {
                Ok(()) => eprintln!("{}: the window `{}` as it was is in {}", self.name, page.name, path.display()),
                Err(error) => eprintln!("{}: the window `{}` gave no picture: {error:#}", self.name, page.name),
            }
        }
        for log in &self.logs {
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            eprintln!("\nThe end of {}:\n{}", log.display(), lines[lines.len().saturating_sub(TAIL)..].join("\n"));
        }
    }
}

/// Where pictures are kept: `ROUNDS_JOURNEYS_OUT`, or a folder among the build output.
pub fn kept_folder() -> PathBuf {
    std::env::var_os("ROUNDS_JOURNEYS_OUT").map_or_else(|| root().join("target").join("journeys"), PathBuf::from)
}

/// The root of the project.
pub fn root() -> PathBuf {
    // What was compiled in may be another clone's, as two clones can share their build output.
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_owned)
}

/// The program of this name: where the variable says, or in the folder where Cargo put this very program.
///
/// # Errors
/// It is not there.
pub fn program(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let this = std::env::current_exe()?;
    let built = this.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.exists());
    built.with_context(|| format!("there is no `{name}` here: build it, or say where it is in {variable}"))
}
