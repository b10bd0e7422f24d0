//! The difference of every figure, split over the changes: each is taken over in turn, in two opposite orders.
//!
//! Years that are drawn are the same ones on every plan on the way (`drawing`).

use rust_decimal::Decimal;

use super::drawing::Drawing;
use super::figures::{Drawn, Figure, Reckoned, figures, reckon, reckon_with};
use super::mix::Mixer;
use super::{Change, DiffError};
use crate::assessment::brief::exact;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::words::money::MoneyError;

/// What the changes come to.
#[derive(Debug)]
pub(super) struct Split {
    /// The figures on both sides.
    pub figures: Vec<Figure>,
    /// Why the year has no figures.
    pub year_why: Option<String>,
    /// How years were drawn; nothing where they are of the exact law.
    pub drawn: Option<Drawn>,
}

/// The plans on the way from the old to the new one, reckoned through: the two ends among them, drawn as those between are.
struct Ways {
    /// With the changes taken over in their order.
    forward: Vec<Reckoned>,
    /// In the reverse order.
    backward: Vec<Reckoned>,
}

/// Splits the differences over the changes: fills in their effects. What is of no change of the plan is added as one.
///
/// # Errors
/// Where a plan on the way from the old to the new one cannot be reckoned through.
pub(super) fn attribute(mixer: &Mixer<'_>, changes: &mut Vec<Change>) -> Result<Split, DiffError> {
    let order: Vec<usize> = (0..changes.len()).filter(|i| changes.get(*i).is_some_and(Change::moves)).collect();
    let mixed = |taken: &dyn Fn(usize) -> bool| -> Plan {
        let swaps = changes.iter().enumerate().map(|(index, change)| (&change.swap, taken(index)));
        mixer.mix(&swaps.collect::<Vec<_>>())
    };
    let (before, after) = (mixed(&|_| false), mixed(&|_| true));
    let drawing = Drawing::of(mixer, &before, &after)?;
    let old = reckon(&before)?;
    let alike = order.is_empty() && drawing.as_ref().is_none_or(Drawing::is_own);
    let new = if alike { old.clone() } else { reckon(&after)? };
    // A year that a side does not have is not drawn on the way either.
    let drawing = drawing.filter(|_| old.year.is_ok() && new.year.is_ok());
    let ways = ways(&order, &mixed, drawing.as_ref(), (&old, &before), (&new, &after))?;
    let more = drawing.as_ref().and_then(|drawing| drawing.change((&old, &before), (&new, &after)));
    let figures = figures(&old, &new);
    let (effects, besides) = effects(&order, changes.len(), &ways, &figures)?;
    for (change, effects) in changes.iter_mut().zip(effects) {
        change.effects = effects;
    }
    changes.extend(more.map(|change| Change { effects: besides, ..change }));
    let why = |side: &Reckoned| side.year.as_ref().err().cloned();
    let same = drawing.as_ref().is_none_or(Drawing::is_own);
    Ok(Split { year_why: why(&new).or_else(|| why(&old)), drawn: Drawn::of(&old, &new, same)?, figures })
}

/// The plan in which the changes are taken over that are asked for.
type Mixed<'a> = dyn Fn(&dyn Fn(usize) -> bool) -> Plan + 'a;

fn ways(
    order: &[usize],
    mixed: &Mixed<'_>,
    drawing: Option<&Drawing>,
    (old, before): (&Reckoned, &Plan),
    (new, after): (&Reckoned, &Plan),
) -> Result<Ways, OutageError> {
    let back: Vec<usize> = order.iter().rev().copied().collect();
    // The first `n` changes of an order are taken over.
    let between = |order: &[usize]| -> Vec<Plan> {
        let taken = (1..order.len()).map(|n| order.get(..n).unwrap_or_default());
        taken.map(|taken| mixed(&|index| taken.contains(&index))).collect()
    };
    let (there, here) = (between(order), between(&back));
    let years = match drawing {
        Some(drawing) => {
            drawing.learn(old, before)?;
            drawing.learn(new, after)?;
            drawing.years(&[before, after].into_iter().chain(&there).chain(&here).collect::<Vec<_>>())?
        }
        None => {
            // Where neither side is tied, no plan between them is.
            let ends = [Ok(old.year.clone()), Ok(new.year.clone())].into_iter();
            ends.chain(there.iter().chain(&here).map(exact)).collect::<Result<_, OutageError>>()?
        }
    };
    let mut years = years.into_iter();
    let mut year = || years.next().unwrap_or_else(|| Err("it was not reckoned".to_owned()));
    let (first, last) = (Reckoned { year: year(), ..old.clone() }, Reckoned { year: year(), ..new.clone() });
    let mut way = |plans: &[Plan]| -> Result<Vec<Reckoned>, OutageError> {
        let steps = plans.iter().map(|plan| reckon_with(plan, year()));
        [Ok(first.clone())].into_iter().chain(steps).chain([Ok(last.clone())]).collect()
    };
    Ok(Ways { forward: way(&there)?, backward: way(&here)? })
}

/// The effects of a change, by figure; nothing where the figure has no difference.
type Effects = Vec<Option<Decimal>>;

/// The effects of every change, and what the two sides differ by besides.
fn effects(
    order: &[usize],
    changes: usize,
    ways: &Ways,
    figures: &[Figure],
) -> Result<(Vec<Effects>, Effects), DiffError> {
    let back: Vec<usize> = order.iter().rev().copied().collect();
    let half = Decimal::new(5, 1);
    let mut effects: Vec<Effects> = vec![vec![None; figures.len()]; changes];
    let mut besides: Effects = vec![None; figures.len()];
    for (f, figure) in figures.iter().enumerate() {
        let amounts = |way: &[Reckoned]| way.iter().map(|at| at.amount(&figure.of)).collect::<Option<Vec<_>>>();
        // A figure that is missing on the way has no split: a cause that comes or goes.
        let (Some(there), Some(here)) = (amounts(&ways.forward), amounts(&ways.backward)) else { continue };
        for (index, effects) in effects.iter_mut().enumerate() {
            let Some(effect) = effects.get_mut(f) else { continue };
            let step = |order: &[usize], amounts: &[Decimal]| -> Result<Decimal, DiffError> {
                let Some(n) = order.iter().position(|known| *known == index) else { return Ok(Decimal::ZERO) };
                let (Some(before), Some(after)) = (amounts.get(n), amounts.get(n + 1)) else {
                    return Ok(Decimal::ZERO);
                };
                Ok(after.checked_sub(*before).ok_or(MoneyError::Overflow)?)
            };
            let both = step(order, &there)?.checked_add(step(&back, &here)?).ok_or(MoneyError::Overflow)?;
            let average = both.checked_mul(half).ok_or(MoneyError::Overflow)?;
            *effect = Some(average.normalize());
        }
        if let (Some(whole), Some(start), Some(end), Some(left)) =
            (figure.difference(), there.first(), there.last(), besides.get_mut(f))
        {
            let steps = end.checked_sub(*start).ok_or(MoneyError::Overflow)?;
            *left = Some(whole.amount().checked_sub(steps).ok_or(MoneyError::Overflow)?.normalize());
        }
    }
    Ok((effects, besides))
}
