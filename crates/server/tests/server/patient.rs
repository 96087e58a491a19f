//! The signalling life of a patient, from the first hello to the last word.

use app::api::encounter::ParticipantRequest;
use app::api::queue::Presence;
use serde_json::json;

use crate::client::Socket;
use crate::stage::{CONSOLE, DEVICE, Stage, identify, peers};

#[tokio::test]
async fn from_the_link_to_the_goodbye() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    let welcome = patient.next("welcome").await;
    assert_eq!(welcome["participant"], visit.participant.to_string());
    assert_eq!(welcome["encounter"], visit.encounter.to_string());
    assert_eq!((&welcome["role"], &welcome["step"]), (&json!("patient"), &json!({ "at": "identify" })));
    assert_eq!(welcome["practice"], stage.rounds.practice().await.unwrap().unwrap().name);
    assert_eq!((&welcome["clinician"], &welcome["ice_servers"]), (&json!(null), &json!([])));
    assert_eq!(stage.rounds.presences().of(visit.participant), Presence::Online);

    patient.say(identify(&visit)).await;
    assert_eq!(patient.word().await, json!({ "type": "step", "step": { "at": "prepare" } }));
    patient.say(json!({ "type": "wait" })).await;
    assert!(patient.next("problem").await["message"].as_str().unwrap().contains("Agreement"));
    let check =
        json!({ "camera": "good", "microphone": "good", "speaker": "skipped", "network": "poor", "figures": null });
    patient.say(json!({ "type": "check", "check": check })).await;
    patient.say(json!({ "type": "consent", "given": true })).await;
    patient.say(json!({ "type": "wait" })).await;
    assert_eq!(patient.word().await, json!({ "type": "step", "step": { "at": "waiting" } }));
    patient.next("place").await;

    stage.admit(&visit).await;
    assert_eq!(patient.word().await, json!({ "type": "step", "step": { "at": "call" } }));
    assert_eq!(patient.word().await, json!({ "type": "peers", "peers": [] }));
    let mut console = Socket::hello(stage.address(), &stage.ticket(&visit).await, CONSOLE, "engine-1").await;
    let welcome = console.next("welcome").await;
    assert_eq!((&welcome["role"], &welcome["step"]["at"]), (&json!("clinician"), &json!("call")));
    let me = stage.clinician().await.by.name;
    let of_console = json!({
        "participant": welcome["participant"], "role": "clinician", "name": me, "incarnation": "engine-1",
        "engine": true, "microphone": true, "camera": true, "hold": false, "present": true,
    });
    assert_eq!(patient.word().await, json!({ "type": "peers", "peers": [of_console] }));
    let of_patient = console.next("peers").await["peers"][0].clone();
    assert_eq!((&of_patient["role"], &of_patient["engine"]), (&json!("patient"), &json!(false)));
    assert_eq!((&of_patient["name"], &of_patient["incarnation"]), (&json!(visit.name), &json!("page-1")));

    stage.release(&visit).await;
    patient.until(|word| word["step"]["at"] == "waiting").await;
    console.until(|word| peers(word).is_some_and(Vec::is_empty)).await;
    stage.admit(&visit).await;
    patient.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;

    stage.finish(&visit).await;
    let goodbye = json!({ "type": "step", "step": { "at": "over", "why": "finished" } });
    assert_eq!(patient.rest().await.last(), Some(&goodbye), "the goodbye is the last word");
    assert_eq!(console.rest().await.last(), Some(&goodbye));
}

#[tokio::test]
async fn who_is_not_known_is_not_told_whether_they_exist_and_is_blocked_in_the_end() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    patient.next("welcome").await;
    for tries_left in (1..5).rev() {
        patient.say(json!({ "type": "identify", "name": "Ada Ostrander", "birth_date": "1984-03-06" })).await;
        let refused = json!({ "type": "refused", "reason": { "because": "not_matching", "tries_left": tries_left } });
        assert_eq!(patient.word().await, refused);
    }
    patient.say(json!({ "type": "identify", "name": "", "birth_date": "" })).await;
    let blocked = |seconds| json!({ "type": "refused", "reason": { "because": "blocked", "seconds": seconds } });
    assert_eq!(patient.word().await, blocked(900));
    stage.advance(1);
    patient.say(identify(&visit)).await;
    assert_eq!(patient.word().await, blocked(899));
    let mut again = Socket::hello(stage.address(), &visit.token, DEVICE, "page-2").await;
    assert_eq!(again.next("welcome").await["step"]["at"], "identify", "a reload does not help");
    again.say(identify(&visit)).await;
    assert_eq!(again.word().await, blocked(899));
    stage.advance(899);
    again.say(identify(&visit)).await;
    assert_eq!(again.next("step").await["step"]["at"], "prepare");
}

