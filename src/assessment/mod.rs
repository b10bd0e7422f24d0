//! Every number that any report shows, reckoned once.

pub mod brief;
pub mod calls;
pub mod capacity;
pub mod map;
pub mod power;
pub mod range;
pub mod replay;
pub mod simulated;
pub mod trace;
pub mod verification;
pub mod year;

use crate::model::plan::Plan;
use crate::model::trunk::Trunk;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::scenario::{Scenario, scenario};
use crate::rating::border::weight;
use crate::rating::monthly::{charges_unknown_channels, seats_month, standing_month};
use crate::words::money::{Currency, Money};

use capacity::Capacity;

/// A plan reckoned through.
pub struct Assessment<'a> {
    /// The engine, with its caches.
    pub engine: Engine<'a>,
    /// Who can carry what.
    pub capacity: Capacity,
    /// By cause and length, in the order of the plan.
    pub scenarios: Vec<Scenario>,
    /// What the trunks cost in a month without any outage, by position, the seats of a flat rate included: the least
    /// that it can be where [`Assessment::standing_unknown`] says so.
    pub standing: Vec<Money>,
    /// What the failovers of a year cost, or why nobody can tell.
    pub year: Result<year::Year, String>,
    /// Past outages put through the plan; nothing where nobody asked for it or there are none.
    pub replay: Option<replay::Replay>,
}

/// Reckons a plan through: capacity, and every scenario.
///
/// # Errors
/// Where a formula has no answer for the plan.
pub fn assess(plan: &Plan) -> Result<Assessment<'_>, OutageError> {
    let engine = prepare(plan)?;
    let capacity = capacity::capacity(&engine)?;
    let mut scenarios = Vec::new();
    for cause in 0..plan.causes.len() {
        for length in &plan.scenario.durations {
            scenarios.push(scenario(&engine, cause, *length)?);
        }
    }
    let standing = standing(&engine)?;
    let mut assessment = Assessment {
        engine,
        capacity,
        scenarios,
        standing,
        year: Err("it is not reckoned here".to_owned()),
        replay: None,
    };
    assessment.year = year::year(&assessment)?;
    Ok(assessment)
}

/// Only the engine, for commands that look at a part.
///
/// # Errors
/// Where the calendar cannot be built.
pub fn prepare(plan: &Plan) -> Result<Engine<'_>, OutageError> {
    let longest = plan.scenario.durations.iter().copied().fold(0.0, f64::max);
    // Failback lasts a qualify cycle at most.
    let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
    Engine::new(plan, longest + failback)
}

/// Points of the curve of spend against outage length of the dearest cause, each at its worst start: length [s] and
/// spend in the plan's currency.
///
/// # Errors
/// Where a scenario cannot be reckoned.
pub fn spend_curve(assessment: &Assessment<'_>) -> Result<Vec<(f64, f64)>, OutageError> {
    /// Enough points for a chart of a hundred columns.
    const POINTS: u32 = 48;
    let Some(dearest) = dearest(assessment) else { return Ok(Vec::new()) };
    let longest = assessment.plan().scenario.durations.iter().copied().fold(0.0, f64::max);
    let mut points = vec![(0.0, 0.0)];
    for i in 1..=POINTS {
        // Whole seconds, as lengths are written.
        let length = libm::ceil(longest * f64::from(i) / f64::from(POINTS));
        let spend = scenario(&assessment.engine, dearest.cause, length)?.spend;
        points.push((length, weight(spend.amount())));
    }
    points.dedup_by(|a, b| a.0 == b.0);
    Ok(points)
}

/// When the spend of the dearest cause passes a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// What the budget is for: an incident, a month, a year.
    pub what: &'static str,
    /// The budget.
    pub budget: Money,
    /// The shortest outage that costs more, at its worst start, to the second [s]; nothing where the longest does not.
    pub after: Option<f64>,
}

