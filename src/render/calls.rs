//! What a simulation of calls found, as JSON, and every attempt as rows.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::assessment::calls::Judged;
use crate::assessment::calls::agreement::{Agreement, Figure, Kind, LEVEL};
use crate::assessment::calls::suite::Validation;
use crate::model::plan::Plan;
use crate::rating::border::expected_money;
use crate::render::formats::csv_text;
use crate::simulate::calls::bill::decimal;
use crate::simulate::calls::price::targets;
use crate::simulate::calls::time::seconds;
use crate::simulate::calls::trace::Attempt;
use crate::words::figure::json as number;
use crate::words::money::Currency;

use super::escape::terminal;
use super::json::{SCHEMA, VERSION, document};

/// An amount as a decimal string, or any other figure as a number.
fn value(value: f64, kind: Kind, currency: Currency) -> Value {
    match kind {
        Kind::Money => expected_money(value, currency).map_or(Value::Null, |money| json!(money.amount().to_string())),
        Kind::Count | Kind::Quantity => number(value),
    }
}

fn agreement(figure: &Figure) -> &'static str {
    match figure.agreement() {
        Agreement::Unknown => "not reckoned",
        Agreement::TooFew => "too few",
        Agreement::Consistent => "consistent",
        Agreement::Off { .. } => "off",
    }
}

fn figure(figure: &Figure, currency: Currency) -> Value {
    let amount = |x: f64| value(x, figure.kind, currency);
    let half = figure.half(LEVEL);
    let end = |sign: f64| half.map_or(Value::Null, |half| amount(figure.mean + sign * half));
    let off = match figure.agreement() {
        Agreement::Off { by, .. } => number(by),
        _ => Value::Null,
    };
    json!({
        "analytic": figure.analytic.map_or(Value::Null, amount),
        "mean": amount(figure.mean),
        "low": end(-1.0),
        "high": end(1.0),
        "agreement": agreement(figure),
        "off_by": off,
    })
}

fn figures(judged: &Judged, currency: Currency) -> Value {
    let map: Map<String, Value> =
        judged.figures.iter().map(|known| (known.key.to_owned(), figure(known, currency))).collect();
    Value::Object(map)
}

/// The part of the envelope that a simulation of calls fills.
#[must_use]
pub fn calls(judged: &Judged, plan: &Plan) -> Value {
    let question = &judged.question;
    let minute = |(index, minute): (usize, &crate::assessment::calls::Minute)| {
        let trunks: Vec<Value> = minute.channels.iter().map(|busy| number(*busy)).collect();
        json!({
            "minute": index,
            "attempts": number(minute.attempts),
            "carried": number(minute.carried),
            "lost": number(minute.lost),
            "blocked": number(minute.blocked),
            "channels": number(minute.channels.iter().sum()),
            "channels_by_trunk": trunks,
            "spend": value(minute.spend, Kind::Money, plan.currency),
            "idle_seat_hours": number(minute.idle_seat_hours),
        })
    };
    json!({
        "cause": plan.causes.get(question.cause).map(|cause| cause.name.as_str()),
        "duration_s": number(question.length),
        "start": judged.start.rfc3339(plan.timezone),
        "runs": question.runs,
        "seed": question.seed,
        "level": LEVEL,
        "attempts_simulated": judged.simulated,
        "complete": !judged.incomplete,
        "figures": figures(judged, plan.currency),
        "timeline": judged.minutes.iter().enumerate().map(minute).collect::<Vec<_>>(),
        "notes": judged.notes,
    })
}

/// The time line as CSV, a row each minute.
#[must_use]
pub fn timeline(judged: &Judged, plan: &Plan) -> String {
    let quoted = |words: &str| format!("\"{}\"", csv_text(words).replace('"', "\"\""));
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let trunks: Vec<String> = plan.trunks.iter().map(|trunk| quoted(&format!("channels of {}", trunk.name))).collect();
    let mut out =
        format!("minute,attempts,carried,lost,blocked,channels,spend,currency,idle_seat_hours,{}\n", trunks.join(","));
    for (index, minute) in judged.minutes.iter().enumerate() {
        let busy: f64 = minute.channels.iter().sum();
        let counts = [minute.attempts, minute.carried, minute.lost, minute.blocked, busy].map(|x| plain(&number(x)));
        let spend = plain(&value(minute.spend, Kind::Money, plan.currency));
        let by_trunk: Vec<String> = minute.channels.iter().map(|busy| plain(&number(*busy))).collect();
        let (counts, by_trunk) = (counts.join(","), by_trunk.join(","));
        let idle = plain(&number(minute.idle_seat_hours));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{index},{counts},{spend},{},{idle},{by_trunk}", plan.currency.code());
    }
    out
}

