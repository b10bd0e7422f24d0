//! The surcharge on short calls, where they are too large a share of the answered ones.

use super::border::weight;
use crate::model::rates::{ShortCalls, ShortCallsOn};

/// A share within this of the allowance, relative to it, is the allowance: shares come from laws and carry rounding
/// noise, and a carrier that allows 15 % means the plan's 15 % too.
const NOISE: f64 = 1e-12;

/// Expected surcharge on short calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surcharge {
    /// Short calls as a share of answered calls [1].
    pub share: f64,
    /// Calls that are charged.
    pub charged_calls: f64,
    /// Expected amount, in the currency of the table.
    pub amount: f64,
}

/// The surcharge on an expected number of answered calls, of which an expected number is short.
///
/// Charged where the share of short calls is above the allowance (or reaches it, where the table says so) and there are
/// at least so many answered calls as the table asks. The share is a float against a decimal allowance: within 10⁻¹²
/// they count as equal. Numbers that are not finite or not positive are no calls.
#[must_use]
pub fn short_calls(answered: f64, short: f64, rule: &ShortCalls) -> Surcharge {
    let none = |share| Surcharge { share, charged_calls: 0.0, amount: 0.0 };
    if !(answered.is_finite() && short.is_finite() && answered > 0.0 && short > 0.0) {
        return none(0.0);
    }
    let (share, allowed) = (short / answered, weight(rule.allowed));
    let equal = (share - allowed).abs() <= NOISE * allowed;
    let over = if equal { rule.inclusive } else { share > allowed };
    // Expected calls carry noise as shares do.
    if !over || answered * (1.0 + NOISE) < rule.min_calls as f64 {
        return none(share);
    }
    let charged_calls = match rule.on {
        ShortCallsOn::All => short,
        ShortCallsOn::Excess => (short - allowed * answered).max(0.0),
    };
    Surcharge { share, charged_calls, amount: charged_calls * weight(rule.fee) }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn rule(inclusive: bool, on: ShortCallsOn) -> ShortCalls {
        let (allowed, fee) = (Decimal::new(15, 2), Decimal::new(1, 2));
        ShortCalls { up_to: 6.0, allowed, inclusive, min_calls: 100, fee, on }
    }

    #[test]
    fn all_or_the_excess() {
        let all = short_calls(1000.0, 200.0, &rule(false, ShortCallsOn::All));
        assert_eq!((all.charged_calls, all.amount, all.share), (200.0, 2.0, 0.2));
        let excess = short_calls(1000.0, 200.0, &rule(false, ShortCallsOn::Excess));
        assert_eq!((excess.charged_calls, excess.amount), (50.0, 0.5));
    }

    #[test]
    fn the_allowance_itself() {
        for noise in [0.0, 1e-13, -1e-13] {
            let short = 150.0 * (1.0 + noise);
            assert_eq!(short_calls(1000.0, short, &rule(false, ShortCallsOn::All)).charged_calls, 0.0);
            assert_eq!(short_calls(1000.0, short, &rule(true, ShortCallsOn::All)).charged_calls, short);
        }
        assert_eq!(short_calls(1000.0, 149.0, &rule(true, ShortCallsOn::All)).charged_calls, 0.0);
        assert_eq!(short_calls(1000.0, 150.001, &rule(false, ShortCallsOn::All)).charged_calls, 150.001);
    }

    #[test]
    fn too_few_calls_or_none() {
        assert_eq!(short_calls(99.0, 99.0, &rule(false, ShortCallsOn::All)).charged_calls, 0.0);
        assert_eq!(short_calls(100.0, 99.0, &rule(false, ShortCallsOn::All)).charged_calls, 99.0);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(short_calls(bad, 99.0, &rule(true, ShortCallsOn::All)).amount, 0.0);
        }
    }
}
