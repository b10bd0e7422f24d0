//! One scenario: one cause, one length, one start, and everything it comes to.

use rust_decimal::Decimal;

use super::OutageError;
use super::engine::Engine;
use super::fees::beside;
use super::flow::Flow;
use super::pieces::{CapEvent, CapKind, Run, run};
use super::state::{Phase, State, TrunkState, Windows, behaviours, phases, phases_alone};
use super::worst::worst_start;
use crate::model::plan::Start;
use crate::rating::border::{expected_money, weight};
use crate::rating::surcharge::short_calls;
use crate::words::calendar::Instant;
use crate::words::e164::DialPrefix;
use crate::words::money::Money;

/// What a trunk carries and charges in a scenario.
#[derive(Debug, Clone)]
pub struct TrunkBill {
    /// Position.
    pub trunk: usize,
    /// What flowed, failback included.
    pub carried: f64,
    /// Answered calls.
    pub answered: f64,
    /// Talk time [s].
    pub talk: f64,
    /// Billed time [s].
    pub billed: f64,
    /// Charge for calls, in the plan's currency.
    pub calls: Money,
    /// Fees for attempts that were not answered.
    pub attempt_fees: Money,
    /// Surcharge on short calls.
    pub short_call_fees: Money,
    /// Short calls as a share of answered calls.
    pub short_share: f64,
    /// Everything.
    pub spend: Money,
    /// Whether answered calls were left unpriced: the amounts are least amounts.
    pub incomplete: bool,
}

/// What a destination comes to in a scenario, over all trunks.
#[derive(Debug, Clone)]
pub struct DestinationBill {
    /// The prefix.
    pub prefix: DialPrefix,
    /// Answered calls.
    pub answered: f64,
    /// Billed time [s].
    pub billed: f64,
    /// Charge for calls, in the plan's currency.
    pub spend: Money,
    /// Whether answered calls were left unpriced.
    pub incomplete: bool,
}

/// A cap that is reached.
#[derive(Debug, Clone)]
pub struct CapReached {
    /// What happened.
    pub event: CapEvent,
    /// What calls in progress may still come to, in the plan's currency.
    pub in_progress: Money,
}

/// A scenario reckoned through. Times in seconds, amounts in the plan's currency.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Index of the cause.
    pub cause: usize,
    /// Length of the outage [s].
    pub length: f64,
    /// Begin.
    pub start: Instant,
    /// Phases, with the means of detection and failback.
    pub phases: Vec<Phase>,
    /// The pieces.
    pub run: Run,
    /// What flowed while the outage lasted.
    pub outage: Flow,
    /// What flowed after it, on the way back.
    pub failback: Flow,
    /// Attempts lost with the longest detection.
    pub lost_at_worst: f64,
    /// By trunk.
    pub trunks: Vec<TrunkBill>,
    /// By destination.
    pub destinations: Vec<DestinationBill>,
    /// What the carriers charge.
    pub spend: Money,
    /// What those behind the first trunk charge.
    pub spend_behind: Money,
    /// Whether answered calls were left unpriced: the spend is a least amount.
    pub incomplete: bool,
    /// What idle seats cost; nothing where no campaign gives a cost.
    pub idle_cost: Option<Money>,
    /// What lost live calls would have earned.
    pub lost_margin: Money,
    /// What would flow in the same time if the first trunk stood alone.
    pub alone: Flow,
    /// What the same outage would cost in idle seats and lost margin if the first trunk stood alone.
    pub silence_cost: Option<Money>,
    /// What the trunks behind the first save, less what they cost. What the first one charges is paid either way.
    pub net_benefit: Option<Money>,
    /// When the incident's budget is used up, from the begin [s].
    pub budget_reached: Option<f64>,
    /// Caps that are reached.
    pub caps: Vec<CapReached>,
    /// Caps that are kept, and would not be if the carrier counted the surcharge on short calls as well.
    pub caps_with_surcharge: Vec<(usize, CapKind)>,
}

