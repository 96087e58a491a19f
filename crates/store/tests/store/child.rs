//! A second process: the same test again, told by its environment to write until it is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The environment variable that tells a child the folder to work in.
const FOLDER: &str = "ROUNDS_TEST_CHILD";

/// The folder to work in, where this process is a child.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// The words by which this program runs one of its tests alone, as a child in this folder.
pub fn command(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command.env_remove("ROUNDS_CRASH_AT").stdout(Stdio::piped());
    command
}

/// Says a word to the parent. The test harness prints lines of its own between them.
pub fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n> {word}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}

/// Reads what the child says until `enough` is true, kills it there, and gives every word up to its end.
pub fn listen(child: &mut Child, mut enough: impl FnMut(usize) -> bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        words.extend(line.strip_prefix("> ").map(str::to_owned));
        if !killed && enough(words.len()) {
            child.kill().unwrap();
            killed = true;
        }
    }
    words
}
