//! Join tokens: what makes a join link open one participant's place, for a time.
//!
//! ```text
//! base64url( participant id (16 bytes) | expiry, unix seconds (8) | HMAC-SHA-256 over both, first 24 bytes )
//! ```
//!
//! 64 characters without anything of the patient, short enough for a text message. The key is the practice's own, so
//! another practice's token is a forged one here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use domain::id::ParticipantId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of the code that authenticates a token: 192 bits.
const MAC: usize = 24;

/// The practice's key for join tokens.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

/// Why a token does not open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Damaged, forged, or of another practice.
    #[error("not a token of this practice")]
    Bad,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

impl TokenKey {
    /// The key with these bytes, as they lie in the store.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Makes the token of a participant.
    pub fn sign(&self, participant: ParticipantId, expires_at: Timestamp) -> String {
        let mut bytes = Vec::with_capacity(24 + MAC);
        bytes.extend(participant.to_u128().to_be_bytes());
        bytes.extend(expires_at.timestamp().to_be_bytes());
        let code = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(&code[..MAC]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whose token it is. The code is compared in constant time, and before the expiry is looked at.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<ParticipantId, TokenFault> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenFault::Bad)?;
        let (signed, code) = bytes.split_at_checked(24).ok_or(TokenFault::Bad)?;
        if code.len() != MAC {
            return Err(TokenFault::Bad);
        }
        self.mac(signed).verify_truncated_left(code).map_err(|_| TokenFault::Bad)?;
        let (id, expiry) = signed.split_at(16);
        let id = u128::from_be_bytes(id.try_into().map_err(|_| TokenFault::Bad)?);
        let expiry = i64::from_be_bytes(expiry.try_into().map_err(|_| TokenFault::Bad)?);
        if now.timestamp() >= expiry {
            return Err(TokenFault::Expired);
        }
        Ok(ParticipantId::from_u128(id))
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0).expect("BUG: HMAC takes a key of any length").chain_update(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> TokenKey {
        TokenKey([byte; 32])
    }

    #[test]
    fn a_token_opens_its_participant_until_it_expires() {
        let id = ParticipantId::from_u128(7);
        let expiry = Timestamp::from_timestamp(1_000_000, 0).expect("a time");
        let token = key(1).sign(id, expiry);
        assert_eq!(token.len(), 64);
        let second = chrono::TimeDelta::seconds(1);
        assert_eq!(key(1).read(&token, expiry - second), Ok(id));
        assert_eq!(key(1).read(&token, expiry), Err(TokenFault::Expired));
        assert_eq!(key(2).read(&token, expiry), Err(TokenFault::Bad), "another practice's token");
    }

    #[test]
    fn every_changed_character_makes_a_token_bad() {
        let now = Timestamp::from_timestamp(1_000, 0).expect("a time");
        let token = key(1).sign(ParticipantId::from_u128(7), now);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("still ASCII");
            assert_eq!(key(1).read(&changed, now), Err(TokenFault::Bad), "{at}");
        }
        for bad in ["", "x", &token[1..], &format!("{token}A"), "ÄÖÜ", &"A".repeat(100_000)] {
            assert_eq!(key(1).read(bad, now), Err(TokenFault::Bad));
        }
    }
}
