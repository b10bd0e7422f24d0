//! JSON of a run: capacity and scenarios, in the shapes of the interface.

use serde_json::{Map, Value, json};

use crate::assessment::Assessment;
use crate::assessment::capacity::{Busiest, Interval, SequenceCapacity, TrunkCapacity};
use crate::model::rates::Limit;
use crate::outage::OutageError;
use crate::outage::pieces::CapKind;
use crate::outage::scenario::Scenario;
use crate::outage::state::TrunkState;
use crate::words::figure::json as number;
use crate::words::money::Money;

fn money(amount: &Money) -> Value {
    json!(amount.amount().to_string())
}

fn optional(amount: Option<&Money>) -> Value {
    amount.map_or(Value::Null, money)
}

fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// A limit: a number, "unlimited", or null where nobody states it.
fn limit<T: Copy>(limit: Limit<T>, value: impl Fn(T) -> Value) -> Value {
    match limit {
        Limit::At(at) => value(at),
        Limit::Unlimited => json!("unlimited"),
        Limit::Unstated => Value::Null,
    }
}

pub(super) fn state(state: &TrunkState) -> &'static str {
    match state {
        TrunkState::Up => "up",
        TrunkState::Hit { .. } => "hit",
        TrunkState::Skipped => "skipped",
        TrunkState::Refusing => "refusing",
    }
}

fn trunk(capacity: &TrunkCapacity, assessment: &Assessment<'_>) -> Value {
    let name = assessment.plan().trunks.get(capacity.trunk).map_or("", |trunk| trunk.name.as_str());
    json!({
        "name": name,
        "position": capacity.trunk,
        "state": state(&capacity.state),
        "channels": limit(capacity.channels, |channels| json!(channels)),
        "cps": limit(capacity.cps, number),
        "attempts_per_second": number(capacity.offered_rate),
        "offered_erlangs": number(capacity.offered),
        "blocking_cps": number(capacity.blocking_cps),
        "blocking_channels": number(capacity.blocking_channels),
        "blocking": number(capacity.blocking),
        "carried_erlangs": number(capacity.carried),
        "channels_needed": capacity.channels_needed,
        "cps_needed": capacity.cps_needed,
        "peakedness": number(capacity.peakedness),
    })
}

fn busiest(floor: &Busiest, assessment: &Assessment<'_>) -> Value {
    let offered = floor.offer.offered;
    json!({
        "at": floor.at.rfc3339(assessment.plan().timezone),
        "seats": floor.seats,
        "attempts_per_second": maybe(offered.map(|o| o.rate.get())),
        "offered_erlangs": maybe(offered.map(|o| o.traffic.get())),
        "sources": maybe(offered.and_then(|o| o.sources)),
    })
}

fn sequence(sequence: &SequenceCapacity, assessment: &Assessment<'_>) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("absorbed".into(), number(sequence.absorbed));
    map.insert("blocking".into(), number(sequence.blocking));
    map.insert("surge_seconds".into(), maybe(sequence.surge_seconds));
    map.insert("seats_supported".into(), json!(sequence.seats_supported));
    map.insert("limits_stated".into(), json!(!sequence.unstated));
    map.insert("method".into(), json!(sequence.method.map(|method| format!("{method:?}").to_lowercase())));
    map.insert("trunks".into(), sequence.trunks.iter().map(|t| trunk(t, assessment)).collect());
    map
}

/// The capacity of a run: the sequence without its first trunk, at the busiest interval; then every interval, every
/// cause, and the floor with everything in service.
#[must_use]
pub fn capacity(assessment: &Assessment<'_>) -> Value {
    let capacity = &assessment.capacity;
    let plan = assessment.plan();
    let mut map = sequence(&capacity.failover, assessment);
    let floor = capacity.busiest.as_ref();
    map.insert("busiest".into(), floor.map_or(Value::Null, |floor| busiest(floor, assessment)));
    map.insert("surge_attempts".into(), maybe(floor.map(|floor| floor.offer.surge)));
    map.insert("normal".into(), Value::Object(sequence(&capacity.normal, assessment)));
    let causes = capacity.causes.iter().map(|cause| {
        let mut map = sequence(&cause.sequence, assessment);
        let name = plan.causes.get(cause.cause).map_or("", |named| named.name.as_str());
        map.insert("cause".into(), json!(name));
        let worst = cause.worst.as_ref().map_or(Value::Null, |worst| interval(worst, assessment));
        map.insert("worst".into(), worst);
        Value::Object(map)
    });
    map.insert("causes".into(), causes.collect());
    let intervals = capacity.intervals.iter().map(|known| interval(known, assessment));
    map.insert("intervals".into(), intervals.collect());
    Value::Object(map)
}

fn interval(interval: &Interval, assessment: &Assessment<'_>) -> Value {
    json!({
        "at": interval.floor.at.rfc3339(assessment.plan().timezone),
        "seats": interval.floor.seats,
        "attempts_per_second": number(interval.rate),
        "offered_erlangs": number(interval.offered),
        "absorbed": number(interval.absorbed),
        "blocking": number(interval.blocking),
    })
}

