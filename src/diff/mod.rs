//! What a change does to the money: two plans, both reckoned through by one run.
//!
//! Both sides are reckoned as of one day, the later of the two, and for the same outage lengths, those of either side.
//! What differs between them is a list of [`Change`]s, each of one [`Part`]. The difference of every figure is split over
//! the changes by *ordered attribution*: the changes are taken over one after another, from the old plan to the new one,
//! and each is charged with what the figure moves by at its step ([`attribution`]). That is done in the order of
//! [`Part::ALL`] and once more in the reverse order, and the two are averaged. In each order the steps lead from the old
//! figure to the new one, so the effects sum to the difference, to the last digit; and as the way back takes the same
//! steps in the other order, swapping the two sides negates every effect exactly.
//!
//! Where outages are tied together the year is drawn, as every run of such a plan draws it; on every plan between the two
//! the same outages are drawn, so a change that does nothing adds nothing (`drawing`).
//!
//! Budgets, limits of the policy, levels and waivers move no spend: their changes have no effect on the figures, and say
//! instead whether they loosen the gate.

pub mod attribution;
mod drawing;
pub mod figures;
mod mix;
pub mod rows;
pub mod tables;
mod terms;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::input::saved::SavedRun;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::words::diagnostic::{Sources, Span};
use crate::words::level::Level;
use crate::words::money::{Currency, Money};

use figures::{Drawn, Figure, FigureOf, Reckoned};
use mix::Swap;
use tables::TableChange;

/// What a change is a change of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Prices, and which prefixes have one from when to when.
    Rates,
    /// Billing increments.
    Increments,
    /// Whatever carriers charge besides minutes, and rounding.
    Fees,
    /// Channels, calls per second, caps.
    Limits,
    /// The trunks, their order, and the PBX.
    Routing,
    /// Campaigns, shifts, destinations and the time zone.
    Floor,
    /// Causes of outages, and when they begin.
    Causes,
    /// Budgets, limits of the policy and levels of rules.
    Policy,
    /// Waivers.
    Waivers,
    /// Exchange rates.
    ExchangeRates,
    /// How the year is had, where the sides differ in that: no change of the plan, but law and chance.
    Draws,
}

impl Part {
    /// Every part with its name, in the order in which they are taken over; the last of them is what is left.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Rates, "rates"),
        (Self::Increments, "increments"),
        (Self::Fees, "fees"),
        (Self::Limits, "limits"),
        (Self::Routing, "routing"),
        (Self::Floor, "floor"),
        (Self::Causes, "causes"),
        (Self::Policy, "policy"),
        (Self::Waivers, "waivers"),
        (Self::ExchangeRates, "exchange rates"),
        (Self::Draws, "draws"),
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, name)| name)
    }
}

/// One value that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its key; empty where the change is about one value alone.
    pub key: String,
    /// What it was; nothing where it was not there.
    pub old: Option<String>,
    /// What it is; nothing where it is not there.
    pub new: Option<String>,
    /// Where it stood.
    pub old_at: Option<Span>,
    /// Where it stands.
    pub new_at: Option<Span>,
    /// Whether the gate lets more pass by it.
    pub loosens: bool,
}

/// One change: what is taken over in one step.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is a change of.
    pub part: Part,
    /// What has changed: `rate 1907 of rates/example-voice.toml`.
    pub what: String,
    /// The values; at least one.
    pub values: Vec<Value>,
    /// What it adds to each figure of the comparison, by their order, in the comparison's currency; nothing where the
    /// figure has no difference.
    pub effects: Vec<Option<Decimal>>,
    swap: Swap,
}

/// Two plans set against each other.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The day as of which both are reckoned.
    pub as_of: NaiveDate,
    /// The days that the two name themselves.
    pub days: (NaiveDate, NaiveDate),
    /// The currency of every amount.
    pub currency: Currency,
    /// The figures on both sides; empty where nothing has changed.
    pub figures: Vec<Figure>,
    /// The figure whose difference is shared out in reports, by its place in `figures`.
    pub headline: Option<usize>,
    /// The changes, the largest effect on that figure first.
    pub changes: Vec<Change>,
    /// What happened to the rate tables, by trunk.
    pub tables: Vec<TableChange>,
    /// Why the year has no figures on one of the sides.
    pub year_why: Option<String>,
    /// How years were drawn; nothing where they are of the exact law.
    pub drawn: Option<Drawn>,
    /// Whether a side is a saved run, of which the figures alone are known.
    pub figures_only: bool,
}

/// Why two sides cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DiffError {
    /// Totals in two currencies.
    #[error("the plans are in {0} and in {1}: their totals cannot be compared")]
    Currencies(Currency, Currency),
    /// A side cannot be reckoned through.
    #[error(transparent)]
    Outage(#[from] OutageError),
    /// A saved run and a plan that have no figure in common.
    #[error("the two sides have no figure in common: no cause and outage length is in both, and no year")]
    NothingInCommon,
}

impl From<crate::words::money::MoneyError> for DiffError {
    fn from(error: crate::words::money::MoneyError) -> Self {
        Self::Outage(error.into())
    }
}

