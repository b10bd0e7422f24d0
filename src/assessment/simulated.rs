//! The year by simulation: beside the exact law to check it, and in its place where outages are tied together.

use std::sync::atomic::{AtomicBool, AtomicU64};

use super::Assessment;
use super::year::{CauseYear, Causes, QUANTILES, Year, YearQuantile, of_cause, over_incident};
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::outage::state::behaviours;
use crate::rating::border::{expected_money, weight};
use crate::rating::monthly::usage_in_minimum;
use crate::simulate::years::figures::{Estimate, Figures, Quantile, Wanted, figures};
use crate::simulate::years::run::{Ask, Drawn, Silence, totals_alike};
use crate::simulate::years::tied::Minimum;
use crate::simulate::years::{Given, Years, YearsError};
use crate::words::money::Money;
use crate::year::YearError;
use crate::year::lengths::Lengths;

/// The seed where none is given.
pub const SEED: u64 = 1;
/// Years that are simulated where a plan asks for simulation by itself.
pub const YEARS: u64 = 100_000;

/// How a year was had.
#[derive(Debug, Clone)]
pub enum Method {
    /// By its exact law.
    Exact,
    /// By drawing years.
    Simulated(Box<Simulated>),
}

/// Years that were drawn. Intervals are of 95 %.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Years drawn.
    pub years: u64,
    /// The seed.
    pub seed: u64,
    /// Outages drawn, of causes that cost anything.
    pub outages: u64,
    /// What ties outages together, so that they are followed one after the other; nothing where they are independent.
    pub why: Vec<String>,
    /// The figures with their intervals, in the plan's currency; the budget's confidence stands behind [`QUANTILES`].
    pub figures: Figures,
    /// The intervals by the figures' names in JSON.
    pub intervals: Vec<(&'static str, Ends)>,
}

impl Simulated {
    /// The interval of the share of months or years over their budget.
    #[must_use]
    pub fn over(&self, key: &str) -> Option<[f64; 2]> {
        let share = if key == "month" { self.figures.over_month } else { self.figures.over_year }?;
        Some([share.low?, share.high?])
    }
}

/// The ends of an interval; nothing where it has none.
#[derive(Debug, Clone, Copy)]
pub enum Ends {
    /// Of an amount.
    Money(Option<Money>, Option<Money>),
    /// Of a share.
    Share(Option<f64>, Option<f64>),
}

/// Names of [`QUANTILES`].
const NAMES: [&str; QUANTILES.len()] = ["p50", "p75", "p90", "p95", "p99", "p999"];
/// Names of their tail means.
const TAILS: [&str; QUANTILES.len()] =
    ["tail_mean_p50", "tail_mean_p75", "tail_mean_p90", "tail_mean_p95", "tail_mean_p99", "tail_mean_p999"];

fn intervals(figures: &Figures, plan: &Plan) -> Result<Vec<(&'static str, Ends)>, OutageError> {
    let money = |end: Option<f64>| end.map(|end| expected_money(end, plan.currency)).transpose();
    let amount = |estimate: &Estimate| -> Result<Ends, OutageError> {
        Ok(Ends::Money(money(estimate.low)?, money(estimate.high)?))
    };
    let mut all = vec![("mean", amount(&figures.mean)?)];
    for ((name, tail), quantile) in NAMES.into_iter().zip(TAILS).zip(&figures.quantiles) {
        all.push((name, amount(&quantile.amount)?));
        all.push((tail, amount(&quantile.tail_mean)?));
    }
    if let Some(quantile) = figures.quantiles.get(QUANTILES.len()) {
        all.push(("at_confidence", amount(&quantile.amount)?));
    }
    if let Some(month) = &figures.month {
        all.push(("month_at_confidence", amount(&month.amount)?));
    }
    let shares = [
        ("prob_nothing", Some(figures.nothing)),
        ("prob_over_month_budget", figures.over_month),
        ("prob_over_year_budget", figures.over_year),
    ];
    all.extend(shares.into_iter().filter_map(|(name, share)| share.map(|s| (name, Ends::Share(s.low, s.high)))));
    Ok(all)
}

