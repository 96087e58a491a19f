//! Stories of a practice, told through the application's commands on a real store.

#![allow(clippy::unwrap_used, missing_docs)]

mod calls;
mod door;
mod journal;
mod notes;
mod opening;
mod patients;
mod presence;
mod privacy;
mod queue;
mod recovery;
mod repeats;
mod roles;
mod snapshots;
mod story;
mod support;
mod visits;
