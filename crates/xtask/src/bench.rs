//! `cargo xtask bench`: builds the console and the measuring programs in release, and lets them measure.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Claim};
use crate::node;
use crate::packages::{self, Purpose};
use crate::process;
use crate::workspace::root;

/// Sets the machine up, builds what is measured, and prints the table; it is also written to `target/bench.json`.
///
/// # Errors
/// Something that is needed is missing, does not build, or the measuring program fails.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    packages::ensure(&[Purpose::Build, Purpose::Media, Purpose::Headless, Purpose::Test])?;
    node::build()?;
    println!("Building in release (the first time takes many minutes).");
    let claim = Claim::new()?;
    // One build for all, so that what they share is built once and with the same features.
    let packages = ["--package", "rounds", "--package", "bench", "--package", "call"];
    let built = claim.build(&[&["build", "--release", "--bins", "--example", "loss_table"], &packages[..]].concat())?;
    if !built.complete {
        bail!("not everything builds in release; the compiler's messages are above");
    }
    let kept = |name: &str| {
        let program = built.program(name).with_context(|| format!("there is no program `{name}`"))?;
        cargo::keep(&program.path, "bench")
    };
    let (rounds, bench, loss_table) = (kept("rounds")?, kept("bench")?, kept("loss_table")?);
    drop(claim);

    let target = root().join("target");
    fs::create_dir_all(&target).with_context(|| target.display().to_string())?;
    let mut command = Command::new(bench);
    command.arg("--rounds").arg(rounds).arg("--loss-table").arg(loss_table);
    command.arg("--json").arg(target.join("bench.json")).arg("--scratch").arg(target.join("bench"));
    process::run(command.args(arguments).current_dir(root()))?;
    Ok(ExitCode::SUCCESS)
}
