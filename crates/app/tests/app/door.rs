//! The door for patients: every step to the waiting room, and every way to be refused.

use app::Failure;
use app::api::encounter::{CancelRequest, FinishRequest, InviteRequest, LinkRequest, ParticipantRequest};
use call::signal::{OverReason, Refused, Step};
use domain::check::{CheckOutcome, DeviceCheck};
use domain::encounter::{CancelReason, EncounterState, Outcome};
use domain::id::ParticipantId;
use domain::participant::{ParticipantRole, ParticipantState};
use domain::refusal::Refusal;

use crate::support::{BORN, DEVICE, Stage, Visit, refusal, token};

const OTHER_DEVICE: &str = "ffffffffffffffffffffffffffffffff";

const CHECK: DeviceCheck = DeviceCheck {
    camera: CheckOutcome::Good,
    microphone: CheckOutcome::Blocked,
    speaker: CheckOutcome::Skipped,
    network: CheckOutcome::Poor,
    figures: None,
};

async fn step(stage: &Stage, visit: &Visit) -> Step {
    stage.rounds.hello(&visit.token, DEVICE).await.expect("the link is good").step
}

async fn answers(stage: &Stage, visit: &Visit, name: &str, born: &str) -> Result<(), Refused> {
    stage.rounds.identify(visit.participant, name.into(), born.into()).await
}

#[tokio::test]
async fn a_patient_goes_from_the_link_to_the_waiting_room() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Østgård-Núñez").await;
    let guest = stage.rounds.hello(&visit.token, DEVICE).await.unwrap();
    assert_eq!((guest.participant, guest.encounter), (visit.participant, visit.encounter));
    assert_eq!((guest.role, guest.engine, guest.step), (ParticipantRole::Patient, false, Step::Identify));
    assert_eq!(guest.practice, stage.rounds.practice().await.unwrap().unwrap().name);

    answers(&stage, &visit, "  NÚÑEZ østgård, ada ", " 1984-03-05 ").await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Prepare);
    assert_eq!(refusal(stage.rounds.wait(visit.participant).await), "invalid", "consent comes first");
    stage.rounds.record_check(visit.participant, CHECK).await.unwrap();
    stage.rounds.record_consent(visit.participant, true).await.unwrap();
    stage.rounds.wait(visit.participant).await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Waiting);

    let view = stage.workspace(&stage.clinician().await, &visit).await;
    assert_eq!(view.check.expect("the check is on the record").result, CHECK);
    assert!(view.consent.expect("so is the consent").given);
    assert!(matches!(view.state, EncounterState::Arrived { .. }));
}

#[tokio::test]
async fn nothing_can_be_done_before_the_name_is_known() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let me = visit.participant;
    for result in [
        stage.rounds.record_check(me, CHECK).await,
        stage.rounds.record_consent(me, true).await,
        stage.rounds.record_consent(me, false).await,
        stage.rounds.wait(me).await,
    ] {
        assert_eq!(refusal(result), "participant.not_identified");
    }
    let view = stage.workspace(&stage.clinician().await, &visit).await;
    assert!(view.check.is_none() && view.consent.is_none());
    assert_eq!(view.state, EncounterState::Planned);
}

#[tokio::test]
async fn a_bad_link_opens_nothing() {
    let stage = Stage::sample().await;
    let elsewhere = Stage::sample().await;
    let (visit, foreign) = (stage.visit("Ostrander").await, elsewhere.visit("Ostrander").await);
    let mut forged = visit.token.clone();
    forged.replace_range(10..11, if forged.as_bytes()[10] == b'A' { "B" } else { "A" });
    for bad in ["", "x", forged.as_str(), foreign.token.as_str(), &visit.token[1..]] {
        assert_eq!(stage.rounds.hello(bad, DEVICE).await.unwrap_err(), Refused::BadLink);
    }
    for device in ["", "short", &"x".repeat(129)] {
        assert_eq!(stage.rounds.hello(&visit.token, device).await.unwrap_err(), Refused::BadLink);
    }
    assert_eq!(
        stage.rounds.identify(ParticipantId::new(), "Ada".into(), BORN.into()).await,
        Err(Refused::BadLink),
        "somebody who was never invited is a bad link like any other"
    );
    assert!(matches!(stage.rounds.guest(ParticipantId::new()).await, Err(Failure::Refused(Refusal::NotFound { .. }))));
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    stage.advance(12 * 3600 - 1);
    assert_eq!(step(&stage, &visit).await, Step::Identify, "it works to its last second");
    stage.advance(2);
    assert_eq!(stage.rounds.hello(&visit.token, DEVICE).await.unwrap_err(), Refused::Expired);
    stage.advance(3600);
    assert_eq!(stage.rounds.hello(&visit.token, DEVICE).await.unwrap_err(), Refused::Expired);
    assert_eq!(answers(&stage, &visit, &visit.name, BORN).await, Err(Refused::Expired));
}

#[tokio::test]
async fn the_first_device_keeps_the_link() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    step(&stage, &visit).await;
    assert_eq!(stage.rounds.hello(&visit.token, OTHER_DEVICE).await.unwrap_err(), Refused::OtherDevice);
    assert_eq!(step(&stage, &visit).await, Step::Identify, "the first one still may");
    let stage = stage.reopened().await;
    assert_eq!(stage.rounds.hello(&visit.token, OTHER_DEVICE).await.unwrap_err(), Refused::OtherDevice);
}

