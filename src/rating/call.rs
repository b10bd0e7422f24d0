//! The cost of one call, to the last digit.
//!
//! A call of T > 0 seconds at increments I/S is billed I where T ≤ I, else I + S·⌈(T − I)/S⌉ (or S·⌈T/S⌉ where the
//! carrier rounds the whole duration up). It costs connect + price₁·I/60 + priceₙ·(billed − I)/60, rounded once, and the
//! row's minimum at least. Amounts are in the currency of the row's table.

use std::time::Duration;

use rust_decimal::Decimal;

use super::RatingError;
use crate::model::rates::{Billing, Jurisdiction, Price, PriceStep};
use crate::model::rows::RowRef;
use crate::words::duration::LONGEST;
use crate::words::increment::IncrementBase;
use crate::words::rounding::Rounding;

/// Seconds of a minute, the divisor of every exact amount.
pub(super) const MINUTE: u32 = 60;

/// The talk time of a call, from 0 s (not answered) to ten years.
///
/// Intervals are whole seconds, so a call is billed alike anywhere within a second: ⌈T/S⌉ = ⌈⌈T⌉/S⌉. That is why the
/// seconds begun are all that is kept, and why no fraction is ever lost (30.1 s is 31 seconds begun).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallDuration {
    begun: u32,
}

impl CallDuration {
    /// A whole number of seconds.
    ///
    /// # Errors
    /// Above ten years.
    pub fn from_seconds(seconds: u64) -> Result<Self, RatingError> {
        let begun = u32::try_from(seconds).ok().filter(|s| u64::from(*s) <= LONGEST.as_secs());
        begun.map(|begun| Self { begun }).ok_or_else(|| RatingError::Duration(seconds.to_string()))
    }

    /// Exact seconds, such as 30.1.
    ///
    /// # Errors
    /// Below 0 or above ten years.
    pub fn from_decimal(seconds: Decimal) -> Result<Self, RatingError> {
        let begun = u64::try_from(seconds.ceil()).map_err(|_| RatingError::Duration(seconds.to_string()))?;
        if seconds < Decimal::ZERO {
            return Err(RatingError::Duration(seconds.to_string()));
        }
        Self::from_seconds(begun)
    }

    /// A duration of the standard library.
    ///
    /// # Errors
    /// Above ten years.
    pub fn from_duration(duration: Duration) -> Result<Self, RatingError> {
        Self::from_seconds(duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)))
    }

    /// Whole seconds begun [s].
    #[must_use]
    pub fn begun(self) -> u64 {
        u64::from(self.begun)
    }
}

/// What one call is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Billed duration [s].
    pub billed_seconds: u64,
    /// Cost, in the currency of the table.
    pub cost: Decimal,
}

/// A row made ready to price calls: jurisdiction chosen, prices as integers of one scale.
///
/// Cheap to build (nothing is allocated), so that a row can be made ready for a single call.
#[derive(Debug, Clone, Copy)]
pub struct CallPricer<'a> {
    /// Amounts are counted in 10^−scale / 60.
    pub(super) scale: u32,
    connect: i128,
    pub(super) minutes: Minutes<'a>,
    pub(super) minimum: Decimal,
    pub(super) connect_fee: Decimal,
    pub(super) attempt_fee: Decimal,
    pub(super) rounding: Rounding,
}

/// How a pricer counts seconds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Minutes<'a> {
    /// An initial interval and further ones; prices of a second in 10^−scale / 60.
    Intervals { base: IncrementBase, initial: u64, further: u64, first: i128, following: i128, prices: [Decimal; 2] },
    /// Steps with their own prices and increments.
    Steps(&'a [PriceStep]),
}

/// A stretch of a call in which billed durations are evenly spaced and each further one costs the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Billed duration where it begins [s].
    pub start: u64,
    /// Spacing [s].
    pub step: u64,
    /// Price of one step in 10^−scale / 60.
    pub price: i128,
    /// Billed duration where it ends [s], a whole number of steps on; nothing for the last.
    pub end: Option<u64>,
}

