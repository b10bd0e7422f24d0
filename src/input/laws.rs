//! Laws, written alike everywhere: one key names the law.

use super::fault::{FaultKind, did_you_mean};
use super::reader::{Field, Reader};
use super::tree::{Node, Value};
use crate::model::law::{DurationLaw, LawError, TalkLaw};

const TALK: [&str; 3] = ["fixed", "exponential", "lognormal"];
const DURATION: [&str; 8] = ["fixed", "exponential", "lognormal", "weibull", "gamma", "lomax", "pert", "list"];

/// The one key of a law's table and its node.
fn named<'a>(field: &Field<'a>, known: &'static [&'static str]) -> Option<(&'static str, Reader<'a>)> {
    let example = "a law, such as { exponential = { mean = \"45m\" } }";
    let Value::Table(entries) = &field.node.value else { return field.wrong(example) };
    let table = field.table()?;
    let [entry] = entries.as_slice() else {
        field.fault(FaultKind::ConflictingKeys, "must name exactly one law", format!("one of {}", known.join(", ")));
        return None;
    };
    let Some(name) = known.iter().copied().find(|name| *name == entry.key) else {
        field.log().faults.at(
            FaultKind::UnknownKey,
            entry.span,
            format!("there is no law `{}` here", entry.key),
            "unknown law",
            did_you_mean(&entry.key, known),
        );
        return None;
    };
    Some((name, table))
}

fn checked<T>(field: &Field<'_>, law: Result<T, LawError>) -> Option<T> {
    law.map_err(|error| field.fault(FaultKind::OutOfRange, "is no law", error.to_string())).ok()
}

/// The parameters of a law, as durations [s] or bare numbers.
fn parameters(table: &Reader<'_>, law: &'static str, keys: &[(&'static str, bool)]) -> Option<Vec<f64>> {
    table.optional(law, |field| {
        let inner = field.table()?;
        let values: Vec<Option<f64>> = keys
            .iter()
            .map(|(key, duration)| {
                let example = if *duration { "\"45m\"" } else { "1.5" };
                inner.required(key, example, |f| if *duration { f.seconds() } else { f.positive(1_000_000) })
            })
            .collect();
        inner.finish();
        values.into_iter().collect()
    })
}

/// Reads a law of talk time.
pub fn talk(field: &Field<'_>) -> Option<TalkLaw> {
    let (name, table) = named(field, &TALK)?;
    match name {
        "fixed" => checked(field, TalkLaw::fixed(table.optional("fixed", Field::seconds)?)),
        "exponential" => {
            let values = parameters(&table, "exponential", &[("mean", true)])?;
            checked(field, TalkLaw::exponential(*values.first()?))
        }
        _ => {
            let values = parameters(&table, "lognormal", &[("mean", true), ("sd", true)])?;
            checked(field, TalkLaw::lognormal(*values.first()?, *values.get(1)?))
        }
    }
}

/// Reads a law of outage lengths.
pub fn duration(field: &Field<'_>) -> Option<DurationLaw> {
    let (name, table) = named(field, &DURATION)?;
    let two = |law, keys: &[(&'static str, bool); 2]| {
        let values = parameters(&table, law, keys)?;
        Some((*values.first()?, *values.get(1)?))
    };
    let shaped = |law, make| {
        let (shape, scale) = two(law, &[("shape", false), ("scale", true)])?;
        checked(field, DurationLaw::shaped(make, shape, scale))
    };
    match name {
        "fixed" => checked(field, DurationLaw::fixed(table.optional("fixed", Field::seconds)?)),
        "exponential" => {
            let values = parameters(&table, "exponential", &[("mean", true)])?;
            checked(field, DurationLaw::exponential(*values.first()?))
        }
        "lognormal" => lognormal(field, &table),
        "weibull" => shaped("weibull", |shape, scale| DurationLaw::Weibull { shape, scale }),
        "gamma" => shaped("gamma", |shape, scale| DurationLaw::Gamma { shape, scale }),
        "lomax" => shaped("lomax", |shape, scale| DurationLaw::Lomax { shape, scale }),
        "pert" => {
            let values = parameters(&table, "pert", &[("min", true), ("mode", true), ("max", true)])?;
            checked(field, DurationLaw::pert(*values.first()?, *values.get(1)?, *values.get(2)?))
        }
        _ => {
            let lengths = table.optional("list", |f| f.items("an array of durations", Field::seconds))?;
            checked(field, DurationLaw::list(lengths))
        }
    }
}

fn lognormal(field: &Field<'_>, table: &Reader<'_>) -> Option<DurationLaw> {
    let node: &Node = table.node("lognormal")?;
    let has = |key: &str| matches!(&node.value, Value::Table(entries) if entries.iter().any(|e| e.key == key));
    if has("sigma") {
        let values = parameters(table, "lognormal", &[("median", true), ("sigma", false)])?;
        checked(field, DurationLaw::lognormal_sigma(*values.first()?, *values.get(1)?))
    } else if has("mean") || has("sd") {
        let values = parameters(table, "lognormal", &[("mean", true), ("sd", true)])?;
        checked(field, DurationLaw::lognormal_moments(*values.first()?, *values.get(1)?))
    } else {
        let values = parameters(table, "lognormal", &[("median", true), ("p95", true)])?;
        checked(field, DurationLaw::lognormal_quantiles(*values.first()?, *values.get(1)?))
    }
}
