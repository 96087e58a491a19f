//! Debian and its kin: what is installed, and installing the rest with apt-get.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::packages::Package;
use crate::process;

/// Whether this system has Debian's package tools.
pub fn is_here() -> bool {
    Path::new("/etc/debian_version").exists() && process::exists("dpkg-query") && process::exists("apt-get")
}

/// The packages among these that are not installed.
///
/// # Errors
/// dpkg-query cannot be started.
pub fn missing(wanted: &[Package]) -> Result<Vec<Package>> {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Abbrev}\n"]);
    // dpkg-query reports failure when it knows nothing of one of the packages, and still lists the others.
    let output = query.args(wanted.iter().map(|package| package.name)).output().context("cannot start dpkg-query")?;
    let installed = read_installed(&String::from_utf8_lossy(&output.stdout));
    Ok(wanted.iter().filter(|package| !installed.iter().any(|name| name == package.name)).copied().collect())
}

/// Installs packages with apt-get, as root or through sudo.
///
/// # Errors
/// There is no way to become root, or apt-get failed. The message has the command to run by hand.
pub fn install(packages: &[Package]) -> Result<()> {
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let by_hand = format!("apt-get update && apt-get install {}", names.join(" "));
    let Some(elevate) = way_to_root() else {
        bail!("installing needs root, and sudo is not to be had without a password here; run as root: {by_hand}");
    };
    println!("Installing them with apt-get{}.", if elevate.is_empty() { "" } else { ", through sudo" });
    let apt_get = |arguments: &[&str]| {
        // Through `env`, as sudo would not hand the variable on.
        let words = [elevate, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
        process::run(Command::new(words[0]).args(&words[1..]))
    };
    apt_get(&["update"]).with_context(|| format!("no package lists; check the network, or run as root: {by_hand}"))?;
    let install = ["install", "--yes", "--no-install-recommends"];
    apt_get(&[&install[..], &names].concat()).with_context(|| format!("run as root to see why: {by_hand}"))
}

/// What to put before a command to run it as root; `None` where nothing does.
fn way_to_root() -> Option<&'static [&'static str]> {
    let is_root = process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    let quiet = Command::new("sudo").args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match quiet {
        Ok(status) if status.success() => Some(&["sudo", "-n"]),
        // A person at a terminal can be asked for the password; sudo itself does so.
        Ok(_) if std::io::stdin().is_terminal() => Some(&["sudo"]),
        Ok(_) | Err(_) => None,
    }
}

/// Reads lines `name ii ` (wanted and installed; a third letter would be an error flag).
fn read_installed(listing: &str) -> Vec<String> {
    let read = |line: &str| {
        let (name, status) = line.split_once(' ')?;
        (status.as_bytes().get(1) == Some(&b'i')).then(|| name.to_owned())
    };
    listing.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wholly_installed_counts() {
        let listing = "xvfb ii \nchromium rc \ncoturn un \nnftables iU \nopenssl hi \n";
        assert_eq!(read_installed(listing), ["xvfb", "openssl"]);
    }
}