/// Everything that years of a plan are drawn from.
pub struct Prepared<'p> {
    /// The years.
    pub years: Years<'p>,
    /// What ties outages together, in words.
    pub why: Vec<String>,
    wanted: Wanted,
    budget_of_month: Option<f64>,
}

/// What ties the outages of a plan together so that its year is simulated by itself, in words; nothing where the exact
/// law holds. Minimums of the first trunk are filled by what it carries every day.
///
/// # Errors
/// Where an amount has too many digits.
pub fn by_itself(plan: &Plan) -> Result<Vec<String>, OutageError> {
    let mut why = Vec::new();
    for minimum in minimums(plan)? {
        let name = plan.trunks.get(minimum.trunk).map_or("", |trunk| trunk.name.as_str());
        why.push(format!("usage counts against the minimum of a month of `{name}`"));
    }
    for trunk in &plan.trunks {
        if plan.table(trunk).is_some_and(|table| table.limits.prepaid.is_some()) {
            why.push(format!("an outage finds the prepaid balance of `{}` that those before it left", trunk.name));
        }
    }
    Ok(why)
}

/// Usage that the minimums of the trunks behind the first pay for in a month.
fn minimums(plan: &Plan) -> Result<Vec<Minimum>, OutageError> {
    let mut minimums = Vec::new();
    for (trunk, named) in plan.trunks.iter().enumerate().skip(1) {
        let Some(table) = plan.table(named) else { continue };
        let channels = named.channel_limit(table, plan.licensed_seats()).at();
        let fx = plan.exchange_rate(table.currency).map_or(1.0, weight);
        let slack = weight(usage_in_minimum(&table.fees, channels)?) * fx;
        if slack > 0.0 {
            minimums.push(Minimum { trunk, slack });
        }
    }
    Ok(minimums)
}

/// Makes the years of a plan ready to be drawn.
///
/// # Errors
/// As [`super::year::causes`].
pub fn prepare(plan: &Plan) -> Result<Result<Prepared<'_>, String>, OutageError> {
    prepare_by(plan, None)
}

/// The same for plans that are set against each other: each cause has a number under which it is drawn, and every plan's
/// outages are followed one after the other, whether anything ties them or not.
///
/// # Errors
/// As [`super::year::causes`].
pub fn prepare_alike<'p>(plan: &'p Plan, numbers: &[usize]) -> Result<Result<Prepared<'p>, String>, OutageError> {
    prepare_by(plan, Some(numbers))
}

fn prepare_by<'p>(plan: &'p Plan, alike: Option<&[usize]>) -> Result<Result<Prepared<'p>, String>, OutageError> {
    let mut given = Vec::new();
    for (place, cause) in plan.causes.iter().enumerate() {
        let index = alike.map_or(Some(place), |numbers| numbers.get(place).copied());
        if let (Some(index), Some(frequency), Some(duration)) = (index, cause.frequency, &cause.duration) {
            given.push((index, cause, frequency, duration));
        }
    }
    // Sums of floats depend on their order.
    given.sort_by_key(|(index, ..)| *index);
    if given.len() < plan.causes.len() || given.is_empty() {
        return Ok(Err("a cause has no frequency or no duration".to_owned()));
    }
    let reach = given.iter().map(|(_, cause, _, law)| Lengths::new(law, cause.longest).reach()).fold(0.0, f64::max);
    let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
    let engine = Engine::new(plan, reach + failback)?;
    let variance = given.iter().all(|(_, cause, _, law)| cause.longest.is_some() || law.second_moment().is_some());
    let mut why = by_itself(plan)?;
    for trunk in &plan.trunks {
        if plan.table(trunk).is_some_and(|table| table.limits.daily_spend.is_some()) {
            why.push(format!("outages of a day share the daily cap of `{}`", trunk.name));
        }
    }
    let minimums = minimums(plan)?;
    let given = given.into_iter().map(|(index, cause, frequency, duration)| Given {
        index,
        frequency,
        duration,
        longest: cause.longest,
        course: Course::new(&engine, &behaviours(plan, cause)),
    });
    let tie = if why.is_empty() && alike.is_none() { None } else { Some(minimums.as_slice()) };
    let years = match Years::new(&engine, given.collect(), reach, tie) {
        Ok(years) => years,
        Err(YearsError::Outage(error)) => return Err(error),
        Err(other) => return Ok(Err(other.to_string())),
    };
    let budget = &plan.budget;
    let amount = |money: Option<Money>| money.map(|money| weight(money.amount()));
    let mut quantiles = QUANTILES.to_vec();
    quantiles.push(budget.confidence);
    let wanted = Wanted {
        quantiles,
        year: amount(budget.year),
        month: budget.month.is_some(),
        month_quantile: budget.confidence,
        variance,
    };
    Ok(Ok(Prepared { years, why, wanted, budget_of_month: amount(budget.month) }))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The same years as [`Prepared::draw`] has of each of several plans, where the same outages strike all of them, and each
