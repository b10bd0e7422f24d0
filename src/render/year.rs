//! JSON of the year.

use serde_json::{Map, Value, json};

use crate::assessment::Assessment;
use crate::assessment::range::{OUTSIDE, ParameterRange, Span};
use crate::assessment::simulated::{Compared, Ends, Method, Simulated};
use crate::assessment::year::{CauseYear, Year};
use crate::words::figure::json as number;
use crate::words::money::Money;

/// The names of the quantiles.
const NAMES: [&str; 6] = ["p50", "p75", "p90", "p95", "p99", "p999"];

fn money(amount: &Money) -> Value {
    json!(amount.amount().to_string())
}

fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// The year of a run; where there is none, why.
#[must_use]
pub fn year(assessment: &Assessment<'_>) -> Value {
    match &assessment.year {
        Ok(year) => figures(year, assessment),
        Err(reason) => json!({ "method": null, "why": reason }),
    }
}

/// The figures of a year.
#[must_use]
pub fn figures(year: &Year, assessment: &Assessment<'_>) -> Value {
    let mut map = Map::new();
    match &year.method {
        Method::Exact => {
            map.insert("method".into(), json!("exact"));
            map.insert("why".into(), json!(INDEPENDENT));
            map.insert(
                "numerics".into(),
                json!({
                    "grid_points": year.points,
                    "mass_beyond_grid": number(year.beyond),
                    "mean_error": number(year.mean_error),
                }),
            );
        }
        Method::Simulated(simulated) => put_simulated(&mut map, simulated),
    }
    map.insert("complete".into(), json!(!year.incomplete));
    map.insert("mean".into(), money(&year.mean));
    map.insert("sd".into(), year.sd.as_ref().map_or(Value::Null, money));
    map.insert("sd_infinite".into(), json!(year.sd.is_none()));
    map.insert("prob_nothing".into(), number(year.nothing));
    for (name, quantile) in NAMES.iter().zip(&year.quantiles) {
        map.insert((*name).into(), money(&quantile.amount));
        map.insert(format!("tail_mean_{name}"), money(&quantile.tail_mean));
    }
    map.insert("confidence".into(), number(year.at_confidence.p));
    map.insert("at_confidence".into(), money(&year.at_confidence.amount));
    map.insert("month_mean".into(), money(&year.month_mean));
    // Months of a simulation are kept where a budget asks for them.
    let month = (year.month_at_confidence.p > 0.0).then(|| money(&year.month_at_confidence.amount));
    map.insert("month_at_confidence".into(), month.unwrap_or(Value::Null));
    map.insert("prob_over_incident_budget".into(), maybe(year.over_incident));
    map.insert("prob_over_month_budget".into(), maybe(year.over_month));
    map.insert("prob_over_year_budget".into(), maybe(year.over_year));
    map.insert("expected_outages".into(), number(year.outages));
    map.insert("outage_hours".into(), number(year.outage_hours));
    map.insert("protected_hours".into(), number(year.protected_hours));
    map.insert("unprotected_hours".into(), number(year.unprotected_hours));
    map.insert("standing_cost".into(), money(&year.standing));
    map.insert("prob_overlap".into(), number(year.overlap));
    map.insert("error_bound".into(), number(year.error_bound));
    let curve = year.curve.iter().map(|(spend, p)| json!({ "spend": money(spend), "probability": number(*p) }));
    map.insert("exceedance".into(), curve.collect());
    if let Some(range) = &year.range {
        let value = match range {
            Ok(range) => parameter_range(range, assessment),
            Err(reason) => json!({ "draws": null, "why": reason }),
        };
        map.insert("parameter_range".into(), value);
    }
    map.insert("causes".into(), year.causes.iter().map(|cause| of_cause(cause, assessment)).collect());
    Value::Object(map)
}

fn between<T>(span: &Span<T>, value: impl Fn(&T) -> Value) -> Value {
    json!({ "low": value(&span.low), "high": value(&span.high) })
}

