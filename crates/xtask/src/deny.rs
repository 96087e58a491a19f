//! `cargo deny`: licences, sources and known weaknesses of everything we depend on.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::workspace::root;
use crate::{process, tools};

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
    let program = tools::installed("cargo-deny", VERSION)?;
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
