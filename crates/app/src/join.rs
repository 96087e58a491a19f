//! The door for those who come by a link: patients, relatives, interpreters, and the console's own engine.
//!
//! Every step is a command on the write path, with the participant as its actor.

use call::signal::{OverReason, Refused, Step};
use chrono::{NaiveDate, TimeDelta};
use domain::actor::Actor;
use domain::check::DeviceCheck;
use domain::encounter::{Encounter, EncounterCommand, EncounterState};
use domain::id::{EncounterId, ParticipantId};
use domain::participant::{
    Participant, ParticipantCommand, ParticipantRefusal, ParticipantRole, ParticipantState, TRIES,
};
use domain::patient::Patient;
use domain::practice::User;
use domain::refusal::Refusal;
use domain::{Phi, Timestamp};
use store::{Reader, Stop, StoreFault, Tx};

use crate::clock::day_around;
use crate::encounters::decide;
use crate::failure::Failure;
use crate::practice::only_practice;
use crate::rounds::Rounds;
use crate::token::TokenFault;

/// Fewest finished visits of a day from which an estimate of the wait is given.
const ESTIMATE_FROM: usize = 3;

/// A participant at the door, known by a good link from their own device.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who.
    pub participant: ParticipantId,
    /// The visit.
    pub encounter: EncounterId,
    /// What they are.
    pub role: ParticipantRole,
    /// The name that others see.
    pub name: Phi<String>,
    /// Whether it is a console's engine: staff come through consoles only.
    pub engine: bool,
    /// The practice's name.
    pub practice: String,
    /// Whom they will see, where that is known.
    pub clinician: Option<String>,
    /// Where they stand.
    pub step: Step,
}

/// The place in the waiting room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many are before.
    pub ahead: u32,
    /// A range of minutes, where the day has shown enough visits.
    pub minutes: Option<(u32, u32)>,
}

/// A patient's link with what they will be asked at the door.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OpenLink {
    /// The visit.
    pub encounter: EncounterId,
    /// The patient's name.
    pub name: Phi<String>,
    /// Their date of birth.
    pub birth_date: Phi<NaiveDate>,
    /// Whether the visit counts as arrived already.
    pub waiting: bool,
    /// The link.
    pub url: Phi<String>,
}

impl Rounds {
    /// Somebody opens a link on a device. The first device keeps it.
    pub async fn hello(&self, token: &str, device: &str) -> Result<Guest, Refused> {
        let key = self.token_key().await.map_err(|failure| refused(failure, self.now()))?;
        let participant = key.read(token, self.now()).map_err(|fault| match fault {
            TokenFault::Bad => Refused::BadLink,
            TokenFault::Expired => Refused::Expired,
        })?;
        if !(16..=128).contains(&device.len()) {
            return Err(Refused::BadLink);
        }
        let device = domain::note::sha256_hex(device.as_bytes());
        let bound = self.act(Actor::Participant(participant), "join.hello", move |tx| {
            change(tx, participant, &ParticipantCommand::Bind { device })
        });
        match bound.await {
            Ok(()) => {}
            // Removed or declined: the link is known, and where it leads is said by the step.
            Err(Failure::Refused(Refusal::Participant(ParticipantRefusal::Gone))) => {}
            Err(failure) => return Err(refused(failure, self.now())),
        }
        self.guest(participant).await.map_err(|failure| refused(failure, self.now()))
    }

    /// Where a participant stands now.
    pub async fn guest(&self, participant: ParticipantId) -> Result<Guest, Failure> {
        let found = self.look(move |reader| guest(reader, participant)).await?;
        Ok(found.ok_or(Refusal::NotFound { what: "link" })?)
    }

