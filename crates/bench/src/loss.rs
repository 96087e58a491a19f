//! The loss table: our engine beside libwebrtc, sending to the same Chromium through the same bad network.
//!
//! The call crate's example `loss_table` has the network and plays the calls; here its lines become rows.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::table::{Figure, Row, figure};
use crate::{Arguments, tell};

/// Lets the calls be played.
///
/// # Errors
/// The program was not named or does not run.
pub async fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let program = arguments.loss_table.as_deref().context("the program of the loss table was not named")?;
    tell("calls through 0, 5, 10 and 20 % loss");
    let lines = play(program, arguments.loss_seconds, arguments.seed).await?;
    let of = |sender: &str| lines.iter().filter(|line| line["sender"] == sender).cloned().collect::<Vec<_>>();
    let (ours, theirs) = (of("rounds"), of("chromium"));
    ensure!(!ours.is_empty(), "no call through loss came about");
    Ok(ours.iter().map(|line| row(line, theirs.iter().find(|other| other["loss"] == line["loss"]))).collect())
}

async fn play(program: &Path, seconds: u64, seed: u64) -> Result<Vec<Value>> {
    let mut command = tokio::process::Command::new(program);
    command.args([seconds.to_string(), seed.to_string()]).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("cannot start {}", program.display()))?;
    // A call that does not come about ends the program; the rows before it still count.
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn row(ours: &Value, theirs: Option<&Value>) -> Row {
    let loss = ours["loss"].as_f64().unwrap_or(0.0);
    let name = format!("{:.0} % loss each way, round trip {} ms", loss * 100.0, ours["round_trip_ms"]);
    let (ours, theirs) = (&ours["figures"], theirs.map(|line| &line["figures"]));
    let row = Row::new(name, "", figures(ours));
    let Some(theirs) = theirs else { return row.note("libwebrtc's call did not come about") };
    let frozen = |of: &Value| of["frozen_seconds_per_10"].as_f64().unwrap_or(10.0);
    let limit = 1.2 * frozen(theirs);
    let narrow = loss < 0.2 || ours["kbps"].as_f64().is_some_and(|kbps| kbps < 600.0);
    let goal = if loss < 0.2 { "frozen ≤ 1.2 × libwebrtc" } else { "frozen ≤ 1.2 × libwebrtc, < 600 kbit/s" };
    row.goal(goal, frozen(ours) <= limit && narrow).peer("libwebrtc", figures(theirs))
}

fn figures(of: &Value) -> Vec<Figure> {
    let named = [
        ("fps", "fps"),
        ("age p50", "latency_p50_ms"),
        ("age p95", "latency_p95_ms"),
        ("frozen s/10 s", "frozen_seconds_per_10"),
        ("kbit/s", "kbps"),
        ("voice concealed %", "voice_concealed"),
    ];
    named.into_iter().filter_map(|(name, key)| Some(figure(name, of[key].as_f64()?))).collect()
}
