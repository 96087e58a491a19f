//! Snapshots: kept with consent, shown as they were kept or not at all, deleted with a reason.

use app::api::encounter::{DeleteSnapshotRequest, FinishRequest};
use app::{Asked, Failure};
use domain::encounter::Outcome;
use domain::id::{EncounterId, SnapshotId};
use domain::snapshot::{LARGEST, SnapshotState};
use store::FileFault;

use crate::support::{Stage, Visit, png, refusal};

async fn staged() -> (Stage, Asked, Visit) {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    (stage, me, visit)
}

fn sealed(stage: &Stage, id: SnapshotId) -> std::path::PathBuf {
    stage.folder.path().join("files").join(format!("{id}.sealed"))
}

async fn delete(stage: &Stage, by: &Asked, snapshot: SnapshotId, reason: &str) -> Result<(), Failure> {
    let request = DeleteSnapshotRequest { snapshot, reason: reason.into() };
    stage.rounds.delete_snapshot(by, request).await.map(|_| ())
}

#[tokio::test]
async fn a_kept_picture_is_the_picture_that_was_taken() {
    let (stage, me, visit) = staged().await;
    let (one, two) = (png(1280, 720, "one"), png(640, 360, "two"));
    let first = stage.rounds.keep_snapshot(&me, visit.encounter, true, one.clone()).await.unwrap();
    let second = stage.rounds.keep_snapshot(&me, visit.encounter, true, two.clone()).await.unwrap();
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.snapshot_picture(&me, first).await.unwrap().1, one);
    assert_eq!(stage.rounds.snapshot_picture(&me, second).await.unwrap().1, two);
    let listed = stage.workspace(&me, &visit).await.snapshots;
    assert_eq!(
        listed.iter().map(|snapshot| (snapshot.id, snapshot.size)).collect::<Vec<_>>(),
        [(first, (1280, 720)), (second, (640, 360))]
    );
    assert_eq!(listed[0].taken_by.id, me.by.id);
    let bytes = std::fs::read(sealed(&stage, first)).unwrap();
    assert!(!bytes.windows(4).any(|four| four == b"IHDR"), "no picture lies on the disk in clear");
}

#[tokio::test]
async fn what_is_not_a_picture_of_a_consenting_patient_is_refused() {
    let (stage, me, visit) = staged().await;
    let waiting = stage.visit("Pell").await;
    let keep = async |visit: EncounterId, agreed, bytes| stage.rounds.keep_snapshot(&me, visit, agreed, bytes).await;
    let picture = png(8, 8, "");
    assert_eq!(refusal(keep(visit.encounter, false, picture.clone()).await), "snapshot.no_consent");
    assert_eq!(refusal(keep(visit.encounter, true, b"<svg onload=alert(1)>".to_vec()).await), "snapshot.not_a_picture");
    assert_eq!(refusal(keep(visit.encounter, true, Vec::new()).await), "snapshot.not_a_picture");
    assert_eq!(refusal(keep(visit.encounter, true, png(0, 8, "")).await), "snapshot.not_a_picture");
    let mut large = picture.clone();
    large.resize(LARGEST + 1, 0);
    assert_eq!(refusal(keep(visit.encounter, true, large).await), "snapshot.too_large");
    assert_eq!(refusal(keep(waiting.encounter, true, picture.clone()).await), "encounter.not_begun");
    assert_eq!(refusal(keep(EncounterId::new(), true, picture.clone()).await), "not_found");
    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    assert!(keep(visit.encounter, true, picture).await.is_err(), "a visit that is over has no more pictures");
    assert_eq!(stage.rounds.store().files().names().unwrap(), Vec::<String>::new(), "nothing of it is on the disk");
}

