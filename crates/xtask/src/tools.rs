//! Programs from crates.io that chores need, installed once for all clones of this machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo::Claim;
use crate::process;
use crate::workspace::tools_dir;

/// The path of a program in the version we want, installed if need be. Program and crate have the same name.
///
/// # Errors
/// It cannot be installed.
pub fn installed(name: &str, version: &str) -> Result<PathBuf> {
    let program = tools_dir().join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let found = process::capture(Command::new(&program).arg("--version"));
    let wanted = format!("{name} {version}");
    if found.is_ok_and(|said| said.lines().next().is_some_and(|line| is_version(line, &wanted))) {
        return Ok(program);
    }
    println!("Installing {wanted} in {}; this takes some minutes, once.", tools_dir().display());
    let build_dir = tools_dir().join("build");
    let claim = Claim::new()?;
    let mut install = claim.cargo(&["install", "--locked", "--force", name, "--version", version, "--root"]);
    install.arg(tools_dir()).env("CARGO_TARGET_DIR", &build_dir);
    process::run(&mut install).with_context(|| format!("{name} could not be installed"))?;
    fs::remove_dir_all(&build_dir).with_context(|| format!("cannot clear {}", build_dir.display()))?;
    Ok(program)
}

/// Programs say their name and version first, and some a date or a commit behind it.
fn is_version(said: &str, wanted: &str) -> bool {
    said.trim().strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn a_version_is_told_from_a_longer_one() {
        for (said, is_it) in [
            ("cargo-deny 0.20.2", true),
            ("cargo-deny 0.20.2 (abcdef 2026-01-01)", true),
            ("cargo-deny 0.20.20", false),
            ("cargo-deny 0.20.1", false),
            ("", false),
        ] {
            assert_eq!(is_version(said, "cargo-deny 0.20.2"), is_it, "{said}");
        }
    }
}