    /// Compares a name and a birth date with the record. The answer never says which of them was wrong, nor whether
    /// such a person exists.
    pub async fn identify(
        &self,
        participant: ParticipantId,
        name: Phi<String>,
        birth_date: Phi<String>,
    ) -> Result<(), Refused> {
        let answer = self.act(Actor::Participant(participant), "join.identify", move |tx| {
            let found = tx.load::<Participant>(participant)?;
            let encounter = tx.load::<Encounter>(found.record.encounter)?.record;
            let patient = tx.load::<Patient>(encounter.patient)?.record;
            let born = birth_date.trim().parse::<NaiveDate>().ok();
            let matches = born == Some(*patient.birth_date.expose()) && patient.name.is_meant_by(name.as_str());
            // A wrong answer is counted, so it must be kept: it is a change, not a refusal.
            change(tx, participant, &ParticipantCommand::Identify { matches })?;
            let now = tx.load::<Participant>(participant)?.record;
            Ok((matches, TRIES - now.failures, now.blocked_until))
        });
        match answer.await.map_err(|failure| refused(failure, self.now()))? {
            (true, ..) => Ok(()),
            (false, _, Some(until)) => Err(Refused::Blocked { seconds: seconds_until(until, self.now()) }),
            (false, tries_left, None) => Err(Refused::NotMatching { tries_left }),
        }
    }

    /// Keeps what a patient's device check found.
    pub async fn record_check(&self, participant: ParticipantId, check: DeviceCheck) -> Result<(), Failure> {
        self.of_patient(participant, "join.check", EncounterCommand::RecordCheck(check)).await
    }

    /// Keeps a patient's agreement to a video visit, or the refusal of it, which is also a goodbye.
    pub async fn record_consent(&self, participant: ParticipantId, given: bool) -> Result<(), Failure> {
        self.act(Actor::Participant(participant), "join.consent", move |tx| {
            of_patient(tx, participant, &EncounterCommand::RecordConsent { given })?;
            if given { Ok(()) } else { change(tx, participant, &ParticipantCommand::Decline) }
        })
        .await
    }

    /// Keeps what a patient writes while nobody of the practice is there to read it: it is marked in the queue, and stands
    /// in its preview and beside the chart.
    pub async fn leave_message(
        &self,
        participant: ParticipantId,
        id: String,
        text: Phi<String>,
    ) -> Result<(), Failure> {
        self.of_patient(participant, "join.message", EncounterCommand::LeaveMessage { id, text }).await
    }

    /// Puts a participant into the waiting room. A patient's visit has then arrived.
    pub async fn wait(&self, participant: ParticipantId) -> Result<(), Failure> {
        self.act(Actor::Participant(participant), "join.wait", move |tx| {
            let found = tx.load::<Participant>(participant)?.record;
            if found.role == ParticipantRole::Patient {
                let encounter = tx.load::<Encounter>(found.encounter)?.record;
                if found.identified_at.is_none() {
                    return Err(ParticipantRefusal::NotIdentified.into());
                }
                if encounter.consent.is_none_or(|consent| !consent.given) {
                    return Err(Refusal::Invalid { why: "Agreement to a video visit comes first." }.into());
                }
                decide(tx, encounter.id, None, &EncounterCommand::Arrive)?;
            }
            change(tx, participant, &ParticipantCommand::Join)
        })
        .await
    }

    /// A participant goes. The visit is not finished by it.
    pub async fn leave(&self, participant: ParticipantId) -> Result<(), Failure> {
        let actor = Actor::Participant(participant);
        self.act(actor, "join.leave", move |tx| change(tx, participant, &ParticipantCommand::Leave)).await
    }

    /// The links of all patients whose visits are open, those who are expected first: what a new practice hands out.
    pub async fn open_links(&self) -> Result<Vec<OpenLink>, Failure> {
        let (now, key, base) = (self.now(), self.token_key().await?, self.join_base());
        self.look(move |reader| {
            let mut links = Vec::new();
            for visit in reader.queue(day_around(now))? {
                let visit = visit.record;
                if visit.state.is_over() {
                    continue;
                }
                let Some(patient) = reader.get::<Patient>(&visit.patient)? else { continue };
                for one in reader.participants_of(visit.id)? {
                    if one.record.role != ParticipantRole::Patient {
                        continue;
                    }
                    let token = key.sign(one.record.id, one.record.expires_at);
                    links.push(OpenLink {
                        encounter: visit.id,
                        name: patient.record.name.full(),
                        birth_date: patient.record.birth_date.clone(),
                        waiting: visit.state.arrived_at().is_some(),
                        url: format!("{base}/join/{token}").into(),
                    });
                }
            }
            links.sort_by_key(|link| (link.waiting, link.encounter));
            Ok(links)
        })
        .await
    }

