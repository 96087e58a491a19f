//! Notes and templates.

use domain::id::{EncounterId, NoteId, TemplateId};
use domain::note::{Addendum, Answers, MissingAnswer, Signature};
use domain::template::Template;
use domain::{Phi, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::start::UserView;

/// The practice's templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TemplatesView {
    /// By name.
    pub templates: Vec<Template>,
}

/// Begins a note.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct StartNoteRequest {
    /// For which visit.
    pub encounter: EncounterId,
    /// From which template.
    pub template: TemplateId,
}

/// Names a note.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NoteRequest {
    /// Which.
    pub note: NoteId,
}

/// A note in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoteBrief {
    /// Which.
    pub id: NoteId,
    /// The template's name.
    pub name: String,
    /// Whether it is signed, and by whom and when.
    pub signed: Option<SignedBrief>,
    /// Who writes it.
    pub author: UserView,
    /// When it was begun.
    pub started_at: Timestamp,
}

/// Who signed, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignedBrief {
    /// Name and title.
    pub signer: String,
    /// When.
    pub at: Timestamp,
    /// How many addenda there are.
    pub addenda: u32,
}

/// A note, as the editor shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoteView {
    /// Which.
    pub id: NoteId,
    /// Of which visit.
    pub encounter: EncounterId,
    /// Its template, as it was when the note was begun.
    pub template: Template,
    /// Who writes it.
    pub author: UserView,
    /// Whether this user may write in it.
    pub writable: bool,
    /// What is written: what was saved last.
    pub answers: Answers,
    /// When a key was last saved.
    pub saved_at: Option<Timestamp>,
    /// Text that was saved while being typed and never put aside in order: the program ended in between.
    pub recovered: Option<RecoveredText>,
    /// What keeps the note from being signed: answers that are missing, unreadable or cannot be true.
    pub missing: Vec<MissingAnswer>,
    /// The signature, once there is one.
    pub signature: Option<Signature>,
    /// What was added to the signed note.
    pub addenda: Vec<Addendum>,
    /// Thrown away before it was signed.
    pub discarded: bool,
}

/// Text that came back after the program ended unexpectedly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoveredText {
    /// When it was last saved.
    pub at: Timestamp,
    /// The questions it touches.
    pub questions: Vec<String>,
    /// What those answers were before, for a comparison.
    pub before: Answers,
}

/// Saves one answer while it is being typed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AnswerRequest {
    /// Which note.
    pub note: NoteId,
    /// Which question.
    pub question: String,
    /// What is written now; empty for nothing.
    pub value: Vec<Phi<String>>,
}

/// When something was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedView {
    /// On this computer's disk since then.
    pub at: Timestamp,
    /// What keeps the note from being signed: answers that are missing, unreadable or cannot be true.
    pub missing: Vec<MissingAnswer>,
}

/// Keeps or discards recovered text.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RecoveredRequest {
    /// Which note.
    pub note: NoteId,
    /// Keep it (it becomes ordinary text), or go back to what was there before.
    pub keep: bool,
}

/// Exactly what would be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignPreview {
    /// The text.
    pub text: Phi<String>,
    /// Its SHA-256.
    pub sha256: String,
    /// Name and title under it.
    pub signer: String,
    /// What keeps the note from being signed: answers that are missing, unreadable or cannot be true.
    pub missing: Vec<MissingAnswer>,
}

/// Signs a note.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SignRequest {
    /// Which.
    pub note: NoteId,
    /// The SHA-256 of the text that the signer read.
    pub shown: String,
}

/// Adds to a signed note.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AddendRequest {
    /// Which.
    pub note: NoteId,
    /// What.
    pub text: Phi<String>,
}
