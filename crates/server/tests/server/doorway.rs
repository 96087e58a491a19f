//! Every way to be refused at the first word.

use app::api::encounter::LinkRequest;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::{Socket, hello};
use crate::stage::{DEVICE, Stage};

/// All that is said to somebody whose first word is this, until the socket is closed.
async fn answer(stage: &Stage, first: Value) -> Vec<Value> {
    let mut socket = Socket::open(stage.address()).await;
    socket.say(first).await;
    socket.rest().await
}

fn refused(because: &str) -> Vec<Value> {
    vec![json!({ "type": "refused", "reason": { "because": because } })]
}

#[tokio::test]
async fn a_bad_link_is_refused() {
    let (stage, elsewhere) = (Stage::sample().await, Stage::sample().await);
    let (visit, foreign) = (stage.visit("Ostrander").await, elsewhere.visit("Ostrander").await);
    let mut forged = visit.token.clone().into_bytes();
    forged[0] = if forged[0] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for token in ["", "nonsense", "%00", &forged, &foreign.token, &visit.token[..63], &"A".repeat(10_000)] {
        assert_eq!(answer(&stage, hello(token, DEVICE, "page-1")).await, refused("bad_link"), "{token}");
    }
    for device in ["", "short", &"f".repeat(200)] {
        assert_eq!(answer(&stage, hello(&visit.token, device, "page-1")).await, refused("bad_link"));
    }
}

#[tokio::test]
async fn anything_but_a_hello_is_refused() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    for first in [
        json!({ "type": "beat" }),
        json!({ "type": "identify", "name": visit.name, "birth_date": "1984-03-05" }),
        json!({ "type": "hello" }),
        json!({ "type": "hello", "token": 7, "device": DEVICE, "protocol": 1, "incarnation": "x" }),
        json!({ "type": "hello", "token": visit.token, "device": DEVICE, "protocol": -1, "incarnation": "x" }),
        json!([visit.token]),
        json!(null),
    ] {
        assert_eq!(answer(&stage, first).await, refused("bad_link"));
    }
    for message in [Message::text("{"), Message::binary(vec![0xff, 0xfe, 0]), Message::Close(None)] {
        let mut socket = Socket::open(stage.address()).await;
        socket.send(message).await.unwrap();
        assert!(socket.rest().await.iter().all(|word| word["type"] == "refused"));
    }
}

#[tokio::test]
async fn a_ping_before_the_hello_is_no_word() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut socket = Socket::open(stage.address()).await;
    socket.send(Message::Ping("are you there".into())).await.unwrap();
    socket.say(hello(&visit.token, DEVICE, "page-1")).await;
    socket.next("welcome").await;
}

#[tokio::test]
async fn another_device_is_refused_and_the_first_goes_on() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut first = stage.waiting(&visit).await;
    let other = "ffffffffffffffffffffffffffffffff";
    assert_eq!(answer(&stage, hello(&visit.token, other, "page-1")).await, refused("other_device"));
    assert!(first.so_far().await.is_empty(), "the first one hears nothing of it");
    let request = LinkRequest { encounter: visit.encounter, renew: true };
    let link = stage.rounds.link(&stage.clinician().await, request).await.unwrap();
    let token = link.url.rsplit_once('/').unwrap().1;
    let mut socket = Socket::hello(stage.address(), token, other, "page-1").await;
    assert_eq!(socket.next("welcome").await["step"]["at"], "identify");
    assert_eq!(first.rest().await.last().unwrap()["step"], json!({ "at": "over", "why": "removed" }));
}

#[tokio::test]
async fn an_expired_link_a_newer_protocol_and_a_closed_store_say_what_they_are() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut newer = hello(&visit.token, DEVICE, "page-1");
    newer["protocol"] = json!(2);
    assert_eq!(answer(&stage, newer).await, refused("protocol"));
    stage.advance(12 * 3600 + 1);
    assert_eq!(answer(&stage, hello(&visit.token, DEVICE, "page-1")).await, refused("expired"));
    let visit = stage.visit("Pell").await;
    stage.rounds.store().close();
    assert_eq!(answer(&stage, hello(&visit.token, DEVICE, "page-1")).await, refused("unavailable"));
}

#[tokio::test]
async fn a_visit_that_is_over_says_so_and_closes() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let _patient = stage.waiting(&visit).await;
    stage.admit(&visit).await;
    stage.finish(&visit).await;
    let words = answer(&stage, hello(&visit.token, DEVICE, "page-2")).await;
    let over = json!({ "at": "over", "why": "finished" });
    assert_eq!((&words[0]["type"], &words[0]["step"]), (&json!("welcome"), &over));
    assert_eq!(words[1..], [json!({ "type": "step", "step": over })]);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_open_a_socket() {
    let stage = Stage::sample().await;
    let address = stage.address();
    for origin in ["http://evil.example", "null", "http://127.0.0.1", "", &format!("http://{address}.evil.example")] {
        match Socket::with_origin(address, Some(origin)).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 403, "{origin}"),
            Err(other) => panic!("{origin}: {other}"),
            Ok(_) => panic!("{origin} was let in"),
        }
    }
    let visit = stage.visit("Ostrander").await;
    for own in [format!("http://{address}"), format!("https://{address}")] {
        let mut socket = Socket::with_origin(address, Some(&own)).await.expect("its own page may");
        socket.say(hello(&visit.token, DEVICE, "page-1")).await;
        socket.next("welcome").await;
    }
}
