//! Where things are: the workspace, the shared build output and the tools that chores install.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The root of this clone.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // Cargo says at run time which clone it was called in; what was compiled in may be another clone's, as two
        // clones that share a target folder share this program too.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        package.ancestors().nth(2).expect("BUG: crates/xtask lies two folders below the root").to_owned()
    });
    &ROOT
}

/// The web UI's project folder.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// What belongs to this clone alone and may be deleted at any time: linked binaries, reports.
pub fn scratch() -> PathBuf {
    root().join("target").join("xtask")
}

/// Where Cargo puts its output: `CARGO_TARGET_DIR` where that is set, otherwise a folder in the user's cache, so
/// that a second clone on the same machine finds all third-party code built.
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => root().join(dir),
        _ => cache_dir().join("target"),
    }
}

/// Where tools that chores need are installed, apart from the user's own.
pub fn tools_dir() -> PathBuf {
    cache_dir().join("tools")
}

/// `rounds` in the folder in which this system keeps what can be made again.
fn cache_dir() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Caches"))
    } else {
        set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))
    };
    // Without a home there is no shared place; a clone's own folder is still a correct one.
    caches.unwrap_or_else(|| root().join("target")).join("rounds")
}
