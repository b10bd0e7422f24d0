//! Reads `failover.lock.toml`. A lock that is there and cannot be read is a fault, never an absence.

use rust_decimal::Decimal;

use super::fault::FaultKind;
use super::plan::InputRecord;
use super::reader::{Field, Log, Reader};
use super::tree::{Node, Value};
use crate::model::lock::{Accepted, Lock, Tolerance};
use crate::model::plan::Plan;
use crate::words::decimal::parse_exact;

/// Reads a lock and sets it against the inputs of the run.
pub fn lock(node: &Node, plan: &Plan, inputs: &[InputRecord], log: &Log) -> Option<Lock> {
    let reader = Reader::new(node, "the lock", log)?;
    super::rates::version(&reader);
    let tool = reader.required("tool", "\"0.1.0\"", Field::name);
    let signed_by = reader.required("signed_by", "\"finance desk\"", Field::name);
    let signed_on = reader.required("signed_on", "2026-12-01", Field::date);
    let valid_until = reader.required("valid_until", "2027-06-30", Field::date);
    let as_of = reader.required("as_of", "2026-12-01", Field::date);
    let currency = reader.required("currency", "\"USD\"", |field| {
        let currency = field.currency()?;
        if currency != plan.currency {
            field.fault(FaultKind::OutOfRange, "is not the plan's currency", "have the plan signed again");
            return None;
        }
        Some(currency)
    });
    let signed: Vec<Option<(String, String)>> =
        reader.tables("input").into_iter().map(|node| input(node, log)).collect();
    if reader.node("input").is_none() {
        let (message, label) = ("the lock has no [[input]]".to_owned(), "no input is signed".to_owned());
        reader.missing(&["input"], message, label, "`trunkrisk sign` writes it anew".to_owned());
    }
    let tolerance = reader.required("tolerance", "{ money = 0.05, share = 0.01 }", |field| {
        let reader = field.table()?;
        let money = reader.required("money", "0.05", Field::share);
        let share = reader.required("share", "0.01", Field::share);
        reader.finish();
        Some(Tolerance { money: money?, share: share? })
    });
    let figures = reader.required("figures", "{ absorbed = 0.99 }", |field| figures(field, log));
    let place = reader.place();
    reader.finish();
    currency?;
    let signed: Vec<(String, String)> = signed.into_iter().collect::<Option<_>>()?;
    let mut changed = changes(&signed, inputs);
    let as_of = as_of?;
    if as_of != plan.as_of {
        changed.push(format!("as of {} instead of {as_of}", plan.as_of));
    }
    Some(Lock {
        signed_by: signed_by?,
        signed_on: signed_on?,
        valid_until: valid_until?,
        as_of,
        tool: tool?,
        inputs: signed,
        figures: figures?,
        tolerance: tolerance?,
        changed,
        place,
    })
}

fn input(node: &Node, log: &Log) -> Option<(String, String)> {
    let reader = Reader::new(node, "an input of the lock", log)?;
    let path = reader.required("path", "\"failover.toml\"", Field::name);
    let sha256 = reader.required("sha256", "64 hexadecimal digits", |field| {
        let text = field.text()?;
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Some(text.to_lowercase());
        }
        field.fault(FaultKind::OutOfRange, "is no SHA-256", "64 hexadecimal digits");
        None
    });
    reader.finish();
    Some((path?, sha256?))
}

/// The figures: plain ones, and those of `spend` by cause and length.
fn figures(field: &Field<'_>, log: &Log) -> Option<Vec<Accepted>> {
    let Value::Table(entries) = &field.node.value else {
        return field.wrong("a table of figures");
    };
    let mut all = Vec::new();
    let before = log.faults.len();
    let mut add = |name: String, node: &Node| match amount(node) {
        Some(value) => all.push(Accepted { name, value, span: Some(node.span) }),
        None => log.faults.at(
            FaultKind::InexactNumber,
            node.span,
            format!("`{name}` in [figures] is no amount"),
            "not a number",
            "digits, between quotes for money: \"133.48\"",
        ),
    };
    for entry in entries {
        match &entry.node.value {
            Value::Table(causes) if entry.key == "spend" => {
                for cause in causes {
                    let Value::Table(lengths) = &cause.node.value else {
                        add(format!("spend {}", cause.key), &cause.node);
                        continue;
                    };
                    for length in lengths {
                        add(spend_name(&cause.key, &length.key), &length.node);
                    }
                }
            }
            _ => add(entry.key.clone(), &entry.node),
        }
    }
    (log.faults.len() == before).then_some(all)
}

fn amount(node: &Node) -> Option<Decimal> {
    match &node.value {
        Value::Text(raw) | Value::Integer(raw) | Value::Float(raw) => parse_exact(raw).ok(),
        _ => None,
    }
}

/// The name of the spend of a cause and length.
#[must_use]
pub fn spend_name(cause: &str, length: &str) -> String {
    format!("spend of `{cause}` for {length}")
}

fn changes(signed: &[(String, String)], inputs: &[InputRecord]) -> Vec<String> {
    let mut found = Vec::new();
    for input in inputs {
        match signed.iter().find(|(path, _)| *path == input.path) {
            Some((_, sha256)) if *sha256 == input.sha256 => {}
            Some(_) => found.push(input.path.clone()),
            None => found.push(format!("{} (new)", input.path)),
        }
    }
    let gone = signed.iter().filter(|(path, _)| inputs.iter().all(|input| input.path != *path));
    found.extend(gone.map(|(path, _)| format!("{path} (gone)")));
    found
}
