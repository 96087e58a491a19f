//! The web UI's side of set-up: Node.js, the packages of the lock file, and the built pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::sources;
use crate::workspace::{root, ui};

/// The oldest Node.js that builds the UI: what Vite 8 asks for.
const OLDEST: (u32, u32) = (20, 19);

/// npm in the UI's folder; the caller adds arguments.
pub fn npm(arguments: &[&str]) -> Command {
    // On Windows npm is a script, which has to be named in full to be found.
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(ui());
    command
}

/// Sees to it that the UI's packages are installed just as the lock file has them.
///
/// # Errors
/// Node.js or npm is missing or too old, or the installation failed.
pub fn install() -> Result<()> {
    check_node()?;
    let lock = ui().join("package-lock.json");
    if !lock.exists() {
        bail!("{} is missing: the UI's packages cannot be installed without it", lock.display());
    }
    let wanted = sources::fingerprint([lock.as_path()])?;
    let stamp = ui().join("node_modules").join(".rounds-installed");
    if is_stamped(&stamp, &wanted) {
        return Ok(());
    }
    println!("Installing the UI's packages from ui/package-lock.json.");
    process::run(&mut npm(&["ci", "--no-audit", "--no-fund"])).context("the UI's packages were not installed")?;
    write_stamp(&stamp, &wanted)
}

/// Builds the UI's pages into `ui/dist`, if anything they are made from has changed since the last time.
///
/// # Errors
/// The packages cannot be installed, or the UI does not build.
pub fn build() -> Result<()> {
    install()?;
    let files = sources::all()?;
    let wanted = sources::fingerprint(files.iter().map(PathBuf::as_path).filter(|file| file.starts_with("ui")))?;
    let stamp = ui().join("node_modules").join(".rounds-built");
    if ui().join("dist").is_dir() && is_stamped(&stamp, &wanted) {
        return Ok(());
    }
    println!("Building the pages of console and patient.");
    process::run(&mut npm(&["run", "build"])).context("the UI does not build")?;
    // The programs carry the pages inside them, and Cargo cannot tell that those have changed.
    let carriers = [Path::new("src-tauri"), Path::new("crates/server")];
    let carry = |file: &PathBuf| carriers.iter().any(|dir| file.starts_with(dir));
    sources::mark_changed(&sources::rust()?.into_iter().filter(carry).collect::<Vec<_>>())?;
    write_stamp(&stamp, &wanted)
}

fn write_stamp(stamp: &Path, content: &str) -> Result<()> {
    // npm makes no folder where there are no packages to put into it.
    let folder = stamp.parent().context("BUG: a stamp lies in a folder")?;
    fs::create_dir_all(folder).and_then(|()| fs::write(stamp, content)).with_context(|| stamp.display().to_string())
}

fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == wanted)
}

fn check_node() -> Result<()> {
    let advice = format!(
        "Node.js {}.{} or newer, with npm, is needed to build the pages of console and patient; \
         install it from https://nodejs.org, then run this command again",
        OLDEST.0, OLDEST.1
    );
    let Ok(said) = process::capture(Command::new("node").arg("--version")) else {
        bail!("there is no Node.js here. {advice}");
    };
    let Some(version) = read_version(&said) else {
        bail!("`node --version` answered {said:?}, which is not a version. {advice}");
    };
    if version < OLDEST {
        bail!("Node.js {} is too old. {advice}", said.trim());
    }
    if process::capture(npm(&["--version"]).current_dir(root())).is_err() {
        bail!("there is Node.js, but no npm. {advice}");
    }
    Ok(())
}

/// Reads major and minor out of `v20.19.1`.
fn read_version(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(read_version("v20.19.1\n"), Some((20, 19)));
        assert!(read_version("v20.9.0").expect("a version") < OLDEST);
        assert!(read_version("v22.0.0").expect("a version") > OLDEST);
        assert_eq!(read_version("node: not found"), None);
    }
}
