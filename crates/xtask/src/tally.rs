//! Counting: how many tests passed and failed, as the harnesses themselves say.

use std::fmt;

use serde_json::Value;

/// The count over any number of test programs, with what failed by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    /// One line for each failure, for the list at the end.
    pub failures: Vec<String>,
}

impl Tally {
    /// A part that should have run but did not counts as one failure, whatever it would have held.
    pub fn lost(why: impl Into<String>) -> Self {
        Self { passed: 0, failed: 1, failures: vec![why.into()] }
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }

    /// Whether there were tests and all of them passed.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Counts what Rust's test harness wrote. `part` names the program in the list of failures; `trouble` says how it
/// ended, if not well.
pub fn of_rust(part: &str, output: &str, trouble: Option<&str>) -> Tally {
    let mut tally = Tally::default();
    let mut summaries = 0;
    for (passed, failed) in output.lines().filter_map(read_summary) {
        summaries += 1;
        tally.passed += passed;
        tally.failed += failed;
    }
    tally.failures = failed_names(output).into_iter().map(|name| format!("{part}: {name}")).collect();
    // Trouble with failed tests is those tests; trouble without any is a crash, and would otherwise not be counted.
    match trouble {
        Some(trouble) if tally.failed == 0 => tally.add(Tally::lost(format!("{part}: {trouble}"))),
        None if summaries == 0 => tally.add(Tally::lost(format!("{part}: said nothing of any tests"))),
        Some(_) | None => {}
    }
    tally
}

/// Counts what Vitest wrote as JSON. `well` is whether it reported success.
pub fn of_vitest(json: &str, well: bool) -> Tally {
    let Ok(report) = serde_json::from_str::<Value>(json) else {
        return Tally::lost("ui: Vitest wrote no report that can be read");
    };
    let count = |name: &str| report[name].as_u64().unwrap_or_default();
    let mut tally = Tally { passed: count("numPassedTests"), failed: count("numFailedTests"), failures: Vec::new() };
    for file in report["testResults"].as_array().into_iter().flatten() {
        let tests = file["assertionResults"].as_array().map(Vec::as_slice).unwrap_or_default();
        let failed = || tests.iter().filter(|test| test["status"] == "failed");
        let names =
            failed().map(|test| format!("ui: {}", test["fullName"].as_str().unwrap_or("a test without a name")));
        tally.failures.extend(names);
        // A file that cannot even be loaded has no test that fails.
        if file["status"] == "failed" && failed().next().is_none() {
            tally.add(Tally::lost(format!("ui: {} could not be run", file["name"].as_str().unwrap_or("a file"))));
        }
    }
    if !well && tally.failed == 0 {
        tally.add(Tally::lost("ui: Vitest reported an error outside its tests"));
    }
    tally
}

/// Reads `test result: ok. 5 passed; 0 failed; …`.
fn read_summary(line: &str) -> Option<(u64, u64)> {
    let counts = line.trim().strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |word: &str| {
        let part = counts.split(';').find_map(|part| part.trim().strip_suffix(word))?;
        part.trim().parse().ok()
    };
    Some((count(" passed")?, count(" failed")?))
}

/// The names in the harness's closing lists: the indented lines between the last `failures:` and the summary.
fn failed_names(output: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut open: Option<Vec<String>> = None;
    for line in output.lines() {
        if line == "failures:" {
            open = Some(Vec::new());
        } else if read_summary(line).is_some() {
            names.extend(open.take().unwrap_or_default());
        } else if let (Some(list), Some(name)) = (&mut open, line.strip_prefix("    ")) {
            list.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Option<&str> = Some("ended with an error");
    const OUTPUT: &str = "\nrunning 3 tests\ntest a::b ... ok\ntest a::c ... FAILED\ntest d ... ok\n\nfailures:\n\n\
        ---- a::c stdout ----\n    indented words of the test\n\nfailures:\n    a::c\n\n\
        test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";

    #[test]
    fn a_failing_program_is_counted_and_named() {
        let tally = of_rust("store", OUTPUT, FAILED);
        assert_eq!((tally.passed, tally.failed), (2, 1));
        assert_eq!(tally.failures, ["store: a::c"]);
        assert_eq!(tally.to_string(), "2 passed, 1 failed");
        assert!(!tally.is_good());
    }

    #[test]
    fn several_summaries_add_up() {
        let ok = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 1.2s";
        let tally = of_rust("documentation", &format!("{ok}\n{OUTPUT}{ok}\n"), FAILED);
        assert_eq!((tally.passed, tally.failed), (12, 1));
        assert_eq!(tally.failures, ["documentation: a::c"]);
    }

    #[test]
    fn a_crash_counts_as_a_failure_even_after_passes() {
        let ok = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0s";
        assert_eq!(of_rust("call", ok, FAILED).to_string(), "5 passed, 1 failed");
        assert_eq!(of_rust("call", "running 3 tests\n", FAILED).to_string(), "0 passed, 1 failed");
        assert_eq!(of_rust("call", "", None).to_string(), "0 passed, 1 failed");
        assert!(of_rust("call", ok, None).is_good());
    }

    #[test]
    fn nothing_at_all_is_not_good() {
        assert!(!Tally::default().is_good());
    }

    #[test]
    fn vitest_is_counted_with_files_that_do_not_load() {
        let json = r#"{"numPassedTests":7,"numFailedTests":1,"testResults":[
            {"name":"a.test.ts","status":"failed","assertionResults":[
                {"status":"passed","fullName":"x"},{"status":"failed","fullName":"queue sorts"}]},
            {"name":"b.test.ts","status":"failed","assertionResults":[]}]}"#;
        let tally = of_vitest(json, false);
        assert_eq!((tally.passed, tally.failed), (7, 2));
        assert_eq!(tally.failures, ["ui: queue sorts", "ui: b.test.ts could not be run"]);
    }

    #[test]
    fn vitest_that_fails_outside_its_tests_is_a_failure() {
        assert_eq!(of_vitest(r#"{"numPassedTests":7,"numFailedTests":0}"#, false).to_string(), "7 passed, 1 failed");
        assert_eq!(of_vitest("", true).to_string(), "0 passed, 1 failed");
        assert!(of_vitest(r#"{"numPassedTests":7,"numFailedTests":0}"#, true).is_good());
    }
}
