//! Why something did not work, and how that is told to a screen.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::refusal::Refusal;
use store::{FileFault, StoreFault, WriteFault};

use crate::api::error::{ApiError, Code};

/// Why something did not work. Refusals are expected; faults are logged once, where they become an [`ApiError`].
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// A command panicked.
    #[error("a bug")]
    Bug,
    /// A sealed file failed.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// The message could not be read.
    #[error("the message could not be read")]
    BadRequest,
    /// Something of this computer failed, told in words for a person.
    #[error("{0}")]
    Device(String),
}

impl From<WriteFault> for Failure {
    fn from(fault: WriteFault) -> Self {
        match fault {
            WriteFault::Refused(refusal) => Self::Refused(refusal),
            WriteFault::Fault(fault) => Self::Store(fault),
            WriteFault::Bug => Self::Bug,
        }
    }
}

impl Failure {
    /// What a person is told, with a request id of its own.
    pub fn told(self) -> ApiError {
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        self.tell(&format!("r{}", REQUESTS.fetch_add(1, Ordering::Relaxed)))
    }

    /// Writes the fault to the log, where nobody waits for an answer.
    pub fn report(self) {
        self.told();
    }

    /// What the screen is told. A fault is written to the log with the same request id.
    fn tell(self, request_id: &str) -> ApiError {
        let (code, message) = match &self {
            Self::Refused(refusal @ Refusal::Stale) => (Code::Stale, refusal.to_string()),
            Self::Refused(refusal @ Refusal::NotFound { .. }) => (Code::NotFound, refusal.to_string()),
            Self::Refused(refusal) => (Code::Refused, refusal.to_string()),
            Self::NotSignedIn => (Code::SignIn, "Please sign in first.".to_owned()),
            Self::WrongPassword => (Code::SignIn, "This password does not match.".to_owned()),
            Self::BadRequest => (Code::BadRequest, "This could not be understood. Nothing was changed.".to_owned()),
            Self::Device(words) => (Code::Fault, words.clone()),
            Self::Store(StoreFault::DiskFull) | Self::File(FileFault::DiskFull) => (
                Code::DiskFull,
                "Not saved: the disk is full. What was saved before is safe. Free some space, then try again."
                    .to_owned(),
            ),
            Self::Store(StoreFault::Damaged(_)) => (
                Code::Fault,
                "The store on this computer is damaged, so nothing more is written to it. Restore it from a backup."
                    .to_owned(),
            ),
            Self::File(FileFault::Missing) => {
                (Code::Fault, "The picture's file is missing on this computer.".to_owned())
            }
            Self::File(FileFault::Damaged) => (
                Code::Fault,
                "The picture's file is damaged and is not shown. The rest of the record is safe.".to_owned(),
            ),
            Self::Store(StoreFault::Sqlite(_) | StoreFault::Body { .. } | StoreFault::Closed)
            | Self::File(FileFault::Io(_)) => (
                Code::Fault,
                "This could not be saved or read. What was saved before is safe. Please try again.".to_owned(),
            ),
            Self::Bug | Self::Store(StoreFault::Panicked) => {
                (Code::Internal, "Something went wrong inside. Nothing was changed.".to_owned())
            }
        };
        let reason = match &self {
            Self::Refused(refusal) => Some(refusal.code().to_owned()),
            _ => {
                log(&self, request_id);
                None
            }
        };
        ApiError { code, reason, message, request_id: request_id.to_owned() }
    }
}

fn log(failure: &Failure, request_id: &str) {
    let mut chain = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        source = error.source();
    }
    tracing::warn!(request.id = request_id, fault = chain, "a request failed");
}
