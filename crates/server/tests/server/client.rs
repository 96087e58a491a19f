//! A signalling socket and an HTTP request, as bare as they can be.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long anything may take that must come. Nothing is measured by it.
const DEADLINE: Duration = Duration::from_secs(10);

/// A signalling socket.
pub struct Socket(pub WebSocketStream<TcpStream>);

/// What came over a socket.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Word(Value),
    /// The socket has ended; true when it said so with a close frame.
    End(bool),
}

impl Socket {
    pub async fn open(server: SocketAddr) -> Self {
        Self::with_origin(server, None).await.expect("a socket opens")
    }

    pub async fn with_origin(server: SocketAddr, origin: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{server}/signal").into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let stream = TcpStream::connect(server).await.expect("the server listens");
        Ok(Self(client_async(request, stream).await?.0))
    }

    /// Opens a socket and says hello.
    pub async fn hello(server: SocketAddr, token: &str, device: &str, incarnation: &str) -> Self {
        let mut socket = Self::open(server).await;
        socket.say(hello(token, device, incarnation)).await;
        socket
    }

    pub async fn say(&mut self, word: Value) {
        self.send(Message::text(word.to_string())).await.expect("the socket is open");
    }

    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    pub async fn hear(&mut self) -> Heard {
        timeout(DEADLINE, self.hear_without_deadline()).await.expect("nothing came within the deadline")
    }

    pub async fn hear_without_deadline(&mut self) -> Heard {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Word(serde_json::from_str(&text).expect("the hub says JSON"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_))) => return Heard::End(true),
                Some(Ok(other)) => panic!("not a word: {other:?}"),
                Some(Err(_)) | None => return Heard::End(false),
            }
        }
    }

    /// The next word.
    pub async fn word(&mut self) -> Value {
        match self.hear().await {
            Heard::Word(word) => word,
            Heard::End(_) => panic!("the socket has ended"),
        }
    }

    /// The next word, which must be of this type.
    pub async fn next(&mut self, kind: &str) -> Value {
        let word = self.word().await;
        assert_eq!(word["type"], kind, "{word}");
        word
    }

    /// Hears on until this word comes.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let word = self.word().await;
            if fits(&word) {
                return word;
            }
        }
    }

    /// Everything that is said until the socket ends in order.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut words = Vec::new();
        loop {
            match self.hear().await {
                Heard::Word(word) => words.push(word),
                Heard::End(in_order) => {
                    assert!(in_order, "the socket broke instead of closing, after {words:?}");
                    return words;
                }
            }
        }
    }

    /// Says a beat and gives everything that was said before its answer: what the hub had to say until now.
    pub async fn so_far(&mut self) -> Vec<Value> {
        self.say(json!({ "type": "beat" })).await;
        let mut words = Vec::new();
        loop {
            let word = self.word().await;
            if word["type"] == "beat" {
                return words;
            }
            words.push(word);
        }
    }
}

pub fn hello(token: &str, device: &str, incarnation: &str) -> Value {
    json!({ "type": "hello", "token": token, "device": device, "protocol": 1, "incarnation": incarnation })
}

/// The answer to an HTTP request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub async fn get(server: SocketAddr, path: &str) -> Answer {
    request(server, format!("GET {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n\r\n").as_bytes()).await
}

/// Sends these bytes and reads to the end of the connection.
pub async fn request(server: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server).await.expect("the server listens");
    let (mut from, mut to) = stream.split();
    // A server that refuses a body in the middle may close before it is all sent: the answer tells.
    let (_, answer) = tokio::join!(to.write_all(bytes), timeout(DEADLINE, answer(&mut from)));
    answer.expect("no answer within the deadline")
}

/// Reads an answer to the end of the connection, however it ends.
pub async fn answer(from: &mut (impl AsyncReadExt + Unpin)) -> Answer {
    let mut all = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        all.extend_from_slice(&buffer[..count]);
    }
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).expect("a status");
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Answer { status, headers: headers.collect(), body: all[end + 4..].to_vec() }
}
