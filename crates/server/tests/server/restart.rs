//! A server that ends and comes back in the middle of a call.

use serde_json::json;
use server::ice::IceSettings;

use crate::client::{Heard, Socket, get};
use crate::stage::{CONSOLE, DEVICE, Stage, peers, served};

#[tokio::test]
async fn a_call_goes_on_after_a_restart() {
    let stage = Stage::sample().await;
    let (visit, waiting) = (stage.visit("Ostrander").await, stage.visit("Pell").await);
    let (mut patient, mut console) = stage.in_call(&visit).await;
    let mut other = stage.waiting(&waiting).await;
    let Stage { rounds, clock, serving, folder } = stage;
    serving.end().await;
    for socket in [&mut patient, &mut console, &mut other] {
        // Those who are closed last may still see the first ones go.
        assert!(socket.rest().await.iter().all(|word| word["type"] == "peers"), "each socket is closed in order");
    }
    rounds.store().close();
    drop(rounds);

    let rounds = app::open(folder.path(), clock.clone()).await.expect("everything has let go of the store");
    let serving = served(&rounds, IceSettings::default()).await;
    let stage = Stage { rounds, clock, serving, folder };
    let mut patient = Socket::hello(stage.address(), &visit.token, DEVICE, "page-1").await;
    assert_eq!(patient.next("welcome").await["step"], json!({ "at": "call" }), "the visit is in progress as it was");
    assert_eq!(patient.word().await, json!({ "type": "peers", "peers": [] }));
    let mut console = Socket::hello(stage.address(), &stage.ticket(&visit).await, CONSOLE, "engine-1").await;
    let list = console.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
    assert_eq!(list["peers"][0]["incarnation"], "page-1", "who kept the connection is told apart from who lost it");
    let list = patient.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
    assert_eq!(list["peers"][0]["incarnation"], "engine-1");
    let mut other = Socket::hello(stage.address(), &waiting.token, DEVICE, "page-1").await;
    assert_eq!(other.next("welcome").await["step"]["at"], "waiting");
    let stranger = "ffffffffffffffffffffffffffffffff";
    let mut stranger = Socket::hello(stage.address(), &visit.token, stranger, "page-1").await;
    assert_eq!(stranger.word().await["reason"]["because"], "other_device", "the link still belongs to its device");
}

#[tokio::test]
async fn a_server_that_is_dropped_lets_go() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let mut patient = stage.waiting(&visit).await;
    let address = stage.address();
    assert_eq!(get(address, "/healthz").await.status, 200);
    drop(stage.serving);
    assert_eq!(patient.hear().await, Heard::End(true));
    let again = async {
        while tokio::net::TcpListener::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), again).await.expect("the port is free again");
}
