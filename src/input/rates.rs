//! Rate tables: `rates/*.toml`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::cause::refusal;
use super::deck::layout::Layout;
use super::deck::{self, Around, DeckSpec, Files};
use super::fault::FaultKind;
use super::files::{DeckText, Folder, NamedText};
use super::plan::InputRecord;
use super::reader::{Field, Log, Reader};
use super::tree::{self, Node, Value};
use super::trunk::{channels, cps};
use crate::model::place::Place;
use crate::model::rates::{
    Billing, CpsWindow, DailySpend, Fees, Limit, Limits, Prepaid, Price, PriceStep, RatePerMinute, RateTable,
    SeatBasis, SeatPrice, ShortCalls, ShortCallsOn, TableKind,
};
use crate::model::rows::{RateRow, RowPacker, Terms};
use crate::words::diagnostic::{Sources, Span};
use crate::words::digest::sha256;
use crate::words::e164::DialPrefix;
use crate::words::increment::{BillingIncrement, IncrementBase, IncrementError};
use crate::words::money::Currency;
use crate::words::rounding::{Rounding, RoundingMode};

/// Reads a rate table and the deck that it names.
pub fn read(
    text: NamedText,
    folder: &Folder,
    base: &str,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    read_with(text, Files { folder, base, sources, inputs, given: None }, log)
}

/// Reads a rate table whose deck is at hand.
pub fn draft(
    text: NamedText,
    deck: DeckText,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    let folder = Folder::Embedded(&[]);
    read_with(text, Files { folder: &folder, base: "", sources, inputs, given: Some(deck) }, log)
}

fn read_with(text: NamedText, mut files: Files<'_>, log: &Log) -> Option<RateTable> {
    let id = files.sources.add(&text.name, text.text);
    let before = log.faults.len();
    let node = tree::parse(files.sources, id, &log.faults);
    let inputs = &mut files.inputs;
    let at = inputs.len();
    inputs.push(InputRecord { path: text.name.clone(), sha256: sha256(&text.bytes), rows: 0 });
    // Where the text is no TOML, missing keys would be noise.
    if log.faults.len() > before {
        return None;
    }
    let table = table(&node, &text.name, &mut files, log);
    if let (Some(record), Some(table)) = (files.inputs.get_mut(at), &table) {
        record.rows = table.rows.len() - table.deck.as_ref().map_or(0, |deck| deck.rows);
    }
    table
}

