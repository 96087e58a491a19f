//! Cargo, called so that several clones can share one folder of build output.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{self, Ended};
use crate::sources;
use crate::workspace::{root, scratch, target_dir};

/// No build takes this long; one that does is stuck, and a stuck build must not hold a pipeline for ever.
const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The right to build in the shared target folder, held by one clone at a time.
///
/// Cargo tells the crates of a workspace apart by their path *inside* it and decides by file times whether they are
/// current. So in a folder shared by two clones it takes the newer build for both, and a clone whose files are older
/// would silently run the other's code. A claim therefore notes whose build was last, and if that was another
/// clone's, marks this one's sources as changed. Third-party crates are not touched by this and stay built.
pub struct Claim {
    _lock: File,
}

/// A program that Cargo built.
pub struct Program {
    /// The crate's or target's name, such as `rounds-server`.
    pub name: String,
    pub path: PathBuf,
    /// The folder of its package, in which Cargo would start its tests.
    pub package_dir: PathBuf,
    /// What kind of target it is: `lib`, `bin`, `test` …
    pub kind: String,
    /// Whether it is a test harness rather than the program itself.
    pub is_test: bool,
}

/// What a build made, and whether all of it could be built.
pub struct Built {
    pub programs: Vec<Program>,
    pub complete: bool,
}

impl Claim {
    /// Waits until no other clone is building, then claims the target folder for this one.
    ///
    /// # Errors
    /// The folder or its lock file cannot be written, or this clone's sources cannot be marked.
    pub fn new() -> Result<Self> {
        let dir = target_dir();
        fs::create_dir_all(&dir).with_context(|| format!("cannot create the build folder {}", dir.display()))?;
        let path = dir.join(".rounds-clone");
        let name = || path.display().to_string();
        let mut options = File::options();
        let mut lock = options.read(true).write(true).create(true).truncate(false).open(&path).with_context(name)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("Another clone is building in {}; waiting for it.", dir.display());
                lock.lock().with_context(name)?;
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(name),
        }
        let mut last = Vec::new();
        lock.read_to_end(&mut last).with_context(name)?;
        let this = root().as_os_str().as_encoded_bytes();
        if last != this {
            sources::mark_changed(&sources::rust()?)?;
            lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| lock.write_all(this)).with_context(name)?;
        }
        Ok(Self { _lock: lock })
    }

    /// A Cargo command in this clone; the caller adds arguments and runs it while the claim is held.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_program());
        command.args(arguments).current_dir(root()).env("CARGO_TARGET_DIR", target_dir());
        without_own_package(&mut command);
        command
    }

    /// Builds, going on past crates that do not compile, and lists the programs that were made.
    ///
    /// # Errors
    /// Cargo could not be started. Code that does not compile is not an error here but [`Built::complete`].
    pub fn build(&self, arguments: &[&str]) -> Result<Built> {
        let mut command = self.cargo(arguments);
        command.arg("--message-format=json-render-diagnostics");
        let mut programs = Vec::new();
        let ended = process::listen(&mut command, BUILD_LIMIT, |line| programs.extend(read_artifact(line)))?;
        if matches!(ended, Ended::Overdue) {
            eprintln!(
                "`{}` took longer than {} minutes and was ended.",
                process::line(&command),
                BUILD_LIMIT.as_secs() / 60
            );
        }
        Ok(Built { programs, complete: ended.well() })
    }
}

impl Built {
    /// The program (not the test harness) of this name.
    pub fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| !program.is_test && program.name == name)
    }
}

/// Keeps a built program for this clone alone, out of the reach of another clone's next build.
///
/// # Errors
/// The file can be neither linked nor copied.
pub fn keep(program: &Path, folder: &str) -> Result<PathBuf> {
    let dir = scratch().join(folder);
    let name = program.file_name().context("BUG: a built program has a file name")?;
    let kept = dir.join(name);
    let cannot = || format!("cannot keep {} as {}", program.display(), kept.display());
    fs::create_dir_all(&dir).with_context(cannot)?;
    if kept.exists() {
        fs::remove_file(&kept).with_context(cannot)?;
    }
    // Linkers replace their output rather than write into it, so a hard link keeps what was built now. Where the
    // two folders lie on different file systems, only a copy will do.
    if fs::hard_link(program, &kept).is_err() {
        fs::copy(program, &kept).with_context(cannot)?;
    }
    Ok(kept)
}

fn cargo_program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Cargo describes *this* package to us in the environment; a nested Cargo and its build scripts must not see it.
fn without_own_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
}

/// Reads one line of Cargo's JSON; only artefacts that can be executed are of interest.
fn read_artifact(line: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let target = &message["target"];
    Some(Program {
        name: target["name"].as_str()?.to_owned(),
        path: message["executable"].as_str()?.into(),
        package_dir: Path::new(message["manifest_path"].as_str()?).parent()?.to_owned(),
        kind: target["kind"][0].as_str()?.to_owned(),
        is_test: message["profile"]["test"].as_bool()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///w/crates/call#0.1.0",
        "manifest_path":"/w/crates/call/Cargo.toml","target":{"kind":["lib"],"name":"call"},
        "profile":{"test":true},"executable":"/t/debug/deps/call-1f"}"#;

    #[test]
    fn a_test_harness_is_read_with_its_folder() {
        let program = read_artifact(TEST).expect("an artefact");
        assert_eq!((program.name.as_str(), program.kind.as_str(), program.is_test), ("call", "lib", true));
        assert_eq!(program.package_dir, Path::new("/w/crates/call"));
    }

    #[test]
    fn what_cannot_be_executed_is_passed_over() {
        assert!(read_artifact(&TEST.replace(r#""/t/debug/deps/call-1f""#, "null")).is_none());
        assert!(read_artifact(r#"{"reason":"build-finished","success":true}"#).is_none());
        assert!(read_artifact("warning: not JSON").is_none());
    }

    #[test]
    fn the_program_is_not_mistaken_for_its_tests() {
        let harness = read_artifact(TEST).expect("an artefact");
        assert!(Built { programs: vec![harness], complete: true }.program("call").is_none());
        let program = read_artifact(&TEST.replace("true", "false")).expect("an artefact");
        assert!(Built { programs: vec![program], complete: true }.program("call").is_some());
    }
}
