//! Presence by beats, the place in the queue, and an honest estimate.

use app::Place;
use app::api::encounter::{EncounterChangeRequest, FinishRequest};
use app::api::queue::{Presence, QueueGroup};
use app::api::{Changed, Topic};
use domain::encounter::Outcome;
use domain::id::{EncounterId, ParticipantId};
use domain::priority::Priority;
use tokio::sync::broadcast::Receiver;

use crate::support::{Stage, change};

/// What was told about presence so far.
fn told(changes: &mut Receiver<Changed>) -> Vec<Vec<String>> {
    let mut told = Vec::new();
    while let Ok(changed) = changes.try_recv() {
        if changed.topics == [Topic::Presence] {
            told.push(changed.ids);
        }
    }
    told
}

#[tokio::test]
async fn beats_keep_a_participant_present() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    let (participant, other) = (visit.participant, ParticipantId::new());
    let presences = stage.rounds.presences();
    let shown = async || {
        let rows = stage.queue(&me).await.rows;
        rows.into_iter().find(|row| row.encounter == visit.encounter).unwrap().presence
    };
    let mut changes = stage.rounds.listen();
    assert_eq!(shown().await, Presence::Never);
    presences.gone(participant);
    presences.sweep(stage.rounds.now());
    assert_eq!(presences.of(participant), Presence::Never, "who never came cannot go");
    presences.beat(participant, stage.rounds.now());
    presences.beat(participant, stage.rounds.now());
    assert_eq!(shown().await, Presence::Online);
    assert_eq!(told(&mut changes), [[participant.to_string()]], "only the first beat is news");

    stage.advance(14);
    presences.sweep(stage.rounds.now());
    assert_eq!(presences.of(participant), Presence::Online, "two missed beats are forgiven");
    presences.beat(other, stage.rounds.now());
    told(&mut changes);
    stage.advance(1);
    presences.sweep(stage.rounds.now());
    assert_eq!((shown().await, presences.of(other)), (Presence::Away, Presence::Online));
    assert_eq!(told(&mut changes), [[participant.to_string()]]);
    presences.sweep(stage.rounds.now());
    presences.gone(participant);
    assert!(told(&mut changes).is_empty(), "away is told once");
    presences.beat(participant, stage.rounds.now());
    presences.gone(participant);
    assert_eq!(told(&mut changes).len(), 2);
    assert_eq!(shown().await, Presence::Away);
}

#[tokio::test]
async fn the_place_counts_those_in_the_same_room_who_come_first() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let rows = stage.queue(&me).await.rows;
    let neurology: Vec<EncounterId> = rows
        .iter()
        .filter(|row| row.group == QueueGroup::Ready && row.room.name == "Neurology")
        .map(|row| row.encounter)
        .collect();
    let place = async |visit| stage.rounds.place(visit).await.unwrap();
    assert_eq!(place(neurology[0]).await, Some(Place { ahead: 0, minutes: None }), "one finished visit is no estimate");
    assert_eq!(place(neurology[1]).await, Some(Place { ahead: 1, minutes: None }));
    stage.rounds.admit(&me, EncounterChangeRequest { encounter: neurology[0], version: None }).await.unwrap();
    assert_eq!(place(neurology[0]).await, None, "who was admitted has no place");
    assert_eq!(place(neurology[1]).await, Some(Place { ahead: 0, minutes: None }));
    assert_eq!(place(EncounterId::new()).await, None);
    let planned = rows.iter().find(|row| row.group == QueueGroup::Expected).unwrap().encounter;
    assert_eq!(place(planned).await, None);
}

#[tokio::test]
async fn three_finished_visits_make_an_estimate() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    // The first room by name, in which the sample has no finished visit of today.
    let mut visits = Vec::new();
    for family in ["One", "Two", "Three", "Four", "Five"] {
        let patient = stage.patient(&me, family).await;
        let visit = stage.visit_of(&me, &patient, Priority::Routine).await;
        stage.arrive(&visit).await;
        stage.advance(1);
        visits.push(visit);
    }
    let emergencies = 1; // The urgent patient of the sample who waits in this room comes before the routine ones.
    let last = visits[4].encounter;
    let place = async || stage.rounds.place(last).await.unwrap().expect("they wait");
    assert_eq!(place().await, Place { ahead: 4 + emergencies, minutes: None });
    for (visit, minutes) in visits.iter().zip([10, 40, 20]) {
        stage.rounds.admit(&me, change(visit)).await.unwrap();
        stage.advance(minutes * 60);
        let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
        stage.rounds.finish(&me, finish).await.unwrap();
    }
    assert_eq!(
        place().await,
        Place { ahead: 2, minutes: Some((20, 90)) },
        "half to one and a half times the usual 20 minutes"
    );
}
