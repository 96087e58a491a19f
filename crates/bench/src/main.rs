//! Measures Rounds beside its peers, in one run on one machine, and prints one table.
//!
//! Nothing here is a test: a figure says how things stood on this machine in this run, and a goal says what is aimed at.
//! Where a peer can be installed it is measured in turns with Rounds, so that both meet the same load; where something
//! could not be measured, the table says so and why. `cargo xtask bench` builds what is needed and starts this.
//!
//! To add a figure: a [`Row`] in the part it belongs to. To add a part: a variant of [`Part`] and a file with `measure`.

mod chromium;
mod dice;
mod display;
mod loss;
mod machine;
mod process;
mod raw;
mod samples;
mod start;
mod store_rows;
mod table;
mod visit;
mod window;
mod world;
mod write_rows;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use crate::table::{Row, Table};

/// Measures Rounds beside its peers.
#[derive(Parser)]
pub struct Arguments {
    /// The console's program; without it, nothing that needs a window is measured.
    #[arg(long)]
    rounds: Option<PathBuf>,
    /// The program that measures a call through a lossy network; without it, that is not measured.
    #[arg(long)]
    loss_table: Option<PathBuf>,
    /// Where the figures are written as JSON.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
    /// The folder for data made on the way; its disk is what the write figures are about.
    #[arg(long, default_value = "target/bench")]
    scratch: PathBuf,
    /// What to measure; everything, where nothing is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Patients in the store; each has four encounters.
    #[arg(long, default_value_t = 50_000)]
    patients: usize,
    /// Starts of each program.
    #[arg(long, default_value_t = 6)]
    starts: usize,
    /// Visits played.
    #[arg(long, default_value_t = 3)]
    visits: usize,
    /// Seconds measured for each row of the loss table.
    #[arg(long, default_value_t = 10)]
    loss_seconds: u64,
    /// From which all generated data and all choices follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One part of the table.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Opening, searching and listing in a large store.
    Store,
    /// Writes beside raw SQLite and raw SQLCipher.
    Write,
    /// From the start of the process to the painted queue.
    Start,
    /// A visit between the console's window and a browser.
    Visit,
    /// A call through a network that loses packets.
    Loss,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let scratch = &arguments.scratch;
    std::fs::create_dir_all(scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    let mut table = Table::new();
    for part in [Part::Store, Part::Write, Part::Start, Part::Visit, Part::Loss] {
        if !arguments.parts.is_empty() && !arguments.parts.contains(&part) {
            continue;
        }
        let before = machine::load_average();
        let rows = match part {
            Part::Store => store_rows::measure(arguments).await,
            Part::Write => write_rows::measure(arguments).await,
            Part::Start => start::measure(arguments).await,
            Part::Visit => visit::measure(arguments).await,
            Part::Loss => loss::measure(arguments).await,
        };
        // What was measured before is not lost because one part could not be.
        let rows = rows.unwrap_or_else(|error| vec![Row::not_measured(part.title(), &format!("{error:#}"))]);
        table.add(part.title(), (before, machine::load_average()), rows);
    }
    print!("{table}");
    table.write(&arguments.json)
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Store => "A large store",
            Self::Write => "Writing",
            Self::Start => "Starting",
            Self::Visit => "A visit",
            Self::Loss => "A call through loss",
        }
    }
}

/// Says on standard error what goes on: the table comes minutes later.
pub fn tell(what: &str) {
    eprintln!("bench: {what}");
}
