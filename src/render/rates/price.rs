//! One call with its price: as a JSON line, and for people.

mod trunks;

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use serde_json::Value;

pub use self::trunks::{by_trunk, json_by_trunk};
use super::{currency, increment_words, place, price_words};
use crate::model::rates::RateTable;
use crate::model::rows::RowRef;
use crate::policy::catalogue;
use crate::rating::explain::BillStep;
use crate::rating::jurisdiction::Basis;
use crate::rating::tariff::PricedCall;
use crate::render::table::{Align, Table};
use crate::render::{diagnostics, escape};
use crate::words::diagnostic::{Diagnostic, Label, Sources};
use crate::words::e164::E164;
use crate::words::figure;
use crate::words::level::Level;

/// A call and what became of it.
#[derive(Debug, Clone)]
pub struct Priced<'a> {
    /// The table that priced it.
    pub table: &'a RateTable,
    /// The trunks of the plan that the table is of; none where the table is asked by its own name.
    pub trunks: &'a [String],
    /// The number called.
    pub number: E164,
    /// Talk time as given [s].
    pub seconds: Decimal,
    /// The day; nothing where the table has no days.
    pub on: Option<NaiveDate>,
    /// The caller shown.
    pub from: Option<E164>,
    /// The row that prices the number; nothing inside a flat rate, and where there is none.
    pub row: Option<RowRef<'a>>,
    /// How it is known whose states meet, where the row prices by that.
    pub basis: Option<Basis>,
    /// The price, or why there is none.
    pub outcome: Outcome,
}

/// A price, or why there is none.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The call's price.
    Priced(PricedCall),
    /// Why there is none.
    Unpriced(Unpriced),
}

/// Why a call has no price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpriced {
    /// No row has a prefix of the number.
    NoRow,
    /// The carrier refuses calls to the number.
    Blocked,
    /// Every row for the number begins later.
    NotYetEffective,
    /// The rows for the number are for other callers.
    OtherCallers,
    /// The states of the two area codes are not known.
    Jurisdiction,
    /// Nobody states by which increment the row is billed.
    NoIncrement,
    /// Something else, in words.
    Other(String),
}

impl Unpriced {
    /// The rule that speaks of it, where one does.
    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::NoRow | Self::Blocked | Self::OtherCallers => Some("destination-without-rate"),
            Self::NotYetEffective => Some("rates-not-yet-effective"),
            Self::NoIncrement => Some("missing-key"),
            Self::Jurisdiction | Self::Other(_) => None,
        }
    }

    fn help(&self, table: &RateTable) -> Cow<'static, str> {
        let help = match self {
            Self::NoIncrement => {
                return Cow::Owned(format!(
                    "state it as the carrier's price list does, in a table of the deck: {}",
                    import(table, true)
                ));
            }
            Self::NoRow => "add a [[rate]] row for the number's prefix, or ask another table",
            Self::Blocked => "ask another table: the carrier refuses these calls",
            Self::NotYetEffective => "name the table that is in force then, or another day with --on",
            Self::OtherCallers => "name the caller shown with --from, or add a row for any caller",
            Self::Jurisdiction => "give --jurisdiction interstate, intrastate or indeterminate",
            Self::Other(_) => "check the row's amounts",
        };
        Cow::Borrowed(help)
    }
}

/// The command that makes a table of a deck, with what the deck does not state.
pub(super) fn import(table: &RateTable, increment: bool) -> String {
    let path = &table.path;
    let out = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
    let increment = if increment { " --increment 6/6" } else { "" };
    // A path that a shell would take apart stands between quotes.
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
    let quoted = |text: String| if plain(&text) { text } else { format!("'{}'", text.replace('\'', "'\\''")) };
    let (file, out) = (quoted(path.clone()), quoted(format!("{out}.toml")));
    format!("`trunkrisk rates import {file} --currency CODE{increment} --out {out}`")
}