/// The scenarios of a run, by cause and length in the order of the plan.
///
/// # Errors
/// Where a rate cannot be reckoned.
pub fn scenarios(assessment: &Assessment<'_>) -> Result<Value, OutageError> {
    assessment.scenarios.iter().map(|s| scenario(s, assessment)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// One scenario of a run.
///
/// # Errors
/// Where a rate cannot be reckoned.
pub fn scenario(scenario: &Scenario, assessment: &Assessment<'_>) -> Result<Value, OutageError> {
    let plan = assessment.plan();
    let cause = plan.causes.get(scenario.cause);
    let answered: f64 = scenario.trunks.iter().map(|t| t.answered).sum();
    let talk: f64 = scenario.trunks.iter().map(|t| t.talk).sum();
    let billed: f64 = scenario.trunks.iter().map(|t| t.billed).sum();
    let ratio = billed / talk;
    let by_trunk: Vec<Value> = scenario
        .trunks
        .iter()
        .map(|bill| {
            json!({
                "name": plan.trunks.get(bill.trunk).map_or("", |t| t.name.as_str()),
                "position": bill.trunk,
                "carried": number(bill.carried),
                "answered_calls": number(bill.answered),
                "talk_minutes": number(bill.talk / 60.0),
                "billed_minutes": number(bill.billed / 60.0),
                "calls": money(&bill.calls),
                "attempt_fees": money(&bill.attempt_fees),
                "short_call_fees": money(&bill.short_call_fees),
                "short_call_share": number(bill.short_share),
                "spend": money(&bill.spend),
                "complete": !bill.incomplete,
            })
        })
        .collect();
    let by_destination: Vec<Value> = scenario
        .destinations
        .iter()
        .map(|bill| {
            json!({
                "prefix": bill.prefix.to_string(),
                "answered_calls": number(bill.answered),
                "billed_minutes": number(bill.billed / 60.0),
                "spend": money(&bill.spend),
                "complete": !bill.incomplete,
            })
        })
        .collect();
    let name = |trunk: usize| plan.trunks.get(trunk).map_or("", |t| t.name.as_str());
    let caps: Vec<Value> = scenario
        .caps
        .iter()
        .map(|cap| {
            json!({
                "trunk": name(cap.event.trunk),
                "kind": cap_kind(cap.event.kind),
                "reached_s": number(cap.event.at),
                "in_progress": money(&cap.in_progress),
            })
        })
        .collect();
    let with_surcharge: Vec<Value> = scenario
        .caps_with_surcharge
        .iter()
        .map(|(trunk, kind)| json!({ "trunk": name(*trunk), "kind": cap_kind(*kind) }))
        .collect();
    let redials = scenario.trunks.iter().map(|bill| bill.trunk).filter_map(|i| scenario.outage.trunks.get(i));
    let second_dials: f64 = redials.map(|flow| flow.second_dials).sum();
    Ok(json!({
        "cause": cause.map_or("", |cause| cause.name.as_str()),
        "duration_s": number(scenario.length),
        "start": scenario.start.rfc3339(plan.timezone),
        "attempts": number(scenario.outage.attempts),
        "carried": number(scenario.outage.carried),
        "lost": number(scenario.outage.lost()),
        "lost_at_worst": number(scenario.lost_at_worst),
        "lost_to_outage": number(scenario.outage.lost_to_outage),
        "lost_to_capacity": number(scenario.outage.blocked + scenario.outage.stopped),
        "failback_attempts": number(scenario.failback.attempts),
        "second_dials": number(second_dials),
        "answered_calls": number(answered),
        "talk_minutes": number(talk / 60.0),
        "billed_minutes": number(billed / 60.0),
        "billed_ratio": number(ratio),
        "spend": money(&scenario.spend),
        "complete": !scenario.incomplete,
        "burn_per_hour": expected(scenario.burn_per_hour(&assessment.engine)?, plan.currency)?,
        "idle_seat_hours": number((scenario.outage.idle_seats + scenario.failback.idle_seats) / 3600.0),
        "idle_cost": optional(scenario.idle_cost.as_ref()),
        "lost_margin": money(&scenario.lost_margin),
        "silence_cost": optional(scenario.silence_cost.as_ref()),
        "net_benefit": optional(scenario.net_benefit.as_ref()),
        "budget_reached_s": maybe(scenario.budget_reached),
        "caps_reached": caps,
        "caps_with_surcharge": with_surcharge,
        "by_trunk": by_trunk,
        "by_destination": by_destination,
    }))
}

fn cap_kind(kind: CapKind) -> &'static str {
    match kind {
        CapKind::DailySpend => "daily_spend",
        CapKind::Prepaid => "prepaid",
    }
}

fn expected(amount: f64, currency: crate::words::money::Currency) -> Result<Value, OutageError> {
    Ok(money(&crate::rating::border::expected_money(amount, currency)?))
}

/// What the trunks cost in a month without any outage.
#[must_use]
pub fn standing(assessment: &Assessment<'_>) -> Value {
    let plan = assessment.plan();
    plan.trunks
        .iter()
        .zip(&assessment.standing)
        .map(|(trunk, month)| {
            let complete = assessment.standing_unknown(trunk).is_none();
            json!({ "name": trunk.name, "month": money(month), "complete": complete })
        })
        .collect()
}
