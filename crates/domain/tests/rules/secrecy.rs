//! Nothing of a patient is ever printed: not by `Debug` of an aggregate, not by a refusal.

use std::collections::BTreeSet;
use std::fmt::Debug;

use domain::appointment::AppointmentRefusal;
use domain::encounter::{EncounterRefusal, EncounterState, IntakeAnswer, WaitingMessage};
use domain::id::PatientId;
use domain::note::{Heading, NoteRefusal};
use domain::participant::{ParticipantRefusal, ParticipantRole};
use domain::patient::*;
use domain::practice::{Role, User};
use domain::refusal::Refusal;
use domain::snapshot::SnapshotRefusal;
use domain::{Phi, encounter::Encounter};

use crate::people::{CANARY, answers, encounter, me, minute, note, participant, signer};

/// A date that stands nowhere else.
const DAY: &str = "1911-11-11";

fn word() -> Phi<String> {
    CANARY.into()
}

fn day() -> Phi<chrono::NaiveDate> {
    Phi::new(DAY.parse().unwrap())
}

fn patient() -> Patient {
    Patient {
        id: PatientId::from_u128(4),
        mrn: word(),
        name: HumanName { family: word(), given: vec![word()] },
        birth_date: day(),
        sex: Sex::Unknown,
        phone: Some(word()),
        email: Some(Phi::new(format!("{}@example.org", CANARY))),
        address: Some(word()),
        language: "en".into(),
        interpreter: false,
        status: PatientStatus::Active,
        created_at: minute(0),
    }
}

fn chart() -> Chart {
    let (resolved, dosage, reason) = (Some(day()), Some(word()), Some(word()));
    Chart {
        allergies: vec![Allergy { substance: word(), reaction: Some(word()), severity: Some(word()), recorded: day() }],
        problems: vec![Problem { text: word(), code: word(), onset: day(), resolved }],
        medications: vec![Medication { text: word(), code: word(), status: word(), dosage, started: day() }],
        past_visits: vec![PastVisit { on: day(), kind: word(), reason, clinician: word() }],
    }
}

fn visit() -> Encounter {
    let intake = vec![IntakeAnswer { question: "Why?".into(), answer: word() }];
    let messages = vec![WaitingMessage { id: String::new(), text: word(), at: minute(0) }];
    Encounter { intake, messages, ..encounter(EncounterState::Planned) }
}

/// Prints a value in both ways of `Debug` and finds no canary, though its serialised form has it.
fn assert_hidden<T: Debug + serde::Serialize>(value: &T) {
    let stored = serde_json::to_string(value).unwrap();
    assert!(stored.contains(CANARY), "a test without a canary proves nothing");
    assert_silent(value);
}

fn assert_silent<T: Debug>(value: &T) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!printed.contains(CANARY) && !printed.contains(DAY), "{printed}");
    }
}

#[test]
fn no_aggregate_prints_its_patient() {
    assert_hidden(&patient());
    assert_hidden(&chart());
    assert_hidden(&visit());
    for role in [ParticipantRole::Patient, ParticipantRole::Relative] {
        assert_hidden(&participant(role));
    }
    let draft = note().with_answers(answers(&[("story", &[CANARY]), ("sides", &[CANARY])]));
    let text = word();
    let signed =
        draft.sign(text.clone(), &domain::note::sha256_hex(text.as_bytes()), &signer(me()), minute(1)).unwrap();
    let amended = signed.amend(&text, &signer(me()), minute(2)).unwrap();
    for note in [&draft, &signed, &amended] {
        assert_hidden(note);
    }
    let (practice, visit_on) = ("Harbour Clinic".into(), minute(0));
    let heading = Heading { practice, patient_name: word(), birth_date: day(), mrn: word(), visit_on };
    assert_silent(&heading);
    assert_silent(&draft.canonical_text(&heading));
    assert_silent(&(patient().name.full(), patient().name.sorted()));
}

#[test]
fn a_user_prints_neither_name_nor_password() {
    let user = User { id: me(), name: CANARY.into(), title: None, role: Role::Nurse, password_hash: CANARY.into() };
    assert_hidden(&user);
}

