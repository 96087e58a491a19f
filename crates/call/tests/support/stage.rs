//! Serves the page of the tests to a browser, and lets the test speak to it: JavaScript in, its value out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;

const PAGE: &str = include_str!("page.html");

/// One page in one browser.
pub struct Stage {
    /// Where the browser finds the page.
    pub url: String,
    asks: Mutex<mpsc::Receiver<mpsc::UnboundedSender<Ask>>>,
    page: Mutex<Option<mpsc::UnboundedSender<Ask>>>,
}

type Ask = (String, oneshot::Sender<Value>);

impl Stage {
    /// Waits for a browser.
    pub async fn start() -> Arc<Self> {
        let page = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let control = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = control.local_addr().expect("bound").port();
        let url = format!("http://{}/?control={port}", page.local_addr().expect("bound"));
        tokio::spawn(async move {
            loop {
                let Ok((mut stream, _)) = page.accept().await else {
                    continue;
                };
                tokio::spawn(async move {
                    let mut request = [0; 4_096];
                    let _ = stream.read(&mut request).await;
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        PAGE.len()
                    );
                    let _ = stream.write_all(format!("{head}{PAGE}").as_bytes()).await;
                });
            }
        });
        let (arrived, asks) = mpsc::channel(4);
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = control.accept().await else {
                    continue;
                };
                let arrived = arrived.clone();
                tokio::spawn(async move {
                    let socket = tokio_tungstenite::accept_async(stream).await.expect("the page speaks WebSocket");
                    let (asks, inbox) = mpsc::unbounded_channel();
                    let _ = arrived.send(asks).await;
                    converse(socket, inbox).await;
                });
            }
        });
        Arc::new(Self { url, asks: Mutex::new(asks), page: Mutex::new(None) })
    }

    /// Waits for a page: the first one, or a reloaded one.
    pub async fn page(&self) {
        let asks = tokio::time::timeout(Duration::from_secs(30), async { self.asks.lock().await.recv().await }).await;
        *self.page.lock().await = Some(asks.expect("a page opens within 30 seconds").expect("the stage stands"));
    }

    /// Runs JavaScript in the page (the body of an async function) and gives what it returns.
    pub async fn run(&self, code: &str) -> Value {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        ASKED.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let page = self.page.lock().await.clone().expect("a page is there");
        page.send((code.to_owned(), answer)).expect("the page listens");
        let value = tokio::time::timeout(Duration::from_secs(20), answered).await;
        let value = value.unwrap_or_else(|_| panic!("the page did not answer: {code}")).expect("the page lives");
        assert!(value.get("error").is_none(), "{code}: {value}");
        value.get("value").cloned().unwrap_or(Value::Null)
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        let page = self.page.lock().await.take().expect("a page is there");
        let (answer, _) = oneshot::channel();
        page.send(("location.reload()".to_owned(), answer)).expect("the page listens");
        self.page().await;
    }
}

async fn converse(
    mut socket: tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>,
    mut inbox: mpsc::UnboundedReceiver<Ask>,
) {
    let mut open: std::collections::BTreeMap<u64, oneshot::Sender<Value>> = std::collections::BTreeMap::new();
    let mut number = 0;
    loop {
        tokio::select! {
            ask = inbox.recv() => {
                let Some((code, answer)) = ask else { return };
                number += 1;
                open.insert(number, answer);
                let text = serde_json::json!({"id": number, "code": code}).to_string();
                if socket.send(Message::text(text)).await.is_err() { return }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let value: Value = serde_json::from_str(&text).expect("the page speaks JSON");
                    if let Some(answer) = value["id"].as_u64().and_then(|id| open.remove(&id)) {
                        let _ = answer.send(value);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            }
        }
    }
}
