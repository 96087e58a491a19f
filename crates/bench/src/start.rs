//! From the start of a process to its painted window: the console with its queue, beside the blank pages of its peers.
//!
//! All three are watched from outside in the same way (see [`Display::painted`]); nothing in the console takes part.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::display::Display;
use crate::process::Running;
use crate::samples::Samples;
use crate::table::{Row, figure};
use crate::world::World;
use crate::{Arguments, chromium, tell};

/// Patients in the practice that the console opens.
const PATIENTS: usize = 10_000;
/// How long each is watched; memory is read at the end of it.
const WATCHED: Duration = Duration::from_secs(6);
/// A page that is blank but for its colour, which tells it from the bare window.
const BLANK: &str = "data:text/html,<body style='background:rgb(20,90,160)'>";

/// Starts the console and its peers in turns.
///
/// # Errors
/// There is no console, no display, or nothing is painted.
pub async fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let rounds = arguments.rounds.as_deref().context("the console's program was not named")?;
    let folder = tempfile::tempdir_in(&arguments.scratch)?;
    let practice = folder.path().join("practice");
    tell("preparing a practice to start with");
    World::make(&practice, PATIENTS, arguments.seed).await?.rounds.store().close();
    let mut programs = vec![Program::new("Rounds", console(rounds, &practice))];
    if let Some(browser) = mini_browser() {
        let mut command = Command::new(browser);
        command.args(["--geometry=1280x800", BLANK]);
        programs.push(Program::new("MiniBrowser", command));
    }
    programs.push(Program::new("chromium --app", chromium::app(&folder.path().join("profile"), BLANK)));
    let mut display = Display::start(&arguments.scratch)?;
    for turn in 0..=arguments.starts {
        tell(&format!("starting each, {turn} of {}", arguments.starts));
        for program in &mut programs {
            // The first start of each fills caches and profiles, and is not counted.
            program.start(&mut display, turn > 0)?;
        }
    }
    rows(&programs)
}

/// The console on a practice that is there.
fn console(rounds: &Path, practice: &Path) -> Command {
    let mut command = Command::new(rounds);
    command.arg("--data").arg(practice).env("ROUNDS_CAMERA", "synthetic").env("ROUNDS_LISTEN", "127.0.0.1:0");
    command
}

/// WebKitGTK's own small browser, which comes with the library.
pub fn mini_browser() -> Option<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").ok()?.flatten();
    libraries.map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser")).find(|path| path.is_file())
}

struct Program {
    name: &'static str,
    command: Command,
    painted: Vec<f64>,
    memory: Vec<f64>,
    cpu: Vec<f64>,
}

impl Program {
    fn new(name: &'static str, command: Command) -> Self {
        Self { name, command, painted: Vec::new(), memory: Vec::new(), cpu: Vec::new() }
    }

    fn start(&mut self, display: &mut Display, counts: bool) -> Result<()> {
        display.show_on(&mut self.command);
        let began = Instant::now();
        let running = Running::start(&mut self.command)?;
        let painted = display.painted(began, WATCHED).with_context(|| self.name)?;
        if counts {
            let family = running.family();
            self.painted.push(painted.as_secs_f64() * 1_000.0);
            self.memory.push(family.pss_mib());
            self.cpu.push(family.cpu_seconds().values().sum());
        }
        drop(running);
        Ok(())
    }
}

fn rows(programs: &[Program]) -> Result<Vec<Row>> {
    let (ours, peers) = programs.split_first().context("BUG: there is our own program")?;
    let middle = |values: &[f64]| Samples::new(values.to_vec()).map(|samples| samples.median());
    let of = |name: &str, values: fn(&Program) -> &Vec<f64>| {
        peers.iter().find(|peer| peer.name == name).and_then(|peer| middle(values(peer)))
    };
    let painted = Samples::new(ours.painted.clone()).context("nothing was started")?;
    let mut start = Row::spread("process start to queue painted, 10,000 patients", "ms", &painted);
    if let Some(blank) = of("MiniBrowser", |program| &program.painted) {
        let most = 1.5 * blank;
        start = start.goal(format!("p50 ≤ 1.5 × MiniBrowser's blank page ({most:.0} ms)"), painted.median() <= most);
    }
    let own = middle(&ours.memory).unwrap_or_default();
    let mut memory = Row::new("memory of all its processes then (PSS)", "MiB", vec![figure("", own)]);
    if let Some(chromium) = of("chromium --app", |program| &program.memory) {
        memory = memory.goal("≤ 220 MiB and < 0.75 × chromium --app", own <= 220.0 && own < 0.75 * chromium);
    }
    let mut cpu = Row::new(
        "CPU of all its processes in the first six seconds",
        "s",
        vec![figure("", middle(&ours.cpu).unwrap_or_default())],
    );
    for peer in peers {
        let all = Samples::new(peer.painted.clone()).context("nothing was started")?;
        start = start.peer(format!("{} blank page", peer.name), crate::table::spread(&all));
        memory = memory.peer(peer.name, vec![figure("", middle(&peer.memory).unwrap_or_default())]);
        cpu = cpu.peer(peer.name, vec![figure("", middle(&peer.cpu).unwrap_or_default())]);
    }
    Ok(vec![start, memory, cpu])
}
