//! The store, tried from outside: the write path, the journal's proof, deliveries, what a damaged or foreign file does,
//! a full disk, kills at every point of the write path, old schemas, search, and what can be read on the disk.

#![allow(missing_docs, clippy::unwrap_used)]

mod child;
mod damage;
mod delivery;
mod disk;
mod draft;
mod files;
mod journal;
mod kill;
mod opening;
mod schema;
mod search;
mod secrecy;
mod world;
mod write;
