//! The comparison in the envelope. Written row by row: two decks can differ in millions of rows.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::super::show::price_value;
use super::super::{increment_value, increment_words};
use super::Compares;
use crate::model::rates::Price;
use crate::model::rows::RowRef;
use crate::rating::compare::{Change, Compared, Flow};
use crate::render::json::{SCHEMA, VERSION, inputs, pretty};
use crate::words::figure;

/// The document with its keys sorted.
#[derive(Serialize)]
struct Document<'c, 'a> {
    changes: Changes<'c, 'a>,
    command: &'static str,
    complete: bool,
    counts: BTreeMap<String, usize>,
    currency: Option<&'c str>,
    exit: u8,
    inputs: Value,
    inputs_digest: String,
    new: Value,
    old: Value,
    prefixes: usize,
    schema: &'static str,
    status: &'static str,
    tool: &'static str,
    traffic: Value,
}

struct Changes<'c, 'a>(&'c Compares<'a>);

/// A prefix that is priced otherwise, its keys sorted.
#[derive(Serialize)]
struct Row<'c> {
    changes: Vec<String>,
    difference: Option<Value>,
    new: Option<Side<'c>>,
    old: Option<Side<'c>>,
    origins: Vec<String>,
    prefix: String,
}

/// The row that prices it on one side, its keys sorted.
#[derive(Serialize)]
struct Side<'c> {
    average_call: Option<Value>,
    connect_fee: String,
    destination: Option<&'c str>,
    effective_from: Option<String>,
    increment: Option<String>,
    line: u32,
    path: &'c str,
    prefix: String,
    price: Value,
}

impl Serialize for Changes<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.changes.iter().map(|compared| row(self.0, compared)))
    }
}

fn row<'c>(compares: &'c Compares<'_>, compared: &'c Compared<'_>) -> Row<'c> {
    Row {
        changes: compared.changes.iter().map(|change| change.name().replace(' ', "-")).collect(),
        difference: compares.difference(compared).map(figure::json),
        new: compared.new.map(|row| side(row, compared.new_cost, compares)),
        old: compared.old.map(|row| side(row, compared.old_cost, compares)),
        origins: compared.origins.iter().map(ToString::to_string).collect(),
        prefix: compared.prefix.to_string(),
    }
}

fn side<'c>(row: RowRef<'c>, average: Option<f64>, compares: &'c Compares<'_>) -> Side<'c> {
    let at = compares.sources.position(row.span);
    Side {
        average_call: average.map(figure::json),
        connect_fee: row.connect_fee.to_string(),
        destination: row.terms.destination.as_deref(),
        effective_from: row.effective_from.map(|day| day.to_string()),
        increment: match row.price {
            Price::Steps(_) | Price::Blocked => Some(increment_words(row)),
            _ => increment_value(row),
        },
        line: at.line.get(),
        path: compares.sources.name(row.span.source),
        prefix: row.prefix.to_string(),
        price: price_value(&row.terms.price),
    }
}

/// The comparison in the envelope.
#[must_use]
pub fn document(compares: &Compares<'_>) -> String {
    let (list, digest) = inputs(compares.inputs);
    let flow = |flow: &Flow<'_>| {
        json!({
            "campaign": flow.campaign.name,
            "prefix": flow.destination.prefix.to_string(),
            "attempts_per_hour": figure::json(flow.attempts),
            "old_per_hour": flow.old.map(figure::json),
            "new_per_hour": flow.new.map(figure::json),
        })
    };
    let side = |path: &str, day: Option<chrono::NaiveDate>| json!({ "path": path, "on": day.map(|d| d.to_string()) });
    let counts = Change::NAMES.iter().map(|(change, name)| (name.replace(' ', "_"), compares.count(*change)));
    pretty(&Document {
        changes: Changes(compares),
        command: "rates diff",
        complete: true,
        counts: counts.collect(),
        currency: compares.currency(),
        exit: 0,
        inputs: list,
        inputs_digest: digest,
        new: side(&compares.new.path, compares.days[1]),
        old: side(&compares.old.path, compares.days[0]),
        prefixes: compares.named,
        schema: SCHEMA,
        status: "pass",
        tool: VERSION,
        traffic: json!(compares.traffic.as_ref().map(|(_, flows)| flows.iter().map(flow).collect::<Vec<_>>())),
    })
}
