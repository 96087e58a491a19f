//! What the network check measures with: bytes from here, and a sink for bytes to here.

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::Deserialize;

/// Most bytes in one direction.
const MOST: usize = 1024 * 1024;

/// How many bytes are wanted.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    bytes: usize,
}

/// Bytes that do not compress, so that what is measured is the line.
pub async fn down(Query(wanted): Query<Wanted>) -> Response {
    let mut bytes = vec![0u8; wanted.bytes.min(MOST)];
    if getrandom::fill(&mut bytes).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    ([(header::CONTENT_TYPE, "application/octet-stream")], Bytes::from(bytes)).into_response()
}

/// Swallows what comes, without ever holding it. More than the most is cut off while it arrives.
pub async fn up(body: Body) -> StatusCode {
    let mut chunks = body.into_data_stream();
    let mut taken = 0;
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else { return StatusCode::BAD_REQUEST };
        taken += chunk.len();
        if taken > MOST {
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
    }
    StatusCode::NO_CONTENT
}
