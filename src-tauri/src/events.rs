//! What the page is told without asking.

use app::api::{Changed, Topic};
use app::console::{Console, ConsoleEvent};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// Passes the console's events on to the page, until the console is gone.
pub fn pass_on(console: &Console, app: AppHandle) {
    let mut events = console.listen();
    tauri::async_runtime::spawn(async move {
        loop {
            let told = match events.recv().await {
                Ok(ConsoleEvent::Changed(changed)) => app.emit("changed", changed),
                Ok(ConsoleEvent::Tick(tick)) => app.emit("tick", tick),
                Ok(ConsoleEvent::Call(call)) => app.emit("call", call),
                Ok(ConsoleEvent::Preview(preview)) => app.emit("preview", preview),
                // Too much at once for the page: it reads everything again.
                Err(RecvError::Lagged(_)) => {
                    app.emit("changed", Changed { seq: 0, topics: Topic::ALL.to_vec(), ids: Vec::new() })
                }
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = told {
                tracing::warn!(error = %error, "the page could not be told of a change");
            }
        }
    });
}
