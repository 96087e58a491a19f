//! Notes: typed, saved, recovered, signed, added to.

use domain::actor::Actor;
use domain::encounter::{Encounter, EncounterRefusal, EncounterState};
use domain::id::{NoteId, UserId};
use domain::note::{Heading, Note, NoteState, Signer, known_answers, sha256_hex};
use domain::patient::Patient;
use domain::practice::User;
use domain::refusal::Refusal;
use domain::template::Template;
use domain::{Phi, Timestamp};
use store::{Draft, Kind, Reader, RunId, Stop, StoreFault, Tx, Versioned};

use crate::api::Nothing;
use crate::api::note::*;
use crate::failure::Failure;
use crate::practice::only_practice;
use crate::queue::Names;
use crate::rounds::{Asked, Rounds};
use crate::workspace::user_or_gone;

/// Name and title, as they stand under a signed text.
pub(crate) fn signature_name(user: &User) -> String {
    match &user.title {
        Some(title) => format!("{}, {title}", user.name),
        None => user.name.clone(),
    }
}

impl Rounds {
    /// The practice's templates, by name.
    pub async fn templates(&self, _asked: &Asked, _: Nothing) -> Result<TemplatesView, Failure> {
        let mut templates: Vec<Template> =
            self.look(|reader| reader.all::<Template>()).await?.into_iter().map(|found| found.record).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(TemplatesView { templates })
    }

    /// Begins a note of a visit that is or was in progress.
    pub async fn start_note(&self, asked: &Asked, request: StartNoteRequest) -> Result<NoteView, Failure> {
        let author = asked.by.id;
        let id = self
            .treat_once(asked, "note.start", move |tx| {
                let encounter = tx.load::<Encounter>(request.encounter)?.record;
                match encounter.state {
                    EncounterState::InProgress { .. }
                    | EncounterState::OnLeave { .. }
                    | EncounterState::Triaged { started_at: Some(_), .. }
                    | EncounterState::Finished { .. } => {}
                    EncounterState::Planned
                    | EncounterState::Arrived { .. }
                    | EncounterState::Triaged { started_at: None, .. } => {
                        return Err(EncounterRefusal::NotBegun.into());
                    }
                    EncounterState::Cancelled { .. } | EncounterState::EnteredInError { .. } => {
                        return Err(EncounterRefusal::Over.into());
                    }
                }
                let template = tx.load::<Template>(request.template)?.record;
                let note = Note {
                    id: NoteId::new(),
                    encounter: encounter.id,
                    patient: encounter.patient,
                    answers: known_answers(&template, &encounter),
                    template,
                    author,
                    started_at: tx.at(),
                    state: NoteState::Draft,
                };
                tx.put(None, &note)?;
                Ok(note.id)
            })
            .await?;
        self.note_view(asked, id).await
    }

    /// A note, with what is typed and not yet part of it. That it is looked at is journalled first.
    pub async fn note(&self, asked: &Asked, request: NoteRequest) -> Result<NoteView, Failure> {
        let id = request.note.to_string();
        self.treat(asked, "note.get", move |tx| Ok(tx.note_access(Kind::Note, &id)?)).await?;
        self.note_view(asked, request.note).await
    }

    /// Saves one answer while it is being typed. When this answers, it is on the disk.
    pub async fn answer(&self, asked: &Asked, request: AnswerRequest) -> Result<SavedView, Failure> {
        let (by, run) = (asked.by.id, self.run().clone());
        self.treat(asked, "note.answer", move |tx| {
            let note = tx.load::<Note>(request.note)?;
            note.record.check_answer(&request.question, &request.value, by)?;
            settle_other_runs(tx, &note, &run)?;
            tx.save_draft(request.note, &request.question, &request.value, tx.at(), &run)?;
            let typed = tx.draft(request.note, &run)?.map(|draft| draft.answers).unwrap_or_default();
            let note = tx.load::<Note>(request.note)?.record;
            Ok(SavedView { at: tx.at(), missing: note.with_answers(typed).missing(tx.at()) })
        })
        .await
    }

    /// Makes what was typed part of the note: the writer leaves it for now.
    pub async fn put_note_aside(&self, asked: &Asked, request: NoteRequest) -> Result<Nothing, Failure> {
        let (by, run) = (asked.by.id, self.run().clone());
        self.treat(asked, "note.put_aside", move |tx| {
            let note = tx.load::<Note>(request.note)?;
            // Recovered text waits for its author's word: leaving the note is none.
            let undecided = tx.draft(request.note, &run)?.is_some_and(|draft| draft.recovered.is_some());
            if by == note.record.author && !undecided {
                merge(tx, &note, &run)?;
            }
            Ok(Nothing {})
        })
        .await
    }

