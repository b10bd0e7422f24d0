//! The border between expectations and money.
//!
//! Probabilities are floats and money is not. Weights leave the world of decimals through [`weight`] and an expected
//! amount comes back through [`expected_money`], the only function in the crate that makes money of a float.

use rust_decimal::Decimal;

use super::RatingError;
use crate::words::money::{Currency, Money};

/// Decimal places of an expected amount, unless it is too large to have so many.
pub const EXPECTED_PLACES: u32 = 12;

/// Largest mantissa of a decimal, 2⁹⁶ − 1.
const MOST: i128 = (1 << 96) - 1;

/// A probability-weighted sum as money: the float's exact value, rounded half to even at 12 decimal places.
///
/// An amount of 7.9·10¹⁶ or more keeps as many places as a decimal holds.
///
/// # Errors
/// Where the sum is not finite, or larger than a decimal holds.
pub fn expected_money(weighted: f64, currency: Currency) -> Result<Money, RatingError> {
    if !weighted.is_finite() {
        return Err(RatingError::NotFinite);
    }
    let (mantissa, exponent) = parts(weighted.abs());
    let value = (0..=EXPECTED_PLACES)
        .rev()
        .find_map(|places| {
            let units = scaled(mantissa.checked_mul(10_i128.pow(places))?, exponent).filter(|n| *n <= MOST)?;
            let signed = if weighted < 0.0 { -units } else { units };
            Decimal::try_from_i128_with_scale(signed, places).ok()
        })
        .ok_or(RatingError::Overflow)?;
    Ok(Money::new(value, currency))
}

/// The integer and the power of two whose product a float is (IEEE 754 binary64).
fn parts(value: f64) -> (i128, i32) {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) }
}

/// n · 2^exponent, rounded half to even; nothing where it does not fit.
fn scaled(n: i128, exponent: i32) -> Option<i128> {
    if exponent >= 0 {
        return n.checked_mul(1_i128.checked_shl(exponent.unsigned_abs()).filter(|unit| *unit > 0)?);
    }
    let shift = exponent.unsigned_abs();
    // n is below 2⁵³·10¹² < 2⁹³: whatever is shifted further is below a half.
    if shift > 100 {
        return Some(0);
    }
    let (quotient, rest, half) = (n >> shift, n & ((1 << shift) - 1), 1_i128 << (shift - 1));
    Some(quotient + i128::from(rest > half || (rest == half && quotient % 2 == 1)))
}

/// A decimal as a weight, such as a fee that an expected number of calls is charged; exact to the last bit but one.
#[must_use]
pub fn weight(value: Decimal) -> f64 {
    // Powers of ten up to 10²² are exact in a float, and a decimal has at most 28 places.
    let value = value.normalize();
    let (high, low) = (value.scale().min(22), value.scale().saturating_sub(22));
    value.mantissa() as f64 / libm::exp10(f64::from(high)) / libm::exp10(f64::from(low))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(value: f64) -> Result<String, RatingError> {
        let usd = Currency::parse("USD").unwrap();
        expected_money(value, usd).map(|m| m.amount().normalize().to_string())
    }

    #[test]
    fn keeps_every_digit_that_fits() {
        assert_eq!(money(0.1).unwrap(), "0.1");
        assert_eq!(money(-1500.25).unwrap(), "-1500.25");
        assert_eq!(money(1.0 / 3.0).unwrap(), "0.333333333333");
        // 2⁻¹³ = 0.0001220703125 has 13 places and ends in 5: a tie, to the even digit.
        assert_eq!(money(libm::ldexp(1.0, -13)).unwrap(), "0.000122070312");
        assert_eq!(money(3.0 * libm::ldexp(1.0, -13)).unwrap(), "0.000366210938");
        assert_eq!(money(123_456_789.123_456_78).unwrap(), "123456789.123456776142");
        assert_eq!(money(9_007_199_254_740_993.0).unwrap(), "9007199254740992");
        assert_eq!(money(1e17).unwrap(), "100000000000000000");
        assert_eq!(money(7e28).unwrap(), "69999999999999999280861413376");
        assert_eq!(money(5e-324).unwrap(), "0");
        assert_eq!(money(0.0).unwrap(), "0");
        assert_eq!(money(1e29), Err(RatingError::Overflow));
        assert_eq!(money(f64::MAX), Err(RatingError::Overflow));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(money(bad), Err(RatingError::NotFinite));
        }
    }

    proptest! {
        #[test]
        fn is_the_nearest_decimal(value in -1e15_f64..1e15) {
            // The float's own formatting to 12 places is exact and rounds half to even.
            let printed: Decimal = format!("{value:.12}").parse().unwrap();
            prop_assert_eq!(money(value).unwrap(), printed.normalize().to_string());
        }

        #[test]
        fn a_weight_is_the_nearest_float(mantissa in any::<i64>(), scale in 0_u32..28) {
            let value = Decimal::new(mantissa, scale);
            let nearest: f64 = value.to_string().parse().unwrap();
            prop_assert!((weight(value) - nearest).abs() <= 4e-16 * nearest.abs());
        }
    }
}
