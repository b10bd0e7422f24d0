//! What the figures of several alternatives say together.

use super::figures::{Drawn, Figures, YearFigures};
use crate::assessment::brief::Ends;
use crate::outage::OutageError;
use crate::rating::border::weight;
use crate::words::money::Money;

/// What the comparison comes to. Indices are those of the alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// Cheapest in a mean year, silence included.
    pub cheapest_mean: usize,
    /// Cheapest in a bad year, silence included; nothing where such a total is not known.
    pub cheapest_p95: Option<usize>,
    /// Those that may be as cheap in a mean year for all that the drawn years tell.
    pub open_mean: Vec<usize>,
    /// Those that may be as cheap in a bad year.
    pub open_p95: Vec<usize>,
    /// The planned trunks against none; nothing where the plan has none behind the first.
    pub planned: Option<Prevented>,
}

/// What the planned trunks cost and prevent in a mean year.
#[derive(Debug, Clone, PartialEq)]
pub struct Prevented {
    /// Mean spend and standing cost above those without a secondary.
    pub cost: Money,
    /// Idle cost without a secondary, less the one that is left with it.
    pub silence: Money,
}

impl Prevented {
    /// Whether the secondary costs more than the silence it prevents.
    #[must_use]
    pub fn dearer(&self) -> bool {
        self.cost.exceeds(&self.silence) == Some(true)
    }
}

/// Those whose total may be as small as the cheapest one's, for all that drawn years tell: whose 95 % intervals meet. What
/// is of the exact law is sure, and of two such totals one is cheaper.
fn open(
    figures: &[&Figures],
    cheapest: usize,
    total: fn(&YearFigures) -> Option<Money>,
    ends: fn(&Drawn) -> Ends,
) -> Vec<usize> {
    let year = |index: usize| figures.get(index).and_then(|f| f.year.as_ref().ok());
    let span = |index: usize| -> Option<(Ends, bool)> {
        let year = year(index)?;
        let drawn = year.drawn.as_ref().map(ends);
        Some((drawn.unwrap_or([total(year); 2]), drawn.is_some()))
    };
    let Some(([_, most], drawn)) = span(cheapest) else { return Vec::new() };
    // What has no interval may be anything.
    let meets = |index: &usize| match span(*index) {
        Some(([least, _], other)) => {
            let apart = matches!((least, most), (Some(least), Some(most)) if least.amount() > most.amount());
            (drawn || other) && !apart
        }
        None => false,
    };
    (0..figures.len()).filter(|index| *index != cheapest).filter(meets).collect()
}

/// Concludes from the figures. `alone` is the alternative without a secondary, `planned` the plan's own trunks. Nothing
/// where a total of a mean year is not known: a cheapest of the others would be a guess.
///
/// # Errors
/// Where amounts cannot be added.
pub fn conclude(figures: &[&Figures], alone: usize, planned: usize) -> Result<Option<Conclusion>, OutageError> {
    let cheapest = |of: fn(&YearFigures) -> Option<Money>| {
        let totals: Option<Vec<Money>> = figures.iter().map(|f| f.year.as_ref().ok().and_then(of)).collect();
        let totals = totals.filter(|totals| !totals.is_empty())?;
        // Of equals the first: the one with fewer trunks.
        (0..totals.len()).min_by(|a, b| totals[*a].amount().cmp(&totals[*b].amount()))
    };
    let Some(cheapest_mean) = cheapest(|y| y.total_mean) else { return Ok(None) };
    let cheapest_p95 = cheapest(|y| y.total_p95);
    let of = |index: usize| figures.get(index).and_then(|f| Some((f.standing, f.year.as_ref().ok()?)));
    let prevented = match (of(alone), of(planned)) {
        (Some((none, silent)), Some((standing, year))) if alone != planned => {
            let paid = year.mean.checked_add(standing)?.checked_sub(silent.mean.checked_add(none)?)?;
            match (silent.idle, year.idle) {
                (Some(without), Some(with)) => Some(Prevented { cost: paid, silence: without.checked_sub(with)? }),
                _ => None,
            }
        }
        _ => None,
    };
    let open_mean = open(figures, cheapest_mean, |y| y.total_mean, |drawn| drawn.total_mean);
    let open_p95 =
        cheapest_p95.map_or_else(Vec::new, |known| open(figures, known, |y| y.total_p95, |drawn| drawn.total_p95));
    Ok(Some(Conclusion { cheapest_mean, cheapest_p95, open_mean, open_p95, planned: prevented }))
}

/// Outage hours a year at which the standing cost of an alternative pays against having no secondary: its standing cost
/// above theirs, over what it saves in an hour of outage on average. Nothing where it saves nothing, or nobody can tell.
#[must_use]
pub fn break_even_hours(figures: &Figures, alone: &Figures) -> Option<f64> {
    let (year, none) = (figures.year.as_ref().ok()?, alone.year.as_ref().ok()?);
    let without = |of: &Figures, total: Option<Money>| Some(weight(total?.amount()) - weight(of.standing.amount()));
    let saved = without(alone, none.total_mean)? - without(figures, year.total_mean)?;
    let standing = weight(figures.standing.amount()) - weight(alone.standing.amount());
    // What the tenth digit of an expectation tells apart is no saving.
    let nothing = 1e-9 * weight(none.total_mean?.amount()).abs();
    (year.outage_hours > 0.0 && saved > nothing).then(|| (standing / (saved / year.outage_hours)).max(0.0))
}
