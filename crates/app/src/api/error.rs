//! What a screen is told when something did not work.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An answer that is not the wished one. The message is for people: what happened, what was kept, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What a program branches on.
    pub code: Code,
    /// The refusal's stable word, where it is a refusal: `encounter.already_admitted`.
    pub reason: Option<String>,
    /// For people. Never patient data.
    pub message: String,
    /// Finds the fault in the log.
    pub request_id: String,
}

/// The families of answers that a screen treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The rules say no. Nothing was changed.
    Refused,
    /// Changed meanwhile by somebody else. Nothing was changed.
    Stale,
    /// Nobody is signed in, or the password is wrong.
    SignIn,
    /// Not there.
    NotFound,
    /// The message could not be read.
    BadRequest,
    /// The disk is full: nothing was changed, everything saved before is safe.
    DiskFull,
    /// The store, the network or a device failed. Nothing was changed.
    Fault,
    /// A bug. The rest of the program goes on.
    Internal,
}