fn table(node: &Node, path: &str, files: &mut Files<'_>, log: &Log) -> Option<RateTable> {
    let reader = Reader::new(node, format!("rate table {path}"), log)?;
    version(&reader);
    let carrier = reader.required("carrier", "\"Example Voice\"", Field::name);
    let currency = reader.required("currency", "\"USD\"", Field::currency);
    let kind = reader.required("kind", "\"per-minute\"", |f| f.word(&[("per-minute", false), ("flat-rate", true)]));
    let source = reader.or("source", None, |f| f.remark().map(Some));
    let effective_from = reader.or("effective_from", None, |f| f.date().map(Some));
    let expires = reader.or("expires", None, |f| f.date().map(Some));
    if let (Some(Some(from)), Some(Some(to))) = (effective_from, expires) {
        in_order(&reader, from, to);
    }
    let billing = read_billing(reader.node("billing"), log);
    let limits = read_limits(reader.node("limits"), log);
    let fees = read_fees(reader.node("fees"), log);
    let seats = read_seats(&reader, log);
    let defaults = Defaults {
        billing: billing.as_ref(),
        effective_from: effective_from.flatten(),
        expires: expires.flatten(),
        without_increment: RefCell::default(),
    };
    let mut rows = written_out(reader.tables("rate"), &defaults, log);
    let has_deck = reader.node("deck").is_some();
    let mut deck = reader.node("deck").and_then(|node| {
        let spec = DeckSpec::read(node, log)?;
        let around = Around {
            currency,
            billing: defaults.billing,
            effective_from: defaults.effective_from,
            expires: defaults.expires,
        };
        deck::read(&spec, &around, files, log)
    });
    if let Some(deck) = &mut deck {
        if let Some(rows) = &mut rows {
            rows.append(std::mem::take(&mut deck.rows));
        }
        // Where [billing] itself is at fault, that fault says enough.
        if billing.is_some() {
            without_increment(deck, files.sources, log);
        }
        if let (Some((first, count)), Some(Fees { short_calls: None, .. })) = (deck.short_fees, &fees) {
            let rows =
                if count == 1 { "a row of the deck has".to_owned() } else { format!("{count} rows of the deck have") };
            let message = format!("{rows} a fee on short calls, and [fees] states none");
            let help =
                "add short_calls = { up_to, allowed, fee, … } to [fees], as the contract states; fee = 0 for none";
            log.faults.at(FaultKind::MissingKey, first, message, "the first of them", help);
        }
    }
    if let [first, rest @ ..] = defaults.without_increment.borrow().as_slice() {
        let (message, label) = if rest.is_empty() {
            ("a rate row states no increment, and neither does [billing]".to_owned(), "no increment")
        } else {
            let count = rest.len() + 1;
            (format!("{count} rate rows state no increment, and neither does [billing]"), "the first of them")
        };
        let help = "add `increment = \"6/6\"` to [billing] or to the row, as the carrier's price list states";
        log.faults.at(FaultKind::MissingKey, *first, message, label, help);
    }
    let states_rounding = reader.node("billing").and_then(|node| match &node.value {
        Value::Table(entries) => entries.iter().find(|entry| entry.key == "rounding").map(|entry| entry.span),
        _ => None,
    });
    let mut own_billing = billing.clone();
    if let (Some(rounding), Some(billing)) = (deck.as_ref().and_then(|deck| deck.rounding), &mut own_billing) {
        match states_rounding {
            Some(span) if billing.rounding != rounding => {
                let message = "[billing] rounds calls in another way than the deck states";
                let help = format!(
                    "{{ places = {}, mode = \"{}\" }}, or ask the carrier",
                    rounding.places,
                    rounding.mode.name()
                );
                log.faults.at(FaultKind::ConflictingKeys, span, message, "another rounding", help);
            }
            _ => billing.rounding = rounding,
        }
    }
    if kind == Some(false) {
        if let Some(node) = reader.node("seat") {
            let help = "write kind = \"flat-rate\", or price by [[rate]] rows alone";
            log.faults.at(
                FaultKind::ConflictingKeys,
                node.span,
                format!("{} is per-minute, but has [[seat]] rows", reader.what),
                "a seat price",
                help,
            );
        }
        if rows.as_ref().is_some_and(RowPacker::is_empty) && !has_deck {
            missing_rows(&reader, log, "[[rate]]", "prefix = \"1\" and per_minute = 0.0085");
        }
    } else if kind == Some(true) && seats.as_ref().is_some_and(Vec::is_empty) {
        missing_rows(&reader, log, "[[seat]]", "market, prefixes and per_month");
    }
    let place = reader.place();
    reader.finish();
    Some(RateTable {
        path: path.to_owned(),
        place,
        carrier: carrier?,
        currency: currency?,
        kind: if kind? { TableKind::FlatRate(seats?) } else { TableKind::PerMinute },
        source: source?,
        effective_from: effective_from?,
        expires: expires?,
        billing: own_billing?,
        limits: limits?,
        fees: fees?,
        rows: rows?.finish(),
        deck: if has_deck { Some(deck?.deck) } else { None },
    })
}

