//! Named rounding of money: once per call, by the carrier's rule.

use rust_decimal::Decimal;

/// How a digit is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingMode {
    /// Ties away from zero.
    HalfUp,
    /// Ties to the even digit.
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}

impl RoundingMode {
    /// Every mode with its name in rate tables.
    pub const NAMES: [(&'static str, Self); 4] =
        [("half-up", Self::HalfUp), ("half-even", Self::HalfEven), ("up", Self::Up), ("down", Self::Down)];

    /// The name in rate tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

/// A rounding rule: how many decimal places, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounding {
    /// Decimal places kept, at most [`Rounding::MOST_PLACES`].
    pub places: u32,
    /// What happens to the rest.
    pub mode: RoundingMode,
}

impl Rounding {
    /// More places than any carrier bills, and few enough that a rounded amount always fits a decimal.
    pub const MOST_PLACES: u32 = 12;

    /// The rule `numerator · 10^−scale / divisor`, rounded exactly: the quotient is never cut before it is rounded.
    ///
    /// Returns nothing where the divisor is 0 or the result has more digits than a decimal holds.
    #[must_use]
    pub fn quotient(self, numerator: i128, scale: u32, divisor: u32) -> Option<Decimal> {
        let negative = numerator < 0;
        let mut dividend = numerator.checked_abs()?;
        let mut divisor = i128::from(divisor);
        if divisor == 0 {
            return None;
        }
        if scale > self.places {
            divisor = divisor.checked_mul(10_i128.checked_pow(scale - self.places)?)?;
        } else {
            dividend = dividend.checked_mul(10_i128.checked_pow(self.places - scale)?)?;
        }
        let quotient = dividend / divisor;
        let rest = dividend % divisor;
        let away = match self.mode {
            RoundingMode::Up => rest > 0,
            RoundingMode::Down => false,
            RoundingMode::HalfUp => rest >= divisor - rest,
            RoundingMode::HalfEven => rest > divisor - rest || (rest == divisor - rest && quotient % 2 == 1),
        };
        let rounded = quotient + i128::from(away);
        Decimal::try_from_i128_with_scale(if negative { -rounded } else { rounded }, self.places).ok()
    }

    /// Rounds a decimal.
    ///
    /// Returns nothing where the result has more digits than a decimal holds.
    #[must_use]
    pub fn round(self, value: Decimal) -> Option<Decimal> {
        self.quotient(value.mantissa(), value.scale(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(text: &str, places: u32, mode: RoundingMode) -> String {
        let value = text.parse::<Decimal>().unwrap();
        Rounding { places, mode }.round(value).unwrap().to_string()
    }

    #[test]
    fn ties() {
        use RoundingMode::*;
        assert_eq!(round("0.125", 2, HalfUp), "0.13");
        assert_eq!(round("0.125", 2, HalfEven), "0.12");
        assert_eq!(round("0.135", 2, HalfEven), "0.14");
        assert_eq!(round("0.121", 2, Up), "0.13");
        assert_eq!(round("0.129", 2, Down), "0.12");
        assert_eq!(round("-0.125", 2, HalfUp), "-0.13");
        assert_eq!(round("0.120", 2, Up), "0.12");
        assert_eq!(round("5", 2, HalfUp), "5.00");
    }

    #[test]
    fn a_quotient_is_not_cut_before_it_is_rounded() {
        // 0.01 · 7 / 60 = 0.0011666…
        let rule = |mode| Rounding { places: 6, mode };
        assert_eq!(rule(RoundingMode::HalfUp).quotient(7, 2, 60).unwrap().to_string(), "0.001167");
        assert_eq!(rule(RoundingMode::Down).quotient(7, 2, 60).unwrap().to_string(), "0.001166");
        assert_eq!(rule(RoundingMode::Down).quotient(7, 2, 0), None);
    }

    proptest! {
        #[test]
        fn rounding_moves_less_than_a_unit(n in 0_i128..10_i128.pow(20), scale in 0_u32..20, divisor in 1_u32..3600) {
            for (_, mode) in RoundingMode::NAMES {
                let got = Rounding { places: 6, mode }.quotient(n, scale, divisor).unwrap();
                // Compare got · divisor · 10^scale with n · 10^6 in integers.
                let left = got.mantissa() * i128::from(divisor) * 10_i128.pow(scale);
                let right = n * 10_i128.pow(6);
                let unit = i128::from(divisor) * 10_i128.pow(scale);
                prop_assert!((left - right).abs() < unit || left == right);
                match mode {
                    RoundingMode::Up => prop_assert!(left >= right),
                    RoundingMode::Down => prop_assert!(left <= right),
                    _ => prop_assert!(2 * (left - right).abs() <= unit),
                }
            }
        }
    }
}