/// The integer `value` · 10^scale.
pub(super) fn at_scale(value: Decimal, scale: u32) -> Option<i128> {
    let mantissa = value.mantissa();
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10_i128.checked_pow(scale.checked_sub(value.scale())?)?)
}

impl<'a> CallPricer<'a> {
    /// Makes a row ready, under the billing rules of its table.
    ///
    /// # Errors
    /// Where the jurisdiction is needed and not known, a fee is negative, or the digits are too many.
    pub fn new(row: RowRef<'a>, billing: &Billing, jurisdiction: Option<Jurisdiction>) -> Result<Self, RatingError> {
        let [first, following] = match &row.terms.price {
            Price::PerMinute(price) => [price.get(); 2],
            Price::FirstFollowing { first, following } => [first.get(), following.get()],
            Price::Jurisdiction { interstate, intrastate, indeterminate } => match jurisdiction {
                Some(Jurisdiction::Interstate) => [interstate.get(); 2],
                Some(Jurisdiction::Intrastate) => [intrastate.get(); 2],
                Some(Jurisdiction::Indeterminate) => [indeterminate.get(); 2],
                None => return Err(RatingError::JurisdictionUnknown),
            },
            Price::Steps(steps) => return Self::with_steps(row, billing, steps),
            Price::Blocked => return Err(RatingError::NoRate(row.prefix)),
        };
        let scale = row.connect_fee.scale().max(first.scale()).max(following.scale());
        let second = |price| at_scale(price, scale).ok_or(RatingError::Overflow);
        let minutes = Minutes::Intervals {
            base: billing.base,
            initial: u64::from(row.increment.initial.get()),
            further: u64::from(row.increment.further.get()),
            first: second(first)?,
            following: second(following)?,
            prices: [first, following],
        };
        Self::build(row.connect_fee, row.minimum, billing, scale, minutes)
    }

    fn with_steps(row: RowRef<'_>, billing: &Billing, steps: &'a [PriceStep]) -> Result<Self, RatingError> {
        let whole =
            |pair: &[PriceStep]| pair[1].from > pair[0].from && (pair[1].from - pair[0].from) % pair[0].increment == 0;
        if steps.first().is_none_or(|step| step.from != 0) || !steps.windows(2).all(whole) {
            return Err(RatingError::Steps);
        }
        let scale = steps.iter().map(|step| step.price.get().scale()).fold(row.connect_fee.scale(), u32::max);
        Self::build(row.connect_fee, row.minimum, billing, scale, Minutes::Steps(steps))
    }

    /// Checks and takes over what is not priced by the second. The connect fee has no more places than the scale.
    pub(super) fn build(
        connect_fee: Decimal,
        minimum: Decimal,
        billing: &Billing,
        scale: u32,
        minutes: Minutes<'a>,
    ) -> Result<Self, RatingError> {
        for fee in [connect_fee, minimum, billing.attempt_fee] {
            if fee < Decimal::ZERO {
                return Err(RatingError::Negative(fee));
            }
        }
        let connect = at_scale(connect_fee, scale).and_then(|fee| fee.checked_mul(i128::from(MINUTE)));
        Ok(Self {
            scale,
            connect: connect.ok_or(RatingError::Overflow)?,
            minutes,
            minimum,
            connect_fee,
            attempt_fee: billing.attempt_fee,
            rounding: billing.rounding,
        })
    }

    /// What a call is charged; one of 0 s is an attempt that was not answered, and costs the attempt fee.
    ///
    /// # Errors
    /// Where the amount has too many digits.
    pub fn charge(&self, talk: CallDuration) -> Result<Charge, RatingError> {
        if talk.begun == 0 {
            return Ok(Charge { billed_seconds: 0, cost: self.attempt_fee });
        }
        let billed_seconds = self.billed(talk.begun());
        Ok(Charge { billed_seconds, cost: self.cost(billed_seconds)? })
    }

