//! The call engine: how a console takes part in a video visit.
//!
//! The crate has a half without I/O (signalling words, views, the state machine, the bandwidth controller) and a
//! driver behind the feature `engine` (webrtc, GStreamer, a WebSocket). A practice server uses the first half only.

pub mod controller;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod frames;
pub mod ladder;
pub mod machine;
#[cfg(feature = "media")]
pub mod media;
pub mod quality;
pub mod signal;
pub mod view;
