//! The share of the floor that is absorbed, over seats and channels.

use super::Assessment;
use super::capacity::Busiest;
use crate::model::rates::Limit;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::state::TrunkState;
use crate::traffic::solve;

/// Shares of what is there now, along both axes: the fifth is the floor as it is.
const STEPS: [f64; 10] = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0];

/// Absorbed shares without the primary, at the mix of the busiest interval.
#[derive(Debug, Clone, PartialEq)]
pub struct AbsorptionMap {
    /// The trunk whose channels are varied: the first behind the primary.
    pub trunk: usize,
    /// Staffed seats, by row.
    pub seats: Vec<u64>,
    /// Channels of the trunk, by column.
    pub channels: Vec<u64>,
    /// Share of the attempts carried, by row and column.
    pub absorbed: Vec<Vec<f64>>,
    /// The row of the floor as it is.
    pub row: usize,
    /// The column of the trunk as it is; nothing where it has no limit.
    pub column: Option<usize>,
}

fn axis(now: u64) -> (Vec<u64>, usize) {
    let mut values: Vec<u64> = STEPS.iter().map(|step| ((step * now as f64).round() as u64).max(1)).collect();
    values.push(now);
    values.sort_unstable();
    values.dedup();
    let place = values.iter().position(|value| *value == now).unwrap_or(0);
    (values, place)
}

/// The map of a plan; nothing where no trunk stands behind the primary or no seat is ever staffed.
///
/// # Errors
/// Where a formula has no answer.
pub fn map(assessment: &Assessment<'_>) -> Result<Option<AbsorptionMap>, OutageError> {
    let engine = &assessment.engine;
    let plan = engine.plan;
    let (Some(named), Some(busiest)) = (plan.trunks.get(1), &assessment.capacity.busiest) else { return Ok(None) };
    let Some(table) = plan.table(named) else { return Ok(None) };
    let needed = assessment.capacity.failover.trunks.get(1).and_then(|trunk| trunk.channels_needed);
    let (now, limited) = match named.channel_limit(table, plan.licensed_seats()) {
        Limit::At(channels) => (channels, true),
        // Without a limit the channels that would be needed are the middle of the map.
        Limit::Unlimited | Limit::Unstated => (needed.unwrap_or(100), false),
    };
    let (seats, row) = axis(busiest.seats);
    let (channels, column) = axis(now.max(1));
    let mut absorbed = Vec::with_capacity(seats.len());
    for seats in &seats {
        absorbed.push(carried(engine, busiest, *seats, &channels)?);
    }
    Ok(Some(AbsorptionMap { trunk: 1, seats, channels, absorbed, row, column: limited.then_some(column) }))
}

fn carried(engine: &Engine<'_>, busiest: &Busiest, seats: u64, channels: &[u64]) -> Result<Vec<f64>, OutageError> {
    let mut state = vec![TrunkState::Up; engine.plan.trunks.len()];
    if let Some(first) = state.first_mut() {
        *first = TrunkState::Skipped;
    }
    let total: f64 = busiest.offer.seats.iter().sum();
    let mix: Vec<f64> = busiest.offer.seats.iter().map(|own| own * seats as f64 / total).collect();
    let offer = engine.offer(&mix)?;
    let Some(offered) = offer.offered else { return Ok(vec![1.0; channels.len()]) };
    let mut gates = engine.gates(&state, &offer)?;
    let mut row = Vec::with_capacity(channels.len());
    for channels in channels {
        if let Some(gate) = gates.get_mut(1) {
            gate.channels = Some(*channels);
        }
        row.push(solve(&offered, &gates)?.absorbed().get());
    }
    Ok(row)
}
