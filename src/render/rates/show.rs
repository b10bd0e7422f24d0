//! Which row prices a number, and why.

mod trunks;

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

pub use self::trunks::{by_trunk, document_by_trunk};
use super::price::import;
use super::{increment_value, increment_words, place, price_words};
use crate::model::rates::{CpsWindow, Limit, Limits, Price, RateTable, SeatBasis, SeatPrice, TableKind};
use crate::model::rows::RowRef;
use crate::rating::jurisdiction::Basis;
use crate::render::table::{Align, Table};
use crate::render::{escape, json as documents};
use crate::words::diagnostic::{Sources, Span};
use crate::words::e164::{DialPrefix, E164};
use crate::words::figure;
use crate::words::increment::IncrementBase;
use crate::words::money::{Currency, Money};

/// A number and everything in a table that has a prefix of it.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The table.
    pub table: &'a RateTable,
    /// The trunks of the plan that the table is of; none where the table is asked by its own name.
    pub trunks: &'a [String],
    /// The number called.
    pub number: E164,
    /// The day; nothing where the table has no days.
    pub on: Option<NaiveDate>,
    /// The caller shown.
    pub from: Option<E164>,
    /// How it is known whose states meet, where a caller is shown and the chosen row prices by that.
    pub basis: Option<Basis>,
    /// Candidates, the longest prefix first.
    pub candidates: Vec<Candidate<'a>>,
}

/// Something that could price the number.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// What it is.
    pub source: Source<'a>,
    /// Why it does, or does not.
    pub why: Why,
}

/// A row or a flat rate.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A row.
    Row(RowRef<'a>),
    /// A flat rate and the prefix of it that covers the number.
    Seat(&'a SeatPrice, DialPrefix),
}

/// Why a candidate prices the number, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It does.
    Chosen {
        /// Whether its last day is past.
        expired: bool,
    },
    /// It begins later.
    NotYet(NaiveDate),
    /// It is for other callers.
    OtherCallers,
    /// The carrier refuses calls to it.
    Blocked,
    /// A longer prefix is blocked.
    BelowBlocked,
    /// The flat rate covers the number.
    InsideFlatRate,
    /// A longer prefix is there.
    Shorter,
    /// It has ended, and another has not.
    Expired(NaiveDate),
    /// Another names the caller more closely.
    WiderCallers,
    /// Another has begun since.
    Replaced(NaiveDate),
    /// A later row of the file says the same.
    LaterRowWins,
    /// An earlier seat row names the prefix.
    SeatNamedTwice,
}

impl Why {
    fn words(self) -> String {
        match self {
            Self::Chosen { expired: false } => "prices it".to_owned(),
            Self::Chosen { expired: true } => "prices it: ended, and carried on".to_owned(),
            Self::NotYet(day) => format!("begins {day}"),
            Self::OtherCallers => "for other callers".to_owned(),
            Self::Blocked => "the carrier refuses calls to it".to_owned(),
            Self::BelowBlocked => "a longer prefix is blocked".to_owned(),
            Self::InsideFlatRate => "the flat rate covers it".to_owned(),
            Self::Shorter => "a longer prefix prices it".to_owned(),
            Self::Expired(day) => format!("ended {day}"),
            Self::WiderCallers => "another names the caller more closely".to_owned(),
            Self::Replaced(day) => format!("replaced from {day}"),
            Self::LaterRowWins => "a later row of the file wins".to_owned(),
            Self::SeatNamedTwice => "an earlier seat row wins".to_owned(),
        }
    }
}

impl Candidate<'_> {
    fn chosen(&self) -> bool {
        matches!(self.why, Why::Chosen { .. })
    }

    fn span(&self) -> Span {
        match self.source {
            Source::Row(row) => row.span,
            Source::Seat(seat, _) => seat.place.key("prefixes"),
        }
    }
}