/// The rows that a table writes out; nothing where one of them is at fault.
fn written_out(nodes: Vec<&Node>, defaults: &Defaults<'_>, log: &Log) -> Option<RowPacker> {
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

/// Rows of a deck that are billed by no known increment. Where its notes speak of one, they are shown.
fn without_increment(deck: &deck::Read, sources: &Sources, log: &Log) {
    let Some((first, count)) = deck.deck.unstated else { return };
    let message = if count == 1 {
        "a row of the deck states no increment, and neither does [billing]".to_owned()
    } else {
        format!("{count} rows of the deck state no increment, and neither does [billing]")
    };
    let help = "add `increment = \"6/6\"` to [billing], as the carrier's price list states";
    let said = deck.deck.prose.iter().find(|span| {
        let text = sources.slice(**span).to_ascii_lowercase();
        text.contains("increment") || text.contains("billed") || text.contains("billing")
    });
    match said {
        Some(note) => {
            let places = [(first, "the first of them".to_owned()), (*note, "the carrier's note".to_owned())];
            log.faults.at_both(FaultKind::MissingKey, places, message, help);
        }
        None => log.faults.at(FaultKind::MissingKey, first, message, "the first of them", help),
    }
}

fn missing_rows(reader: &Reader<'_>, log: &Log, block: &str, keys: &str) {
    log.faults.at(
        FaultKind::MissingKey,
        reader.span,
        format!("{} has no {block} row: it prices nothing", reader.what),
        format!("no {block}"),
        format!("add {block} with {keys}"),
    );
}

/// Reads a deck that no table names, as far as it tells of itself. Its carrier, its currency and increments that its rows
/// do not name are stand-ins ([`RateTable::is_bare`]).
pub fn bare(
    text: DeckText,
    format: Option<&'static Layout>,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    let DeckText { name, sha256, text, .. } = text;
    let id = sources.add(&name, text);
    let spec = DeckSpec::untold(&name, format);
    let read = deck::parse(&spec, &Around::default(), &[id], &sha256, sources, log);
    let rows = read.as_ref().map_or(0, |read| read.rows.len());
    inputs.push(InputRecord { path: name.clone(), sha256, rows });
    let mut read = read?;
    if let Some((_, count)) = read.short_fees {
        read.deck.notes.push(format!("{count} rows have a fee on short calls: [fees] of a table has to state it"));
    }
    let mut billing = read_billing(None, log)?;
    if let Some(rounding) = read.rounding {
        billing.rounding = rounding;
    }
    Some(RateTable {
        path: name.clone(),
        place: Place::new(Span::new(id, 0, 0)),
        carrier: name,
        currency: Currency::parse("USD")?,
        kind: TableKind::PerMinute,
        source: None,
        effective_from: None,
        expires: None,
        billing,
        limits: read_limits(None, log)?,
        fees: read_fees(None, log)?,
        rows: read.rows,
        deck: Some(read.deck),
    })
}

/// The format version of a file.
pub fn version(reader: &Reader<'_>) -> Option<()> {
    reader.required("version", "1", |f| {
        let version = f.whole(0, u64::from(u32::MAX))?;
        if version == 1 {
            return Some(());
        }
        f.fault(FaultKind::OutOfRange, "is not a version that this program reads", "version = 1");
        None
    })
}

fn in_order(reader: &Reader<'_>, from: NaiveDate, to: NaiveDate) {
    if to < from {
        let place = reader.place();
        reader.faults().at_both(
            FaultKind::ConflictingKeys,
            [
                (place.key("expires"), format!("ends on {to}")),
                (place.key("effective_from"), format!("begins on {from}")),
            ],
            format!("{} ends before it begins", reader.what),
            "`expires` is the last day in force, on or after `effective_from`",
        );
    }
}

/// An increment such as `"6/6"`.
fn increment(field: &Field<'_>) -> Option<BillingIncrement> {
    let Value::Text(text) = &field.node.value else {
        return field.wrong("an increment between quotes, such as \"6/6\"");
    };
    BillingIncrement::parse(text)
        .map_err(|error| {
            let kind = if error == IncrementError::Form { FaultKind::BadUnit } else { FaultKind::OutOfRange };
            let help = "initial/further in whole seconds, both above 0 and at most 86400, such as \"6/6\"";
            field.fault(kind, &format!("is no increment: {error}"), help);
        })
        .ok()
}

fn read_billing(node: Option<&Node>, log: &Log) -> Option<Billing> {
    let default = Rounding { places: 6, mode: RoundingMode::HalfUp };
    let Some(node) = node else {
        return Some(Billing {
            increment: None,
            base: IncrementBase::Further,
            connect_fee: Decimal::ZERO,
            attempt_fee: Decimal::ZERO,
            rounding: default,
        });
    };
    let reader = Reader::new(node, "billing", log)?;
    let increment = reader.or("increment", None, |f| increment(f).map(Some));
    let base = reader.or("increment_base", IncrementBase::Further, |f| {
        f.word(&[("further", IncrementBase::Further), ("whole", IncrementBase::Whole)])
    });
    let connect_fee = reader.or("connect_fee", Decimal::ZERO, Field::amount);
    let attempt_fee = reader.or("attempt_fee", Decimal::ZERO, Field::amount);
    let rounding = reader.or("rounding", default, |f| {
        let table = f.table()?;
        let places = table.required("places", "6", |f| f.whole32(0, Rounding::MOST_PLACES));
        let mode = table.required("mode", "\"half-up\"", |f| f.word(&RoundingMode::NAMES));
        table.finish();
        Some(Rounding { places: places?, mode: mode? })
    });
    reader.finish();
    Some(Billing {
        increment: increment?,
        base: base?,
        connect_fee: connect_fee?,
        attempt_fee: attempt_fee?,
        rounding: rounding?,
    })
}

fn read_limits(node: Option<&Node>, log: &Log) -> Option<Limits> {
    let Some(node) = node else {
        return Some(Limits {
            channels: Limit::Unstated,
            cps: Limit::Unstated,
            cps_window: CpsWindow::Rolling,
            excess_signal: 503,
            daily_spend: None,
            prepaid: None,
            dialers: None,
        });
    };
    let reader = Reader::new(node, "limits", log)?;
    let channels = reader.or("channels", Limit::Unstated, channels);
    let cps = reader.or("cps", Limit::Unstated, cps);
    let windows = [("rolling", CpsWindow::Rolling), ("fixed", CpsWindow::Fixed), ("average", CpsWindow::Average)];
    let cps_window = reader.or("cps_window", CpsWindow::Rolling, |f| f.word(&windows));
    let excess_signal = reader.or("excess_signal", 503, refusal);
    let daily_spend = reader.or("daily_spend", None, |f| daily_spend(f).map(Some));
    let prepaid = reader.or("prepaid", None, |f| prepaid(f).map(Some));
    let dialers = reader.or("dialers", None, |f| f.word(&[("allowed", true), ("refused", false)]).map(Some));
    reader.finish();
    Some(Limits {
        channels: channels?,
        cps: cps?,
        cps_window: cps_window?,
        excess_signal: excess_signal?,
        daily_spend: daily_spend?,
        prepaid: prepaid?,
        dialers: dialers?,
    })
}

fn daily_spend(field: &Field<'_>) -> Option<DailySpend> {
    let table = field.table()?;
    let limit = table.required("limit", "500.00", Field::amount);
    let resets = table.or("resets", crate::words::calendar::Zone::UTC, super::plan::zone);
    table.finish();
    Some(DailySpend { limit: limit?, resets: resets? })
}

fn prepaid(field: &Field<'_>) -> Option<Prepaid> {
    let table = field.table()?;
    let balance = table.required("balance", "250.00", Field::amount);
    let top_up = table.or("top_up", Decimal::ZERO, Field::amount);
    let top_ups = table.or("top_ups_per_day", 0, |f| f.whole32(0, 10_000));
    let delay = table.or("delay", 0, |f| f.duration().and_then(|d| i64::try_from(d.as_millis()).ok()));
    let place = table.place();
    // No top-ups a day is a statement; none stated, beside an amount, is an omission.
    let unsaid = table.given(&["top_ups_per_day"]).is_empty();
    if let (Some(top_up), Some(top_ups)) = (top_up, top_ups)
        && ((top_up.is_zero() && top_ups > 0) || (!top_up.is_zero() && unsaid))
    {
        let key = if top_up.is_zero() { "top_ups_per_day" } else { "top_up" };
        field.log().faults.at(
            FaultKind::ConflictingKeys,
            place.key(key),
            "a top-up needs both `top_up`, its amount, and `top_ups_per_day`, the most in 24 hours",
            "the other one is missing or 0",
            "top_up = 100.00, top_ups_per_day = 2; or leave both out",
        );
        return None;
    }
    table.finish();
    Some(Prepaid { balance: balance?, top_up: top_up?, top_ups_per_day: top_ups?, delay_ms: delay? })
}

fn read_fees(node: Option<&Node>, log: &Log) -> Option<Fees> {
    let zero = Decimal::ZERO;
    let Some(node) = node else {
        return Some(Fees {
            monthly: zero,
            per_channel_month: zero,
            minimum_month: zero,
            usage_tax: zero,
            short_calls: None,
        });
    };
    let reader = Reader::new(node, "fees", log)?;
    let monthly = reader.or("monthly", zero, Field::amount);
    let per_channel_month = reader.or("per_channel_month", zero, Field::amount);
    let minimum_month = reader.or("minimum_month", zero, Field::amount);
    let usage_tax = reader.or("usage_tax", zero, Field::share);
    let short_calls = reader.or("short_calls", None, |f| short_calls(f).map(Some));
    reader.finish();
    Some(Fees {
        monthly: monthly?,
        per_channel_month: per_channel_month?,
        minimum_month: minimum_month?,
        usage_tax: usage_tax?,
        short_calls: short_calls?,
    })
}

fn short_calls(field: &Field<'_>) -> Option<ShortCalls> {
    let table = field.table()?;
    let up_to = table.required("up_to", "\"6s\"", Field::positive_seconds);
    let allowed = table.required("allowed", "0.15", Field::share);
    let inclusive = table.or("over", false, |f| f.word(&[(">", false), (">=", true)]));
    let min_calls = table.or("min_calls", 0, |f| f.whole(0, 1_000_000_000));
    let fee = table.required("fee", "0.01", Field::amount);
    let on =
        table.or("on", ShortCallsOn::All, |f| f.word(&[("all", ShortCallsOn::All), ("excess", ShortCallsOn::Excess)]));
    table.finish();
    Some(ShortCalls {
        up_to: up_to?,
        allowed: allowed?,
        inclusive: inclusive?,
        min_calls: min_calls?,
        fee: fee?,
        on: on?,
    })
}

fn read_seats(reader: &Reader<'_>, log: &Log) -> Option<Vec<SeatPrice>> {
    let read: Vec<Option<SeatPrice>> = reader
        .tables("seat")
        .iter()
        .map(|node| {
            let seat = Reader::new(node, "a seat price", log)?;
            let market = seat.required("market", "\"US\"", Field::name);
            let prefixes =
                seat.required("prefixes", "[\"1\"]", |f| f.items("an array of dial prefixes", Field::prefix));
            let given = seat.given(&["per_month", "per_day"]);
            let price = match given.as_slice() {
                [("per_day", _)] => seat.optional("per_day", Field::amount).map(SeatBasis::PerDay),
                [_] => seat.optional("per_month", Field::amount).map(SeatBasis::PerMonth),
                [] => seat.required("per_month", "99.00", Field::amount).map(SeatBasis::PerMonth),
                [_, (_, second), ..] => {
                    log.faults.at(
                        FaultKind::ConflictingKeys,
                        second.span,
                        "a seat price is given per month and per day",
                        "a second basis",
                        "keep the one that the contract names",
                    );
                    None
                }
            };
            let channels = seat.or("channels_per_seat", None, |f| {
                let amount = f.amount()?;
                if amount.is_zero() {
                    f.fault(FaultKind::OutOfRange, "cannot be 0", "a number above 0, or leave it out");
                    return None;
                }
                Some(Some(amount))
            });
            let place = seat.place();
            seat.finish();
            Some(SeatPrice { market: market?, prefixes: prefixes?, price: price?, channels_per_seat: channels?, place })
        })
        .collect();
    read.into_iter().collect()
}

struct Defaults<'a> {
    billing: Option<&'a Billing>,
    effective_from: Option<NaiveDate>,
    expires: Option<NaiveDate>,
    /// Rows that are billed by no known increment: one omission in [billing], so one fault.
    without_increment: RefCell<Vec<Span>>,
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
