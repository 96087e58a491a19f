//! The project's own files, as git knows them: tracked or new, but not ignored.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::process;
use crate::workspace::root;

/// All files of the project, relative to its root, sorted.
///
/// # Errors
/// git is missing, or this is not a clone.
pub fn all() -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let list = process::capture(&mut git).context("git is needed to list the project's files")?;
    let mut files: Vec<PathBuf> = list.split_terminator('\0').map(PathBuf::from).collect();
    // A file that was deleted but not yet committed so is still in git's list.
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// The Rust files among [`all`].
///
/// # Errors
/// As [`all`].
pub fn rust() -> Result<Vec<PathBuf>> {
    Ok(all()?.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")).collect())
}

/// Gives files the present as their time of change, so that Cargo looks at them again; their content stays.
///
/// # Errors
/// A file cannot be opened for writing.
pub fn mark_changed(files: &[PathBuf]) -> Result<()> {
    let now = SystemTime::now();
    for file in files {
        let path = root().join(file);
        let file = File::options().write(true).open(&path).with_context(|| path.display().to_string())?;
        file.set_modified(now).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A fingerprint of the names and contents of files, to see whether any has changed.
///
/// # Errors
/// A file cannot be read.
pub fn fingerprint<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(root().join(file)).with_context(|| file.display().to_string())?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
