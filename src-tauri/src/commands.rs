//! What the page may call: one command for words, three for bytes.

use std::time::Duration;

use app::api::error::{ApiError, Code};
use app::console::Console;
use domain::id::{EncounterId, IdempotencyKey, SnapshotId};
use serde_json::Value;
use tauri::State;
use tauri::ipc::{InvokeBody, Request, Response};

/// One command of the list in `app::api::commands`.
#[tauri::command]
pub async fn rpc(
    console: State<'_, Console>,
    cmd: String,
    payload: Value,
    key: Option<IdempotencyKey>,
) -> Result<Value, ApiError> {
    console.rpc(&cmd, payload, key).await
}

/// Encoded pictures, as raw bytes in the layout of `call::frames`: as soon as there is one, or none after the wait.
#[tauri::command]
pub async fn frames(console: State<'_, Console>, streams: Vec<(u32, u64)>, wait_ms: u64) -> Result<Response, ApiError> {
    let frames = console.frames(streams, Duration::from_millis(wait_ms)).await;
    frames.map(Response::new).map_err(|failure| failure.told())
}

/// Keeps a picture of the call: the picture as the raw body, what it belongs to in headers.
#[tauri::command]
pub async fn keep_snapshot(console: State<'_, Console>, request: Request<'_>) -> Result<SnapshotId, ApiError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let unreadable = || ApiError {
        code: Code::BadRequest,
        reason: None,
        message: "The picture could not be read. Nothing was changed.".to_owned(),
        request_id: "snapshot".to_owned(),
    };
    let InvokeBody::Raw(picture) = request.body() else { return Err(unreadable()) };
    let encounter: EncounterId = header("x-encounter").and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    let agreed = header("x-consent") == Some("given");
    console.keep_snapshot(encounter, agreed, picture.clone()).await.map_err(|failure| failure.told())
}

/// A kept picture, as raw bytes.
#[tauri::command]
pub async fn snapshot_bytes(console: State<'_, Console>, snapshot: SnapshotId) -> Result<Response, ApiError> {
    let picture = console.snapshot_picture(snapshot).await;
    picture.map(|(_, bytes)| Response::new(bytes)).map_err(|failure| failure.told())
}
