//! Note templates: what is asked in a kind of visit.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::TemplateId;

/// A note template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Its name, unique in the practice.
    pub name: String,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// A section of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Section {
    /// Unique in the template.
    pub id: String,
    /// Its heading.
    pub name: String,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// A question of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Question {
    /// Unique in the template.
    pub id: String,
    /// What is asked.
    pub name: String,
    /// What an answer looks like.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// What can be chosen.
    #[serde(default)]
    pub options: Vec<String>,
    /// The unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
    /// Whether a note can be signed without it.
    #[serde(default)]
    pub required: bool,
    /// Names under which other systems fill it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// A word of help.
    #[serde(default)]
    pub hint: Option<String>,
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One line.
    Text,
    /// Several lines.
    Paragraph,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
    /// A number.
    Number,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// `yes` or `no`.
    YesNo,
}

impl Template {
    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.sections.iter().flat_map(|section| &section.questions).find(|question| question.id == id)
    }
}