#[tokio::test]
async fn a_deleted_picture_is_gone_and_its_row_stays() {
    let (stage, me, visit) = staged().await;
    let id = stage.rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, "")).await.unwrap();
    assert_eq!(refusal(delete(&stage, &me, id, " ").await), "snapshot.no_reason");
    assert!(sealed(&stage, id).exists());
    delete(&stage, &me, id, " Taken by mistake ").await.unwrap();
    assert!(!sealed(&stage, id).exists());
    let listed = stage.workspace(&me, &visit).await.snapshots;
    let deleted = SnapshotState::Deleted { at: stage.rounds.now(), by: me.by.id, reason: "Taken by mistake".into() };
    assert_eq!(listed[0].state, deleted);
    assert_eq!(refusal(stage.rounds.snapshot_picture(&me, id).await), "snapshot.deleted");
    assert_eq!(refusal(delete(&stage, &me, id, "Again").await), "snapshot.deleted");
}

#[tokio::test]
async fn a_damaged_swapped_or_missing_picture_is_never_shown() {
    let (stage, me, visit) = staged().await;
    let keep =
        async |filling| stage.rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, filling)).await.unwrap();
    let (one, two) = (keep("one").await, keep("two").await);
    let whole = std::fs::read(sealed(&stage, one)).unwrap();
    let mut places: Vec<usize> = (0..whole.len()).step_by(7).collect();
    places.push(whole.len() - 1);
    for at in places {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        std::fs::write(sealed(&stage, one), damaged).unwrap();
        let shown = stage.rounds.snapshot_picture(&me, one).await;
        assert!(matches!(shown, Err(Failure::File(FileFault::Damaged))), "byte {at}");
    }
    for short in [0, 8, whole.len() / 2] {
        std::fs::write(sealed(&stage, one), &whole[..short]).unwrap();
        assert!(
            matches!(stage.rounds.snapshot_picture(&me, one).await, Err(Failure::File(FileFault::Damaged))),
            "cut at {short}"
        );
    }
    std::fs::copy(sealed(&stage, two), sealed(&stage, one)).unwrap();
    let swapped = stage.rounds.snapshot_picture(&me, one).await;
    assert!(matches!(swapped, Err(Failure::File(FileFault::Damaged))), "another picture under this name");
    stage.rounds.store().files().seal(&one.to_string(), &png(8, 8, "another")).unwrap();
    let other = stage.rounds.snapshot_picture(&me, one).await;
    assert!(matches!(other, Err(Failure::File(FileFault::Damaged))), "well sealed, but not the picture on the record");
    std::fs::remove_file(sealed(&stage, one)).unwrap();
    assert!(matches!(stage.rounds.snapshot_picture(&me, one).await, Err(Failure::File(FileFault::Missing))));
    assert_eq!(refusal(stage.rounds.snapshot_picture(&me, SnapshotId::new()).await), "not_found");
}

#[tokio::test]
async fn what_a_crash_left_is_swept_and_what_is_on_the_record_stays() {
    let (stage, me, visit) = staged().await;
    let kept = stage.rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, "kept")).await.unwrap();
    let gone = stage.rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, "gone")).await.unwrap();
    let came_back = std::fs::read(sealed(&stage, gone)).unwrap();
    delete(&stage, &me, gone, "Not needed").await.unwrap();
    // Killed between the record and the file, between the file and the record, and in the middle of the file.
    std::fs::write(sealed(&stage, gone), came_back).unwrap();
    let unclaimed = SnapshotId::new();
    stage.rounds.store().files().seal(&unclaimed.to_string(), b"no record").unwrap();
    std::fs::write(stage.folder.path().join("files/half.part"), b"half").unwrap();
    let stage = stage.reopened().await;
    let mut left: Vec<_> =
        std::fs::read_dir(stage.folder.path().join("files")).unwrap().map(|entry| entry.unwrap().path()).collect();
    left.sort();
    let aside = stage.folder.path().join("files/unclaimed");
    assert_eq!(left, [sealed(&stage, kept), aside.clone()]);
    assert!(aside.join(format!("{unclaimed}.sealed")).is_file(), "a restored backup may not know its record");
    assert!(stage.rounds.snapshot_picture(&me, kept).await.is_ok());
}
