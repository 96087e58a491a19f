//! `cargo xtask test`: all tests of all layers, whatever fails on the way, and one line with the count.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cargo::{self, Claim, Program};
use crate::node;
use crate::packages::{self, Purpose};
use crate::process::{self, Ended};
use crate::tally::{self, Tally};
use crate::tools;
use crate::workspace::scratch;

/// The package of tests across everything. They start browsers and windows, and so run one after the other.
const JOURNEYS: &str = "journeys";
/// Programs that tests start, by the variable that tells them where to find it.
const STARTED_BY_TESTS: [(&str, &str); 2] = [("ROUNDS_BIN", "rounds"), ("ROUNDS_SERVER_BIN", "rounds-server")];

/// Drives Firefox in journeys. Debian has no package of it.
const GECKODRIVER: &str = "0.37.1";

const PROGRAM_LIMIT: Duration = Duration::from_secs(20 * 60);
const JOURNEY_LIMIT: Duration = Duration::from_secs(40 * 60);

/// A program of tests, in this clone's keeping.
struct Harness {
    /// How it is called in messages: package and target.
    part: String,
    path: PathBuf,
    package_dir: PathBuf,
    is_journey: bool,
}

/// Sets the machine up, builds and runs everything, and prints the count as the last line.
///
/// # Errors
/// The machine cannot be set up. A test or a build that fails is counted, and the result is then a failure.
pub fn chore(arguments: &[String]) -> Result<ExitCode> {
    anyhow::ensure!(
        arguments.is_empty(),
        "`cargo xtask test` takes no arguments; for a part, use `cargo test -p CRATE`"
    );
    packages::ensure(&[Purpose::Build, Purpose::Media, Purpose::Headless, Purpose::Test])?;
    let mut tally = Tally::default();
    let layer = |tally: &mut Tally, result: Result<Tally>| {
        let counted = result.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Tally::lost(format!("{error:#}"))
        });
        tally.add(counted);
    };

    let ui_built = node::build();
    layer(&mut tally, ui_built.map(|()| Tally::default()));
    let mut harnesses = Vec::new();
    let mut environment = Vec::new();
    layer(&mut tally, build(&mut harnesses, &mut environment));
    match tools::installed("geckodriver", GECKODRIVER) {
        Ok(program) => environment.push(("ROUNDS_GECKODRIVER", program)),
        Err(error) => layer(&mut tally, Err(error)),
    }
    let (journeys, crates): (Vec<_>, Vec<_>) = harnesses.into_iter().partition(|harness| harness.is_journey);

    println!("\nThe crates' tests");
    for harness in &crates {
        layer(&mut tally, run(harness, &environment));
    }
    layer(&mut tally, documentation());
    println!("\nThe UI's tests");
    layer(&mut tally, ui());
    println!("\nThe journeys");
    if journeys.is_empty() {
        println!("  There are none in this workspace.");
    }
    for harness in &journeys {
        layer(&mut tally, run(harness, &environment));
    }

    print_end(&tally);
    Ok(if tally.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the programs and all test programs, and keeps them for this clone.
fn build(harnesses: &mut Vec<Harness>, environment: &mut Vec<(&'static str, PathBuf)>) -> Result<Tally> {
    let mut tally = Tally::default();
    let kept = scratch().join("test");
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| format!("cannot clear {}", kept.display()))?;
    }
    let claim = Claim::new()?;
    println!("Building the programs (from nothing this takes some ten minutes).");
    let programs = claim.build(&["build", "--workspace", "--bins"])?;
    for (variable, name) in STARTED_BY_TESTS {
        match programs.program(name) {
            Some(program) => environment.push((variable, cargo::keep(&program.path, "test")?)),
            None => tally.add(Tally::lost(format!("the program {name} could not be built"))),
        }
    }
    println!("Building the tests.");
    let tests = claim.build(&["test", "--workspace", "--no-run", "--no-fail-fast"])?;
    if !tests.complete {
        tally.add(Tally::lost("not all tests could be built; the compiler's messages are further up"));
    }
    for program in tests.programs.iter().filter(|program| program.is_test) {
        harnesses.push(harness(program)?);
    }
    Ok(tally)
}