impl Shown<'_> {
    fn chosen(&self) -> Option<&Candidate<'_>> {
        self.candidates.iter().find(|candidate| candidate.chosen())
    }

    /// Whether anything prices the number.
    #[must_use]
    pub fn is_priced(&self) -> bool {
        self.chosen().is_some()
    }

    /// Why nothing prices the number, as the rule that speaks of it.
    fn finding(&self) -> &'static str {
        let later = self.candidates.iter().any(|candidate| matches!(candidate.why, Why::NotYet(_)));
        if later { "rates-not-yet-effective" } else { "destination-without-rate" }
    }

    /// What a table of the deck has to state before the chosen row prices calls, where the deck stands alone.
    fn to_state(&self) -> Option<Vec<&'static str>> {
        let increment = match self.chosen().map(|candidate| candidate.source) {
            Some(Source::Row(row)) => row.unbilled,
            _ => false,
        };
        let unstated = [("currency", true), ("increment", increment)];
        self.table.is_bare().then(|| unstated.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect())
    }
}

fn seat_price(seat: &SeatPrice, currency: Currency) -> String {
    match seat.price {
        SeatBasis::PerMonth(price) => format!("{price} {currency} per seat and month"),
        SeatBasis::PerDay(price) => format!("{price} {currency} per seat and day"),
    }
}

fn callers(row: RowRef<'_>) -> String {
    let origins: Vec<String> = row.origins.iter().map(ToString::to_string).collect();
    if origins.is_empty() { "any".to_owned() } else { origins.join(", ") }
}

/// For people: the row, and unless it is to be `brief`, the candidates and what the table says besides.
#[must_use]
pub fn text(shown: &Shown<'_>, sources: &Sources, brief: bool) -> String {
    let mut out = told(shown, sources, brief);
    if shown.chosen().is_none() && !brief {
        out.push_str("\nexit 3: nothing could be looked up\n");
    }
    out
}

fn told(shown: &Shown<'_>, sources: &Sources, brief: bool) -> String {
    let currency = shown.table.currency;
    // An amount of a deck alone is a number: its currency is not known.
    let code = super::currency(shown.table).map_or_else(String::new, |code| format!(" {code}"));
    let on = shown.on.map_or_else(String::new, |day| format!(" on {day}"));
    let mut out = format!("{}{on}: ", shown.number);
    // Writing to a string cannot fail.
    let _ = match shown.chosen().map(|candidate| candidate.source) {
        None => writeln!(out, "no rate in {}", escape::terminal(&shown.table.path)),
        Some(Source::Seat(seat, prefix)) => writeln!(
            out,
            "inside the flat rate, prefix {prefix}, {}: calls cost nothing beyond {}",
            escape::terminal(&seat.market),
            seat_price(seat, currency)
        ),
        Some(Source::Row(row)) => {
            let name =
                row.destination.as_deref().map_or_else(String::new, |name| format!(", {}", escape::terminal(name)));
            let price = price_words(&row.price);
            let increment = match row.unbilled {
                true => "increment not stated".to_owned(),
                false => increment_words(row),
            };
            writeln!(out, "prefix {}{name}, {price}{code} per minute, {increment}", row.prefix)
        }
    };
    if brief {
        return out;
    }
    if !shown.candidates.is_empty() {
        out.push('\n');
        out.push_str(&candidates(shown, sources));
    }
    out.push('\n');
    let billing = &shown.table.billing;
    let mut lines = match shown.table.deck.as_ref().filter(|_| shown.table.is_bare()) {
        Some(deck) => vec![("deck", format!("read as `{}`: {}", deck.layout, deck.what))],
        None => vec![("carrier", escape::terminal(&shown.table.carrier).into_owned())],
    };
    if let Some(Source::Row(row)) = shown.chosen().map(|candidate| candidate.source) {
        if let Some(basis) = shown.basis {
            lines.push(("states", format!("{}: {}", basis.jurisdiction().name(), basis.why())));
        }
        lines.push(("connect fee", format!("{}{code}", row.connect_fee)));
        lines.push(("minimum", format!("{}{code}", row.minimum)));
    }
    let base = match billing.base {
        IncrementBase::Further => "counted after the initial interval",
        IncrementBase::Whole => "the whole duration is rounded up",
    };
    lines.push(("further", base.to_owned()));
    let (places, mode) = (billing.rounding.places, billing.rounding.mode.name());
    lines.push(("rounding", format!("{mode} to {places} places, once per call")));
    lines.push(("attempt fee", format!("{}{code}", billing.attempt_fee)));
    lines.push(("limits", limits(&shown.table.limits, currency)));
    if let Some(unstated) = shown.to_state() {
        let command = import(shown.table, unstated.contains(&"increment"));
        lines.push(("to state", format!("{}: {}", unstated.join(" and "), escape::terminal(&command))));
    }
    for (name, value) in lines {
        let _ = writeln!(out, "{name:<12} {value}");
    }
    out
}