/// Every refusal there is. Each list ends in a match without a wildcard, so that a new one must be added.
fn every_refusal() -> Vec<Refusal> {
    use {
        AppointmentRefusal as A, EncounterRefusal as E, NoteRefusal as N, ParticipantRefusal as P, SnapshotRefusal as S,
    };
    let until = minute(15);
    let too_long = PatientRefusal::TooLong { field: "The address", limit: 200 };
    let mut all: Vec<Refusal> = Vec::new();
    all.extend([A::NotNow { is: "booked" }, A::Length, A::TooEarly].map(Refusal::from));
    all.extend(
        [
            E::NotArrived,
            E::AlreadyAdmitted,
            E::NotBegun,
            E::Begun,
            E::Over,
            E::Outcome { why: "so." },
            E::NoReason,
            E::TooManyMessages,
        ]
        .map(Refusal::from),
    );
    all.extend([N::Signed, N::Discarded, N::NotSigned, N::NotTheAuthor, N::NoSuchQuestion].map(Refusal::from));
    all.extend(
        [N::WrongAnswer { expected: "x" }, N::TooLong, N::Missing { count: 2 }, N::TextChanged, N::Empty]
            .map(Refusal::from),
    );
    all.extend([P::Expired, P::OtherDevice, P::Blocked { until }, P::NotIdentified, P::Gone].map(Refusal::from));
    all.extend(
        [
            PatientRefusal::NoFamilyName,
            PatientRefusal::BirthDate,
            PatientRefusal::NoMrn,
            PatientRefusal::MrnTaken,
            PatientRefusal::Email,
            too_long,
        ]
        .map(Refusal::from),
    );
    all.extend([S::NoConsent, S::NotAPicture, S::TooLarge, S::NoReason, S::Deleted].map(Refusal::from));
    all.extend([Refusal::Role, Refusal::NotFound { what: "visit" }, Refusal::Stale, Refusal::Invalid { why: "No." }]);
    for refusal in &all {
        match refusal {
            Refusal::Appointment(A::NotNow { .. } | A::Length | A::TooEarly) => {}
            Refusal::Encounter(
                E::NotArrived
                | E::AlreadyAdmitted
                | E::NotBegun
                | E::Begun
                | E::Over
                | E::Outcome { .. }
                | E::NoReason
                | E::TooManyMessages,
            ) => {}
            Refusal::Note(
                N::Signed
                | N::Discarded
                | N::NotSigned
                | N::NotTheAuthor
                | N::NoSuchQuestion
                | N::WrongAnswer { .. }
                | N::TooLong
                | N::Missing { .. }
                | N::TextChanged
                | N::Empty,
            ) => {}
            Refusal::Participant(P::Expired | P::OtherDevice | P::Blocked { .. } | P::NotIdentified | P::Gone) => {}
            Refusal::Patient(
                PatientRefusal::NoFamilyName
                | PatientRefusal::BirthDate
                | PatientRefusal::NoMrn
                | PatientRefusal::MrnTaken
                | PatientRefusal::Email
                | PatientRefusal::TooLong { .. },
            ) => {}
            Refusal::Snapshot(S::NoConsent | S::NotAPicture | S::TooLarge | S::NoReason | S::Deleted) => {}
            Refusal::Role | Refusal::NotFound { .. } | Refusal::Stale | Refusal::Invalid { .. } => {}
        }
    }
    all
}

#[test]
fn every_refusal_is_a_sentence_and_has_a_code_of_its_own() {
    let mut codes = BTreeSet::new();
    for refusal in every_refusal() {
        let sentence = refusal.to_string();
        assert!(sentence.chars().next().is_some_and(|first| !first.is_lowercase()), "{sentence}");
        assert!(sentence.ends_with('.'), "{sentence}");
        assert!(codes.insert(refusal.code()), "{} stands for two refusals", refusal.code());
    }
}

#[test]
fn a_refused_record_is_not_quoted() {
    let today = "2026-03-05".parse().unwrap();
    let long: Phi<String> = Phi::new(CANARY.repeat(30));
    let patient = patient();
    let spoilt = [
        Patient { phone: Some(long.clone()), ..patient.clone() },
        Patient { address: Some(long.clone()), ..patient.clone() },
        Patient { mrn: long.clone(), ..patient.clone() },
        Patient { name: HumanName { family: word(), given: vec![long] }, ..patient.clone() },
        Patient { birth_date: Phi::new("1811-11-11".parse().unwrap()), ..patient.clone() },
        Patient { birth_date: Phi::new("2026-03-06".parse().unwrap()), ..patient.clone() },
    ];
    assert_eq!(patient.check(today), Ok(()));
    for patient in spoilt {
        let refusal = patient.check(today).unwrap_err();
        let printed = format!("{refusal} {refusal:?}");
        assert!(!printed.contains(CANARY) && !printed.contains("1811"), "{printed}");
    }
    let draft = note();
    for (question, value) in [(CANARY, "x"), ("side", CANARY), ("smokes", CANARY)] {
        let refusal = draft.check_answer(question, &[value.into()], me()).unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains(CANARY));
    }
}
