//! Typed identifiers: one newtype per thing that has an identity, made from UUID version 7.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Why a text is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {expected} id")]
pub struct IdError {
    expected: &'static str,
}

/// Declares the id types. Each is written `prefix_` plus 32 hexadecimal digits, so that a log line, a
/// URL or a foreign system can never pass one kind of id for another.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS)]
        #[ts(type = "string")]
        pub struct $name(Uuid);

        impl $name {
            /// The text that stands before the digits.
            pub const PREFIX: &'static str = $prefix;

            /// A new id. Ids sort by the millisecond they were made in, which keeps index pages together.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id with exactly these 128 bits: for fixtures and for ids that must be the same each time.
            pub const fn from_u128(bits: u128) -> Self {
                Self(Uuid::from_u128(bits))
            }

            /// The id's 128 bits.
            pub const fn to_u128(self) -> u128 {
                self.0.as_u128()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|digits| digits.len() == 32)
                    .and_then(|digits| Uuid::try_parse(digits).ok())
                    .map(Self)
                    .ok_or(IdError { expected: stringify!($name) })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A practice: the organisation whose data one store holds.
    PracticeId = "prc";
    /// A person who signs in.
    UserId = "usr";
    /// A patient.
    PatientId = "pat";
    /// A waiting room.
    WaitingRoomId = "wrm";
    /// An appointment.
    AppointmentId = "apt";
    /// An encounter: one visit.
    EncounterId = "enc";
    /// One call of an encounter.
    CallId = "cal";
    /// One person or device taking part in an encounter.
    ParticipantId = "par";
    /// A note template.
    TemplateId = "tpl";
    /// A note.
    NoteId = "not";
    /// A snapshot taken from a call.
    SnapshotId = "snp";
    /// A delivery: something another system must be told.
    DeliveryId = "dlv";
    /// A computer on which a store is kept.
    DeviceId = "dev";
    /// One attempt at one action: the same key twice has one effect.
    IdempotencyKey = "key";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_no_other_kind_reads_it() {
        let id = PatientId::new();
        assert_eq!(id.to_string().parse::<PatientId>(), Ok(id));
        assert!(id.to_string().parse::<UserId>().is_err());
        for bad in
            ["", "pat_", "pat_12", "PAT_00000000000000000000000000000000", "pat_0000000000000000000000000000000g"]
        {
            assert!(bad.parse::<PatientId>().is_err(), "{bad}");
        }
    }
}
