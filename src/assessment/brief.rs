//! The year in brief, for plans that are set side by side: its mean and P95 as every run has them, and the same of plans
//! that are drawn alike, so that chance is no part of their difference.

use std::cell::RefCell;
use std::rc::Rc;

use super::simulated::{Prepared, SEED, YEARS, by_itself, cannot, draw_alike, prepare, prepare_alike};
use super::year::{P95, QUANTILES, causes, causes_counting, mean_and_p95};
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::profile::Counted;
use crate::rating::border::expected_money;
use crate::simulate::years::figures::{Estimate, Figures, differences, mean_and_quantile};
use crate::simulate::years::run::Silence;
use crate::simulate::years::tied::SILENCE;
use crate::words::money::{Currency, Money};
use crate::year::YearError;

/// The ends of an interval of 95 %; nothing where it has none.
pub type Ends = [Option<Money>; 2];

/// Mean and P95 of a year, or why there are none.
pub type MeanAndP95 = Result<(Money, Money), String>;

/// The year in brief.
#[derive(Debug, Clone)]
pub struct Brief {
    /// Mean spend.
    pub mean: Money,
    /// What 95 of 100 years do not pass.
    pub p95: Money,
    /// How it was drawn; nothing where it is of the exact law.
    pub drawn: Option<Draws>,
}

/// How a year was drawn.
#[derive(Debug, Clone)]
pub struct Draws {
    /// Years drawn.
    pub years: u64,
    /// The seed.
    pub seed: u64,
    /// What ties outages together.
    pub why: Vec<String>,
    /// The interval of the mean.
    pub mean: Ends,
    /// The interval of P95.
    pub p95: Ends,
    /// What each year cost; nothing where that was not kept.
    pub totals: Option<Totals>,
}

/// What each of the drawn years cost.
#[derive(Debug, Clone)]
pub struct Totals {
    /// The amounts, the first year first.
    amounts: Rc<[f64]>,
    /// Whether an outage's spend has a variance.
    variance: bool,
}

fn ends(estimate: &Estimate, currency: Currency) -> Result<Ends, OutageError> {
    let money = |end: Option<f64>| end.map(|end| expected_money(end, currency)).transpose();
    Ok([money(estimate.low)?, money(estimate.high)?])
}

/// Mean and P95.
fn two(figures: &Figures) -> (Estimate, Estimate) {
    let none = Estimate { value: 0.0, low: None, high: None };
    (figures.mean, figures.quantiles.get(P95).map_or(none, |quantile| quantile.amount))
}

/// Mean and P95 of a plan's year by the exact law, every outage taken for itself, or why there are none.
///
/// # Errors
/// As [`causes`].
pub fn exact(plan: &Plan) -> Result<MeanAndP95, OutageError> {
    let laws = match causes(plan)? {
        Ok(laws) => laws,
        Err(reason) => return Ok(Err(reason)),
    };
    match mean_and_p95(plan, &laws) {
        Ok(figures) => Ok(Ok(figures)),
        Err(YearError::Outage(error)) => Err(error),
        Err(other) => Ok(Err(other.to_string())),
    }
}

/// Mean and P95 of a plan's year, as [`super::year::year`] has them, or why there are none.
///
/// # Errors
/// As [`causes`].
pub fn brief(plan: &Plan) -> Result<Result<Brief, String>, OutageError> {
    let why = by_itself(plan)?;
    if why.is_empty() {
        return Ok(exact(plan)?.map(|(mean, p95)| Brief { mean, p95, drawn: None }));
    }
    // A year that cannot be reckoned is not drawn either.
    if let Err(reason) = causes(plan)? {
        return Ok(Err(reason));
    }
    let prepared = match prepare(plan)? {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(Err(cannot(&reason, &why))),
    };
    let drawn = prepared.draw(false, Silence::Left);
    let (mean, p95) = two(&prepared.read(&drawn));
    let money = |estimate: &Estimate| expected_money(estimate.value, plan.currency);
    let draws = Draws {
        years: YEARS,
        seed: SEED,
        why,
        mean: ends(&mean, plan.currency)?,
        p95: ends(&p95, plan.currency)?,
        totals: Some(Totals { amounts: drawn.totals.into(), variance: prepared.variance() }),
    };
    Ok(Ok(Brief { mean: money(&mean)?, p95: money(&p95)?, drawn: Some(draws) }))
}

