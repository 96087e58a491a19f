//! Snapshots: what can be deleted how often, and what bytes are taken for a picture.

use domain::id::{EncounterId, PatientId, SnapshotId};
use domain::snapshot::{LARGEST, Snapshot, SnapshotRefusal as R, SnapshotState, sniff};
use proptest::prelude::*;

use crate::people::{colleague, me, minute, tries};

fn kept() -> Snapshot {
    Snapshot {
        id: SnapshotId::from_u128(11),
        encounter: EncounterId::from_u128(3),
        patient: PatientId::from_u128(4),
        taken_by: me(),
        taken_at: minute(0),
        media_type: "image/png".into(),
        size: (1280, 720),
        bytes: 1000,
        sha256: "00".into(),
        state: SnapshotState::Kept,
    }
}

#[test]
fn a_snapshot_is_deleted_once_and_with_a_reason() {
    for blank in ["", " ", "\n\t"] {
        assert_eq!(kept().delete(&blank.into(), me(), minute(1)), Err(R::NoReason));
    }
    let deleted = kept().delete(&" wrong patient ".into(), colleague(), minute(1)).unwrap();
    let state = SnapshotState::Deleted { at: minute(1), by: colleague(), reason: "wrong patient".into() };
    assert_eq!(deleted, Snapshot { state, ..kept() });
    for reason in ["again", ""] {
        assert_eq!(deleted.delete(&reason.into(), me(), minute(2)), Err(R::Deleted));
    }
}

/// The head of a PNG (ISO/IEC 15948 §5.2, §11.2.2).
fn png(width: u32, height: u32) -> Vec<u8> {
    let head: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    [head, &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
}

/// The head of a JPEG (ITU-T T.81 §B.2): start, an application segment, a frame of this kind.
fn jpeg(frame: u8, width: u16, height: u16) -> Vec<u8> {
    let start: &[u8] = b"\xff\xd8\xff\xe0\0\x06JFIF\xff";
    [start, &[frame, 0, 17, 8], &height.to_be_bytes(), &width.to_be_bytes(), &[3; 10]].concat()
}

#[test]
fn pictures_are_known_by_their_heads() {
    assert_eq!(sniff(&png(1280, 720)), Ok(("image/png", (1280, 720))));
    for frame in [0xc0, 0xc1, 0xc2, 0xc9] {
        assert_eq!(sniff(&jpeg(frame, 1920, 1080)), Ok(("image/jpeg", (1920, 1080))), "{frame:x}");
    }
    let filled = [&b"\xff\xd8\xff\xff\xff"[..], &jpeg(0xc0, 640, 480)[3..]].concat();
    assert_eq!(sniff(&filled), Ok(("image/jpeg", (640, 480))), "fill bytes may stand before a marker");
}

#[test]
fn what_only_looks_like_a_picture_is_refused() {
    let frame_after_scan = [b"\xff\xd8\xff\xda\0\x02", &jpeg(0xc0, 8, 8)[2..]].concat();
    let long_header = [b"\x89PNG\r\n\x1a\n\0\0\0\x20IHDR".as_slice(), &[1; 32]].concat();
    let cases: [(&str, Vec<u8>); 17] = [
        ("nothing", vec![]),
        ("a text", b"hello".to_vec()),
        ("a page", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("a drawing with script", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("a GIF", b"GIF89a\x01\0\x01\0\0\0\0".to_vec()),
        ("a WebP", b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a".to_vec()),
        ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("a page that ends as a PNG", [b"<html>".as_slice(), &png(8, 8)].concat()),
        ("a page that ends as a JPEG", [b"<html>".as_slice(), &jpeg(0xc0, 8, 8)].concat()),
        ("a PNG without width", png(0, 8)),
        ("a PNG without height", png(8, 0)),
        ("a PNG that begins with another chunk", [&png(8, 8)[..12], b"tEXt", &png(8, 8)[16..]].concat()),
        ("a PNG whose first chunk has a wrong length", long_header),
        ("a JPEG without width", jpeg(0xc0, 0, 8)),
        ("a JPEG without height", jpeg(0xc0, 8, 0)),
        ("a JPEG whose frame is none", jpeg(0xc4, 8, 8)),
        ("a JPEG whose scan comes first", frame_after_scan),
    ];
    for (what, bytes) in cases {
        assert_eq!(sniff(&bytes), Err(R::NotAPicture), "{what}");
    }
}

#[test]
fn a_head_cut_short_is_no_picture() {
    let (png, jpeg) = (png(8, 8), jpeg(0xc0, 8, 8));
    for end in 0..24 {
        assert_eq!(sniff(&png[..end]), Err(R::NotAPicture), "PNG, {end} bytes");
    }
    for end in 0..jpeg.len() - 10 {
        assert_eq!(sniff(&jpeg[..end]), Err(R::NotAPicture), "JPEG, {end} bytes");
    }
}

#[test]
fn the_largest_picture_is_taken_and_one_byte_more_is_not() {
    let mut bytes = png(8, 8);
    bytes.resize(LARGEST, 0);
    assert!(sniff(&bytes).is_ok());
    bytes.push(0);
    assert_eq!(sniff(&bytes), Err(R::TooLarge));
}

proptest! {
    #![proptest_config(tries(256))]

    #[test]
    fn no_bytes_make_it_panic_or_give_an_empty_picture(
        head in prop::sample::select(vec![vec![], png(8, 8), jpeg(0xc0, 8, 8), b"\xff\xd8\xff".to_vec()]),
        cut in 0usize..40,
        tail in prop::collection::vec(prop_oneof![Just(0xffu8), any::<u8>()], 0..200),
    ) {
        let bytes = [&head[..cut.min(head.len())], &tail].concat();
        if let Ok((media_type, (width, height))) = sniff(&bytes) {
            prop_assert!(matches!(media_type, "image/png" | "image/jpeg"));
            prop_assert!(width > 0 && height > 0);
        }
    }
}
