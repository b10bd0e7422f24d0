//! Numbers to dial and the prefixes that rate tables are written in.

use std::fmt;

use thiserror::Error;

/// Why a text is no number to dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing left after spaces and punctuation.
    #[error("no digits")]
    Empty,
    /// A character that is no digit.
    #[error("'{0}' is not a digit")]
    NotADigit(char),
    /// More than the 15 digits of ITU-T E.164.
    #[error("more than the 15 digits of E.164")]
    TooLong,
    /// Country codes do not begin with 0.
    #[error("begins with 0, which no country code does; write the country code first, without 00 or 011")]
    LeadingZero,
}

/// Up to 15 digits, country code first: the digits as a number, left-aligned to 15 places, which takes 50 bits, and behind
/// them their count in four. So the order is the order of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Digits(u64);

const LENGTH_BITS: u32 = 4;

const PLACES: u8 = 15;

/// 10^n for n up to 15.
const POWERS: [u64; 16] = {
    let mut powers = [1; 16];
    let mut n = 1;
    while n < 16 {
        powers[n] = powers[n - 1] * 10;
        n += 1;
    }
    powers
};

impl Digits {
    fn parse(text: &str, skip: fn(char) -> bool) -> Result<Self, NumberError> {
        let mut value = 0_u64;
        let mut length = 0_u8;
        for c in text.chars() {
            let Some(digit) = c.to_digit(10) else {
                if skip(c) {
                    continue;
                }
                return Err(NumberError::NotADigit(c));
            };
            if length == 0 && digit == 0 {
                return Err(NumberError::LeadingZero);
            }
            if length == PLACES {
                return Err(NumberError::TooLong);
            }
            value = value * 10 + u64::from(digit);
            length += 1;
        }
        if length == 0 {
            return Err(NumberError::Empty);
        }
        Ok(Self::new(value * POWERS[usize::from(PLACES - length)], length))
    }

    fn new(aligned: u64, length: u8) -> Self {
        Self(aligned << LENGTH_BITS | u64::from(length))
    }

    fn aligned(self) -> u64 {
        self.0 >> LENGTH_BITS
    }

    fn length(self) -> u8 {
        (self.0 & ((1 << LENGTH_BITS) - 1)) as u8
    }

    /// How many 15-digit numbers begin so.
    fn unit(self) -> u64 {
        POWERS[usize::from(PLACES - self.length())]
    }

    fn is_prefix_of(self, other: Self) -> bool {
        // Every text between a prefix and one that begins with it begins with it too.
        self <= other && other.aligned() - self.aligned() < self.unit()
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.aligned() / self.unit())
    }
}

/// A telephone number with its country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164(Digits);

/// The first digits of telephone numbers, country code first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialPrefix(Digits);

impl E164 {
    /// Reads a number as people write it: `+1 (212) 555-0123`.
    ///
    /// # Errors
    /// Where something but digits and the usual punctuation is in it, or the digits cannot be an international number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let text = text.trim();
        Digits::parse(text.strip_prefix('+').unwrap_or(text), |c| matches!(c, ' ' | '-' | '(' | ')' | '.')).map(Self)
    }

    /// The number as a prefix of itself.
    #[must_use]
    pub fn as_prefix(self) -> DialPrefix {
        DialPrefix(self.0)
    }
}

