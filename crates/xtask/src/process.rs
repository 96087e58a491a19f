//! Other programs: starting them, hearing them out, and ending them with everything they started.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take to end by itself once asked, before it is ended.
const GRACE: Duration = Duration::from_secs(5);
/// How long output may still arrive after a program has ended: something it left behind can hold the pipe open.
const LAST_WORDS: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Set once the user has asked to stop: from then on nothing is started and no failure is reported.
static ENDING: AtomicBool = AtomicBool::new(false);

/// How a program that was listened to came to its end.
pub enum Ended {
    /// It ended by itself.
    Itself(ExitStatus),
    /// It was still running at its time limit and was ended, with everything it had started.
    Overdue,
}

impl Ended {
    /// Whether it ended by itself and reported success.
    pub fn well(&self) -> bool {
        match self {
            Self::Itself(status) => status.success(),
            Self::Overdue => false,
        }
    }
}

/// Makes Ctrl-C, SIGTERM and SIGHUP end every program started from here, each by its id, and then this one.
pub fn end_all_on_interrupt() {
    let handler = || {
        ENDING.store(true, Ordering::SeqCst);
        let own = std::process::id();
        end(family(own).into_iter().filter(|&pid| pid != own).collect());
        std::process::exit(130);
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("warning: Ctrl-C will not end the programs started from here: {error}");
    }
}

