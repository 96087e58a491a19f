//! Notes: begun, typed, put aside, signed as shown, added to.

use app::api::encounter::{CancelRequest, FinishRequest};
use app::api::note::{AddendRequest, AnswerRequest, NoteRequest, NoteView, SignRequest, StartNoteRequest};
use app::{Asked, Failure};
use domain::encounter::{CancelReason, Outcome};
use domain::id::{NoteId, TemplateId};
use domain::note::{LONGEST, sha256_hex};
use domain::practice::Role;

use crate::support::{Stage, Visit, refusal, required_answers};

async fn begun() -> (Stage, Asked, Visit, NoteView) {
    let stage = Stage::sample().await;
    let visit = stage.admitted("Ostrander").await;
    let me = stage.clinician().await;
    let note = stage.note(&me, &visit, "General visit").await;
    (stage, me, visit, note)
}

async fn addend(stage: &Stage, by: &Asked, note: NoteId, text: &str) -> Result<NoteView, Failure> {
    stage.rounds.addend(by, AddendRequest { note, text: text.into() }).await
}

#[tokio::test]
async fn a_note_is_begun_in_a_visit_that_has_begun() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let visit = stage.visit("Ostrander").await;
    let template = stage.rounds.templates(&me, app::api::Nothing {}).await.unwrap().templates[0].id;
    let request = StartNoteRequest { encounter: visit.encounter, template };
    assert_eq!(refusal(stage.rounds.start_note(&me, request.clone()).await), "encounter.not_begun");
    let cancel = CancelRequest { encounter: visit.encounter, reason: CancelReason::ByPatient };
    stage.rounds.cancel(&me, cancel).await.unwrap();
    assert_eq!(refusal(stage.rounds.start_note(&me, request).await), "encounter.over");

    let visit = stage.admitted("Pell").await;
    let nowhere = StartNoteRequest { encounter: visit.encounter, template: TemplateId::new() };
    assert_eq!(refusal(stage.rounds.start_note(&me, nowhere).await), "not_found");
    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    let note = stage.note(&me, &visit, "EEG - Physician Services").await;
    assert!(note.writable, "a note can be written after the visit");
    assert_eq!(note.missing.len(), required_answers(&note.template).len());
}

#[tokio::test]
async fn what_is_typed_is_kept_and_read_back() {
    let (stage, me, _, note) = begun().await;
    let request = AnswerRequest {
        note: note.id,
        question: "plan".to_owned(),
        value: vec!["Rest.\nFluids. 東京 \u{1f600}".into()],
    };
    stage.advance(1);
    let saved = stage.rounds.answer(&me, request).await.unwrap();
    assert_eq!(saved.at, stage.rounds.now());
    assert_eq!(saved.missing.len(), note.missing.len() - 1);
    let view = stage.look_at_note(&me, note.id).await;
    assert_eq!(view.answers["plan"][0].as_str(), "Rest.\nFluids. 東京 \u{1f600}");
    assert_eq!(view.saved_at, Some(saved.at));
    assert!(view.recovered.is_none(), "text of this run is not recovered text");
    let empty = AnswerRequest { note: note.id, question: "plan".to_owned(), value: Vec::new() };
    assert_eq!(stage.rounds.answer(&me, empty).await.unwrap().missing.len(), note.missing.len());
}

