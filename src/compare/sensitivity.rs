//! What moves a bad year: every input between a low and a high value, one at a time, exactly.

use crate::assessment::simulated::by_itself;
use crate::assessment::year::{Causes, causes};
use crate::model::plan::Plan;
use crate::model::vary::{Change, INCREMENTS, Input, Kind, inputs};
use crate::outage::OutageError;
use crate::rating::border::{expected_money, weight};
use crate::words::duration::human;
use crate::words::figure::{count, percent, significant};
use crate::words::money::Money;
use crate::year::YearError;
use crate::year::counts::Count;
use crate::year::exact::{Asked, Known, Part, read};

/// The share of years of the bad one.
const BAD: f64 = 0.95;

/// What a year comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Spend that 95 of 100 years do not pass.
    pub p95: Money,
    /// Chance to pass the year's budget; nothing where the plan gives none.
    pub over_year: Option<f64>,
}

/// An input at one of its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The value, as people read it.
    pub value: String,
    /// What the year comes to then.
    pub outcome: Outcome,
}

/// What one input does.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The input's key.
    pub key: String,
    /// What the plan says, as people read it.
    pub value: String,
    /// Whether the plan states the range; else it is the usual one.
    pub stated: bool,
    /// At its low value.
    pub low: End,
    /// At its high value.
    pub high: End,
    /// The largest P95 of the three, less the smallest.
    pub swing: Money,
}

/// What every input does.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// The plan as it is.
    pub base: Outcome,
    /// The inputs that move P95 or the chance over budget, the largest swing first.
    pub effects: Vec<Effect>,
    /// The keys of those that move neither.
    pub still: Vec<String>,
    /// What ties outages together, which these figures leave out: they are of the exact law.
    pub tied: Vec<String>,
}

impl Sensitivity {
    /// How these figures differ from those of the year, in words; nothing where they do not.
    #[must_use]
    pub fn untied(&self) -> Option<String> {
        let why = self.tied.join("; ");
        let left_out =
            format!("Every outage is taken for itself here, although {why}: P95 is not that of the simulated year.");
        (!self.tied.is_empty()).then_some(left_out)
    }
}

/// A value as people read it.
#[must_use]
pub fn shown(kind: Kind, value: f64) -> String {
    match kind {
        Kind::Whole => count(value),
        Kind::Number => significant(value, 4).trim_end_matches('0').trim_end_matches('.').to_owned(),
        Kind::Share => percent(value),
        Kind::Seconds => human(value),
        Kind::Factor => format!("× {}", count(value)),
        Kind::Increment => {
            INCREMENTS.get(value as usize).map_or_else(String::new, |(initial, further)| format!("{initial}/{further}"))
        }
        Kind::Switch => if value > 0.5 { "yes" } else { "no" }.to_owned(),
    }
}

