//! Notices that this computer's addresses changed: a cable pulled, another wireless network, a VPN.

use std::collections::BTreeSet;
use std::time::Duration;

use rtc::shared::ifaces::ifaces;
use tokio::sync::watch;

/// How often the addresses are looked at. Asking for an ICE restart two seconds after a change is sooner than the
/// path would be noticed to be dead.
const LOOK: Duration = Duration::from_secs(2);

/// Changes with each change of the addresses. The task ends when nobody listens any more.
pub fn watch() -> watch::Receiver<u64> {
    let (changes, receiver) = watch::channel(0);
    tokio::spawn(async move {
        let mut known = addresses().await;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = changes.closed() => return,
            }
            let now = addresses().await;
            // An empty list is a computer without network, where there is nothing to restart on.
            if now != known && !now.is_empty() {
                changes.send_modify(|count| *count += 1);
            }
            known = now;
        }
    });
    receiver
}

async fn addresses() -> BTreeSet<String> {
    let look = || match ifaces() {
        Ok(found) => found
            .into_iter()
            .filter_map(|face| face.addr)
            .filter(|addr| !addr.ip().is_loopback())
            .map(|addr| addr.ip().to_string())
            .collect(),
        Err(_) => BTreeSet::new(),
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}
