//! What the tests of the running engine need: a hub, a real browser, and a bad network.

#![allow(dead_code, reason = "each test binary uses its part")]

pub mod browser;
pub mod camera;
pub mod hub;
pub mod relay;
pub mod shaper;
pub mod stage;

use std::time::Duration;

/// Waits until something is true, and fails with what it was by then when that does not come.
pub async fn eventually<T, F: Future<Output = Result<T, String>>>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> F,
) -> T {
    let until = tokio::time::Instant::now() + within;
    loop {
        match look().await {
            Ok(value) => return value,
            Err(seen) if tokio::time::Instant::now() >= until => {
                panic!("{what} did not come within {within:?}: {seen}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
