//! Years that are drawn alike on every plan between two: the same outages strike all of them.
//!
//! Where outages are tied together on a side, its year is drawn, and so is that of every plan on the way to the other
//! side: whether it is tied or not, with the same seed, and with one number for each cause to draw it under, wherever it
//! stands in a plan. A step that changes nothing then changes no digit. What the two ends themselves differ by besides
//! (one is of the exact law, or its causes are drawn under other numbers) is no step's: it is a part of its own.

use std::collections::BTreeSet;

use super::figures::Reckoned;
use super::mix::{Mixer, Swap};
use super::{Change, Part, Value};
use crate::assessment::brief::{Alike, Draws, MeanAndP95};
use crate::assessment::simulated::by_itself;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::words::figure::count;

/// How plans between two are drawn.
pub(super) struct Drawing {
    /// Names of a cause on the two sides, and the number it is drawn under.
    causes: Vec<([Option<String>; 2], usize)>,
    /// Whether these are the numbers under which each side by itself is drawn.
    own: bool,
    alike: Alike,
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.causes.iter().map(|cause| cause.name.as_str()).collect()
}

impl Drawing {
    /// Nothing where outages are tied together on neither side.
    pub(super) fn of(mixer: &Mixer<'_>, old: &Plan, new: &Plan) -> Result<Option<Self>, OutageError> {
        if by_itself(old)?.is_empty() && by_itself(new)?.is_empty() {
            return Ok(None);
        }
        // The place that a cause has on both sides, or on the only one that has it.
        let place = |(old, new): &(Option<usize>, Option<usize>)| match (old, new) {
            (Some(old), Some(new)) if old != new => None,
            (old, new) => old.or(*new),
        };
        let places: Option<Vec<usize>> = mixer.causes.iter().map(place).collect();
        let places = places.filter(|places| places.iter().collect::<BTreeSet<_>>().len() == places.len());
        let own = places.is_some();
        // Else by name, which is the same whichever side is called old.
        let numbers = places.unwrap_or_else(|| (0..mixer.causes.len()).collect());
        let name = |plan: &Plan, at: Option<usize>| at.and_then(|at| plan.causes.get(at)).map(|c| c.name.clone());
        let causes = mixer.causes.iter().zip(numbers);
        let causes = causes.map(|(twin, number)| ([name(old, twin.0), name(new, twin.1)], number)).collect();
        Ok(Some(Self { causes, own, alike: Alike::default() }))
    }

    /// Whether each side is drawn as it is by itself.
    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    fn numbers(&self, plan: &Plan) -> Vec<usize> {
        let number = |name: &str| {
            let own = |known: &Option<String>| known.as_deref() == Some(name);
            self.causes.iter().find(|(names, _)| names.iter().any(own)).map_or(usize::MAX, |(_, number)| *number)
        };
        names(plan).into_iter().map(number).collect()
    }

    /// Mean and P95 of plans between the two, or why there are none.
    pub(super) fn years(&self, plans: &[&Plan]) -> Result<Vec<MeanAndP95>, OutageError> {
        let plans: Vec<(&Plan, Vec<usize>)> = plans.iter().map(|plan| (*plan, self.numbers(plan))).collect();
        self.alike.mean_and_p95(&plans)
    }

    /// Takes over the year of a side that is drawn as the plans between the two are.
    pub(super) fn learn(&self, side: &Reckoned, plan: &Plan) -> Result<(), OutageError> {
        match &side.year {
            Ok(year) if self.own && side.drawn.is_some() => self.alike.learn(plan, &self.numbers(plan), *year),
            _ => Ok(()),
        }
    }

    /// What the two sides differ by besides their plans, as a change without its effects; nothing where that is nothing.
    pub(super) fn change(&self, (old, before): (&Reckoned, &Plan), (new, after): (&Reckoned, &Plan)) -> Option<Change> {
        let value = |key: &str, old: String, new: String| Value {
            key: key.to_owned(),
            old: Some(old),
            new: Some(new),
            old_at: None,
            new_at: None,
            loosens: false,
        };
        let mut values = Vec::new();
        if old.drawn.is_some() != new.drawn.is_some() {
            values.push(value("", law(old.drawn.as_ref()), law(new.drawn.as_ref())));
        }
        if !self.own {
            values.push(value("order of the causes", names(before).join(", "), names(after).join(", ")));
        }
        let what = "how the year is had".to_owned();
        (!values.is_empty()).then(|| Change {
            part: Part::Draws,
            what,
            values,
            effects: Vec::new(),
            swap: Swap::Nothing,
        })
    }
}

/// By which law a year is had.
fn law(draws: Option<&Draws>) -> String {
    draws.map_or_else(
        || "the exact law".to_owned(),
        |draws| format!("{} years drawn with seed {}", count(draws.years as f64), draws.seed),
    )
}
