//! STUN and TURN servers as they are told to a participant.

use chrono::{DateTime, Utc};
use domain::id::ParticipantId;
use serde_json::json;
use server::ice::IceSettings;

use crate::client::Socket;
use crate::stage::{DEVICE, Stage, served};

fn settings() -> IceSettings {
    IceSettings {
        stun: vec!["stun:stun.example:3478".to_owned()],
        turn: vec!["turn:turn.example:3478".to_owned(), "turns:turn.example:443?transport=tcp".to_owned()],
        turn_secret: Some("the shared secret".to_owned()),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("a time")
}

#[test]
fn a_credential_is_what_another_program_computes() {
    let servers = settings().servers(ParticipantId::from_u128(7), at(1_772_625_600 - 12 * 3600));
    let turn = serde_json::to_value(&servers[1]).unwrap();
    // printf %s NAME | openssl dgst -sha1 -hmac "the shared secret" -binary | base64
    assert_eq!(
        turn,
        json!({
            "urls": ["turn:turn.example:3478", "turns:turn.example:443?transport=tcp"],
            "username": "1772625600:par_00000000000000000000000000000007",
            "credential": "ZUpgz2xk5/3exeiVHB3VXHfEx/A=",
        })
    );
    assert_eq!(serde_json::to_value(&servers[0]).unwrap(), json!({ "urls": ["stun:stun.example:3478"] }));
}

#[test]
fn a_credential_is_the_participants_own_and_outlives_a_long_wait() {
    let credential = |id, now| settings().servers(ParticipantId::from_u128(id), at(now))[1].credential.clone();
    assert_ne!(credential(1, 0), credential(2, 0));
    assert_ne!(credential(1, 0), credential(1, 1));
    let username = settings().servers(ParticipantId::from_u128(1), at(1_000))[1].username.clone().unwrap();
    assert!(username.starts_with("44200:"));
}

#[test]
fn without_a_secret_no_turn_server_is_named() {
    let servers = IceSettings { turn_secret: None, ..settings() }.servers(ParticipantId::from_u128(7), at(0));
    assert_eq!(servers.len(), 1);
    assert!(IceSettings::default().servers(ParticipantId::from_u128(7), at(0)).is_empty());
}

#[tokio::test]
async fn a_welcome_names_the_servers_and_never_the_secret() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let serving = served(&stage.rounds, settings()).await;
    let mut patient = Socket::hello(serving.address(), &visit.token, DEVICE, "page-1").await;
    let welcome = patient.next("welcome").await;
    assert_eq!(welcome["ice_servers"].as_array().unwrap().len(), 2);
    let expected = settings().servers(visit.participant, stage.rounds.now());
    assert_eq!(welcome["ice_servers"][1]["username"], json!(expected[1].username));
    assert!(!welcome.to_string().contains("the shared secret"));
}
