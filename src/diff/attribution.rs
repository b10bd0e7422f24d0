//! The difference of every figure, split over the changes: each is taken over in turn, in two opposite orders.
//!
//! Years that are drawn are the same ones on every plan on the way ([`super::drawing`]).

use rust_decimal::Decimal;

use super::drawing::Drawing;
use super::figures::{Drawn, Figure, Reckoned, figures, reckon, reckon_with};
use super::mix::Mixer;
use super::{Change, DiffError};
use crate::assessment::brief::exact;
use crate::model::plan::Plan;
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

/// Splits the differences over the changes: fills in their effects. What is of no change of the plan is added as one.
///
/// # Errors
/// Where a plan on the way from the old to the new one cannot be reckoned through.
pub(super) fn attribute(mixer: &Mixer<'_>, changes: &mut Vec<Change>) -> Result<Split, DiffError> {
    let moving: Vec<usize> = (0..changes.len()).filter(|i| changes.get(*i).is_some_and(Change::moves)).collect();
    let mixed = |taken: &dyn Fn(usize) -> bool| -> Plan {
        let swaps = changes.iter().enumerate().map(|(index, change)| (&change.swap, taken(index)));
        mixer.mix(&swaps.collect::<Vec<_>>())
    };
    let (before, after) = (mixed(&|_| false), mixed(&|_| true));
    let drawing = Drawing::of(mixer, &before, &after)?;
    let old = reckon(&before)?;
    let alike = moving.is_empty() && drawing.as_ref().is_none_or(Drawing::is_own);
    let new = if alike { old.clone() } else { reckon(&after)? };
    // A year that a side does not have is not drawn on the way either.
    let drawing = drawing.filter(|_| old.year.is_ok() && new.year.is_ok());
    let (first, last) = match &drawing {
        Some(drawing) => (drawing.end(&old, &before)?, drawing.end(&new, &after)?),
        None => (old.clone(), new.clone()),
    };
    let at = |taken: &dyn Fn(usize) -> bool| -> Result<Reckoned, DiffError> {
        let plan = mixed(taken);
        // Where neither side is tied, no plan between them is.
        let year = match &drawing {
            Some(drawing) => drawing.year(&plan)?,
            None => exact(&plan)?,
        };
        Ok(reckon_with(&plan, year)?)
    };
    // On the way from the old to the new plan, the first `n` changes of an order are taken over.
    let way = |order: &[usize]| -> Result<Vec<Reckoned>, DiffError> {
        let mut way = vec![first.clone()];
        for n in 1..order.len() {
            let taken = order.get(..n).unwrap_or_default();
            way.push(at(&|index| taken.contains(&index))?);
        }
        way.push(last.clone());
        Ok(way)
    };
    let back: Vec<usize> = moving.iter().rev().copied().collect();
    let forward = way(&moving)?;
    let backward = if moving.len() > 1 { way(&back)? } else { forward.clone() };
    let figures = figures(&old, &new);
    let half = Decimal::new(5, 1);
    let mut effects: Vec<Vec<Option<Decimal>>> = vec![vec![None; figures.len()]; changes.len()];
    // What the sides differ by besides.
    let mut besides: Vec<Option<Decimal>> = vec![None; figures.len()];
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
        if let (Some(whole), Some(start), Some(end), Some(left)) =
            (figure.difference(), there.first(), there.last(), besides.get_mut(f))
        {
            let steps = end.checked_sub(*start).ok_or(MoneyError::Overflow)?;
            *left = Some(whole.amount().checked_sub(steps).ok_or(MoneyError::Overflow)?.normalize());
        }
    }
    let more = drawing.as_ref().and_then(|drawing| drawing.change((&old, &before), (&new, &after)));
    for (change, effects) in changes.iter_mut().zip(effects) {
        change.effects = effects;
    }
    changes.extend(more.map(|change| Change { effects: besides, ..change }));
    let why = |side: &Reckoned| side.year.as_ref().err().cloned();
    let same = drawing.as_ref().is_none_or(Drawing::is_own);
    Ok(Split { year_why: why(&new).or_else(|| why(&old)), drawn: Drawn::of(&old, &new, same)?, figures })
}