impl Priced<'_> {
    /// Whether the call has a price.
    #[must_use]
    pub fn is_priced(&self) -> bool {
        matches!(self.outcome, Outcome::Priced(_))
    }

    fn reason(&self, why: &Unpriced) -> String {
        let on = self.on.map_or_else(String::new, |day| format!(" on {day}"));
        let path = &self.table.path;
        match why {
            Unpriced::NoRow => format!("{path} has no rate for {}{on}", self.number),
            Unpriced::Blocked => format!("{path} blocks calls to {}{on}", self.number),
            Unpriced::NotYetEffective => {
                format!("{path} has rates for {}, but none is in force yet{on}", self.number)
            }
            Unpriced::OtherCallers => {
                let caller = self.from.map_or_else(|| "a caller who is not shown".to_owned(), |from| from.to_string());
                format!("{path} has rates for {}, but none for {caller}{on}", self.number)
            }
            Unpriced::Jurisdiction => {
                let area = |number: E164| {
                    number
                        .as_prefix()
                        .nanp_area()
                        .map_or_else(String::new, |area| area.to_string().chars().skip(1).collect())
                };
                format!(
                    "the rate depends on whose states meet, and the states of area codes {} and {} are not known to \
                     this version",
                    self.from.map_or_else(String::new, area),
                    area(self.number)
                )
            }
            Unpriced::NoIncrement => {
                let prefix = self.row.map_or_else(String::new, |row| format!(" for prefix {}", row.prefix));
                format!("{path} states no increment{prefix}, so that no call by this row has a price")
            }
            Unpriced::Other(text) => text.clone(),
        }
    }

    /// An amount with its currency; or that nobody states it.
    fn amount(&self, cost: &str) -> String {
        match currency(self.table) {
            Some(code) => format!("{cost} {code}"),
            None => format!("{cost}, in a currency that {} does not state", escape::terminal(&self.table.path)),
        }
    }

    /// What nobody states of it, where a deck alone priced it.
    fn to_state(&self) -> Option<Vec<&'static str>> {
        let increment = self.row.is_some_and(|row| row.unbilled);
        let unstated = [("currency", true), ("increment", increment)];
        self.table.is_bare().then(|| unstated.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect())
    }
}

/// A step with its keys sorted.
#[derive(Serialize)]
struct Step<'a> {
    amount: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    what: &'a str,
}

/// A call with its keys sorted.
#[derive(Serialize)]
struct Line<'a> {
    billed_seconds: Option<u64>,
    cost: Option<&'a str>,
    currency: Option<&'a str>,
    destination: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jurisdiction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    number: String,
    on: Option<String>,
    prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    seconds: Value,
    steps: Vec<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_state: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trunks: Option<&'a [String]>,
}

/// A number of seconds: whole where it is.
fn seconds_value(seconds: Decimal) -> Value {
    match seconds.to_u64().filter(|whole| Decimal::from(*whole) == seconds) {
        Some(whole) => whole.into(),
        None => seconds.to_f64().map_or(Value::Null, figure::json),
    }
}

/// Appends a flat JSON object on one line, keys sorted; `line` is the call's line in a batch.
pub fn json_line(out: &mut String, priced: &Priced<'_>, line: Option<usize>) {
    // A struct of texts and numbers can always be written.
    out.push_str(&serde_json::to_string(&object(priced, line)).unwrap_or_default());
    out.push('\n');
}

fn object<'a>(priced: &'a Priced<'_>, line: Option<usize>) -> Line<'a> {
    let (call, why) = match &priced.outcome {
        Outcome::Priced(call) => (Some(call), None),
        Outcome::Unpriced(why) => (None, Some(why)),
    };
    // Who names a table knows it; who asks the plan's is told.
    let asked = !priced.trunks.is_empty();
    Line {
        billed_seconds: call.map(|call| call.billed_seconds),
        cost: call.map(|call| call.cost.as_str()),
        currency: currency(priced.table),
        destination: call.and_then(|call| call.destination.as_deref()),
        expired: call.is_some_and(|call| call.expired).then_some(true),
        finding: why.and_then(Unpriced::rule),
        from: priced.from.map(|from| from.to_string()),
        jurisdiction: priced.basis.map(|basis| basis.jurisdiction().name()),
        line,
        number: priced.number.to_string(),
        on: priced.on.map(|day| day.to_string()),
        prefix: call.map(|call| call.prefix.as_str()),
        reason: why.map(|why| priced.reason(why)),
        seconds: seconds_value(priced.seconds),
        steps: call.map_or_else(Vec::new, |call| call.steps.iter().map(sorted).collect()),
        table: asked.then_some(priced.table.path.as_str()),
        to_state: priced.to_state(),
        trunks: asked.then_some(priced.trunks),
    }
}

