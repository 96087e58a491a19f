//! `cargo xtask codegen`: the TypeScript that mirrors the Rust types of the console's interface.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::cargo::Claim;
use crate::process;
use crate::workspace::{scratch, ui};

/// Writes the generated files to `ui/src/gen`; with `--check` compares them with what is there and writes nothing.
///
/// # Errors
/// The generator does not build or fails, or an argument is not known.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            write()?;
            Ok(ExitCode::SUCCESS)
        }
        ["--check"] => Ok(if is_current()? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        _ => bail!("`cargo xtask codegen` knows only `--check`"),
    }
}

/// Whether the generated files are, byte for byte, what the Rust types give now. Prints those that are not.
///
/// # Errors
/// The generator does not build or fails, or a file cannot be read.
pub fn is_current() -> Result<bool> {
    let differences = differences(&read_all(&committed())?, &read_all(&generate()?)?);
    for difference in &differences {
        println!("  {difference}");
    }
    if !differences.is_empty() {
        println!("The generated TypeScript is out of date; run `cargo xtask codegen`.");
    }
    Ok(differences.is_empty())
}

fn write() -> Result<()> {
    let files = read_all(&generate()?)?;
    let dir = committed();
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("cannot clear {}", dir.display()))?;
    }
    for (name, content) in &files {
        let path = dir.join(name);
        let parent = path.parent().context("BUG: a file lies in a folder")?;
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&path, content).with_context(|| path.display().to_string())?;
    }
    println!("Wrote {} files to {}.", files.len(), dir.display());
    Ok(())
}

fn committed() -> PathBuf {
    ui().join("src").join("gen")
}

/// Generates everything into an empty folder of our own, so that a type that is gone leaves no file behind.
fn generate() -> Result<PathBuf> {
    let dir = scratch().join("gen");
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("cannot clear {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
    let claim = Claim::new()?;
    let mut generator = claim.cargo(&["run", "--quiet", "--package", "app", "--example", "codegen", "--"]);
    process::run(generator.arg(&dir)).context("the generator of TypeScript (crates/app, example `codegen`)")?;
    Ok(dir)
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// All files below a folder by their path in it; none where there is no such folder.
fn read_all(dir: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = if dir.exists() { vec![dir.to_owned()] } else { Vec::new() };
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).context("BUG: a file lies below its folder")?.to_owned();
                files.insert(name, fs::read(&path).with_context(|| path.display().to_string())?);
            }
        }
    }
    Ok(files)
}

/// What is not the same, one line a file.
fn differences(committed: &Files, generated: &Files) -> Vec<String> {
    let gone = committed.keys().filter(|name| !generated.contains_key(*name));
    let gone = gone.map(|name| format!("{}: no longer generated", name.display()));
    let other = generated.iter().filter_map(|(name, content)| match committed.get(name) {
        Some(found) if found == content => None,
        Some(_) => Some(format!("{}: differs", name.display())),
        None => Some(format!("{}: missing", name.display())),
    });
    gone.chain(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(name, content)| (name.into(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let committed = files(&[("old.ts", "x"), ("same.ts", "x"), ("other.ts", "x")]);
        let generated = files(&[("new.ts", "x"), ("same.ts", "x"), ("other.ts", "x\n")]);
        let found = differences(&committed, &generated);
        assert_eq!(found, ["old.ts: no longer generated", "new.ts: missing", "other.ts: differs"]);
        assert!(differences(&committed, &committed).is_empty());
    }
}
