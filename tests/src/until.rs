//! Waiting for what a person would see.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

/// After this a journey gives up. Far above what anything takes, also on a slow machine that does other things too.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How long to let the programs work before looking again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Looks until there is something, and gives it.
///
/// # Errors
/// Nothing was there at the deadline; the error names what was waited for and the last failure to look.
pub async fn until<T>(what: impl Into<String>, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    let mut last = None;
    while begun.elapsed() < DEADLINE {
        match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => last = None,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    let waited = format!("waited {} s in vain: {}", DEADLINE.as_secs(), what.into());
    Err(match last {
        Some(error) => error.context(waited),
        None => anyhow!(waited),
    })
}
