//! The note: what was found and decided, in the words of the one who signs it.
//!
//! ```text
//!           Sign              Amend
//!  Draft ─────────> Signed ─────────> Amended ──┐
//!    │                                   ^──────┘ Amend
//!    └── Discard ──> Discarded
//! ```
//!
//! A signed note is never edited: what comes later is an addendum with its own author and time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::encounter::Encounter;
use crate::id::{EncounterId, NoteId, PatientId, UserId};
use crate::template::{Flaw, QuestionKind, Template};
use crate::{Phi, Timestamp};

/// Longest answer and longest addendum, in characters.
pub const LONGEST: usize = 50_000;

/// Answers by question id. An answer is a list of texts: one for most questions, several for choices.
pub type Answers = BTreeMap<String, Vec<Phi<String>>>;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The visit.
    pub encounter: EncounterId,
    /// The patient.
    pub patient: PatientId,
    /// The template as it was when the note was begun: a later change of the template does not change the note.
    pub template: Template,
    /// Who began it.
    pub author: UserId,
    /// When it was begun.
    pub started_at: Timestamp,
    /// What is written.
    pub answers: Answers,
    /// Where it stands.
    pub state: NoteState,
}

/// Where a note stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum NoteState {
    /// Being written.
    Draft,
    /// Signed.
    Signed {
        /// The signature.
        signature: Signature,
    },
    /// Signed, and added to.
    Amended {
        /// The signature of the note itself.
        signature: Signature,
        /// What was added, oldest first.
        addenda: Vec<Addendum>,
    },
    /// Thrown away before it was signed.
    Discarded {
        /// When.
        at: Timestamp,
        /// By whom.
        by: UserId,
    },
}

/// A signature: who, when, and of exactly which text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Signature {
    /// Who signed.
    pub by: UserId,
    /// Their name and title at that time.
    pub signer: String,
    /// When.
    pub at: Timestamp,
    /// The signed text.
    pub text: Phi<String>,
    /// SHA-256 of the text's UTF-8 bytes, as hexadecimal.
    pub sha256: String,
}

/// Something added to a signed note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Addendum {
    /// Who added it.
    pub by: UserId,
    /// Their name and title at that time.
    pub signer: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: Phi<String>,
    /// SHA-256 of the text's UTF-8 bytes, as hexadecimal.
    pub sha256: String,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The user.
    pub id: UserId,
    /// Name and title, as they stand under the text.
    pub name: String,
}

/// A question whose answer keeps a note from being signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingAnswer {
    /// The question's id.
    pub question: String,
    /// Its section's heading.
    pub section: String,
    /// What is asked.
    pub name: String,
    /// What is wrong with the answer.
    pub flaw: Flaw,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteRefusal {
    /// It is signed.
    #[error("The note is signed. Add an addendum instead.")]
    Signed,
    /// It was thrown away.
    #[error("The note was discarded.")]
    Discarded,
    /// It is not signed yet.
    #[error("The note is not signed yet: write in the note itself.")]
    NotSigned,
    /// Somebody else is writing it.
    #[error("Only its author can write in this note and sign it.")]
    NotTheAuthor,
    /// The template has no such question.
    #[error("The note has no such question.")]
    NoSuchQuestion,
    /// The answer does not fit the question.
    #[error("This answer does not fit: {expected}.")]
    WrongAnswer {
        /// What fits.
        expected: &'static str,
    },
    /// Longer than any note.
    #[error("A text may have at most 50,000 characters.")]
    TooLong,
    /// Required questions are open, or answers cannot be true.
    #[error("Answers that are missing or cannot be right: {count}.")]
    Missing {
        /// How many.
        count: usize,
    },
    /// What the signer saw is not what would be signed.
    #[error("The text has changed since it was shown. Please read it again.")]
    TextChanged,
    /// An addendum needs a text.
    #[error("The addendum is empty.")]
    Empty,
}

