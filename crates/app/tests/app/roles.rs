//! Who may do what: those who treat, and those who do not.

use app::Failure;
use app::api::encounter::{
    CancelRequest, DeleteSnapshotRequest, EncounterRequest, FinishRequest, InviteRequest, LinkRequest,
    ParticipantRequest, PriorityRequest,
};
use app::api::note::{AddendRequest, NoteRequest, RecoveredRequest, SignRequest, StartNoteRequest};
use domain::Phi;
use domain::encounter::{CancelReason, Outcome};
use domain::id::UserId;
use domain::participant::ParticipantRole;
use domain::practice::Role;
use domain::priority::Priority;

use crate::support::{Stage, change, png, refusal};

#[tokio::test]
async fn who_does_not_treat_cannot_do_what_belongs_to_treating() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let (waiting, seen) = (stage.visit("Pell").await, stage.admitted("Ostrander").await);
    stage.arrive(&waiting).await;
    let note = stage.note(&me, &seen, "General visit").await;
    let snapshot = stage.rounds.keep_snapshot(&me, seen.encounter, true, png(8, 8, "")).await.unwrap();
    let changed = stage.journalled(store::JournalKind::Change, 0).len();
    for role in [Role::Scheduler, Role::Administrator] {
        let them = stage.user(role, 0).await;
        let start = StartNoteRequest { encounter: seen.encounter, template: note.template.id };
        let finish = FinishRequest { encounter: seen.encounter, outcome: Outcome::Completed };
        let wish = NoteRequest { note: note.id };
        let rounds = &stage.rounds;
        for code in [
            refusal(rounds.triage(&them, change(&waiting)).await),
            refusal(rounds.admit(&them, change(&waiting)).await),
            refusal(rounds.release(&them, change(&seen)).await),
            refusal(rounds.wrap_up(&them, change(&seen)).await),
            refusal(rounds.pause(&them, change(&seen)).await),
            refusal(rounds.finish(&them, finish).await),
            refusal(rounds.check_identity(&them, EncounterRequest { encounter: seen.encounter }).await),
            refusal(rounds.remove_participant(&them, ParticipantRequest { participant: seen.participant }).await),
            refusal(rounds.open_call(&them, seen.encounter).await),
            refusal(rounds.start_note(&them, start).await),
            refusal(stage.type_in(&them, note.id, "plan", "x").await),
            refusal(rounds.put_note_aside(&them, wish.clone()).await),
            refusal(rounds.settle_recovered(&them, RecoveredRequest { note: note.id, keep: false }).await),
            refusal(rounds.preview_note(&them, wish.clone()).await),
            refusal(rounds.sign_note(&them, SignRequest { note: note.id, shown: String::new() }).await),
            refusal(rounds.addend(&them, AddendRequest { note: note.id, text: "x".into() }).await),
            refusal(rounds.discard_note(&them, wish).await),
            refusal(rounds.keep_snapshot(&them, seen.encounter, true, png(8, 8, "")).await),
            refusal(rounds.delete_snapshot(&them, DeleteSnapshotRequest { snapshot, reason: "x".into() }).await),
        ] {
            assert_eq!(code, "role", "{role:?}");
        }
    }
    assert_eq!(stage.journalled(store::JournalKind::Change, 0).len(), changed, "nothing was changed by any of it");
}

#[tokio::test]
async fn a_scheduler_arranges_visits() {
    let stage = Stage::sample().await;
    let them = stage.user(Role::Scheduler, 0).await;
    let patient = stage.patient(&them, "Ostrander").await;
    let visit = stage.visit_of(&them, &patient, Priority::Routine).await;
    let priority = PriorityRequest { encounter: visit.encounter, priority: Priority::Urgent };
    stage.rounds.set_priority(&them, priority).await.unwrap();
    stage.rounds.link(&them, LinkRequest { encounter: visit.encounter, renew: true }).await.unwrap();
    let invite = InviteRequest { encounter: visit.encounter, role: ParticipantRole::Relative, name: "A sister".into() };
    stage.rounds.invite(&them, invite).await.unwrap();
    let allowed = stage.workspace(&them, &visit).await.allowed;
    use app::api::encounter::Allowed::{Cancel, Invite, SetPriority};
    assert_eq!(allowed, [Cancel, SetPriority, Invite], "the screen offers what this role may do");
    let cancel = CancelRequest { encounter: visit.encounter, reason: CancelReason::ByPatient };
    stage.rounds.cancel(&them, cancel).await.unwrap();
}

#[tokio::test]
async fn a_nurse_treats() {
    let stage = Stage::sample().await;
    let nurse = stage.user(Role::Nurse, 0).await;
    let visit = stage.visit("Ostrander").await;
    stage.arrive(&visit).await;
    stage.rounds.admit(&nurse, change(&visit)).await.unwrap();
    let note = stage.note(&nurse, &visit, "Bedside nursing check").await;
    stage.fill(&nurse, &note).await;
    assert!(stage.sign(&nurse, note.id).await.unwrap().signature.is_some());
}

#[tokio::test]
async fn a_password_opens_its_own_account_and_every_try_is_journalled() {
    let stage = Stage::empty().await;
    let request = app::api::start::CreatePracticeRequest {
        practice_name: " Harbour Clinic ".to_owned(),
        your_name: "First Clinician".to_owned(),
        title: Some(" ".to_owned()),
        password: "correct horse battery".into(),
        room_name: "General".to_owned(),
    };
    let short = app::api::start::CreatePracticeRequest { password: "äöüäöüäöü".into(), ..request.clone() };
    assert_eq!(refusal(stage.rounds.create_practice(short).await), "invalid", "nine characters are not ten");
    let id = stage.rounds.create_practice(request.clone()).await.unwrap();
    assert_eq!(refusal(stage.rounds.create_practice(request).await), "invalid", "a store holds one practice");
    let try_with = async |id, password: Option<&str>| stage.rounds.sign_in(id, password.map(Phi::from)).await;
    for wrong in [None, Some(""), Some("Correct horse battery"), Some("correct horse battery ")] {
        assert!(matches!(try_with(id, wrong).await, Err(Failure::WrongPassword)));
    }
    assert!(matches!(try_with(UserId::new(), Some("correct horse battery")).await, Err(Failure::WrongPassword)));
    let user = try_with(id, Some("correct horse battery")).await.unwrap();
    assert_eq!((user.id, user.title), (id, None));
    let words: Vec<_> =
        stage.journalled(store::JournalKind::System, 0).into_iter().map(|(command, _)| command).collect();
    assert_eq!(words.iter().filter(|word| *word == "session.wrong_password").count(), 4);
    assert_eq!(words.iter().filter(|word| *word == "session.signed_in").count(), 1);
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.practice().await.unwrap().unwrap().name, "Harbour Clinic");
    assert!(stage.rounds.sign_in(id, Some("correct horse battery".into())).await.is_ok());
}
