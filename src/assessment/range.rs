//! The parameter range: what a handful of past incidents leaves open about the figures of the year.

use super::Assessment;
use super::simulated::Method;
use super::year::{MONTH, QUANTILES, seconds};
use crate::model::cause::{Cause, Frequency};
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::outage::state::behaviours;
use crate::rating::border::{expected_money, weight};
use crate::words::money::Money;
use crate::year::YearError;
use crate::year::exact::Asked;
use crate::year::lengths::Lengths;
use crate::year::range::{Family, Figures, Source, draw, groups};
use crate::year::severity::Severity;

/// Draws behind a range: the 50th from either end is its bound, which another thousand draws would move by about seven
/// places among the draws.
pub const DRAWS: u64 = 1000;
/// Share of the draws that lie below a range, and above it.
pub const OUTSIDE: f64 = 0.05;

/// Where a figure lies in all draws but those outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span<T> {
    /// A share of [`OUTSIDE`] of the draws is lower.
    pub low: T,
    /// As many are higher.
    pub high: T,
}

/// The range of a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileRange {
    /// What a share of the years does not pass.
    pub amount: Span<Money>,
    /// What the others cost on average.
    pub tail_mean: Span<Money>,
}

/// A cause with something drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Index of the cause.
    pub cause: usize,
    /// Past incidents behind its frequency, where that is drawn.
    pub incidents: Option<u32>,
    /// Past lengths behind its law, where that is drawn.
    pub lengths: Option<usize>,
}

impl Evidence {
    /// Past incidents that the cause rests on: of frequency and lengths those that are fewer.
    #[must_use]
    pub fn least(&self) -> usize {
        let incidents = self.incidents.map(|n| n as usize);
        incidents.into_iter().chain(self.lengths).min().unwrap_or(0)
    }
}

/// What parameters drawn from the evidence make of the year.
#[derive(Debug, Clone)]
pub struct ParameterRange {
    /// Draws.
    pub draws: u64,
    /// Causes with something drawn; the others keep their parameters.
    pub evidence: Vec<Evidence>,
    /// Of the mean.
    pub mean: Span<Money>,
    /// Of the standard deviation; nothing where the variance is infinite.
    pub sd: Option<Span<Money>>,
    /// Of the probability that nothing is spent.
    pub nothing: Span<f64>,
    /// Of the mean number of outages.
    pub outages: Span<f64>,
    /// Of the quantiles, by [`QUANTILES`].
    pub quantiles: Vec<QuantileRange>,
    /// Of the quantile at the budget's confidence.
    pub at_confidence: QuantileRange,
    /// Of the probability that an outage passes its budget; nothing where the plan gives none.
    pub over_incident: Option<Span<f64>>,
    /// The same of a month.
    pub over_month: Option<Span<f64>>,
    /// The same of a year.
    pub over_year: Option<Span<f64>>,
}

impl ParameterRange {
    /// Past incidents that it rests on, over all causes.
    #[must_use]
    pub fn incidents(&self) -> usize {
        self.evidence.iter().map(Evidence::least).sum()
    }
}

/// The causes of which something is drawn.
#[must_use]
pub fn evidence(plan: &Plan) -> Vec<Evidence> {
    let of = |(cause, named): (usize, &Cause)| {
        let incidents = match named.frequency {
            Some(Frequency::Observed { incidents, .. }) => Some(incidents),
            _ => None,
        };
        let lengths = match &named.duration {
            Some(DurationLaw::List(list)) => Some(list.len()),
            _ => None,
        };
        (incidents.is_some() || lengths.is_some()).then_some(Evidence { cause, incidents, lengths })
    };
    plan.causes.iter().enumerate().filter_map(of).collect()
}

/// The parameter range of the year's figures; nothing where no cause was observed and none has a list of lengths, or
/// where there is no year.
///
/// # Errors
/// Why it cannot be had, in words; or what cannot be reckoned.
pub fn parameter_range(assessment: &Assessment<'_>) -> Result<Result<Option<ParameterRange>, String>, OutageError> {
    let evidence = evidence(assessment.plan());
    if evidence.is_empty() || assessment.year.is_err() {
        return Ok(Ok(None));
    }
    if assessment.year.as_ref().is_ok_and(|year| matches!(year.method, Method::Simulated(_))) {
        return Ok(Err("outages are tied together, and the draws are of exact laws".to_owned()));
    }
    match ranged(assessment.plan(), evidence) {
        Ok(range) => Ok(Ok(Some(range))),
        Err(YearError::Outage(error)) => Err(error),
        Err(other) => Ok(Err(other.to_string())),
    }
}

