//! Patient data stays out of logs, messages and debug output, whatever goes well or wrong.
//!
//! All that a patient is or says is one word here that occurs nowhere else. Every command is given, with success and
//! without; everything that was logged, refused or printed is searched for the word.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use app::Failure;
use app::api::encounter::*;
use app::api::note::*;
use app::api::patient::{PatientDetails, PatientRequest, PatientSearchRequest};
use domain::Phi;
use domain::actor::Actor;
use domain::encounter::{CancelReason, Outcome};
use domain::id::*;
use domain::participant::ParticipantRole;
use domain::patient::Patient;
use domain::priority::Priority;
use store::{Kind, Record};

use crate::support::{BORN, DEVICE, Stage, change, new_patient, png, required_answers};

const WORD: &str = "Zaunkoenig";

/// All that was logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        // The store's writer is a thread of its own, so the subscriber must be everybody's.
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    })
}

/// Collects what people and logs are told.
#[derive(Default)]
struct Told(String);

impl Told {
    /// An answer, which must not show the word when it is printed; a failure, in all its forms.
    fn hear<T: std::fmt::Debug>(&mut self, what: &str, result: Result<T, Failure>) {
        self.0.push_str(&format!("{what}: {result:?}\n"));
        if let Err(failure) = result {
            self.0.push_str(&format!("{failure}\n"));
            let error = failure.told();
            self.0.push_str(&format!("{error} {error:?}\n{}\n", serde_json::to_string(&error).unwrap()));
        }
    }

    fn silent(&self) {
        let logged = String::from_utf8_lossy(&log().0.lock().unwrap()).into_owned();
        for text in [&self.0, &logged] {
            if let Some(line) = text.lines().find(|line| line.to_lowercase().contains(&WORD.to_lowercase())) {
                panic!("patient data was told: {line}");
            }
        }
    }
}

fn word(more: &str) -> Phi<String> {
    Phi::new(format!("{WORD}{more}"))
}

fn marked() -> PatientDetails {
    let mut request = new_patient(&format!("{WORD}-family"));
    request.name.given = vec![word("-given")];
    request.mrn = Some(word("-mrn"));
    request.phone = Some(word("-phone"));
    request.email = Some(word("@mail"));
    request
}

