//! A practice with as many patients and encounters as one asks for, written through the real write path.
//!
//! Charts, reasons and rooms are those of the sample practice; names are put together from syllables, some of them
//! often and most of them rarely, as in a real practice.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::clock::{Clock, SystemClock};
use app::{Asked, Rounds};
use chrono::{NaiveDate, TimeDelta};
use domain::actor::Actor;
use domain::encounter::{Encounter, EncounterCommand, EncounterState, Outcome};
use domain::id::{EncounterId, PatientId};
use domain::patient::{Chart, HumanName, Patient, PatientStatus, Sex};
use domain::practice::{Role, WaitingRoom};
use domain::priority::Priority;
use domain::{Phi, Timestamp};
use store::{PatientChart, Stop, Tx};

use crate::dice::Dice;

/// Patients written in one transaction.
const BATCH: usize = 500;
/// Encounters of each patient. All lie in the past but one of every twentieth patient, which is still to come.
const VISITS: usize = 4;

const STEMS: [&str; 40] = [
    "Al", "An", "Bar", "Ber", "Bran", "Bro", "Cal", "Car", "Chan", "Cor", "Dal", "Dun", "Ed", "El", "Far", "Fen",
    "Gar", "Gil", "Hal", "Har", "Hol", "Jen", "Kel", "Kir", "Lan", "Lin", "Mac", "Mar", "Mor", "Nel", "Nor", "O'",
    "Par", "Ram", "Ros", "San", "Ste", "Tor", "Val", "Wil",
];
const ENDS: [&str; 25] = [
    "bert", "by", "cott", "dez", "din", "field", "ford", "ham", "kins", "land", "ley", "low", "man", "mez", "ner",
    "ney", "nez", "rick", "ris", "sen", "shaw", "son", "ton", "ward", "wood",
];
const GIVEN_STEMS: [&str; 16] =
    ["Ad", "Ben", "Cla", "Da", "El", "Fre", "Hel", "Ja", "Kar", "Le", "Ma", "Ni", "Pau", "Ro", "Sa", "Vi"];
const GIVEN_ENDS: [&str; 10] = ["a", "an", "da", "el", "ette", "ia", "la", "na", "ra", "vin"];

/// A practice with generated patients, open.
pub struct World {
    /// The practice.
    pub rounds: Rounds,
    /// Its first clinician.
    pub asked: Asked,
    /// Generated patients: who they are, and what one would type to find them.
    pub patients: Vec<Known>,
    /// Their encounters.
    pub encounters: Vec<EncounterId>,
    /// Those that are still to come, on other days than today.
    pub planned: Vec<EncounterId>,
}

/// A patient, and the words that find them.
pub struct Known {
    /// Who.
    pub id: PatientId,
    /// Family name.
    pub family: String,
    /// Given name.
    pub given: String,
    /// Record number.
    pub mrn: String,
    /// `YYYY-MM-DD`.
    pub born: String,
}

/// What all patients and visits are made from.
struct Stock {
    charts: Vec<Chart>,
    reasons: Vec<Phi<String>>,
    rooms: Vec<WaitingRoom>,
    asked: Asked,
    now: Timestamp,
}

struct Made {
    patient: Patient,
    chart: PatientChart,
    visits: Vec<Encounter>,
}

impl World {
    /// Makes the sample practice in an empty folder, and adds patients to it.
    ///
    /// # Errors
    /// The store cannot be made or written.
    pub async fn make(folder: &Path, patients: usize, seed: u64) -> Result<Self> {
        let rounds = open(folder).await?;
        rounds.create_sample().await.context("the sample practice cannot be made")?;
        let stock = Stock::of(&rounds).await?;
        let mut world = Self {
            asked: stock.asked.clone(),
            rounds,
            patients: Vec::with_capacity(patients),
            encounters: Vec::with_capacity(patients * VISITS),
            planned: Vec::new(),
        };
        let mut dice = Dice::new(seed);
        for first in (0..patients).step_by(BATCH) {
            let numbers = first..patients.min(first + BATCH);
            let batch = numbers.map(|number| stock.patient(&mut dice, number)).collect::<Result<Vec<_>>>()?;
            world.know(&batch);
            let write = move |tx: &mut Tx<'_>| batch.iter().try_for_each(|made| made.write(tx));
            world.rounds.act(Actor::System, "bench.generate", write).await.context("patients cannot be written")?;
        }
        Ok(world)
    }

    fn know(&mut self, batch: &[Made]) {
        for Made { patient, visits, .. } in batch {
            self.patients.push(Known {
                id: patient.id,
                family: patient.name.family.to_string_exposed(),
                given: patient.name.given.first().map(ExposedText::to_string_exposed).unwrap_or_default(),
                mrn: patient.mrn.to_string_exposed(),
                born: patient.birth_date.expose().to_string(),
            });
            self.encounters.extend(visits.iter().map(|visit| visit.id));
            let to_come = visits.iter().filter(|visit| visit.state == EncounterState::Planned);
            self.planned.extend(to_come.map(|visit| visit.id));
        }
    }
}

