//! The sample practice: synthetic patients, rooms, people and a queue that is always of today.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use domain::Phi;
use domain::Timestamp;
use domain::actor::Actor;
use domain::appointment::{Appointment, AppointmentCommand, AppointmentState};
use domain::check::{CheckOutcome, DeviceCheck};
use domain::encounter::{CancelReason, Encounter, EncounterCommand, EncounterState, IntakeAnswer, Outcome};
use domain::id::{AppointmentId, EncounterId, NoteId, PatientId, UserId, WaitingRoomId};
use domain::note::{Answers, Heading, Note, NoteState, Signer};
use domain::patient::{Allergy, Chart, HumanName, Medication, PastVisit, Patient, PatientStatus, Problem, Sex};
use domain::practice::{Role, User, WaitingRoom};
use domain::priority::Priority;
use domain::template::Template;
use serde::Deserialize;
use store::{PatientChart, Stop, Tx};

use crate::failure::Failure;
use crate::join::invite_patient;
use crate::practice::{found, hashed, shipped_templates};
use crate::rounds::Rounds;
use crate::{notes, password};

/// How the sample's users sign in: name, role and password, in the order of the file.
#[derive(Debug, Clone)]
pub struct SampleUser {
    /// Their name.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// Their password, made now and kept nowhere else.
    pub password: Phi<String>,
}

#[derive(Deserialize)]
struct PracticeFile {
    name: String,
    rooms: Vec<RoomFile>,
    users: Vec<UserFile>,
    visits: Vec<VisitFile>,
}

#[derive(Deserialize)]
struct RoomFile {
    name: String,
    slot_minutes: u32,
    service_line: Option<String>,
    default_template: Option<String>,
}

#[derive(Deserialize)]
struct UserFile {
    name: String,
    role: Role,
    title: Option<String>,
}

#[derive(Deserialize)]
struct VisitFile {
    patient: usize,
    room: String,
    clinician: Option<usize>,
    reason: Phi<String>,
    priority: Priority,
    scheduled_minutes: i64,
    state: VisitState,
    waiting_minutes: Option<i64>,
    check: Option<CheckFile>,
    intake: Vec<IntakeAnswer>,
    note: Option<NoteFile>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum VisitState {
    Planned,
    Waiting,
    Finished,
    NoShow,
}

#[derive(Deserialize, Clone, Copy)]
struct CheckFile {
    camera: CheckOutcome,
    microphone: CheckOutcome,
    speaker: CheckOutcome,
    network: CheckOutcome,
}

#[derive(Deserialize)]
struct NoteFile {
    template: String,
    answers: Answers,
    signed: bool,
}

#[derive(Deserialize)]
struct PatientFile {
    name: HumanName,
    birth_date: Phi<NaiveDate>,
    sex: Sex,
    mrn: Phi<String>,
    phone: Option<Phi<String>>,
    email: Option<Phi<String>>,
    address: Option<AddressFile>,
    language: String,
    interpreter: bool,
    allergies: Vec<Allergy>,
    problems: Vec<Problem>,
    medications: Vec<Medication>,
    past_visits: Vec<PastVisit>,
}

#[derive(Deserialize)]
struct AddressFile {
    line: String,
    city: String,
    state: String,
    postal_code: String,
    country: String,
}

impl AddressFile {
    fn joined(&self) -> Phi<String> {
        let parts = [&self.line, &self.city, &self.state, &self.postal_code, &self.country];
        Phi::new(parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", "))
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(error = %error, "the sample practice cannot be read");
        Failure::Bug
    })
}

