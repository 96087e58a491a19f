//! Programs beside us, ended with everything they started.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::machine::Family;

/// How long programs may take to end by themselves once asked.
const GRACE: Duration = Duration::from_secs(5);

/// A running program; dropping it ends it and its descendants.
pub struct Running(Child);

impl Running {
    /// Starts a program that says nothing.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(quiet.spawn().with_context(|| format!("cannot start {program}"))?))
    }

    /// Takes care of a program that was started already.
    pub fn of(child: Child) -> Self {
        Self(child)
    }

    /// It and its descendants, as they are now.
    pub fn family(&self) -> Family {
        Family::of(self.0.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let family = self.family();
        signal(family.pids(), "TERM");
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Descendants that did not follow. An id is not given to another process again within seconds.
        signal(family.pids(), "KILL");
        // It has ended; this only takes its status off the process table.
        let _ = self.0.wait();
    }
}

/// Sends a signal by process id, through the shell's own `kill`. One that has ended meanwhile is what was wanted.
fn signal(pids: &[u32], name: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"signal=$1; shift; for pid; do kill -s "$signal" "$pid"; done"#, "sh", name]);
    let _ = shell.args(pids.iter().map(u32::to_string)).stderr(Stdio::null()).status();
}
