//! The result of a device check: what a participant's camera, microphone, speaker and network can do.

use serde::{Deserialize, Serialize};

/// How one part of the check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Works.
    Good,
    /// Works, but not well: a weak network, a very quiet microphone.
    Poor,
    /// Does not work, or is not there.
    Failed,
    /// Was refused by the person or by the system.
    Blocked,
    /// Was not tried.
    Skipped,
}

/// What the network check measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct NetworkFigures {
    /// Round trip to the practice server, in milliseconds.
    pub round_trip_ms: f64,
    /// Probes that got no answer, 0 to 1.
    pub loss: f64,
    /// Measured from the server, in kbit/s.
    pub down_kbps: f64,
    /// Measured to the server, in kbit/s.
    pub up_kbps: f64,
}

/// A finished device check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct DeviceCheck {
    /// The camera.
    pub camera: CheckOutcome,
    /// The microphone.
    pub microphone: CheckOutcome,
    /// The loudspeaker, as the person heard it.
    pub speaker: CheckOutcome,
    /// The network.
    pub network: CheckOutcome,
    /// What was measured, where the network was tried.
    pub figures: Option<NetworkFigures>,
}
