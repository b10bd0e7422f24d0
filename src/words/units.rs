//! Physical units of teletraffic, each valid by construction.

use thiserror::Error;

/// A number that its unit cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{value} is not {what}")]
pub struct UnitError {
    /// What was given.
    pub value: f64,
    /// What would be right, as a noun phrase.
    pub what: &'static str,
}

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident, $ok:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// Checks the value.
            ///
            /// # Errors
            /// Where the value is not one that the unit can hold.
            pub fn new(value: f64) -> Result<Self, UnitError> {
                let ok: fn(f64) -> bool = $ok;
                if ok(value) { Ok(Self(value)) } else { Err(UnitError { value, what: $what }) }
            }

            /// The bare number, in the unit of the type.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }
    };
}

unit!(
    /// Traffic: mean number of channels held at once [erlang].
    Erlangs, |v| v.is_finite() && v >= 0.0, "a traffic of 0 erlang or more"
);
unit!(
    /// A probability or a share [1].
    Probability, |v| (0.0..=1.0).contains(&v), "a share from 0 to 1"
);
unit!(
    /// A rate of call attempts [attempts/s].
    CallsPerSecond, |v| v.is_finite() && v >= 0.0, "a call rate of 0 per second or more"
);

impl Erlangs {
    /// No traffic.
    pub const ZERO: Self = Self(0.0);
}

impl Probability {
    /// Never.
    pub const ZERO: Self = Self(0.0);
    /// Always.
    pub const ONE: Self = Self(1.0);
}
