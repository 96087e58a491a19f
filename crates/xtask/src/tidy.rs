//! Rules of the house that no compiler knows: what a file may name, how it begins and how long it may be.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::sources;
use crate::workspace::root;

/// Above this a file holds more than one thing; its tests at the end are not counted.
const MOST_LINES: usize = 800;

/// Endings that say a type does things, but not what it is.
const BANNED_ENDINGS: [&str; 6] = ["Manager", "Service", "Helper", "Util", "Utils", "Processor"];

/// Types that carry such an ending because a vendor's wire format has the name: file and type.
const VENDOR_NAMES: &[(&str, &str)] = &[];

/// Words that only one part of the tree may use in its Rust code, so that what stands behind them stays replaceable.
const FENCED: &[Fence] = &[
    // The bench measures the bare database beside the store; the tests of opening make files that no store would.
    Fence {
        word: "rusqlite",
        homes: &["crates/store/", "crates/bench/", "crates/app/tests/"],
        why: "only the store knows SQL",
    },
    Fence { word: "webrtc::", homes: &["crates/call/"], why: "only the call engine knows its transport" },
    Fence { word: "rtc::", homes: &["crates/call/"], why: "only the call engine knows its transport" },
    Fence { word: "tauri::", homes: &["src-tauri/"], why: "only the desktop shell knows the desktop" },
];

/// The one thing in the UI's sources that a single file may import, for the same reason.
const SHELL_IMPORT: &str = "@tauri-apps/";

/// The documents whose paths must exist.
const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "STYLE.md"];

struct Fence {
    word: &'static str,
    homes: &'static [&'static str],
    why: &'static str,
}

/// Checks all of the project's files and prints every breach.
///
/// # Errors
/// There is a breach, or the files cannot be read.
pub fn check() -> Result<()> {
    let mut breaches = Vec::new();
    let mut shell_importers = Vec::new();
    for path in sources::all()? {
        // Rules speak of paths with slashes, on Windows too.
        let name = path.to_string_lossy().replace('\\', "/");
        let Some(language) = Language::of(&name) else { continue };
        let text = fs::read_to_string(root().join(&path)).with_context(|| name.clone())?;
        breaches.extend(in_source(&name, language, &text));
        if language == Language::TypeScript && name.starts_with("ui/src/") && imports_shell(&text) {
            shell_importers.push(name);
        }
    }
    breaches.extend(in_shell_importers(&shell_importers));
    for document in DOCUMENTS {
        match fs::read_to_string(root().join(document)) {
            Ok(text) => breaches.extend(in_document(document, &text, |path| root().join(path).exists())),
            Err(error) => breaches.push(format!("{document}: {error}")),
        }
    }
    for breach in &breaches {
        println!("  {breach}");
    }
    if !breaches.is_empty() {
        bail!("{} breaches of the rules in STYLE.md", breaches.len());
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    TypeScript,
}

impl Language {
    /// The language of a file that is written by hand; `None` for generated files and everything else.
    fn of(path: &str) -> Option<Self> {
        let by_hand = !path.starts_with("ui/src/gen/") && !path.contains("/golden/");
        match Path::new(path).extension()?.to_str()? {
            "rs" if by_hand => Some(Self::Rust),
            "ts" | "tsx" if by_hand => Some(Self::TypeScript),
            _ => None,
        }
    }
}

/// The breaches in one file of code.
fn in_source(path: &str, language: Language, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = lines_without_tests(text);
    let is_tests = path.contains(".test.") || path.ends_with("_tests.rs");
    if lines > MOST_LINES && !is_tests {
        breaches.push(format!("{path}: {lines} lines without its tests; at most {MOST_LINES}, better half of that"));
    }
    if language == Language::TypeScript {
        return breaches;
    }
    if !text.starts_with("//!") {
        breaches.push(format!("{path}: does not begin with `//!` and what the file is for"));
    }
    for (number, line) in text.lines().enumerate() {
        let code = without_comment(line);
        let at = |breach: String| format!("{path}:{}: {breach}", number + 1);
        breaches.extend(banned_name(path, code).map(at));
        // These rules are named in this very package, so they cannot be asked of it.
        if !path.starts_with("crates/xtask/") {
            breaches.extend(FENCED.iter().filter_map(|fence| fence.breach(path, code)).map(at));
        }
    }
    breaches
}

impl Fence {
    fn breach(&self, path: &str, code: &str) -> Option<String> {
        let at_home = self.homes.iter().any(|home| path.starts_with(home));
        let outside = !at_home && has_word(code, self.word);
        outside.then(|| format!("`{}` outside {}: {}", self.word, self.homes.join(", "), self.why))
    }
}

/// A type declared on this line with one of the endings that we avoid.
fn banned_name(path: &str, code: &str) -> Option<String> {
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "struct" | "enum" | "trait" | "type" | "union"))?;
    let name = words.next()?;
    let ending = BANNED_ENDINGS.iter().find(|ending| name.ends_with(*ending))?;
    let is_vendors = VENDOR_NAMES.contains(&(path, name));
    (!is_vendors).then(|| format!("`{name}`: a name in -{ending} says that it does things, not what it is"))
}

/// A line's code. A `//` inside a string ends it early, which only makes the rules a little blind there.
fn without_comment(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// Whether `word` stands in `code` and is not the end of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(is_name))
}

/// The number of lines before the module of tests that ends a file.
fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod "));
    tests.unwrap_or(lines.len())
}

fn imports_shell(text: &str) -> bool {
    let imports = |line: &str| line.contains(SHELL_IMPORT) && (line.contains("import") || line.contains("from"));
    text.lines().any(|line| imports(without_comment(line)))
}

