//! Peers that are slow or silent, in a time that is only as long as the server's own deadlines: the clock of the
//! runtime stands still and jumps to the next deadline whenever nothing else is to be done.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{pause, timeout};

use crate::client::{Heard, Socket, answer};
use crate::stage::Stage;

/// Longer than any deadline of the server.
const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let stage = Stage::empty().await;
    let mut stream = TcpStream::connect(stage.address()).await.unwrap();
    stream.write_all(b"POST /probe HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nonly this").await.unwrap();
    pause();
    let answer = timeout(LONG, answer(&mut stream)).await.expect("the server gives up first");
    assert_eq!(answer.status, 408);
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    let stage = Stage::empty().await;
    let mut stream = TcpStream::connect(stage.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    pause();
    let mut rest = Vec::new();
    let read = timeout(LONG, tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest)).await;
    read.expect("the server gives up first").expect("and closes in order");
}

#[tokio::test]
async fn a_socket_that_never_says_hello_is_closed() {
    let stage = Stage::empty().await;
    let mut socket = Socket::open(stage.address()).await;
    pause();
    let heard = timeout(LONG, socket.hear_without_deadline()).await.expect("the hub gives up first");
    assert_eq!(heard, Heard::End(true));
}

#[tokio::test]
async fn a_socket_that_falls_silent_is_closed() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = stage.waiting(&visit).await;
    pause();
    let heard = timeout(LONG, patient.hear_without_deadline()).await.expect("the hub gives up first");
    assert_eq!(heard, Heard::End(true));
}

#[tokio::test]
async fn an_unfinished_request_does_not_keep_the_server_from_ending() {
    let stage = Stage::empty().await;
    let mut head = TcpStream::connect(stage.address()).await.unwrap();
    head.write_all(b"GET /healthz HTTP/1.1\r\nhost: x").await.unwrap();
    let mut body = TcpStream::connect(stage.address()).await.unwrap();
    body.write_all(b"POST /probe HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nonly this").await.unwrap();
    let _silent = Socket::open(stage.address()).await;
    pause();
    timeout(LONG, stage.serving.end()).await.expect("the server ends");
}
