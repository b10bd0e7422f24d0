//! Past outages on the same curve: what each would have cost, against what was billed.

use chrono::{Days, NaiveDate};

use super::power::{Test, test};
use crate::model::incident::Incident;
use crate::model::plan::Plan;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::scenario::{Scenario, scenario_at};
use crate::rating::border::weight;
use crate::words::calendar::Instant;
use crate::words::money::Money;

/// One past outage, reckoned.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Number of the incident in the plan.
    pub incident: usize,
    /// What it would have cost.
    pub predicted: Money,
    /// Whether calls without a rate make that a least amount.
    pub incomplete: bool,
    /// The day whose rates were taken: the incident's own; or `as_of`, where the tables do not reach back to it.
    pub rates_of: NaiveDate,
    /// Whether those are the rates that were in force.
    pub in_force: bool,
    /// Attempts made while it lasted.
    pub attempts: f64,
    /// Attempts carried.
    pub carried: f64,
    /// What was billed.
    pub billed: Option<Money>,
    /// Billed over predicted; nothing where either is nothing, or the predicted is a least amount.
    pub ratio: Option<f64>,
}

/// The incidents of which both amounts are known.
#[derive(Debug, Clone)]
pub struct Compared {
    /// How many.
    pub incidents: usize,
    /// What they would have cost.
    pub predicted: Money,
    /// What was billed for them.
    pub billed: Money,
    /// Billed over predicted; nothing where nothing is predicted.
    pub ratio: Option<f64>,
    /// What the ratios of single incidents tell; nothing for fewer than two.
    pub test: Option<Test>,
}

/// All past outages.
#[derive(Debug, Clone)]
pub struct Replay {
    /// In the order in which they are given.
    pub incidents: Vec<Replayed>,
    /// What all would have cost.
    pub predicted: Money,
    /// Whether that is a least amount.
    pub incomplete: bool,
    /// Predicted against billed; nothing where nothing was billed.
    pub compared: Option<Compared>,
}

/// Puts the plan's incidents through its causes, floor and trunks; nothing where it gives none.
///
/// Each is reckoned on the calendar of its own time. Its calls are priced by the rates in force then, and where the tables
/// hold none that old, by those in force on `as_of`.
///
/// # Errors
/// Where an incident cannot be reckoned.
pub fn replay(plan: &Plan) -> Result<Option<Replay>, OutageError> {
    if plan.incidents.is_empty() {
        return Ok(None);
    }
    let then = reckon(plan, &(0..plan.incidents.len()).collect::<Vec<_>>())?;
    let old: Vec<usize> = then.iter().filter(|(_, scenario)| scenario.incomplete).map(|(index, _)| *index).collect();
    let now = if old.is_empty() { Vec::new() } else { reckon(&with_rates_of_today(plan), &old)? };
    let mut incidents = Vec::new();
    for (index, scenario) in &then {
        let Some(incident) = plan.incidents.get(*index) else { continue };
        let today = now.iter().find(|(other, scenario)| other == index && !scenario.incomplete);
        let (scenario, in_force) = today.map_or((scenario, true), |(_, today)| (today, false));
        incidents.push(replayed(plan, *index, incident, scenario, in_force));
    }
    incidents.sort_by_key(|replayed| replayed.incident);
    let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(plan.currency, amounts);
    let compared = compare(plan, &incidents)?;
    Ok(Some(Replay {
        predicted: sum(&mut incidents.iter().map(|replayed| replayed.predicted))?,
        incomplete: incidents.iter().any(|replayed| replayed.incomplete),
        incidents,
        compared,
    }))
}

fn replayed(plan: &Plan, index: usize, incident: &Incident, scenario: &Scenario, in_force: bool) -> Replayed {
    let (predicted, billed) = (weight(scenario.spend.amount()), incident.billed);
    let ratio = billed.map(|billed| weight(billed.amount()) / predicted);
    Replayed {
        incident: index,
        predicted: scenario.spend,
        incomplete: scenario.incomplete,
        rates_of: if in_force { incident.start.to_local(plan.timezone).date() } else { plan.as_of },
        in_force,
        attempts: scenario.outage.attempts,
        carried: scenario.outage.carried,
        billed,
        ratio: ratio.filter(|ratio| ratio.is_finite() && *ratio > 0.0 && !scenario.incomplete),
    }
}

fn compare(plan: &Plan, incidents: &[Replayed]) -> Result<Option<Compared>, OutageError> {
    let known: Vec<(&Replayed, Money)> =
        incidents.iter().filter(|one| !one.incomplete).filter_map(|one| Some((one, one.billed?))).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let predicted = Money::sum(plan.currency, known.iter().map(|(one, _)| one.predicted))?;
    let billed = Money::sum(plan.currency, known.iter().map(|(_, billed)| *billed))?;
    let ratios: Vec<f64> = known.iter().filter_map(|(one, _)| one.ratio).collect();
    let ratio = weight(billed.amount()) / weight(predicted.amount());
    Ok(Some(Compared {
        incidents: known.len(),
        predicted,
        billed,
        ratio: ratio.is_finite().then_some(ratio),
        test: test(&ratios),
    }))
}

/// Reckons incidents, as many at once as one engine's year holds.
fn reckon(plan: &Plan, which: &[usize]) -> Result<Vec<(usize, Scenario)>, OutageError> {
    let mut waiting: Vec<(usize, &Incident)> =
        which.iter().filter_map(|index| Some((*index, plan.incidents.get(*index)?))).collect();
    waiting.sort_by_key(|(_, incident)| incident.start);
    let local = |incident: &Incident| incident.start.to_local(plan.timezone).date();
    let mut done = Vec::new();
    let mut rest = waiting.as_slice();
    while let Some((_, first)) = rest.first() {
        // The year that the plan reckons, or one that begins with the first incident.
        let from = if local(first) >= plan.as_of { plan.as_of } else { local(first) };
        let until = from.checked_add_days(Days::new(365)).unwrap_or(NaiveDate::MAX);
        let count = rest.partition_point(|(_, incident)| {
            let day = local(incident);
            day < until && (day >= plan.as_of) == (from >= plan.as_of)
        });
        let (here, later) = rest.split_at(count.max(1));
        rest = later;
        let then = Plan { as_of: from, ..plan.clone() };
        let longest = here.iter().map(|(_, incident)| incident.length()).fold(0.0, f64::max);
        let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
        let engine = Engine::new(&then, longest + failback)?;
        for (index, incident) in here {
            let start: Instant = incident.start;
            done.push((*index, scenario_at(&engine, incident.cause, incident.length(), start)?));
        }
    }
    Ok(done)
}

/// Days by which the rates of `as_of` are moved back: further than any incident.
const LONG_AGO: Days = Days::new(40 * 365);

/// The plan with the rates of `as_of` as if they had always been in force.
fn with_rates_of_today(plan: &Plan) -> Plan {
    let mut then = plan.clone();
    for terms in then.tables.iter_mut().flat_map(|table| table.rows.terms_mut()) {
        // Which of several rows holds depends on the order of their days, which stays.
        terms.expires = terms.expires.filter(|day| *day < plan.as_of).and_then(|day| day.checked_sub_days(LONG_AGO));
    }
    for table in &mut then.tables {
        table.rows.retain(|row| row.effective_from.is_none_or(|day| day <= plan.as_of));
        for terms in table.rows.terms_mut() {
            terms.effective_from = terms.effective_from.and_then(|day| day.checked_sub_days(LONG_AGO));
        }
    }
    then
}