impl NoteRefusal {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Signed => "note.signed",
            Self::Discarded => "note.discarded",
            Self::NotSigned => "note.not_signed",
            Self::NotTheAuthor => "note.not_the_author",
            Self::NoSuchQuestion => "note.no_such_question",
            Self::WrongAnswer { .. } => "note.wrong_answer",
            Self::TooLong => "note.too_long",
            Self::Missing { .. } => "note.missing",
            Self::TextChanged => "note.text_changed",
            Self::Empty => "note.empty",
        }
    }
}

/// What a visit has answered already, for the questions of a template that carry the tags `identityConfirmed` and
/// `videoConsent`: nobody is asked twice. What has not been answered stays open.
pub fn known_answers(template: &Template, visit: &Encounter) -> Answers {
    let identity = visit.identity.is_some();
    let consent = visit.consent.as_ref().is_some_and(|consent| consent.given);
    let questions = template.sections.iter().flat_map(|section| &section.questions);
    questions
        .filter(|question| {
            let tagged = |tag: &str| question.tags.iter().any(|known| known == tag);
            (identity && tagged("identityConfirmed")) || (consent && tagged("videoConsent"))
        })
        .map(|question| (question.id.clone(), vec![Phi::from("yes")]))
        .collect()
}

impl Note {
    /// Checks one answer against its question, and that this person may write it.
    pub fn check_answer(&self, question: &str, value: &[Phi<String>], by: UserId) -> Result<(), NoteRefusal> {
        self.still_draft()?;
        if by != self.author {
            return Err(NoteRefusal::NotTheAuthor);
        }
        let question = self.template.question(question).ok_or(NoteRefusal::NoSuchQuestion)?;
        if value.iter().any(|text| text.chars().count() > LONGEST) {
            return Err(NoteRefusal::TooLong);
        }
        let wrong = |expected| Err(NoteRefusal::WrongAnswer { expected });
        match (question.kind, value) {
            (_, []) | (QuestionKind::Text | QuestionKind::Paragraph, [_]) => Ok(()),
            // What is being typed is kept as it is; whether it is a number or a day counts when it is signed.
            (QuestionKind::Number | QuestionKind::Date | QuestionKind::DateTime, [_]) => Ok(()),
            (QuestionKind::YesNo, [text]) if matches!(text.as_str(), "yes" | "no") => Ok(()),
            (QuestionKind::YesNo, _) => wrong("yes or no"),
            (QuestionKind::Choice, [text]) if question.options.contains(text.expose()) => Ok(()),
            (QuestionKind::Choice, _) => wrong("one of the choices"),
            (QuestionKind::Choices, texts) if texts.iter().all(|text| question.options.contains(text.expose())) => {
                Ok(())
            }
            (QuestionKind::Choices, _) => wrong("any of the choices"),
            (
                QuestionKind::Text
                | QuestionKind::Paragraph
                | QuestionKind::Number
                | QuestionKind::Date
                | QuestionKind::DateTime,
                _,
            ) => wrong("one text"),
        }
    }

    /// The note with these answers laid over its own.
    pub fn with_answers(mut self, newer: Answers) -> Self {
        self.answers.extend(newer);
        self
    }

    /// What keeps the note from being signed at this moment: required questions that are open, and answers that cannot be
    /// read or cannot be true.
    pub fn missing(&self, at: Timestamp) -> Vec<MissingAnswer> {
        let sections = self.template.sections.iter();
        let questions = sections.flat_map(|section| section.questions.iter().map(move |question| (section, question)));
        questions
            .filter_map(|(section, question)| {
                let text = self.answers.get(&question.id).map(|value| joined(value)).unwrap_or_default();
                Some(MissingAnswer {
                    flaw: question.flaw(&text, at)?,
                    question: question.id.clone(),
                    section: section.name.clone(),
                    name: question.name.clone(),
                })
            })
            .collect()
    }

