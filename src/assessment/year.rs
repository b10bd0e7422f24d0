//! What the failovers of a year cost.

use super::Assessment;
use super::range::ParameterRange;
use super::simulated::{self, Method};
use crate::model::cause::Frequency;
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::model::policy::Budget;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::profile::{Counted, Course};
use crate::outage::state::behaviours;
use crate::rating::border::{expected_money, weight};
use crate::words::money::Money;
use crate::year::YearError;
use crate::year::counts::Count;
use crate::year::exact::{Asked, Known, Part, Read, read, tail_shares};
use crate::year::lengths::Lengths;
use crate::year::severity::Severity;

/// Shares of years whose amounts are reported.
pub const QUANTILES: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
/// Where in [`QUANTILES`] the 95 % quantile stands.
pub(super) const P95: usize = 3;
/// A month, in years.
pub(super) const MONTH: f64 = 1.0 / 12.0;

/// A quantile of the year's spend.
#[derive(Debug, Clone, Copy)]
pub struct YearQuantile {
    /// Share of years.
    pub p: f64,
    /// What they do not pass.
    pub amount: Money,
    /// What the others cost on average.
    pub tail_mean: Money,
}

/// What one cause adds.
#[derive(Debug, Clone)]
pub struct CauseYear {
    /// Index of the cause.
    pub cause: usize,
    /// Mean number of outages in a year.
    pub outages: f64,
    /// Mean length [s].
    pub mean_length: f64,
    /// Median length [s].
    pub median_length: f64,
    /// 95 % quantile of the length [s].
    pub p95_length: f64,
    /// What an outage costs on average.
    pub mean_spend: Money,
    /// What one of median length costs, on average over the starts.
    pub median_spend: Money,
    /// What one of the 95 % quantile of the length costs, on average over the starts.
    pub p95_spend: Money,
    /// Probability that an outage costs nothing.
    pub nothing: f64,
    /// Share of the year's mean.
    pub share_of_mean: f64,
    /// Share of what the dearest 5 % of the years cost.
    pub share_of_tail: f64,
    /// Probability that an outage passes the incident's budget.
    pub over_incident: Option<f64>,
    /// Past incidents behind the frequency, where it was observed.
    pub incidents: Option<u32>,
    /// Past lengths behind the law, where it is a list.
    pub lengths: Option<usize>,
}

/// The year.
#[derive(Debug, Clone)]
pub struct Year {
    /// How it was had.
    pub method: Method,
    /// Mean spend.
    pub mean: Money,
    /// Standard deviation; nothing where the variance is infinite.
    pub sd: Option<Money>,
    /// Probability that nothing is spent.
    pub nothing: f64,
    /// Quantiles, by [`QUANTILES`].
    pub quantiles: Vec<YearQuantile>,
    /// The quantile at the budget's confidence.
    pub at_confidence: YearQuantile,
    /// The same of a month.
    pub month_at_confidence: YearQuantile,
    /// Mean spend of a month.
    pub month_mean: Money,
    /// Probability that an outage, a month, a year passes its budget; nothing where the plan gives none.
    pub over_incident: Option<f64>,
    /// See there.
    pub over_month: Option<f64>,
    /// See there.
    pub over_year: Option<f64>,
    /// Mean number of outages.
    pub outages: f64,
    /// Their mean hours.
    pub outage_hours: f64,
    /// Of those hours in which the floor is open: carried, by the share of the attempts.
    pub protected_hours: f64,
    /// Of those hours in which the floor is open: not carried.
    pub unprotected_hours: f64,
    /// What the trunks behind the first cost in a year without any outage.
    pub standing: Money,
    /// Probability that two outages overlap, which the figures leave out.
    pub overlap: f64,
    /// Spend and the probability to pass it; never increasing, from nothing on.
    pub curve: Vec<(Money, f64)>,
    /// By cause.
    pub causes: Vec<CauseYear>,
    /// What few past incidents leave open, or why that is not known; nothing where nobody asked for it or nothing is open.
    pub range: Option<Result<ParameterRange, String>>,
    /// Whether calls without a rate make every amount a least amount.
    pub incomplete: bool,
    /// Largest error of quantiles and tail means, relative.
    pub error_bound: f64,
    /// Points of the largest grid.
    pub points: usize,
    /// Mass beyond the widest grid.
    pub beyond: f64,
    /// Mean on the widest grid against the closed form, relative.
    pub mean_error: f64,
}

/// Everything that the year is reckoned from: kept, for whoever looks closer.
pub struct Causes {
    /// Index of the cause in the plan, its count in a year, and the law of one outage's spend.
    pub all: Vec<(usize, Count, Severity)>,
}

