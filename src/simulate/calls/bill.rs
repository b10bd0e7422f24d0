//! What a run costs, exactly: charges, attempt fees, the surcharge on short calls, taxes and exchange rates.

use rust_decimal::Decimal;

use super::CallsError;
use super::tally::{Tally, TrunkTally, Usage};
use crate::model::plan::Plan;
use crate::model::rates::{RateTable, ShortCalls, ShortCallsOn};
use crate::rating::RatingError;

/// What a run costs, in the plan's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    /// All calls.
    pub all: Decimal,
    /// Of these, what the surge adds.
    pub surge: Decimal,
}

/// The bill of a run.
///
/// # Errors
/// Where an amount has too many digits.
pub fn bill(plan: &Plan, places: impl Fn(usize) -> u32, tally: &Tally) -> Result<Bill, CallsError> {
    let mut sums = [Decimal::ZERO; 2];
    for (trunk, counted) in plan.trunks.iter().zip(&tally.trunks) {
        let Some(table) = plan.table(trunk) else { continue };
        let rate = plan.exchange_rate(table.currency).unwrap_or(Decimal::ONE);
        for (sum, usage) in sums.iter_mut().zip([both(counted), counted.paced]) {
            let amount = of_trunk(table, places(trunk.table), &usage)
                .and_then(|amount| amount.checked_mul(rate))
                .and_then(|amount| sum.checked_add(amount));
            *sum = amount.ok_or(RatingError::Overflow)?;
        }
    }
    let [all, paced] = sums;
    Ok(Bill { all, surge: all.checked_sub(paced).ok_or(RatingError::Overflow)? })
}

fn both(trunk: &TrunkTally) -> Usage {
    let (a, b) = (trunk.paced, trunk.surge);
    Usage {
        carried: a.carried + b.carried,
        answered: a.answered + b.answered,
        short: a.short + b.short,
        unpriced: a.unpriced + b.unpriced,
        talk: a.talk + b.talk,
        billed: a.billed + b.billed,
        charges: a.charges + b.charges,
        fees: a.fees + b.fees,
    }
}

/// An amount in whole units of a table.
///
/// # Errors
/// Where it has too many digits.
pub fn decimal(units: i128, places: u32) -> Result<Decimal, CallsError> {
    Ok(Decimal::try_from_i128_with_scale(units, places).map_err(|_| RatingError::Overflow)?)
}

fn of_trunk(table: &RateTable, places: u32, usage: &Usage) -> Option<Decimal> {
    let calls = decimal(usage.charges, places).ok()?;
    let attempts = table.billing.attempt_fee.checked_mul(Decimal::from(usage.fees))?;
    let short = match &table.fees.short_calls {
        Some(rule) => surcharge(rule, usage.answered, usage.short)?,
        None => Decimal::ZERO,
    };
    let tax = table.fees.usage_tax.checked_add(Decimal::ONE)?;
    calls.checked_add(attempts)?.checked_add(short)?.checked_mul(tax)
}

/// The surcharge on short calls of a whole run.
fn surcharge(rule: &ShortCalls, answered: u64, short: u64) -> Option<Decimal> {
    let allowed = rule.allowed.checked_mul(Decimal::from(answered))?;
    let short = Decimal::from(short);
    let over = if rule.inclusive { short >= allowed } else { short > allowed };
    if !over || short.is_zero() || answered < rule.min_calls {
        return Some(Decimal::ZERO);
    }
    let charged = match rule.on {
        ShortCallsOn::All => short,
        ShortCallsOn::Excess => short.checked_sub(allowed)?.max(Decimal::ZERO),
    };
    charged.checked_mul(rule.fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_calls_by_the_rule() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        let rule = |inclusive, on| ShortCalls {
            up_to: 6.0,
            allowed: dec("0.15"),
            inclusive,
            min_calls: 100,
            fee: dec("0.01"),
            on,
        };
        let all = |inclusive, answered, short| surcharge(&rule(inclusive, ShortCallsOn::All), answered, short).unwrap();
        assert_eq!((all(false, 1000, 150), all(true, 1000, 150)), (Decimal::ZERO, dec("1.50")));
        assert_eq!(
            (all(false, 1000, 151), all(false, 99, 99), all(true, 0, 0)),
            (dec("1.51"), Decimal::ZERO, Decimal::ZERO)
        );
        assert_eq!(surcharge(&rule(false, ShortCallsOn::Excess), 1000, 200), Some(dec("0.50")));
    }
}