/// The causes as they are drawn.
fn sources(plan: &Plan) -> Result<Vec<Source>, YearError> {
    let mut laws = Vec::new();
    for cause in &plan.causes {
        let (Some(frequency), Some(duration)) = (cause.frequency, &cause.duration) else { continue };
        let grouped = match duration {
            DurationLaw::List(list) => {
                let of = |group: Vec<f64>| (group.len(), Lengths::new(&DurationLaw::List(group), cause.longest));
                groups(list).into_iter().map(of).collect()
            }
            law => vec![(1, Lengths::new(law, cause.longest))],
        };
        laws.push((cause, frequency, grouped));
    }
    let reach = laws.iter().flat_map(|(.., grouped)| grouped).map(|(_, lengths)| lengths.reach()).fold(0.0, f64::max);
    let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
    let engine = Engine::new(plan, reach + failback)?;
    let year = seconds(&engine);
    laws.into_iter()
        .map(|(cause, frequency, grouped)| {
            let course = Course::new(&engine, &behaviours(plan, cause));
            let of = |(size, lengths)| Ok((size, Severity::new(&course, lengths, year)?));
            let spends = grouped.into_iter().map(of).collect::<Result<_, YearError>>()?;
            Ok(Source { frequency, spends })
        })
        .collect()
}

fn ranged(plan: &Plan, evidence: Vec<Evidence>) -> Result<ParameterRange, YearError> {
    let sources = sources(plan)?;
    let family = Family::new(&sources);
    let budget = &plan.budget;
    let amount = |money: Option<Money>| money.map(|money| weight(money.amount()));
    let mut of_year = Asked { quantiles: QUANTILES.to_vec(), amounts: amount(budget.year).into_iter().collect() };
    of_year.quantiles.push(budget.confidence);
    let of_month = amount(budget.month).map(|amount| Asked { quantiles: Vec::new(), amounts: vec![amount] });
    // What an outage of each group passes its budget with.
    let over: Option<Vec<Vec<f64>>> = amount(budget.incident).map(|amount| {
        let of = |source: &Source| source.spends.iter().map(|(_, spend)| spend.exceeds(amount)).collect();
        sources.iter().map(of).collect()
    });
    let mut years: Vec<Figures> = Vec::new();
    let (mut months, mut incidents) = (Vec::new(), Vec::new());
    for number in 0..DRAWS {
        let parameters = draw(&sources, number);
        years.push(family.read(&parameters, 1.0, &of_year)?);
        if let Some(asked) = &of_month {
            months.push(family.read(&parameters, MONTH, asked)?);
        }
        if let Some(over) = &over {
            let (mut passing, mut all) = (0.0, 0.0);
            for ((count, weights), over) in parameters.counts.iter().zip(&parameters.weights).zip(over) {
                all += count.mean;
                passing += count.mean * weights.iter().zip(over).map(|(weight, over)| weight * over).sum::<f64>();
            }
            incidents.push(if all > 0.0 { passing / all } else { 0.0 });
        }
    }
    let money = |value: f64| expected_money(value, plan.currency).map_err(OutageError::from);
    let amounts = |of: &dyn Fn(&Figures) -> f64| -> Result<Span<Money>, YearError> {
        let span = span(years.iter().map(of).collect());
        Ok(Span { low: money(span.low)?, high: money(span.high)? })
    };
    let quantile = |index: usize| -> Result<QuantileRange, YearError> {
        let at = |figures: &Figures| figures.quantiles.get(index).copied();
        Ok(QuantileRange {
            amount: amounts(&|figures| at(figures).map_or(0.0, |q| q.amount))?,
            tail_mean: amounts(&|figures| at(figures).map_or(0.0, |q| q.tail_mean))?,
        })
    };
    let over = |of: &[Figures]| span(of.iter().map(|f| f.exceeds.first().copied().unwrap_or(0.0)).collect());
    Ok(ParameterRange {
        draws: DRAWS,
        evidence,
        mean: amounts(&|figures| figures.mean)?,
        sd: if years.iter().all(|figures| figures.sd.is_some()) {
            Some(amounts(&|figures| figures.sd.unwrap_or(0.0))?)
        } else {
            None
        },
        nothing: span(years.iter().map(|figures| figures.nothing).collect()),
        outages: span(years.iter().map(|figures| figures.outages).collect()),
        quantiles: (0..QUANTILES.len()).map(quantile).collect::<Result<_, _>>()?,
        at_confidence: quantile(QUANTILES.len())?,
        over_incident: budget.incident.map(|_| span(incidents)),
        over_month: of_month.is_some().then(|| over(&months)),
        over_year: budget.year.map(|_| over(&years)),
    })
}

