//! Closing the window: the page is asked first, since only it knows what is typed but not yet on disk.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tauri::{Emitter, Manager, State, Window, WindowEvent};
use tokio::sync::oneshot;

/// A page that has not answered by then hangs: a window that cannot be closed would help nobody.
const DEADLINE: Duration = Duration::from_secs(5);

/// The question that the page has not answered yet.
#[derive(Default)]
pub struct Closing {
    asked: Mutex<Option<oneshot::Sender<()>>>,
}

impl Closing {
    fn ask(&self) -> Option<oneshot::Receiver<()>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        // One question at a time: pressing again does not give a page that hangs more time.
        if asked.is_some() {
            return None;
        }
        let (answer, answered) = oneshot::channel();
        *asked = Some(answer);
        Some(answered)
    }

    fn answer(&self) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        // An answer that comes when nobody asks any more says nothing new.
        if let Some(Err(())) = asked.map(|answer| answer.send(())) {
            tracing::debug!("the page answered after the deadline");
        }
    }
}

/// Keeps the window open and asks the page, by the event `closing`, which answers with [`close_window`].
pub fn ask_the_page(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    api.prevent_close();
    let Some(answered) = window.state::<Closing>().ask() else { return };
    if let Err(error) = window.emit("closing", ()) {
        tracing::warn!(error = %error, "the page could not be asked whether the window may close");
    }
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        if tokio::time::timeout(DEADLINE, answered).await.is_err() {
            tracing::warn!("the page did not answer; the window is closed, and what was not saved is lost");
            destroy(&window);
        }
    });
}

/// The page's answer: everything is saved or given up, or the person is being asked and the window stays.
#[tauri::command]
pub fn close_window(window: Window, closing: State<'_, Closing>, close: bool) {
    closing.answer();
    if close {
        destroy(&window);
    }
}

fn destroy(window: &Window) {
    if let Err(error) = window.destroy() {
        tracing::error!(error = %error, "the window cannot be closed");
    }
}
