//! What finance asks of one alternative.

use crate::assessment::Assessment;
use crate::assessment::brief::{Ends, with_silence};
use crate::assessment::simulated::{Ends as Interval, Method, Simulated};
use crate::assessment::year::{Year, causes_counting};
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::profile::Counted;
use crate::rating::border::{expected_money, weight};
use crate::simulate::years::figures::Estimate;
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
    /// The same that 95 of 100 years do not pass: the quantile of the sum, not a sum of quantiles.
    pub total_p95: Option<Money>,
    /// Mean spend and standing cost over the protected hours; nothing where there are none.
    pub per_protected_hour: Option<Money>,
    /// How the year was drawn; nothing where it is of the exact law.
    pub drawn: Option<Drawn>,
}

/// How the year of an alternative was drawn, and how sure its figures are: the ends of 95 % intervals.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Years drawn.
    pub years: u64,
    /// The seed.
    pub seed: u64,
    /// What ties outages together.
    pub why: Vec<String>,
    /// Of the mean spend.
    pub mean: Ends,
    /// Of the spend's P95.
    pub p95: Ends,
    /// Of the mean total; nothing where silence has no price.
    pub total_mean: Ends,
    /// Of the total's P95.
    pub total_p95: Ends,
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

fn of_year(plan: &Plan, year: &Year, standing: Money) -> Result<YearFigures, YearError> {
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let add = |a: Money, b: Money| a.checked_add(b).map_err(OutageError::from);
    let zero = Money::zero(plan.currency);
    let priced = plan.campaigns.iter().all(|campaign| campaign.idle_cost_per_seat_hour.is_some());
    let silence = match &year.method {
        Method::Exact => exact_silence(plan, year, priced)?,
        Method::Simulated(simulated) => drawn_silence(plan, simulated, priced)?,
    };
    // Nothing but the standing cost is the same in every year.
    let total = |amount: Option<Money>| amount.map(|amount| add(amount, standing)).transpose();
    let ends = |ends: Ends| Ok::<_, YearError>([total(ends[0])?, total(ends[1])?]);
    let drawn = silence.drawn.map(|drawn| {
        Ok::<_, YearError>(Drawn { total_mean: ends(drawn.total_mean)?, total_p95: ends(drawn.total_p95)?, ..drawn })
    });
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
        idle_seat_hours: silence.idle_seat_hours,
        idle: silence.idle,
        total_mean: total(silence.idle.map(|idle| add(year.mean, idle)).transpose()?)?,
        total_p95: total(silence.p95)?,
        per_protected_hour,
        drawn: drawn.transpose()?,
    })
}

/// What the silence of a year costs.
struct Silence {
    idle_seat_hours: f64,
    /// Its cost in a mean year; nothing where a campaign gives no cost of a seat.
    idle: Option<Money>,
    /// P95 of spend and silence together.
    p95: Option<Money>,
    /// How it was drawn, with intervals of spend and silence together for its totals.
    drawn: Option<Drawn>,
}

fn exact_silence(plan: &Plan, year: &Year, priced: bool) -> Result<Silence, YearError> {
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let idle_seat_hours = match causes_counting(plan, Counted::IdleSeatHours)? {
        Ok(causes) => causes.all.iter().map(|(_, count, hours)| count.mean * hours.mean).sum(),
        Err(_) => f64::NAN,
    };
    let (mut idle, mut p95) = (None, None);
    if priced && let Ok(causes) = causes_counting(plan, Counted::WithSilence)? {
        let asked = Asked { quantiles: vec![BAD], amounts: Vec::new() };
        let sum = read(&causes.parts(1.0), &asked, &Known::default())?;
        idle = Some(money((sum.mean - weight(year.mean.amount())).max(0.0))?);
        p95 = Some(money(sum.quantiles.first().map_or(0.0, |quantile| quantile.amount))?);
    }
    Ok(Silence { idle_seat_hours, idle, p95, drawn: None })
}

/// The years that the spend is drawn in, for their silence: a balance that is used up adds to it.
fn drawn_silence(plan: &Plan, simulated: &Simulated, priced: bool) -> Result<Silence, YearError> {
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let of_spend = |name: &str| {
        let found = simulated.intervals.iter().find(|(known, _)| *known == name);
        found.map_or([None, None], |(_, ends)| match ends {
            Interval::Money(low, high) => [*low, *high],
            Interval::Share(..) => [None, None],
        })
    };
    let mut drawn = Drawn {
        years: simulated.years,
        seed: simulated.seed,
        why: simulated.why.clone(),
        mean: of_spend("mean"),
        p95: of_spend("p95"),
        total_mean: [None, None],
        total_p95: [None, None],
    };
    let Ok(with) = with_silence(plan)? else {
        return Ok(Silence { idle_seat_hours: f64::NAN, idle: None, p95: None, drawn: Some(drawn) });
    };
    if !priced {
        return Ok(Silence { idle_seat_hours: with.idle_seat_hours, idle: None, p95: None, drawn: Some(drawn) });
    }
    let ends = |of: &Estimate| Ok::<_, YearError>([of.low.map(money).transpose()?, of.high.map(money).transpose()?]);
    (drawn.total_mean, drawn.total_p95) = (ends(&with.mean)?, ends(&with.p95)?);
    let (idle, p95) = (Some(money(with.idle)?), Some(money(with.p95.value)?));
    Ok(Silence { idle_seat_hours: with.idle_seat_hours, idle, p95, drawn: Some(drawn) })
}