/// The bounds of a figure over the draws: as many below as above.
fn span(mut values: Vec<f64>) -> Span<f64> {
    values.sort_by(f64::total_cmp);
    let outside = (values.len() as f64 * OUTSIDE) as usize;
    let low = values.get(outside).copied().unwrap_or(0.0);
    let high = values.iter().rev().nth(outside).copied().unwrap_or(low);
    Span { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::assess;
    use crate::input::example::floor as plan;
    use crate::words::special::gamma;

    fn range(plan: &Plan) -> Option<ParameterRange> {
        parameter_range(&assess(plan).unwrap()).unwrap().unwrap()
    }

    #[test]
    fn one_drawn_frequency_is_its_posterior() {
        // Three of the four causes never strike, and the one observed always lasts as long: the mean is the rate times
        // a constant, so its range is that of the gamma law of the rate.
        let plan = plan(&[
            ("per_year  = 3.0", "per_year = 0.0"),
            ("per_year  = 1.0", "per_year = 0.0"),
            ("per_year  = 0.5", "per_year = 0.0"),
            ("{ list = [\"80m\", \"96m\", \"2h 10m\"] }", "{ fixed = \"96m\" }"),
        ]);
        let assessment = assess(&plan).unwrap();
        let year = assessment.year.as_ref().unwrap();
        let range = parameter_range(&assessment).unwrap().unwrap().unwrap();
        assert_eq!(range.evidence, [Evidence { cause: 1, incidents: Some(3), lengths: None }]);
        assert_eq!(range.incidents(), 3);
        let each = weight(year.mean.amount()) / 1.75;
        // Of the 50th of 1,000 draws: √(0.05·0.95/1,000) over the density there is 5 % at the low end, 2 % at the high.
        for (bound, p, error) in [(range.mean.low, 0.05, 0.05), (range.mean.high, 0.95, 0.02)] {
            let want = each * gamma::inverse(3.5, p, 1.0 - p) / 2.0;
            assert!((weight(bound.amount()) / want - 1.0).abs() < 4.0 * error, "{bound} {want}");
        }
        let outages = gamma::inverse(3.5, 0.95, 0.05) / 2.0;
        assert!((range.outages.high / outages - 1.0).abs() < 0.08);
    }

    #[test]
    fn the_range_lies_around_the_figures_and_shrinks_with_evidence() {
        let thin = plan(&[]);
        let assessment = assess(&thin).unwrap();
        let year = assessment.year.as_ref().unwrap();
        let wide = range(&thin).unwrap();
        let amount = |money: Money| weight(money.amount());
        for (figure, range) in year.quantiles.iter().zip(&wide.quantiles) {
            assert!(
                amount(range.amount.low) <= amount(figure.amount) && amount(figure.amount) <= amount(range.amount.high)
            );
            assert!(range.amount.low.exceeds(&range.tail_mean.low) == Some(false));
        }
        assert!(wide.nothing.low < year.nothing && year.nothing < wide.nothing.high);
        let thick = range(&plan(&[("{ incidents = 3, years = 2.0 }", "{ incidents = 1200, years = 800.0 }")])).unwrap();
        let width = |range: &ParameterRange| amount(range.mean.high) - amount(range.mean.low);
        assert!(width(&thick) < width(&wide) / 4.0, "{} {}", width(&thick), width(&wide));
    }

    #[test]
    fn nothing_is_drawn_where_the_plan_gives_laws() {
        let plan = plan(&[
            ("observed  = { incidents = 3, years = 2.0 }", "per_year = 1.75"),
            ("{ list = [\"80m\", \"96m\", \"2h 10m\"] }", "{ fixed = \"96m\" }"),
        ]);
        assert!(range(&plan).is_none());
    }
}