    /// Puts aside every note that this run is typing in: the console is being closed in order.
    pub async fn put_all_notes_aside(&self) -> Result<(), Failure> {
        let run = self.run().clone();
        self.act(Actor::System, "note.put_aside", move |tx| {
            for id in tx.read().notes_being_typed(&run)? {
                let note = tx.load::<Note>(id)?;
                merge(tx, &note, &run)?;
            }
            Ok(())
        })
        .await
    }

    /// Keeps recovered text, or goes back to what was there before.
    pub async fn settle_recovered(&self, asked: &Asked, request: RecoveredRequest) -> Result<NoteView, Failure> {
        let (by, run) = (asked.by.id, self.run().clone());
        self.treat(asked, "note.settle_recovered", move |tx| {
            let note = tx.load::<Note>(request.note)?;
            if by != note.record.author {
                return Err(domain::note::NoteRefusal::NotTheAuthor.into());
            }
            let recovered = tx.draft(request.note, &run)?.and_then(|draft| draft.recovered);
            if !request.keep
                && let Some((_, questions)) = recovered
            {
                tx.clear_draft(request.note, Some(&questions))?;
                tx.note_system(Kind::Note, &request.note.to_string(), "recovered text discarded")?;
            }
            merge(tx, &note, &run)
        })
        .await?;
        self.note_view(asked, request.note).await
    }

    /// Exactly what would be signed. That it is looked at is journalled first.
    pub async fn preview_note(&self, asked: &Asked, request: NoteRequest) -> Result<SignPreview, Failure> {
        let id = request.note.to_string();
        self.treat(asked, "note.preview", move |tx| Ok(tx.note_access(Kind::Note, &id)?)).await?;
        let (run, signer, now) = (self.run().clone(), signature_name(&asked.by), self.now());
        let found = self.look(move |reader| {
            let Some(note) = reader.get::<Note>(&request.note)? else { return Ok(None) };
            let typed = reader.draft(request.note, &run)?.map(|draft| draft.answers).unwrap_or_default();
            let note = note.record.with_answers(typed);
            let Some(text) = canonical(reader, &note)? else { return Ok(None) };
            Ok(Some(SignPreview { sha256: sha256_hex(text.as_bytes()), text, signer, missing: note.missing(now) }))
        });
        Ok(found.await?.ok_or(Refusal::NotFound { what: "note" })?)
    }

    /// Signs a note: the text that was shown, nothing else.
    pub async fn sign_note(&self, asked: &Asked, request: SignRequest) -> Result<NoteView, Failure> {
        let (by, run) = (asked.by.id, self.run().clone());
        let signer = Signer { id: by, name: signature_name(&asked.by) };
        self.treat(asked, "note.sign", move |tx| {
            let found = tx.load::<Note>(request.note)?;
            let typed = tx.draft(request.note, &run)?.map(|draft| draft.answers).unwrap_or_default();
            let note = found.record.clone().with_answers(typed);
            let text = canonical(&tx.read(), &note)?.ok_or(Refusal::NotFound { what: "patient" })?;
            let signed = note.sign(text, &request.shown, &signer, tx.at())?;
            tx.put(Some(&found), &signed)?;
            Ok(tx.clear_draft(request.note, None)?)
        })
        .await?;
        self.note_view(asked, request.note).await
    }

    /// Adds to a signed note.
    pub async fn addend(&self, asked: &Asked, request: AddendRequest) -> Result<NoteView, Failure> {
        let by = asked.by.id;
        let signer = Signer { id: by, name: signature_name(&asked.by) };
        self.treat_once(asked, "note.addend", move |tx| {
            let found = tx.load::<Note>(request.note)?;
            let amended = found.record.amend(&request.text, &signer, tx.at())?;
            Ok(tx.put(Some(&found), &amended)?)
        })
        .await?;
        self.note_view(asked, request.note).await
    }

    /// Throws an unsigned note away. What was written stays in the journal.
    pub async fn discard_note(&self, asked: &Asked, request: NoteRequest) -> Result<Nothing, Failure> {
        let (by, run) = (asked.by.id, self.run().clone());
        self.treat(asked, "note.discard", move |tx| {
            let found = tx.load::<Note>(request.note)?;
            let typed = tx.draft(request.note, &run)?.map(|draft| draft.answers).unwrap_or_default();
            let discarded = found.record.clone().with_answers(typed).discard(by, tx.at())?;
            tx.put(Some(&found), &discarded)?;
            tx.clear_draft(request.note, None)?;
            Ok(Nothing {})
        })
        .await
    }