impl Causes {
    /// Mean hours of outages in a year in which the floor is open, and of those the hours carried.
    #[must_use]
    pub fn hours(&self) -> (f64, f64) {
        let sum =
            |of: fn(&Severity) -> f64| self.all.iter().map(|(_, count, s)| count.mean * of(s)).sum::<f64>() / 3600.0;
        (sum(|severity| severity.open), sum(|severity| severity.protected))
    }

    /// As parts of the sum over a part of a year.
    #[must_use]
    pub fn parts(&self, part: f64) -> Vec<Part<'_>> {
        self.all
            .iter()
            .map(|(_, count, severity)| Part { count: Count { mean: count.mean * part, ..*count }, severity })
            .collect()
    }
}

/// The seconds of the year in which outages start.
pub(super) fn seconds(engine: &Engine<'_>) -> f64 {
    engine.calendar.horizon_end().since(engine.calendar.start()) as f64 / 1000.0
}

impl Assessment<'_> {
    /// What the trunks behind the first cost in a year without any outage.
    ///
    /// # Errors
    /// Where it has too many digits.
    pub fn standing_year(&self) -> Result<Money, OutageError> {
        super::of_year(self.plan().currency, &self.standing)
    }
}

/// The laws of all causes.
///
/// # Errors
/// Why the year cannot be had: what the plan leaves out, in words; or what cannot be reckoned.
pub fn causes(plan: &Plan) -> Result<Result<Causes, String>, OutageError> {
    causes_counting(plan, Counted::Spend)
}

/// The same, where something else than the spend is counted.
///
/// # Errors
/// As [`causes`].
pub fn causes_counting(plan: &Plan, counted: Counted) -> Result<Result<Causes, String>, OutageError> {
    if plan.causes.is_empty() {
        return Ok(Err("the plan has no [[cause]]".to_owned()));
    }
    let mut given = Vec::new();
    for (index, cause) in plan.causes.iter().enumerate() {
        let (Some(frequency), Some(duration)) = (cause.frequency, &cause.duration) else {
            let missing = if cause.frequency.is_none() { "frequency" } else { "duration" };
            return Ok(Err(format!("the cause `{}` has no {missing}", cause.name)));
        };
        given.push((index, cause, Count::of(frequency, 1.0), Lengths::new(duration, cause.longest)));
    }
    if let Some((_, cause, ..)) = given.iter().find(|(.., lengths)| lengths.mean().is_none()) {
        return Ok(Err(YearError::NoMean { cause: cause.name.clone() }.to_string()));
    }
    let reach = given.iter().map(|(.., lengths)| lengths.reach()).fold(0.0, f64::max);
    let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
    let engine = Engine::new(plan, reach + failback)?;
    let mut all = Vec::new();
    for (index, cause, count, lengths) in given {
        let course = Course::new(&engine, &behaviours(plan, cause)).counting(counted);
        match Severity::new(&course, lengths, seconds(&engine)) {
            Ok(severity) => all.push((index, count, severity)),
            Err(YearError::Outage(error)) => return Err(error),
            Err(other) => return Ok(Err(other.to_string())),
        }
    }
    Ok(Ok(Causes { all }))
}

/// The year of an assessment.
///
/// # Errors
/// As [`causes`].
pub fn year(assessment: &Assessment<'_>) -> Result<Result<Year, String>, OutageError> {
    let plan = assessment.plan();
    let causes = match causes(plan)? {
        Ok(causes) => causes,
        Err(reason) => return Ok(Err(reason)),
    };
    let figures = match simulated::by_itself(plan)? {
        why if why.is_empty() => figures(assessment, &causes),
        why => return simulated::year(assessment, &causes, &why),
    };
    match figures {
        Ok(year) => Ok(Ok(year)),
        Err(YearError::Outage(error)) => Err(error),
        Err(other) => Ok(Err(other.to_string())),
    }
}

/// Mean and 95 % quantile of a plan's year by the exact law, as [`year`] has them.
///
/// # Errors
/// Where the law cannot be had.
pub(super) fn mean_and_p95(plan: &Plan, causes: &Causes) -> Result<(Money, Money), YearError> {
    let read = read(&causes.parts(1.0), &asked_of_years(&plan.budget), &Known::default())?;
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    Ok((money(read.mean)?, money(read.quantiles.get(P95).map_or(0.0, |q| q.amount))?))
}

/// What is asked of the law of a year.
fn asked_of_years(budget: &Budget) -> Asked {
    let mut quantiles = QUANTILES.to_vec();
    quantiles.push(budget.confidence);
    Asked { quantiles, amounts: budget.year.map(|money| weight(money.amount())).into_iter().collect() }
}