fn in_shell_importers(files: &[String]) -> Option<String> {
    (files.len() != 1).then(|| {
        let found = if files.is_empty() { "no file does".to_owned() } else { files.join(", ") };
        format!("ui/src: exactly one file may import {SHELL_IMPORT}*, the door to the desktop shell; found: {found}")
    })
}

/// The paths in backticks that do not exist.
fn in_document(name: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let missing = paths_in(text).into_iter().filter(|(_, path)| !exists(path));
    missing.map(|(number, path)| format!("{name}:{number}: names `{path}`, which does not exist")).collect()
}

/// The words in backticks that read as a path to a file, with their line numbers. Fenced blocks are passed over:
/// they hold commands and examples.
fn paths_in(text: &str) -> Vec<(usize, &str)> {
    let mut paths = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let quoted = line.split('`').skip(1).step_by(2);
            paths.extend(quoted.filter(|word| is_path(word)).map(|word| (number + 1, word)));
        }
    }
    paths
}

/// A path of this project: it has a slash and an extension, and nothing that makes it a pattern, an address or a place
/// outside.
fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    let extension = word.rsplit_once('/').and_then(|(_, file)| file.rsplit_once('.')).map(|(_, extension)| extension);
    let has_extension = extension.is_some_and(|e| !e.is_empty() && e.chars().all(char::is_alphanumeric));
    plain && has_extension && !word.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        in_source(path, Language::of(path).expect("a source file"), text)
    }

    #[test]
    fn a_rust_file_begins_with_what_it_is_for() {
        assert!(breaches("crates/domain/src/id.rs", "//! Ids.\nuse x;\n").is_empty());
        assert_eq!(breaches("crates/domain/src/id.rs", "use x;\n").len(), 1);
        assert_eq!(breaches("crates/domain/src/id.rs", "").len(), 1);
    }

    #[test]
    fn tests_do_not_make_a_file_long() {
        let long = format!("//! Long.\n{}", "x\n".repeat(MOST_LINES));
        assert_eq!(breaches("crates/domain/src/a.rs", &long).len(), 1);
        let tested = format!("//! Short.\nx\n#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(MOST_LINES));
        assert!(breaches("crates/domain/src/a.rs", &tested).is_empty());
        assert_eq!(lines_without_tests(&tested), 2);
        assert_eq!(breaches("ui/src/a.tsx", &long).len(), 1);
    }

    #[test]
    fn names_that_say_nothing_are_found_where_they_are_declared() {
        let found = |code: &str| banned_name("crates/domain/src/a.rs", without_comment(code)).is_some();
        // Put together here, as the rule reads this file too.
        for (before, ending, after) in [
            ("pub struct Call", "Manager", ";"),
            ("enum Queue", "Helper", " {"),
            ("pub(crate) trait Room", "Service", "<T> {"),
            ("type A_", "Util", " = u8;"),
        ] {
            assert!(found(&format!("{before}{ending}{after}")), "{before}{ending}{after}");
        }
        for code in ["let x = CallManager;", "struct Managerial;", "// struct CallManager", "pub fn service() {"] {
            assert!(!found(code), "{code}");
        }
    }

    #[test]
    fn fenced_words_stay_at_home() {
        let found = |path: &str, code: &str| breaches(path, &format!("//! A.\n{code}\n")).len();
        assert_eq!(found("crates/store/src/a.rs", "use rusqlite::Connection;"), 0);
        assert_eq!(found("crates/app/src/a.rs", "use rusqlite::Connection;"), 1);
        assert_eq!(found("crates/app/src/a.rs", "// As rusqlite does."), 0);
        assert_eq!(found("crates/app/src/a.rs", "webrtc::Peer::new()"), 1);
        assert_eq!(found("crates/app/src/a.rs", "rtc::x()"), 1);
        assert_eq!(found("crates/call/src/a.rs", "webrtc::Peer::new(rtc::x())"), 0);
        assert_eq!(found("crates/server/src/a.rs", "tauri::Builder"), 1);
        assert_eq!(found("src-tauri/src/main.rs", "tauri::Builder"), 0);
    }

    #[test]
    fn one_file_is_the_door_to_the_shell() {
        assert!(imports_shell("import { invoke } from \"@tauri-apps/api/core\";"));
        assert!(imports_shell("const { emit } = await import('@tauri-apps/api/event');"));
        assert!(!imports_shell("// Only here may we import @tauri-apps/api."));
        assert!(in_shell_importers(&["ui/src/host/desktop.ts".to_owned()]).is_none());
        assert!(in_shell_importers(&[]).is_some());
        assert!(in_shell_importers(&["a.ts".to_owned(), "b.ts".to_owned()]).is_some());
    }

    #[test]
    fn paths_in_documents_must_exist() {
        let text = "See `crates/domain/src/id.rs`, `a/b`, `cargo xtask run`, `https://x.org/a.html` and `x.rs`.\n\
            ```\n`gone/a.rs`\n```\n`gone/b.rs` or `crates/*/c.rs`, `/etc/x.conf`, `/join/{token}`\n";
        assert_eq!(paths_in(text), [(1, "crates/domain/src/id.rs"), (5, "gone/b.rs")]);
        let found = in_document("README.md", text, |path| path.starts_with("crates/"));
        assert_eq!(found, ["README.md:5: names `gone/b.rs`, which does not exist"]);
    }

    #[test]
    fn generated_and_golden_files_are_not_ours_to_tidy() {
        assert_eq!(Language::of("ui/src/gen/Note.ts"), None);
        assert_eq!(Language::of("crates/dialects/src/solo/golden/a.rs"), None);
        assert_eq!(Language::of("ui/src/main.tsx"), Some(Language::TypeScript));
        assert_eq!(Language::of("README.md"), None);
    }
}