impl DialPrefix {
    /// Reads a prefix: digits only.
    ///
    /// # Errors
    /// Where something but digits is in it, or the digits cannot begin an international number.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        Digits::parse(text, |_| false).map(Self)
    }

    /// The prefix that so many digits write, given as their number.
    pub(crate) fn from_number(number: u64, digits: u8) -> Option<Self> {
        let unit = *POWERS.get(usize::from(PLACES.checked_sub(digits)?))?;
        let leads = number.checked_mul(unit).filter(|aligned| (POWERS[14]..10 * POWERS[14]).contains(aligned));
        leads.map(|aligned| Self(Digits::new(aligned, digits)))
    }

    /// Number of digits.
    #[must_use]
    pub fn digits(self) -> u8 {
        self.0.length()
    }

    /// Whether every number with the other prefix has this one too.
    #[must_use]
    pub fn is_prefix_of(self, other: Self) -> bool {
        self.0.is_prefix_of(other.0)
    }

    /// The prefix cut to its first digits; nothing where it has fewer.
    #[must_use]
    pub fn first(self, digits: u8) -> Option<Self> {
        (1..=self.0.length()).contains(&digits).then(|| {
            let unit = POWERS[usize::from(PLACES - digits)];
            Self(Digits::new(self.0.aligned() / unit * unit, digits))
        })
    }

    /// The first so many digits of the 15-digit numbers that begin with the prefix, as a number; zeros stand for those it
    /// does not have. At most 15.
    pub(crate) fn leading(self, digits: u8) -> u64 {
        self.0.aligned() / POWERS[usize::from(PLACES.saturating_sub(digits))]
    }

    /// A number of 54 bits that tells the prefix; ordered as prefixes are.
    pub(crate) fn key(self) -> u64 {
        self.0.0
    }

    /// The prefix that a [`Self::key`] tells.
    pub(crate) fn from_key(key: u64) -> Self {
        Self(Digits(key))
    }

    /// Whether it lies in the North American Numbering Plan and names an area code.
    #[must_use]
    pub fn nanp_area(self) -> Option<Self> {
        self.first(4).filter(|area| area.0.aligned() / POWERS[14] == 1)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DialPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_people_write_them() {
        assert_eq!(E164::parse("+1 (212) 555-0123").unwrap().to_string(), "12125550123");
        assert_eq!(E164::parse(" 442071234567 ").unwrap().to_string(), "442071234567");
        assert_eq!(E164::parse(""), Err(NumberError::Empty));
        assert_eq!(E164::parse("+"), Err(NumberError::Empty));
        assert_eq!(E164::parse("00442071"), Err(NumberError::LeadingZero));
        assert_eq!(E164::parse("1234567890123456"), Err(NumberError::TooLong));
        assert_eq!(E164::parse("1-800-FLOWERS"), Err(NumberError::NotADigit('F')));
        assert_eq!(DialPrefix::parse("1 212"), Err(NumberError::NotADigit(' ')));
        assert_eq!(DialPrefix::parse("4.47E+11"), Err(NumberError::NotADigit('.')));
    }

    #[test]
    fn numbers_that_write_no_prefix() {
        for (number, digits) in [(0, 0), (0, 1), (1, 2), (10, 1), (1, 16), (u64::MAX, 1), (1_000_000_000_000_000, 15)] {
            assert_eq!(DialPrefix::from_number(number, digits), None, "{number} {digits}");
        }
    }

    #[test]
    fn areas() {
        let area = |text: &str| DialPrefix::parse(text).unwrap().nanp_area().map(|p| p.to_string());
        assert_eq!(area("12125550123").as_deref(), Some("1212"));
        assert_eq!(area("121"), None);
        assert_eq!(area("442071"), None);
    }

    proptest! {
        #[test]
        fn prefix_is_prefix_of_text(a in "[1-9][0-9]{0,14}", b in "[1-9][0-9]{0,14}") {
            let (p, q) = (DialPrefix::parse(&a).unwrap(), DialPrefix::parse(&b).unwrap());
            prop_assert_eq!(p.is_prefix_of(q), b.starts_with(&a));
            prop_assert_eq!(p.to_string(), a.clone());
            prop_assert_eq!(p < q, a < b);
            prop_assert_eq!(DialPrefix::from_key(p.key()), p);
            prop_assert_eq!(DialPrefix::from_number(a.parse().unwrap(), p.digits()), Some(p));
            prop_assert_eq!(p.leading(p.digits()).to_string(), a);
        }
    }
}