/// Runs a program to its end with its output going to ours.
///
/// # Errors
/// It could not be started, or it reported failure; the message has the command line.
pub fn run(command: &mut Command) -> Result<()> {
    let status = start(command)?.wait().with_context(|| line(command))?;
    park_if_ending();
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a program to its end and returns what it wrote to its standard output.
///
/// # Errors
/// It could not be started, or it reported failure; the message then has what it wrote to standard error.
pub fn capture(command: &mut Command) -> Result<String> {
    park_if_ending();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{}`", line(command)))?;
    park_if_ending();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", line(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program and passes each line of its standard output on as it comes, for at most `limit`.
///
/// # Errors
/// It could not be started or waited for. A program that fails is an [`Ended`], not an error.
pub fn listen(command: &mut Command, limit: Duration, mut hear: impl FnMut(&str)) -> Result<Ended> {
    let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let lines = lines_of(&mut child);
    let deadline = Instant::now() + limit;
    let mut ended_at: Option<(Instant, ExitStatus)> = None;
    loop {
        match lines.recv_timeout(LOOK_AGAIN) {
            Ok(line) => hear(&line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => match ended_at {
                Some((at, _)) if at.elapsed() > LAST_WORDS => break,
                Some(_) => {}
                None => ended_at = child.try_wait()?.map(|status| (Instant::now(), status)),
            },
        }
        if ended_at.is_none() && Instant::now() > deadline {
            end_family(&mut child);
            return Ok(Ended::Overdue);
        }
    }
    // A program may close its output long before it ends, so the limit holds here too.
    loop {
        if let Some(status) = child.try_wait()? {
            park_if_ending();
            return Ok(Ended::Itself(status));
        }
        if Instant::now() > deadline {
            end_family(&mut child);
            return Ok(Ended::Overdue);
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// Starts a program that runs beside us; whoever holds the child ends it with [`end_family`].
///
/// # Errors
/// It could not be started.
pub fn start(command: &mut Command) -> Result<Child> {
    park_if_ending();
    command.spawn().with_context(|| format!("cannot start `{}`", line(command)))
}

/// Ends a program and everything it started: first asks, then insists.
pub fn end_family(child: &mut Child) {
    end(family(child.id()));
    // Ended already, so this only takes its status off the process table; there is nothing to learn from an error.
    let _ = child.wait();
}

/// Whether this program can be found on the search path.
pub fn exists(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file() || dir.join(format!("{program}.exe")).is_file())
}

/// The command line as a person would type it, for messages.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// After Ctrl-C our children die under us; the one thing left to do is to wait for the handler to end the program.
fn park_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let output = child.stdout.take().expect("BUG: started with its output piped");
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        while output.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            if send.send(line).is_err() {
                break;
            }
            bytes.clear();
        }
    });
    lines
}

/// One row of the process table.
struct Process {
    pid: u32,
    parent: u32,
    /// Ended, and only waiting for its parent to ask how.
    zombie: bool,
}

/// A process and all its living descendants.
fn family(head: u32) -> BTreeSet<u32> {
    descendants(head, &processes())
}

fn descendants(head: u32, table: &[Process]) -> BTreeSet<u32> {
    let mut family = BTreeSet::from([head]);
    loop {
        let known = family.len();
        family.extend(table.iter().filter(|p| family.contains(&p.parent)).map(|p| p.pid).collect::<Vec<_>>());
        if family.len() == known {
            return family;
        }
    }
}

fn end(pids: BTreeSet<u32>) {
    signal(&pids, "TERM");
    let deadline = Instant::now() + GRACE;
    let mut left = pids;
    loop {
        let table = processes();
        left.retain(|pid| table.iter().any(|p| p.pid == *pid && !p.zombie));
        if left.is_empty() {
            return;
        }
        if Instant::now() > deadline {
            signal(&left, "KILL");
            return;
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// Sends a signal by process id. A process that has ended meanwhile is what was wanted, so failure says nothing.
#[cfg(unix)]
fn signal(pids: &BTreeSet<u32>, name: &str) {
    if pids.is_empty() {
        return;
    }
    // The shell's own `kill`: the program of that name is missing from small Debian systems.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"signal=$1; shift; for pid; do kill -s "$signal" "$pid"; done"#, "sh", name]);
    let _ = shell.args(pids.iter().map(u32::to_string)).stderr(Stdio::null()).status();
}

/// Windows has no gentle signal for a program without a window: both steps end it.
#[cfg(windows)]
fn signal(pids: &BTreeSet<u32>, _name: &str) {
    for pid in pids {
        let _ = Command::new("taskkill").args(["/F", "/PID", &pid.to_string()]).stderr(Stdio::null()).status();
    }
}

#[cfg(target_os = "linux")]
fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let stat = |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path().join("stat")).ok();
    entries.flatten().filter_map(stat).filter_map(|line| read_stat(&line)).collect()
}

/// Reads one `/proc/PID/stat` line: `pid (name) state parent …`, where the name may hold anything, brackets too.
#[cfg(target_os = "linux")]
fn read_stat(line: &str) -> Option<Process> {
    let pid = line.split_once(' ')?.0.parse().ok()?;
    let mut rest = line.rsplit_once(')')?.1.split_whitespace();
    let zombie = matches!(rest.next()?, "Z" | "X");
    let parent = rest.next()?.parse().ok()?;
    Some(Process { pid, parent, zombie })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn processes() -> Vec<Process> {
    let Ok(output) = Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).output() else {
        return Vec::new();
    };
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Process { pid, parent, zombie: words.next()?.starts_with('Z') })
    };
    String::from_utf8_lossy(&output.stdout).lines().filter_map(read).collect()
}

#[cfg(windows)]
fn processes() -> Vec<Process> {
    let script = "Get-CimInstance Win32_Process | ForEach-Object { \"$($_.ProcessId) $($_.ParentProcessId)\" }";
    let Ok(output) = Command::new("powershell").args(["-NoProfile", "-Command", script]).output() else {
        return Vec::new();
    };
    let read = |line: &str| {
        let (pid, parent) = line.split_once(' ')?;
        Some(Process { pid: pid.parse().ok()?, parent: parent.trim().parse().ok()?, zombie: false })
    };
    String::from_utf8_lossy(&output.stdout).lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32) -> Process {
        Process { pid, parent, zombie: false }
    }

    #[test]
    fn a_family_is_found_whatever_the_order_of_the_table() {
        let table = [process(40, 30), process(30, 20), process(20, 1), process(21, 1), process(31, 20)];
        assert_eq!(descendants(20, &table), BTreeSet::from([20, 30, 31, 40]));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stat_line_is_read_past_brackets_in_the_name() {
        let read = read_stat("12 (a) Z (b)) S 7 12 12 0").expect("a stat line");
        assert_eq!((read.pid, read.parent, read.zombie), (12, 7, false));
        assert!(read_stat("12 (x) Z 7 1").expect("a stat line").zombie);
    }

    #[cfg(unix)]
    #[test]
    fn lines_are_heard_in_order_and_the_status_is_kept() {
        let mut heard = Vec::new();
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo one; echo two; exit 3"]);
        let ended = listen(&mut shell, Duration::from_secs(60), |line| heard.push(line.to_owned())).expect("sh runs");
        assert_eq!(heard, ["one", "two"]);
        assert!(matches!(ended, Ended::Itself(status) if status.code() == Some(3)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_is_ended_with_what_it_started() {
        let mut shell = Command::new("sh");
        let mut child = start(shell.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped())).expect("sh runs");
        let inner: u32 = lines_of(&mut child).recv().expect("a line").parse().expect("a process id");
        end_family(&mut child);
        assert!(!processes().iter().any(|p| p.pid == inner && !p.zombie), "{inner} still runs");
    }

    #[cfg(unix)]
    #[test]
    fn an_overdue_program_is_not_waited_for() {
        let mut shell = Command::new("sh");
        let ended = listen(shell.args(["-c", "sleep 600"]), Duration::ZERO, |_| {}).expect("sh runs");
        assert!(matches!(ended, Ended::Overdue));
    }
}