/// Every figure of the range under the name that the figure itself has.
fn parameter_range(range: &ParameterRange, assessment: &Assessment<'_>) -> Value {
    let (amounts, share) =
        (|span: &Span<Money>| between(span, money), |span: &Span<f64>| between(span, |x| number(*x)));
    let maybe = |span: &Option<Span<f64>>| span.as_ref().map_or(Value::Null, share);
    let mut map = Map::new();
    map.insert("draws".into(), json!(range.draws));
    map.insert("level".into(), number(1.0 - 2.0 * OUTSIDE));
    map.insert("low_level".into(), number(OUTSIDE));
    map.insert("high_level".into(), number(1.0 - OUTSIDE));
    map.insert("incidents".into(), json!(range.incidents()));
    let name = |cause: usize| assessment.plan().causes.get(cause).map_or("", |named| named.name.as_str());
    let evidence = range
        .evidence
        .iter()
        .map(|of| json!({ "cause": name(of.cause), "incidents_observed": of.incidents, "lengths_listed": of.lengths }));
    map.insert("causes".into(), evidence.collect());
    map.insert("mean".into(), amounts(&range.mean));
    map.insert("sd".into(), range.sd.as_ref().map_or(Value::Null, amounts));
    map.insert("prob_nothing".into(), share(&range.nothing));
    map.insert("expected_outages".into(), share(&range.outages));
    for (name, quantile) in NAMES.iter().zip(&range.quantiles) {
        map.insert((*name).into(), amounts(&quantile.amount));
        map.insert(format!("tail_mean_{name}"), amounts(&quantile.tail_mean));
    }
    map.insert("at_confidence".into(), amounts(&range.at_confidence.amount));
    map.insert("prob_over_incident_budget".into(), maybe(&range.over_incident));
    map.insert("prob_over_month_budget".into(), maybe(&range.over_month));
    map.insert("prob_over_year_budget".into(), maybe(&range.over_year));
    Value::Object(map)
}

/// Why the exact law holds.
pub const INDEPENDENT: &str = "outages do not depend on each other";

fn put_simulated(map: &mut Map<String, Value>, simulated: &Simulated) {
    let why = if simulated.why.is_empty() { vec![INDEPENDENT.to_owned()] } else { simulated.why.clone() };
    map.insert("method".into(), json!("simulated"));
    map.insert("why".into(), json!(why.join("; ")));
    map.insert("years".into(), json!(simulated.years));
    map.insert("seed".into(), json!(simulated.seed));
    map.insert("outages_drawn".into(), json!(simulated.outages));
    let end = |end: &Option<Money>| end.as_ref().map_or(Value::Null, money);
    let ends = |ends: &Ends| match ends {
        Ends::Money(low, high) => json!([end(low), end(high)]),
        Ends::Share(low, high) => json!([maybe(*low), maybe(*high)]),
    };
    let intervals: Map<String, Value> =
        simulated.intervals.iter().map(|(name, interval)| ((*name).to_owned(), ends(interval))).collect();
    map.insert("intervals".into(), Value::Object(intervals));
}

/// Simulated figures beside exact ones.
#[must_use]
pub fn compared(all: &[Compared]) -> Value {
    let one = |of: &Compared| {
        json!({
            "figure": of.name,
            "exact": number(of.exact),
            "simulated": number(of.simulated.value),
            "low": maybe(of.simulated.low),
            "high": maybe(of.simulated.high),
            "consistent": of.simulated.encloses(of.exact),
            "standard_errors": maybe(of.simulated.standard_errors(of.exact)),
        })
    };
    Value::Array(all.iter().map(one).collect())
}

fn of_cause(cause: &CauseYear, assessment: &Assessment<'_>) -> Value {
    json!({
        "cause": assessment.plan().causes.get(cause.cause).map_or("", |named| named.name.as_str()),
        "expected_outages": number(cause.outages),
        "mean_duration_s": number(cause.mean_length),
        "median_duration_s": number(cause.median_length),
        "p95_duration_s": number(cause.p95_length),
        "mean_spend": money(&cause.mean_spend),
        "median_spend": money(&cause.median_spend),
        "p95_spend": money(&cause.p95_spend),
        "prob_nothing": number(cause.nothing),
        "prob_over_incident_budget": maybe(cause.over_incident),
        "share_of_mean": number(cause.share_of_mean),
        "share_of_tail": number(cause.share_of_tail),
        "incidents_observed": cause.incidents,
        "lengths_listed": cause.lengths,
    })
}
