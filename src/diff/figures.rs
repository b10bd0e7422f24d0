//! The figures that a comparison sets side by side.

use rust_decimal::Decimal;

use crate::assessment::brief::{Draws, Ends, MeanAndP95, brief, intervals};
use crate::assessment::{prepare, standing_year};
use crate::input::saved::{SavedDraws, SavedRun};
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::scenario::scenario;
use crate::rating::border::EXPECTED_PLACES;
use crate::words::money::Money;

/// What a figure is of.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureOf {
    /// Mean spend of a year.
    YearMean,
    /// What 95 of 100 years do not pass.
    YearP95,
    /// What the trunks behind the first cost in a year without any outage.
    Standing,
    /// What one outage costs.
    Scenario {
        /// The cause's name.
        cause: String,
        /// Length [s].
        length: f64,
    },
}

/// A figure on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is of.
    pub of: FigureOf,
    /// What it was; nothing where that side has no such figure.
    pub old: Option<Money>,
    /// What it is.
    pub new: Option<Money>,
    /// Whether each is a least amount, because calls have no price.
    pub least: (bool, bool),
}

impl Figure {
    /// The new one less the old one; nothing where one of them is missing.
    #[must_use]
    pub fn difference(&self) -> Option<Money> {
        self.new?.checked_sub(self.old?).ok()
    }
}

/// The figures of one plan.
#[derive(Debug, Clone)]
pub(super) struct Reckoned {
    /// Cause, length [s], spend, and whether it is a least amount.
    pub scenarios: Vec<(String, f64, Money, bool)>,
    /// Mean and 95 % quantile of the year, or why there is none.
    pub year: MeanAndP95,
    /// How the year was drawn; nothing where it is of the exact law.
    pub drawn: Option<Draws>,
    /// What the trunks behind the first cost in a year without any outage.
    pub standing: Option<Money>,
}

/// Reckons a plan through, as far as its figures go: the year as every run has it.
///
/// # Errors
/// Where a formula has no answer.
pub(super) fn reckon(plan: &Plan) -> Result<Reckoned, OutageError> {
    let (year, drawn) = match brief(plan)? {
        Ok(year) => (Ok((year.mean, year.p95)), year.drawn),
        Err(reason) => (Err(reason), None),
    };
    Ok(Reckoned { drawn, ..reckon_with(plan, year)? })
}

/// The same with a year that is known.
///
/// # Errors
/// Where a formula has no answer.
pub(super) fn reckon_with(plan: &Plan, year: MeanAndP95) -> Result<Reckoned, OutageError> {
    let engine = prepare(plan)?;
    let mut scenarios = Vec::new();
    for (index, cause) in plan.causes.iter().enumerate() {
        for length in &plan.scenario.durations {
            let known = scenario(&engine, index, *length)?;
            scenarios.push((cause.name.clone(), *length, known.spend, known.incomplete));
        }
    }
    let standing = standing_year(&engine)?;
    // As many places as expected amounts have, so that differences and their halves are exact.
    let standing = Money::new(standing.amount().round_dp(EXPECTED_PLACES), standing.currency());
    Ok(Reckoned { scenarios, year, drawn: None, standing: Some(standing) })
}

/// Years of which some are drawn: how, and how sure their differences are.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// How the old one was drawn; nothing where it is of the exact law, or there is none.
    pub old: Option<Draws>,
    /// How the new one was.
    pub new: Option<Draws>,
    /// The interval of the difference of the means; nothing where a side has no year.
    pub mean: Ends,
    /// The same of P95.
    pub p95: Ends,
    /// Whether the same outages strike both sides: not where a cause stands elsewhere among the others, by which it is drawn.
    pub same: bool,
}

impl Drawn {
    /// Nothing where both years are of the exact law.
    ///
    /// # Errors
    /// Where an amount has too many digits.
    pub(super) fn of(old: &Reckoned, new: &Reckoned, same: bool) -> Result<Option<Self>, OutageError> {
        if old.drawn.is_none() && new.drawn.is_none() {
            return Ok(None);
        }
        let none = [None, None];
        let (mean, p95) = match (&old.year, &new.year) {
            (Ok(before), Ok(after)) => intervals((*before, old.drawn.as_ref()), (*after, new.drawn.as_ref()))?,
            _ => (none, none),
        };
        let told = |side: &Reckoned| side.drawn.clone().map(|draws| Draws { totals: None, ..draws });
        Ok(Some(Self { old: told(old), new: told(new), mean, p95, same }))
    }