#[tokio::test]
async fn what_the_visit_knows_is_not_asked_again() {
    let (_stage, _me, _, note) = begun().await;
    assert_eq!(note.answers["consent_telehealth"][0].as_str(), "yes", "the patient agreed at the door");
    assert!(!note.answers.contains_key("identity_confirmed"), "nobody has checked yet");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_and_changes_nothing() {
    let (stage, me, _, note) = begun().await;
    let longest = "ä".repeat(LONGEST);
    stage.type_in(&me, note.id, "plan", &longest).await.expect("the longest text is kept");
    for (question, text, code) in [
        ("plan", format!("{longest}x"), "note.too_long"),
        ("no_such_question", "x".to_owned(), "note.no_such_question"),
        ("identity_confirmed", "maybe".to_owned(), "note.wrong_answer"),
        ("disposition", "To the moon".to_owned(), "note.wrong_answer"),
    ] {
        assert_eq!(refusal(stage.type_in(&me, note.id, question, &text).await), code);
    }
    let view = stage.look_at_note(&me, note.id).await;
    assert_eq!(view.answers.len(), note.answers.len() + 1);
    assert_eq!(view.answers["plan"][0].as_str(), longest);
    assert_eq!(refusal(stage.type_in(&me, NoteId::new(), "plan", "x").await), "not_found");
}

#[tokio::test]
async fn only_the_author_writes_signs_and_discards() {
    let (stage, me, _, note) = begun().await;
    stage.fill(&me, &note).await;
    let other = stage.user(Role::Clinician, 1).await;
    let request = NoteRequest { note: note.id };
    assert_eq!(refusal(stage.type_in(&other, note.id, "plan", "Mine now").await), "note.not_the_author");
    assert_eq!(refusal(stage.sign(&other, note.id).await), "note.not_the_author");
    assert_eq!(refusal(stage.rounds.discard_note(&other, request.clone()).await), "note.not_the_author");
    stage.rounds.put_note_aside(&other, request).await.expect("somebody else who looks changes nothing");
    let view = stage.look_at_note(&other, note.id).await;
    assert!(!view.writable && view.signature.is_none() && !view.discarded);
    assert!(view.saved_at.is_some(), "the author's typing is still a draft");
    assert_eq!(view.answers["plan"][0].as_str(), "As described.");
}

#[tokio::test]
async fn exactly_the_text_that_was_shown_is_signed() {
    let (stage, me, _, note) = begun().await;
    stage.fill(&me, &note).await;
    let preview = stage.rounds.preview_note(&me, NoteRequest { note: note.id }).await.unwrap();
    assert!(preview.missing.is_empty());
    assert_eq!(preview.sha256, sha256_hex(preview.text.as_bytes()));
    assert_eq!(preview.signer, format!("{}, {}", me.by.name, me.by.title.as_deref().unwrap()));

    stage.type_in(&me, note.id, "plan", "Something else").await.unwrap();
    let shown = preview.sha256.clone();
    let sign = |shown| SignRequest { note: note.id, shown };
    assert_eq!(refusal(stage.rounds.sign_note(&me, sign(shown)).await), "note.text_changed");
    assert_eq!(refusal(stage.rounds.sign_note(&me, sign(String::new())).await), "note.text_changed");
    assert!(stage.look_at_note(&me, note.id).await.signature.is_none());

    stage.type_in(&me, note.id, "plan", "As described.").await.unwrap();
    stage.advance(30);
    let signed = stage.rounds.sign_note(&me, sign(preview.sha256.clone())).await.unwrap();
    let signature = signed.signature.expect("signed");
    assert_eq!((&signature.text, &signature.sha256), (&preview.text, &preview.sha256));
    assert_eq!((signature.by, signature.at), (me.by.id, stage.rounds.now()));
    assert!(signed.saved_at.is_none(), "nothing of it is a draft any more");
    assert_eq!(refusal(stage.type_in(&me, note.id, "plan", "Later").await), "note.signed");
    assert_eq!(refusal(stage.sign(&me, note.id).await), "note.signed");
    assert_eq!(refusal(stage.rounds.discard_note(&me, NoteRequest { note: note.id }).await), "note.signed");
}

#[tokio::test]
async fn what_the_visit_learns_while_a_note_is_written_is_answered_in_it_once() {
    let (stage, me, visit, note) = begun().await;
    let answer = async || {
        let view = stage.look_at_note(&me, note.id).await;
        view.answers.get("identity_confirmed").and_then(|value| value.first()).map(|word| word.as_str().to_owned())
    };
    let identity = app::api::encounter::EncounterRequest { encounter: visit.encounter };
    assert_eq!(answer().await, None);
    stage.rounds.check_identity(&me, identity.clone()).await.unwrap();
    assert_eq!(answer().await.as_deref(), Some("yes"), "nobody is asked twice");
    stage.type_in(&me, note.id, "identity_confirmed", "no").await.unwrap();
    stage.rounds.put_note_aside(&me, NoteRequest { note: note.id }).await.unwrap();
    stage.advance(60);
    stage.rounds.check_identity(&me, identity).await.unwrap();
    assert_eq!(answer().await.as_deref(), Some("no"), "what the author has answered stays");
}

#[tokio::test]
async fn an_agreement_that_was_taken_back_does_not_stand_in_the_note() {
    let (stage, me, visit, note) = begun().await;
    assert_eq!(note.answers["consent_telehealth"][0].as_str(), "yes");
    stage.rounds.record_consent(visit.participant, false).await.unwrap();
    let view = stage.look_at_note(&me, note.id).await;
    assert!(!view.answers.contains_key("consent_telehealth"), "{:?}", view.answers.keys());
}

#[tokio::test]
async fn a_note_with_missing_answers_is_not_signed() {
    let (stage, me, _, note) = begun().await;
    stage.fill(&me, &note).await;
    stage.type_in(&me, note.id, "symptom_onset", "last week").await.unwrap();
    stage.type_in(&me, note.id, "assessment", " \n ").await.unwrap();
    let preview = stage.rounds.preview_note(&me, NoteRequest { note: note.id }).await.unwrap();
    let missing: Vec<&str> = preview.missing.iter().map(|missing| missing.question.as_str()).collect();
    assert_eq!(missing, ["symptom_onset", "assessment"], "a day that is none counts as missing too");
    match stage.sign(&me, note.id).await {
        Err(Failure::Refused(refusal)) => {
            assert_eq!(refusal.to_string(), "Answers that are missing or cannot be right: 2.")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_comes_after_signing_is_an_addendum() {
    let (stage, me, visit, note) = begun().await;
    assert_eq!(refusal(addend(&stage, &me, note.id, "Early").await), "note.not_signed");
    stage.fill(&me, &note).await;
    let signed = stage.sign(&me, note.id).await.unwrap().signature.unwrap();
    assert_eq!(refusal(addend(&stage, &me, note.id, " \n ").await), "note.empty");
    assert_eq!(refusal(addend(&stage, &me, note.id, &"x".repeat(LONGEST + 1)).await), "note.too_long");
    let other = stage.user(Role::Nurse, 0).await;
    addend(&stage, &me, note.id, " The X-ray was clear. ").await.unwrap();
    stage.advance(60);
    let view = addend(&stage, &other, note.id, "Called back, feels better.").await.unwrap();
    assert_eq!(view.signature.as_ref(), Some(&signed), "the signed text is never touched");
    let texts: Vec<&str> = view.addenda.iter().map(|addendum| addendum.text.as_str()).collect();
    assert_eq!(texts, ["The X-ray was clear.", "Called back, feels better."]);
    assert_eq!(view.addenda[1].by, other.by.id);
    assert_eq!(view.addenda[1].sha256, sha256_hex(b"Called back, feels better."));
    let stage = stage.reopened().await;
    assert_eq!(stage.look_at_note(&me, note.id).await.addenda, view.addenda);
    let brief = &stage.workspace(&me, &visit).await.notes[0];
    assert_eq!(brief.signed.as_ref().unwrap().addenda, 2);
}

#[tokio::test]
async fn a_discarded_note_leaves_the_lists_and_stays_readable() {
    let (stage, me, visit, note) = begun().await;
    stage.type_in(&me, note.id, "plan", "A thought").await.unwrap();
    stage.rounds.discard_note(&me, NoteRequest { note: note.id }).await.unwrap();
    let view = stage.look_at_note(&me, note.id).await;
    assert!(view.discarded && !view.writable);
    assert_eq!(view.answers["plan"][0].as_str(), "A thought", "what was written is not lost");
    assert!(stage.workspace(&me, &visit).await.notes.is_empty());
    assert_eq!(refusal(stage.type_in(&me, note.id, "plan", "More").await), "note.discarded");
    assert_eq!(refusal(addend(&stage, &me, note.id, "More").await), "note.discarded");
}
