//! STUN and TURN servers for the peer connections of a visit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::signal::IceServer;
use domain::Timestamp;
use domain::id::ParticipantId;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// How long a TURN credential works. A page gets it when it says hello, and may wait for hours before the call begins.
const CREDENTIAL_SECONDS: i64 = 12 * 3600;

/// Which STUN and TURN servers a practice has. Without any, calls work within one network.
#[derive(Clone, Default)]
pub struct IceSettings {
    /// `stun:host:port` addresses.
    pub stun: Vec<String>,
    /// `turn:host:port` addresses.
    pub turn: Vec<String>,
    /// The secret shared with the TURN server (coturn's `static-auth-secret`).
    pub turn_secret: Option<String>,
}

impl IceSettings {
    /// From `ROUNDS_STUN` and `ROUNDS_TURN` (addresses with commas between) and `ROUNDS_TURN_SECRET`.
    pub fn from_env() -> Self {
        let list = |name| {
            let text = std::env::var(name).unwrap_or_default();
            text.split(',').map(str::trim).filter(|address| !address.is_empty()).map(str::to_owned).collect()
        };
        Self {
            stun: list("ROUNDS_STUN"),
            turn: list("ROUNDS_TURN"),
            turn_secret: std::env::var("ROUNDS_TURN_SECRET").ok(),
        }
    }

    /// The servers, with credentials of this participant's own that expire
    /// (draft-uberti-behave-turn-rest-00, which coturn implements).
    pub fn servers(&self, participant: ParticipantId, now: Timestamp) -> Vec<IceServer> {
        let mut servers = Vec::new();
        if !self.stun.is_empty() {
            servers.push(IceServer { urls: self.stun.clone(), username: None, credential: None });
        }
        if let (Some(secret), false) = (&self.turn_secret, self.turn.is_empty()) {
            let username = format!("{}:{participant}", now.timestamp() + CREDENTIAL_SECONDS);
            let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("BUG: HMAC takes a key of any length");
            let credential = STANDARD.encode(mac.chain_update(username.as_bytes()).finalize().into_bytes());
            servers.push(IceServer { urls: self.turn.clone(), username: Some(username), credential: Some(credential) });
        }
        servers
    }
}
