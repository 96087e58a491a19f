//! Patients: found as one types, read with a trace, made with a record number.

use domain::id::PatientId;
use domain::participant::{Participant, ParticipantRole};
use domain::patient::{Chart, Patient, PatientRefusal, PatientStatus};
use domain::{Phi, Timestamp};
use store::{Kind, PatientChart, Stop, StoreFault, Tx};

use crate::api::patient::{
    PatientDetails, PatientRequest, PatientSearchRequest, PatientSearchView, PatientView, UpdatePatientRequest,
};
use crate::api::queue::PatientBrief;
use crate::clock::local_date;
use crate::failure::Failure;
use crate::queue::{Names, brief};
use crate::rounds::{Asked, Rounds};
use crate::workspace::earlier_visits;

/// Most rows of one search.
const MOST: u32 = 100;

impl Rounds {
    /// Patients that have words beginning with all that was typed.
    pub async fn search_patients(
        &self,
        _asked: &Asked,
        request: PatientSearchRequest,
    ) -> Result<PatientSearchView, Failure> {
        let (now, limit) = (self.now(), request.limit.clamp(1, MOST));
        self.look(move |reader| {
            let mut found = reader.search_patients(request.text.as_str(), limit + 1)?;
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let patients = found.iter().map(|patient| brief(patient, now)).collect();
            Ok(PatientSearchView { patients, more, total: reader.count_patients()? })
        })
        .await
    }

    /// A patient's chart. That it is looked at is journalled first.
    pub async fn patient(&self, asked: &Asked, request: PatientRequest) -> Result<PatientView, Failure> {
        let (id, now, treats) = (request.patient, self.now(), asked.by.role.treats());
        self.note_access(asked, "patient.get", Kind::Patient, id.to_string()).await?;
        let view = self.look(move |reader| {
            let Some(patient) = reader.get::<Patient>(&id)? else { return Ok(None) };
            let (version, patient) = (patient.version, patient.record);
            // Who does not treat patients books their visits: the chart and the notes stay closed.
            let chart = if treats { reader.get::<PatientChart>(&id)? } else { None };
            let chart = chart.map_or_else(Chart::default, |chart| chart.record.chart);
            let mut visits = earlier_visits(reader, &Names::load(reader)?, id, None)?;
            if !treats {
                visits.iter_mut().for_each(|visit| visit.notes.clear());
            }
            Ok::<_, StoreFault>(Some(PatientView {
                version,
                brief: brief(&patient, now),
                name: patient.name,
                phone: patient.phone,
                email: patient.email,
                address: patient.address,
                status: patient.status,
                created_at: patient.created_at,
                chart,
                visits,
            }))
        });
        Ok(view.await?.ok_or(domain::refusal::Refusal::NotFound { what: "patient" })?)
    }

    /// Makes a patient.
    pub async fn create_patient(&self, asked: &Asked, request: PatientDetails) -> Result<PatientBrief, Failure> {
        let now = self.now();
        self.act_once(asked, "patient.create", move |tx| {
            let mrn = match filled(request.mrn) {
                Some(mrn) => mrn,
                None => next_mrn(tx)?,
            };
            let patient = Patient {
                id: PatientId::new(),
                mrn,
                name: request.name,
                birth_date: request.birth_date,
                sex: request.sex,
                phone: filled(request.phone),
                email: filled(request.email),
                address: None,
                language: request.language,
                interpreter: request.interpreter,
                status: PatientStatus::Active,
                created_at: tx.at(),
            };
            check(tx, &patient, now)?;
            tx.put(None, &patient)?;
            tx.put(None, &PatientChart { patient: patient.id, chart: Chart::default() })?;
            Ok(brief(&patient, now))
        })
        .await
    }

    /// Writes new details over those of a patient. What they were stays in the journal.
    pub async fn update_patient(&self, asked: &Asked, request: UpdatePatientRequest) -> Result<PatientBrief, Failure> {
        let now = self.now();
        self.act_once(asked, "patient.update", move |tx| {
            let found = tx.load_seen::<Patient>(request.patient, Some(request.version))?;
            let PatientDetails { name, birth_date, sex, mrn, phone, email, language, interpreter } = request.details;
            let patient = Patient {
                mrn: filled(mrn).unwrap_or_else(|| found.record.mrn.clone()),
                name,
                birth_date,
                sex,
                phone: filled(phone),
                email: filled(email),
                language,
                interpreter,
                ..found.record.clone()
            };
            check(tx, &patient, now)?;
            if patient != found.record {
                tx.put(Some(&found), &patient)?;
            }
            if patient.name != found.record.name {
                rename_in_open_visits(tx, &patient)?;
            }
            Ok(brief(&patient, now))
        })
        .await
    }
}

/// The name on the picture and in the chat is that of the record.
fn rename_in_open_visits(tx: &mut Tx<'_>, patient: &Patient) -> Result<(), Stop> {
    let visits = tx.read().visits_of(patient.id)?;
    for visit in visits.into_iter().filter(|visit| !visit.record.state.is_over()) {
        for one in tx.read().participants_of(visit.record.id)? {
            if one.record.role == ParticipantRole::Patient {
                tx.put(Some(&one), &Participant { name: patient.name.full(), ..one.record.clone() })?;
            }
        }
    }
    Ok(())
}

/// Whether the record can be kept so.
fn check(tx: &Tx<'_>, patient: &Patient, now: Timestamp) -> Result<(), Stop> {
    patient.check(local_date(now))?;
    if tx.read().mrn_taken(patient.mrn.as_str(), patient.id)? {
        return Err(PatientRefusal::MrnTaken.into());
    }
    Ok(())
}

fn filled(text: Option<Phi<String>>) -> Option<Phi<String>> {
    text.map(|text| Phi::new(text.trim().to_owned())).filter(|text| !text.is_empty())
}

/// The next free number of the practice's own: it counts on from the number of patients, past those that are taken.
fn next_mrn(tx: &Tx<'_>) -> Result<Phi<String>, StoreFault> {
    let mut number = u64::from(tx.read().count_patients()?) + 1;
    loop {
        let mrn = format!("RD-{number:06}");
        if !tx.read().mrn_taken(&mrn, PatientId::from_u128(0))? {
            return Ok(Phi::new(mrn));
        }
        number += 1;
    }
}