/// is drawn once: what each year costs, by plan.
#[must_use]
pub fn draw_alike(all: &[&Prepared<'_>]) -> Vec<Vec<f64>> {
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let Some(first) = all.first() else { return Vec::new() };
    let years: Vec<&Years<'_>> = all.iter().map(|prepared| &prepared.years).collect();
    totals_alike(&years, &first.ask(YEARS, SEED, threads(), &stop, &done))
}

impl Prepared<'_> {
    /// How years are asked for.
    #[must_use]
    pub fn ask<'a>(&self, years: u64, seed: u64, threads: usize, stop: &'a AtomicBool, done: &'a AtomicU64) -> Ask<'a> {
        let month_budget = self.budget_of_month;
        let months = month_budget.is_some();
        Ask { years, seed, threads, month_budget, months, silence: Silence::Left, stop, done }
    }

    /// Draws as many years as a plan that asks for simulation by itself, with the seed of those; the amounts of months and
    /// what silence costs are kept where they are wanted.
    #[must_use]
    pub fn draw(&self, months: bool, silence: Silence) -> Drawn {
        let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
        self.years.run(&Ask { months, silence, ..self.ask(YEARS, SEED, threads(), &stop, &done) }, None)
    }

    /// Whether an outage's spend has a variance.
    #[must_use]
    pub fn variance(&self) -> bool {
        self.wanted.variance
    }

    /// Reads the figures off drawn years.
    #[must_use]
    pub fn read(&self, drawn: &Drawn) -> Figures {
        figures(drawn, &self.wanted)
    }

    /// As a year, each cause's share included.
    ///
    /// # Errors
    /// Where an amount has too many digits.
    pub fn year(
        &self,
        assessment: &Assessment<'_>,
        causes: &Causes,
        drawn: &Drawn,
        seed: u64,
    ) -> Result<Year, YearError> {
        let plan = assessment.plan();
        let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
        let figures = self.read(drawn);
        let quantile = |quantile: Option<&Quantile>| -> Result<YearQuantile, YearError> {
            let (p, amount, tail) = quantile.map_or((0.0, 0.0, 0.0), |q| (q.p, q.amount.value, q.tail_mean.value));
            Ok(YearQuantile { p, amount: money(amount)?, tail_mean: money(tail)? })
        };
        let p95 = QUANTILES.iter().position(|p| *p == 0.95).and_then(|place| figures.quantiles.get(place));
        let tail = self.years.beyond(seed, &drawn.totals, p95.map_or(0.0, |p95| p95.amount.value));
        let (all, beyond) = (drawn.by_cause.iter().sum::<f64>(), tail.iter().sum::<f64>());
        let part = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let mut of_causes: Vec<CauseYear> = Vec::new();
        for ((cause, mean), tail) in causes.all.iter().zip(&drawn.by_cause).zip(&tail) {
            let exact = of_cause(plan, cause, figures.mean.value, part(*tail, beyond))?;
            of_causes.push(CauseYear { share_of_mean: part(*mean, all), ..exact });
        }
        let outages: f64 = of_causes.iter().map(|cause| cause.outages).sum();
        let hours: f64 = of_causes.iter().map(|cause| cause.outages * cause.mean_length / 3600.0).sum();
        let (open, protected) = causes.hours();
        let curve = figures.curve.iter().map(|(spend, share)| Ok((money(*spend)?, *share)));
        let value = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.value);
        Ok(Year {
            mean: money(figures.mean.value)?,
            sd: if self.wanted.variance { Some(money(figures.sd)?) } else { None },
            nothing: figures.nothing.value,
            quantiles: figures
                .quantiles
                .iter()
                .take(QUANTILES.len())
                .map(|q| quantile(Some(q)))
                .collect::<Result<_, _>>()?,
            at_confidence: quantile(figures.quantiles.get(QUANTILES.len()))?,
            month_at_confidence: quantile(figures.month.as_ref())?,
            month_mean: money(figures.mean.value / 12.0)?,
            over_incident: over_incident(plan, &of_causes),
            over_month: value(figures.over_month),
            over_year: value(figures.over_year),
            outages,
            outage_hours: hours,
            protected_hours: protected,
            unprotected_hours: (open - protected).max(0.0),
            standing: assessment.standing_year()?,
            // An outage begins while another one lasts.
            overlap: -libm::expm1(-outages * hours / (365.0 * 24.0)),
            curve: curve.collect::<Result<_, YearError>>()?,
            causes: of_causes,
            incomplete: assessment.scenarios.iter().any(|scenario| scenario.incomplete),
            // What a simulation misses stands in its intervals.
            error_bound: f64::NAN,
            points: 0,
            beyond: f64::NAN,
            mean_error: f64::NAN,
            method: Method::Simulated(Box::new(Simulated {
                years: figures.years,
                seed,
                outages: drawn.outages,
                why: self.why.clone(),
                intervals: intervals(&figures, plan)?,
                figures,
            })),
            range: None,
        })
    }
}