    /// Signs the note. `shown` is the SHA-256 of the text that the signer read: what they saw is what they sign.
    pub fn sign(&self, text: Phi<String>, shown: &str, signer: &Signer, at: Timestamp) -> Result<Self, NoteRefusal> {
        self.still_draft()?;
        if signer.id != self.author {
            return Err(NoteRefusal::NotTheAuthor);
        }
        match self.missing(at).len() {
            0 => {}
            count => return Err(NoteRefusal::Missing { count }),
        }
        let sha256 = sha256_hex(text.as_bytes());
        if sha256 != shown {
            return Err(NoteRefusal::TextChanged);
        }
        let signature = Signature { by: signer.id, signer: signer.name.clone(), at, text, sha256 };
        Ok(Self { state: NoteState::Signed { signature }, ..self.clone() })
    }

    /// Adds to a signed note.
    pub fn amend(&self, text: &Phi<String>, signer: &Signer, at: Timestamp) -> Result<Self, NoteRefusal> {
        let (signature, mut addenda) = match &self.state {
            NoteState::Draft => return Err(NoteRefusal::NotSigned),
            NoteState::Discarded { .. } => return Err(NoteRefusal::Discarded),
            NoteState::Signed { signature } => (signature.clone(), Vec::new()),
            NoteState::Amended { signature, addenda } => (signature.clone(), addenda.clone()),
        };
        let text = Phi::new(text.trim().to_owned());
        if text.is_empty() {
            return Err(NoteRefusal::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(NoteRefusal::TooLong);
        }
        let sha256 = sha256_hex(text.as_bytes());
        addenda.push(Addendum { by: signer.id, signer: signer.name.clone(), at, text, sha256 });
        Ok(Self { state: NoteState::Amended { signature, addenda }, ..self.clone() })
    }

    /// Throws an unsigned note away.
    pub fn discard(&self, by: UserId, at: Timestamp) -> Result<Self, NoteRefusal> {
        self.still_draft()?;
        if by != self.author {
            return Err(NoteRefusal::NotTheAuthor);
        }
        Ok(Self { state: NoteState::Discarded { at, by }, ..self.clone() })
    }

    fn still_draft(&self) -> Result<(), NoteRefusal> {
        match self.state {
            NoteState::Draft => Ok(()),
            NoteState::Signed { .. } | NoteState::Amended { .. } => Err(NoteRefusal::Signed),
            NoteState::Discarded { .. } => Err(NoteRefusal::Discarded),
        }
    }

    /// The exact text that is signed: a heading that names practice, patient and visit, then every answered question.
    /// The same note always gives the same text, whatever the zone or language of the computer.
    pub fn canonical_text(&self, heading: &Heading) -> Phi<String> {
        let mut text = format!(
            "{}\n{}\nPatient: {}\nDate of birth: {}\nRecord number: {}\nVisit: {}\n",
            self.template.name,
            heading.practice,
            heading.patient_name.expose(),
            heading.birth_date.format("%d %b %Y"),
            heading.mrn.expose(),
            heading.visit_on.format("%d %b %Y %H:%M UTC"),
        );
        for section in &self.template.sections {
            let mut headed = false;
            for question in &section.questions {
                let value = self.answers.get(&question.id).map(|value| joined(value)).unwrap_or_default();
                let value = value.trim();
                if value.is_empty() {
                    continue;
                }
                if !headed {
                    text.push_str(&format!("\n{}\n", section.name));
                    headed = true;
                }
                let unit = question.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
                text.push_str(&format!("{}: {value}{unit}\n", question.name));
            }
        }
        Phi::new(text)
    }
}

/// What stands above a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The practice's name.
    pub practice: String,
    /// The patient's full name.
    pub patient_name: Phi<String>,
    /// Their date of birth.
    pub birth_date: Phi<chrono::NaiveDate>,
    /// Their record number.
    pub mrn: Phi<String>,
    /// When the visit took place.
    pub visit_on: Timestamp,
}

fn joined(value: &[Phi<String>]) -> String {
    value.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(", ")
}

/// SHA-256 as lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("BUG: a String takes every write");
        text
    })
}
