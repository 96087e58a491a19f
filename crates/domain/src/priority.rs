//! How urgent a visit is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How urgent a visit is. Sorts with the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Now.
    Emergency,
    /// Before the others.
    Urgent,
    /// In turn.
    Routine,
}