#[tokio::test]
async fn every_command_keeps_silent_about_the_patient() {
    log();
    let stage = Stage::sample().await;
    let (me, rounds) = (stage.clinician().await, stage.rounds.clone());
    let mut told = Told::default();
    let patient = rounds.create_patient(&me, marked()).await.unwrap();
    told.hear("again", rounds.create_patient(&me, marked()).await);
    let mut bad = marked();
    bad.name.family = Phi::new(WORD.repeat(100));
    told.hear("long", rounds.create_patient(&me, bad).await);
    let room = stage.queue(&me).await.rooms[0].id;
    let wish = CreateEncounterRequest {
        patient: patient.id,
        room,
        reason: word(" reason"),
        priority: Priority::Urgent,
        planned_for: None,
    };
    told.hear("create", rounds.create_encounter(&me, wish.clone()).await);
    told.hear(
        "long reason",
        rounds.create_encounter(&me, CreateEncounterRequest { reason: Phi::new(WORD.repeat(100)), ..wish }).await,
    );
    told.hear("wish", Ok(&marked()));
    let visit = stage.visit_of(&me, &patient, Priority::Routine).await;
    told.hear("search", rounds.search_patients(&me, PatientSearchRequest { text: word(""), limit: 9 }).await);
    told.hear("chart", rounds.patient(&me, PatientRequest { patient: patient.id }).await);
    told.hear("no chart", rounds.patient(&me, PatientRequest { patient: PatientId::new() }).await);

    told.0.push_str(&format!("{:?}\n", rounds.hello(&visit.token, DEVICE).await));
    told.0.push_str(&format!("{:?}\n", rounds.hello(WORD, WORD).await));
    for _ in 0..6 {
        told.0.push_str(&format!("{:?}\n", rounds.identify(visit.participant, word(" wrong"), word("")).await));
    }
    stage.advance(900);
    told.hear("early", rounds.wait(visit.participant).await);
    let name = Phi::new(visit.name.clone());
    rounds.identify(visit.participant, name, BORN.into()).await.unwrap();
    rounds.record_consent(visit.participant, true).await.unwrap();
    rounds.wait(visit.participant).await.unwrap();
    told.hear("admit", rounds.admit(&me, change(&visit)).await);
    told.hear("links", rounds.open_links().await);
    let invite = |role| InviteRequest { encounter: visit.encounter, role, name: word(" sister") };
    told.hear("invite", rounds.invite(&me, invite(ParticipantRole::Relative)).await);
    told.hear("invite the patient", rounds.invite(&me, invite(ParticipantRole::Patient)).await);
    told.hear("link", rounds.link(&me, LinkRequest { encounter: visit.encounter, renew: false }).await);

    let note = stage.note(&me, &visit, "General visit").await;
    for (question, value) in required_answers(&note.template) {
        let request = AnswerRequest { note: note.id, question, value };
        told.hear("answer", rounds.answer(&me, request).await);
    }
    for question in ["plan", "identity_confirmed", "disposition", "no_such_question"] {
        let request = AnswerRequest { note: note.id, question: question.to_owned(), value: vec![word(" text")] };
        told.hear("request", Ok(&request));
        told.hear(question, rounds.answer(&me, request).await);
    }
    let wish = NoteRequest { note: note.id };
    told.hear("preview", rounds.preview_note(&me, wish.clone()).await);
    told.hear("wrong digest", rounds.sign_note(&me, SignRequest { note: note.id, shown: WORD.to_owned() }).await);
    told.hear("aside", rounds.put_note_aside(&me, wish.clone()).await);
    told.hear("sign", stage.sign(&me, note.id).await);
    told.hear("addend", rounds.addend(&me, AddendRequest { note: note.id, text: word(" later") }).await);
    told.hear("empty", rounds.addend(&me, AddendRequest { note: note.id, text: " ".into() }).await);
    told.hear("note", rounds.note(&me, wish).await);
    let other = stage.note(&me, &visit, "General visit").await;
    stage.type_in(&me, other.id, "plan", WORD).await.unwrap();

    let snapshot = rounds.keep_snapshot(&me, visit.encounter, true, png(8, 8, WORD)).await.unwrap();
    told.hear("not a picture", rounds.keep_snapshot(&me, visit.encounter, true, WORD.as_bytes().to_vec()).await);
    let sealed = stage.folder.path().join(format!("files/{snapshot}.sealed"));
    std::fs::write(sealed, WORD).unwrap();
    told.hear("damaged", rounds.snapshot_picture(&me, snapshot).await.map(drop));
    told.hear("call", rounds.open_call(&me, visit.encounter).await.map(drop));
    told.hear(
        "cancel",
        rounds.cancel(&me, CancelRequest { encounter: visit.encounter, reason: CancelReason::ByPatient }).await,
    );
    told.hear("workspace", rounds.encounter(&me, EncounterRequest { encounter: visit.encounter }).await);
    told.hear("queue", Ok(stage.queue(&me).await));

    drop(rounds);
    let stage = stage.reopened().await;
    let rounds = stage.rounds.clone();
    told.hear("recovered", rounds.note(&me, NoteRequest { note: other.id }).await);
    told.hear("settled", rounds.settle_recovered(&me, RecoveredRequest { note: other.id, keep: false }).await);
    told.hear("discard", rounds.discard_note(&me, NoteRequest { note: other.id }).await);
    let finish = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
    told.hear("finish", rounds.finish(&me, finish).await);
    rounds.store().close();
    told.hear("closed", rounds.create_patient(&me, marked()).await);
    told.hear("closed", rounds.encounter(&me, EncounterRequest { encounter: visit.encounter }).await);
    told.silent();
    assert!(!log().0.lock().unwrap().is_empty(), "faults were logged, so the log is the right place to look");
}

/// A patient's row that is not a patient: written by a bug, or by something else.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Broken(String);

impl Record for Broken {
    const KIND: Kind = Kind::Chart;
    const NOUN: &'static str = "chart";
    type Id = PatientId;

    fn id(&self) -> PatientId {
        PatientId::from_u128(7)
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_reported_without_its_content() {
    log();
    let stage = Stage::sample().await;
    let me = stage.clinician().await;
    let write = stage.rounds.act(Actor::System, "test.break", |tx| {
        let mut patient = tx.read().search_patients("upton", 1)?.remove(0);
        patient.id = PatientId::from_u128(7);
        patient.mrn = "another".into();
        tx.put::<Patient>(None, &patient)?;
        Ok(tx.put(None, &Broken(WORD.to_owned()))?)
    });
    write.await.unwrap();
    let mut told = Told::default();
    let result = stage.rounds.patient(&me, PatientRequest { patient: PatientId::from_u128(7) }).await;
    assert!(matches!(result, Err(Failure::Store(store::StoreFault::Body { table: "chart", .. }))));
    let error = result.expect_err("it cannot be read").told();
    told.0.push_str(&format!("{error:?}"));
    told.silent();
    let logged = String::from_utf8_lossy(&log().0.lock().unwrap()).into_owned();
    let line = logged.lines().find(|line| line.contains(&error.request_id)).expect("the fault is in the log");
    assert!(line.contains("chart"), "{line}");
}
