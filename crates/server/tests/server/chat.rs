//! Chat over signalling: to everyone in the visit who can read it, or said that nobody did.

use serde_json::{Value, json};

use crate::client::Socket;
use crate::stage::{DEVICE, Stage, Visit};

fn chat(id: &str, text: &str) -> Value {
    json!({ "type": "chat", "id": id, "text": text })
}

fn problem(word: &Value) -> &str {
    assert_eq!(word["type"], "problem", "{word}");
    word["message"].as_str().unwrap()
}

#[tokio::test]
async fn a_message_is_passed_on_with_the_name_of_its_sender() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let longest = "ä".repeat(2_000);
    for (id, text) in [("1", "Guten Tag <b>\u{1f600}</b>"), ("2", longest.as_str())] {
        patient.say(chat(id, text)).await;
        let from = visit.participant.to_string();
        assert_eq!(
            console.word().await,
            json!({ "type": "chat", "from": from, "name": visit.name, "id": id, "text": text })
        );
    }
    console.say(chat("3", "Hello")).await;
    let heard = patient.next("chat").await;
    assert_eq!((&heard["name"], &heard["text"]), (&json!(stage.clinician().await.by.name), &json!("Hello")));
    assert!(patient.so_far().await.is_empty(), "nobody hears their own words back");
}

#[tokio::test]
async fn a_message_that_cannot_be_one_is_refused_with_words() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    for text in ["ä".repeat(2_001), " \n ".to_owned()] {
        patient.say(chat("1", &text)).await;
        let word = patient.word().await;
        assert!(problem(&word).contains("2,000 characters"));
        assert_eq!(word["chat"], "1", "the page can mark the message that was not delivered");
    }
    patient.say(chat(&"i".repeat(65), "x")).await;
    let word = patient.word().await;
    assert!(problem(&word).contains("could not be read") && word.get("chat").is_none(), "{word}");
    assert!(console.so_far().await.is_empty());
}

#[tokio::test]
async fn what_nobody_is_there_to_read_is_kept_beside_the_chart() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = stage.waiting(&visit).await;
    patient.say(chat("1", "Is anybody there?")).await;
    stage.admit(&visit).await;
    patient.until(|word| word["type"] == "peers").await;
    // A page that lost its line says the last message again; one that asks in the same words again means it.
    for (id, text) in [("2", "And now?"), ("2", "And now?"), ("3", "And now?")] {
        patient.say(chat(id, text)).await;
    }
    patient.say(json!({ "type": "beat" })).await;
    patient.until(|word| word["type"] == "beat").await;
    let request = app::api::encounter::EncounterRequest { encounter: visit.encounter };
    let seen = stage.rounds.encounter(&stage.clinician().await, request).await.unwrap();
    let kept: Vec<&str> = seen.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(kept, ["Is anybody there?", "And now?", "And now?"]);
}

#[tokio::test]
async fn what_only_a_relative_reads_is_kept_for_the_practice_too() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = stage.waiting(&visit).await;
    let mut relative = stage.relative(&visit).await;
    patient.say(chat("1", "It got worse.")).await;
    relative.until(|word| word["type"] == "chat" && word["text"] == "It got worse.").await;
    patient.say(json!({ "type": "beat" })).await;
    patient.until(|word| word["type"] == "beat").await;
    let request = app::api::queue::QueueRequest { room: None };
    let queue = stage.rounds.queue(&stage.clinician().await, request).await.unwrap();
    let row = queue.rows.iter().find(|row| row.encounter == visit.encounter).unwrap();
    assert_eq!(row.messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["It got worse."]);
}

#[tokio::test]
async fn staff_who_are_alone_are_told_that_nobody_got_their_message() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    patient.say(json!({ "type": "leave" })).await;
    console.until(|word| word["type"] == "peers" && word["peers"] == json!([])).await;
    console.say(chat("1", "Are you still there?")).await;
    let word = console.word().await;
    assert!(problem(&word).contains("was not delivered"));
    assert_eq!(word["chat"], "1");
}

/// A console in the call of a visit whose patient has only opened the link.
async fn at_the_door(stage: &Stage, visit: &Visit) -> (Socket, Socket) {
    let (patient, console) = stage.in_call(visit).await;
    drop(patient);
    let request = app::api::encounter::LinkRequest { encounter: visit.encounter, renew: true };
    let link = stage.rounds.link(&stage.clinician().await, request).await.unwrap();
    let mut stranger = Socket::hello(stage.address(), link.url.rsplit_once('/').unwrap().1, DEVICE, "page-2").await;
    assert_eq!(stranger.next("welcome").await["step"]["at"], "identify");
    (stranger, console)
}

#[tokio::test]
async fn who_has_not_said_their_name_is_not_heard() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut stranger, mut console) = at_the_door(&stage, &visit).await;
    stranger.say(chat("1", "I am the doctor")).await;
    assert!(problem(&stranger.word().await).contains("once you are in the waiting room"));
    assert!(console.so_far().await.iter().all(|word| word["type"] != "chat"));
    console.say(chat("2", "Only for the patient")).await;
    assert!(stranger.so_far().await.is_empty(), "nor do they hear anything");
}
