//! The people, times and aggregates that the tests begin with.

use domain::appointment::{Appointment, AppointmentState};
use domain::call::{Call, CallState};
use domain::encounter::{Encounter, EncounterState};
use domain::id::*;
use domain::note::{Answers, Note, NoteState, Signer};
use domain::participant::{Participant, ParticipantRole};
use domain::priority::Priority;
use domain::template::{Question, QuestionKind, Section, Template};
use domain::{Phi, Timestamp};
use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// What stands in every protected field and must never be printed.
pub const CANARY: &str = "CANARY-9f3a";

/// A moment: so many minutes after ten o'clock on the day of the visit.
pub fn minute(offset: i64) -> Timestamp {
    "2026-03-05T10:00:00Z".parse::<Timestamp>().unwrap() + chrono::TimeDelta::minutes(offset)
}

pub fn me() -> UserId {
    UserId::from_u128(1)
}

pub fn colleague() -> UserId {
    UserId::from_u128(2)
}

pub fn signer(id: UserId) -> Signer {
    Signer { id, name: "A. Clinician, MD".into() }
}

pub fn encounter(state: EncounterState) -> Encounter {
    Encounter {
        id: EncounterId::from_u128(3),
        patient: PatientId::from_u128(4),
        room: WaitingRoomId::from_u128(5),
        appointment: None,
        planned_for: minute(0),
        reason: CANARY.into(),
        priority: Priority::Routine,
        state,
        check: None,
        consent: None,
        identity: None,
        intake: Vec::new(),
        messages: Vec::new(),
    }
}

pub fn appointment(state: AppointmentState) -> Appointment {
    Appointment {
        id: AppointmentId::from_u128(6),
        patient: PatientId::from_u128(4),
        room: WaitingRoomId::from_u128(5),
        clinician: Some(me()),
        starts_at: minute(0),
        minutes: 30,
        state,
    }
}

pub fn call(state: CallState) -> Call {
    Call {
        id: CallId::from_u128(7),
        encounter: EncounterId::from_u128(3),
        clinician: me(),
        opened_at: minute(0),
        connected_at: None,
        drops: 0,
        state,
    }
}

pub fn participant(role: ParticipantRole) -> Participant {
    let id = ParticipantId::from_u128(8);
    Participant { id, ..Participant::invited(EncounterId::from_u128(3), role, CANARY.into(), None, minute(24 * 60)) }
}

pub fn question(id: &str, kind: QuestionKind, required: bool) -> Question {
    Question {
        id: id.into(),
        name: format!("The {id}"),
        kind,
        options: vec!["left".into(), "right".into()],
        unit: (kind == QuestionKind::Number).then(|| "mm".into()),
        min: (kind == QuestionKind::Number).then_some(-300),
        max: (kind == QuestionKind::Number).then_some(500),
        ahead: false,
        required,
        tags: Vec::new(),
        hint: None,
    }
}

/// A template with a question of every kind. The paragraph and the number are required.
pub fn template() -> Template {
    use QuestionKind as K;
    let findings = vec![
        question("line", K::Text, false),
        question("story", K::Paragraph, true),
        question("side", K::Choice, false),
        question("sides", K::Choices, false),
    ];
    let measured = vec![
        question("width", K::Number, true),
        question("since", K::Date, false),
        question("seen", K::DateTime, false),
        question("smokes", K::YesNo, false),
    ];
    let section = |id: &str, name: &str, questions| Section { id: id.into(), name: name.into(), questions };
    Template {
        id: TemplateId::from_u128(9),
        name: "General".into(),
        sections: vec![section("findings", "Findings", findings), section("measured", "Measured", measured)],
    }
}

pub fn answers(given: &[(&str, &[&str])]) -> Answers {
    given.iter().map(|(id, texts)| ((*id).to_owned(), texts.iter().map(|text| Phi::from(*text)).collect())).collect()
}

/// A note by me with both required answers.
pub fn note() -> Note {
    Note {
        id: NoteId::from_u128(10),
        encounter: EncounterId::from_u128(3),
        patient: PatientId::from_u128(4),
        template: template(),
        author: me(),
        started_at: minute(0),
        answers: answers(&[("story", &["Well."]), ("width", &["12"])]),
        state: NoteState::Draft,
    }
}

/// How a property is tried: the same walks on every run, and others where `PROPTEST_RNG_SEED` says so.
pub fn tries(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_260_305),
        RngSeed::Fixed(seed) => RngSeed::Fixed(seed),
    };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..default }
}
