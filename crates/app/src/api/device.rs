//! Devices, the device check, and the running call.

use domain::Phi;
use domain::Timestamp;
use domain::check::{DeviceCheck, NetworkFigures};
use domain::id::EncounterId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKindChoice {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A loudspeaker.
    Speaker,
}

/// Chooses a device.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ChooseDeviceRequest {
    /// Which kind.
    pub kind: DeviceKindChoice,
    /// Its id.
    pub id: String,
}

/// What the network check measured, towards the practice server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NetworkView {
    /// The verdict.
    pub outcome: domain::check::CheckOutcome,
    /// The figures; none where the server did not answer.
    pub figures: Option<NetworkFigures>,
    /// In plain words, where something is wrong.
    pub trouble: Option<String>,
}

/// Keeps the result of this computer's check.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SaveCheckRequest {
    /// The result.
    pub check: DeviceCheck,
}

/// The last check of this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LastCheckView {
    /// The result, where there was a check.
    pub check: Option<DeviceCheck>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Joins the call of a visit from this console.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct JoinCallRequest {
    /// Which visit.
    pub encounter: EncounterId,
}

/// The running call, where there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunningCallView {
    /// The call.
    pub call: Option<call::view::CallView>,
}

/// Turns something on or off.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct SwitchRequest {
    /// On, or off.
    pub on: bool,
}

/// Says something in the chat of the call.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ChatRequest {
    /// What.
    pub text: Phi<String>,
}
