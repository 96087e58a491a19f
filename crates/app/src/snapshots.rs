//! Snapshots: kept as sealed files, shown with a trace, deleted with a reason.

use domain::encounter::{Encounter, EncounterRefusal, EncounterState};
use domain::id::{EncounterId, PatientId, SnapshotId};
use domain::note::sha256_hex;
use domain::refusal::Refusal;
use domain::snapshot::{Snapshot, SnapshotRefusal, SnapshotState, sniff};
use store::{Kind, Stop, Tx};

use crate::api::Nothing;
use crate::api::encounter::DeleteSnapshotRequest;
use crate::failure::Failure;
use crate::rounds::{Asked, Rounds};

impl Rounds {
    /// Keeps a picture of a call. The file is whole on the disk before the record names it, so a crash in
    /// between leaves a file that nothing refers to, never a record without its picture.
    pub async fn keep_snapshot(
        &self,
        asked: &Asked,
        encounter: EncounterId,
        agreed: bool,
        picture: Vec<u8>,
    ) -> Result<SnapshotId, Failure> {
        let (taken_by, id) = (asked.by.id, SnapshotId::new());
        let sniffed = if agreed { sniff(&picture) } else { Err(SnapshotRefusal::NoConsent) };
        let about = (picture.len() as u64, sha256_hex(&picture));
        // Asked before the file is written and again with the record: the visit may end in between.
        let described = self.treat(asked, "snapshot.keep", move |tx| {
            let (media_type, size) = sniffed?;
            let patient = in_progress(tx, encounter)?;
            let (bytes, sha256) = about;
            let (taken_at, media_type, state) = (tx.at(), media_type.to_owned(), SnapshotState::Kept);
            Ok(Snapshot { id, encounter, patient, taken_by, taken_at, media_type, size, bytes, sha256, state })
        });
        let snapshot = described.await?;
        let store = self.store().clone();
        let sealed = tokio::task::spawn_blocking(move || store.files().seal(&id.to_string(), &picture)).await;
        sealed.map_err(|_| Failure::Bug)??;
        let kept = self.treat(asked, "snapshot.keep", move |tx| {
            in_progress(tx, encounter)?;
            Ok(tx.put(None, &snapshot)?)
        });
        if let Err(failure) = kept.await {
            // Without its record the picture is nobody's: it goes at once.
            let store = self.store().clone();
            let removed = tokio::task::spawn_blocking(move || store.files().remove(&id.to_string())).await;
            if !matches!(removed, Ok(Ok(()))) {
                tracing::warn!("a picture that was refused could not be removed; it stays sealed");
            }
            return Err(failure);
        }
        Ok(id)
    }

    /// A snapshot's picture. That it is looked at is journalled first; a picture that is not the one that was kept is
    /// not shown.
    pub async fn snapshot_picture(&self, asked: &Asked, id: SnapshotId) -> Result<(String, Vec<u8>), Failure> {
        let name = id.to_string();
        self.treat(asked, "snapshot.get", move |tx| Ok(tx.note_access(Kind::Snapshot, &name)?)).await?;
        let found = self.look(move |reader| reader.get::<Snapshot>(&id)).await?;
        let snapshot = found.ok_or(Refusal::NotFound { what: "snapshot" })?.record;
        match snapshot.state {
            SnapshotState::Kept => {}
            SnapshotState::Deleted { .. } => return Err(Refusal::from(SnapshotRefusal::Deleted).into()),
        }
        let store = self.store().clone();
        let picture = tokio::task::spawn_blocking(move || store.files().unseal(&id.to_string()))
            .await
            .map_err(|_| Failure::Bug)??;
        if sha256_hex(&picture) != snapshot.sha256 {
            return Err(store::FileFault::Damaged.into());
        }
        Ok((snapshot.media_type, picture))
    }

    /// Takes a picture out of the record, with a reason. The row stays, the file goes.
    pub async fn delete_snapshot(&self, asked: &Asked, request: DeleteSnapshotRequest) -> Result<Nothing, Failure> {
        let (by, id) = (asked.by.id, request.snapshot);
        self.treat(asked, "snapshot.delete", move |tx| {
            let found = tx.load::<Snapshot>(id)?;
            let deleted = found.record.delete(&request.reason, by, tx.at())?;
            Ok(tx.put(Some(&found), &deleted)?)
        })
        .await?;
        let store = self.store().clone();
        tokio::task::spawn_blocking(move || store.files().remove(&id.to_string()))
            .await
            .map_err(|_| Failure::Bug)??;
        Ok(Nothing {})
    }

    /// Removes files whose record says deleted, and what a crash left half written. A whole file without a record may
    /// belong to a record that a restored backup does not have: it is set aside, not removed.
    pub async fn sweep_files(&self) -> Result<usize, Failure> {
        let store = self.store().clone();
        tokio::task::spawn_blocking(move || {
            let mut swept = store.files().sweep_halves()?;
            for name in store.files().names()? {
                let snapshot = match name.parse::<SnapshotId>() {
                    Ok(id) => store.read_now(|reader| reader.get::<Snapshot>(&id))?,
                    Err(_) => None,
                };
                match snapshot.map(|found| found.record.state) {
                    Some(SnapshotState::Kept) => continue,
                    Some(SnapshotState::Deleted { .. }) => store.files().remove(&name)?,
                    None => {
                        store.files().set_aside(&name)?;
                        tracing::warn!("a sealed file belongs to no record and was set aside");
                    }
                }
                swept += 1;
            }
            Ok(swept)
        })
        .await
        .map_err(|_| Failure::Bug)?
    }
}

/// The patient of a visit that is in progress: pictures are taken in no other.
fn in_progress(tx: &mut Tx<'_>, encounter: EncounterId) -> Result<PatientId, Stop> {
    let visit = tx.load::<Encounter>(encounter)?.record;
    match visit.state {
        EncounterState::InProgress { .. } | EncounterState::OnLeave { .. } => Ok(visit.patient),
        EncounterState::Planned
        | EncounterState::Arrived { .. }
        | EncounterState::Triaged { .. }
        | EncounterState::Finished { .. }
        | EncounterState::Cancelled { .. }
        | EncounterState::EnteredInError { .. } => Err(EncounterRefusal::NotBegun.into()),
    }
}