/// Varies every input of a plan between its stated low and high values, else 20 % less and more, or one step.
///
/// # Errors
/// Why there is no year to vary: in words; or what cannot be reckoned.
pub fn sensitivity(plan: &Plan) -> Result<Result<Sensitivity, String>, OutageError> {
    let known = match causes(plan)? {
        Ok(causes) => causes,
        Err(reason) => return Ok(Err(reason)),
    };
    let base = match outcome(plan, &known.parts(1.0)) {
        Ok(outcome) => outcome,
        Err(YearError::Outage(error)) => return Err(error),
        Err(other) => return Ok(Err(other.to_string())),
    };
    let all = inputs(plan);
    let work: Vec<(&Input, [f64; 2], bool)> = all
        .iter()
        .map(|input| {
            let stated = plan.sensitivity.iter().find(|stated| stated.key == input.key);
            let (low, high) = stated.map_or_else(|| input.usual(), |stated| (stated.low, stated.high));
            (input, [input.nearest(plan, low), input.nearest(plan, high)], stated.is_some())
        })
        .collect();
    // A few threads take the inputs in turn; each input is reckoned by itself, so their number changes no digit.
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(work.len().max(1));
    let mut effects: Vec<Option<Result<Effect, YearError>>> = vec![None; work.len()];
    std::thread::scope(|scope| {
        let (work, known, base) = (&work, &known, &base);
        let running: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    let own = work.iter().enumerate().skip(first).step_by(threads);
                    own.map(|(i, (input, ends, stated))| (i, effect(plan, known, base, input, *ends, *stated)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for thread in running {
            for (i, effect) in thread.join().unwrap_or_default() {
                if let Some(slot) = effects.get_mut(i) {
                    *slot = Some(effect);
                }
            }
        }
    });
    let mut moving = Vec::new();
    let mut still = Vec::new();
    for (slot, (input, ends, stated)) in effects.into_iter().zip(&work) {
        // What a thread left undone is done here.
        match slot.unwrap_or_else(|| effect(plan, &known, &base, input, *ends, *stated)) {
            Ok(effect) if moves(&effect, &base) => moving.push(effect),
            Ok(effect) => still.push(effect.key),
            Err(YearError::Outage(error)) => return Err(error),
            Err(other) => return Ok(Err(format!("{}: {other}", input.key))),
        }
    }
    moving.sort_by(|a, b| b.swing.amount().cmp(&a.swing.amount()).then_with(|| a.key.cmp(&b.key)));
    Ok(Ok(Sensitivity { base, effects: moving, still, tied: by_itself(plan)? }))
}

/// The year's figures are good to five digits: less is no movement.
fn moves(effect: &Effect, base: &Outcome) -> bool {
    const STILL: f64 = 2e-5;
    let chance = |end: &End| (end.outcome.over_year.unwrap_or(0.0) - base.over_year.unwrap_or(0.0)).abs();
    weight(effect.swing.amount()) > STILL * weight(base.p95.amount()).max(1e-9)
        || chance(&effect.low).max(chance(&effect.high)) > STILL
}

fn effect(
    plan: &Plan,
    known: &Causes,
    base: &Outcome,
    input: &Input,
    [low, high]: [f64; 2],
    stated: bool,
) -> Result<Effect, YearError> {
    let end = |value: f64| {
        let outcome = if value == input.value { Ok(*base) } else { varied(plan, known, input, value) };
        Ok::<_, YearError>(End { value: shown(input.kind, value), outcome: outcome? })
    };
    let (low, high) = (end(low)?, end(high)?);
    let amounts = [base.p95.amount(), low.outcome.p95.amount(), high.outcome.p95.amount()];
    let most = amounts.iter().max().copied().unwrap_or_default();
    let least = amounts.iter().min().copied().unwrap_or_default();
    let swing = Money::new(most - least, plan.currency);
    Ok(Effect { key: input.key.clone(), value: shown(input.kind, input.value), stated, low, high, swing })
}

/// The year with one input changed. Only what the input touches is reckoned again.
fn varied(plan: &Plan, known: &Causes, input: &Input, value: f64) -> Result<Outcome, YearError> {
    let Some(mut changed) = input.set(plan, value) else {
        return outcome(plan, &known.parts(1.0));
    };
    match input.change {
        Change::PerYear(cause) | Change::Incidents(cause) => {
            let parts = known.all.iter().map(|(index, count, severity)| {
                let frequency =
                    changed.causes.get(*index).and_then(|cause| cause.frequency).filter(|_| *index == cause);
                Part { count: frequency.map_or(*count, |frequency| Count::of(frequency, 1.0)), severity }
            });
            outcome(plan, &parts.collect::<Vec<_>>())
        }
        Change::Lengths(cause) | Change::Longest(cause) | Change::Hits(cause) => {
            changed.causes = changed.causes.get(cause).cloned().into_iter().collect();
            match causes(&changed)? {
                Ok(own) => {
                    let parts = known.all.iter().map(|(index, count, severity)| {
                        let own = own.all.first().filter(|_| *index == cause);
                        Part { count: *count, severity: own.map_or(severity, |(_, _, severity)| severity) }
                    });
                    outcome(plan, &parts.collect::<Vec<_>>())
                }
                Err(reason) => Err(YearError::NoMean { cause: reason }),
            }
        }
        _ => match causes(&changed)? {
            Ok(all) => outcome(&changed, &all.parts(1.0)),
            Err(reason) => Err(YearError::NoMean { cause: reason }),
        },
    }
}

fn outcome(plan: &Plan, parts: &[Part<'_>]) -> Result<Outcome, YearError> {
    let budget = plan.budget.year.map(|budget| weight(budget.amount()));
    let asked = Asked { quantiles: vec![BAD], amounts: budget.into_iter().collect() };
    let read = read(parts, &asked, &Known::default())?;
    let p95 = read.quantiles.first().map_or(0.0, |quantile| quantile.amount);
    Ok(Outcome {
        p95: expected_money(p95, plan.currency).map_err(OutageError::from)?,
        over_year: budget.and(read.exceeds.first().copied()),
    })
}
