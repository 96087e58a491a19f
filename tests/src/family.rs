//! A process that was started and everything it started in turn, to be ended by id.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// A running program with its descendants; dropping it ends them all.
pub struct Family {
    child: Child,
}

impl Family {
    /// Starts a program whose output goes to the end of a log.
    ///
    /// # Errors
    /// The program or the log cannot be opened.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log_file = || File::options().create(true).append(true).open(log);
        let program = command.get_program().to_string_lossy().into_owned();
        let (output, errors) = (log_file()?, log_file()?);
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        Ok(Self { child: child.with_context(|| format!("cannot start {program}"))? })
    }

    /// The id of the youngest descendant that runs this program.
    pub fn running(&self, program: &Path) -> Option<u32> {
        let program = fs::canonicalize(program).ok()?;
        let runs = |id: &u32| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program);
        self.descendants().into_iter().filter(runs).max()
    }

    /// All that were started by this process or by those that it started.
    fn descendants(&self) -> Vec<u32> {
        let processes = all_processes();
        let mut family = vec![self.child.id()];
        let mut at = 0;
        while let Some(&parent) = family.get(at) {
            family.extend(processes.iter().filter(|(_, of)| *of == parent).map(|(id, _)| id));
            at += 1;
        }
        family.remove(0);
        family
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        // Children first seen, parent first ended: a parent that lives could start them again.
        let descendants = self.descendants();
        // Both fail only for a process that is gone already.
        let _ = self.child.kill();
        descendants.into_iter().for_each(kill);
        let _ = self.child.wait();
    }
}

/// Ends a process at once, as a loss of power would.
pub fn kill(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It fails only for a process that has just ended by itself.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Whether a process is still there, and not only waiting for its parent to hear of its end.
pub fn is_alive(id: u32) -> bool {
    stat(&PathBuf::from(format!("/proc/{id}/stat"))).is_some_and(|(state, _)| state != "Z" && state != "X")
}

/// A port of the loopback that nothing listens on now.
///
/// # Errors
/// The system gives none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Every process and its parent.
fn all_processes() -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let id = |entry: &fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    entries.flatten().filter_map(|entry| Some((id(&entry)?, stat(&entry.path().join("stat"))?.1))).collect()
}

/// State and parent. The program's name, in brackets before them, may hold anything.
fn stat(path: &Path) -> Option<(String, u32)> {
    let text = fs::read_to_string(path).ok()?;
    let mut rest = text.rsplit_once(')')?.1.split_whitespace();
    Some((rest.next()?.to_owned(), rest.next()?.parse().ok()?))
}