/// Generated names are nobody's, so they may leave their wrapper.
trait ExposedText {
    fn to_string_exposed(&self) -> String;
}

impl ExposedText for Phi<String> {
    fn to_string_exposed(&self) -> String {
        self.expose().clone()
    }
}

/// Opens a practice's folder, with the computer's clock.
///
/// # Errors
/// It cannot be opened.
pub async fn open(folder: &Path) -> Result<Rounds> {
    app::open(folder, Arc::new(SystemClock)).await.with_context(|| format!("cannot open {}", folder.display()))
}

impl Stock {
    async fn of(rounds: &Rounds) -> Result<Self> {
        let clinician = rounds.users().await?.into_iter().find(|user| user.role == Role::Clinician);
        let look = rounds.look(|reader| {
            let charts = reader.all::<PatientChart>()?.into_iter().map(|found| found.record.chart).collect();
            let reasons = reader.all::<Encounter>()?.into_iter().map(|found| found.record.reason).collect();
            let rooms = reader.all::<WaitingRoom>()?.into_iter().map(|found| found.record).collect();
            Ok((charts, reasons, rooms))
        });
        let (charts, reasons, rooms) = look.await?;
        let asked = Asked { by: clinician.context("the sample practice has no clinician")?, key: None };
        Ok(Self { charts, reasons, rooms, asked, now: SystemClock.now() })
    }

    fn patient(&self, dice: &mut Dice, number: usize) -> Result<Made> {
        let family = format!("{}{}", STEMS[dice.low(STEMS.len())], ENDS[dice.low(ENDS.len())]);
        let given = format!("{}{}", GIVEN_STEMS[dice.low(GIVEN_STEMS.len())], GIVEN_ENDS[dice.low(GIVEN_ENDS.len())]);
        let day = NaiveDate::from_yo_opt(1930 + dice.below(90) as i32, 1 + dice.below(365) as u32);
        let id = PatientId::new();
        let patient = Patient {
            id,
            mrn: format!("GX-{:07}", number + 1).into(),
            name: HumanName { family: family.into(), given: vec![given.into()] },
            birth_date: Phi::new(day.context("BUG: every year has 365 days")?),
            sex: *dice.one_of(&[Sex::Female, Sex::Male]),
            phone: Some(format!("555-{:03}-{:04}", dice.below(1_000), dice.below(10_000)).into()),
            email: None,
            address: None,
            language: (*dice.one_of(&["en", "en", "en", "es"])).to_owned(),
            interpreter: false,
            status: PatientStatus::Active,
            created_at: self.now - TimeDelta::days(1 + dice.below(1_500) as i64),
        };
        let chart = PatientChart { patient: id, chart: dice.one_of(&self.charts).clone() };
        let past = (0..VISITS).map(|visit| self.visit(dice, id, visit == 0 && number.is_multiple_of(20)));
        Ok(Made { chart, visits: past.collect::<Result<_>>()?, patient })
    }

    fn visit(&self, dice: &mut Dice, patient: PatientId, to_come: bool) -> Result<Encounter> {
        let days = 2 + dice.below(if to_come { 60 } else { 1_400 }) as i64;
        let minutes = TimeDelta::minutes(dice.below(600) as i64);
        let planned_for = self.now + TimeDelta::days(if to_come { days } else { -days }) - minutes;
        let encounter = Encounter {
            id: EncounterId::new(),
            patient,
            room: dice.one_of(&self.rooms).id,
            appointment: None,
            planned_for,
            reason: dice.one_of(&self.reasons).clone(),
            priority: *dice.one_of(&[Priority::Routine, Priority::Routine, Priority::Urgent]),
            state: EncounterState::Planned,
            check: None,
            consent: None,
            identity: None,
            intake: Vec::new(),
            messages: Vec::new(),
        };
        if to_come { Ok(encounter) } else { self.lived(encounter) }
    }

    /// Lets a past visit live through its commands, at the times when they would have been given.
    fn lived(&self, visit: Encounter) -> Result<Encounter> {
        use EncounterCommand as C;
        let clinician = self.asked.by.id;
        let at = visit.planned_for;
        let story = [
            (-6, C::RecordConsent { given: true }),
            (-5, C::Arrive),
            (0, C::Admit { clinician }),
            (1, C::ConfirmIdentity { by: clinician }),
            (19, C::Finish(Outcome::Completed)),
        ];
        story.into_iter().try_fold(visit, |visit, (minute, command)| {
            let next = visit.decide(&command, Actor::User(clinician), at + TimeDelta::minutes(minute));
            Ok(next.context("a generated visit goes a way that the rules do not allow")?.unwrap_or(visit))
        })
    }
}

impl Made {
    fn write(&self, tx: &mut Tx<'_>) -> Result<(), Stop> {
        tx.put(None, &self.patient)?;
        tx.put(None, &self.chart)?;
        Ok(self.visits.iter().try_for_each(|visit| tx.put(None, visit))?)
    }
}
