//! The machine and its processes, as Linux shows them under `/proc`. Elsewhere these figures are simply not there.

use std::collections::BTreeMap;
use std::fs;

/// Clock ticks in a second in `/proc/PID/stat`: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// The load average over the last minute; 0 where the system tells none.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

/// The machine in one line.
pub fn describe() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map(|(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores, {}", name.unwrap_or(std::env::consts::ARCH))
}

/// A process with all its descendants.
pub struct Family(Vec<u32>);

impl Family {
    /// Those that are there now.
    pub fn of(head: u32) -> Self {
        let table: Vec<(u32, u32)> =
            pids().into_iter().filter_map(|pid| Some((pid, Stat::read(pid)?.parent))).collect();
        let mut family = vec![head];
        let mut at = 0;
        while at < family.len() {
            let parent = family[at];
            family.extend(table.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
            at += 1;
        }
        Self(family)
    }

    /// Their ids, the head first.
    pub fn pids(&self) -> &[u32] {
        &self.0
    }

    /// CPU seconds that each of them has used so far, by process id.
    pub fn cpu_seconds(&self) -> BTreeMap<u32, f64> {
        self.0.iter().filter_map(|pid| Some((*pid, Stat::read(*pid)?.cpu_seconds))).collect()
    }

    /// Memory in MiB, each shared page divided among those who share it (`Pss` of `smaps_rollup`).
    pub fn pss_mib(&self) -> f64 {
        self.0.iter().filter_map(|pid| kib(*pid, "smaps_rollup", "Pss:")).sum::<f64>() / 1_024.0
    }

    /// Resident memory of the head alone, in MiB.
    pub fn head_rss_mib(&self) -> f64 {
        self.0.first().and_then(|pid| kib(*pid, "status", "VmRSS:")).unwrap_or(0.0) / 1_024.0
    }
}

/// CPU seconds that this process has used so far.
pub fn own_cpu_seconds() -> f64 {
    Stat::read(std::process::id()).map_or(0.0, |stat| stat.cpu_seconds)
}

/// What we need of `/proc/PID/stat`.
struct Stat {
    parent: u32,
    cpu_seconds: f64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// `pid (name) state parent …`, where the name may hold anything; user and system time are fields 14 and 15.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
        Some(Self { parent: fields.get(1)?.parse().ok()?, cpu_seconds: (ticks(14)? + ticks(15)?) / TICKS })
    }
}

fn pids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn kib(pid: u32, file: &str, field: &str) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_past_brackets_in_the_name() {
        let stat = Stat::parse("7 (a) b) S 3 7 7 0 -1 4194560 1 2 3 4 150 50 0 0 20 0").expect("a stat line");
        assert_eq!((stat.parent, stat.cpu_seconds), (3, 2.0));
        assert!(Stat::parse("").is_none());
    }
}