/// When the curve of [`spend_curve`] passes each budget.
///
/// # Errors
/// Where a scenario cannot be reckoned.
pub fn crossings(assessment: &Assessment<'_>) -> Result<Vec<Crossing>, OutageError> {
    let plan = assessment.plan();
    let Some(dearest) = dearest(assessment) else { return Ok(Vec::new()) };
    let longest = plan.scenario.durations.iter().copied().fold(0.0, f64::max);
    let budgets = [("an incident", plan.budget.incident), ("a month", plan.budget.month), ("a year", plan.budget.year)];
    let mut all = Vec::new();
    for (what, budget) in budgets {
        let Some(budget) = budget else { continue };
        let passes = |length: f64| -> Result<bool, OutageError> {
            Ok(scenario(&assessment.engine, dearest.cause, length)?.spend.exceeds(&budget) == Some(true))
        };
        let mut after = None;
        if longest >= 1.0 && passes(longest)? {
            let (mut low, mut high) = (0.0, longest.ceil());
            while high - low > 1.0 {
                let middle = f64::midpoint(low, high).floor();
                if passes(middle)? {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            after = Some(high);
        }
        all.push(Crossing { what, budget, after });
    }
    Ok(all)
}

/// The scenario that costs most; of equals the first.
fn dearest<'a>(assessment: &'a Assessment<'_>) -> Option<&'a Scenario> {
    assessment.scenarios.iter().fold(None, |best: Option<&Scenario>, scenario| match best {
        Some(known) if scenario.spend.amount() <= known.spend.amount() => Some(known),
        _ => Some(scenario),
    })
}

fn standing(engine: &Engine<'_>) -> Result<Vec<Money>, OutageError> {
    let plan = engine.plan;
    plan.trunks
        .iter()
        .map(|trunk| {
            let Some(table) = plan.table(trunk) else { return Ok(Money::zero(plan.currency)) };
            let channels = trunk.channel_limit(table, plan.licensed_seats()).at();
            let seats = seats_month(table, plan.licensed_seats())?.unwrap_or_default();
            let fees = Money::new(standing_month(&table.fees, channels)?, table.currency);
            let month = fees.checked_add(Money::new(seats, table.currency))?;
            let rate = plan.exchange_rate(table.currency).unwrap_or(rust_decimal::Decimal::ONE);
            Ok(if table.currency == plan.currency { month } else { month.times(rate, plan.currency)? })
        })
        .collect()
}

/// What the trunks behind the first cost in a year without any outage.
///
/// # Errors
/// Where it has too many digits.
pub fn standing_year(engine: &Engine<'_>) -> Result<Money, OutageError> {
    of_year(engine.plan.currency, &standing(engine)?)
}

/// A year of what the trunks behind the first cost in a month.
fn of_year(currency: Currency, months: &[Money]) -> Result<Money, OutageError> {
    let month = Money::sum(currency, months.iter().skip(1).copied())?;
    Ok(month.times(rust_decimal::Decimal::from(12), currency)?)
}

impl Assessment<'_> {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        self.engine.plan
    }

    /// Why a trunk costs more in a month than its standing cost says; nothing where all of it is known.
    #[must_use]
    pub fn standing_unknown(&self, trunk: &Trunk) -> Option<&'static str> {
        let plan = self.plan();
        let table = plan.table(trunk)?;
        let channels = trunk.channel_limit(table, plan.licensed_seats()).at();
        if charges_unknown_channels(&table.fees, channels) {
            return Some("its table charges by the channel, and neither plan nor table states how many there are");
        }
        // Seats of a price too large are an error where the standing cost is reckoned.
        let seats = seats_month(table, plan.licensed_seats()).unwrap_or_default();
        seats.is_none().then_some("its seats are paid by the day, or in several markets")
    }
}

impl Scenario {
    /// Money that a carrier asks for in an hour of the busiest stretch of this scenario, in the plan's currency.
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn burn_per_hour(&self, engine: &Engine<'_>) -> Result<f64, OutageError> {
        let mut most = 0.0_f64;
        for piece in &self.run.pieces {
            most = most.max(self.burn_in(engine, piece.state, piece.regime)?);
        }
        Ok(most)
    }

    /// Money that a carrier asks for in an hour of one state and regime of this scenario, in the plan's currency.
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn burn_in(&self, engine: &Engine<'_>, state: usize, regime: usize) -> Result<f64, OutageError> {
        let plan = engine.plan;
        let burn = engine.burn(state, regime)?;
        let rate: f64 = burn
            .flow
            .trunks
            .iter()
            .zip(&self.trunks)
            .zip(&plan.trunks)
            .map(|((flow, bill), trunk)| {
                let Some(table) = plan.table(trunk) else { return 0.0 };
                let fx = plan.exchange_rate(table.currency).map_or(1.0, weight);
                // The surcharge falls on calls as they come, in proportion.
                let surcharge = if bill.answered > 0.0 {
                    weight(bill.short_call_fees.amount()) * flow.answered / bill.answered
                } else {
                    0.0
                };
                flow.spend() * fx + surcharge
            })
            .sum();
        Ok(rate * 3600.0)
    }
}