/// Reckons a scenario.
///
/// # Errors
/// Where it cannot be reckoned.
pub fn scenario(engine: &Engine<'_>, cause: usize, length: f64) -> Result<Scenario, OutageError> {
    let plan = engine.plan;
    let start = match plan.scenario.start {
        Start::Worst => {
            let outages = plan.causes.get(cause).map(|cause| behaviours(plan, cause)).unwrap_or_default();
            worst_start(engine, &phases(&outages, length, Windows::Mean))?
        }
        Start::At(local) => {
            let start = Instant::from_local(local, plan.timezone);
            if start < engine.calendar.start() || start >= engine.calendar.horizon_end() {
                let at = start.rfc3339(plan.timezone);
                return Err(OutageError::StartOutsideHorizon { at, as_of: plan.as_of });
            }
            start
        }
    };
    scenario_at(engine, cause, length, start)
}

/// Reckons an outage that starts at a moment of the engine's calendar.
///
/// # Errors
/// Where it cannot be reckoned.
pub fn scenario_at(engine: &Engine<'_>, cause: usize, length: f64, start: Instant) -> Result<Scenario, OutageError> {
    let plan = engine.plan;
    let outages = plan.causes.get(cause).map(|cause| behaviours(plan, cause)).unwrap_or_default();
    let mean = phases(&outages, length, Windows::Mean);
    let worst = phases(&outages, length, Windows::Worst);
    let alone = phases_alone(&outages, length, Windows::Mean);
    at_start(engine, cause, length, start, Phases { mean, worst, alone })
}

/// A planned failover: at a moment the first trunk is switched off by hand, for so long [s], and on again. Nothing has to
/// be noticed, so nothing is lost to it but what the others cannot carry. Its cause is none of the plan's.
///
/// # Errors
/// Where it cannot be reckoned.
pub fn drill(engine: &Engine<'_>, start: Instant, length: f64) -> Result<Scenario, OutageError> {
    let plan = engine.plan;
    let state = |first: TrunkState, others: TrunkState| -> State {
        (0..plan.trunks.len()).map(|trunk| if trunk == 0 { first } else { others }).collect()
    };
    let phase = |state: State| vec![Phase { from: 0.0, to: length, state }];
    let off = phase(state(TrunkState::Skipped, TrunkState::Up));
    let alone = phase(state(TrunkState::Skipped, TrunkState::Skipped));
    at_start(engine, plan.causes.len(), length, start, Phases { mean: off.clone(), worst: off, alone })
}

/// The phases of one outage: for money, for capacity, and with the first trunk alone.
struct Phases {
    mean: Vec<Phase>,
    worst: Vec<Phase>,
    alone: Vec<Phase>,
}

fn at_start(
    engine: &Engine<'_>,
    cause: usize,
    length: f64,
    start: Instant,
    phases: Phases,
) -> Result<Scenario, OutageError> {
    let plan = engine.plan;
    let Phases { mean, worst, alone } = phases;
    let run_mean = run(engine, &mean, start)?;
    let outage = run_mean.total(engine, 0.0, length)?;
    let failback = run_mean.total(engine, length, f64::INFINITY)?;
    let lost_at_worst = run(engine, &worst, start)?.total(engine, 0.0, length)?.lost();
    let mut whole = outage.clone();
    whole.add(&failback, 1.0);
    let (trunks, destinations) = bills(engine, &whole)?;
    let spend = Money::sum(plan.currency, trunks.iter().map(|trunk| trunk.spend))?;
    let incomplete = trunks.iter().any(|trunk| trunk.incomplete);
    let priced = plan.campaigns.iter().all(|campaign| campaign.idle_cost_per_seat_hour.is_some());
    let money = |amount: f64| expected_money(amount, plan.currency);
    let idle_cost = if priced { Some(money(whole.idle_cost)?) } else { None };
    let lost_margin = money(whole.lost_margin)?;
    let alone = run(engine, &alone, start)?.total(engine, 0.0, f64::INFINITY)?;
    let silence_cost = if priced { Some(money(alone.idle_cost + alone.lost_margin)?) } else { None };
    let spend_behind = Money::sum(plan.currency, trunks.iter().skip(1).map(|trunk| trunk.spend))?;
    let net_benefit = match (silence_cost, idle_cost) {
        (Some(silence), Some(idle)) => {
            Some(silence.checked_sub(idle)?.checked_sub(lost_margin)?.checked_sub(spend_behind)?)
        }
        _ => None,
    };
    let budget_reached = match plan.budget.incident {
        Some(budget) => reached(engine, &run_mean, weight(budget.amount()))?,
        None => None,
    };
    let caps = run_mean
        .caps
        .iter()
        .map(|event| {
            let in_progress = convert(engine, event.trunk, event.in_progress)?;
            Ok(CapReached { event: *event, in_progress })
        })
        .collect::<Result<_, OutageError>>()?;
    let caps_with_surcharge = beside(engine, &run_mean, start)?;
    Ok(Scenario {
        cause,
        length,
        start,
        phases: mean,
        run: run_mean,
        outage,
        failback,
        lost_at_worst,
        trunks,
        destinations,
        spend,
        spend_behind,
        incomplete,
        idle_cost,
        lost_margin,
        alone,
        silence_cost,
        net_benefit,
        budget_reached,
        caps,
        caps_with_surcharge,
    })
}