    /// The place of a waiting participant.
    pub async fn place(&self, encounter: EncounterId) -> Result<Option<Place>, Failure> {
        let now = self.now();
        self.look(move |reader| place(reader, encounter, now)).await
    }

    async fn of_patient(
        &self,
        participant: ParticipantId,
        name: &'static str,
        command: EncounterCommand,
    ) -> Result<(), Failure> {
        self.act(Actor::Participant(participant), name, move |tx| of_patient(tx, participant, &command)).await
    }
}

/// Carries a command of a visit out for its patient, once they are known. A guest's word changes nothing of the visit.
fn of_patient(tx: &mut Tx<'_>, participant: ParticipantId, command: &EncounterCommand) -> Result<(), Stop> {
    let found = tx.load::<Participant>(participant)?.record;
    if found.role != ParticipantRole::Patient {
        return Ok(());
    }
    if found.identified_at.is_none() {
        return Err(ParticipantRefusal::NotIdentified.into());
    }
    decide(tx, found.encounter, None, command)?;
    Ok(())
}

/// Gives the patient of a visit a link.
pub(crate) fn invite_patient(
    tx: &mut Tx<'_>,
    encounter: &Encounter,
    patient: &Patient,
    expires_at: Timestamp,
) -> Result<Participant, StoreFault> {
    let participant =
        Participant::invited(encounter.id, ParticipantRole::Patient, patient.name.full(), None, expires_at);
    tx.put(None, &participant)?;
    Ok(participant)
}

pub(crate) fn change(tx: &mut Tx<'_>, id: ParticipantId, command: &ParticipantCommand) -> Result<(), Stop> {
    let found = tx.load::<Participant>(id)?;
    if let Some(next) = found.record.decide(command, tx.at())? {
        tx.put(Some(&found), &next)?;
    }
    Ok(())
}

fn guest(reader: &Reader<'_>, id: ParticipantId) -> Result<Option<Guest>, StoreFault> {
    let Some(participant) = reader.get::<Participant>(&id)? else { return Ok(None) };
    let participant = participant.record;
    let Some(encounter) = reader.get::<Encounter>(&participant.encounter)? else { return Ok(None) };
    let encounter = encounter.record;
    let agreed = match encounter.appointment {
        Some(id) => reader.get::<domain::appointment::Appointment>(&id)?.and_then(|found| found.record.clinician),
        None => None,
    };
    let clinician = match encounter.state.clinician().or(agreed) {
        Some(id) => reader.get::<User>(&id)?.map(|user| user.record.name),
        None => None,
    };
    Ok(Some(Guest {
        participant: id,
        encounter: encounter.id,
        step: step(&participant, &encounter),
        role: participant.role,
        engine: participant.user.is_some(),
        name: participant.name,
        practice: only_practice(reader)?.map(|practice| practice.name).unwrap_or_default(),
        clinician,
    }))
}

/// Where a participant stands, from what is kept of them and of the visit.
fn step(participant: &Participant, encounter: &Encounter) -> Step {
    match participant.state {
        ParticipantState::Declined { .. } | ParticipantState::Removed { .. } => {
            return Step::Over { why: OverReason::Removed };
        }
        ParticipantState::Invited | ParticipantState::Joined { .. } | ParticipantState::Left { .. } => {}
    }
    let in_progress = match encounter.state {
        EncounterState::Finished { .. } => return Step::Over { why: OverReason::Finished },
        EncounterState::Cancelled { .. } | EncounterState::EnteredInError { .. } => {
            return Step::Over { why: OverReason::Cancelled };
        }
        EncounterState::InProgress { .. } | EncounterState::OnLeave { .. } => true,
        EncounterState::Planned | EncounterState::Arrived { .. } | EncounterState::Triaged { .. } => false,
    };
    let joined = matches!(participant.state, ParticipantState::Joined { .. });
    if participant.asks_identity() && participant.identified_at.is_none() {
        Step::Identify
    } else if participant.user.is_some() || (joined && in_progress) {
        Step::Call
    } else if joined {
        Step::Waiting
    } else {
        Step::Prepare
    }
}

