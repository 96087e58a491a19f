//! Locks that outlive a panicking holder, and named threads.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::MediaFault;

/// Locks. Media state is refreshed by the next frame anyhow, so a holder that panicked does not take the call down.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a thread.
///
/// # Errors
/// `Component` when the system gives no thread.
pub(super) fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, MediaFault> {
    Builder::new()
        .name(format!("media-{name}"))
        .spawn(body)
        .map_err(|e| MediaFault::Component { component: format!("a thread for {name}: {e}") })
}
