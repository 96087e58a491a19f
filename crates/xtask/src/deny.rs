//! `cargo deny`: licences, sources and known weaknesses of everything we depend on.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo::Claim;
use crate::process;
use crate::workspace::{root, tools_dir};

/// The version whose configuration format `deny.toml` has.
const VERSION: &str = "0.20.2";
/// The list of advisories is a few megabytes; where it takes longer than this, the network lets nothing through.
const FETCH_LIMIT: Duration = Duration::from_secs(2 * 60);

/// Checks the dependencies against `deny.toml`, installing cargo-deny for it where it is absent.
///
/// # Errors
/// A check failed, or cargo-deny cannot be installed. That the advisories cannot be fetched is only printed: a machine
/// without network must still be able to tell whether a change is good.
pub fn check() -> Result<()> {
    let program = installed()?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(root());
        command
    };
    process::run(&mut deny(&["--workspace", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    let fetched = process::listen(&mut deny(&["fetch", "db"]), FETCH_LIMIT, |line| println!("{line}"))?;
    if !fetched.well() {
        println!("NOT CHECKED: known weaknesses of dependencies. Their list cannot be fetched from here; see above.");
        return Ok(());
    }
    process::run(&mut deny(&["--workspace", "check", "--hide-inclusion-graph", "advisories"]))
}

/// The path of cargo-deny in the version we want, installed if need be.
fn installed() -> Result<PathBuf> {
    let program = tools_dir().join("bin").join(if cfg!(windows) { "cargo-deny.exe" } else { "cargo-deny" });
    let found = process::capture(Command::new(&program).arg("--version"));
    if found.is_ok_and(|said| said.trim() == format!("cargo-deny {VERSION}")) {
        return Ok(program);
    }
    println!("Installing cargo-deny {VERSION} in {}; this takes some minutes, once.", tools_dir().display());
    let build_dir = tools_dir().join("build");
    let claim = Claim::new()?;
    let mut install = claim.cargo(&["install", "--locked", "--force", "cargo-deny", "--version", VERSION, "--root"]);
    install.arg(tools_dir()).env("CARGO_TARGET_DIR", &build_dir);
    process::run(&mut install).context("cargo-deny could not be installed")?;
    fs::remove_dir_all(&build_dir).with_context(|| format!("cannot clear {}", build_dir.display()))?;
    Ok(program)
}
