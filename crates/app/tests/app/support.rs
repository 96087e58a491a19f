//! A practice for one test: a store in a temporary folder, a clock that stands still, and the few steps that most
//! stories begin with.

use std::sync::Arc;

use app::api::encounter::{CreateEncounterRequest, EncounterChangeRequest, EncounterRequest, EncounterView};
use app::api::note::{AnswerRequest, NoteRequest, NoteView, SignRequest, StartNoteRequest};
use app::api::patient::PatientDetails;
use app::api::queue::{PatientBrief, QueueRequest, QueueView};
use app::clock::SetClock;
use app::{Asked, Failure, Rounds, SampleUser};
use chrono::{Local, TimeDelta, TimeZone};
use domain::id::{EncounterId, NoteId, ParticipantId};
use domain::note::Answers;
use domain::patient::{HumanName, Sex};
use domain::practice::{Role, User};
use domain::priority::Priority;
use domain::template::{Question, QuestionKind, Template};
use domain::{Phi, Timestamp};
use store::{JournalKind, JournalRow};
use tempfile::TempDir;

/// The device of a patient, as their browser keeps it.
pub const DEVICE: &str = "0123456789abcdef0123456789abcdef";
/// A birth date that a person types for the patients of [`Stage::patient`].
pub const BORN: &str = "1984-03-05";

/// A practice at work in a folder of its own.
pub struct Stage {
    pub rounds: Rounds,
    pub clock: Arc<SetClock>,
    pub folder: TempDir,
    pub passwords: Vec<SampleUser>,
}

/// A visit whose patient has a link.
#[derive(Clone)]
pub struct Visit {
    pub encounter: EncounterId,
    pub participant: ParticipantId,
    pub token: String,
    pub name: String,
}

/// Noon in this computer's zone, so that a story never runs over midnight.
pub fn noon() -> Timestamp {
    Local.with_ymd_and_hms(2026, 3, 4, 12, 0, 0).single().expect("no clock is put forward at noon").to_utc()
}

pub async fn open(folder: &std::path::Path, clock: &Arc<SetClock>) -> Rounds {
    app::open(folder, clock.clone()).await.expect("a folder of ours opens")
}

