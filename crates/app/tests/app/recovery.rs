//! Text that was being typed when the program ended: it comes back, says that it came back, and is never lost.

use app::api::note::{NoteRequest, NoteView, RecoveredRequest};
use app::{Asked, Failure};
use domain::id::NoteId;
use domain::note::Note;
use domain::practice::Role;
use store::{JournalKind, Kind};

use crate::support::{Stage, refusal};

/// A note with one answer that was put aside, another over it, and then the program ended.
async fn interrupted() -> (Stage, Asked, NoteId) {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    let note = stage.note(&me, &visit, "General visit").await.id;
    stage.type_in(&me, note, "plan", "Rest.").await.unwrap();
    stage.rounds.put_note_aside(&me, NoteRequest { note }).await.unwrap();
    stage.advance(10);
    stage.type_in(&me, note, "plan", "Rest and fluids.").await.unwrap();
    stage.type_in(&me, note, "assessment", "A cold.").await.unwrap();
    stage.advance(10);
    (stage.reopened().await, me, note)
}

async fn settle(stage: &Stage, by: &Asked, note: NoteId, keep: bool) -> Result<NoteView, Failure> {
    stage.rounds.settle_recovered(by, RecoveredRequest { note, keep }).await
}

fn answer<'a>(note: &'a NoteView, question: &str) -> Option<&'a str> {
    note.answers.get(question).map(|value| value[0].as_str())
}

/// What the journal holds of a note's answer, oldest first.
fn history(stage: &Stage, note: NoteId, question: &str) -> Vec<Option<String>> {
    let id = note.to_string();
    let rows = stage.journal().into_iter();
    rows.filter(|row| row.kind == JournalKind::Change && row.subject_kind == Kind::Note.table() && row.subject_id == id)
        .map(|row| {
            let note: Note = serde_json::from_slice(&row.payload.expect("an after-image")).expect("a note");
            note.answers.get(question).map(|value| value[0].expose().clone())
        })
        .collect()
}

#[tokio::test]
async fn text_of_an_earlier_run_is_shown_as_recovered() {
    let (stage, me, note) = interrupted().await;
    let view = stage.look_at_note(&me, note).await;
    let recovered = view.recovered.clone().expect("the program ended while it was typed");
    assert_eq!((stage.rounds.now() - recovered.at).num_seconds(), 10);
    let mut questions = recovered.questions.clone();
    questions.sort();
    assert_eq!(questions, ["assessment", "plan"]);
    assert_eq!(recovered.before["plan"][0].as_str(), "Rest.", "for a comparison");
    assert!(!recovered.before.contains_key("assessment"));
    assert_eq!((answer(&view, "plan"), answer(&view, "assessment")), (Some("Rest and fluids."), Some("A cold.")));
    let stage = stage.reopened().await;
    assert!(stage.look_at_note(&me, note).await.recovered.is_some(), "looking at it settles nothing");
}

#[tokio::test]
async fn leaving_the_note_does_not_accept_recovered_text() {
    let (stage, me, note) = interrupted().await;
    stage.rounds.put_note_aside(&me, NoteRequest { note }).await.unwrap();
    stage.rounds.put_all_notes_aside().await.unwrap();
    assert!(stage.look_at_note(&me, note).await.recovered.is_some(), "its author has not decided yet");
}

#[tokio::test]
async fn kept_text_becomes_part_of_the_note() {
    let (stage, me, note) = interrupted().await;
    assert_eq!(refusal(settle(&stage, &stage.user(Role::Clinician, 1).await, note, true).await), "note.not_the_author");
    let view = settle(&stage, &me, note, true).await.unwrap();
    assert!(view.recovered.is_none() && view.saved_at.is_none());
    assert_eq!(answer(&view, "plan"), Some("Rest and fluids."));
    assert_eq!(history(&stage, note, "plan").last().unwrap().as_deref(), Some("Rest and fluids."));
    assert!(settle(&stage, &me, note, true).await.is_ok(), "a second time there is nothing to settle");
}

#[tokio::test]
async fn discarded_text_gives_way_to_what_was_there_before() {
    let (stage, me, note) = interrupted().await;
    let view = settle(&stage, &me, note, false).await.unwrap();
    assert_eq!((answer(&view, "plan"), answer(&view, "assessment")), (Some("Rest."), None));
    assert!(view.recovered.is_none());
    let system = stage.journalled(JournalKind::System, 0);
    assert!(
        system.contains(&("note.settle_recovered".to_owned(), note.to_string())),
        "that it was discarded is journalled"
    );
}

#[tokio::test]
async fn typing_on_journals_the_recovered_text_before_it_is_written_over() {
    let (stage, me, note) = interrupted().await;
    stage.type_in(&me, note, "plan", "Something new.").await.unwrap();
    let view = stage.look_at_note(&me, note).await;
    assert!(view.recovered.is_none(), "who types on has accepted it");
    assert_eq!((answer(&view, "plan"), answer(&view, "assessment")), (Some("Something new."), Some("A cold.")));
    assert_eq!(history(&stage, note, "plan").last().unwrap().as_deref(), Some("Rest and fluids."), "nothing is lost");
    stage.rounds.put_note_aside(&me, NoteRequest { note }).await.unwrap();
    let told = history(&stage, note, "plan");
    let told: Vec<&str> = told.iter().flatten().map(String::as_str).collect();
    assert_eq!(told, ["Rest.", "Rest and fluids.", "Something new."]);
}

#[tokio::test]
async fn what_was_put_aside_is_not_recovered_text() {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    let (one, two) =
        (stage.note(&me, &visit, "General visit").await.id, stage.note(&me, &visit, "General visit").await.id);
    stage.type_in(&me, one, "plan", "One").await.unwrap();
    stage.type_in(&me, two, "plan", "Two").await.unwrap();
    stage.rounds.put_all_notes_aside().await.unwrap();
    let stage = stage.reopened().await;
    for (note, text) in [(one, "One"), (two, "Two")] {
        let view = stage.look_at_note(&me, note).await;
        assert_eq!(answer(&view, "plan"), Some(text));
        assert!(view.recovered.is_none(), "a console that was closed in order leaves nothing to recover");
    }
}

#[tokio::test]
async fn recovered_text_can_be_signed_as_it_is_shown() {
    let (stage, me, note) = interrupted().await;
    let view = stage.look_at_note(&me, note).await;
    stage.fill(&me, &view).await;
    let signed = stage.sign(&me, note).await.unwrap();
    assert!(signed.recovered.is_none());
    assert!(stage.reopened().await.look_at_note(&me, note).await.recovered.is_none());
}
