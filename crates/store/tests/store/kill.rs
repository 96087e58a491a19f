//! Kills: whatever was acknowledged is there, and nothing is there in part, wherever the process ended.

use std::path::Path;

use domain::id::{EncounterId, NoteId, PatientId, SnapshotId, UserId};
use domain::patient::Patient;
use domain::phi::Phi;
use domain::snapshot::{Snapshot, SnapshotState};
use store::fault::Point;
use store::{Kind, PatientChart, RunId, Store};

use crate::child;
use crate::world::*;

const RANDOM_KILLS: usize = 30;
const KILLS_AT_EACH_POINT: usize = 5;

fn snapshot(number: u128) -> Snapshot {
    Snapshot {
        id: SnapshotId::from_u128(number),
        encounter: EncounterId::from_u128(number),
        patient: PatientId::from_u128(number),
        taken_by: UserId::from_u128(1),
        taken_at: second(0),
        media_type: "image/png".into(),
        size: (8, 8),
        bytes: 5_000,
        sha256: String::new(),
        state: SnapshotState::Kept,
    }
}

fn picture(number: u128) -> Vec<u8> {
    number.to_le_bytes().repeat(300)
}

/// Writes one thing after the other, and says the number of each when it is acknowledged.
fn write_until_killed(folder: &Path) {
    let store = open(folder, &KEY).unwrap();
    let run = RunId::new();
    let first = store.read_now(|reader| reader.count_patients()).unwrap();
    for number in u128::from(first)..u128::from(first) + 200 {
        let records = move |tx: &mut store::Tx<'_>| {
            put(tx, &patient(number))?;
            put(tx, &chart(number, "dust"))
        };
        wait(store.write(intent("patient.put"), records)).unwrap();
        child::say(&format!("records {number}"));
        let snapshot = snapshot(number);
        store.files().seal(&snapshot.id.to_string(), &picture(number)).unwrap();
        wait(store.write(intent("snapshot.put"), move |tx| put(tx, &snapshot))).unwrap();
        child::say(&format!("snapshot {number}"));
        type_draft(&store, &run, number);
        child::say(&format!("draft {number}"));
    }
}

fn type_draft(store: &Store, run: &RunId, number: u128) {
    let (run, text) = (run.clone(), vec![Phi::new(format!("text {number}"))]);
    let typed =
        move |tx: &mut store::Tx<'_>| Ok(tx.save_draft(NoteId::from_u128(1), "story", &text, second(0), &run)?);
    wait(store.write(intent("note.type"), typed)).unwrap();
}

/// The highest number that was acknowledged, of each kind of write: one more than it, so that none is 0.
#[derive(Debug, Default, Clone, Copy)]
struct Acknowledged {
    records: u128,
    snapshots: u128,
    draft: u128,
}

impl Acknowledged {
    fn hear(&mut self, word: &str) {
        let (what, number) = word.split_once(' ').unwrap();
        let end = number.parse::<u128>().unwrap() + 1;
        match what {
            "records" => self.records = end,
            "snapshot" => self.snapshots = end,
            "draft" => self.draft = end,
            other => panic!("the child said {other}"),
        }
    }
}