    /// Billed duration of a call by its seconds begun, 1 at least [s].
    pub(super) fn billed(&self, begun: u64) -> u64 {
        match self.minutes {
            Minutes::Intervals { initial, .. } if begun <= initial => initial,
            Minutes::Intervals { base: IncrementBase::Further, initial, further, .. } => {
                initial.saturating_add((begun - initial).div_ceil(further).saturating_mul(further))
            }
            Minutes::Intervals { base: IncrementBase::Whole, further, .. } => {
                begun.div_ceil(further).saturating_mul(further)
            }
            Minutes::Steps(steps) => {
                // Steps before the call's last one are billed whole, being whole numbers of increments.
                let last = steps.partition_point(|step| u64::from(step.from) < begun).max(1) - 1;
                let (from, increment) = (u64::from(steps[last].from), u64::from(steps[last].increment.get()));
                from.saturating_add((begun - from).div_ceil(increment).saturating_mul(increment))
            }
        }
    }

    /// Rounded cost of a billed duration, the minimum at least.
    pub(super) fn cost(&self, billed: u64) -> Result<Decimal, RatingError> {
        let rounded = self.rounded(billed)?;
        Ok(if rounded < self.minimum { self.minimum } else { rounded })
    }

    /// Rounded cost of a billed duration, before the minimum.
    pub(super) fn rounded(&self, billed: u64) -> Result<Decimal, RatingError> {
        let exact = self.exact(billed)?;
        self.rounding.quotient(exact, self.scale, MINUTE).ok_or(RatingError::Overflow)
    }

    /// Exact cost of a billed duration in 10^−scale / 60.
    pub(super) fn exact(&self, billed: u64) -> Result<i128, RatingError> {
        let sum = match self.minutes {
            Minutes::Intervals { initial, first, following, .. } => (|| {
                let initially = first.checked_mul(i128::from(initial))?;
                let further = following.checked_mul(i128::from(billed.saturating_sub(initial)))?;
                self.connect.checked_add(initially)?.checked_add(further)
            })(),
            Minutes::Steps(steps) => steps.iter().enumerate().try_fold(self.connect, |sum, (k, step)| {
                let end = steps.get(k + 1).map_or(billed, |next| billed.min(u64::from(next.from)));
                let seconds = end.saturating_sub(u64::from(step.from));
                sum.checked_add(at_scale(step.price.get(), self.scale)?.checked_mul(i128::from(seconds))?)
            }),
        };
        sum.ok_or(RatingError::Overflow)
    }

    /// The even stretches behind the first billed duration, in order.
    pub(super) fn segments(&self) -> Result<Vec<Segment>, RatingError> {
        let price = |second: i128, step: u64| second.checked_mul(i128::from(step)).ok_or(RatingError::Overflow);
        match self.minutes {
            Minutes::Intervals { base, initial, further, following, .. } => {
                let last = |start| -> Result<Segment, RatingError> {
                    Ok(Segment { start, step: further, price: price(following, further)?, end: None })
                };
                if base == IncrementBase::Further || initial % further == 0 {
                    return Ok(vec![last(initial)?]);
                }
                let even = initial.next_multiple_of(further);
                let step = even - initial;
                let odd = Segment { start: initial, step, price: price(following, step)?, end: Some(even) };
                Ok(vec![odd, last(even)?])
            }
            Minutes::Steps(steps) => steps
                .iter()
                .enumerate()
                .map(|(k, step)| {
                    let increment = u64::from(step.increment.get());
                    let second = at_scale(step.price.get(), self.scale).ok_or(RatingError::Overflow)?;
                    let start = if k == 0 { increment } else { u64::from(step.from) };
                    let end = steps.get(k + 1).map(|next| u64::from(next.from));
                    Ok(Segment { start, step: increment, price: price(second, increment)?, end })
                })
                .collect(),
        }
    }
}

/// What one call costs by a row, under the billing rules of its table.
///
/// # Errors
/// As [`CallPricer::new`] and [`CallPricer::charge`].
pub fn cost(
    row: RowRef<'_>,
    billing: &Billing,
    talk: CallDuration,
    jurisdiction: Option<Jurisdiction>,
) -> Result<Charge, RatingError> {
    CallPricer::new(row, billing, jurisdiction)?.charge(talk)
}

#[cfg(test)]
pub(crate) mod tests;