impl Rounds {
    /// Makes the sample practice in an empty store, with a queue relative to now. Its users' passwords are new each time.
    pub async fn create_sample(&self) -> Result<Vec<SampleUser>, Failure> {
        let practice: PracticeFile = read(include_str!("../../../assets/sample/practice.json"))?;
        let patients: Vec<PatientFile> = read(include_str!("../../../assets/sample/patients.json"))?;
        let templates = shipped_templates()?;
        let (mut users, mut told) = (Vec::new(), Vec::new());
        for file in &practice.users {
            let password = password::random()?;
            let password_hash = hashed(password.clone()).await?;
            let (name, role, title) = (file.name.clone(), file.role, file.title.clone());
            told.push(SampleUser { name: name.clone(), role, password });
            users.push(User { id: UserId::new(), name, title, role, password_hash });
        }
        let join_expiry = self.now() + TimeDelta::hours(24);
        self.act(Actor::System, "practice.explore_sample", move |tx| {
            let sample = Sample { name: practice.name.clone(), templates, users, join_expiry };
            sample.write(tx, practice, patients)
        })
        .await?;
        Ok(told)
    }
}

struct Sample {
    name: String,
    templates: Vec<(String, Template)>,
    users: Vec<User>,
    join_expiry: Timestamp,
}

impl Sample {
    fn write(&self, tx: &mut Tx<'_>, practice: PracticeFile, patients: Vec<PatientFile>) -> Result<(), Stop> {
        found(tx, practice.name, true)?;
        for user in &self.users {
            tx.put(None, user)?;
        }
        for (_, template) in &self.templates {
            tx.put(None, template)?;
        }
        let mut rooms = BTreeMap::new();
        for file in practice.rooms {
            let default_template =
                file.default_template.as_deref().and_then(|key| self.template(key)).map(|found| found.id);
            let RoomFile { name, slot_minutes, service_line, .. } = file;
            let room = WaitingRoom { id: WaitingRoomId::new(), name, slot_minutes, service_line, default_template };
            tx.put(None, &room)?;
            rooms.insert(room.name.clone(), room);
        }
        let patients = patients.into_iter().map(|file| write_patient(tx, file)).collect::<Result<Vec<_>, _>>()?;
        for visit in practice.visits {
            let (Some(patient), Some(room)) = (patients.get(visit.patient), rooms.get(&visit.room)) else { continue };
            self.write_visit(tx, visit, patient, room)?;
        }
        Ok(())
    }

    fn template(&self, key: &str) -> Option<&Template> {
        self.templates.iter().find(|(name, _)| name == key).map(|(_, template)| template)
    }