    async fn note_view(&self, asked: &Asked, id: NoteId) -> Result<NoteView, Failure> {
        let (me, run, now) = (asked.by.id, self.run().clone(), self.now());
        let found = self.look(move |reader| {
            let Some(note) = reader.get::<Note>(&id)? else { return Ok(None) };
            let draft = reader.draft(id, &run)?;
            Ok(Some(view(note.record, draft, me, &Names::load(reader)?, now)))
        });
        Ok(found.await?.ok_or(Refusal::NotFound { what: "note" })?)
    }
}

fn view(note: Note, draft: Option<Draft>, me: UserId, names: &Names, now: Timestamp) -> NoteView {
    let saved_at = draft.as_ref().map(|draft| draft.saved_at);
    let recovered = draft.as_ref().and_then(|draft| draft.recovered.clone()).map(|(at, questions)| RecoveredText {
        at,
        before: questions.iter().filter_map(|id| Some((id.clone(), note.answers.get(id)?.clone()))).collect(),
        questions,
    });
    let note = note.with_answers(draft.map(|draft| draft.answers).unwrap_or_default());
    let missing = note.missing(now);
    let (signature, addenda, discarded) = match note.state {
        NoteState::Draft => (None, Vec::new(), false),
        NoteState::Signed { signature } => (Some(signature), Vec::new(), false),
        NoteState::Amended { signature, addenda } => (Some(signature), addenda, false),
        NoteState::Discarded { .. } => (None, Vec::new(), true),
    };
    NoteView {
        id: note.id,
        encounter: note.encounter,
        writable: signature.is_none() && !discarded && note.author == me,
        author: user_or_gone(names, note.author),
        template: note.template,
        answers: note.answers,
        saved_at,
        recovered,
        missing,
        signature,
        addenda,
        discarded,
    }
}

/// The note's exact text, with the heading of its practice, patient and visit.
fn canonical(reader: &Reader<'_>, note: &Note) -> Result<Option<Phi<String>>, StoreFault> {
    let (Some(patient), Some(encounter)) =
        (reader.get::<Patient>(&note.patient)?, reader.get::<Encounter>(&note.encounter)?)
    else {
        return Ok(None);
    };
    let encounter = encounter.record;
    let heading = Heading {
        practice: only_practice(reader)?.map(|practice| practice.name).unwrap_or_default(),
        patient_name: patient.record.name.full(),
        birth_date: patient.record.birth_date,
        mrn: patient.record.mrn,
        visit_on: encounter.state.started_at().unwrap_or(encounter.planned_for),
    };
    Ok(Some(note.canonical_text(&heading)))
}

/// Brings the notes that are being written up to date with what the visit has just learned: nobody is asked twice, and an
/// agreement that was taken back does not stand in a note. What their author has answered otherwise stays.
pub(crate) fn answer_known(tx: &mut Tx<'_>, before: &Encounter, after: &Encounter) -> Result<(), Stop> {
    for note in tx.read().notes_of(after.id)? {
        if !matches!(note.record.state, NoteState::Draft) {
            continue;
        }
        let (known, stale) =
            (known_answers(&note.record.template, after), known_answers(&note.record.template, before));
        let mut answers = note.record.answers.clone();
        answers.retain(|question, answer| known.contains_key(question) || stale.get(question) != Some(answer));
        let answered = Note { answers: known, ..note.record.clone() }.with_answers(answers);
        if answered != note.record {
            tx.put(Some(&note), &answered)?;
        }
    }
    Ok(())
}

/// Makes what was typed part of the note.
fn merge(tx: &mut Tx<'_>, note: &Versioned<Note>, run: &RunId) -> Result<(), Stop> {
    let Some(draft) = tx.draft(note.record.id, run)? else { return Ok(()) };
    let merged = note.record.clone().with_answers(draft.answers);
    if merged != note.record {
        tx.put(Some(note), &merged)?;
    }
    Ok(tx.clear_draft(note.record.id, None)?)
}

/// Typing on accepts recovered text: it becomes part of the note, and with it part of the journal, before it can be
/// written over.
fn settle_other_runs(tx: &mut Tx<'_>, note: &Versioned<Note>, run: &RunId) -> Result<(), Stop> {
    let recovered = tx.draft(note.record.id, run)?.is_some_and(|draft| draft.recovered.is_some());
    if recovered { merge(tx, note, run) } else { Ok(()) }
}