impl Comparison {
    /// Whether the two sides are alike in everything that is reckoned or judged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.figures.iter().all(|figure| figure.old == figure.new)
    }

    /// What the changes of a part add to a figure.
    #[must_use]
    pub fn of_part(&self, part: Part, figure: usize) -> Option<Decimal> {
        let effects = self.changes.iter().filter(|change| change.part == part);
        effects.map(|change| change.effects.get(figure).copied().flatten()).sum()
    }

    /// The parts that changed, in their order.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let has = |part: &Part| self.changes.iter().any(|change| change.part == *part);
        Part::ALL.iter().map(|(part, _)| *part).filter(has).collect()
    }

    /// What a change adds to the figure whose difference is shared out, and its share of the difference; no share where
    /// there is no difference.
    #[must_use]
    pub fn effect(&self, change: &Change) -> Option<(Decimal, Option<f64>)> {
        let index = self.headline?;
        let effect = change.effects.get(index).copied().flatten()?;
        let total = self.figures.get(index)?.difference()?.amount();
        let weight = crate::rating::border::weight;
        Some((effect, (!total.is_zero()).then(|| weight(effect) / weight(total))))
    }
}

/// Sets two plans against each other. `sources` hold the texts of both; `levels` are the rules' own levels.
///
/// # Errors
/// Where a side cannot be reckoned through, or their totals cannot be compared.
pub fn compare(
    before: &Plan,
    after: &Plan,
    sources: &Sources,
    levels: &[(&'static str, Level)],
) -> Result<Comparison, DiffError> {
    if before.currency != after.currency {
        return Err(DiffError::Currencies(before.currency, after.currency));
    }
    let mixer = mix::Mixer::new(before, after);
    let mut changes = terms::changes(before, after, &mixer, sources, levels);
    let mut comparison = Comparison {
        as_of: mixer.as_of(),
        days: (before.as_of, after.as_of),
        currency: after.currency,
        figures: Vec::new(),
        headline: None,
        changes: Vec::new(),
        tables: mixer.tables().to_vec(),
        year_why: None,
        drawn: None,
        figures_only: false,
    };
    if !changes.is_empty() {
        let split = attribution::attribute(&mixer, &mut changes)?;
        comparison.year_why = split.year_why;
        comparison.drawn = split.drawn;
        comparison.headline = headline(&split.figures);
        comparison.figures = split.figures;
    }
    let weight = |change: &Change| comparison.effect(change).map_or(Decimal::ZERO, |(effect, _)| effect.abs());
    let mut order: Vec<(Decimal, Change)> = changes.into_iter().map(|change| (weight(&change), change)).collect();
    order.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.part.cmp(&other.part)));
    comparison.changes = order.into_iter().map(|(_, change)| change).collect();
    Ok(comparison)
}

/// The figures of a plan, or those that a saved run has.
///
/// # Errors
/// Where the plan cannot be reckoned through.
pub fn known(plan: &Plan) -> Result<SavedRun, DiffError> {
    Ok(figures::reckon(plan)?.saved(plan))
}

/// Sets the figures of two runs against each other, one of which at least is known by its figures alone.
///
/// # Errors
/// Where they are in two currencies, or have nothing in common.
pub fn compare_figures(old: &SavedRun, new: &SavedRun) -> Result<Comparison, DiffError> {
    if old.currency != new.currency {
        return Err(DiffError::Currencies(old.currency, new.currency));
    }
    let (before, after) = (Reckoned::of(old), Reckoned::of(new));
    let figures = figures::figures(&before, &after);
    let headline = headline(&figures).ok_or(DiffError::NothingInCommon)?;
    let drawn = Drawn::of(&before, &after, true)?;
    Ok(Comparison {
        as_of: old.as_of.max(new.as_of),
        days: (old.as_of, new.as_of),
        currency: old.currency,
        figures,
        headline: Some(headline),
        changes: Vec::new(),
        tables: Vec::new(),
        year_why: None,
        drawn,
        figures_only: true,
    })
}

/// The figure whose difference is shared out: the mean of the year; without a year the dearest outage of both sides.
fn headline(figures: &[Figure]) -> Option<usize> {
    let has = |figure: &Figure| figure.difference().is_some();
    let year = figures.iter().position(|figure| figure.of == FigureOf::YearMean && has(figure));
    let size = |figure: &Figure| -> Decimal {
        [figure.old, figure.new].into_iter().flatten().map(|money| money.amount()).max().unwrap_or_default()
    };
    year.or_else(|| {
        let scenarios = figures
            .iter()
            .enumerate()
            .filter(|(_, figure)| matches!(figure.of, FigureOf::Scenario { .. }) && has(figure));
        // Of equal ones the first.
        scenarios.rev().max_by_key(|(_, figure)| size(figure)).map(|(index, _)| index)
    })
}

/// An amount in a comparison's currency.
#[must_use]
pub fn money(comparison: &Comparison, amount: Decimal) -> Money {
    Money::new(amount, comparison.currency)
}
