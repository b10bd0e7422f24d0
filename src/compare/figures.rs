//! What finance asks of one alternative.

use crate::assessment::Assessment;
use crate::assessment::simulated::Method;
use crate::assessment::year::causes_counting;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::profile::Counted;
use crate::rating::border::{expected_money, weight};
use crate::words::money::Money;
use crate::year::YearError;
use crate::year::exact::{Asked, Known, read};

/// The share of years of the bad one.
const BAD: f64 = 0.95;
/// Where it stands among the year's quantiles.
const P95: usize = 3;

/// The figures of an alternative, in the plan's currency.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Share of the attempts that the trunks behind the first carry at the busiest time; nothing where no seat is staffed.
    pub absorbed: Option<f64>,
    /// Whether every limit that decides is stated; else the share is the most that it can be.
    pub limits_stated: bool,
    /// The same under each cause once it is dealt with, in the order of the plan.
    pub by_cause: Vec<f64>,
    /// Fees and minimums of a year without any outage.
    pub standing: Money,
    /// What a year comes to, or why nobody can tell.
    pub year: Result<YearFigures, String>,
}

/// What a year comes to.
#[derive(Debug, Clone)]
pub struct YearFigures {
    /// Mean spend.
    pub mean: Money,
    /// Spend that 95 of 100 years do not pass.
    pub p95: Money,
    /// Chance to pass the year's budget.
    pub over_year: Option<f64>,
    /// Whether calls without a rate make the amounts least amounts.
    pub incomplete: bool,
    /// Mean hours of outage.
    pub outage_hours: f64,
    /// Of those the ones in which the floor is open and carried, by the share of the attempts [h].
    pub protected_hours: f64,
    /// Of those the ones in which the floor is open and not carried [h].
    pub unprotected_hours: f64,
    /// Idle seats [seat hours].
    pub idle_seat_hours: f64,
    /// What idle seats cost and lost live calls would have earned; nothing where a campaign gives no cost of a seat.
    pub idle: Option<Money>,
    /// Spend, standing cost and idle cost of a mean year.
    pub total_mean: Option<Money>,
    /// The same that 95 of 100 years do not pass: the quantile of the sum, not a sum of quantiles. Nothing where outages
    /// are tied together, for their law is not known.
    pub total_p95: Option<Money>,
    /// Mean spend and standing cost over the protected hours; nothing where there are none.
    pub per_protected_hour: Option<Money>,
    /// What ties outages together, so that spend was simulated; nothing where it is of an exact law.
    pub tied: Vec<String>,
}

/// Reads the figures off an assessment.
///
/// # Errors
/// Where an outage cannot be reckoned.
pub fn figures(assessment: &Assessment<'_>) -> Result<Figures, OutageError> {
    let capacity = &assessment.capacity;
    let standing = assessment.standing_year()?;
    let year = match &assessment.year {
        Ok(year) => match of_year(assessment.plan(), year, standing) {
            Ok(year) => Ok(year),
            Err(YearError::Outage(error)) => return Err(error),
            Err(other) => Err(other.to_string()),
        },
        Err(reason) => Err(reason.clone()),
    };
    Ok(Figures {
        absorbed: capacity.busiest.as_ref().map(|_| capacity.failover.absorbed),
        limits_stated: !capacity.failover.unstated,
        by_cause: capacity.causes.iter().map(|cause| cause.sequence.absorbed).collect(),
        standing,
        year,
    })
}

fn of_year(plan: &Plan, year: &crate::assessment::year::Year, standing: Money) -> Result<YearFigures, YearError> {
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let add = |a: Money, b: Money| a.checked_add(b).map_err(OutageError::from);
    let zero = Money::zero(plan.currency);
    let priced = plan.campaigns.iter().all(|campaign| campaign.idle_cost_per_seat_hour.is_some());
    let idle_seat_hours = match causes_counting(plan, Counted::IdleSeatHours)? {
        Ok(causes) => causes.all.iter().map(|(_, count, hours)| count.mean * hours.mean).sum(),
        Err(_) => f64::NAN,
    };
    let tied = match &year.method {
        Method::Exact => Vec::new(),
        Method::Simulated(simulated) => simulated.why.clone(),
    };
    let (mut idle, mut total_mean, mut total_p95) = (None, None, None);
    if priced && let Ok(causes) = causes_counting(plan, Counted::WithSilence)? {
        let asked = Asked { quantiles: vec![BAD], amounts: Vec::new() };
        let sum = read(&causes.parts(1.0), &asked, &Known::default())?;
        if tied.is_empty() {
            idle = Some(money((sum.mean - weight(year.mean.amount())).max(0.0))?);
            total_mean = Some(add(money(sum.mean)?, standing)?);
            let bad = sum.quantiles.first().map_or(0.0, |quantile| quantile.amount);
            total_p95 = Some(add(money(bad)?, standing)?);
        } else if let Ok(spent) = causes_counting(plan, Counted::Spend)? {
            // Simulated spend less the same outages' silence would be a difference of two laws.
            let spent = read(&spent.parts(1.0), &asked, &Known::default())?;
            let silent = money((sum.mean - spent.mean).max(0.0))?;
            idle = Some(silent);
            total_mean = Some(add(add(year.mean, silent)?, standing)?);
        }
    }
    let paid = weight(add(year.mean, standing)?.amount());
    let per_protected_hour = if year.protected_hours > 1e-9 { Some(money(paid / year.protected_hours)?) } else { None };
    Ok(YearFigures {
        mean: year.mean,
        p95: year.quantiles.get(P95).map_or(zero, |quantile| quantile.amount),
        over_year: year.over_year,
        incomplete: year.incomplete,
        outage_hours: year.outage_hours,
        protected_hours: year.protected_hours,
        unprotected_hours: year.unprotected_hours,
        idle_seat_hours,
        idle,
        total_mean,
        total_p95,
        per_protected_hour,
        tied,
    })
}
