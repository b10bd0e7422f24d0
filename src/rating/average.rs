//! What a call costs on average, under a law of its talk time.
//!
//! E[cost] = Σ_k P(billed in step k)·cost_k, where each cost_k is the exact rounded cost of the step. Summed by parts it
//! is cost_0 + Σ_k (cost_{k+1} − cost_k)·P(T > b_k) with b_k the billed durations: all terms have one sign, and only
//! steps at which the rounded cost changes count. Where the remaining tail is thin enough, or after [`MOST_TERMS`], the
//! rest is the exact cost's tail in closed form plus what rounding adds, averaged over runs of steps short against the
//! law. Amounts are in the currency of the row's table.

use rust_decimal::Decimal;

use super::RatingError;
use super::border::weight;
use super::call::{CallDuration, CallPricer, MINUTE, Segment};
use super::residual::Residuals;
use super::tail::{Sum, at_most, between, certain, density, grid};
use crate::model::law::TalkLaw;
use crate::words::duration::LONGEST;
use crate::words::rounding::RoundingMode;
use crate::words::units::Probability;

/// Changes of the cost that are summed one by one before the tail is finished in closed form: some 50 ms at most.
pub const MOST_TERMS: u32 = 200_000;

/// Length of a run of steps over which rounding is averaged, as a share of the law's width.
const RUN: f64 = 1.0 / 256.0;

/// Relative error that averaging over runs may leave, before its own small factor (a twelfth and less).
const TOLERANCE: f64 = 1e-11;

/// An answered call on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AverageCall {
    /// Expected cost, in the currency of the table; money only by [`super::border::expected_money`].
    pub cost: f64,
    /// Expected billed duration [s].
    pub billed_seconds: f64,
    /// Expected talk time [s].
    pub talk_seconds: f64,
}

/// One step of the sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AverageStep {
    /// Billed duration [s].
    pub billed_seconds: u64,
    /// Share of answered calls that are billed so [1].
    pub probability: f64,
    /// Exact cost of such a call, in the currency of the table.
    pub cost: Decimal,
}

/// Share of answered calls that last at most so long [s].
#[must_use]
pub fn share_up_to(law: &TalkLaw, seconds: f64) -> Probability {
    // A number that is no time has no calls below it.
    Probability::new(at_most(law, seconds).clamp(0.0, 1.0)).unwrap_or(Probability::ZERO)
}

/// The first steps of the sum, for explaining it.
///
/// # Errors
/// Where a cost has too many digits.
pub fn steps(pricer: &CallPricer<'_>, law: &TalkLaw, count: usize) -> Result<Vec<AverageStep>, RatingError> {
    let mut list = Vec::new();
    let mut from = 0;
    for _ in 0..count {
        let billed_seconds = pricer.billed(from + 1);
        if billed_seconds > LONGEST.as_secs() {
            break;
        }
        let probability = between(law, from as f64, billed_seconds as f64);
        list.push(AverageStep { billed_seconds, probability, cost: pricer.cost(billed_seconds)? });
        from = billed_seconds;
    }
    Ok(list)
}

/// Expected cost and billed duration of an answered call, each to a relative 10⁻¹⁰.
///
/// # Errors
/// Where the law's mean is longer than ten years, or an amount has too many digits.
pub fn average(pricer: &CallPricer<'_>, law: &TalkLaw) -> Result<AverageCall, RatingError> {
    let talk_seconds = law.mean();
    if !(talk_seconds > 0.0 && talk_seconds <= LONGEST.as_secs_f64()) {
        return Err(RatingError::Duration(talk_seconds.to_string()));
    }
    if let TalkLaw::Fixed { seconds } = *law {
        let charge = pricer.charge(CallDuration::from_seconds(seconds.ceil() as u64)?)?;
        return Ok(AverageCall {
            cost: weight(charge.cost),
            billed_seconds: charge.billed_seconds as f64,
            talk_seconds,
        });
    }
    // No call ends before this, so the sum begins where it is billed.
    let first = pricer.billed((certain(law).floor() as u64).max(1));
    let mut billed = Sum::default();
    billed.add(first as f64);
    let mut walk = Walk::new(pricer, law)?;
    walk.sum.add(walk.units(pricer.cost(first)?));
    for segment in pricer.segments()? {
        if segment.end.is_some_and(|end| end <= first) {
            continue;
        }
        let segment = Segment { start: segment.start.max(first), ..segment };
        let (start, step) = (segment.start as f64, segment.step as f64);
        billed.add(step * grid(law, start, step, segment.end.map(|end| end as f64)));
        walk.segment(segment)?;
    }
    Ok(AverageCall { cost: walk.sum.get() / walk.unit, billed_seconds: billed.get(), talk_seconds })
}

/// The sum over changes of the cost, in units of the last place that costs are rounded to.
struct Walk<'a> {
    pricer: &'a CallPricer<'a>,
    law: &'a TalkLaw,
    sum: Sum,
    /// Changes that may still be summed one by one.
    terms: u32,
    /// Exact costs times this are counted so that `modulus` of them are a unit.
    factor: i128,
    modulus: i128,
    /// Units in 1 of the currency.
    unit: f64,
}

impl<'a> Walk<'a> {
    fn new(pricer: &'a CallPricer<'a>, law: &'a TalkLaw) -> Result<Self, RatingError> {
        let (scale, places) = (pricer.scale, pricer.rounding.places);
        let power = |n: u32| 10_i128.checked_pow(n).ok_or(RatingError::Overflow);
        Ok(Self {
            pricer,
            law,
            sum: Sum::default(),
            terms: MOST_TERMS,
            factor: power(places.saturating_sub(scale))?,
            modulus: power(scale.saturating_sub(places))?
                .checked_mul(i128::from(MINUTE))
                .ok_or(RatingError::Overflow)?,
            unit: power(places)? as f64,
        })
    }