    fn write_visit(
        &self,
        tx: &mut Tx<'_>,
        visit: VisitFile,
        patient: &Patient,
        room: &WaitingRoom,
    ) -> Result<(), Stop> {
        let now = tx.at();
        let planned_for = now + TimeDelta::minutes(visit.scheduled_minutes);
        let clinician = visit.clinician.and_then(|index| self.users.get(index));
        let appointment = Appointment {
            id: AppointmentId::new(),
            patient: patient.id,
            room: room.id,
            clinician: clinician.map(|user| user.id),
            starts_at: planned_for,
            minutes: room.slot_minutes,
            state: AppointmentState::Booked,
        };
        let encounter = Encounter {
            id: EncounterId::new(),
            patient: patient.id,
            room: room.id,
            appointment: Some(appointment.id),
            planned_for,
            reason: visit.reason.clone(),
            priority: visit.priority,
            state: EncounterState::Planned,
            check: None,
            consent: None,
            identity: None,
            intake: visit.intake.clone(),
            messages: Vec::new(),
        };
        let (appointment, encounter) = self.lived(&visit, appointment, encounter, room, clinician, now)?;
        tx.put(None, &appointment)?;
        tx.put(None, &encounter)?;
        if !encounter.state.is_over() {
            invite_patient(tx, &encounter, patient, self.join_expiry)?;
        }
        match (&visit.note, clinician) {
            (Some(file), Some(author)) => self.write_note(tx, file, author, &encounter, patient),
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// Lets the visit live through its commands, at the times when they would have been given.
    fn lived(
        &self,
        visit: &VisitFile,
        appointment: Appointment,
        encounter: Encounter,
        room: &WaitingRoom,
        clinician: Option<&User>,
        now: Timestamp,
    ) -> Result<(Appointment, Encounter), Stop> {
        use AppointmentCommand as A;
        use EncounterCommand as E;
        let begun = encounter.planned_for;
        let came = match visit.state {
            VisitState::Waiting => now - TimeDelta::minutes(visit.waiting_minutes.unwrap_or(5)),
            VisitState::Planned | VisitState::Finished | VisitState::NoShow => begun - TimeDelta::minutes(6),
        };
        let over = begun + TimeDelta::minutes(i64::from(room.slot_minutes));
        let check = visit.check.map(|CheckFile { camera, microphone, speaker, network }| {
            E::RecordCheck(DeviceCheck { camera, microphone, speaker, network, figures: None })
        });
        let mut story: Vec<(Timestamp, E)> = Vec::new();
        let mut booked: Vec<(Timestamp, A)> = Vec::new();
        match visit.state {
            VisitState::Planned => {}
            VisitState::NoShow => {
                story.push((over, E::Cancel(CancelReason::NoShow)));
                booked.push((over, A::MissIt));
            }
            VisitState::Waiting | VisitState::Finished => {
                story.extend(check.map(|check| (came, check)));
                story.push((came, E::RecordConsent { given: true }));
                story.push((came, E::Arrive));
                booked.push((came, A::Arrive));
                if !visit.intake.is_empty() && visit.state == VisitState::Waiting {
                    story.push((came + TimeDelta::minutes(2), E::Triage));
                }
            }
        }
        let seen_by = clinician.or(self.users.first());
        if let (VisitState::Finished, Some(user)) = (visit.state, seen_by) {
            story.push((begun, E::Admit { clinician: user.id }));
            story.push((begun, E::ConfirmIdentity { by: user.id }));
            story.push((over, E::Finish(Outcome::Completed)));
            booked.push((over, A::Fulfil));
        }
        let actor = seen_by.map_or(Actor::System, |user| Actor::User(user.id));
        let encounter = story.iter().try_fold(encounter, |visit, (at, command)| {
            Ok::<_, Stop>(visit.decide(command, actor, *at)?.unwrap_or(visit))
        })?;
        let appointment = booked.iter().try_fold(appointment, |appointment, (at, command)| {
            Ok::<_, Stop>(appointment.decide(command, actor, *at)?.unwrap_or(appointment))
        })?;
        Ok((appointment, encounter))
    }

    fn write_note(
        &self,
        tx: &mut Tx<'_>,
        file: &NoteFile,
        author: &User,
        encounter: &Encounter,
        patient: &Patient,
    ) -> Result<(), Stop> {
        let Some(template) = self.template(&file.template) else { return Ok(()) };
        let note = Note {
            id: NoteId::new(),
            encounter: encounter.id,
            patient: patient.id,
            template: template.clone(),
            author: author.id,
            started_at: encounter.planned_for,
            answers: file.answers.clone(),
            state: NoteState::Draft,
        };
        if !file.signed {
            return Ok(tx.put(None, &note)?);
        }
        let heading = Heading {
            practice: self.name.clone(),
            patient_name: patient.name.full(),
            birth_date: patient.birth_date.clone(),
            mrn: patient.mrn.clone(),
            visit_on: encounter.planned_for,
        };
        let text = note.canonical_text(&heading);
        let shown = domain::note::sha256_hex(text.as_bytes());
        let signer = Signer { id: author.id, name: notes::signature_name(author) };
        let at = encounter.planned_for + TimeDelta::minutes(18);
        Ok(tx.put(None, &note.sign(text, &shown, &signer, at)?)?)
    }
}

fn write_patient(tx: &mut Tx<'_>, file: PatientFile) -> Result<Patient, Stop> {
    let patient = Patient {
        id: PatientId::new(),
        mrn: file.mrn,
        name: file.name,
        birth_date: file.birth_date,
        sex: file.sex,
        phone: file.phone,
        email: file.email,
        address: file.address.map(|address| address.joined()),
        language: file.language,
        interpreter: file.interpreter,
        status: PatientStatus::Active,
        created_at: tx.at(),
    };
    let PatientFile { allergies, problems, medications, past_visits, .. } = file;
    tx.put(None, &patient)?;
    tx.put(
        None,
        &PatientChart { patient: patient.id, chart: Chart { allergies, problems, medications, past_visits } },
    )?;
    Ok(patient)
}