/// Why the year of a plan whose outages are tied together is not known.
pub(super) fn cannot(reason: &str, why: &[String]) -> String {
    format!("{reason}, and {}", why.join(", "))
}

/// The year of a plan whose outages are tied together, from so many years as every run draws.
///
/// # Errors
/// As [`super::year::causes`].
pub(super) fn year(
    assessment: &Assessment<'_>,
    causes: &Causes,
    why: &[String],
) -> Result<Result<Year, String>, OutageError> {
    let prepared = match prepare(assessment.plan())? {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(Err(cannot(&reason, why))),
    };
    let drawn = prepared.draw(true, Silence::Left);
    match prepared.year(assessment, causes, &drawn, SEED) {
        Ok(year) => Ok(Ok(year)),
        Err(YearError::Outage(error)) => Err(error),
        Err(other) => Ok(Err(other.to_string())),
    }
}

/// A figure of the exact law beside the simulated one.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Its name, as in JSON.
    pub name: &'static str,
    /// Exact.
    pub exact: f64,
    /// Simulated.
    pub simulated: Estimate,
}

/// The figures that exact law and simulation both have; nothing where the exact law has no year.
#[must_use]
pub fn compared(exact: &Year, simulated: &Simulated) -> Vec<Compared> {
    if !matches!(exact.method, Method::Exact) {
        return Vec::new();
    }
    let of = |money: &Money| weight(money.amount());
    let figures = &simulated.figures;
    let mut all = vec![Compared { name: "mean", exact: of(&exact.mean), simulated: figures.mean }];
    for (name, (exact, simulated)) in NAMES.into_iter().zip(exact.quantiles.iter().zip(&figures.quantiles)) {
        all.push(Compared { name, exact: of(&exact.amount), simulated: simulated.amount });
        if name == "p95" {
            let (exact, simulated) = (of(&exact.tail_mean), simulated.tail_mean);
            all.push(Compared { name: "tail_mean_p95", exact, simulated });
        }
    }
    all.push(Compared { name: "prob_nothing", exact: exact.nothing, simulated: figures.nothing });
    for (name, exact, simulated) in [
        ("prob_over_month_budget", exact.over_month, figures.over_month),
        ("prob_over_year_budget", exact.over_year, figures.over_year),
    ] {
        if let (Some(exact), Some(simulated)) = (exact, simulated) {
            all.push(Compared { name, exact, simulated });
        }
    }
    all
}
