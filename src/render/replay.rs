//! JSON of past outages put through the plan.

use serde_json::{Value, json};

use crate::assessment::Assessment;
use crate::assessment::power::{FALSE_ALARM, POWER, Test};
use crate::assessment::replay::{Compared, Replay, Replayed};
use crate::words::figure::json as number;
use crate::words::money::Money;

fn money(amount: &Money) -> Value {
    json!(amount.amount().to_string())
}

fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// Past outages, in the order in which they are given.
#[must_use]
pub fn replay(replay: &Replay, assessment: &Assessment<'_>) -> Value {
    json!({
        "incidents": replay.incidents.iter().map(|one| incident(one, assessment)).collect::<Vec<_>>(),
        "predicted": money(&replay.predicted),
        "complete": !replay.incomplete,
        "compared": replay.compared.as_ref().map_or(Value::Null, compared),
    })
}

fn incident(one: &Replayed, assessment: &Assessment<'_>) -> Value {
    let plan = assessment.plan();
    let Some(given) = plan.incidents.get(one.incident) else { return Value::Null };
    json!({
        "cause": plan.causes.get(given.cause).map_or("", |cause| cause.name.as_str()),
        "start": given.start.rfc3339(plan.timezone),
        "end": given.end.rfc3339(plan.timezone),
        "duration_s": number(given.length()),
        "attempts": number(one.attempts),
        "carried": number(one.carried),
        "predicted": money(&one.predicted),
        "complete": !one.incomplete,
        "billed": one.billed.as_ref().map_or(Value::Null, money),
        "ratio": maybe(one.ratio),
        "rates_of": one.rates_of.to_string(),
        "rates_in_force": one.in_force,
    })
}

fn compared(compared: &Compared) -> Value {
    json!({
        "incidents": compared.incidents,
        "predicted": money(&compared.predicted),
        "billed": money(&compared.billed),
        "ratio": maybe(compared.ratio),
        "test": compared.test.as_ref().map_or(Value::Null, test),
    })
}

fn test(test: &Test) -> Value {
    json!({
        "incidents": test.incidents,
        "ratio": number(test.ratio),
        "low": number(test.low),
        "high": number(test.high),
        "log_sd": number(test.scatter),
        "at_odds": test.at_odds(),
        "significance": number(FALSE_ALARM),
        "power": number(POWER),
        "detects_factor": number(test.detects),
    })
}
