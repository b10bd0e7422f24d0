//! Caps that only the surcharge on short calls would use up.
//!
//! The surcharge is a rule on all calls of a time, so it is known when the time is over, and caps are followed without
//! it. A carrier may count it all the same: where that would use a cap up, a run must not say that the cap is kept.

use super::OutageError;
use super::engine::Engine;
use super::flow::TrunkFlow;
use super::pieces::{CapKind, Run, next_midnight};
use crate::model::rates::RateTable;
use crate::rating::border::weight;
use crate::rating::surcharge::short_calls;
use crate::words::calendar::Instant;

fn surcharge(flow: &TrunkFlow, table: &RateTable) -> f64 {
    let amount =
        table.fees.short_calls.as_ref().map_or(0.0, |rule| short_calls(flow.answered, flow.short, rule).amount);
    amount * (1.0 + weight(table.fees.usage_tax))
}

/// The caps that an outage keeps, and would not with the surcharge on short calls: position of the trunk, and kind.
///
/// # Errors
/// As [`Engine::burn`].
pub fn beside(engine: &Engine<'_>, run: &Run, start: Instant) -> Result<Vec<(usize, CapKind)>, OutageError> {
    let end = run.pieces.last().map_or(0.0, |piece| piece.to);
    let mut found = Vec::new();
    for (trunk, named) in engine.plan.trunks.iter().enumerate() {
        let Some(table) = engine.plan.table(named).filter(|table| table.fees.short_calls.is_some()) else { continue };
        let flow = |from: f64, to: f64| -> Result<TrunkFlow, OutageError> {
            Ok(run.total(engine, from, to)?.trunks.get(trunk).cloned().unwrap_or_default())
        };
        let reached = |kind| run.caps.iter().any(|cap| cap.trunk == trunk && cap.kind == kind);
        let whole = flow(f64::NEG_INFINITY, f64::INFINITY)?;
        let fee = surcharge(&whole, table);
        if let Some(prepaid) = &table.limits.prepaid
            && !reached(CapKind::Prepaid)
            && fee > 0.0
            && whole.spend() + fee >= weight(prepaid.balance)
        {
            found.push((trunk, CapKind::Prepaid));
        }
        let Some(daily) = table.limits.daily_spend.filter(|_| !reached(CapKind::DailySpend)) else { continue };
        let mut from = 0.0;
        while from < end {
            let to = next_midnight(start, from, daily.resets).min(end);
            let day = flow(from, to)?;
            // By the day's own calls, or its part of all: whichever is more.
            let part = if whole.answered > 0.0 { fee * day.answered / whole.answered } else { 0.0 };
            let fee = surcharge(&day, table).max(part);
            if fee > 0.0 && day.spend() + fee >= weight(daily.limit) {
                found.push((trunk, CapKind::DailySpend));
                break;
            }
            from = to;
        }
    }
    Ok(found)
}
