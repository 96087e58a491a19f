//! The join page and its files, built into the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

/// What `npm run build` makes of `ui/join.html`.
#[derive(RustEmbed)]
#[folder = "../../ui/dist/join"]
#[allow_missing = true]
struct Files;

/// Nothing runs on the page but its own script, and it talks to nobody but this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The page is the same for every token: whether a token is good is told over the socket, to the device that asks.
pub async fn page() -> Response {
    let Some(page) = Files::get("join.html") else {
        tracing::error!("this program was built without the join page: run `npm run build` in ui/ before it is built");
        return (StatusCode::INTERNAL_SERVER_ERROR, "The page is missing from this server.").into_response();
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(self), display-capture=()"),
    ];
    (headers, Html(page.data.into_owned())).into_response()
}

/// A file of the page. Its name holds a hash of its content, so a browser may keep it for a year.
pub async fn asset(Path(path): Path<String>) -> Response {
    let Some(file) = Files::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let headers =
        [(header::CONTENT_TYPE, media_type(&path)), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data.into_owned()).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wav") => "audio/wav",
        Some("ogg") => "audio/ogg",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
