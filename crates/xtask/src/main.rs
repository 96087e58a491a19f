//! `cargo xtask`: the project's chores, from a fresh clone to a tested change.
//!
//! One file a chore. To add one, write `pub fn chore(arguments: &[String]) -> Result<ExitCode>` in a
//! file of its own, name it in [`CHORES`] and give it an arm in [`start`].

mod bench;
mod cargo;
mod ci;
mod codegen;
mod debian;
mod demo;
mod deny;
mod display;
mod elsewhere;
mod node;
mod packages;
mod process;
mod run;
mod sources;
mod tally;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

/// What can be asked for, with one line on each.
const CHORES: &[(&str, &str)] = &[
    ("run [-- ARGS]", "set this machine up, build everything and open the console (-- --sample: the sample practice)"),
    ("test", "set this machine up and run all tests of all layers; ends with `N passed, N failed`"),
    ("ci", "what must hold besides the tests: format, lints, licences, generated code, documentation, tidiness"),
    (
        "bench [PARTS]",
        "build in release, measure beside the peers (store, write, start, visit, loss), and print one table",
    ),
    ("demo [FOLDER]", "play a visit of the sample practice hands off, and leave a picture of every step"),
    (
        "codegen [--check]",
        "write the TypeScript that mirrors the Rust types to ui/src/gen, or check that it is current",
    ),
];

fn main() -> ExitCode {
    process::end_all_on_interrupt();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match start(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &[String]) -> Result<ExitCode> {
    let Some((chore, rest)) = arguments.split_first() else {
        print_chores();
        return Ok(ExitCode::SUCCESS);
    };
    match chore.as_str() {
        "run" => run::chore(rest),
        "test" => test::chore(rest),
        "ci" => ci::chore(rest),
        "bench" => bench::chore(rest),
        "demo" => demo::chore(rest),
        "codegen" => codegen::chore(rest),
        "help" | "--help" | "-h" => {
            print_chores();
            Ok(ExitCode::SUCCESS)
        }
        unknown => {
            eprintln!("error: there is no chore called `{unknown}`\n");
            print_chores();
            Ok(ExitCode::FAILURE)
        }
    }
}

fn print_chores() {
    println!("The project's chores:\n");
    for (usage, purpose) in CHORES {
        println!("  cargo xtask {usage:<18} {purpose}");
    }
}