    /// The interval of a figure's difference; nothing where it is not drawn.
    #[must_use]
    pub fn difference(&self, of: &FigureOf) -> Option<Ends> {
        match of {
            FigureOf::YearMean => Some(self.mean),
            FigureOf::YearP95 => Some(self.p95),
            FigureOf::Standing | FigureOf::Scenario { .. } => None,
        }
    }
}

impl Reckoned {
    pub(super) fn of(run: &SavedRun) -> Self {
        let drawn = run.drawn.clone().map(|drawn| Draws {
            years: drawn.years,
            seed: drawn.seed,
            why: vec![drawn.why],
            mean: drawn.mean,
            p95: drawn.p95,
            totals: None,
        });
        Self {
            scenarios: run.scenarios.clone(),
            year: run.year.ok_or_else(|| "the saved run has no year".to_owned()),
            drawn,
            standing: run.standing,
        }
    }

    pub(super) fn saved(self, plan: &Plan) -> SavedRun {
        let drawn = self.drawn.map(|drawn| {
            Box::new(SavedDraws {
                years: drawn.years,
                seed: drawn.seed,
                why: drawn.why.join("; "),
                mean: drawn.mean,
                p95: drawn.p95,
            })
        });
        SavedRun {
            as_of: plan.as_of,
            currency: plan.currency,
            scenarios: self.scenarios,
            year: self.year.ok(),
            drawn,
            standing: self.standing,
        }
    }

    fn incomplete(&self) -> bool {
        self.scenarios.iter().any(|(_, _, _, least)| *least)
    }

    fn scenario(&self, cause: &str, length: f64) -> Option<(Money, bool)> {
        let found = self.scenarios.iter().find(|(name, known, ..)| name == cause && *known == length);
        found.map(|(_, _, spend, least)| (*spend, *least))
    }

    /// The amount of a figure.
    pub(super) fn amount(&self, of: &FigureOf) -> Option<Decimal> {
        let money = match of {
            FigureOf::YearMean => self.year.as_ref().ok().map(|(mean, _)| *mean),
            FigureOf::YearP95 => self.year.as_ref().ok().map(|(_, p95)| *p95),
            FigureOf::Standing => self.standing,
            FigureOf::Scenario { cause, length } => self.scenario(cause, *length).map(|(spend, _)| spend),
        };
        money.map(|money| money.amount())
    }
}

/// The figures of both sides, in the order in which reports list them.
pub(super) fn figures(old: &Reckoned, new: &Reckoned) -> Vec<Figure> {
    let least = (old.incomplete(), new.incomplete());
    let year = |of, pick: fn(&(Money, Money)) -> Money| Figure {
        of,
        old: old.year.as_ref().ok().map(pick),
        new: new.year.as_ref().ok().map(pick),
        least,
    };
    let mut figures = Vec::new();
    if old.year.is_ok() || new.year.is_ok() {
        figures.push(year(FigureOf::YearMean, |(mean, _)| *mean));
        figures.push(year(FigureOf::YearP95, |(_, p95)| *p95));
    }
    if old.standing.is_some() || new.standing.is_some() {
        figures.push(Figure { of: FigureOf::Standing, old: old.standing, new: new.standing, least: (false, false) });
    }
    let mut known: Vec<(&str, f64)> = Vec::new();
    // The new side's order first; causes that are gone come last.
    for (cause, length, ..) in new.scenarios.iter().chain(&old.scenarios) {
        if !known.contains(&(cause.as_str(), *length)) {
            known.push((cause, *length));
        }
    }
    for (cause, length) in known {
        let (before, after) = (old.scenario(cause, length), new.scenario(cause, length));
        figures.push(Figure {
            of: FigureOf::Scenario { cause: cause.to_owned(), length },
            old: before.map(|(spend, _)| spend),
            new: after.map(|(spend, _)| spend),
            least: (before.is_some_and(|(_, least)| least), after.is_some_and(|(_, least)| least)),
        });
    }
    figures
}
