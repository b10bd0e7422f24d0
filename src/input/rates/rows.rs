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
        match row(node, defaults, log) {
            Some(RateRow { prefix, span, terms }) => {
                let number = rows.terms(span.source, terms);
                rows.push(prefix, span, number);
                if let Some((_, rest)) = rest {
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
