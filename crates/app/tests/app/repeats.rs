//! The same attempt twice: one effect, one answer, also after a restart.

use app::Asked;
use app::api::encounter::LinkRequest;
use app::api::note::{AddendRequest, StartNoteRequest};
use app::api::patient::PatientSearchRequest;
use domain::id::IdempotencyKey;
use store::JournalKind;

use crate::support::{Stage, new_patient, refusal};

fn keyed(asked: &Asked) -> Asked {
    Asked { by: asked.by.clone(), key: Some(IdempotencyKey::new()) }
}

#[tokio::test]
async fn a_repeated_attempt_has_one_effect_and_one_answer() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let attempt = keyed(&me);
    let first = stage.rounds.create_patient(&attempt, new_patient("Ostrander")).await.unwrap();
    let again = stage.rounds.create_patient(&attempt, new_patient("Ostrander")).await.unwrap();
    assert_eq!(first, again);
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.create_patient(&attempt, new_patient("Ostrander")).await.unwrap(), first);
    let search = PatientSearchRequest { text: "ostrander".into(), limit: 10 };
    assert_eq!(stage.rounds.search_patients(&me, search).await.unwrap().patients.len(), 1);
    let other = stage.rounds.create_patient(&keyed(&me), new_patient("Ostrander")).await.unwrap();
    assert_ne!(other.id, first.id, "another attempt is another patient");
}

#[tokio::test]
async fn answers_are_kept_for_three_months() {
    const DAY: i64 = 24 * 3600;
    let stage = Stage::sample().await;
    let attempt = keyed(&stage.clinician().await);
    let first = stage.rounds.create_patient(&attempt, new_patient("Ostrander")).await.unwrap();
    stage.advance(89 * DAY);
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.create_patient(&attempt, new_patient("Ostrander")).await.unwrap().id, first.id);
    stage.advance(2 * DAY);
    assert_eq!(stage.rounds.forget_old_receipts().await.unwrap(), 1);
    assert_eq!(stage.rounds.forget_old_receipts().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_attempt_that_is_sent_many_times_at_once_counts_once() {
    let stage = Stage::sample().await;
    let attempt = keyed(&stage.clinician().await);
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (rounds, attempt) = (stage.rounds.clone(), attempt.clone());
            tokio::spawn(async move { rounds.create_patient(&attempt, new_patient("Ostrander")).await })
        })
        .collect();
    let mut ids = Vec::new();
    for tried in tries {
        ids.push(tried.await.unwrap().unwrap().id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn notes_addenda_and_links_are_not_doubled() {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    let (start, addend, renew) = (keyed(&me), keyed(&me), keyed(&me));
    let template = stage.rounds.templates(&me, app::api::Nothing {}).await.unwrap().templates[0].id;
    let request = StartNoteRequest { encounter: visit.encounter, template };
    let note = stage.rounds.start_note(&start, request.clone()).await.unwrap();
    assert_eq!(stage.rounds.start_note(&start, request).await.unwrap().id, note.id);
    stage.fill(&me, &note).await;
    stage.sign(&me, note.id).await.unwrap();
    let request = AddendRequest { note: note.id, text: "Once".into() };
    stage.rounds.addend(&addend, request.clone()).await.unwrap();
    assert_eq!(stage.rounds.addend(&addend, request).await.unwrap().addenda.len(), 1);
    let request = LinkRequest { encounter: visit.encounter, renew: true };
    let link = stage.rounds.link(&renew, request.clone()).await.unwrap();
    assert_eq!(
        stage.rounds.link(&renew, request).await.unwrap(),
        link,
        "a repeated renewal does not kill its own link"
    );
    assert_eq!(stage.workspace(&me, &visit).await.notes.len(), 1);
}

#[tokio::test]
async fn a_refused_attempt_may_be_tried_again_and_each_refusal_is_journalled() {
    let stage = Stage::sample().await;
    let attempt = keyed(&stage.clinician().await);
    let mut request = new_patient("");
    assert_eq!(refusal(stage.rounds.create_patient(&attempt, request.clone()).await), "patient.no_family_name");
    request.name.family = "Ostrander".into();
    stage.rounds.create_patient(&attempt, request).await.expect("what was refused had no effect to repeat");
    let refused = stage.journalled(JournalKind::Refusal, 0);
    assert_eq!(refused.iter().filter(|(command, _)| command == "patient.create").count(), 1);
}
