//! What moves a bad year: a tornado on the screen, and its JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::chart::{Bar, bars};
use super::escape::{shorten, terminal};
use super::table::{Align, Table};
use crate::compare::sensitivity::{Effect, End, Outcome, Sensitivity};
use crate::rating::border::weight;
use crate::words::figure::{json as number, percent};
use crate::words::money::Money;

/// Bars of a tornado; the table has every input.
const BARS: usize = 12;
/// Columns of the whole tornado.
const WIDTH: usize = 100;

fn chance(outcome: &Outcome) -> String {
    outcome.over_year.map_or_else(|| "-".to_owned(), percent)
}

/// The heading of [`rows`].
pub const HEADING: [&str; 8] = ["input", "as is", "low", "P95", "over budget", "high", "P95", "over budget"];

/// A row for each input that moves anything.
#[must_use]
pub fn rows(sensitivity: &Sensitivity) -> Vec<Vec<String>> {
    let end = |end: &End| [end.value.clone(), end.outcome.p95.rounded_amount(), chance(&end.outcome)];
    let row = |effect: &Effect| {
        let key = if effect.stated { format!("{} †", effect.key) } else { effect.key.clone() };
        let mut row = vec![key, effect.value.clone()];
        row.extend(end(&effect.low));
        row.extend(end(&effect.high));
        row
    };
    sensitivity.effects.iter().map(row).collect()
}

/// The tornado and its table; where there is no year, why.
#[must_use]
pub fn text(sensitivity: &Result<Sensitivity, String>) -> String {
    let sensitivity = match sensitivity {
        Ok(sensitivity) => sensitivity,
        Err(reason) => return format!("What moves a bad year is not reckoned: {reason}.\n\n"),
    };
    let base = &sensitivity.base;
    let over = base.over_year.map(|over| format!(", over budget in {} of the years", percent(over)));
    let mut out = format!(
        "what moves P95 of a year's spend, {} as it is{}; one input at a time\n",
        base.p95,
        over.unwrap_or_default()
    );
    if let Some(untied) = sensitivity.untied() {
        let _ = writeln!(out, "{}", terminal(&untied));
    }
    if sensitivity.effects.is_empty() {
        out.push_str("no input moves it\n\n");
        return out;
    }
    let mut both = Vec::new();
    for effect in sensitivity.effects.iter().take(BARS) {
        for (label, end) in [(effect.key.as_str(), &effect.low), ("", &effect.high)] {
            let moved = weight(end.outcome.p95.amount()) - weight(base.p95.amount());
            let text = format!("{} at {}", end.outcome.p95.rounded_amount(), end.value);
            both.push(Bar::new(label, moved, text));
        }
    }
    out.push_str(&bars(&both, WIDTH));
    out.push('\n');
    let columns: Vec<(&str, Align)> =
        HEADING.iter().enumerate().map(|(i, name)| (*name, if i == 0 { Align::Left } else { Align::Right })).collect();
    let mut table = Table::new(&columns);
    for mut row in rows(sensitivity) {
        if let Some(key) = row.first_mut() {
            *key = shorten(key, 60).into_owned();
        }
        table.row(row);
    }
    out.push_str(&table.render());
    if sensitivity.effects.iter().any(|effect| effect.stated) {
        out.push_str("† between values that the plan states in [sensitivity]; ");
    }
    out.push_str("else 20 % less and more, or one step of what comes in steps\n");
    if !sensitivity.still.is_empty() {
        let _ = writeln!(out, "moves nothing: {}", terminal(&sensitivity.still.join(", ")));
    }
    out.push('\n');
    out
}

fn amount(amount: &Money) -> Value {
    json!(amount.amount().to_string())
}

fn outcome(outcome: &Outcome) -> Value {
    json!({ "p95": amount(&outcome.p95), "prob_over_year_budget": outcome.over_year.map_or(Value::Null, number) })
}

/// The JSON of the sensitivity; where there is no year, why.
#[must_use]
pub fn value(sensitivity: &Result<Sensitivity, String>) -> Value {
    let sensitivity = match sensitivity {
        Ok(sensitivity) => sensitivity,
        Err(reason) => return json!({ "why": reason, "inputs": null }),
    };
    let end = |end: &End| {
        json!({
            "value": end.value,
            "p95": amount(&end.outcome.p95),
            "prob_over_year_budget": end.outcome.over_year.map_or(Value::Null, number),
        })
    };
    let effect = |effect: &Effect| {
        json!({
            "input": effect.key,
            "value": effect.value,
            "stated": effect.stated,
            "low": end(&effect.low),
            "high": end(&effect.high),
            "swing": amount(&effect.swing),
        })
    };
    json!({
        "base": outcome(&sensitivity.base),
        "inputs": sensitivity.effects.iter().map(effect).collect::<Vec<_>>(),
        "without_effect": sensitivity.still,
    })
}
