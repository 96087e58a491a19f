//! One source, any number of listeners: a camera feeds the call's encoders and the device check at once.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::MediaFault;
use super::sync::lock;

type Listener<T> = Arc<dyn Fn(Result<T, MediaFault>) + Send + Sync>;

/// Hands what a source makes to every listener, and each fault once.
pub(super) struct Feed<T> {
    inner: Mutex<Inner<T>>,
    /// Called when the first listener comes or the last one goes.
    on_demand: Box<dyn Fn() + Send + Sync>,
}

struct Inner<T> {
    listeners: Vec<(u64, Told, Listener<T>)>,
    next: u64,
    last: Option<Instant>,
}

/// Whether a listener knows of the present fault.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Yes,
    No,
}

impl<T: Clone> Feed<T> {
    pub(super) fn new(on_demand: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        let inner = Inner { listeners: Vec::new(), next: 0, last: None };
        Arc::new(Self { inner: Mutex::new(inner), on_demand: Box::new(on_demand) })
    }

    /// Listens until the subscription is dropped.
    pub(super) fn listen(
        self: &Arc<Self>,
        listener: impl Fn(Result<T, MediaFault>) + Send + Sync + 'static,
    ) -> Subscription<T> {
        let id = {
            let mut inner = lock(&self.inner);
            let id = inner.next;
            inner.next += 1;
            inner.listeners.push((id, Told::No, Arc::new(listener)));
            id
        };
        (self.on_demand)();
        Subscription { feed: self.clone(), id }
    }

    /// Whether anybody listens.
    pub(super) fn is_wanted(&self) -> bool {
        !lock(&self.inner).listeners.is_empty()
    }

    /// When something was published last.
    pub(super) fn last(&self) -> Option<Instant> {
        lock(&self.inner).last
    }

    /// Hands an item to everybody.
    pub(super) fn publish(&self, item: &T) {
        // The lock is not held while listeners run: one of them may end its own subscription.
        let listeners: Vec<_> = {
            let mut inner = lock(&self.inner);
            inner.last = Some(Instant::now());
            let told = inner.listeners.iter_mut().map(|(_, told, listener)| {
                *told = Told::No;
                listener.clone()
            });
            told.collect()
        };
        for listener in listeners {
            listener(Ok(item.clone()));
        }
    }

    /// Tells everybody who does not know yet that the source fails.
    pub(super) fn fail(&self, fault: &MediaFault) {
        let listeners: Vec<_> = {
            let mut inner = lock(&self.inner);
            let untold = inner.listeners.iter_mut().filter(|(_, told, _)| *told == Told::No);
            untold
                .map(|(_, told, listener)| {
                    *told = Told::Yes;
                    listener.clone()
                })
                .collect()
        };
        for listener in listeners {
            listener(Err(fault.clone()));
        }
    }
}

/// A listener's place. Dropping it ends it; a call under way may still come through.
pub(super) struct Subscription<T: Clone> {
    feed: Arc<Feed<T>>,
    id: u64,
}

impl<T: Clone> Drop for Subscription<T> {
    fn drop(&mut self) {
        lock(&self.feed.inner).listeners.retain(|(id, _, _)| *id != self.id);
        (self.feed.on_demand)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_once_until_something_flows_again() {
        let feed = Feed::<u32>::new(|| {});
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        let subscription = feed.listen(move |item| lock(&log).push(item.ok()));
        let fault = MediaFault::Missing { label: "Camera".into() };
        feed.fail(&fault);
        feed.fail(&fault);
        feed.publish(&1);
        feed.fail(&fault);
        feed.fail(&fault);
        assert_eq!(*lock(&heard), [None, Some(1), None]);
        drop(subscription);
        assert!(!feed.is_wanted());
        feed.publish(&2);
        assert_eq!(lock(&heard).len(), 3);
    }
}
