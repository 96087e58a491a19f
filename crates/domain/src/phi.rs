//! Protected health information as a type that cannot be printed by accident.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A value that tells something of a patient. `Debug` and `Display` print `[phi]`, so a log line, a panic
/// or an error text never carries it; only serialisation (to the store and to the screen) does.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Marks a value as protected.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The bare value, for the place that must show or store it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the bare value out.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> Deref for Phi<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Phi<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Phi<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phi]")
    }
}

impl<T> fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phi]")
    }
}

impl<T: ts_rs::TS> ts_rs::TS for Phi<T> {
    type WithoutGenerics = T::WithoutGenerics;
    type OptionInnerType = Self;

    fn name(cfg: &ts_rs::Config) -> String {
        T::name(cfg)
    }

    fn inline(cfg: &ts_rs::Config) -> String {
        T::inline(cfg)
    }

    fn visit_dependencies(visitor: &mut impl ts_rs::TypeVisitor)
    where
        Self: 'static,
    {
        T::visit_dependencies(visitor);
    }

    fn decl(cfg: &ts_rs::Config) -> String {
        T::decl(cfg)
    }

    fn decl_concrete(cfg: &ts_rs::Config) -> String {
        T::decl_concrete(cfg)
    }

    fn inline_flattened(cfg: &ts_rs::Config) -> String {
        T::inline_flattened(cfg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_hides_and_serialising_keeps() {
        let name: Phi<String> = Phi::from("Moss");
        assert_eq!(format!("{name} {name:?} {:?}", Some(&name)), "[phi] [phi] Some([phi])");
        assert_eq!(serde_json::to_string(&name).expect("a string serialises"), "\"Moss\"");
    }
}
