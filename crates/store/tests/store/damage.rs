//! Damage: a read gives what was written, or a fault, and never anything else.

use std::collections::BTreeMap;
use std::path::Path;

use store::{Kind, Store, StoreFault};

use crate::world::*;

/// A step of SplitMix64: enough to choose bytes by, and the same on every run.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn below(seed: &mut u64, end: usize) -> usize {
    usize::try_from(next(seed) % end as u64).unwrap()
}

fn filled() -> World {
    let world = World::new();
    for number in 0..40 {
        let write = move |tx: &mut store::Tx<'_>| {
            put(tx, &patient(number))?;
            put(tx, &chart(number, &"dust ".repeat(100)))?;
            put(tx, &encounter(number))
        };
        world.write(write).unwrap();
    }
    world
}

type Image = BTreeMap<&'static str, Vec<(String, i64, String)>>;

/// Everything that can be read, or the first fault.
fn image(store: &Store) -> Result<Image, StoreFault> {
    store.read_now(|reader| {
        reader.search_patients("family", 100)?;
        let rows = reader.journal_after(0, u32::MAX)?;
        let journal = rows.into_iter().map(|row| {
            let payload = row.payload.unwrap_or_default();
            (
                format!("{} {} {}", row.subject_kind, row.subject_id, row.command),
                row.seq,
                String::from_utf8(payload).unwrap(),
            )
        });
        let mut image = Image::from([("journal", journal.collect())]);
        for kind in Kind::ALL {
            image.insert(kind.table(), reader.bodies(kind)?);
        }
        Ok(image)
    })
}

/// What a damaged store shows: all of it right, or nothing.
fn look(folder: &Path) -> Option<Image> {
    let store = open(folder, &KEY).ok()?;
    let image = image(&store);
    store.close();
    image.ok()
}

#[test]
fn a_flipped_bit_is_never_shown() {
    let world = filled();
    let truth = image(&world.store).unwrap();
    let folder = world.close();
    let whole = std::fs::read(Store::path(folder.path())).unwrap();
    let (mut seed, mut found) = (20_261, 0);
    println!("seed {seed}, {} bytes", whole.len());
    for flip in 0..200 {
        let (at, bit) = (below(&mut seed, whole.len()), below(&mut seed, 8));
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        let damaged = tempfile::tempdir().unwrap();
        std::fs::write(Store::path(damaged.path()), bytes).unwrap();
        match look(damaged.path()) {
            Some(seen) => assert!(seen == truth, "flip {flip}, bit {bit} of byte {at}: wrong data was shown"),
            None => found += 1,
        }
    }
    println!("{found} of 200 flips were found, the others hit pages that hold nothing");
    assert!(found > 100, "only {found} of 200 flips were found");
}

#[test]
fn a_database_cut_short_is_never_half_shown() {
    let world = filled();
    let truth = image(&world.store).unwrap();
    let folder = world.close();
    let whole = std::fs::read(Store::path(folder.path())).unwrap();
    let step = whole.len() / 20;
    for end in (1..20).map(|part| part * step) {
        let damaged = tempfile::tempdir().unwrap();
        std::fs::write(Store::path(damaged.path()), &whole[..end]).unwrap();
        let seen = look(damaged.path());
        assert!(seen.is_none_or(|seen| seen == truth), "cut at {end}: wrong data was shown");
    }
}

#[test]
fn damage_that_is_met_while_open_is_said_and_spoils_no_later_read() {
    let folder = filled().close();
    let store = open(folder.path(), &KEY).unwrap();
    let path = Store::path(folder.path());
    let whole = std::fs::read(&path).unwrap();
    // The head stays, so that connections open; what they read then is noise.
    let noise: Vec<u8> = whole.iter().enumerate().map(|(at, byte)| if at < 8192 { *byte } else { !byte }).collect();
    std::fs::write(&path, noise).unwrap();
    for _ in 0..6 {
        let fault = image(&store).unwrap_err();
        assert!(matches!(fault, StoreFault::Damaged(_)), "{fault:?}");
    }
    std::fs::write(&path, whole).unwrap();
    assert_eq!(image(&store).unwrap()["patient"].len(), 40);
    store.close();
}

/// The files of a store as a crash leaves them: with a write-ahead log that was not yet worked into the database.
fn crashed() -> (World, tempfile::TempDir) {
    let world = filled();
    let folder = copy(world.path());
    assert!(folder.path().join("rounds.db-wal").metadata().unwrap().len() > 100_000, "the log is not empty");
    (world, folder)
}

#[test]
fn a_lost_index_of_the_log_loses_nothing() {
    let (world, folder) = crashed();
    std::fs::remove_file(folder.path().join("rounds.db-shm")).unwrap();
    assert!(look(folder.path()).unwrap() == image(&world.store).unwrap());
}

#[test]
fn a_log_cut_anywhere_gives_the_last_whole_commit() {
    let (_world, folder) = crashed();
    let log = std::fs::read(folder.path().join("rounds.db-wal")).unwrap();
    let mut seed = 20_262;
    println!("seed {seed}, {} bytes of log", log.len());
    for _ in 0..40 {
        let end = below(&mut seed, log.len());
        let cut = copy(folder.path());
        std::fs::write(cut.path().join("rounds.db-wal"), &log[..end]).unwrap();
        let store = open(cut.path(), &KEY).unwrap_or_else(|fault| panic!("cut at {end}: {fault:?}"));
        assert_store_whole(&store);
        let counts = |kind| store.read_now(|reader| reader.bodies(kind)).unwrap().len();
        assert_eq!(
            [counts(Kind::Chart), counts(Kind::Encounter)],
            [counts(Kind::Patient); 2],
            "cut at {end}: half a commit"
        );
        store.close();
    }
}

#[test]
fn a_flipped_bit_in_the_log_is_never_shown() {
    let (_world, folder) = crashed();
    let log = std::fs::read(folder.path().join("rounds.db-wal")).unwrap();
    let mut seed = 20_263;
    println!("seed {seed}, {} bytes of log", log.len());
    for _ in 0..40 {
        let (at, bit) = (below(&mut seed, log.len()), below(&mut seed, 8));
        let flipped = copy(folder.path());
        let mut bytes = log.clone();
        bytes[at] ^= 1 << bit;
        std::fs::write(flipped.path().join("rounds.db-wal"), bytes).unwrap();
        let Ok(store) = open(flipped.path(), &KEY) else { continue };
        assert_store_whole(&store);
        store.close();
    }
}

#[test]
fn a_log_under_another_key_is_left_for_the_right_one() {
    let (world, folder) = crashed();
    let truth = image(&world.store).unwrap();
    assert!(open(folder.path(), &store::StoreKey::from_bytes([8; 32])).is_err());
    assert!(look(folder.path()).unwrap() == truth);
}
