//! Note templates: what is asked in a kind of visit.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;
use crate::id::TemplateId;

/// How far a moment may lie ahead of the signing: another clock in the room may be fast.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(10);
/// No moment of a living patient lies before it.
const EARLIEST_YEAR: i32 = 1870;

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
    /// The smallest number that can be true. What lies below was mistyped.
    #[serde(default)]
    pub min: Option<i32>,
    /// The largest number that can be true.
    #[serde(default)]
    pub max: Option<i32>,
    /// Whether a day or a moment may lie ahead. What was seen, given or decided lies behind.
    #[serde(default)]
    pub ahead: bool,
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

/// What keeps an answer from being signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Flaw {
    /// It is required and empty.
    Missing,
    /// It is no number, no day or no moment of our time.
    Unreadable,
    /// The moment has not come yet.
    Ahead,
    /// No such number can be true.
    OutOfRange {
        /// The smallest that can.
        min: Option<i32>,
        /// The largest that can.
        max: Option<i32>,
    },
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
    /// A minute of a day with its offset from UTC, `YYYY-MM-DD HH:MM ±HH:MM`: the same moment wherever it is read.
    DateTime,
    /// `yes` or `no`.
    YesNo,
}

impl Question {
    /// What keeps a written answer from being signed at this moment.
    pub fn flaw(&self, text: &str, at: Timestamp) -> Option<Flaw> {
        let text = text.trim();
        let readable = match self.kind {
            _ if text.is_empty() => return self.required.then_some(Flaw::Missing),
            QuestionKind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => return self.out_of_range(number),
                Ok(_) | Err(_) => false,
            },
            QuestionKind::Date => text.parse::<NaiveDate>().is_ok(),
            QuestionKind::DateTime => match DateTime::parse_from_str(text, "%Y-%m-%d %H:%M %:z") {
                Ok(moment) if moment > at + CLOCKS_DIFFER && !self.ahead => return Some(Flaw::Ahead),
                Ok(moment) => moment.year() >= EARLIEST_YEAR,
                Err(_) => false,
            },
            QuestionKind::Text
            | QuestionKind::Paragraph
            | QuestionKind::Choice
            | QuestionKind::Choices
            | QuestionKind::YesNo => true,
        };
        (!readable).then_some(Flaw::Unreadable)
    }

    fn out_of_range(&self, number: f64) -> Option<Flaw> {
        let below = self.min.is_some_and(|min| number < f64::from(min));
        let above = self.max.is_some_and(|max| number > f64::from(max));
        (below || above).then_some(Flaw::OutOfRange { min: self.min, max: self.max })
    }
}

impl Template {
    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.sections.iter().flat_map(|section| &section.questions).find(|question| question.id == id)
    }
}
