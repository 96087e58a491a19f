//! The product without a shell.
//!
//! [`Rounds`] is a practice at work: one store, one clock, one write path. Its methods are what people do, one module per
//! thing they do it with. A console adds the screens' commands and the call engine (`console`); a practice
//! server adds HTTP (the crate `server`).
//!
//! To add a command: a request and a view in [`api`], a line in [`for_each_command`], a method here that decides in
//! the domain and writes through [`Rounds::act`].

pub mod api;
mod calls;
pub mod clock;
pub mod codegen;
#[cfg(feature = "console")]
pub mod console;
mod encounters;
mod failure;
mod join;
mod notes;
mod opening;
pub mod panics;
pub mod password;
mod patients;
mod practice;
mod presence;
mod queue;
mod rounds;
mod sample;
mod snapshots;
mod token;
mod workspace;

pub use calls::CallTicket;
pub use failure::Failure;
pub use join::{Guest, OpenLink, Place};
pub use opening::{OpeningFault, open};
pub use presence::Presences;
pub use rounds::{Asked, Rounds};
pub use sample::SampleUser;
pub use token::{TokenFault, TokenKey};
