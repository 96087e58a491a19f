//! Writes through the whole write path, in turns with raw SQLite and raw SQLCipher.
//!
//! Our write is a command on a planned encounter (its priority changes): the domain decides, the row and its indexes are
//! updated, the journal gets a chained row with the after-image, deliveries are looked up, and the answer comes when all
//! is on disk. Theirs is in `raw.rs`. Each takes its turn for a second or two, several times.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use app::api::encounter::PriorityRequest;
use domain::patient::Patient;
use domain::priority::Priority;

use crate::dice::Dice;
use crate::machine::own_cpu_seconds;
use crate::raw::Raw;
use crate::samples::Samples;
use crate::table::{Row, figure};
use crate::world::World;
use crate::{Arguments, tell};

/// Patients in our store while it is written to.
const PATIENTS: usize = 10_000;
const TURNS: usize = 4;
const TURN: Duration = Duration::from_millis(1_500);
/// Those who write at the same time in the second measurement.
const WRITERS: usize = 16;
const READS: usize = 5_000;
/// A key as the store uses one: raw, so that no password is derived.
const KEY: &str = "x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'";

/// Makes the three databases, and lets them write in turns.
///
/// # Errors
/// One of them fails.
pub async fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir_in(&arguments.scratch)?;
    tell("filling three databases to write into");
    let world = Arc::new(World::make(&folder.path().join("ours"), PATIENTS, arguments.seed).await?);
    let plain = Arc::new(Raw::make(folder.path(), "SQLite", None, arguments.seed)?);
    let cipher = Arc::new(Raw::make(folder.path(), "SQLCipher", Some(KEY), arguments.seed)?);
    let mut rows = Vec::new();
    for (kind, writers) in [1, WRITERS].into_iter().enumerate() {
        tell(&format!("writing, {writers} at a time"));
        let mut turns: [Vec<Turn>; 3] = Default::default();
        for turn in 0..TURNS {
            turns[0].push(ours(&world, writers, (kind * TURNS + turn, 2 * TURNS)).await?);
            turns[1].push(theirs(&plain, writers).await?);
            turns[2].push(theirs(&cipher, writers).await?);
        }
        rows.extend(compared(writers, &turns));
    }
    rows.push(reads(&world, &plain, &cipher, arguments.seed)?);
    Ok(rows)
}

/// One turn of one database.
struct Turn {
    per_second: f64,
    cpu_micros: f64,
    waits: Vec<Duration>,
}

impl Turn {
    fn of(began: Instant, cpu_before: f64, waits: Vec<Duration>) -> Self {
        let writes = waits.len().max(1) as f64;
        Self {
            per_second: writes / began.elapsed().as_secs_f64(),
            cpu_micros: (own_cpu_seconds() - cpu_before) / writes * 1e6,
            waits,
        }
    }
}

/// Every turn has encounters of its own, so that each command changes something: the share is `of.0` of `of.1`.
async fn ours(world: &Arc<World>, writers: usize, of: (usize, usize)) -> Result<Turn> {
    let (began, cpu) = (Instant::now(), own_cpu_seconds());
    let writing = (0..writers).map(|writer| {
        let world = Arc::clone(world);
        let share = world.planned.iter().copied().skip(of.0).step_by(of.1);
        let mine: Vec<_> = share.skip(writer).step_by(writers).collect();
        tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut number = 0;
            while began.elapsed() < TURN {
                let encounter = *mine.get(number % mine.len().max(1)).context("no encounter is planned")?;
                let priority = if (number / mine.len().max(1)).is_multiple_of(2) {
                    Priority::Emergency
                } else {
                    Priority::Routine
                };
                number += 1;
                let one = Instant::now();
                world.rounds.set_priority(&world.asked, PriorityRequest { encounter, priority }).await?;
                waits.push(one.elapsed());
            }
            anyhow::Ok(waits)
        })
    });
    let mut waits = Vec::new();
    for writer in writing.collect::<Vec<_>>() {
        waits.extend(writer.await??);
    }
    Ok(Turn::of(began, cpu, waits))
}

