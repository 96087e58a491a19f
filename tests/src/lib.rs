//! What the journeys stand on: a display, the console's real window, a real browser as the patient, and ways to
//! press, type, wait and look in them.
//!
//! Nothing here waits for a time: it waits for what a person would see, until [`until::DEADLINE`]. Everything that is
//! started is ended by its process id when it is dropped.

pub mod accessibility;
pub mod chance;
pub mod console;
pub mod display;
pub mod driver;
pub mod family;
pub mod media;
pub mod note;
pub mod page;
pub mod patient;
pub mod stage;
pub mod until;
pub mod visit;

pub use console::{Console, row};
pub use page::Page;
pub use patient::Patient;
pub use stage::{Stage, journey};
pub use until::until;
