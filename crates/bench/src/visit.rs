//! A visit between the console's real window and a real Chromium, both on this machine and its clock.
//!
//! Both cameras have a clock in their pictures (see `call::media::clock`), so the age of a picture can be read where it
//! is shown. The peer is libwebrtc at both ends, in one page, with the same camera, while no visit is running.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::display::Display;
use crate::machine::Family;
use crate::samples::Samples;
use crate::table::{Row, figure};
use crate::window::Window;
use crate::{Arguments, tell};

/// Bandwidth and picture size need some seconds to settle; what is before is not counted.
const SETTLING: Duration = Duration::from_secs(12);
/// How long pictures and CPU are watched.
const WATCHED: Duration = Duration::from_secs(20);
/// The buttons that lead a patient from the check to the waiting room.
const STEPS: [&str; 5] = ["check-start", "speaker-play", "speaker-yes", "check-continue", "consent-agree"];

const CLOCK: &str = include_str!("../../call/tests/support/clock.js");
const CAMERA: &str = include_str!("../../call/tests/support/camera.js");
const WATCH_VIDEO: &str = include_str!("../../call/tests/support/watch_video.js");

/// Plays some visits, and measures the first of them in depth.
///
/// # Errors
/// There is no console, no display, no browser, or a visit does not come about.
pub async fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let rounds = arguments.rounds.as_deref().context("the console's program was not named")?;
    let folder = tempfile::tempdir_in(&arguments.scratch)?;
    let practice = std::path::absolute(folder.path().join("practice"))?;
    let display = Display::start(&arguments.scratch)?;
    let console = Window::console(rounds, &practice, &display).await?;
    console.until("the queue", "return document.querySelectorAll('[data-testid=queue-row]').length > 5", &[]).await?;
    console.run(CLOCK, &[]).await?;
    let browser = Window::chromium().await?;
    let mut seen = Seen::default();
    for number in 0..arguments.visits {
        tell(&format!("visit {} of {}", number + 1, arguments.visits));
        if let Err(error) = visit(&console, &browser, &mut seen, number == 0).await {
            // The figures of the visits before are kept.
            seen.trouble.push(format!("visit {}: {error:#}", number + 1));
            break;
        }
    }
    console.close().await;
    tell("the same pictures between two ends of libwebrtc");
    let pair = pair(&browser).await;
    browser.close().await;
    Ok(seen.rows(pair))
}

/// What was seen in all visits.
#[derive(Default)]
struct Seen {
    row: Vec<f64>,
    console_first: Vec<f64>,
    browser_first: Vec<f64>,
    to_browser: Option<Ages>,
    to_console: Option<Ages>,
    cost: Option<Cost>,
    trouble: Vec<String>,
}

/// The ages of pictures when they were shown, in milliseconds.
struct Ages {
    ages: Samples,
    fps: f64,
    size: String,
}

/// What a call costs while it runs.
struct Cost {
    engine_cores: f64,
    web_cores: f64,
    rss_mib: f64,
    pss_mib: f64,
}

async fn visit(console: &Window, browser: &Window, seen: &mut Seen, in_depth: bool) -> Result<()> {
    let encounter = next_expected(console).await?;
    arrive(console, browser, &encounter).await?;
    console.run(include_str!("pages/note_row.js"), &[json!(encounter)]).await?;
    let arrived = step_until_waiting(browser).await?;
    let row = console.until("the row", "return window.rounds_bench.row", &[]).await?;
    seen.row.push(since(&row, arrived)?);

    browser.run(include_str!("pages/note_first_video.js"), &[]).await?;
    let admitted =
        console.run(include_str!("pages/admit.js"), &[json!(encounter)]).await?.as_f64().context("no time")?;
    let first = console.until("a picture in the console", "return window.rounds_bench.first", &[]).await?;
    seen.console_first.push(since(&first, admitted)?);
    let first = browser.until("a picture in the browser", "return window.rounds_bench.first", &[]).await?;
    seen.browser_first.push(since(&first, admitted)?);
    if in_depth {
        tell("watching the call");
        tokio::time::sleep(SETTLING).await;
        // CPU first and by itself: reading clocks out of pictures costs something too.
        seen.cost = Some(cost(console).await?);
        seen.to_browser = Some(watch(browser, WATCH_VIDEO, "videoWidth", "videoHeight").await?);
        seen.to_console =
            Some(watch(console, include_str!("pages/watch_canvas.js"), "dataset.width", "dataset.height").await?);
        tell(&format!("in the browser: {}", browser.run_async(include_str!("pages/where_time_goes.js"), &[]).await?));
    }
    console.command("call.hang_up", json!({})).await?;
    console.command("encounter.finish", json!({ "encounter": encounter, "outcome": "completed" })).await?;
    browser.go("about:blank").await?;
    console.run("location.hash = '/queue'", &[]).await?;
    console.until("the queue", "return document.querySelectorAll('[data-testid=queue-row]').length > 5", &[]).await?;
    Ok(())
}