    fn units(&self, cost: Decimal) -> f64 {
        weight(cost) * self.unit
    }

    /// Exact cost of a billed duration; `modulus` of it are a unit.
    fn exact(&self, billed: u64) -> Result<i128, RatingError> {
        self.pricer.exact(billed)?.checked_mul(self.factor).ok_or(RatingError::Overflow)
    }

    /// Adds the changes from one end of a segment to the other.
    fn segment(&mut self, segment: Segment) -> Result<(), RatingError> {
        let Segment { start, step, price, end } = segment;
        let price = price.checked_mul(self.factor).ok_or(RatingError::Overflow)?;
        if price == 0 {
            return Ok(());
        }
        let mut billed = start;
        let mut terms = 0_u32;
        loop {
            let rounded = self.pricer.rounded(billed)?;
            let raised = rounded < self.pricer.minimum;
            // A minimum hides rounding and slope: only beyond it has the tail a closed form.
            if !raised && (self.terms == 0 || (terms.is_multiple_of(32) && self.thin(billed))) {
                return self.finish(Segment { start: billed, step, price, end }, rounded);
            }
            let cost = if raised { self.pricer.minimum } else { rounded };
            let floor = if raised { self.units(cost).floor() as i128 } else { rounded.mantissa() };
            let missing = self.next_change(floor)?.saturating_sub(self.exact(billed)?).max(1);
            let skipped = u64::try_from((missing - 1) / price).ok().and_then(|k| k.checked_mul(step));
            // Calls longer than `before` are billed `next` at least.
            let before = skipped.and_then(|skipped| billed.checked_add(skipped)).filter(|t| *t < u64::MAX / 2);
            let Some(before) = before.filter(|t| end.is_none_or(|end| *t < end)) else { return Ok(()) };
            let survival = self.law.survival(before as f64);
            if survival == 0.0 {
                return Ok(());
            }
            billed = before + step;
            self.sum.add((self.units(self.pricer.cost(billed)?) - self.units(cost)) * survival);
            self.terms = self.terms.saturating_sub(1);
            terms += 1;
        }
    }

    /// The least exact cost that is rounded to more than so many units.
    fn next_change(&self, units: i128) -> Result<i128, RatingError> {
        let half = self.modulus / 2;
        let (units, behind) = match self.pricer.rounding.mode {
            RoundingMode::Down => (units + 1, 0),
            RoundingMode::Up => (units, 1),
            RoundingMode::HalfUp => (units, self.modulus - half),
            // The modulus is a multiple of 60: a half is a tie, and goes up from an odd unit only.
            RoundingMode::HalfEven => (units, half + i128::from(units % 2 == 0)),
        };
        units.checked_mul(self.modulus).and_then(|n| n.checked_add(behind)).ok_or(RatingError::Overflow)
    }

    /// The time over which the law changes [s].
    fn width(&self, t: f64) -> f64 {
        match *self.law {
            TalkLaw::Lognormal { sigma, .. } => t * sigma.min(1.0),
            _ => self.law.mean(),
        }
    }

    /// Whether what rounding adds beyond may be averaged over runs.
    fn thin(&self, billed: u64) -> bool {
        let t = billed as f64;
        let mass = self.law.survival(t).max(self.width(t) * density(self.law, t));
        mass * RUN <= TOLERANCE * self.sum.get()
    }

    /// Adds what lies beyond the segment's start in closed form. The price is counted as `modulus` is.
    fn finish(&mut self, segment: Segment, rounded: Decimal) -> Result<(), RatingError> {
        let Segment { start, step, price, end } = segment;
        let (from, spacing) = (start as f64, step as f64);
        let exact = self.exact(start)?;
        let modulus = self.modulus as f64;
        let survival = |t: f64| self.law.survival(t);
        let mut rest = Sum::default();
        rest.add(price as f64 / modulus * grid(self.law, from, spacing, end.map(|end| end as f64)));

        let residual = |rounded: Decimal, exact: i128| -> Result<f64, RatingError> {
            let units = rounded.mantissa().checked_mul(self.modulus).ok_or(RatingError::Overflow)?;
            Ok((units - exact) as f64 / modulus)
        };
        rest.add(-residual(rounded, exact)? * survival(from));
        if let Some(end) = end {
            rest.add(residual(self.pricer.rounded(end)?, self.exact(end)?)? * survival(end as f64));
        }
        let residuals = Residuals::new(exact, price, self.modulus, self.pricer.rounding.mode);
        let steps = end.map_or(u64::MAX / 4, |end| (end - start) / step);
        let enough = 1e-14 * self.sum.get();
        let mut done = 0_u64;
        while done < steps {
            let at = from + done as f64 * spacing;
            let left = survival(at);
            if left <= enough {
                // All that is left, in one run.
                let last = end.map_or(0.0, |end| survival(end as f64));
                rest.add(residuals.mean(done + 1, steps - done) * (left - last));
                break;
            }
            let run = ((self.width(at) * RUN / spacing) as u64).clamp(1, steps - done);
            rest.add(residuals.mean(done + 1, run) * between(self.law, at, at + run as f64 * spacing));
            done += run;
        }
        self.sum.add(rest.get());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
