//! `[sensitivity]`: the ranges in which a plan's inputs are thought to lie.

use super::fault::{FaultKind, did_you_mean};
use super::reader::{Field, Log};
use super::tree::{Node, Value};
use crate::model::plan::Plan;
use crate::model::vary::{Input, Kind, Stated, inputs};

/// Reads the block of a plan that is otherwise read: each key is an input's, each value `[low, high]`.
pub fn stated(node: &Node, plan: &Plan, log: &Log) -> Vec<Stated> {
    let Value::Table(entries) = &node.value else {
        let field = Field::nested(node, "sensitivity", "the plan", log);
        let _ = field.wrong::<()>("a table of ranges, such as { \"campaign.renewals.seats\" = [40, 60] }");
        return Vec::new();
    };
    let known = inputs(plan);
    let mut all = Vec::new();
    for entry in entries {
        let Some(input) = known.iter().find(|input| input.key == entry.key) else {
            let keys: Vec<&str> = known.iter().map(|input| input.key.as_str()).collect();
            log.faults.at(
                FaultKind::UnknownName,
                entry.span,
                format!("`{}` in [sensitivity] is no input that can be varied", entry.key),
                "unknown input",
                did_you_mean(&entry.key, &keys),
            );
            continue;
        };
        let field = Field::nested(&entry.node, &entry.key, "sensitivity", log);
        let Some(values) = field.items("an array of two: [low, high]", |item| value(item, input)) else { continue };
        let &[low, high] = values.as_slice() else {
            field.fault(FaultKind::OutOfRange, "does not hold two values", "[low, high]");
            continue;
        };
        if low > high {
            field.fault(FaultKind::OutOfRange, "has its higher value first", "[low, high]");
        } else if let Some(bad) = [low, high].into_iter().find(|value| input.set(plan, *value).is_none()) {
            let help = "agents talk 3,600 s of an hour at most, and dialers hold no more calls than they have lines";
            field.fault(FaultKind::ImpossibleFloor, &format!("cannot be {bad}"), help);
        } else {
            all.push(Stated { key: entry.key.clone(), low, high });
        }
    }
    all
}

fn value(field: &Field<'_>, input: &Input) -> Option<f64> {
    match input.kind {
        Kind::Seconds => field.positive_seconds(),
        Kind::Share => field.fraction(),
        Kind::Whole => field.whole(1, 1_000_000).map(|whole| whole as f64),
        Kind::Number | Kind::Factor => field.positive(1_000_000),
        Kind::Switch => field.flag().map(|flag| f64::from(u8::from(flag))),
        Kind::Increment => {
            let text = field.text()?;
            let names: Vec<String> = crate::model::vary::INCREMENTS
                .iter()
                .map(|(initial, further)| format!("{initial}/{further}"))
                .collect();
            let place = names.iter().position(|name| name == text);
            if place.is_none() {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                field.fault(FaultKind::UnknownWord, "is no increment in use", did_you_mean(text, &names));
            }
            place.map(|place| place as f64)
        }
    }
}
