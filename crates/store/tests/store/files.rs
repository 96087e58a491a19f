//! Sealed files: whole, under their own name, with the right key, or not at all.

use store::{FileFault, StoreKey};

use crate::world::*;

fn path(world: &World, name: &str) -> std::path::PathBuf {
    world.path().join("files").join(format!("{name}.sealed"))
}

#[test]
fn what_was_sealed_comes_back() {
    let world = World::new();
    let sealed = world.store.files();
    for (name, content) in [("snp_1", &b"a picture"[..]), ("snp_2", b""), ("snp_3", &[7; 100_000])] {
        sealed.seal(name, content).unwrap();
        assert_eq!(sealed.unseal(name).unwrap(), content);
    }
    sealed.seal("snp_1", b"another").unwrap();
    assert_eq!(sealed.unseal("snp_1").unwrap(), b"another");
    let mut names = sealed.names().unwrap();
    names.sort();
    assert_eq!(names, ["snp_1", "snp_2", "snp_3"]);
    sealed.remove("snp_2").unwrap();
    sealed.remove("snp_2").unwrap();
    assert!(matches!(sealed.unseal("snp_2"), Err(FileFault::Missing)));
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let world = World::new();
    world.store.files().seal("snp_1", b"a picture").unwrap();
    let path = path(&world, "snp_1");
    let whole = std::fs::read(&path).unwrap();
    let damaged = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        matches!(world.store.files().unseal("snp_1"), Err(FileFault::Damaged))
    };
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            assert!(damaged(&bytes), "bit {bit} of byte {at}");
        }
        assert!(damaged(&whole[..at]), "cut at {at}");
    }
    assert!(damaged(&[&*whole, b"x"].concat()), "a byte more");
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(world.store.files().unseal("snp_1").unwrap(), b"a picture");
}

#[test]
fn files_cannot_change_places_or_stores() {
    let world = World::new();
    let sealed = world.store.files();
    sealed.seal("snp_1", b"one").unwrap();
    sealed.seal("snp_2", b"two").unwrap();
    std::fs::rename(path(&world, "snp_1"), path(&world, "snp_2")).unwrap();
    assert!(matches!(sealed.unseal("snp_2"), Err(FileFault::Damaged)));
    sealed.seal("snp_1", b"one").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = open(folder.path(), &StoreKey::from_bytes([8; 32])).unwrap();
    std::fs::copy(path(&world, "snp_1"), folder.path().join("files/snp_1.sealed")).unwrap();
    assert!(matches!(other.files().unseal("snp_1"), Err(FileFault::Damaged)));
    other.close();
}

#[test]
fn the_same_content_is_never_the_same_file() {
    let world = World::new();
    world.store.files().seal("snp_1", b"one").unwrap();
    let first = std::fs::read(path(&world, "snp_1")).unwrap();
    world.store.files().seal("snp_1", b"one").unwrap();
    let second = std::fs::read(path(&world, "snp_1")).unwrap();
    assert_eq!(first.len(), second.len());
    assert!(first[8..32] != second[8..32] && first[80..104] != second[80..104], "a nonce was used twice");
}

#[test]
fn a_name_that_leaves_the_folder_is_no_name() {
    let world = World::new();
    for name in ["", ".", "..", "../rounds", "a/b", "a\\b", "a.sealed", "a\0", "é", "/etc/passwd"] {
        assert!(matches!(world.store.files().seal(name, b"x"), Err(FileFault::Missing)), "{name}");
        assert!(matches!(world.store.files().unseal(name), Err(FileFault::Missing)), "{name}");
        assert!(matches!(world.store.files().remove(name), Err(FileFault::Missing)), "{name}");
    }
    assert_eq!(files(&world.path().join("files")).len(), 0);
}

#[test]
fn halves_are_swept_and_nothing_else() {
    let world = World::new();
    world.store.files().seal("snp_1", b"one").unwrap();
    std::fs::write(world.path().join("files/snp_2.part"), b"half").unwrap();
    assert_eq!(world.store.files().names().unwrap(), ["snp_1"]);
    assert_eq!(world.store.files().sweep_halves().unwrap(), 1);
    assert_eq!(world.store.files().sweep_halves().unwrap(), 0);
    assert_eq!(world.store.files().unseal("snp_1").unwrap(), b"one");
}
