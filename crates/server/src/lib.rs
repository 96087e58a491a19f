//! The practice server: what patients, guests and consoles reach over HTTP.
//!
//! - `GET /join/{token}`: the join page; `/join-assets/…`: its files, built into the program.
//! - `GET /signal`: the signalling WebSocket, whose words are `call::signal`.
//! - `GET /probe`, `POST /probe`: what the network check measures with.
//! - `GET /healthz`: whether the store answers.
//!
//! The console embeds it and binds the loopback; `rounds-server` is the same library as a program.

mod accept;
mod hub;
pub mod ice;
mod join_page;
mod probe;

use std::net::SocketAddr;
use std::time::Duration;

use app::Rounds;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tower_http::timeout::TimeoutLayer;

use crate::hub::Hub;
use crate::ice::IceSettings;

/// A request that takes longer is given up. A WebSocket is one request until it is opened.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// How long running requests and sockets may take to end with the server.
const GRACE: Duration = Duration::from_secs(5);

/// A running server. Dropping it ends the server.
pub struct Serving {
    address: SocketAddr,
    end: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: sockets are closed in order, running requests are finished. What does not end in time is cut off.
    pub async fn end(mut self) {
        // Nobody listens where everything has ended already.
        let _ = self.end.send(true);
        let ended = async {
            if (&mut self.task).await.is_err() {
                tracing::error!("the server ended in a panic");
            }
            // Every connection and every socket holds a receiver until it is closed.
            self.end.closed().await;
        };
        if timeout(GRACE, ended).await.is_err() {
            tracing::info!("connections that did not end in time were cut off");
            self.task.abort();
        }
    }

    /// Waits until it ends by itself.
    pub async fn finished(mut self) {
        if (&mut self.task).await.is_err() {
            tracing::error!("the server ended in a panic");
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.end.send(true);
    }
}

/// Serves a practice on a listener until it is ended.
pub fn serve(rounds: Rounds, listener: TcpListener, ice: IceSettings) -> std::io::Result<Serving> {
    let address = listener.local_addr()?;
    let (end, ended) = watch::channel(false);
    let hub = Hub::start(rounds.clone(), ice, ended.clone());
    let task = tokio::spawn(accept::connections(listener, routes(rounds, hub), ended));
    Ok(Serving { address, end, task })
}

fn routes(rounds: Rounds, hub: Hub) -> Router {
    Router::new()
        .route("/healthz", get(health).with_state(rounds))
        .route("/join/{token}", get(join_page::page))
        .route("/join-assets/{*path}", get(join_page::asset))
        .route("/probe", get(probe::down).post(probe::up))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT))
        .route("/signal", get(hub::upgrade).with_state(hub))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.") })
        .layer(middleware::map_response(guarded))
}

async fn health(State(rounds): State<Rounds>) -> Response {
    match rounds.practice().await {
        Ok(practice) => Json(serde_json::json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "practice": practice.is_some(),
        }))
        .into_response(),
        Err(failure) => {
            failure.report();
            (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({ "status": "store unavailable" })))
                .into_response()
        }
    }
}

/// Headers that every answer carries: nothing is framed, sniffed, stored or told to the next site.
async fn guarded(mut response: Response) -> Response {
    const GUARDS: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in GUARDS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
