//! `[[rate]]`: the rows that a table writes out.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::in_order;
use super::terms::increment;
use crate::input::fault::FaultKind;
use crate::input::reader::{Field, Log, Reader};
use crate::input::tree::{Node, Value};
use crate::model::place::Place;
use crate::model::rates::{Billing, Price, PriceStep, RatePerMinute};
use crate::model::rows::{RateRow, RowPacker, Terms};
use crate::words::diagnostic::Span;
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;

/// The rows that a table writes out; nothing where one of them is at fault.
pub(super) fn written_out(nodes: Vec<&Node>, defaults: &Defaults<'_>, log: &Log) -> Option<RowPacker> {
    let (mut rows, mut sound) = (RowPacker::default(), true);
    rows.reserve(nodes.len());
    // Large tables repeat a few hundred terms: a row that differs from one before in its prefix alone is read at once.
    let mut known: HashMap<Rest<'_>, u32> = HashMap::new();
    for node in nodes {
        let rest = rest(node);
        if let Some((prefix, rest)) = &rest
            && let Some(number) = known.get(rest)
        {
            rows.push(prefix.0, prefix.1, *number);
            continue;
        }
        let before = log.faults.len();
        match row(node, defaults, log) {
            Some(RateRow { prefix, span, terms }) => {
                let number = rows.terms(span.source, terms);
                rows.push(prefix, span, number);
                // What is said of this row is to be said of the next one too.
                if let Some((_, rest)) = rest.filter(|_| log.faults.len() == before) {
                    known.insert(rest, number);
                }
            }
            None => sound = false,
        }
    }
    sound.then_some(rows)
}

/// The keys of a row besides its prefix, with what they are as it is written.
type Rest<'a> = Vec<(&'a str, (u8, &'a str))>;

/// A row's sound prefix and its other keys; nothing where they are more than strings and numbers.
fn rest(node: &Node) -> Option<((DialPrefix, Span), Rest<'_>)> {
    let Value::Table(entries) = &node.value else { return None };
    let (mut prefix, mut others) = (None, Vec::with_capacity(entries.len()));
    for entry in entries {
        match &entry.node.value {
            Value::Text(text) if entry.key == "prefix" => {
                prefix = Some((DialPrefix::parse(text).ok()?, entry.node.span))
            }
            value => others.push((entry.key.as_str(), value.scalar()?)),
        }
    }
    prefix.map(|prefix| (prefix, others))
}

/// What holds for rows that do not say.
pub(super) struct Defaults<'a> {
    pub billing: Option<&'a Billing>,
    pub effective_from: Option<NaiveDate>,
    pub expires: Option<NaiveDate>,
    /// Rows that are billed by no known increment: one omission in [billing], so one fault.
    pub without_increment: RefCell<Vec<Span>>,
}

impl<'a> Defaults<'a> {
    pub(super) fn new(
        billing: Option<&'a Billing>,
        effective_from: Option<NaiveDate>,
        expires: Option<NaiveDate>,
    ) -> Self {
        Self { billing, effective_from, expires, without_increment: RefCell::default() }
    }
}

const PRICES: [&str; 5] = ["per_minute", "first", "interstate", "steps", "following"];

fn row(node: &Node, defaults: &Defaults<'_>, log: &Log) -> Option<RateRow> {
    let named = Reader::new(node, "a rate row", log)?;
    let prefix = named.required("prefix", "\"1\"", Field::prefix);
    let what = prefix.map_or_else(|| named.what.clone(), |prefix| format!("rate row `{prefix}`"));
    let reader = named.called(what);
    let destination = reader.or("destination", None, |f| f.name().map(Some));
    let price = price(&reader, log);
    let own = match reader.node("increment") {
        Some(_) => Some(reader.optional("increment", increment)?),
        None => defaults.billing.and_then(|billing| billing.increment),
    };
    let increment = match (own, &price) {
        (Some(increment), _) => Some(increment),
        // Steps bill by increments of their own.
        (None, Some(Price::Steps(_))) => BillingIncrement::new(1, 1).ok(),
        (None, _) => {
            // Where [billing] itself is at fault, that fault says enough.
            if defaults.billing.is_some() {
                defaults.without_increment.borrow_mut().push(reader.span);
            }
            None
        }
    };
    let connect_fee = match reader.node("connect_fee") {
        Some(_) => reader.optional("connect_fee", Field::amount),
        None => defaults.billing.map(|billing| billing.connect_fee),
    };
    let minimum = reader.or("minimum", Decimal::ZERO, Field::amount);
    let effective_from = reader.or("effective_from", defaults.effective_from, |f| f.date().map(Some));
    let expires = reader.or("expires", defaults.expires, |f| f.date().map(Some));
    if let (Some(Some(from)), Some(Some(to))) = (effective_from, expires)
        && (reader.node("effective_from").is_some() || reader.node("expires").is_some())
    {
        in_order(&reader, from, to);
    }
    let origins = reader.or("origins", Vec::new(), |f| f.items("an array of dial prefixes", Field::prefix));
    let span = reader.place().key("prefix");
    let span = if reader.node("prefix").is_some() { span } else { reader.span };
    reader.finish();
    Some(RateRow {
        prefix: prefix?,
        span,
        terms: Terms {
            destination: destination?,
            price: price?,
            increment: increment?,
            connect_fee: connect_fee?,
            minimum: minimum?,
            effective_from: effective_from?,
            expires: expires?,
            origins: origins?,
            withdrawn: false,
            unbilled: false,
        },
    })
}