async fn next_expected(console: &Window) -> Result<String> {
    let queue = console.command("queue.list", json!({ "room": null })).await?;
    let rows = queue["rows"].as_array().context("a queue has rows")?;
    let next = rows.iter().find(|row| row["group"] == "expected").context("nobody is expected any more")?;
    Ok(next["encounter"].as_str().context("a row names its visit")?.to_owned())
}

/// Opens the patient's link and says who they are.
async fn arrive(console: &Window, browser: &Window, encounter: &str) -> Result<()> {
    let link = console.command("encounter.link", json!({ "encounter": encounter, "renew": false })).await?;
    let patient = &console.command("encounter.get", json!({ "encounter": encounter })).await?["patient"];
    let text = |value: &Value| value.as_str().map(str::to_owned).context("the console's answer lacks something");
    let (name, born) = (text(&patient["name"])?, text(&patient["birth_date"])?);
    let (family, given) = name.split_once(", ").context("names are sorted")?;
    let date: Vec<&str> = born.split('-').collect();
    let [year, month, day] = date[..] else { anyhow::bail!("a date has three parts") };
    browser.go(&text(&link["url"])?).await?;
    browser.until("the form", "return !!document.querySelector('[data-testid=identify-name]')", &[]).await?;
    browser.run(CLOCK, &[]).await?;
    browser.run(CAMERA, &[json!(1280), json!(720)]).await?;
    browser.run(include_str!("pages/keep_connections.js"), &[]).await?;
    browser.run(include_str!("pages/note_wait.js"), &[]).await?;
    let fields = json!({ "identify-name": format!("{given} {family}"), "birth-month": month, "birth-day": day, "birth-year": year });
    browser
        .run(
            "for (const [id, value] of Object.entries(arguments[0])) {
               const field = document.querySelector(`[data-testid=${id}]`);
               field.value = value;
               field.dispatchEvent(new Event('input', { bubbles: true }));
               field.dispatchEvent(new Event('change', { bubbles: true }));
             }
             document.querySelector('[data-testid=identify-submit]').click()",
            &[fields],
        )
        .await?;
    Ok(())
}

/// Leads the patient through check and consent; gives when their page said that they wait.
async fn step_until_waiting(browser: &Window) -> Result<f64> {
    let steps = [json!(STEPS)];
    browser.until("the waiting room", include_str!("pages/patient_step.js"), &steps).await?;
    let waits = browser.until("the word that the patient waits", "return window.rounds_bench.waits", &[]).await?;
    waits.as_f64().context("a time is a number")
}

/// Milliseconds between two moments of this machine's clock.
fn since(later: &Value, earlier: f64) -> Result<f64> {
    Ok(later.as_f64().context("a time is a number")? - earlier)
}

async fn watch(window: &Window, script: &str, width: &str, height: &str) -> Result<Ages> {
    let remote = "[data-testid=remote-video]";
    window.run(script, &[json!(remote)]).await?;
    tokio::time::sleep(WATCHED).await;
    let size =
        format!("const shown = document.querySelector('{remote}'); return `${{shown.{width}}}×${{shown.{height}}}`");
    ages(window, window.run(&size, &[]).await?).await
}

async fn ages(window: &Window, size: Value) -> Result<Ages> {
    let found = window.run("return [window.rounds_bench.ages, window.rounds_bench.unread]", &[]).await?;
    let values: Vec<f64> = serde_json::from_value(found[0].clone())?;
    let shown = values.len() as f64 + found[1].as_f64().unwrap_or(0.0);
    let ages = Samples::new(values).context("no clock could be read in the pictures")?;
    Ok(Ages { ages, fps: shown / WATCHED.as_secs_f64(), size: size.as_str().unwrap_or_default().to_owned() })
}

