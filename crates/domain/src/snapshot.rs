//! A snapshot: one picture kept from a call.
//!
//! ```text
//!  Kept ── Delete(why) ──> Deleted
//! ```

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{EncounterId, PatientId, SnapshotId, UserId};
use crate::{Phi, Timestamp};

/// Largest snapshot, in bytes: a full-HD picture without loss has about 3 MB.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// One picture kept from a call. The picture itself is a sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The visit.
    pub encounter: EncounterId,
    /// The patient.
    pub patient: PatientId,
    /// Who took it.
    pub taken_by: UserId,
    /// When.
    pub taken_at: Timestamp,
    /// `image/png` or `image/jpeg`, as its first bytes say.
    pub media_type: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Bytes of the picture.
    pub bytes: u64,
    /// SHA-256 of the picture, as hexadecimal.
    pub sha256: String,
    /// Where it stands.
    pub state: SnapshotState,
}

/// Where a snapshot stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SnapshotState {
    /// Part of the record.
    Kept,
    /// Taken out of the record; the picture is gone, this row stays.
    Deleted {
        /// When.
        at: Timestamp,
        /// By whom.
        by: UserId,
        /// Why.
        reason: Phi<String>,
    },
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotRefusal {
    /// The patient did not agree.
    #[error("A snapshot needs the patient's agreement.")]
    NoConsent,
    /// Not a picture that can be kept.
    #[error("Only PNG and JPEG pictures can be kept.")]
    NotAPicture,
    /// Too large.
    #[error("The picture is larger than 10 MB.")]
    TooLarge,
    /// A reason is needed.
    #[error("A reason is needed.")]
    NoReason,
    /// It was deleted.
    #[error("This snapshot was deleted.")]
    Deleted,
}

impl SnapshotRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConsent => "snapshot.no_consent",
            Self::NotAPicture => "snapshot.not_a_picture",
            Self::TooLarge => "snapshot.too_large",
            Self::NoReason => "snapshot.no_reason",
            Self::Deleted => "snapshot.deleted",
        }
    }
}

impl Snapshot {
    /// Takes the picture out of the record.
    pub fn delete(&self, reason: &Phi<String>, by: UserId, at: Timestamp) -> Result<Self, SnapshotRefusal> {
        match self.state {
            SnapshotState::Deleted { .. } => Err(SnapshotRefusal::Deleted),
            SnapshotState::Kept if reason.trim().is_empty() => Err(SnapshotRefusal::NoReason),
            SnapshotState::Kept => {
                let state = SnapshotState::Deleted { at, by, reason: Phi::new(reason.trim().to_owned()) };
                Ok(Self { state, ..self.clone() })
            }
        }
    }
}

/// What a picture's first bytes say it is, with its size in pixels.
pub fn sniff(bytes: &[u8]) -> Result<(&'static str, (u32, u32)), SnapshotRefusal> {
    if bytes.len() > LARGEST {
        return Err(SnapshotRefusal::TooLarge);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(8..16) == Some(b"\0\0\0\x0dIHDR") {
        let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        if let (Some(width @ 1..), Some(height @ 1..)) = (number(16), number(20)) {
            return Ok(("image/png", (width, height)));
        }
    }
    if bytes.starts_with(b"\xff\xd8\xff")
        && let Some(size) = jpeg_size(bytes)
    {
        return Ok(("image/jpeg", size));
    }
    Err(SnapshotRefusal::NotAPicture)
}

/// Walks the segments of a JPEG (ITU-T T.81 §B.1) to the frame header, which holds the size. A picture whose scan
/// begins before its frame, or whose frame has no size, cannot be shown.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let &[0xff, marker] = bytes.get(at..at + 2)?.first_chunk::<2>()? else { return None };
        at += match marker {
            // Any marker may have fill bytes before it.
            0xff => 1,
            // A frame header.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [h1, h0, w1, w0] = *bytes.get(at + 5..at + 9)?.first_chunk::<4>()?;
                let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
                return (width > 0 && height > 0).then_some((width.into(), height.into()));
            }
            // Markers without a segment, a second start, the end, the scan: none of them stands before a frame.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            _ => 2 + usize::from(u16::from_be_bytes(*bytes.get(at + 2..at + 4)?.first_chunk()?)),
        };
    }
}