fn rate(field: &Field<'_>) -> Option<RatePerMinute> {
    field.amount().and_then(RatePerMinute::new)
}

fn price(reader: &Reader<'_>, log: &Log) -> Option<Price> {
    let given: Vec<&str> = reader.given(&PRICES).iter().map(|(key, _)| *key).filter(|k| *k != "following").collect();
    let place: Place = reader.place();
    match given.as_slice() {
        ["per_minute"] => {
            let per_minute = reader.optional("per_minute", rate);
            alone(reader, log, &["following", "intrastate", "indeterminate"], "per_minute")?;
            per_minute.map(Price::PerMinute)
        }
        ["first"] => {
            let first = reader.optional("first", rate);
            let following = reader.required("following", "0.017", rate);
            alone(reader, log, &["intrastate", "indeterminate"], "first")?;
            Some(Price::FirstFollowing { first: first?, following: following? })
        }
        ["interstate"] => {
            let interstate = reader.optional("interstate", rate);
            let intrastate = reader.required("intrastate", "0.012", rate);
            alone(reader, log, &["following"], "interstate")?;
            let (interstate, intrastate) = (interstate?, intrastate?);
            // Carriers charge at least the dearer of the two where they cannot tell.
            let indeterminate = reader.or("indeterminate", interstate.max(intrastate), rate)?;
            Some(Price::Jurisdiction { interstate, intrastate, indeterminate })
        }
        ["steps"] => {
            let steps = reader.optional("steps", |f| steps(f, log));
            alone(reader, log, &["following", "intrastate", "indeterminate", "increment"], "steps")?;
            steps.map(Price::Steps)
        }
        [] => {
            // Asked for, so that they are not called unknown as well.
            match reader.given(&["following", "intrastate", "indeterminate"]).as_slice() {
                [("following", _)] => _ = reader.required("first", "0.017", rate),
                [("intrastate" | "indeterminate", _), ..] => _ = reader.required("interstate", "0.012", rate),
                _ => reader.missing(
                    &PRICES,
                    format!("{} has no price", reader.what),
                    "no price".to_owned(),
                    "add `per_minute`, or `first` and `following`, or `interstate` and `intrastate`, or `steps`"
                        .to_owned(),
                ),
            }
            None
        }
        [.., last] => {
            log.faults.at(
                FaultKind::ConflictingKeys,
                place.key(last),
                format!("{} has several prices: {}", reader.what, given.join(", ")),
                "a second price",
                "one of `per_minute`, `first` and `following`, `interstate` and `intrastate`, or `steps`",
            );
            let _ = reader.given(&["following", "intrastate", "indeterminate"]);
            None
        }
    }
}

/// Keys that do not go with a way of pricing.
fn alone(reader: &Reader<'_>, log: &Log, others: &[&'static str], with: &str) -> Option<()> {
    let given = reader.given(others);
    for (key, node) in &given {
        log.faults.at(
            FaultKind::ConflictingKeys,
            node.span,
            format!("`{key}` does not go with `{with}` in {}", reader.what),
            "does not belong here",
            format!("drop it, or price by it instead of `{with}`"),
        );
    }
    given.is_empty().then_some(())
}

