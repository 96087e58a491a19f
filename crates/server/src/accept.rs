//! Accepting connections, each with a limit on how long the head of a request may take.
//!
//! `axum::serve` has no such limit, so a peer that sends its head a byte at a time would hold a connection for ever.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long the head of a request may take, and how long a connection may wait for its next request.
const HEAD_WITHIN: Duration = Duration::from_secs(20);
/// How long to wait before the next try when a connection cannot be accepted: the program has no file handles left.
const BREATH: Duration = Duration::from_millis(200);

/// Accepts connections until the server ends. Each connection then finishes the request that it is in.
pub async fn connections(listener: TcpListener, routes: Router, mut ended: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = over(&mut ended) => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, routes.clone(), ended.clone()));
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// Waits until the server ends.
pub async fn over(ended: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is its end as well.
    let _ = ended.wait_for(|end| *end).await;
}

async fn connection(stream: TcpStream, routes: Router, mut ended: watch::Receiver<bool>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let service = TowerToHyperService::new(routes);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let done = tokio::select! {
        done = connection.as_mut() => done,
        () = over(&mut ended) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(error = %error, "a connection ended out of order");
    }
}
