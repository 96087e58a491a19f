//! Named points of the write path at which a test can end the process, to prove that a kill there loses nothing.

/// A point of the write path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The schema is being made or changed: before and after each of its transactions, and inside.
    Migrating,
    /// The transaction is open, nothing is written.
    Begun,
    /// A record's table row is written, its journal row is not.
    TableWritten,
    /// Table, journal and deliveries are written, the transaction is not committed.
    BeforeCommit,
    /// The commit is on disk, nobody has been told.
    AfterCommit,
    /// A sealed file is written under its temporary name.
    FileWritten,
    /// A sealed file has its name; the record that names it is not written.
    FileNamed,
}

impl Point {
    /// All points, for a test that visits each.
    pub const ALL: [Self; 7] = [
        Self::Migrating,
        Self::Begun,
        Self::TableWritten,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::FileWritten,
        Self::FileNamed,
    ];

    /// The point's name in `ROUNDS_CRASH_AT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Migrating => "migrating",
            Self::Begun => "begun",
            Self::TableWritten => "table-written",
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "after-commit",
            Self::FileWritten => "file-written",
            Self::FileNamed => "file-named",
        }
    }
}

/// Ends the process without any clean-up when the environment says `ROUNDS_CRASH_AT=<name>:<n>` and this is the
/// n-th time that the point is reached.
#[cfg(feature = "fault-points")]
pub(crate) fn reach(point: Point) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static REACHED: [AtomicU64; Point::ALL.len()] = [const { AtomicU64::new(0) }; Point::ALL.len()];
    let Ok(wanted) = std::env::var("ROUNDS_CRASH_AT") else { return };
    let count = REACHED[point as usize].fetch_add(1, Ordering::Relaxed) + 1;
    if wanted == format!("{}:{count}", point.name()) {
        std::process::abort();
    }
}

#[cfg(not(feature = "fault-points"))]
#[inline(always)]
pub(crate) fn reach(_point: Point) {}
