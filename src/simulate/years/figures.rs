//! Figures of drawn years, each with how far it may be from the true one.

use super::MONTHS;
use super::run::Drawn;
use crate::simulate::interval::{ranks, student, wilson};
use crate::words::special::normal;

/// The level of every interval.
pub const LEVEL: f64 = 0.95;

/// A figure with its interval; no ends where none can be given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// A quantile with the mean of what lies beyond it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Share of the years.
    pub p: f64,
    /// What they do not pass: an order statistic.
    pub amount: Estimate,
    /// What the others cost on average.
    pub tail_mean: Estimate,
}

/// The figures of drawn years.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Years drawn.
    pub years: u64,
    /// Mean.
    pub mean: Estimate,
    /// Standard deviation.
    pub sd: f64,
    /// Share of the years that cost nothing.
    pub nothing: Estimate,
    /// As asked, in order.
    pub quantiles: Vec<Quantile>,
    /// Share of the years that pass the budget.
    pub over_year: Option<Estimate>,
    /// Share of the months that pass theirs.
    pub over_month: Option<Estimate>,
    /// A quantile of the months, where their amounts were kept.
    pub month: Option<Quantile>,
    /// Amounts and the share of the years that pass them.
    pub curve: Vec<(f64, f64)>,
}

/// What is read off drawn years.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Shares of years, for quantiles.
    pub quantiles: Vec<f64>,
    /// The year's budget.
    pub year: Option<f64>,
    /// Whether the month's budget was counted against.
    pub month: bool,
    /// The share of months, for a quantile.
    pub month_quantile: f64,
    /// Whether an outage's spend has a variance: without one, means have no interval.
    pub variance: bool,
}

/// Points of the curve.
const CURVE: u32 = 40;

fn z() -> f64 {
    let half = (1.0 - LEVEL) / 2.0;
    normal::quantile(1.0 - half, half)
}

fn share(hits: u64, n: u64) -> Estimate {
    let (low, high) = wilson(hits, n, LEVEL);
    Estimate { value: if n > 0 { hits as f64 / n as f64 } else { 0.0 }, low: Some(low), high: Some(high) }
}

impl Estimate {
    /// The interval's width over the figure; nothing where either end is missing.
    #[must_use]
    pub fn relative_width(&self) -> Option<f64> {
        let width = self.high? - self.low?;
        Some(if width == 0.0 { 0.0 } else { width / self.value.abs() })
    }

    /// How many standard errors another value is away, taken from the interval; nothing without one.
    #[must_use]
    pub fn standard_errors(&self, other: f64) -> Option<f64> {
        // Sums of floats tell equal amounts apart in the last digits.
        if (other - self.value).abs() <= 1e-9 * self.value.abs() {
            return Some(0.0);
        }
        let reach = if other < self.value { self.value - self.low? } else { self.high? - self.value };
        Some(if reach > 0.0 { (other - self.value).abs() / reach * z() } else { f64::INFINITY })
    }

    /// Whether another value lies inside; nothing without an interval.
    #[must_use]
    pub fn encloses(&self, other: f64) -> Option<bool> {
        let (low, high) = (self.low?, self.high?);
        let slack = 1e-9 * other.abs();
        Some(low - slack <= other && other <= high + slack)
    }
}

/// Amounts in order, with what lies behind each.
struct Sorted<'a> {
    amounts: &'a [f64],
    /// Amounts of nothing before them.
    nothing: u64,
}

impl Sorted<'_> {
    fn count(&self) -> u64 {
        self.nothing + self.amounts.len() as u64
    }

    /// The amount of a rank, from 1.
    fn at(&self, rank: u64) -> f64 {
        if rank <= self.nothing {
            return 0.0;
        }
        self.amounts.get((rank - self.nothing - 1) as usize).copied().unwrap_or(0.0)
    }

    fn quantile(&self, p: f64, variance: bool) -> Quantile {
        let n = self.count();
        let rank = rank(n, p);
        let amount = self.at(rank);
        let ends = ranks(n, p, LEVEL);
        let amount = Estimate {
            value: amount,
            low: Some(ends.low.map_or(0.0, |rank| self.at(rank))),
            high: ends.high.map(|rank| self.at(rank)),
        };
        Quantile { p, amount, tail_mean: self.tail_mean(p, amount.value, variance) }
    }

    /// The mean of the worst 1 − p: the amount, and what is over it spread over them. Its error is that of this sum
    /// (Manistre and Hancock, North American Actuarial Journal 9, 2005).
    fn tail_mean(&self, p: f64, amount: f64, variance: bool) -> Estimate {
        let n = self.count() as f64;
        let from = self.amounts.partition_point(|at| *at <= amount);
        let (mut sum, mut squares) = (0.0, 0.0);
        for at in &self.amounts[from..] {
            sum += at - amount;
            squares += (at - amount) * (at - amount);
        }
        let (mean, share) = (sum / n, 1.0 - p);
        let value = amount + mean / share;
        let error = libm::sqrt((squares / n - mean * mean).max(0.0) / n) / share;
        // The sum of a handful of years is far from normal.
        let known = variance && share * n >= 20.0;
        Estimate { value, low: known.then_some(value - z() * error), high: known.then_some(value + z() * error) }
    }

    fn passing(&self, amount: f64) -> u64 {
        (self.amounts.len() - self.amounts.partition_point(|at| *at <= amount)) as u64
    }
}