/// Opens what the child left, and holds it against what the child was told.
fn assert_nothing_lost(folder: &Path, told: &Acknowledged) -> Result<(), String> {
    let store = open(folder, &KEY).map_err(|fault| format!("{fault:?}"))?;
    let (patients, snapshots, draft) = store
        .read_now(|reader| {
            assert_whole(reader);
            let patients = u128::from(reader.count_patients()?);
            for number in 0..patients {
                let id = PatientId::from_u128(number);
                assert!(reader.get::<Patient>(&id)?.is_some_and(|found| found.record == patient(number)));
                assert!(reader.get::<PatientChart>(&id)?.is_some_and(|found| found.record == chart(number, "dust")));
            }
            assert_eq!(reader.bodies(Kind::Chart)?.len() as u128, patients);
            let draft = reader.draft(NoteId::from_u128(1), &RunId::new())?;
            Ok((patients, reader.all::<Snapshot>()?, draft))
        })
        .unwrap();
    let at_most_one_more = |kept: u128, told: u128| kept == told || kept == told + 1;
    let mut wrong = Vec::new();
    if !at_most_one_more(patients, told.records) {
        wrong.push(format!("{patients} patients"));
    }
    if !at_most_one_more(snapshots.len() as u128, told.snapshots) {
        wrong.push(format!("{} snapshots", snapshots.len()));
    }
    for kept in snapshots {
        let id = kept.record.id;
        let content = store.files().unseal(&id.to_string());
        if content.ok() != Some(picture(id.to_u128())) {
            wrong.push(format!("{id} has no file"));
        }
    }
    let typed = draft.map(|draft| draft.answers["story"][0].expose().clone());
    let text = |end: u128| end.checked_sub(1).map(|number| format!("text {number}"));
    if typed != text(told.draft) && typed != text(told.draft + 1) {
        wrong.push(format!("{typed:?} is typed"));
    }
    let halves = store.files().sweep_halves().unwrap();
    store.close();
    if halves > 1 {
        wrong.push(format!("{halves} halves of files"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join(", ")) }
}

#[test]
fn nothing_acknowledged_is_lost_at_random_moments() {
    if let Some(folder) = child::folder() {
        return write_until_killed(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut told = Acknowledged::default();
    let mut moment = 20_264u64;
    println!("seed {moment}");
    for kill in 0..RANDOM_KILLS {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let after = usize::try_from(moment >> 33).unwrap() % 25;
        let mut child =
            child::command("kill::nothing_acknowledged_is_lost_at_random_moments", folder.path()).spawn().unwrap();
        let words = child::listen(&mut child, |heard| heard > after);
        assert!(!child.wait().unwrap().success(), "it was killed");
        words.iter().for_each(|word| told.hear(word));
        assert_nothing_lost(folder.path(), &told)
            .unwrap_or_else(|wrong| panic!("kill {kill} after {after} words: {wrong}, but {told:?} was acknowledged"));
        told = resume(folder.path());
    }
}

/// What the next child goes on from: it begins behind the records that it finds. What the last kill prevented after the
/// last record is made up for, so that the numbers of all three stay in step.
fn resume(folder: &Path) -> Acknowledged {
    let store = open(folder, &KEY).unwrap();
    let (records, snapshots) = store
        .read_now(|reader| Ok((u128::from(reader.count_patients()?), reader.all::<Snapshot>()?.len() as u128)))
        .unwrap();
    for number in snapshots..records {
        store.files().seal(&snapshot(number).id.to_string(), &picture(number)).unwrap();
        wait(store.write(intent("snapshot.put"), move |tx| put(tx, &snapshot(number)))).unwrap();
    }
    if let Some(newest) = records.checked_sub(1) {
        type_draft(&store, &RunId::new(), newest);
    }
    store.close();
    Acknowledged { records, snapshots: records, draft: records }
}

#[test]
fn nothing_acknowledged_is_lost_at_any_point_of_the_write_path() {
    if let Some(folder) = child::folder() {
        return write_until_killed(&folder);
    }
    let test = "kill::nothing_acknowledged_is_lost_at_any_point_of_the_write_path";
    for point in Point::ALL.into_iter().filter(|point| *point != Point::Migrating) {
        for time in 1..=KILLS_AT_EACH_POINT {
            let folder = tempfile::tempdir().unwrap();
            let crash = format!("{}:{time}", point.name());
            let mut child = child::command(test, folder.path()).env("ROUNDS_CRASH_AT", &crash).spawn().unwrap();
            let mut told = Acknowledged::default();
            child::listen(&mut child, |_| false).iter().for_each(|word| told.hear(word));
            assert!(!child.wait().unwrap().success(), "{crash} was never reached");
            assert_nothing_lost(folder.path(), &told)
                .unwrap_or_else(|wrong| panic!("{crash}: {wrong}, but {told:?} was acknowledged"));
        }
    }
}

#[test]
fn a_first_start_that_is_killed_can_be_repeated() {
    if let Some(folder) = child::folder() {
        open(&folder, &KEY).unwrap().close();
        return child::say("opened");
    }
    // Once the file is marked as a store, then before, inside and after the transaction of each step.
    for time in 1..=1 + 3 * Store::SCHEMA {
        let folder = tempfile::tempdir().unwrap();
        let crash = format!("{}:{time}", Point::Migrating.name());
        let test = "kill::a_first_start_that_is_killed_can_be_repeated";
        let mut child = child::command(test, folder.path()).env("ROUNDS_CRASH_AT", &crash).spawn().unwrap();
        assert_eq!(child::listen(&mut child, |_| false), Vec::<String>::new(), "{crash} was never reached");
        assert!(!child.wait().unwrap().success());
        let store = open(folder.path(), &KEY).unwrap_or_else(|fault| panic!("{crash}: {fault:?}"));
        wait(store.write(intent("patient.put"), |tx| put(tx, &patient(1)))).unwrap();
        assert_store_whole(&store);
        store.close();
    }
}
