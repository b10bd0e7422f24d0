//! The arithmetic of one call, spelt out.

use rust_decimal::Decimal;
use serde::Serialize;

use super::RatingError;
use super::call::{CallDuration, CallPricer, Charge, MINUTE, Minutes, at_scale};

/// One step of the arithmetic. Amounts are decimal strings in the table's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillStep {
    /// What is charged or done.
    pub what: String,
    /// Seconds that the step bills [s].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Price of a minute in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<String>,
    /// The cost before the step, where the step changes what is there rather than adding to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The exact amount that the step adds, or the cost after it; ends with "…" where its digits do not end.
    pub amount: String,
}

/// One call with its arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Billed duration [s].
    pub billed_seconds: u64,
    /// Cost, in the currency of the table.
    pub cost: Decimal,
    /// How it came about.
    pub steps: Vec<BillStep>,
}

/// Digits that an amount without end is shown with.
const SHOWN: usize = 12;

/// Prices a call and spells the arithmetic; the cost is that of [`CallPricer::charge`].
///
/// # Errors
/// As [`CallPricer::charge`].
pub fn bill(pricer: &CallPricer<'_>, talk: CallDuration) -> Result<Bill, RatingError> {
    let Charge { billed_seconds, cost } = pricer.charge(talk)?;
    let mut steps = Vec::new();
    if talk.begun() == 0 {
        steps.push(plain("not answered: attempt fee", pricer.attempt_fee));
        return Ok(Bill { billed_seconds, cost, steps });
    }
    if !pricer.connect_fee.is_zero() {
        steps.push(plain("connect fee", pricer.connect_fee));
    }
    for (what, seconds, price) in intervals(pricer, billed_seconds) {
        let exact = at_scale(price, pricer.scale).and_then(|p| p.checked_mul(i128::from(seconds)));
        steps.push(BillStep {
            what,
            seconds: Some(seconds),
            per_minute: Some(price.to_string()),
            from: None,
            amount: exact_text(exact.ok_or(RatingError::Overflow)?, pricer.scale),
        });
    }
    let rounded = pricer.rounded(billed_seconds)?;
    let rule = pricer.rounding;
    steps.push(BillStep {
        what: format!("rounded {} to {} places", rule.mode.name(), rule.places),
        seconds: None,
        per_minute: None,
        from: Some(exact_text(pricer.exact(billed_seconds)?, pricer.scale)),
        amount: shown(rounded),
    });
    if cost > rounded {
        let raised = plain("raised to the minimum", cost);
        steps.push(BillStep { from: Some(shown(rounded)), ..raised });
    }
    Ok(Bill { billed_seconds, cost, steps })
}

fn plain(what: &str, amount: Decimal) -> BillStep {
    BillStep { what: what.to_owned(), seconds: None, per_minute: None, from: None, amount: shown(amount) }
}

/// An amount without the zeros behind its last digit.
pub(super) fn shown(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// The priced stretches of a billed duration.
fn intervals(pricer: &CallPricer<'_>, billed: u64) -> Vec<(String, u64, Decimal)> {
    match pricer.minutes {
        Minutes::Intervals { initial, prices: [first, following], .. } => {
            let mut parts = vec![("initial interval".to_owned(), initial, first)];
            if billed > initial {
                parts.push(("further intervals".to_owned(), billed - initial, following));
            }
            parts
        }
        Minutes::Steps(steps) => steps
            .iter()
            .enumerate()
            .filter(|(_, step)| u64::from(step.from) < billed)
            .map(|(k, step)| {
                let end = steps.get(k + 1).map_or(billed, |next| billed.min(u64::from(next.from)));
                (format!("from {} s on", step.from), end - u64::from(step.from), step.price.get())
            })
            .collect(),
    }
}

/// The decimal digits of numerator · 10^−scale / 60, by long division.
fn exact_text(numerator: i128, scale: u32) -> String {
    let Some(divisor) = 10_i128.checked_pow(scale).and_then(|unit| unit.checked_mul(i128::from(MINUTE))) else {
        return "…".to_owned();
    };
    let (whole, mut rest) = (numerator / divisor, numerator % divisor);
    // 60 = 2²·3·5: digits that end do so within two of the scale.
    let most = SHOWN.max(scale as usize + 2);
    let mut digits = String::new();
    while rest != 0 && digits.len() < most {
        // The divisor is at most 60·10²⁸, so that ten times the rest always fits.
        rest *= 10;
        digits.push(char::from(b'0' + (rest / divisor) as u8));
        rest %= divisor;
    }
    let end = if rest == 0 { "" } else { "…" };
    if digits.is_empty() { whole.to_string() } else { format!("{whole}.{digits}{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rates::Price;
    use crate::rating::call::tests::{billing, dec, rate, row, steps};
    use crate::words::increment::BillingIncrement;
    use crate::words::rounding::RoundingMode;

    #[test]
    fn spells_the_arithmetic() {
        let mut row = row("1", "0");
        row.price = Price::FirstFollowing { first: rate("0.015"), following: rate("0.017") };
        row.increment = BillingIncrement::new(15, 15).unwrap();
        row.connect_fee = dec("0.01");
        row.minimum = dec("0.05");
        let rules = billing(4, RoundingMode::HalfUp);
        let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
        let got = bill(&pricer, CallDuration::from_seconds(45).unwrap()).unwrap();
        let json: Vec<String> = got.steps.iter().map(|s| serde_json::to_string(s).unwrap()).collect();
        assert_eq!(
            json,
            [
                r#"{"what":"connect fee","amount":"0.01"}"#,
                r#"{"what":"initial interval","seconds":15,"per_minute":"0.015","amount":"0.00375"}"#,
                r#"{"what":"further intervals","seconds":30,"per_minute":"0.017","amount":"0.0085"}"#,
                r#"{"what":"rounded half-up to 4 places","from":"0.02225","amount":"0.0223"}"#,
                r#"{"what":"raised to the minimum","from":"0.0223","amount":"0.05"}"#,
            ]
        );
        assert_eq!((got.billed_seconds, got.cost), (45, dec("0.05")));
        let none = bill(&pricer, CallDuration::from_seconds(0).unwrap()).unwrap();
        assert_eq!(none.steps[0].what, "not answered: attempt fee");
    }

    #[test]
    fn steps_and_digits_without_end() {
        let mut row = row("1", "0");
        row.price = steps(&[(0, "0.20", 60), (60, "0.01", 1)]);
        let rules = billing(6, RoundingMode::Down);
        let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
        let got = bill(&pricer, CallDuration::from_seconds(61).unwrap()).unwrap();
        assert_eq!(got.steps[0].amount, "0.2");
        assert_eq!((got.steps[1].what.as_str(), got.steps[1].amount.as_str()), ("from 60 s on", "0.000166666666…"));
        assert_eq!(got.steps[2].from.as_deref(), Some("0.200166666666…"));
        assert_eq!(got.cost, dec("0.200166"));
        assert_eq!(exact_text(60 * 12345, 3), "12.345");
        assert_eq!(exact_text(0, 28), "0");
    }
}
