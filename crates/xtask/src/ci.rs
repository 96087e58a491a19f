//! `cargo xtask ci`: everything that must hold besides the tests; with names, only those checks.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::cargo::Claim;
use crate::packages::{self, Purpose};
use crate::{codegen, deny, node, process, tidy};

type Check = fn() -> Result<()>;

/// In the order of their cost, so that a slip in the cheap ones shows at once.
const CHECKS: &[(&str, Check)] = &[
    ("tidy", tidy::check),
    ("format", || process::run(&mut Claim::new()?.cargo(&["fmt", "--all", "--check"]))),
    ("dependencies", deny::check),
    ("ui-lint", || ui("lint")),
    ("ui-types", || ui("typecheck")),
    ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    ("generated-code", generated_code),
    ("documentation", documentation),
];

/// Runs every check, also after one has failed, and lists the failed ones at the end.
///
/// # Errors
/// The machine cannot be set up. A failed check is not an error but the result.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    let checks = chosen(arguments)?;
    packages::ensure(&[Purpose::Build, Purpose::Media])?;
    let mut failed = Vec::new();
    for (name, check) in &checks {
        println!("\n{name}");
        let started = Instant::now();
        match check() {
            Ok(()) => println!("  {name}: good ({} s)", started.elapsed().as_secs()),
            Err(error) => {
                println!("  {name}: FAILED: {error:#}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() {
        println!("\n{} checks, all good.", checks.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nFailed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

/// The checks that were named, or all of them where none was.
fn chosen(names: &[String]) -> Result<Vec<(&'static str, Check)>> {
    if let Some(unknown) = names.iter().find(|name| CHECKS.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        bail!("there is no check called `{unknown}`; there are: {}", known.join(", "));
    }
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(CHECKS.iter().filter(|(name, _)| is_chosen(name)).copied().collect())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    // The console carries the built pages inside it and does not compile without them.
    node::build()?;
    process::run(&mut Claim::new()?.cargo(arguments))
}

fn ui(script: &str) -> Result<()> {
    node::install()?;
    process::run(&mut node::npm(&["run", "--silent", script]))
}

fn generated_code() -> Result<()> {
    if !codegen::is_current()? {
        bail!("ui/src/gen is out of date");
    }
    Ok(())
}

fn documentation() -> Result<()> {
    node::build()?;
    let claim = Claim::new()?;
    let mut doc = claim.cargo(&["doc", "--workspace", "--no-deps"]);
    process::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_chosen_by_name_and_a_wrong_name_is_not_passed_over() {
        let count = |names: &[&str]| chosen(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(count(&[]).expect("all").len(), CHECKS.len());
        assert_eq!(count(&["tidy", "clippy"]).expect("two").len(), 2);
        assert!(count(&["tidy", "clipy"]).is_err());
    }
}