#[tokio::test]
async fn a_renewed_link_is_for_another_device_and_the_old_one_is_dead() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    step(&stage, &visit).await;
    let same = stage.rounds.link(&me, LinkRequest { encounter: visit.encounter, renew: false }).await.unwrap();
    assert_eq!(token(same.url.as_str()), visit.token, "without renewing it is the link that was given out");
    let new = stage.rounds.link(&me, LinkRequest { encounter: visit.encounter, renew: true }).await.unwrap();
    assert_eq!(stage.rounds.hello(&token(new.url.as_str()), OTHER_DEVICE).await.unwrap().step, Step::Identify);
    assert_eq!(step(&stage, &visit).await, Step::Over { why: OverReason::Removed });
}

#[tokio::test]
async fn five_wrong_answers_block_the_door_for_fifteen_minutes() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    let wrong =
        [("Ada Ostrander", "1984-03-06"), ("Eve Ostrander", BORN), ("Ada", BORN), ("Ada Ostrander", "05.03.1984")];
    for ((name, born), tries_left) in wrong.into_iter().zip([4, 3, 2, 1]) {
        assert_eq!(answers(&stage, &visit, name, born).await, Err(Refused::NotMatching { tries_left }));
    }
    assert_eq!(answers(&stage, &visit, "", "").await, Err(Refused::Blocked { seconds: 900 }));
    stage.advance(60);
    assert_eq!(
        answers(&stage, &visit, &visit.name, BORN).await,
        Err(Refused::Blocked { seconds: 840 }),
        "even the right answer waits"
    );
    let stage = stage.reopened().await;
    stage.advance(839);
    assert_eq!(
        answers(&stage, &visit, &visit.name, BORN).await,
        Err(Refused::Blocked { seconds: 1 }),
        "a restart forgets nothing"
    );
    stage.advance(1);
    assert_eq!(answers(&stage, &visit, "Eve Ostrander", BORN).await, Err(Refused::NotMatching { tries_left: 4 }));
    assert_eq!(answers(&stage, &visit, &visit.name, BORN).await, Ok(()));
}

#[tokio::test]
async fn who_does_not_consent_is_out_and_it_is_on_the_record() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    step(&stage, &visit).await;
    answers(&stage, &visit, &visit.name, BORN).await.unwrap();
    stage.rounds.record_consent(visit.participant, false).await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Over { why: OverReason::Removed });
    assert!(stage.rounds.wait(visit.participant).await.is_err());
    let view = stage.workspace(&stage.clinician().await, &visit).await;
    assert!(!view.consent.expect("the refusal is kept").given);
    assert!(matches!(view.participants[0].state, ParticipantState::Declined { .. }));
    assert_eq!(view.state, EncounterState::Planned);
}

#[tokio::test]
async fn who_leaves_can_come_back_and_who_is_removed_cannot() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    stage.arrive(&visit).await;
    stage.rounds.leave(visit.participant).await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Prepare, "name and consent are known");
    stage.rounds.wait(visit.participant).await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Waiting);
    stage.rounds.remove_participant(&me, ParticipantRequest { participant: visit.participant }).await.unwrap();
    assert_eq!(step(&stage, &visit).await, Step::Over { why: OverReason::Removed });
    assert!(stage.rounds.wait(visit.participant).await.is_err());
    assert_eq!(answers(&stage, &visit, &visit.name, BORN).await, Err(Refused::BadLink));
}

#[tokio::test]
async fn a_visit_that_is_over_is_over_at_the_door() {
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let (finished, cancelled) = (stage.admitted("Ostrander").await, stage.visit("Pell").await);
    let finish = FinishRequest { encounter: finished.encounter, outcome: Outcome::Completed };
    stage.rounds.finish(&me, finish).await.unwrap();
    let cancel = CancelRequest { encounter: cancelled.encounter, reason: CancelReason::ByPractice };
    stage.rounds.cancel(&me, cancel).await.unwrap();
    assert_eq!(step(&stage, &finished).await, Step::Over { why: OverReason::Finished });
    assert_eq!(step(&stage, &cancelled).await, Step::Over { why: OverReason::Cancelled });
    assert_eq!(refusal(stage.rounds.wait(finished.participant).await), "encounter.over");
}

#[tokio::test]
async fn a_guest_waits_until_the_visit_begins() {
    let stage = Stage::sample().await;
    let (me, visit) = (stage.clinician().await, stage.visit("Ostrander").await);
    let invite = |role, name: &str| InviteRequest { encounter: visit.encounter, role, name: name.into() };
    assert_eq!(refusal(stage.rounds.invite(&me, invite(ParticipantRole::Patient, "Ada")).await), "invalid");
    assert_eq!(refusal(stage.rounds.invite(&me, invite(ParticipantRole::Relative, " ")).await), "invalid");
    let link = stage.rounds.invite(&me, invite(ParticipantRole::Interpreter, "An interpreter")).await.unwrap();
    let token = token(link.url.as_str());
    let guest = stage.rounds.hello(&token, OTHER_DEVICE).await.unwrap();
    assert_eq!(
        (guest.step, guest.role, guest.name.as_str()),
        (Step::Prepare, ParticipantRole::Interpreter, "An interpreter")
    );
    stage.rounds.wait(guest.participant).await.unwrap();
    assert_eq!(stage.rounds.guest(guest.participant).await.unwrap().step, Step::Waiting);
    stage.arrive(&visit).await;
    stage.rounds.admit(&me, crate::support::change(&visit)).await.unwrap();
    assert_eq!(stage.rounds.guest(guest.participant).await.unwrap().step, Step::Call);
    assert_eq!(step(&stage, &visit).await, Step::Call);
}

#[tokio::test]
async fn a_store_that_cannot_keep_anything_lets_nobody_in() {
    let stage = Stage::sample().await;
    let visit = stage.visit("Ostrander").await;
    stage.rounds.store().close();
    assert_eq!(stage.rounds.hello(&visit.token, DEVICE).await.unwrap_err(), Refused::Unavailable);
    assert_eq!(answers(&stage, &visit, &visit.name, BORN).await, Err(Refused::Unavailable));
}