async fn theirs(raw: &Arc<Raw>, writers: usize) -> Result<Turn> {
    let (began, cpu) = (Instant::now(), own_cpu_seconds());
    let writing = (0..writers).map(|_| {
        let raw = Arc::clone(raw);
        tokio::task::spawn_blocking(move || {
            let mut waits = Vec::new();
            while began.elapsed() < TURN {
                let one = Instant::now();
                raw.write()?;
                waits.push(one.elapsed());
            }
            anyhow::Ok(waits)
        })
    });
    let mut waits = Vec::new();
    for writer in writing.collect::<Vec<_>>() {
        waits.extend(writer.await??);
    }
    Ok(Turn::of(began, cpu, waits))
}

fn compared(writers: usize, [ours, plain, cipher]: &[Vec<Turn>; 3]) -> Vec<Row> {
    let middle = |turns: &[Turn], of: fn(&Turn) -> f64| {
        Samples::new(turns.iter().map(of).collect()).map_or(0.0, |samples| samples.median())
    };
    let rates = [ours, plain, cipher].map(|turns| middle(turns, |turn| turn.per_second));
    let ratio = rates[0] / rates[2].max(f64::MIN_POSITIVE);
    let how = if writers == 1 { "one at a time".to_owned() } else { format!("{writers} at the same time") };
    let waits = |turns: &[Turn]| {
        let all: Vec<Duration> = turns.iter().flat_map(|turn| turn.waits.iter().copied()).collect();
        Samples::millis(&all).map(|samples| crate::table::spread(&samples)).unwrap_or_default()
    };
    let cpu = [ours, plain, cipher].map(|turns| middle(turns, |turn| turn.cpu_micros));
    vec![
        Row::new(format!("writes, {how}"), "writes/s", vec![figure("", rates[0])])
            .goal("≥ 50 % of SQLCipher", ratio >= 0.5)
            .peer("SQLite", vec![figure("", rates[1])])
            .peer("SQLCipher", vec![figure("", rates[2])])
            .note(format!("{:.0} % of SQLCipher, middle of {TURNS} turns", ratio * 100.0)),
        Row::new(format!("  wait for one write, {how}"), "ms", waits(ours))
            .peer("SQLite", waits(plain))
            .peer("SQLCipher", waits(cipher)),
        Row::new(format!("  CPU a write, {how}"), "µs", vec![figure("", cpu[0])])
            .peer("SQLite", vec![figure("", cpu[1])])
            .peer("SQLCipher", vec![figure("", cpu[2])]),
    ]
}

/// Reads of one record by its id, in turns.
fn reads(world: &World, plain: &Raw, cipher: &Raw, seed: u64) -> Result<Row> {
    let mut dice = Dice::new(seed);
    let mut micros: [Vec<f64>; 3] = Default::default();
    for _ in 0..READS {
        let id = dice.one_of(&world.patients).id;
        let began = Instant::now();
        let found = world.rounds.store().read_now(|reader| reader.get::<Patient>(&id))?;
        micros[0].push(began.elapsed().as_secs_f64() * 1e6);
        anyhow::ensure!(found.is_some(), "a patient who was written is not there");
        for (raw, into) in [plain, cipher].into_iter().zip(1..) {
            let began = Instant::now();
            let length = raw.read()?;
            micros[into].push(began.elapsed().as_secs_f64() * 1e6);
            anyhow::ensure!(length > 0, "a row that was written is not there");
        }
    }
    let [ours, sqlite, sqlcipher] = micros.map(Samples::new);
    let (ours, sqlite, sqlcipher) =
        (ours.context("no reads")?, sqlite.context("no reads")?, sqlcipher.context("no reads")?);
    let figures = |samples: &Samples| vec![figure("p50", samples.median()), figure("p99", samples.percentile(99.0))];
    let ratio = ours.median() / sqlcipher.median();
    Ok(Row::new("read one record by its id, decoded", "µs", figures(&ours))
        .goal("p50 ≤ 2 × SQLCipher", ratio <= 2.0)
        .peer(plain.name, figures(&sqlite))
        .peer(cipher.name, figures(&sqlcipher))
        .note(format!("{ratio:.1} × SQLCipher")))
}
