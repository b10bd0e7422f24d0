//! What a new table changes: prefix by prefix, and for the traffic of a plan.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{increment_words, place, price_words};
use crate::input::plan::InputRecord;
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
use crate::model::rows::RowRef;
use crate::rating::compare::{Change, Compared, Flow};
use crate::render::json::{SCHEMA, VERSION, inputs};
use crate::render::table::{Align, Table};
use crate::render::{escape, json as documents};
use crate::words::diagnostic::Sources;
use crate::words::figure;

/// Changes that are shown in text; the rest is counted.
const MOST: usize = 50;

/// Two tables and what is other.
#[derive(Debug)]
pub struct Compares<'a> {
    /// The old table.
    pub old: &'a RateTable,
    /// The new one.
    pub new: &'a RateTable,
    /// The days on which they are looked at; nothing where a table has no days.
    pub days: [Option<NaiveDate>; 2],
    /// The texts.
    pub sources: &'a Sources,
    /// The inputs.
    pub inputs: &'a [InputRecord],
    /// What is other, the largest difference first.
    pub changes: Vec<Compared<'a>>,
    /// Prefixes that either table names.
    pub named: usize,
    /// The plan and what its calls cost.
    pub traffic: Option<(&'a Plan, Vec<Flow<'a>>)>,
}

impl Compares<'_> {
    fn count(&self, change: Change) -> usize {
        self.changes.iter().filter(|compared| compared.changes.contains(&change)).count()
    }

    /// The currency of amounts; nothing where the tables do not state it, or each its own.
    fn currency(&self) -> Option<&str> {
        let stated = |table: &RateTable| !table.is_bare();
        match (stated(self.old), stated(self.new)) {
            (true, true) => (self.old.currency == self.new.currency).then(|| self.new.currency.code()),
            (true, false) => Some(self.old.currency.code()),
            (false, true) => Some(self.new.currency.code()),
            (false, false) => None,
        }
    }
}

/// A cost to six places: average calls cost fractions of a cent.
fn cost(value: Option<f64>) -> String {
    value.map_or_else(|| "no price".to_owned(), |value| format!("{value:.6}"))
}

fn relative(old: Option<f64>, new: Option<f64>) -> String {
    match (old, new) {
        (Some(old), Some(new)) if old > 0.0 => {
            let change = (new - old) / old;
            let sign = if change > 0.0 { "+" } else { "" };
            format!("{sign}{}", figure::percent(change))
        }
        _ => "-".to_owned(),
    }
}

fn terms(row: Option<RowRef<'_>>, compared: &Compared<'_>) -> String {
    let Some(row) = row else { return "no rate".to_owned() };
    let through = if row.prefix == compared.prefix { String::new() } else { format!(" (by {})", row.prefix) };
    format!("{}, {}{through}", price_words(&row.price), increment_words(row))
}

fn words(compared: &Compared<'_>) -> String {
    compared.changes.iter().map(|change| change.name()).collect::<Vec<_>>().join(", ")
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", figure::count(count as f64), if count == 1 { one } else { many })
}

