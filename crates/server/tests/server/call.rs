//! Words between the participants of a call: passed on unread inside it, and nowhere else.

use app::api::encounter::EncounterRequest;
use domain::participant::ParticipantRole;
use serde_json::{Value, json};

use crate::client::Socket;
use crate::stage::{DEVICE, Stage, peers};

fn to(receiver: &Value, word: &Value) -> Value {
    json!({ "type": "peer", "to": receiver, "word": word })
}

fn words() -> Vec<Value> {
    vec![
        json!({ "type": "offer", "session": "s1", "sdp": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n" }),
        json!({ "type": "answer", "session": "s1", "sdp": "v=0\r\n" }),
        json!({
            "type": "candidate", "session": "s1", "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host",
            "sdp_mid": "0", "sdp_mline_index": 0, "username_fragment": "abcd",
        }),
        json!({ "type": "ask_offer", "why": "restart_ice" }),
        json!({ "type": "ask_offer", "why": "rebuild" }),
        json!({ "type": "close", "session": "s1" }),
    ]
}

#[tokio::test]
async fn words_reach_exactly_their_receiver_as_they_were_said() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let mut sister = stage.relative(&visit).await;
    let list = patient.until(|word| peers(word).is_some_and(|peers| peers.len() == 2)).await;
    let clinician = list["peers"].as_array().unwrap().iter().find(|peer| peer["role"] == "clinician").unwrap();
    console.until(|word| peers(word).is_some_and(|peers| peers.len() == 2)).await;
    sister.so_far().await;
    for word in words() {
        patient.say(to(&clinician["participant"], &word)).await;
        let heard = console.next("peer").await;
        assert_eq!((&heard["from"], &heard["word"]), (&json!(visit.participant.to_string()), &word));
        console.say(to(&json!(visit.participant.to_string()), &word)).await;
        let heard = patient.next("peer").await;
        assert_eq!((&heard["from"], &heard["word"]), (&clinician["participant"], &word));
    }
    assert!(sister.so_far().await.is_empty(), "nobody else hears it");
}

#[tokio::test]
async fn words_never_cross_into_another_visit() {
    let stage = Stage::sample().await;
    let (one, two) = (stage.visit("Ostrander").await, stage.visit("Pell").await);
    let (mut patient_one, mut console_one) = stage.in_call(&one).await;
    let (mut patient_two, mut console_two) = stage.in_call(&two).await;
    let receivers = [
        json!(two.participant.to_string()),
        json!(one.participant.to_string()),
        json!("par_00000000000000000000000000000000"),
    ];
    for receiver in &receivers {
        for word in words() {
            patient_one.say(to(receiver, &word)).await;
        }
    }
    patient_one.say(json!({ "type": "chat", "id": "1", "text": "for one" })).await;
    patient_one.say(json!({ "type": "media", "microphone": false, "camera": false, "hold": false })).await;
    assert!(
        patient_one.so_far().await.is_empty(),
        "what cannot be passed on is not told: the list of peers says who is there"
    );
    console_one.until(|word| word["type"] == "chat").await;
    console_one.until(|word| peers(word).is_some_and(|peers| peers[0]["microphone"] == false)).await;
    assert!(patient_two.so_far().await.is_empty());
    assert!(console_two.so_far().await.is_empty());
}

#[tokio::test]
async fn nobody_speaks_or_is_spoken_to_before_they_are_admitted() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let request = EncounterRequest { encounter: visit.encounter };
    let view = stage.rounds.encounter(&stage.clinician().await, request).await.unwrap();
    let clinician = view.participants.iter().find(|one| one.role == ParticipantRole::Clinician).unwrap().id.to_string();
    stage.release(&visit).await;
    patient.until(|word| word["step"]["at"] == "waiting").await;
    console.until(|word| peers(word).is_some_and(Vec::is_empty)).await;
    for word in words() {
        patient.say(to(&json!(clinician), &word)).await;
        console.say(to(&json!(visit.participant.to_string()), &word)).await;
    }
    patient.say(json!({ "type": "media", "microphone": false, "camera": false, "hold": false })).await;
    let spoken = |words: Vec<Value>| words.iter().any(|word| word["type"] == "peer" || word["type"] == "peers");
    assert!(!spoken(patient.so_far().await));
    assert!(!spoken(console.so_far().await));
    stage.admit(&visit).await;
    let list = console.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
    assert_eq!(list["peers"][0]["microphone"], false, "a switch that was set while waiting counts in the call");
}

#[tokio::test]
async fn a_bystander_learns_nothing_about_a_call_before_the_visit_begins() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut early = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    early.next("welcome").await;
    let mut sister = stage.relative(&visit).await;
    assert!(early.so_far().await.iter().all(|word| word["type"] != "peers"));
    assert!(sister.so_far().await.iter().all(|word| word["type"] != "peers"));
}