fn candidates(shown: &Shown<'_>, sources: &Sources) -> String {
    let columns = [
        ("prefix", Align::Left),
        ("destination", Align::Left),
        ("per minute", Align::Left),
        ("increment", Align::Left),
        ("first day", Align::Left),
        ("last day", Align::Left),
        ("callers", Align::Left),
        ("place", Align::Left),
        ("", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for candidate in &shown.candidates {
        let at = place(sources, candidate.span());
        let why = candidate.why.words();
        let day = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        match candidate.source {
            Source::Row(row) => table.row([
                row.prefix.to_string(),
                row.destination.clone().unwrap_or_else(|| "-".to_owned()),
                price_words(&row.price),
                increment_words(row),
                day(row.effective_from),
                day(row.expires),
                callers(row),
                at,
                why,
            ]),
            Source::Seat(seat, prefix) => {
                let blank = || "-".to_owned();
                let market = seat.market.clone();
                table.row([
                    prefix.to_string(),
                    market,
                    "flat rate".to_owned(),
                    blank(),
                    blank(),
                    blank(),
                    "any".to_owned(),
                    at,
                    why,
                ])
            }
        };
    }
    table.render()
}

fn stated<T>(limit: Limit<T>, shown: impl Fn(T) -> String, what: &str) -> String {
    match limit {
        Limit::Unstated => format!("{what} not stated"),
        Limit::Unlimited => format!("{what} without limit"),
        Limit::At(limit) => format!("{} {what}", shown(limit)),
    }
}

/// The limits in short.
pub(super) fn limits(limits: &Limits, currency: Currency) -> String {
    let window = match limits.cps_window {
        CpsWindow::Rolling => "rolling",
        CpsWindow::Fixed => "calendar seconds",
        CpsWindow::Average => "on average",
    };
    let mut parts = vec![
        stated(limits.channels, |channels| figure::count(channels as f64), "channels"),
        stated(limits.cps, figure::count, "calls per second"),
    ];
    if let (Limit::At(_), Some(last)) = (limits.cps, parts.last_mut()) {
        last.push_str(&format!(" ({window})"));
    }
    if let Some(spend) = &limits.daily_spend {
        parts.push(format!("{} a day", Money::new(spend.limit, currency)));
    }
    if let Some(prepaid) = &limits.prepaid {
        parts.push(format!("prepaid {}", Money::new(prepaid.balance, currency)));
    }
    match limits.dialers {
        Some(true) => parts.push("dialers allowed".to_owned()),
        Some(false) => parts.push("dialers refused".to_owned()),
        None => {}
    }
    parts.join(", ")
}

pub(super) fn price_value(price: &Price) -> Value {
    match price {
        Price::PerMinute(price) => json!({ "per_minute": price.get().to_string() }),
        Price::FirstFollowing { first, following } => {
            json!({ "first": first.get().to_string(), "following": following.get().to_string() })
        }
        Price::Jurisdiction { interstate, intrastate, indeterminate } => json!({
            "interstate": interstate.get().to_string(),
            "intrastate": intrastate.get().to_string(),
            "indeterminate": indeterminate.get().to_string(),
        }),
        Price::Steps(steps) => {
            let step = |step: &crate::model::rates::PriceStep| json!({ "from": step.from, "per_minute": step.price.get().to_string(), "increment": step.increment });
            json!({ "steps": steps.iter().map(step).collect::<Vec<_>>() })
        }
        Price::Blocked => json!({ "blocked": true }),
    }
}

fn candidate_value(candidate: &Candidate<'_>, sources: &Sources) -> Value {
    let at = sources.position(candidate.span());
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let mut value = match candidate.source {
        Source::Row(row) => json!({
            "kind": "row",
            "prefix": row.prefix.to_string(),
            "destination": row.destination,
            "price": price_value(&row.price),
            "increment": increment_value(row),
            "connect_fee": row.connect_fee.to_string(),
            "minimum": row.minimum.to_string(),
            "effective_from": day(row.effective_from),
            "expires": day(row.expires),
            "origins": row.origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
        Source::Seat(seat, prefix) => json!({
            "kind": "flat-rate",
            "prefix": prefix.to_string(),
            "destination": seat.market,
            "price": match seat.price {
                SeatBasis::PerMonth(price) => json!({ "per_month": price.to_string() }),
                SeatBasis::PerDay(price) => json!({ "per_day": price.to_string() }),
            },
        }),
    };
    if let Value::Object(map) = &mut value {
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("chosen", candidate.chosen().into());
        put("why", candidate.why.words().into());
        put("path", sources.name(candidate.span().source).into());
        put("line", at.line.get().into());
        put("column", at.column.get().into());
        if candidate.why == (Why::Chosen { expired: true }) {
            put("expired", true.into());
        }
    }
    value
}

/// A limit as JSON: a number, `"unlimited"`, or `null` where nothing is stated.
pub(super) fn limit_value<T>(limit: Limit<T>, value: impl Fn(T) -> Value) -> Value {
    match limit {
        Limit::Unstated => Value::Null,
        Limit::Unlimited => "unlimited".into(),
        Limit::At(limit) => value(limit),
    }
}

/// The same as JSON, keys sorted.
#[must_use]
pub fn document(shown: &Shown<'_>, sources: &Sources) -> String {
    documents::document(&Value::Object(object(shown, sources)))
}

fn object(shown: &Shown<'_>, sources: &Sources) -> Map<String, Value> {
    let (table, billing, limits) = (shown.table, &shown.table.billing, &shown.table.limits);
    let value = |candidate| candidate_value(candidate, sources);
    let candidates: Vec<Value> = shown.candidates.iter().map(value).collect();
    let stated = |text: &str| json!((!table.is_bare()).then_some(text));
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("number", shown.number.to_string().into());
    put("on", json!(shown.on.map(|day| day.to_string())));
    put("from", json!(shown.from.map(|from| from.to_string())));
    put("jurisdiction", json!(shown.basis.map(|basis| basis.jurisdiction().name())));
    put("table", table.path.as_str().into());
    put("carrier", stated(&table.carrier));
    put("currency", stated(table.currency.code()));
    put("kind", kind(table).into());
    put("chosen", json!(shown.chosen().map(value)));
    put("candidates", candidates.into());
    put(
        "billing",
        json!({
            "attempt_fee": billing.attempt_fee.to_string(),
            "increment_base": match billing.base {
                IncrementBase::Further => "further",
                IncrementBase::Whole => "whole",
            },
            "rounding": { "places": billing.rounding.places, "mode": billing.rounding.mode.name() },
        }),
    );
    put(
        "limits",
        json!({
            "channels": limit_value(limits.channels, Value::from),
            "cps": limit_value(limits.cps, figure::json),
            "daily_spend": limits.daily_spend.as_ref().map(|spend| spend.limit.to_string()),
            "prepaid": limits.prepaid.as_ref().map(|prepaid| prepaid.balance.to_string()),
        }),
    );
    if shown.chosen().is_none() {
        put("finding", shown.finding().into());
    }
    // Who names a table knows whose it is.
    if !shown.trunks.is_empty() {
        put("trunks", json!(shown.trunks));
    }
    if let Some(unstated) = shown.to_state() {
        put("to_state", json!(unstated));
    }
    map
}

/// The kind of a table as it is written.
pub(super) fn kind(table: &RateTable) -> &'static str {
    match table.kind {
        TableKind::FlatRate(_) => "flat-rate",
        TableKind::PerMinute => "per-minute",
    }
}