/// For people.
#[must_use]
pub fn text(compares: &Compares<'_>, brief: bool) -> String {
    let mut out = String::new();
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| format!(" on {day}"));
    let [old, new] = [compares.old, compares.new].map(|table| escape::terminal(&table.path).into_owned());
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{old}{} → {new}{}", day(compares.days[0]), day(compares.days[1]));
    if compares.changes.is_empty() {
        let _ = writeln!(out, "no change in {}", plural(compares.named, "prefix", "prefixes"));
    } else {
        let counts: Vec<String> = Change::NAMES
            .iter()
            .map(|(change, name)| (compares.count(*change), name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{} {name}", figure::count(count as f64)))
            .collect();
        let (changed, named) = (compares.changes.len(), compares.named);
        let _ = writeln!(
            out,
            "{} of {} priced otherwise: {}",
            figure::count(changed as f64),
            plural(named, "prefix", "prefixes"),
            counts.join(", ")
        );
    }
    if compares.old.currency != compares.new.currency && !compares.old.is_bare() && !compares.new.is_bare() {
        let _ = writeln!(
            out,
            "note: {} is in {}, {} in {}: amounts are compared as they stand, without an exchange rate",
            old, compares.old.currency, new, compares.new.currency
        );
    }
    if brief {
        return out;
    }
    if !compares.changes.is_empty() {
        out.push('\n');
        out.push_str(&changes(compares));
    }
    if let Some((plan, flows)) = &compares.traffic {
        let _ = writeln!(out, "\nthe calls of {} in an hour of its full floor", escape::terminal(&plan.path));
        out.push_str(&traffic(flows));
    }
    let currency = compares.currency().map_or_else(String::new, |currency| format!(" in {currency}"));
    let _ = writeln!(out, "\namounts{currency}; a call is one of exponential talk time, 2 minutes on average");
    out
}

fn changes(compares: &Compares<'_>) -> String {
    let columns = [
        ("prefix", Align::Left),
        ("destination", Align::Left),
        ("change", Align::Left),
        ("old", Align::Left),
        ("new", Align::Left),
        ("call, old", Align::Right),
        ("call, new", Align::Right),
        ("", Align::Right),
        ("place", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for compared in compares.changes.iter().take(MOST) {
        let named = compared.new.filter(|row| row.prefix == compared.prefix).or(compared.old).or(compared.new);
        let name = named.and_then(|row| row.destination.clone()).unwrap_or_default();
        let mut prefix = compared.prefix.to_string();
        if !compared.origins.is_empty() {
            let origins: Vec<String> = compared.origins.iter().map(ToString::to_string).collect();
            let _ = write!(prefix, " from {}", origins.join(" "));
        }
        table.row([
            prefix,
            name,
            words(compared),
            terms(compared.old, compared),
            terms(compared.new, compared),
            cost(compared.old_cost),
            cost(compared.new_cost),
            relative(compared.old_cost, compared.new_cost),
            named.map_or_else(String::new, |row| place(compares.sources, row.span)),
        ]);
    }
    let mut out = table.render();
    let rest = compares.changes.len().saturating_sub(MOST);
    if rest > 0 {
        let _ = writeln!(out, "… and {} more: --output json has all", figure::count(rest as f64));
    }
    out
}

fn traffic(flows: &[Flow<'_>]) -> String {
    let columns = [
        ("campaign", Align::Left),
        ("prefix", Align::Left),
        ("attempts", Align::Right),
        ("old", Align::Right),
        ("new", Align::Right),
        ("", Align::Right),
    ];
    let mut table = Table::new(&columns);
    let amount = |value: Option<f64>| value.map_or_else(|| "no price".to_owned(), |value| format!("{value:.4}"));
    let total = |side: fn(&Flow<'_>) -> Option<f64>| {
        let known: f64 = flows.iter().filter_map(side).sum();
        (known, flows.iter().all(|flow| side(flow).is_some()))
    };
    for flow in flows {
        table.row([
            flow.campaign.name.clone(),
            flow.destination.prefix.to_string(),
            format!("{:.1}", flow.attempts),
            amount(flow.old),
            amount(flow.new),
            relative(flow.old, flow.new),
        ]);
    }
    let (old, new) = (total(|flow| flow.old), total(|flow| flow.new));
    let shown = |(sum, whole): (f64, bool)| format!("{}{sum:.4}", if whole { "" } else { "≥ " });
    let change = if old.1 && new.1 { relative(Some(old.0), Some(new.0)) } else { "-".to_owned() };
    table.row(["all".to_owned(), String::new(), String::new(), shown(old), shown(new), change]);
    table.render()
}

fn side(row: Option<RowRef<'_>>, average: Option<f64>, sources: &Sources) -> Value {
    let Some(row) = row else { return Value::Null };
    let at = sources.position(row.span);
    json!({
        "prefix": row.prefix.to_string(),
        "destination": row.destination,
        "price": super::show::price_value(&row.price),
        "increment": increment_words(row),
        "connect_fee": row.connect_fee.to_string(),
        "average_call": average.map(figure::json),
        "path": sources.name(row.span.source),
        "line": at.line.get(),
    })
}

/// The same in the envelope.
#[must_use]
pub fn document(compares: &Compares<'_>) -> String {
    let (list, digest) = inputs(compares.inputs);
    let sources = compares.sources;
    let change = |compared: &Compared<'_>| {
        json!({
            "prefix": compared.prefix.to_string(),
            "origins": compared.origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "changes": compared.changes.iter().map(|change| change.name().replace(' ', "-")).collect::<Vec<_>>(),
            "old": side(compared.old, compared.old_cost, sources),
            "new": side(compared.new, compared.new_cost, sources),
            "difference": compared.difference().map(figure::json),
        })
    };
    let flow = |flow: &Flow<'_>| {
        json!({
            "campaign": flow.campaign.name,
            "prefix": flow.destination.prefix.to_string(),
            "attempts_per_hour": figure::json(flow.attempts),
            "old_per_hour": flow.old.map(figure::json),
            "new_per_hour": flow.new.map(figure::json),
        })
    };
    let counts: serde_json::Map<String, Value> =
        Change::NAMES.iter().map(|(change, name)| (name.replace(' ', "_"), compares.count(*change).into())).collect();
    documents::document(&json!({
        "schema": SCHEMA,
        "tool": VERSION,
        "command": "rates diff",
        "status": "pass",
        "exit": 0,
        "complete": true,
        "currency": compares.currency(),
        "inputs": list,
        "inputs_digest": digest,
        "old": { "path": compares.old.path, "on": compares.days[0].map(|day| day.to_string()) },
        "new": { "path": compares.new.path, "on": compares.days[1].map(|day| day.to_string()) },
        "prefixes": compares.named,
        "counts": counts,
        "changes": compares.changes.iter().map(change).collect::<Vec<_>>(),
        "traffic": compares.traffic.as_ref().map(|(_, flows)| flows.iter().map(flow).collect::<Vec<_>>()),
    }))
}
