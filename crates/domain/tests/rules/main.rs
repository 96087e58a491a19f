//! The rules of a visit, tried from outside: every state with every command, walks of random commands, the exact text
//! that is signed, what a picture is taken for, and that nothing prints patient data.

#![allow(missing_docs, clippy::unwrap_used)]

mod appointment;
mod call;
mod encounter;
mod note;
mod participant;
mod people;
mod secrecy;
mod snapshot;
mod table;