async fn cost(console: &Window) -> Result<Cost> {
    // The driver is the head; the program under it is the console, and what that has started draws its page.
    let family = console.family();
    let engine = *family.pids().get(1).context("the console does not run under its driver")?;
    let (before, began) = (family.cpu_seconds(), Instant::now());
    tokio::time::sleep(WATCHED).await;
    let (after, seconds) = (family.cpu_seconds(), began.elapsed().as_secs_f64());
    let cores = |pid: &u32| {
        (after.get(pid).copied().unwrap_or(0.0) - before.get(pid).copied().unwrap_or(0.0)).max(0.0) / seconds
    };
    let console = Family::of(engine);
    Ok(Cost {
        engine_cores: cores(&engine),
        web_cores: console.pids().iter().filter(|pid| **pid != engine).map(cores).sum(),
        rss_mib: console.head_rss_mib(),
        pss_mib: console.pss_mib(),
    })
}

/// The peer: two ends of libwebrtc with the same camera.
async fn pair(browser: &Window) -> Result<Ages> {
    // A page of the browser's own is a secure place, where cameras are allowed.
    browser.go("chrome://version").await?;
    browser.run(CLOCK, &[]).await?;
    browser.run(CAMERA, &[json!(1280), json!(720)]).await?;
    browser.run_async(include_str!("pages/pair.js"), &[]).await?;
    tokio::time::sleep(SETTLING).await;
    browser.run(WATCH_VIDEO, &[json!("#shown-1")]).await?;
    tokio::time::sleep(WATCHED).await;
    let size = browser.run(
        "const shown = document.querySelector('#shown-1'); return `${shown.videoWidth}×${shown.videoHeight}`",
        &[],
    );
    ages(browser, size.await?).await
}

impl Seen {
    fn rows(self, pair: Result<Ages>) -> Vec<Row> {
        let mut rows = vec![
            spread("patient waits → row painted in the console", self.row, |samples| {
                ("p50 ≤ 250 ms".to_owned(), samples.median() <= 250.0)
            }),
            spread("Admit click → first picture in the console", self.console_first, |samples| {
                ("p50 ≤ 1000 ms, signalling included".to_owned(), samples.median() <= 1_000.0)
            }),
            spread("Admit click → first picture in the browser", self.browser_first, |samples| {
                ("p50 ≤ 1000 ms, signalling included".to_owned(), samples.median() <= 1_000.0)
            }),
        ];
        rows.push(latency("age of a picture, console → Chromium", self.to_browser, &pair));
        rows.push(latency("age of a picture, Chromium → console", self.to_console, &pair));
        match self.cost {
            Some(cost) => rows.extend(cost.rows()),
            None => rows.push(Row::not_measured("CPU and memory of a call", "no call was watched")),
        }
        if let Err(error) = &pair {
            rows.push(Row::not_measured("libwebrtc at both ends", &format!("{error:#}")));
        }
        rows.extend(self.trouble.iter().map(|trouble| Row::not_measured("the other visits", trouble)));
        rows
    }
}

fn spread(name: &str, values: Vec<f64>, goal: impl Fn(&Samples) -> (String, bool)) -> Row {
    let Some(samples) = Samples::new(values) else { return Row::not_measured(name, "no visit came that far") };
    let (words, met) = goal(&samples);
    Row::spread(name, "ms", &samples).goal(words, met)
}

fn latency(name: &str, ages: Option<Ages>, pair: &Result<Ages>) -> Row {
    let figures = |ages: &Ages| {
        vec![figure("fps", ages.fps), figure("p50", ages.ages.median()), figure("p95", ages.ages.percentile(95.0))]
    };
    let Some(ages) = ages else { return Row::not_measured(name, "no call was watched") };
    let (p50, p95) = (ages.ages.median(), ages.ages.percentile(95.0));
    let row = Row::new(name, "ms", figures(&ages))
        .goal("p50 ≤ 60, p95 ≤ 80 ms", p50 <= 60.0 && p95 <= 80.0)
        .note(ages.size.clone());
    match pair {
        Ok(pair) => row.peer(format!("libwebrtc {}", pair.size), figures(pair)),
        Err(_) => row,
    }
}

impl Cost {
    fn rows(&self) -> [Row; 2] {
        let cores = [figure("process", self.engine_cores), figure("web view", self.web_cores)];
        [
            Row::new("CPU of the console in a two-way call, 720p30 sent", "cores", cores.to_vec())
                .goal("process ≤ 0.8 with VP8", self.engine_cores <= 0.8),
            Row::new(
                "memory of the console in a call",
                "MiB",
                vec![figure("process RSS", self.rss_mib), figure("all PSS", self.pss_mib)],
            ),
        ]
    }
}