/// Mean and P95 of years that are the same ones for every plan that they are asked of: the same outages, drawn once, strike
/// all whose causes are the same.
#[derive(Debug, Default)]
pub struct Alike {
    /// By the fingerprint of the years.
    known: RefCell<Vec<(String, (Money, Money))>>,
}

/// Plans that are followed side by side: each holds a megabyte or two meanwhile.
const AT_ONCE: usize = 16;

impl Alike {
    /// Mean and P95 of the drawn years of plans, tied or not, each with the numbers under which its causes are drawn; or why
    /// there are none. Plans whose years are the same in all that decides have the same figures to the last digit.
    ///
    /// # Errors
    /// As [`causes`].
    pub fn mean_and_p95(&self, plans: &[(&Plan, Vec<usize>)]) -> Result<Vec<MeanAndP95>, OutageError> {
        let mut all = Vec::with_capacity(plans.len());
        for some in plans.chunks(AT_ONCE) {
            let mut prepared = Vec::with_capacity(some.len());
            for (plan, numbers) in some {
                let ready = prepare_alike(plan, numbers)?;
                prepared.push(ready.map(|ready| (ready.years.fingerprint().unwrap_or_default(), plan.currency, ready)));
            }
            self.draw(&prepared)?;
            let known = self.known.borrow();
            let figures = |print: &str| known.iter().find(|(known, _)| known == print).map(|(_, figures)| *figures);
            all.extend(prepared.into_iter().map(|ready| {
                let (print, ..) = ready?;
                figures(&print).ok_or_else(|| "its years were not drawn".to_owned())
            }));
        }
        Ok(all)
    }

