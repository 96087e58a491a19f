//! Opening, searching and listing in a store with many patients: warm, and with nothing of it in memory.

use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use app::Rounds;
use app::api::encounter::EncounterRequest;
use app::api::patient::PatientSearchRequest;
use app::api::queue::QueueRequest;

use crate::dice::Dice;
use crate::samples::Samples;
use crate::table::{Row, figure};
use crate::world::{self, Known, World};
use crate::{Arguments, tell};

const OPENED: usize = 300;
const TYPED: usize = 2_000;
const LISTED: usize = 100;
/// Times that the store is opened with nothing of it in memory.
const COLD: usize = 10;
/// Rows that the screen asks for.
const SHOWN: u32 = 50;

/// Makes the store, and measures it.
///
/// # Errors
/// The store cannot be made, opened or read.
pub async fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir_in(&arguments.scratch)?;
    tell(&format!("writing {} patients with {} encounters", arguments.patients, arguments.patients * 4));
    let began = Instant::now();
    let world = World::make(folder.path(), arguments.patients, arguments.seed).await?;
    let spent = began.elapsed().as_secs_f64();
    let records = world.patients.len() * 2 + world.encounters.len();
    let mut rows = vec![
        Row::new(
            "fill the store, in batches, through the write path",
            "records/s",
            vec![figure("", records as f64 / spent)],
        )
        .note(format!("{records} records, {:.0} MiB on disk", megabytes(folder.path()))),
    ];
    tell("reading it");
    let mut dice = Dice::new(arguments.seed);
    rows.extend(warm(&world, &mut dice).await?);
    rows.extend(cold(folder.path(), world, &mut dice).await?);
    Ok(rows)
}

async fn warm(world: &World, dice: &mut Dice) -> Result<Vec<Row>> {
    let opened = repeat(OPENED, || open_encounter(world, &world.rounds, *dice.one_of(&world.encounters))).await?;
    let mut rows =
        vec![goal_for_a_screen(Row::spread("open an encounter (access journalled first)", "ms", &opened), &opened)];
    let mut all = Vec::new();
    for kind in Typed::ALL {
        let mut typed: Vec<String> =
            (0..TYPED / Typed::ALL.len()).map(|_| kind.text(dice.one_of(&world.patients), dice)).collect();
        let found = repeat(typed.len(), || search(world, &world.rounds, typed.pop().unwrap_or_default())).await?;
        rows.push(Row::spread(format!("  typed: {}", kind.name()), "ms", &found));
        all.push(found);
    }
    let worst = all.iter().map(|samples| samples.percentile(99.0)).fold(0.0, f64::max);
    let row = Row::new("search as one types, worst of the kinds below", "ms", vec![figure("p99", worst)])
        .goal("p99 ≤ 5 ms", worst <= 5.0);
    rows.insert(1, row);
    let listed = repeat(LISTED, || list(world, &world.rounds)).await?;
    rows.push(goal_for_a_screen(Row::spread("list the queue of today", "ms", &listed), &listed));
    Ok(rows)
}

/// From input to paint a screen has 50 ms at the 95th percentile; the core's answer must fit in it.
fn goal_for_a_screen(row: Row, samples: &Samples) -> Row {
    row.goal("p95 ≤ 50 ms", samples.percentile(95.0) <= 50.0)
}

