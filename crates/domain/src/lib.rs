//! What a visit is.
//!
//! This crate holds the words and rules of virtual care: typed ids, values, and for each aggregate a state
//! machine whose states own their data. It is pure: no I/O, no clock (time is an argument), no SQL, no async.
//!
//! To add an aggregate: give it an id in [`id`], a file of its own with the state diagram on top, commands
//! in the imperative, events in the past tense and refusals that a person can read, and a table test of
//! every state × command.

pub mod actor;
pub mod appointment;
pub mod call;
pub mod check;
pub mod encounter;
pub mod id;
pub mod note;
pub mod participant;
pub mod patient;
pub mod phi;
pub mod practice;
pub mod priority;
pub mod refusal;
pub mod snapshot;
pub mod template;

pub use phi::Phi;

/// A moment, in UTC. Every transition takes it as an argument: the domain has no clock.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