fn harness(program: &Program) -> Result<Harness> {
    let manifest = fs::read_to_string(program.package_dir.join("Cargo.toml"))?;
    let package = package_name(&manifest).unwrap_or_default();
    let part = if program.kind == "lib" { package.to_owned() } else { format!("{package}/{}", program.name) };
    let path = cargo::keep(&program.path, "test")?;
    Ok(Harness { part, path, package_dir: program.package_dir.clone(), is_journey: package == JOURNEYS })
}

/// The name in a manifest's `[package]` section.
fn package_name(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines().skip_while(|line| line.trim() != "[package]");
    lines.find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('=')?.trim().split('"').nth(1))
}

/// Runs one test program as Cargo would: in its package's folder, with the package's folder in the environment.
fn run(harness: &Harness, environment: &[(&str, PathBuf)]) -> Result<Tally> {
    let mut command =
        if harness.is_journey { packages::on_session_bus(&harness.path) } else { Command::new(&harness.path) };
    command.current_dir(&harness.package_dir).env("CARGO_MANIFEST_DIR", &harness.package_dir);
    command.envs(environment.iter().map(|(name, path)| (name, path)));
    let limit = if harness.is_journey {
        command.arg("--test-threads=1");
        JOURNEY_LIMIT
    } else {
        PROGRAM_LIMIT
    };
    hear_out(&harness.part, &mut command, limit, harness.is_journey)
}

/// The examples in the documentation, which only rustdoc can run.
fn documentation() -> Result<Tally> {
    let claim = Claim::new()?;
    let mut command = claim.cargo(&["test", "--doc", "--workspace", "--no-fail-fast"]);
    hear_out("documentation", &mut command, PROGRAM_LIMIT, false)
}

/// Runs a program of Rust tests. What it writes is shown as it comes where `live`, otherwise only when it fails.
fn hear_out(part: &str, command: &mut Command, limit: Duration, live: bool) -> Result<Tally> {
    let mut output = String::new();
    let ended = process::listen(command, limit, |line| {
        if live {
            println!("{line}");
        }
        output.push_str(line);
        output.push('\n');
    })?;
    let trouble = match ended {
        Ended::Itself(status) if status.success() => None,
        Ended::Itself(status) => Some(format!("ended with an error before its tests were done ({status})")),
        Ended::Overdue => Some(format!("was still running after {} minutes, and was ended", limit.as_secs() / 60)),
    };
    let tally = tally::of_rust(part, &output, trouble.as_deref());
    if tally.failed > 0 && !live {
        println!("{output}");
    }
    println!("  {part}: {tally}");
    Ok(tally)
}

fn ui() -> Result<Tally> {
    node::install()?;
    let report = scratch().join("vitest.json");
    fs::create_dir_all(scratch())?;
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let to = format!("--outputFile.json={}", report.display());
    let mut npm = node::npm(&["test", "--", "--reporter=default", "--reporter=json", &to]);
    let ended = process::listen(&mut npm, PROGRAM_LIMIT, |line| println!("{line}"))?;
    let json = fs::read_to_string(&report).unwrap_or_default();
    let tally = tally::of_vitest(&json, ended.well());
    println!("  ui: {tally}");
    Ok(tally)
}

/// The count is the last line: people and programs read it there.
fn print_end(tally: &Tally) {
    if !tally.failures.is_empty() {
        println!("\nFailed:");
        for failure in &tally.failures {
            println!("  {failure}");
        }
    }
    println!("\n{tally}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_its_own_name_and_not_by_its_programs() {
        let manifest = "[workspace]\n[[bin]]\nname = \"x\"\n[package]\nversion = \"1\"\nname = \"journeys\"\n";
        assert_eq!(package_name(manifest), Some(JOURNEYS));
        assert_eq!(package_name("[workspace]\n"), None);
    }
}