async fn cold(folder: &Path, world: World, dice: &mut Dice) -> Result<Vec<Row>> {
    world.rounds.store().close();
    // The practice is put aside, so that its store's lock is free; what is known of the patients stays.
    let World { rounds, asked, patients, encounters, planned } = world;
    drop(rounds);
    let (mut opens, mut lists, mut searches, mut reads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..COLD {
        forget(folder)?;
        let began = Instant::now();
        let rounds = world::open(folder).await?;
        opens.push(began.elapsed());
        let cold =
            World { rounds, asked: asked.clone(), patients: Vec::new(), encounters: Vec::new(), planned: Vec::new() };
        lists.push(timed(list(&cold, &cold.rounds)).await?);
        let text = Typed::Name.text(dice.one_of(&patients), dice);
        searches.push(timed(search(&cold, &cold.rounds, text)).await?);
        reads.push(timed(open_encounter(&cold, &cold.rounds, *dice.one_of(&encounters))).await?);
        cold.rounds.store().close();
    }
    drop(planned);
    let row = |name: &str, durations: &[Duration]| {
        Samples::millis(durations).map(|samples| (Row::spread(name, "ms", &samples), samples))
    };
    let named = [
        ("cold: open the store", &opens, 20.0),
        ("cold: list the queue", &lists, 100.0),
        ("cold: search a name", &searches, 100.0),
        ("cold: open an encounter", &reads, 100.0),
    ];
    let rows = named.into_iter().filter_map(|(name, durations, most)| {
        let (row, samples) = row(name, durations)?;
        Some(row.goal(format!("p50 ≤ {most:.0} ms"), samples.median() <= most))
    });
    Ok(rows.collect())
}

/// What somebody types.
#[derive(Clone, Copy)]
enum Typed {
    Start,
    Name,
    Both,
    Record,
    Birth,
}

impl Typed {
    const ALL: [Self; 5] = [Self::Start, Self::Name, Self::Both, Self::Record, Self::Birth];

    fn name(self) -> &'static str {
        match self {
            Self::Start => "one or two letters of a name",
            Self::Name => "three letters of a name, or more",
            Self::Both => "letters of both names",
            Self::Record => "a record number, or its beginning",
            Self::Birth => "a date of birth",
        }
    }

    fn text(self, of: &Known, dice: &mut Dice) -> String {
        let mut beginning =
            |text: &str, least: usize, spread: usize| text.chars().take(least + dice.below(spread)).collect::<String>();
        match self {
            Self::Start => beginning(&of.family, 1, 2),
            Self::Name => beginning(&of.family, 3, 5),
            Self::Both => format!("{} {}", beginning(&of.family, 2, 5), beginning(&of.given, 1, 4)),
            Self::Record => beginning(&of.mrn, 6, 5),
            Self::Birth => of.born.clone(),
        }
    }
}

async fn open_encounter(world: &World, rounds: &Rounds, encounter: domain::id::EncounterId) -> Result<()> {
    rounds.encounter(&world.asked, EncounterRequest { encounter }).await.context("an encounter cannot be opened")?;
    Ok(())
}

async fn search(world: &World, rounds: &Rounds, text: String) -> Result<()> {
    let request = PatientSearchRequest { text: text.into(), limit: SHOWN };
    let found = rounds.search_patients(&world.asked, request).await.context("patients cannot be searched")?;
    anyhow::ensure!(!found.patients.is_empty(), "a search found nobody, though the words were taken from a patient");
    Ok(())
}

async fn list(world: &World, rounds: &Rounds) -> Result<()> {
    let queue = rounds.queue(&world.asked, QueueRequest::default()).await.context("the queue cannot be read")?;
    anyhow::ensure!(!queue.rows.is_empty(), "the queue of the sample practice is empty");
    Ok(())
}

async fn repeat<F: Future<Output = Result<()>>>(times: usize, mut work: impl FnMut() -> F) -> Result<Samples> {
    let mut durations = Vec::with_capacity(times);
    for _ in 0..times {
        durations.push(timed(work()).await?);
    }
    Samples::millis(&durations).context("BUG: nothing was repeated")
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed())
}

/// Makes the system forget what it holds of the store's files in memory. SQLite's own cache goes when the store is closed.
fn forget(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_file()) {
        // With a count of nothing, `nocache` drops what is cached of the whole file.
        let mut dd = Command::new("dd");
        dd.arg(format!("if={}", entry.path().display())).args(["iflag=nocache", "count=0", "status=none"]);
        let dropped = dd.status().context("cannot start dd")?;
        anyhow::ensure!(dropped.success(), "the system's cache of the store cannot be dropped");
    }
    Ok(())
}

fn megabytes(folder: &Path) -> f64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0.0 };
    entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|file| file.len() as f64).sum::<f64>() / 1_048_576.0
}
