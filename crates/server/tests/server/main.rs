//! The practice server from outside: raw HTTP and raw signalling sockets, never through code of our own.

#![allow(clippy::unwrap_used, missing_docs)]

mod call;
mod chat;
mod client;
mod doorway;
mod http;
mod limits;
mod patient;
mod program;
mod reload;
mod restart;
mod slow;
mod stage;
mod turn;
