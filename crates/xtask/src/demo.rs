//! `cargo xtask demo`: a visit of the sample practice played hands off, leaving a picture of every step.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo::{self, Claim};
use crate::node;
use crate::packages::{self, Purpose};
use crate::process::{self, Ended};
use crate::workspace::root;

/// The visit takes about a minute; every wait in it has a deadline of its own.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Sets the machine up as for tests, builds, plays the visit and says where the pictures are.
///
/// # Errors
/// Something that is needed is missing and cannot be installed, the build failed, or a step of the visit did.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    ensure!(arguments.len() < 2, "usage: cargo xtask demo [FOLDER]");
    let folder = match arguments.first() {
        Some(folder) => PathBuf::from(folder),
        None => {
            let ours = root().join("target").join("demo");
            clear(&ours)?;
            ours
        }
    };
    packages::ensure(&[Purpose::Build, Purpose::Media, Purpose::Headless, Purpose::Test])?;
    node::build()?;

    println!("Building the console and the demonstration.");
    let claim = Claim::new()?;
    let built = claim.build(&["build", "--package", "rounds", "--package", "journeys", "--bins"])?;
    if !built.complete {
        bail!("the demonstration does not build; the compiler's messages are above");
    }
    let program = |name: &str| {
        let program = built.program(name).with_context(|| format!("there is no program called `{name}`"))?;
        cargo::keep(&program.path, "demo")
    };
    let (console, demo) = (program("rounds")?, program("demo")?);
    drop(claim);

    println!("Playing a visit of the sample practice. The pictures, as they are taken:");
    let mut play = packages::on_session_bus(&demo);
    play.arg(&folder).current_dir(root()).env("ROUNDS_BIN", console).env("CARGO_MANIFEST_DIR", root().join("tests"));
    match process::listen(&mut play, LIMIT, |line| println!("  {line}"))? {
        Ended::Itself(status) if status.success() => {}
        Ended::Itself(status) => bail!("the visit was broken off ({status})"),
        Ended::Overdue => bail!("the visit was still going on after {} minutes", LIMIT.as_secs() / 60),
    }
    println!("They are in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Takes away what an earlier time left in our own folder; a folder that somebody names is only added to.
fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot clear {}", folder.display())),
    }
}