/// An expected amount of a trunk's table, in the plan's currency.
///
/// # Errors
/// Where it has too many digits.
pub fn convert(engine: &Engine<'_>, trunk: usize, amount: f64) -> Result<Money, OutageError> {
    let plan = engine.plan;
    let table = plan.trunks.get(trunk).and_then(|trunk| plan.table(trunk));
    let Some(table) = table else { return Ok(Money::zero(plan.currency)) };
    let rate = plan.exchange_rate(table.currency).unwrap_or(Decimal::ONE);
    let money = expected_money(amount, table.currency)?;
    Ok(if table.currency == plan.currency { money } else { money.times(rate, plan.currency)? })
}

fn bills(engine: &Engine<'_>, whole: &Flow) -> Result<(Vec<TrunkBill>, Vec<DestinationBill>), OutageError> {
    let plan = engine.plan;
    let zero = Money::zero(plan.currency);
    let mut destinations: Vec<DestinationBill> = engine
        .prefixes
        .iter()
        .map(|prefix| DestinationBill { prefix: *prefix, answered: 0.0, billed: 0.0, spend: zero, incomplete: false })
        .collect();
    let mut trunks = Vec::new();
    for (trunk, flow) in whole.trunks.iter().enumerate() {
        let table = plan.trunks.get(trunk).and_then(|named| plan.table(named));
        let mut calls = zero;
        for (sum, part) in destinations.iter_mut().zip(&flow.destinations) {
            let spend = convert(engine, trunk, part.spend)?;
            sum.answered += part.answered;
            sum.billed += part.billed;
            sum.spend = sum.spend.checked_add(spend)?;
            sum.incomplete |= part.unpriced > 0.0;
            calls = calls.checked_add(spend)?;
        }
        let attempt_fees = convert(engine, trunk, flow.attempt_fees)?;
        let rule = table.and_then(|table| table.fees.short_calls.as_ref());
        let tax = table.map_or(1.0, |table| 1.0 + weight(table.fees.usage_tax));
        let surcharge = rule.map(|rule| short_calls(flow.answered, flow.short, rule));
        let short_call_fees = convert(engine, trunk, surcharge.map_or(0.0, |s| s.amount * tax))?;
        trunks.push(TrunkBill {
            trunk,
            carried: flow.carried,
            answered: flow.answered,
            talk: flow.talk,
            billed: flow.billed(),
            calls,
            attempt_fees,
            short_call_fees,
            short_share: surcharge.map_or(0.0, |s| s.share),
            spend: calls.checked_add(attempt_fees)?.checked_add(short_call_fees)?,
            incomplete: flow.unpriced() > 0.0,
        });
    }
    Ok((trunks, destinations))
}

/// What has been spent by a moment of the outage, in the plan's currency.
///
/// # Errors
/// As [`Engine::burn`].
pub fn spent_by(engine: &Engine<'_>, run: &Run, t: f64) -> Result<f64, OutageError> {
    let flow = run.total(engine, 0.0, t)?;
    let (trunks, _) = bills(engine, &flow)?;
    Ok(trunks.iter().map(|trunk| weight(trunk.spend.amount())).sum())
}

/// When an amount is spent; nothing where it never is.
fn reached(engine: &Engine<'_>, run: &Run, amount: f64) -> Result<Option<f64>, OutageError> {
    let Some(end) = run.pieces.last().map(|piece| piece.to) else { return Ok(None) };
    // A budget is passed when more is spent, so an outage that spends it to the cent stays within.
    if spent_by(engine, run, end)? <= amount {
        return Ok(None);
    }
    let (mut low, mut high) = (0.0, end);
    // To the millisecond, the resolution of the calendar.
    while high - low > 1e-3 {
        let middle = (low + high) / 2.0;
        if spent_by(engine, run, middle)? > amount {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Some(high))
}