#[tokio::test]
async fn the_place_is_pushed_when_somebody_ahead_is_admitted() {
    let stage = Stage::sample().await;
    let (first, second) = (stage.visit("Ostrander").await, stage.visit("Pell").await);
    let _first = stage.waiting(&first).await;
    stage.advance(1);
    let mut patient = Socket::hello(stage.address(), &second.token, DEVICE, "page-1").await;
    patient.say(identify(&second)).await;
    patient.say(json!({ "type": "consent", "given": true })).await;
    patient.say(json!({ "type": "wait" })).await;
    let told = patient.until(|word| word["type"] == "place").await;
    assert_eq!(told["ahead"], 1);
    assert_eq!(
        told["minutes"].as_array().map(Vec::len),
        Some(2),
        "three visits of the sample ended in this room today"
    );
    stage.admit(&first).await;
    let place = patient.next("place").await;
    assert_eq!(place["ahead"], 0);
    let mut back = Socket::hello(stage.address(), &second.token, DEVICE, "page-1").await;
    assert_eq!(back.next("welcome").await["step"]["at"], "waiting");
    assert_eq!(back.word().await, place, "the place is said again after each hello");
}

#[tokio::test]
async fn a_refused_consent_ends_it() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    patient.say(identify(&visit)).await;
    patient.say(json!({ "type": "consent", "given": false })).await;
    let goodbye = json!({ "type": "step", "step": { "at": "over", "why": "removed" } });
    assert_eq!(patient.rest().await.last(), Some(&goodbye));
}

#[tokio::test]
async fn who_is_removed_in_the_call_is_gone_from_it() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let request = ParticipantRequest { participant: visit.participant };
    stage.rounds.remove_participant(&stage.clinician().await, request).await.unwrap();
    let goodbye = json!({ "type": "step", "step": { "at": "over", "why": "removed" } });
    assert_eq!(patient.rest().await, std::slice::from_ref(&goodbye));
    assert_eq!(console.word().await, json!({ "type": "peers", "peers": [] }));
    let mut again = Socket::hello(stage.address(), &visit.token, DEVICE, "page-2").await;
    assert_eq!(again.next("welcome").await["step"], goodbye["step"]);
    assert_eq!(again.rest().await, [goodbye]);
    assert!(console.so_far().await.is_empty(), "the others are not told of a visit at a closed door");
}

#[tokio::test]
async fn leaving_is_not_finishing() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    patient.say(json!({ "type": "leave" })).await;
    assert_eq!(patient.rest().await.last().unwrap()["step"], json!({ "at": "over", "why": "left" }));
    console.until(|word| peers(word).is_some_and(Vec::is_empty)).await;
    assert_eq!(stage.rounds.presences().of(visit.participant), Presence::Away);
    let mut back = Socket::hello(stage.address(), &visit.token, DEVICE, "page-2").await;
    assert_eq!(back.next("welcome").await["step"]["at"], "prepare", "the link still works");
    back.say(json!({ "type": "wait" })).await;
    back.until(|word| word["step"]["at"] == "call").await;
    console.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
}

#[tokio::test]
async fn beats_are_answered_and_keep_the_patient_present() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = stage.waiting(&visit).await;
    stage.advance(10);
    assert!(patient.so_far().await.is_empty());
    stage.advance(10);
    stage.rounds.presences().sweep(stage.rounds.now());
    assert_eq!(stage.rounds.presences().of(visit.participant), Presence::Online);
    let mut changes = stage.rounds.listen();
    drop(patient);
    while stage.rounds.presences().of(visit.participant) == Presence::Online {
        changes.recv().await.expect("it is told that they are gone");
    }
    assert_eq!(stage.rounds.presences().of(visit.participant), Presence::Away);
}
