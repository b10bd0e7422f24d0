//! The difference of every figure, split over the changes: each is taken over in turn, in two opposite orders.

use rust_decimal::Decimal;

use super::figures::{Figure, Reckoned, figures, reckon};
use super::mix::Mixer;
use super::{Change, DiffError};
use crate::words::money::MoneyError;

/// What the changes come to.
#[derive(Debug)]
pub(super) struct Split {
    /// The figures on both sides.
    pub figures: Vec<Figure>,
    /// Why the year has no figures.
    pub year_why: Option<String>,
}

/// Splits the differences over the changes: fills in their effects.
///
/// # Errors
/// Where a plan on the way from the old to the new one cannot be reckoned through.
pub(super) fn attribute(mixer: &Mixer<'_>, changes: &mut [Change]) -> Result<Split, DiffError> {
    let moving: Vec<usize> = (0..changes.len()).filter(|i| changes.get(*i).is_some_and(Change::moves)).collect();
    let at = |taken: &dyn Fn(usize) -> bool| -> Result<Reckoned, DiffError> {
        let swaps = changes.iter().enumerate().map(|(index, change)| (&change.swap, taken(index)));
        Ok(reckon(&mixer.mix(&swaps.collect::<Vec<_>>()))?)
    };
    let old = at(&|_| false)?;
    let new = if moving.is_empty() { old.clone() } else { at(&|_| true)? };
    // On the way from the old to the new plan, the first `n` changes of an order are taken over.
    let way = |order: &[usize]| -> Result<Vec<Reckoned>, DiffError> {
        let mut way = vec![old.clone()];
        for n in 1..order.len() {
            let taken = order.get(..n).unwrap_or_default();
            way.push(at(&|index| taken.contains(&index))?);
        }
        way.push(new.clone());
        Ok(way)
    };
    let back: Vec<usize> = moving.iter().rev().copied().collect();
    let forward = way(&moving)?;
    let backward = if moving.len() > 1 { way(&back)? } else { forward.clone() };
    let figures = figures(&old, &new);
    let half = Decimal::new(5, 1);
    let mut effects: Vec<Vec<Option<Decimal>>> = vec![vec![None; figures.len()]; changes.len()];
    for (f, figure) in figures.iter().enumerate() {
        let amounts = |way: &[Reckoned]| way.iter().map(|at| at.amount(&figure.of)).collect::<Option<Vec<_>>>();
        // A figure that is missing on the way has no split: a cause that comes or goes.
        let (Some(there), Some(here)) = (amounts(&forward), amounts(&backward)) else { continue };
        for (index, effects) in effects.iter_mut().enumerate() {
            let Some(effect) = effects.get_mut(f) else { continue };
            let step = |order: &[usize], amounts: &[Decimal]| -> Result<Decimal, DiffError> {
                let Some(n) = order.iter().position(|known| *known == index) else { return Ok(Decimal::ZERO) };
                let (Some(before), Some(after)) = (amounts.get(n), amounts.get(n + 1)) else {
                    return Ok(Decimal::ZERO);
                };
                Ok(after.checked_sub(*before).ok_or(MoneyError::Overflow)?)
            };
            let both = step(&moving, &there)?.checked_add(step(&back, &here)?).ok_or(MoneyError::Overflow)?;
            let average = both.checked_mul(half).ok_or(MoneyError::Overflow)?;
            *effect = Some(average.normalize());
        }
    }
    for (change, effects) in changes.iter_mut().zip(effects) {
        change.effects = effects;
    }
    let why = |side: &Reckoned| side.year.as_ref().err().cloned();
    Ok(Split { year_why: why(&new).or_else(|| why(&old)), figures })
}