/// The validation suite as a document of its own.
#[must_use]
pub fn validation(validation: &Validation) -> String {
    let pairs = |pairs: &[(&'static str, &'static str)]| -> Vec<Value> {
        pairs.iter().map(|(plan, figure)| json!({ "plan": plan, "figure": figure })).collect()
    };
    let plans: Vec<Value> = validation
        .tried
        .iter()
        .map(|tried| {
            let known: Vec<Value> = tried
                .case
                .known
                .iter()
                .map(|known| {
                    json!({ "figure": known.key, "low": number(known.low), "high": number(known.high), "why": known.why })
                })
                .collect();
            json!({
                "name": tried.case.name,
                "plan": tried.case.plan,
                "sets": tried.case.sets,
                "duration_s": number(tried.case.length),
                "runs": tried.judged.question.runs,
                "seed": tried.judged.question.seed,
                "currency": tried.currency.code(),
                "figures": figures(&tried.judged, tried.currency),
                "known": known,
            })
        })
        .collect();
    document(&json!({
        "schema": SCHEMA,
        "tool": VERSION,
        "command": "simulate",
        "status": "pass",
        "exit": 0,
        "complete": true,
        "validation": {
            "plans": plans,
            "level": LEVEL,
            "comparisons": validation.comparisons,
            "outside": validation.outside,
            "family_level": number(validation.family_level),
            "unexplained": pairs(&validation.unexplained),
            "misstated": pairs(&validation.misstated),
        },
    }))
}

/// The columns of a trace.
pub const TRACE: [&str; 14] = [
    "run",
    "at_s",
    "campaign",
    "outcome",
    "destination",
    "jurisdiction",
    "kind",
    "fate",
    "trunk",
    "held_s",
    "talk_s",
    "billed_s",
    "cost",
    "currency",
];

/// A text that no spreadsheet takes for a formula, with its quotes where it needs them.
fn cell(text: &str) -> String {
    let text = terminal(text);
    let formula = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if text.contains([',', '"', ';']) || !formula.is_empty() {
        format!("\"{formula}{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}

/// Seconds to the nanosecond, exactly.
fn exact(ns: u64) -> String {
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// What of a plan every row of a trace needs, made ready once.
pub struct TraceWriter<'a> {
    plan: &'a Plan,
    json: bool,
    /// Decimal places by table.
    places: &'a dyn Fn(usize) -> u32,
}

impl<'a> TraceWriter<'a> {
    /// Rows of CSV, or lines of JSON.
    pub fn new(plan: &'a Plan, json: bool, places: &'a dyn Fn(usize) -> u32) -> Self {
        Self { plan, json, places }
    }

    /// The row above all; nothing in JSON.
    #[must_use]
    pub fn head(&self) -> String {
        if self.json { String::new() } else { format!("{}\n", TRACE.join(",")) }
    }

    /// A row, with its line feed.
    #[must_use]
    pub fn row(&self, run: u64, attempt: &Attempt) -> String {
        let plan = self.plan;
        let campaign = plan.campaigns.get(usize::from(attempt.campaign));
        let outcome = campaign.and_then(|c| c.outcomes.get(usize::from(attempt.outcome)));
        let target = campaign.and_then(|c| targets(c).get(usize::from(attempt.target)).copied());
        let trunk = attempt.trunk.and_then(|trunk| plan.trunks.get(usize::from(trunk)));
        let table = trunk.and_then(|trunk| plan.table(trunk));
        let places = trunk.map_or(0, |trunk| (self.places)(trunk.table));
        let cost =
            decimal(attempt.cost.into(), places).map_or_else(|_| String::new(), |cost| cost.normalize().to_string());
        let currency = table.map_or("", |table| table.currency.code()).to_owned();
        let name = |name: Option<&String>| name.map_or("", String::as_str).to_owned();
        let cells = [
            (run + 1).to_string(),
            exact(attempt.at),
            name(campaign.map(|c| &c.name)),
            name(outcome.map(|o| &o.name)),
            target.map_or_else(String::new, |target| target.prefix.to_string()),
            target.and_then(|target| target.jurisdiction).map_or("", |j| j.name()).to_owned(),
            attempt.kind.name().to_owned(),
            attempt.fate.name().to_owned(),
            name(trunk.map(|t| &t.name)),
            exact(attempt.held),
            exact(attempt.talk),
            attempt.billed.to_string(),
            cost,
            currency,
        ];
        if !self.json {
            let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
            return format!("{}\n", cells.join(","));
        }
        let mut map: Map<String, Value> =
            TRACE.iter().zip(cells).map(|(key, cell)| ((*key).to_owned(), json!(cell))).collect();
        map.insert("run".into(), json!(run + 1));
        map.insert("billed_s".into(), json!(attempt.billed));
        for (key, ns) in [("at_s", attempt.at), ("held_s", attempt.held), ("talk_s", attempt.talk)] {
            map.insert(key.into(), number(seconds(ns)));
        }
        format!("{}\n", Value::Object(map))
    }
}
