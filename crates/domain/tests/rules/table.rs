//! A table of states and commands as text, so that a changed rule or a new state shows as a changed line.

/// One line for each command, one column for each state.
pub fn table<S, C>(states: &[(&str, S)], commands: &[(String, C)], cell: impl Fn(&S, &C) -> String) -> String {
    let names = std::iter::once(String::new()).chain(states.iter().map(|(name, _)| (*name).to_owned())).collect();
    let rows = commands.iter().map(|(name, command)| {
        std::iter::once(name.clone()).chain(states.iter().map(|(_, state)| cell(state, command))).collect()
    });
    let rows: Vec<Vec<String>> = std::iter::once(names).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=states.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Compares two tables and names the lines that differ.
pub fn assert_table(actual: &str, expected: &str) {
    let (actual_lines, expected_lines): (Vec<&str>, Vec<&str>) =
        (actual.lines().collect(), expected.trim().lines().collect());
    // The first line begins with the empty corner, which trimming removes.
    let same = |(a, b): (&&str, &&str)| a.trim() == b.trim();
    let equal = actual_lines.len() == expected_lines.len() && actual_lines.iter().zip(&expected_lines).all(same);
    let differing = actual_lines.iter().filter(|line| !expected_lines.iter().any(|other| other.trim() == line.trim()));
    let differing: Vec<&str> = differing.copied().collect();
    assert!(
        equal,
        "lines that are not in the expected table:\n{}\n\nthe whole table:\n{actual}\n",
        differing.join("\n")
    );
}

/// The part of a refusal's code behind its aggregate, marked as a refusal.
pub fn refused(code: &str) -> String {
    format!("!{}", code.split_once('.').map_or(code, |(_, word)| word))
}

/// How a step shows where the state stays: a `*` for something else that was written, a `-` for nothing.
pub fn same(written: bool) -> String {
    if written { "*".into() } else { "-".into() }
}