fn place(reader: &Reader<'_>, id: EncounterId, now: Timestamp) -> Result<Option<Place>, StoreFault> {
    let today = reader.queue(day_around(now))?;
    let Some(mine) = today.iter().find(|visit| visit.record.id == id) else { return Ok(None) };
    let Some(own) = mine.record.turn() else { return Ok(None) };
    let room = mine.record.room;
    let here = || today.iter().map(|visit| &visit.record).filter(|visit| visit.room == room);
    let ahead = here().filter_map(Encounter::turn).filter(|other| *other < own).count();
    let mut lengths: Vec<i64> = here()
        .filter_map(|visit| match visit.state {
            EncounterState::Finished { started_at: Some(from), finished_at, .. } => {
                Some((finished_at - from).num_minutes())
            }
            EncounterState::Planned
            | EncounterState::Arrived { .. }
            | EncounterState::Triaged { .. }
            | EncounterState::InProgress { .. }
            | EncounterState::OnLeave { .. }
            | EncounterState::Finished { started_at: None, .. }
            | EncounterState::Cancelled { .. }
            | EncounterState::EnteredInError { .. } => None,
        })
        .collect();
    lengths.sort_unstable();
    let minutes = (lengths.len() >= ESTIMATE_FROM).then(|| {
        let usual = lengths[lengths.len() / 2].max(1);
        let before = i64::try_from(ahead).unwrap_or(i64::MAX / 64);
        let low = u32::try_from(usual * before / 2).unwrap_or(u32::MAX);
        let high = u32::try_from(usual * (before + 1) * 3 / 2).unwrap_or(u32::MAX);
        (low, high)
    });
    Ok(Some(Place { ahead: u32::try_from(ahead).unwrap_or(u32::MAX), minutes }))
}

/// What a failure at the door is called. A participant that does not exist is a bad link like any other.
fn refused(failure: Failure, now: Timestamp) -> Refused {
    match failure {
        Failure::Refused(Refusal::Participant(ref refusal)) => match *refusal {
            ParticipantRefusal::Expired => Refused::Expired,
            ParticipantRefusal::OtherDevice => Refused::OtherDevice,
            ParticipantRefusal::Blocked { until } => Refused::Blocked { seconds: seconds_until(until, now) },
            ParticipantRefusal::NotIdentified | ParticipantRefusal::Gone => Refused::BadLink,
        },
        Failure::Refused(_) => Refused::BadLink,
        Failure::Store(_)
        | Failure::Bug
        | Failure::File(_)
        | Failure::NotSignedIn
        | Failure::WrongPassword
        | Failure::BadRequest
        | Failure::Device(_) => {
            failure.report();
            Refused::Unavailable
        }
    }
}

fn seconds_until(until: Timestamp, now: Timestamp) -> u32 {
    u32::try_from((until - now + TimeDelta::milliseconds(999)).num_seconds()).unwrap_or(0)
}

/// The user's own place in a visit, made when they first join its call from a console.
pub(crate) fn staff_participant(
    tx: &mut Tx<'_>,
    encounter: EncounterId,
    user: &User,
    expires_at: Timestamp,
) -> Result<Participant, Stop> {
    let everyone = tx.read().participants_of(encounter)?;
    let mine = everyone
        .into_iter()
        .rev()
        .find(|one| one.record.user == Some(user.id) && !matches!(one.record.state, ParticipantState::Removed { .. }));
    let role = match user.role {
        domain::practice::Role::Clinician => ParticipantRole::Clinician,
        domain::practice::Role::Nurse | domain::practice::Role::Scheduler | domain::practice::Role::Administrator => {
            ParticipantRole::Nurse
        }
    };
    let participant = match &mine {
        Some(mine) => Participant { expires_at, ..mine.record.clone() },
        None => Participant::invited(encounter, role, Phi::new(user.name.clone()), Some(user.id), expires_at),
    };
    // Staff have signed in; another computer of theirs may take the call over, so the device binding starts anew.
    let joined = Participant { device: None, ..participant };
    let joined = joined.decide(&ParticipantCommand::Join, tx.at())?.unwrap_or(joined);
    tx.put(mine.as_ref(), &joined)?;
    Ok(joined)
}
