//! Billing increments: `6/6`, `60/1`.

use std::fmt;
use std::num::NonZeroU32;

use thiserror::Error;

/// Initial and further billing interval [s].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BillingIncrement {
    /// The first interval, billed whole however short the call [s].
    pub initial: NonZeroU32,
    /// Each further interval [s].
    pub further: NonZeroU32,
}

/// What further intervals are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncrementBase {
    /// After the initial interval (20/6 at 21 s bills 26 s).
    Further,
    /// The whole duration is rounded up to a multiple of the further interval (20/6 at 21 s bills 24 s).
    Whole,
}

/// Why a text is no billing increment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IncrementError {
    /// Not of the form `initial/further` in whole seconds.
    #[error("not of the form `initial/further` in whole seconds, such as \"6/6\"")]
    Form,
    /// An interval of 0 s would bill nothing for ever.
    #[error("an interval of 0 s bills nothing")]
    Zero,
    /// An interval longer than a day.
    #[error("an interval is longer than a day")]
    TooLong,
}

impl BillingIncrement {
    /// The longest interval that is read [s]: a day.
    pub const LONGEST: u32 = 86_400;

    /// Builds from whole seconds.
    ///
    /// # Errors
    /// Where an interval is 0 or longer than a day.
    pub fn new(initial: u32, further: u32) -> Result<Self, IncrementError> {
        if initial > Self::LONGEST || further > Self::LONGEST {
            return Err(IncrementError::TooLong);
        }
        match (NonZeroU32::new(initial), NonZeroU32::new(further)) {
            (Some(initial), Some(further)) => Ok(Self { initial, further }),
            _ => Err(IncrementError::Zero),
        }
    }

    /// Reads `6/6`.
    ///
    /// # Errors
    /// Where the text is not two whole numbers of seconds that an increment can have.
    pub fn parse(text: &str) -> Result<Self, IncrementError> {
        let (initial, further) = text.split_once('/').ok_or(IncrementError::Form)?;
        let seconds = |part: &str| -> Result<u32, IncrementError> {
            let part = part.trim();
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(IncrementError::Form);
            }
            part.parse().map_err(|_| IncrementError::TooLong)
        };
        Self::new(seconds(initial)?, seconds(further)?)
    }
}

impl fmt::Display for BillingIncrement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.initial, self.further)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(BillingIncrement::parse("60/1").unwrap().to_string(), "60/1");
        assert_eq!(BillingIncrement::parse(" 6 / 6 ").unwrap().to_string(), "6/6");
        assert_eq!(BillingIncrement::parse("0/6"), Err(IncrementError::Zero));
        assert_eq!(BillingIncrement::parse("6/0"), Err(IncrementError::Zero));
        assert_eq!(BillingIncrement::parse("90000/1"), Err(IncrementError::TooLong));
        assert_eq!(BillingIncrement::parse("99999999999/1"), Err(IncrementError::TooLong));
        for text in ["", "6", "6/", "/6", "6/6/6", "-6/6", "6s/6s", "6.0/6"] {
            assert_eq!(BillingIncrement::parse(text), Err(IncrementError::Form), "{text}");
        }
    }
}
