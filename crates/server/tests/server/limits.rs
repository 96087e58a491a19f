//! Words that are too many, too large, or no words at all.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Heard, Socket};
use crate::stage::{DEVICE, Stage, peers};

const LIMIT: usize = 64 * 1024;

/// A word that is understood, of exactly this many bytes.
fn sized(bytes: usize) -> Message {
    let mut word = json!({ "type": "beat" }).to_string();
    word.push_str(&" ".repeat(bytes - word.len()));
    Message::text(word)
}

#[tokio::test]
async fn what_cannot_be_understood_is_said_and_changes_nothing() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let bad = [
        Message::text(""),
        Message::text("{"),
        Message::text("null"),
        Message::text("[]"),
        Message::text("{}"),
        Message::text(r#"{"type":"no_such_word"}"#),
        Message::text(r#"{"type":7}"#),
        Message::text(r#"{"type":"identify","name":7,"birth_date":null}"#),
        Message::text(r#"{"type":"consent","given":"yes"}"#),
        Message::text(r#"{"type":"media","microphone":1,"camera":true,"hold":false}"#),
        Message::text(r#"{"type":"peer","to":"nobody","word":{"type":"close","session":"x"}}"#),
        Message::text(
            r#"{"type":"peer","to":"usr_00000000000000000000000000000000","word":{"type":"close","session":"x"}}"#,
        ),
        Message::text(r#"{"type":"check","check":{"camera":"splendid"}}"#),
        Message::text("[".repeat(30_000)),
        Message::binary(br#"{"type":"leave"}"#.to_vec()),
        Message::binary(vec![0xff; 100]),
    ];
    for message in bad {
        let what = format!("{message:?}").chars().take(80).collect::<String>();
        patient.send(message).await.unwrap();
        let word = patient.next("problem").await;
        assert_eq!(word["message"], "This message could not be read.", "{what}");
    }
    patient
        .say(json!({ "type": "hello", "token": visit.token, "device": DEVICE, "protocol": 1, "incarnation": "x" }))
        .await;
    assert!(patient.next("problem").await["message"].as_str().unwrap().contains("already"));
    assert!(patient.so_far().await.is_empty(), "the socket is as it was");
    assert!(console.so_far().await.is_empty(), "and the others saw nothing");
}

#[tokio::test]
async fn the_largest_message_is_taken_and_one_byte_more_closes() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    patient.send(sized(LIMIT)).await.unwrap();
    patient.next("beat").await;
    patient.send(sized(LIMIT + 1)).await.unwrap();
    assert!(matches!(patient.hear().await, Heard::End(_)));
    console.until(|word| peers(word).is_some_and(|peers| peers[0]["present"] == false)).await;
    let mut huge = Socket::open(stage.address()).await;
    // The server may close before all of it is sent.
    let _ = huge.send(sized(8 * 1024 * 1024)).await;
    assert!(matches!(huge.hear().await, Heard::End(_)), "nor before the hello");
    let mut back = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    assert_eq!(back.next("welcome").await["step"]["at"], "call");
}

#[tokio::test]
async fn a_flood_is_cut_off_and_nobody_else_suffers() {
    let stage = Stage::sample().await;
    let (visit, other) = (stage.visit("Ostrander").await, stage.visit("Pell").await);
    let (patient, mut console) = stage.in_call(&visit).await;
    let mut calm = stage.waiting(&other).await;
    let (mut to, mut from) = patient.0.split();
    let flood = tokio::spawn(async move {
        for _ in 0..10_000 {
            if to.send(sized(40)).await.is_err() {
                return;
            }
        }
    });
    let mut answered = 0;
    while let Some(Ok(message)) = from.next().await {
        match message {
            Message::Text(text) if text.contains("\"beat\"") => answered += 1,
            _ => {}
        }
    }
    flood.await.unwrap();
    assert!(answered < 10_000, "the flood was cut off");
    console.until(|word| peers(word).is_some_and(|peers| peers[0]["present"] == false)).await;
    assert!(console.so_far().await.is_empty() && calm.so_far().await.is_empty());
    let mut back = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    back.next("welcome").await;
    assert!(back.so_far().await.iter().all(|word| word["type"] == "peers"), "and may come back");
}

#[tokio::test]
async fn a_socket_that_does_not_read_is_closed_rather_than_told_half() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let mut speakers = Vec::new();
    for device in
        ["33333333333333333333333333333333", "44444444444444444444444444444444", "55555555555555555555555555555555"]
    {
        let request = app::api::encounter::InviteRequest {
            encounter: visit.encounter,
            role: domain::participant::ParticipantRole::Relative,
            name: "A relative".into(),
        };
        let link = stage.rounds.invite(&stage.clinician().await, request).await.unwrap();
        let mut socket = Socket::hello(stage.address(), link.url.rsplit_once('/').unwrap().1, device, "page").await;
        socket.say(json!({ "type": "wait" })).await;
        socket.until(|word| word["step"]["at"] == "call").await;
        speakers.push(socket);
    }
    let receiver = visit.participant.to_string();
    let word = json!({ "type": "offer", "session": "s", "sdp": "x".repeat(60_000) });
    let word = json!({ "type": "peer", "to": receiver, "word": word });
    let said = 180 * speakers.len();
    for speaker in &mut speakers {
        for _ in 0..180 {
            speaker.say(word.clone()).await;
        }
        speaker.so_far().await;
    }
    let mut heard: Vec<Value> = Vec::new();
    while let Heard::Word(word) = patient.hear().await {
        heard.push(word);
    }
    assert!(
        heard.iter().filter(|word| word["type"] == "peer").count() < said,
        "it could not hear them all, so it was closed"
    );
    console.until(|word| peers(word).is_some_and(|peers| peers.iter().any(|peer| peer["present"] == false))).await;
    let mut back = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    assert_eq!(back.next("welcome").await["step"]["at"], "call", "and hears everything anew");
    assert_eq!(peers(&back.word().await).map(Vec::len), Some(4));
}