fn steps(field: &Field<'_>, log: &Log) -> Option<Vec<PriceStep>> {
    let mut previous: Option<PriceStep> = None;
    let read = field.items("an array of steps", |item| {
        let step = Reader::new(item.node, "a price step", log)?;
        let from = step.required("from", "\"60s\"", Field::seconds);
        let price = step.required("per_minute", "0.20", rate);
        let increment = step.required("increment", "60", |f| f.whole32(1, BillingIncrement::LONGEST));
        let place = step.place();
        step.finish();
        let from = from?;
        // Durations are whole milliseconds; steps begin at whole seconds.
        if libm::trunc(from) != from || from > f64::from(BillingIncrement::LONGEST) {
            item.fault(FaultKind::OutOfRange, "begins at a fraction of a second or after a day", "whole seconds");
            return None;
        }
        Some((
            place.key("from"),
            PriceStep { from: from as u32, price: price?, increment: NonZeroU32::new(increment?)? },
        ))
    })?;
    let mut steps = Vec::with_capacity(read.len());
    for (span, step) in read {
        let aligned = previous.map_or(step.from == 0, |before| {
            step.from > before.from && (step.from - before.from) % before.increment == 0
        });
        if !aligned {
            let help = if previous.is_none() {
                "the first step begins at \"0s\""
            } else {
                "each step begins after a whole number of the increments before it"
            };
            let message = format!("a price step of {} begins at the wrong second", field.of());
            log.faults.at(FaultKind::OutOfRange, span, message, format!("begins after {} s", step.from), help);
            return None;
        }
        previous = Some(step);
        steps.push(step);
    }
    if steps.is_empty() {
        field.fault(FaultKind::OutOfRange, "is empty", "at least one step, from \"0s\"");
        return None;
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read_billing;
    use super::*;
    use crate::input::tree;
    use crate::words::diagnostic::Sources;

    /// The rows of a text and what is told of them: all at once, or each for itself.
    fn read(text: &str, at_once: bool) -> String {
        let (mut sources, log) = (Sources::default(), Log::default());
        let id = sources.add("x.toml", text);
        let node = tree::parse(&sources, id, &log.faults);
        let billing = read_billing(None, &log);
        let defaults = Defaults::new(billing.as_ref(), None, None);
        let nodes = Reader::new(&node, "x", &log).unwrap().tables("rate");
        let rows = if at_once {
            written_out(nodes, &defaults, &log)
        } else {
            let each: Vec<Option<RowPacker>> =
                nodes.into_iter().map(|node| written_out(vec![node], &defaults, &log)).collect();
            each.into_iter().collect::<Option<Vec<_>>>().map(|each| {
                let mut all = RowPacker::default();
                each.into_iter().for_each(|rows| all.append(rows.finish()));
                all
            })
        };
        let rows = rows.map(|rows| rows.finish().iter().map(|row| format!("{:?}", row.to_row())).collect::<Vec<_>>());
        format!("{rows:#?}\n{:?}\n{:#?}", defaults.without_increment.borrow(), log.faults.into_sorted())
    }

    #[test]
    fn a_fault_is_told_of_every_row_that_has_it() {
        let row =
            |prefix| format!("[[rate]]\nprefix = \"{prefix}\"\nper_minute = 0.01\nincrement = \"1/1\"\nbogus = 1\n");
        let said = read(&(row("1") + &row("44")), true);
        assert_eq!(said.matches("has no key `bogus`").count(), 2, "{said}");
    }

    proptest! {
        #[test]
        fn rows_that_repeat_are_read_as_each_for_itself(
            rows in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![
                "prefix = \"1\"", "prefix = \"44\" ", "prefix = '049'", "per_minute = 0.01", "per_minute = 0.01 ",
                "per_minute = 0.010", "per_minute = \"0.01\"", "following = 0.02", "increment = \"6/6\"", "increment = 6",
                "destination = \"A\"", "destination = \"B\"", "bogus = 1", "expires = 2026-01-01", "origins = [\"1\"]",
                "minimum = 0.1", "minimum = 1e-1",
            ]), 0..4), 0..8),
        ) {
            let mut text = String::new();
            for row in &rows {
                text += "[[rate]]\n";
                // Keys stand once in a block.
                let mut keys = Vec::new();
                for line in row.iter().chain(&["prefix = \"46\"", "per_minute = 0.02", "increment = \"1/1\""]) {
                    let key = line.split(' ').next();
                    if !keys.contains(&key) {
                        keys.push(key);
                        text += &format!("{line}\n");
                    }
                }
            }
            prop_assert_eq!(read(&text, true), read(&text, false), "{}", text);
        }
    }
}
