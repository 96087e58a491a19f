//! A full disk: it is said, what was written before can be read, and writing goes on once there is room.
//!
//! Two ways to a small disk: a memory file system in a mount namespace of the child's own, where the system allows it,
//! and a limit on the size of files, which every user may set for their own processes.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};

use store::{FileFault, StoreFault, WriteFault};

use crate::child;
use crate::world::*;

/// Fills the disk, checks what is left, makes room, and goes on.
fn fill(folder: &Path, expect_full: bool, make_room: impl FnOnce()) {
    let store = open(folder, &KEY).unwrap();
    let write = |number: u128| {
        let records = move |tx: &mut store::Tx<'_>| put(tx, &chart(number, &"x".repeat(20_000)));
        wait(store.write(intent("chart.put"), records))
    };
    let mut kept = 0;
    let fault = loop {
        match write(kept) {
            Ok(()) => kept += 1,
            Err(WriteFault::Fault(fault)) => break fault,
            Err(other) => panic!("{other:?}"),
        }
        assert!(kept < 5_000, "the disk never filled up");
    };
    match fault {
        StoreFault::DiskFull => {}
        StoreFault::Sqlite(_) if !expect_full => {}
        other => panic!("{other:?}"),
    }
    assert!(kept > 5, "something was written before");
    let count = || store.read_now(|reader| Ok(reader.bodies(store::Kind::Chart)?.len())).unwrap();
    assert_eq!(count() as u128, kept);
    assert!(matches!(write(kept), Err(WriteFault::Fault(_))), "still full");
    match store.files().seal("snp_1", &vec![7; 8 << 20]) {
        Err(FileFault::DiskFull) => {}
        Err(FileFault::Io(_)) if !expect_full => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(files(&folder.join("files")).len(), 0, "no half of a file is left behind");
    make_room();
    for number in kept..kept + 20 {
        write(number).unwrap();
    }
    store.files().seal("snp_1", &vec![7; 8 << 20]).unwrap();
    assert_eq!(count() as u128, kept + 20);
    assert_store_whole(&store);
    store.close();
    drop(store);
    let again = open(folder, &KEY).unwrap();
    assert_store_whole(&again);
    again.close();
    child::say(&format!("kept {kept}"));
}

/// Runs a prepared child to its end, and shows what it said where it failed.
fn assert_kept(command: &mut Command) {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let (said, erred) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("> kept "), "{}\n{said}\n{erred}", output.status);
}

/// The child's words, to be run by a shell after something of its own.
fn shell(prepared: &str, test: &str, folder: &Path) -> Command {
    let child = child::command(test, folder);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{prepared} && exec \"$0\" \"$@\"")).arg(child.get_program()).args(child.get_args());
    shell.envs(child.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

#[test]
fn a_full_file_system_is_said_and_survived() {
    if let Some(folder) = child::folder() {
        let larger = || {
            let remounted = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&folder).status().unwrap();
            assert!(remounted.success());
        };
        return fill(&folder, true, larger);
    }
    let can_mount = |options: &[&str]| {
        Command::new("unshare").args(options).arg("true").status().is_ok_and(|status| status.success())
    };
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--map-root-user"]];
    let Some(options) = ways.into_iter().find(|options| can_mount(options)) else {
        eprintln!("NOT TRIED: this system gives no mount namespace; a_full_quota_is_said_and_survived covers the rest");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let test = "disk::a_full_file_system_is_said_and_survived";
    let inner = shell(&format!("mount -t tmpfs -o size=3m none '{}'", folder.path().display()), test, folder.path());
    let mut unshare = Command::new("unshare");
    unshare.args(options).arg("sh").args(inner.get_args());
    unshare.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_kept(&mut unshare);
}

#[test]
fn a_full_quota_is_said_and_survived() {
    if let Some(folder) = child::folder() {
        let lifted = || {
            let pid = std::process::id().to_string();
            let status = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status().unwrap();
            assert!(status.success());
        };
        return fill(&folder, false, lifted);
    }
    let folder = tempfile::tempdir().unwrap();
    // Without the signal a write beyond the limit is an error, as on a full disk.
    let prepared = "trap '' XFSZ && prlimit --pid $$ --fsize=2000000:";
    assert_kept(&mut shell(prepared, "disk::a_full_quota_is_said_and_survived", folder.path()));
}