    /// Draws the years of plans as far as they are not known.
    fn draw(&self, prepared: &[Result<(String, Currency, Prepared<'_>), String>]) -> Result<(), OutageError> {
        let mut left: Vec<&(String, Currency, Prepared<'_>)> = Vec::new();
        for ready in prepared.iter().flatten() {
            let known = self.known.borrow().iter().any(|(known, _)| *known == ready.0);
            if !known && left.iter().all(|other| other.0 != ready.0) {
                left.push(ready);
            }
        }
        while let Some(first) = left.first() {
            let strikes = first.2.years.strikes();
            let (same, others): (Vec<&(String, Currency, Prepared<'_>)>, Vec<_>) =
                left.iter().partition(|ready| ready.2.years.strikes() == strikes);
            let years: Vec<&Prepared<'_>> = same.iter().map(|ready| &ready.2).collect();
            for ((print, currency, _), totals) in same.iter().zip(draw_alike(&years)) {
                let (mean, p95) = mean_and_quantile(&totals, QUANTILES[P95]);
                let figures = (expected_money(mean, *currency)?, expected_money(p95, *currency)?);
                self.known.borrow_mut().push((print.clone(), figures));
            }
            left = others;
        }
        Ok(())
    }

    /// Takes over the figures of a plan that was drawn under these numbers already.
    ///
    /// # Errors
    /// As [`causes`].
    pub fn learn(&self, plan: &Plan, numbers: &[usize], figures: (Money, Money)) -> Result<(), OutageError> {
        if let Ok(prepared) = prepare_alike(plan, numbers)? {
            let print = prepared.years.fingerprint().unwrap_or_default();
            self.known.borrow_mut().push((print, figures));
        }
        Ok(())
    }
}

/// The intervals of the differences of mean and P95 between two plans, of which one at least is drawn: the new ones less
/// the old ones. Years of two plans are set against each other one by one.
///
/// # Errors
/// Where an amount has too many digits.
pub fn intervals(
    (old, old_drawn): ((Money, Money), Option<&Draws>),
    (new, new_drawn): ((Money, Money), Option<&Draws>),
) -> Result<(Ends, Ends), OutageError> {
    let totals = |draws: Option<&'_ Draws>| draws.and_then(|draws| draws.totals.clone());
    let both = totals(old_drawn).zip(totals(new_drawn));
    if let Some((before, after)) = both.filter(|(before, after)| before.amounts.len() == after.amounts.len()) {
        let variance = before.variance && after.variance;
        let (mean, p95) = differences(&before.amounts, &after.amounts, QUANTILES[P95], variance);
        return Ok((ends(&mean, new.0.currency())?, ends(&p95, new.0.currency())?));
    }
    // Without the years of both the ends lie as far apart as the two intervals let them.
    let between = |old: Ends, new: Ends| -> Result<Ends, OutageError> {
        let less = |new: Option<Money>, old: Option<Money>| match (new, old) {
            (Some(new), Some(old)) => new.checked_sub(old).map(Some),
            _ => Ok(None),
        };
        Ok([less(new[0], old[1])?, less(new[1], old[0])?])
    };
    let of = |exact: Money, drawn: Option<&Draws>, pick: fn(&Draws) -> Ends| drawn.map_or([Some(exact); 2], pick);
    Ok((
        between(of(old.0, old_drawn, |d| d.mean), of(new.0, new_drawn, |d| d.mean))?,
        between(of(old.1, old_drawn, |d| d.p95), of(new.1, new_drawn, |d| d.p95))?,
    ))
}

/// What a tied plan's years come to with their silence, without standing cost.
#[derive(Debug, Clone)]
pub struct WithSilence {
    /// Mean cost of idle seats and lost live calls.
    pub idle: f64,
    /// Mean idle seat hours.
    pub idle_seat_hours: f64,
    /// Mean of spend and silence together.
    pub mean: Estimate,
    /// P95 of the two together: of their sum in each year.
    pub p95: Estimate,
}

/// Draws the years of [`brief`] once more, for what their silence costs. Chance is in the means only as far as the ties
/// are: what silence would cost if no cap or balance ever refused is of the exact law, and what they add to it is drawn.
///
/// # Errors
/// As [`causes`].
pub fn with_silence(plan: &Plan) -> Result<Result<WithSilence, String>, OutageError> {
    let numbers: Vec<usize> = (0..plan.causes.len()).collect();
    let prepared = match prepare_alike(plan, &numbers)? {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(Err(reason)),
    };
    let [idle, idle_seat_hours] = match uncapped_silence(plan)? {
        Ok(exact) => exact,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut drawn = prepared.draw(false, Silence::Kept);
    let mut totals = drawn.clone();
    for (total, silence) in totals.totals.iter_mut().zip(&drawn.silence) {
        *total += silence[0];
    }
    let (_, p95) = two(&prepared.read(&totals));
    let mut added = [0.0; SILENCE];
    if prepared.years.is_capped() {
        let free = prepared.draw(false, Silence::Uncapped);
        for ((total, silence), free) in drawn.totals.iter_mut().zip(&drawn.silence).zip(&free.silence) {
            *total += silence[0] - free[0];
            for ((sum, silence), free) in added.iter_mut().zip(silence).zip(free) {
                *sum += (silence - free) / YEARS as f64;
            }
        }
    }
    let (mean, _) = two(&prepared.read(&drawn));
    let shifted = |end: Option<f64>| end.map(|end| end + idle);
    let mean = Estimate { value: mean.value + idle, low: shifted(mean.low), high: shifted(mean.high) };
    Ok(Ok(WithSilence { idle: idle + added[0], idle_seat_hours: idle_seat_hours + added[1], mean, p95 }))
}

/// What the silence of a mean year costs, and its idle seat hours, as if no cap or balance ever refused.
fn uncapped_silence(plan: &Plan) -> Result<Result<[f64; SILENCE], String>, OutageError> {
    let mut free = plan.clone();
    for table in &mut free.tables {
        (table.limits.daily_spend, table.limits.prepaid) = (None, None);
    }
    let mean = |counted: Counted| -> Result<Result<f64, String>, OutageError> {
        let causes = causes_counting(&free, counted)?;
        Ok(causes.map(|causes| causes.all.iter().map(|(_, count, one)| count.mean * one.mean).sum()))
    };
    let (spend, with, hours) = (mean(Counted::Spend)?, mean(Counted::WithSilence)?, mean(Counted::IdleSeatHours)?);
    let of = |spend: f64, with: f64, hours: f64| [(with - spend).max(0.0), hours];
    Ok(spend.and_then(|spend| with.and_then(|with| hours.map(|hours| of(spend, with, hours)))))
}