/// Reads figures off drawn years.
#[must_use]
pub fn figures(drawn: &Drawn, wanted: &Wanted) -> Figures {
    let years = drawn.totals.len() as u64;
    let n = years as f64;
    let mean = drawn.totals.iter().sum::<f64>() / n;
    let squares: f64 = drawn.totals.iter().map(|total| (total - mean) * (total - mean)).sum();
    let sd = if years > 1 { libm::sqrt(squares / (n - 1.0)) } else { 0.0 };
    let reach = z() * sd / libm::sqrt(n);
    let known = wanted.variance && years > 1;
    let mean = Estimate { value: mean, low: known.then_some(mean - reach), high: known.then_some(mean + reach) };
    let months = drawn.months.clone();
    let month = (!months.is_empty()).then(|| {
        let months = sorted(months);
        let nothing = years * MONTHS as u64 - months.len() as u64;
        Sorted { amounts: &months, nothing }.quantile(wanted.month_quantile, wanted.variance)
    });
    let totals = sorted(drawn.totals.clone());
    let sorted = Sorted { amounts: &totals, nothing: 0 };
    let quantiles: Vec<Quantile> = wanted.quantiles.iter().map(|p| sorted.quantile(*p, wanted.variance)).collect();
    let most = quantiles.iter().map(|quantile| quantile.amount.value).fold(0.0, f64::max);
    let curve = (0..=CURVE).map(|k| most * f64::from(k) / f64::from(CURVE));
    Figures {
        years,
        mean,
        sd,
        nothing: share(years - sorted.passing(0.0), years),
        quantiles,
        over_year: wanted.year.map(|budget| share(sorted.passing(budget), years)),
        over_month: wanted.month.then(|| months_over(drawn.over_month, years)),
        month,
        curve: curve.map(|amount| (amount, sorted.passing(amount) as f64 / n)).collect(),
    }
}

/// Sections of the years, for the error of a difference: enough for its law to be near Student's, and each long enough for
/// a quantile.
const SECTIONS: usize = 20;

/// The differences of the means and of a quantile of years that were drawn alike, the later ones less the earlier ones,
/// with their intervals. The same outages strike both, so the errors of the two go together: a part of the years after
/// the other gives the difference, and these scatter as the whole does (sectioning; Asmussen and Glynn, Stochastic
/// Simulation, 2007, III.5).
#[must_use]
pub fn differences(before: &[f64], after: &[f64], p: f64, variance: bool) -> (Estimate, Estimate) {
    let n = before.len().min(after.len());
    let of = |before: &[f64], after: &[f64]| {
        let count = before.len().max(1) as f64;
        let mean = before.iter().zip(after).map(|(before, after)| after - before).sum::<f64>() / count;
        (mean, quantile(after, p) - quantile(before, p))
    };
    let (mean, high) = of(&before[..n], &after[..n]);
    let length = n / SECTIONS;
    let known = length > 0;
    let sections: Vec<(f64, f64)> = (0..SECTIONS)
        .filter(|_| known)
        .map(|k| of(&before[k * length..(k + 1) * length], &after[k * length..(k + 1) * length]))
        .collect();
    let freedom = (SECTIONS - 1) as f64;
    let estimate = |value: f64, pick: fn(&(f64, f64)) -> f64, known: bool| {
        let squares: f64 = sections.iter().map(|section| (pick(section) - value) * (pick(section) - value)).sum();
        let reach = student(freedom, LEVEL) * libm::sqrt(squares / freedom / SECTIONS as f64);
        Estimate { value, low: known.then_some(value - reach), high: known.then_some(value + reach) }
    };
    (estimate(mean, |section| section.0, known && variance), estimate(high, |section| section.1, known))
}

/// Mean and a quantile of years, as [`figures`] has them.
#[must_use]
pub fn mean_and_quantile(totals: &[f64], p: f64) -> (f64, f64) {
    (totals.iter().sum::<f64>() / totals.len() as f64, quantile(totals, p))
}

/// The amount that a share of the years does not pass.
fn quantile(amounts: &[f64], p: f64) -> f64 {
    let mut amounts = amounts.to_vec();
    let rank = rank(amounts.len() as u64, p);
    if rank == 0 {
        return 0.0;
    }
    *amounts.select_nth_unstable_by((rank - 1) as usize, f64::total_cmp).1
}

/// The rank of a quantile among so many amounts, from 1.
fn rank(n: u64, p: f64) -> u64 {
    (libm::ceil(p * n as f64 - 1e-9).max(1.0) as u64).min(n)
}

fn sorted(mut amounts: Vec<f64>) -> Vec<f64> {
    amounts.sort_unstable_by(f64::total_cmp);
    amounts
}

/// The share of months over their budget. The months of a year may go together, so their number counts for less by the
/// design effect (Kish, Survey Sampling, 1965): the variance of a year's number over that of independent months.
fn months_over((count, squares): (f64, f64), years: u64) -> Estimate {
    let (n, months) = (years as f64, MONTHS as f64);
    let share = count / (n * months);
    let variance = squares / n - (count / n) * (count / n);
    let independent = months * share * (1.0 - share);
    let effect = if independent > 0.0 { (variance / independent).max(1.0) } else { 1.0 };
    let number = n * months / effect;
    let (low, high) = wilson(libm::round(share * number) as u64, libm::round(number) as u64, LEVEL);
    Estimate { value: share, low: Some(low.min(share)), high: Some(high.max(share)) }
}