impl Stage {
    /// An empty folder.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(SetClock::at(noon()));
        let rounds = open(folder.path(), &clock).await;
        Self { rounds, clock, folder, passwords: Vec::new() }
    }

    /// The sample practice.
    pub async fn sample() -> Self {
        let mut stage = Self::empty().await;
        stage.passwords = stage.rounds.create_sample().await.expect("the sample can be made");
        stage
    }

    /// The same folder after the program has ended in order and was started again.
    pub async fn reopened(self) -> Self {
        let Self { rounds, clock, folder, passwords } = self;
        rounds.store().close();
        drop(rounds);
        let rounds = open(folder.path(), &clock).await;
        Self { rounds, clock, folder, passwords }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// The n-th user of a role, by name.
    pub async fn user(&self, role: Role, n: usize) -> Asked {
        let users = self.rounds.users().await.expect("users can be read");
        let by: User = users.into_iter().filter(|user| user.role == role).nth(n).expect("the sample has such a user");
        Asked { by, key: None }
    }

    pub async fn clinician(&self) -> Asked {
        self.user(Role::Clinician, 0).await
    }

    pub async fn queue(&self, asked: &Asked) -> QueueView {
        self.rounds.queue(asked, QueueRequest::default()).await.expect("the queue can be read")
    }

    /// A new patient with this family name, born on [`BORN`].
    pub async fn patient(&self, asked: &Asked, family: &str) -> PatientBrief {
        self.rounds.create_patient(asked, new_patient(family)).await.expect("a patient can be made")
    }

    /// A visit of a new patient, planned for now.
    pub async fn visit(&self, family: &str) -> Visit {
        let asked = self.clinician().await;
        let patient = self.patient(&asked, family).await;
        self.visit_of(&asked, &patient, Priority::Routine).await
    }

    pub async fn visit_of(&self, asked: &Asked, patient: &PatientBrief, priority: Priority) -> Visit {
        let rooms = self.queue(asked).await.rooms;
        let room = rooms.first().expect("the sample has rooms").id;
        let request =
            CreateEncounterRequest { patient: patient.id, room, reason: "A cough".into(), priority, planned_for: None };
        let link = self.rounds.create_encounter(asked, request).await.expect("a visit can be made");
        let guest = self.rounds.guest(link.participant).await.expect("the link leads somewhere");
        let (family, given) = patient.name.split_once(", ").expect("names are sorted");
        let name = format!("{given} {family}");
        Visit { encounter: guest.encounter, participant: link.participant, token: token(link.url.as_str()), name }
    }

    /// The patient goes all the way into the waiting room.
    pub async fn arrive(&self, visit: &Visit) {
        self.rounds.hello(&visit.token, DEVICE).await.expect("the link is good");
        self.rounds
            .identify(visit.participant, Phi::new(visit.name.clone()), BORN.into())
            .await
            .expect("name and birth date match");
        self.rounds.record_consent(visit.participant, true).await.expect("consent is kept");
        self.rounds.wait(visit.participant).await.expect("the patient can wait");
    }

    /// A visit in progress with the first clinician.
    pub async fn admitted(&self, family: &str) -> Visit {
        let visit = self.visit(family).await;
        self.arrive(&visit).await;
        self.rounds.admit(&self.clinician().await, change(&visit)).await.expect("a waiting patient can be admitted");
        visit
    }

    pub async fn workspace(&self, asked: &Asked, visit: &Visit) -> EncounterView {
        let request = EncounterRequest { encounter: visit.encounter };
        self.rounds.encounter(asked, request).await.expect("a visit can be looked at")
    }

    /// A new note of a visit, from the template of this name.
    pub async fn note(&self, asked: &Asked, visit: &Visit, template: &str) -> NoteView {
        let templates =
            self.rounds.templates(asked, app::api::Nothing {}).await.expect("templates can be read").templates;
        let template = templates.iter().find(|found| found.name == template).expect("the template is shipped").id;
        let request = StartNoteRequest { encounter: visit.encounter, template };
        self.rounds.start_note(asked, request).await.expect("a note can be begun")
    }

    pub async fn type_in(&self, asked: &Asked, note: NoteId, question: &str, text: &str) -> Result<(), Failure> {
        let request = AnswerRequest { note, question: question.to_owned(), value: vec![text.into()] };
        self.rounds.answer(asked, request).await.map(|_| ())
    }

    /// Answers everything that is required.
    pub async fn fill(&self, asked: &Asked, note: &NoteView) {
        for (question, value) in required_answers(&note.template) {
            let request = AnswerRequest { note: note.id, question, value };
            self.rounds.answer(asked, request).await.expect("a fitting answer is kept");
        }
    }

    /// Signs what the preview shows.
    pub async fn sign(&self, asked: &Asked, note: NoteId) -> Result<NoteView, Failure> {
        let shown = self.rounds.preview_note(asked, NoteRequest { note }).await?.sha256;
        self.rounds.sign_note(asked, SignRequest { note, shown }).await
    }

    pub async fn look_at_note(&self, asked: &Asked, note: NoteId) -> NoteView {
        self.rounds.note(asked, NoteRequest { note }).await.expect("a note can be looked at")
    }

    /// The whole journal.
    pub fn journal(&self) -> Vec<JournalRow> {
        self.rounds.store().read_now(|reader| reader.journal_after(0, u32::MAX)).expect("the journal can be read")
    }

    /// Commands of the rows of one kind after a place.
    pub fn journalled(&self, kind: JournalKind, after: usize) -> Vec<(String, String)> {
        let rows = self.journal().into_iter().skip(after).filter(|row| row.kind == kind);
        rows.map(|row| (row.command, row.subject_id)).collect()
    }
}

pub fn new_patient(family: &str) -> PatientDetails {
    PatientDetails {
        name: HumanName { family: family.into(), given: vec!["Ada".into(), "Maria".into()] },
        birth_date: Phi::new(BORN.parse().expect("a date")),
        sex: Sex::Female,
        mrn: None,
        phone: None,
        email: None,
        language: "en".to_owned(),
        interpreter: false,
    }
}

pub fn change(visit: &Visit) -> EncounterChangeRequest {
    EncounterChangeRequest { encounter: visit.encounter, version: None }
}

/// The token of a join link.
pub fn token(url: &str) -> String {
    url.rsplit_once('/').expect("a link has a path").1.to_owned()
}

/// The stable word of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> &'static str {
    match result {
        Err(Failure::Refused(refusal)) => refusal.code(),
        other => panic!("not a refusal: {other:?}"),
    }
}

/// An answer that fits, for everything that a template requires.
pub fn required_answers(template: &Template) -> Answers {
    let questions = template.sections.iter().flat_map(|section| &section.questions);
    questions
        .filter(|question| question.required)
        .map(|question| (question.id.clone(), vec![fitting(question)]))
        .collect()
}

fn fitting(question: &Question) -> Phi<String> {
    match question.kind {
        QuestionKind::Text | QuestionKind::Paragraph => "As described.".into(),
        QuestionKind::Choice | QuestionKind::Choices => Phi::new(question.options.first().expect("a choice").clone()),
        QuestionKind::Number => Phi::new(question.min.unwrap_or(0).max(12).to_string()),
        QuestionKind::Date => "2026-03-01".into(),
        QuestionKind::DateTime => "2026-03-01 08:30 +00:00".into(),
        QuestionKind::YesNo => "yes".into(),
    }
}

/// The head of a PNG file of this size: all that is looked at before a picture is kept.
pub fn png(width: u32, height: u32, filling: &str) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(filling.as_bytes());
    bytes
}
