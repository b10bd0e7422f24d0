//! The worst start: found, not assumed.
//!
//! The spend of an outage is piecewise linear in its start. It bends only where one of the outage's moments (begin,
//! detection, end, failback) meets a change of the floor's calendar, so the maximum lies at one of those starts. Each is
//! put on the cumulated curve: two look-ups for each phase.

use std::collections::BTreeMap;

use super::OutageError;
use super::engine::Engine;
use super::pieces::{millis, run};
use super::state::Phase;
use crate::rating::border::weight;
use crate::rating::surcharge::short_calls;
use crate::words::calendar::Instant;

/// Starts whose spend is this close to the largest are as bad; the one that
/// most attempts meet is named, and of equals the earliest. Sums of floats over a year
/// tell equal weeks apart in the fifteenth digit.
const AS_BAD: f64 = 1e-9;

/// A cumulated quantity over the calendar.
struct Curve {
    starts: Vec<i64>,
    /// Before each start.
    sums: Vec<f64>,
    /// From each start on [1/s].
    rates: Vec<f64>,
}

impl Curve {
    fn new(engine: &Engine<'_>, rate: impl Fn(usize) -> f64) -> Self {
        let segments = engine.calendar.segments();
        let (mut starts, mut sums, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        let mut sum = 0.0;
        for segment in segments {
            let rate = rate(segment.regime);
            starts.push(segment.start.millis());
            sums.push(sum);
            rates.push(rate);
            sum += rate * segment.millis() as f64 / 1000.0;
        }
        Self { starts, sums, rates }
    }

    fn at(&self, t: i64) -> f64 {
        let index = self.starts.partition_point(|start| *start <= t).saturating_sub(1);
        match (self.starts.get(index), self.sums.get(index), self.rates.get(index)) {
            (Some(start), Some(sum), Some(rate)) => sum + rate * (t - start).max(0) as f64 / 1000.0,
            _ => 0.0,
        }
    }

    fn between(&self, from: i64, to: i64) -> f64 {
        self.at(to) - self.at(from)
    }
}

/// What one trunk's curves cumulate in one state.
struct TrunkCurves {
    trunk: usize,
    spend: Curve,
    /// Answered and short calls, where the table has a rule on short calls.
    calls: Option<(Curve, Curve)>,
}

/// The curves of every state that an outage passes through.
fn curves(engine: &Engine<'_>, state: usize) -> Result<Vec<TrunkCurves>, OutageError> {
    let regimes = engine.calendar.regimes().len();
    let burns: Vec<_> = (0..regimes).map(|regime| engine.burn(state, regime)).collect::<Result<_, _>>()?;
    let mut curves = Vec::new();
    for (trunk, named) in engine.plan.trunks.iter().enumerate() {
        let Some(table) = engine.plan.table(named) else { continue };
        let of = |quantity: fn(&super::flow::TrunkFlow) -> f64| {
            Curve::new(engine, |regime| {
                burns.get(regime).and_then(|burn| burn.flow.trunks.get(trunk)).map_or(0.0, quantity)
            })
        };
        let idle = burns
            .iter()
            .all(|burn| burn.flow.trunks.get(trunk).is_none_or(|flow| flow.spend() == 0.0 && flow.answered == 0.0));
        if idle {
            continue;
        }
        let calls = table.fees.short_calls.is_some().then(|| (of(|flow| flow.answered), of(|flow| flow.short)));
        curves.push(TrunkCurves { trunk, spend: of(super::flow::TrunkFlow::spend), calls });
    }
    Ok(curves)
}

/// Sums by trunk of what is spent, and of answered and short calls.
type Sums = BTreeMap<usize, (f64, f64, f64)>;

/// The spend of sums in the plan's currency, surcharges on short calls included.
fn priced(engine: &Engine<'_>, sums: &Sums) -> f64 {
    sums.iter()
        .map(|(trunk, (spend, answered, short))| {
            let table = engine.plan.trunks.get(*trunk).and_then(|trunk| engine.plan.table(trunk));
            let Some(table) = table else { return 0.0 };
            let tax = 1.0 + weight(table.fees.usage_tax);
            let surcharge =
                table.fees.short_calls.as_ref().map_or(0.0, |rule| short_calls(*answered, *short, rule).amount);
            let rate = engine.plan.exchange_rate(table.currency).map_or(1.0, weight);
            (spend + surcharge * tax) * rate
        })
        .sum()
}

/// The start in the horizon at which an outage with these phases costs most; of equals the one
/// with the most attempts, then the earliest.
///
/// # Errors
/// As [`Engine::burn`].
pub fn worst_start(engine: &Engine<'_>, phases: &[Phase]) -> Result<Instant, OutageError> {
    let mut offsets: Vec<i64> = phases.iter().flat_map(|phase| [millis(phase.from), millis(phase.to)]).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let candidates = engine.calendar.candidate_starts(&offsets, &[]);
    let capped = engine
        .plan
        .trunks
        .iter()
        .filter_map(|trunk| engine.plan.table(trunk))
        .any(|table| table.limits.daily_spend.is_some() || table.limits.prepaid.is_some());
    if capped {
        return worst_capped(engine, phases, candidates);
    }
    let mut by_state: BTreeMap<usize, Vec<TrunkCurves>> = BTreeMap::new();
    let mut steps = Vec::new();
    for phase in phases {
        let state = engine.intern(&phase.state);
        if let std::collections::btree_map::Entry::Vacant(entry) = by_state.entry(state) {
            entry.insert(curves(engine, state)?);
        }
        steps.push((state, millis(phase.from), millis(phase.to)));
    }
    let spend = |start: Instant| {
        let mut sums = Sums::new();
        for (state, from, to) in &steps {
            let (from, to) = (start.plus(*from).millis(), start.plus(*to).millis());
            for curves in by_state.get(state).into_iter().flatten() {
                let sum = sums.entry(curves.trunk).or_default();
                sum.0 += curves.spend.between(from, to);
                if let Some((answered, short)) = &curves.calls {
                    sum.1 += answered.between(from, to);
                    sum.2 += short.between(from, to);
                }
            }
        }
        priced(engine, &sums)
    };
    let spends: Vec<(Instant, f64)> = candidates.iter().map(|start| (*start, spend(*start))).collect();
    worst_of(engine, length(phases), spends)
}

/// From the begin to the end of the last phase [ms].
fn length(phases: &[Phase]) -> i64 {
    phases.iter().map(|phase| millis(phase.to)).max().unwrap_or(0)
}

/// Of the starts that cost most the one with the most attempts in the outage, of equals the earliest.
fn worst_of(engine: &Engine<'_>, length: i64, spends: Vec<(Instant, f64)>) -> Result<Instant, OutageError> {
    let dearest = as_bad(&spends);
    let fresh = (0..engine.calendar.regimes().len())
        .map(|regime| {
            let seats = engine.calendar.regimes().get(regime).map(Engine::seats_of).unwrap_or_default();
            Ok(engine.offer(&seats)?.rates.iter().sum())
        })
        .collect::<Result<Vec<f64>, OutageError>>()?;
    let attempts = Curve::new(engine, |regime| fresh.get(regime).copied().unwrap_or(0.0));
    let made: Vec<(Instant, f64)> =
        dearest.iter().map(|start| (*start, attempts.between(start.millis(), start.plus(length).millis()))).collect();
    Ok(as_bad(&made).first().copied().unwrap_or(engine.calendar.start()))
}

/// The starts with the largest amount, in order.
fn as_bad(amounts: &[(Instant, f64)]) -> Vec<Instant> {
    let most = amounts.iter().map(|(_, amount)| *amount).fold(f64::NEG_INFINITY, f64::max);
    let near = most - AS_BAD * most.abs();
    amounts.iter().filter(|(_, amount)| *amount >= near).map(|(start, _)| *start).collect()
}

/// With caps the spend also bends where a cap is reached, which moves with the start: candidates a quarter of an hour
/// apart on every day that differs from those before it, then finer steps around the worst.
fn worst_capped(engine: &Engine<'_>, phases: &[Phase], mut candidates: Vec<Instant>) -> Result<Instant, OutageError> {
    const QUARTER: i64 = 15 * 60 * 1000;
    let (first, last) = (engine.calendar.start(), engine.calendar.horizon_end());
    let mut at = first;
    while at < last {
        candidates.push(at);
        at = at.plus(QUARTER);
    }
    candidates.sort();
    candidates.dedup();
    let length = length(phases);
    let mut known: BTreeMap<Vec<(i64, usize)>, f64> = BTreeMap::new();
    let mut spends = Vec::with_capacity(candidates.len());
    for start in candidates {
        // Two starts with the same floor ahead and the same distance to midnight cost the same.
        let mut pattern: Vec<(i64, usize)> =
            engine.calendar.walk(start, start.plus(length)).map(|s| (s.start.since(start), s.regime)).collect();
        for trunk in &engine.plan.trunks {
            if let Some(daily) = engine.plan.table(trunk).and_then(|table| table.limits.daily_spend) {
                let local = start.to_local(daily.resets);
                let midnight = local.date().and_hms_opt(0, 0, 0).unwrap_or(local);
                pattern.push(((local - midnight).num_milliseconds(), usize::MAX));
            }
        }
        let spend = match known.get(&pattern) {
            Some(spend) => *spend,
            None => {
                let spend = capped_spend(engine, phases, start)?;
                known.insert(pattern, spend);
                spend
            }
        };
        spends.push((start, spend));
    }
    let mut best = worst_of(engine, length, spends)?;
    let mut most = capped_spend(engine, phases, best)?;
    let mut step = QUARTER / 2;
    while step >= 1000 {
        for moved in [best.plus(-step), best.plus(step)] {
            if moved >= first && moved < last {
                let spend = capped_spend(engine, phases, moved)?;
                if spend > most * (1.0 + AS_BAD) {
                    (best, most) = (moved, spend);
                }
            }
        }
        step /= 2;
    }
    Ok(best)
}

fn capped_spend(engine: &Engine<'_>, phases: &[Phase], start: Instant) -> Result<f64, OutageError> {
    let total = run(engine, phases, start)?.total(engine, f64::NEG_INFINITY, f64::INFINITY)?;
    let sums: Sums = total
        .trunks
        .iter()
        .enumerate()
        .map(|(trunk, flow)| (trunk, (flow.spend(), flow.answered, flow.short)))
        .collect();
    Ok(priced(engine, &sums))
}