fn sorted(step: &BillStep) -> Step<'_> {
    Step {
        amount: &step.amount,
        from: step.from.as_deref(),
        per_minute: step.per_minute.as_deref(),
        seconds: step.seconds,
        what: &step.what,
    }
}

/// For people: the cost, and unless it is to be `brief`, the row and the arithmetic.
#[must_use]
pub fn text(priced: &Priced<'_>, sources: &Sources, brief: bool) -> String {
    let on = priced.on.map_or_else(String::new, |day| format!(" on {day}"));
    let mut out = format!("{}, {} s{on}: ", priced.number, priced.seconds.normalize());
    let call = match &priced.outcome {
        Outcome::Unpriced(why) => {
            out.push_str("no price\n");
            if !brief {
                out.push('\n');
                unpriced(&mut out, priced, why, sources);
            }
            return out;
        }
        Outcome::Priced(call) => call,
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", priced.amount(&call.cost));
    if brief {
        return out;
    }
    out.push('\n');
    row_lines(&mut out, priced, call, sources);
    let _ = writeln!(out, "billed       {} s\n", call.billed_seconds);
    let columns =
        [("step", Align::Left), ("seconds", Align::Right), ("per minute", Align::Right), ("amount", Align::Right)];
    let mut table = Table::new(&columns);
    for step in &call.steps {
        let what = match &step.from {
            Some(from) => format!("{}, from {from}", step.what),
            None => step.what.clone(),
        };
        let seconds = step.seconds.map_or_else(String::new, |seconds| seconds.to_string());
        table.row([what, seconds, step.per_minute.clone().unwrap_or_default(), step.amount.clone()]);
    }
    let total = currency(priced.table).map_or_else(|| "total".to_owned(), |code| format!("total in {code}"));
    table.total([total, String::new(), String::new(), call.cost.clone()]);
    out.push_str(&table.render());
    if call.expired {
        let last = priced.row.and_then(|row| row.expires).map_or_else(String::new, |day| format!(" on {day}"));
        let _ = writeln!(out, "\nwarning: the row ended{last}; its rate is carried on");
    }
    if let Some(deck) = priced.table.deck.as_ref().filter(|_| priced.table.is_bare()) {
        out.push('\n');
        for note in &deck.notes {
            let _ = writeln!(out, "note: {}", escape::terminal(note));
        }
        let rounding = priced.table.billing.rounding;
        let _ = writeln!(
            out,
            "note: without a table only the deck's own fees are known, and a call is rounded {} to {} places\n\
             to state: the currency: {}",
            rounding.mode.name(),
            rounding.places,
            escape::terminal(&import(priced.table, false))
        );
    }
    out
}

fn row_lines(out: &mut String, priced: &Priced<'_>, call: &PricedCall, sources: &Sources) {
    let currency = currency(priced.table).map_or_else(String::new, |code| format!(" {code}"));
    let name = call.destination.as_deref().map_or_else(String::new, |name| format!(", {}", escape::terminal(name)));
    let Some(row) = priced.row else {
        let _ = writeln!(out, "flat rate    prefix {}{name}", call.prefix);
        return;
    };
    let _ = writeln!(out, "row          prefix {}{name} ({})", call.prefix, place(sources, row.span));
    let _ = writeln!(
        out,
        "price        {}{currency} per minute, increment {}",
        price_words(&row.price),
        increment_words(row)
    );
    if let Some(basis) = priced.basis {
        let _ = writeln!(out, "states       {}: {}", basis.jurisdiction().name(), basis.why());
    }
}

fn unpriced(out: &mut String, priced: &Priced<'_>, why: &Unpriced, sources: &Sources) {
    let message = priced.reason(why);
    let rule = why.rule().and_then(catalogue::find);
    match rule {
        Some(rule) => {
            let labels = match (why, priced.row) {
                (Unpriced::NoIncrement, Some(row)) => vec![Label::new(row.span, "this row")],
                _ => vec![Label::new(priced.table.place.key("carrier"), "in this table")],
            };
            let help = Some(why.help(priced.table).into_owned());
            let (code, name) = (rule.code, rule.name);
            let message = format!("{name}: {message}");
            let finding = Diagnostic { code, name, level: Level::Deny, message, labels, help };
            out.push_str(&diagnostics::render(&finding, sources, true));
        }
        None => {
            let _ = writeln!(out, "{}\nhelp: {}", escape::terminal(&message), why.help(priced.table));
        }
    }
    out.push_str("\nexit 3: nothing could be computed\n");
}
