//! The table: what was measured, what is aimed at, and how the peers did in the same run.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::json;

use crate::machine;
use crate::samples::Samples;

/// All that was measured in one run.
pub struct Table {
    began: chrono::DateTime<chrono::Utc>,
    parts: Vec<(&'static str, Loads, Vec<Row>)>,
}

/// The load average over one minute, before a part and after it.
type Loads = (f64, f64);

/// One thing that was measured.
#[derive(Serialize)]
pub struct Row {
    name: String,
    unit: &'static str,
    values: Vec<Figure>,
    goal: Option<String>,
    peers: Vec<(String, Vec<Figure>)>,
    verdict: Verdict,
    note: Option<String>,
}

/// One number: which (`p50`, `p99` …; empty where there is only one) and how much.
#[derive(Clone, Serialize)]
pub struct Figure {
    which: &'static str,
    value: f64,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Met,
    Missed,
    NoGoal,
    NotMeasured,
}

/// A number with its name.
pub fn figure(which: &'static str, value: f64) -> Figure {
    Figure { which, value }
}

impl Row {
    /// A row with these numbers.
    pub fn new(name: impl Into<String>, unit: &'static str, values: Vec<Figure>) -> Self {
        let (goal, peers, verdict, note) = (None, Vec::new(), Verdict::NoGoal, None);
        Self { name: name.into(), unit, values, goal, peers, verdict, note }
    }

    /// A row with the middle, a high percentile and the greatest of many values.
    pub fn spread(name: impl Into<String>, unit: &'static str, samples: &Samples) -> Self {
        Self::new(name, unit, spread(samples)).note(format!("n={}", samples.count()))
    }

    /// What is aimed at, in words, and whether it was reached.
    pub fn goal(mut self, goal: impl Into<String>, met: bool) -> Self {
        self.goal = Some(goal.into());
        self.verdict = if met { Verdict::Met } else { Verdict::Missed };
        self
    }

    /// How a peer did.
    pub fn peer(mut self, name: impl Into<String>, values: Vec<Figure>) -> Self {
        self.peers.push((name.into(), values));
        self
    }

    /// What a reader must know beside the numbers.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        self.note = Some(self.note.map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
        self
    }

    /// A row that says why it has no numbers.
    pub fn not_measured(name: &str, why: &str) -> Self {
        let row = Self::new(name, "", Vec::new()).note(why);
        Self { verdict: Verdict::NotMeasured, ..row }
    }

    fn cells(&self) -> [String; 5] {
        let peers = self.peers.iter().map(|(name, values)| format!("{name} {}", joined(values, "")));
        let verdict = match self.verdict {
            Verdict::Met => "met",
            Verdict::Missed => "MISSED",
            Verdict::NoGoal => "",
            Verdict::NotMeasured => "not measured",
        };
        [
            self.name.clone(),
            joined(&self.values, self.unit),
            self.goal.clone().unwrap_or_default(),
            peers.collect::<Vec<_>>().join("; "),
            match &self.note {
                Some(note) if verdict.is_empty() => format!("({note})"),
                Some(note) => format!("{verdict} ({note})"),
                None => verdict.to_owned(),
            },
        ]
    }
}

/// The middle, a high percentile and the greatest.
pub fn spread(samples: &Samples) -> Vec<Figure> {
    let high = if samples.count() >= 100 {
        figure("p99", samples.percentile(99.0))
    } else {
        figure("p95", samples.percentile(95.0))
    };
    vec![figure("p50", samples.median()), high, figure("max", samples.greatest())]
}

fn joined(values: &[Figure], unit: &str) -> String {
    let numbers = values.iter().map(|figure| format!("{} {}", figure.which, rounded(figure.value)).trim().to_owned());
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    if unit.is_empty() || numbers.is_empty() { numbers } else { format!("{numbers} {unit}") }
}

/// Three digits are what such a measurement can bear.
fn rounded(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

impl Table {
    /// An empty table of a run that begins now.
    pub fn new() -> Self {
        Self { began: chrono::Utc::now(), parts: Vec::new() }
    }

    /// Adds a part with its rows.
    pub fn add(&mut self, title: &'static str, loads: Loads, rows: Vec<Row>) {
        self.parts.push((title, loads, rows));
    }

    /// Writes everything as JSON.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let part = |(title, loads, rows): &(&str, Loads, Vec<Row>)| json!({ "part": title, "load_before": loads.0, "load_after": loads.1, "rows": rows });
        let whole = json!({
            "began": self.began.to_rfc3339(),
            "machine": machine::describe(),
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            "parts": self.parts.iter().map(part).collect::<Vec<_>>(),
        });
        std::fs::write(path, format!("{whole:#}\n")).with_context(|| format!("cannot write {}", path.display()))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: [&str; 5] = ["what", "measured", "goal", "peers in the same run", "verdict"];
        let lines = self.parts.iter().flat_map(|(_, _, rows)| rows).map(Row::cells).collect::<Vec<_>>();
        let widest = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 4] = std::array::from_fn(|column| widest(column).max(HEAD[column].len()));
        let line = |f: &mut fmt::Formatter<'_>, cells: [&str; 5]| {
            for (cell, width) in cells.iter().zip(widths) {
                write!(f, "| {cell:<width$} ")?;
            }
            writeln!(f, "| {} |", cells[4])
        };
        writeln!(
            f,
            "{}, {} build, {}\n",
            machine::describe(),
            if cfg!(debug_assertions) { "debug" } else { "release" },
            self.began.format("%Y-%m-%d %H:%M UTC")
        )?;
        line(f, HEAD)?;
        line(
            f,
            widths
                .map(|width| "-".repeat(width))
                .each_ref()
                .map(String::as_str)
                .into_iter()
                .chain(["---"])
                .collect::<Vec<_>>()
                .try_into()
                .expect("BUG: four and one are five"),
        )?;
        let mut at = 0;
        for (title, (before, after), rows) in &self.parts {
            line(f, [&format!("**{title}**"), &format!("load {before:.1} to {after:.1}"), "", "", ""])?;
            for cells in &lines[at..at + rows.len()] {
                line(f, cells.each_ref().map(String::as_str))?;
            }
            at += rows.len();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_how_much_and_whether_it_is_enough() {
        let row = Row::new("search", "ms", vec![figure("p50", 0.2), figure("p99", 12.34)])
            .goal("p99 ≤ 5", false)
            .peer("SQLite", vec![figure("", 1_234.6)])
            .note("n=10");
        assert_eq!(row.cells(), ["search", "p50 0.200, p99 12.3 ms", "p99 ≤ 5", "SQLite 1235", "MISSED (n=10)"]);
        assert_eq!(Row::not_measured("start", "no display").cells()[4], "not measured (no display)");
    }

    #[test]
    fn every_row_is_in_the_table_under_its_part() {
        let mut table = Table::new();
        table.add("One", (0.0, 0.5), vec![Row::new("a", "", vec![figure("", 1.0)])]);
        table.add("Two", (0.5, 1.0), vec![Row::new("b", "", vec![figure("", 2.0)])]);
        let text = table.to_string();
        let place = |what: &str| text.find(what).expect("it is in the table");
        assert!(
            place("**One**") < place("| a ") && place("| a ") < place("**Two**") && place("**Two**") < place("| b ")
        );
    }
}
