//! Every number that any report shows, reckoned once.

pub mod capacity;
pub mod map;
pub mod trace;
pub mod year;

use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::scenario::{Scenario, scenario};
use crate::rating::border::weight;
use crate::rating::monthly::standing_month;
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
    /// What the trunks cost in a month without any outage, by position; nothing for seats, which the plan pays anyway.
    pub standing: Vec<Money>,
    /// What the failovers of a year cost, or why nobody can tell.
    pub year: Result<year::Year, String>,
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
    let mut assessment =
        Assessment { engine, capacity, scenarios, standing, year: Err("it is not reckoned here".to_owned()) };
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
    let mut dearest: Option<&Scenario> = None;
    for scenario in &assessment.scenarios {
        if dearest.is_none_or(|known| scenario.spend.amount() > known.spend.amount()) {
            dearest = Some(scenario);
        }
    }
    let Some(dearest) = dearest else { return Ok(Vec::new()) };
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

fn standing(engine: &Engine<'_>) -> Result<Vec<Money>, OutageError> {
    let plan = engine.plan;
    plan.trunks
        .iter()
        .map(|trunk| {
            let Some(table) = plan.table(trunk) else { return Ok(Money::zero(plan.currency)) };
            let channels = trunk.channel_limit(table, plan.licensed_seats()).at();
            let month = Money::new(standing_month(&table.fees, channels)?, table.currency);
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
