//! Sockets that are lost, replaced and opened again: what the others see of it.

use serde_json::json;

use crate::client::Socket;
use crate::stage::{CONSOLE, DEVICE, Stage, peers};

#[tokio::test]
async fn the_newest_socket_of_a_device_wins() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut first = stage.waiting(&visit).await;
    let mut second = Socket::hello(stage.address(), &visit.token, DEVICE, "page-2").await;
    assert_eq!(second.next("welcome").await["step"]["at"], "waiting");
    let replaced = json!({ "type": "step", "step": { "at": "over", "why": "replaced" } });
    assert_eq!(first.rest().await, [replaced], "the older one is told, and closed");
    second.next("place").await;
    assert!(second.so_far().await.is_empty(), "the end of the older one takes nothing from the newer");
    stage.admit(&visit).await;
    second.until(|word| word["step"]["at"] == "call").await;
}

#[tokio::test]
async fn a_reload_is_a_new_incarnation_and_a_lost_socket_is_not() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, mut console) = stage.in_call(&visit).await;
    patient.say(json!({ "type": "media", "microphone": false, "camera": true, "hold": true })).await;
    let seen = console.next("peers").await["peers"][0].clone();
    assert_eq!((&seen["microphone"], &seen["camera"], &seen["hold"]), (&json!(false), &json!(true), &json!(true)));

    drop(patient);
    let gone = console.next("peers").await["peers"][0].clone();
    assert_eq!((&gone["present"], &gone["incarnation"]), (&json!(false), &json!("page-1")), "its media may still flow");
    let mut patient = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    assert_eq!(patient.next("welcome").await["step"]["at"], "call");
    let back = console.next("peers").await["peers"][0].clone();
    assert_eq!(back, seen, "the same page is back, with its switches as they were");
    let others = patient.next("peers").await;
    assert_eq!(others["peers"][0]["incarnation"], "engine-1");

    let mut reloaded = Socket::hello(stage.address(), &visit.token, DEVICE, "page-2").await;
    reloaded.next("welcome").await;
    let anew = console.next("peers").await["peers"][0].clone();
    assert_eq!((&anew["incarnation"], &anew["present"]), (&json!("page-2"), &json!(true)));
    assert_eq!(
        (&anew["microphone"], &anew["hold"]),
        (&json!(true), &json!(false)),
        "a reloaded page begins with its own"
    );
    patient.rest().await;
    assert!(console.so_far().await.is_empty(), "the end of the replaced socket is nothing to tell");
}

#[tokio::test]
async fn a_console_that_is_started_again_is_seen_as_new() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let (mut patient, console) = stage.in_call(&visit).await;
    drop(console);
    patient.until(|word| peers(word).is_some_and(|peers| peers[0]["present"] == false)).await;
    let mut console = Socket::hello(stage.address(), &stage.ticket(&visit).await, CONSOLE, "engine-2").await;
    console.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
    let back = patient.until(|word| peers(word).is_some_and(|peers| peers[0]["present"] == true)).await;
    assert_eq!(back["peers"][0]["incarnation"], "engine-2");
    assert_eq!(back["peers"].as_array().unwrap().len(), 1, "it is the same participant");
}