fn figures(assessment: &Assessment<'_>, causes: &Causes) -> Result<Year, YearError> {
    let plan = assessment.plan();
    let budget = &plan.budget;
    let amount = |money: Option<Money>| money.map(|money| weight(money.amount()));
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let parts = causes.parts(1.0);
    let asked = asked_of_years(budget);
    let known = Known::default();
    let read = read(&parts, &asked, &known)?;
    let months = causes.parts(MONTH);
    let asked = Asked { quantiles: vec![budget.confidence], amounts: amount(budget.month).into_iter().collect() };
    let month = self::read(&months, &asked, &known)?;
    let quantile = |read: &Read, index: usize| -> Result<YearQuantile, YearError> {
        let zero = Money::zero(plan.currency);
        read.quantiles.get(index).map_or(Ok(YearQuantile { p: 0.0, amount: zero, tail_mean: zero }), |q| {
            Ok(YearQuantile { p: q.p, amount: money(q.amount)?, tail_mean: money(q.tail_mean)? })
        })
    };
    let quantiles: Vec<YearQuantile> =
        (0..QUANTILES.len()).map(|index| quantile(&read, index)).collect::<Result<_, _>>()?;
    let mut curve = vec![(Money::zero(plan.currency), 1.0 - read.nothing)];
    let mut least = 1.0 - read.nothing;
    for (spend, exceeds) in read.curve.iter().skip(1) {
        // Rounding in the far tail is no rise.
        least = least.min(*exceeds);
        curve.push((money(*spend)?, least));
    }
    let tail = tail_shares(&parts, read.quantiles.get(P95).map_or(0.0, |q| q.amount), &known)?;
    let of_causes = causes.all.iter().zip(&tail).map(|(cause, tail)| of_cause(plan, cause, read.mean, *tail));
    let of_causes: Vec<CauseYear> = of_causes.collect::<Result<_, _>>()?;
    let outages: f64 = of_causes.iter().map(|cause| cause.outages).sum();
    let over_incident = over_incident(plan, &of_causes);
    let (open, protected) = causes.hours();
    let hours: f64 = of_causes.iter().map(|cause| cause.outages * cause.mean_length / 3600.0).sum();
    let standing = assessment.standing_year()?;
    Ok(Year {
        method: Method::Exact,
        mean: money(read.mean)?,
        sd: read.sd.map(money).transpose()?,
        nothing: read.nothing,
        at_confidence: quantile(&read, QUANTILES.len())?,
        month_at_confidence: quantile(&month, 0)?,
        month_mean: money(month.mean)?,
        over_incident,
        over_month: month.exceeds.first().copied(),
        over_year: read.exceeds.first().copied(),
        quantiles,
        outages,
        outage_hours: hours,
        protected_hours: protected,
        unprotected_hours: (open - protected).max(0.0),
        standing,
        // An outage begins while another one lasts.
        overlap: -libm::expm1(-outages * hours / (365.0 * 24.0)),
        curve,
        causes: of_causes,
        range: None,
        incomplete: assessment.scenarios.iter().any(|scenario| scenario.incomplete),
        error_bound: read.bound.max(month.bound),
        points: read.points.max(month.points),
        beyond: read.beyond,
        mean_error: read.mean_error,
    })
}

/// Probability that an outage passes the incident's budget; nothing where the plan gives none.
pub(super) fn over_incident(plan: &Plan, causes: &[CauseYear]) -> Option<f64> {
    let outages: f64 = causes.iter().map(|cause| cause.outages).sum();
    plan.budget.incident.map(|_| {
        let over: f64 = causes.iter().map(|cause| cause.outages * cause.over_incident.unwrap_or(0.0)).sum();
        if outages > 0.0 { over / outages } else { 0.0 }
    })
}

pub(super) fn of_cause(
    plan: &Plan,
    (index, count, severity): &(usize, Count, Severity),
    mean: f64,
    tail: f64,
) -> Result<CauseYear, YearError> {
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let cause = plan.causes.get(*index);
    let lengths = severity.lengths();
    let (median, p95) = (lengths.quantile(0.5), lengths.quantile(0.95));
    Ok(CauseYear {
        cause: *index,
        outages: count.mean,
        mean_length: lengths.mean().unwrap_or(f64::INFINITY),
        median_length: median,
        p95_length: p95,
        mean_spend: money(severity.mean)?,
        median_spend: money(severity.of_length(median))?,
        p95_spend: money(severity.of_length(p95))?,
        nothing: severity.nothing,
        share_of_mean: if mean > 0.0 { count.mean * severity.mean / mean } else { 0.0 },
        share_of_tail: tail,
        over_incident: plan.budget.incident.map(|budget| severity.exceeds(weight(budget.amount()))),
        incidents: cause.and_then(|cause| match cause.frequency {
            Some(Frequency::Observed { incidents, .. }) => Some(incidents),
            _ => None,
        }),
        lengths: cause.and_then(|cause| match &cause.duration {
            Some(DurationLaw::List(list)) => Some(list.len()),
            _ => None,
        }),
    })
}
