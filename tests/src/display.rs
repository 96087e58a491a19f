//! A display in memory.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// A running Xvfb; dropping it ends it.
pub struct Display {
    server: Child,
    /// Its name, such as `:99`.
    pub name: String,
}

impl Display {
    /// Starts Xvfb on a display number that is free, large enough for every window size that is looked at.
    ///
    /// # Errors
    /// Xvfb cannot be started.
    pub fn start() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]);
        xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = xvfb.spawn().context("cannot start Xvfb")?;
        let output = server.stdout.take().context("Xvfb was started with its output piped")?;
        let mut display = Self { server, name: String::new() };
        let mut number = String::new();
        // It writes the number when it is ready for clients, or ends, which ends this wait too.
        BufReader::new(output).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended before it had a display");
        display.name = format!(":{}", number.trim());
        Ok(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
