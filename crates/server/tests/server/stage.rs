//! A practice that is served, with a clock that stands still.

use std::net::SocketAddr;
use std::sync::Arc;

use app::api::encounter::{CreateEncounterRequest, EncounterChangeRequest, FinishRequest, InviteRequest};
use app::api::patient::PatientDetails;
use app::api::queue::QueueRequest;
use app::clock::SetClock;
use app::{Asked, Rounds};
use chrono::{Local, TimeDelta, TimeZone};
use domain::Phi;
use domain::encounter::Outcome;
use domain::id::{EncounterId, ParticipantId};
use domain::participant::ParticipantRole;
use domain::patient::{HumanName, Sex};
use domain::practice::Role;
use domain::priority::Priority;
use serde_json::{Value, json};
use server::Serving;
use server::ice::IceSettings;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::client::Socket;

pub const DEVICE: &str = "0123456789abcdef0123456789abcdef";
pub const CONSOLE: &str = "00000000000000000000000000000001";
const BORN: &str = "1984-03-05";

pub struct Stage {
    pub rounds: Rounds,
    pub clock: Arc<SetClock>,
    pub serving: Serving,
    pub folder: TempDir,
}

/// A visit whose patient has a link.
pub struct Visit {
    pub encounter: EncounterId,
    pub participant: ParticipantId,
    pub token: String,
    pub name: String,
}

pub async fn served(rounds: &Rounds, ice: IceSettings) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of the loopback");
    server::serve(rounds.clone(), listener, ice).expect("it can be served")
}

impl Stage {
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let noon = Local.with_ymd_and_hms(2026, 3, 4, 12, 0, 0).single().expect("no clock is put forward at noon");
        let clock = Arc::new(SetClock::at(noon.to_utc()));
        let rounds = app::open(folder.path(), clock.clone()).await.expect("a fresh folder opens");
        let serving = served(&rounds, IceSettings::default()).await;
        Self { rounds, clock, serving, folder }
    }

    pub async fn sample() -> Self {
        let stage = Self::empty().await;
        stage.rounds.create_sample().await.expect("the sample can be made");
        stage
    }

    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub async fn clinician(&self) -> Asked {
        let users = self.rounds.users().await.expect("users can be read");
        let by = users.into_iter().find(|user| user.role == Role::Clinician).expect("the sample has clinicians");
        Asked { by, key: None }
    }

    /// A visit of a new patient, planned for now.
    pub async fn visit(&self, family: &str) -> Visit {
        let me = self.clinician().await;
        let request = PatientDetails {
            name: HumanName { family: family.into(), given: vec!["Ada".into()] },
            birth_date: Phi::new(BORN.parse().expect("a date")),
            sex: Sex::Female,
            mrn: None,
            phone: None,
            email: None,
            language: "en".to_owned(),
            interpreter: false,
        };
        let patient = self.rounds.create_patient(&me, request).await.expect("a patient can be made").id;
        let rooms = self.rounds.queue(&me, QueueRequest::default()).await.expect("the queue can be read").rooms;
        // A room of the sample in which nobody of a test waits behind somebody more urgent for long.
        let room = rooms.iter().find(|room| room.name == "General care").expect("the sample has this room").id;
        let request = CreateEncounterRequest {
            patient,
            room,
            reason: "A cough".into(),
            priority: Priority::Emergency,
            planned_for: None,
        };
        let link = self.rounds.create_encounter(&me, request).await.expect("a visit can be made");
        let encounter = self.rounds.guest(link.participant).await.expect("the link leads somewhere").encounter;
        let token = link.url.rsplit_once('/').expect("a link has a path").1.to_owned();
        Visit { encounter, participant: link.participant, token, name: format!("Ada {family}") }
    }

    /// A patient's socket that has gone all the way into the waiting room.
    pub async fn waiting(&self, visit: &Visit) -> Socket {
        let mut socket = Socket::hello(self.address(), &visit.token, DEVICE, "page-1").await;
        socket.next("welcome").await;
        socket.say(identify(visit)).await;
        socket.say(json!({ "type": "consent", "given": true })).await;
        socket.say(json!({ "type": "wait" })).await;
        socket.until(|word| word["step"]["at"] == "waiting").await;
        socket.next("place").await;
        socket
    }

    /// A relative's socket, who has joined.
    pub async fn relative(&self, visit: &Visit) -> Socket {
        let (encounter, name) = (visit.encounter, "A sister".into());
        let request = InviteRequest { encounter, role: ParticipantRole::Relative, name };
        let link = self.rounds.invite(&self.clinician().await, request).await.expect("a relative can be invited");
        let token = link.url.rsplit_once('/').expect("a link has a path").1;
        let mut socket = Socket::hello(self.address(), token, "22222222222222222222222222222222", "page-r").await;
        socket.say(json!({ "type": "wait" })).await;
        socket.until(|word| word["type"] == "step").await;
        socket
    }

    pub async fn admit(&self, visit: &Visit) {
        let change = EncounterChangeRequest { encounter: visit.encounter, version: None };
        self.rounds.admit(&self.clinician().await, change).await.expect("a waiting patient can be admitted");
    }

    pub async fn release(&self, visit: &Visit) {
        let change = EncounterChangeRequest { encounter: visit.encounter, version: None };
        self.rounds.release(&self.clinician().await, change).await.expect("a visit in progress can be released");
    }

    pub async fn finish(&self, visit: &Visit) {
        let request = FinishRequest { encounter: visit.encounter, outcome: Outcome::Completed };
        self.rounds.finish(&self.clinician().await, request).await.expect("a visit in progress can be finished");
    }

    /// The console's token for a visit in progress.
    pub async fn ticket(&self, visit: &Visit) -> String {
        self.rounds.open_call(&self.clinician().await, visit.encounter).await.expect("a call can be opened").token
    }

    /// A patient and a console in their call, both past what is said at its beginning.
    pub async fn in_call(&self, visit: &Visit) -> (Socket, Socket) {
        let mut patient = self.waiting(visit).await;
        self.admit(visit).await;
        patient.until(|word| word["step"]["at"] == "call").await;
        let mut console = Socket::hello(self.address(), &self.ticket(visit).await, CONSOLE, "engine-1").await;
        console.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
        patient.until(|word| peers(word).is_some_and(|peers| peers.len() == 1)).await;
        (patient, console)
    }
}

pub fn identify(visit: &Visit) -> Value {
    json!({ "type": "identify", "name": visit.name, "birth_date": BORN })
}

/// The list of peers, when the word is one.
pub fn peers(word: &Value) -> Option<&Vec<Value>> {
    if word["type"] == "peers" { word["peers"].as_array() } else { None }
}
