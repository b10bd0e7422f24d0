//! Reads typed values out of a tree and reports every one that is not what it should be.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::value::Datetime;

use super::fault::{FaultKind, Faults, did_you_mean, suggest};
use super::tree::{Entry, Node, Value};
use crate::model::place::Place;
use crate::model::plan::Assumption;
use crate::words::decimal::{DecimalError, parse_exact};
use crate::words::diagnostic::{SourceId, Span};
use crate::words::duration;
use crate::words::e164::DialPrefix;
use crate::words::money::Currency;

/// What reading leaves behind besides the values.
#[derive(Debug, Default)]
pub struct Log {
    /// What is wrong.
    pub faults: Faults,
    /// Defaults that were used.
    pub assumptions: RefCell<Vec<Assumption>>,
}

/// A table being read: remembers which keys were asked for, so that the others are faults.
pub struct Reader<'a> {
    /// What the table is, for messages: ``campaign `renewals` ``.
    pub what: String,
    entries: &'a [Entry],
    /// Where the table stands.
    pub span: Span,
    log: &'a Log,
    asked: RefCell<Vec<&'static str>>,
    /// Keys that were missed, and the fault that says so.
    missed: RefCell<Vec<(&'static str, String)>>,
}

impl<'a> Reader<'a> {
    /// Begins to read a table; a fault where the node is none.
    pub fn new(node: &'a Node, what: impl Into<String>, log: &'a Log) -> Option<Self> {
        let what = what.into();
        match &node.value {
            Value::Table(entries) => {
                let (asked, missed) = (RefCell::default(), RefCell::default());
                Some(Self { what, entries, span: node.span, log, asked, missed })
            }
            other => {
                wrong_type(&log.faults, node, &what, "a table", other);
                None
            }
        }
    }

    /// The same table under another name, once that is known.
    #[must_use]
    pub fn called(self, what: String) -> Self {
        Self { what, ..self }
    }

    /// The collector.
    pub fn faults(&self) -> &'a Faults {
        &self.log.faults
    }

    /// The log.
    pub fn log(&self) -> &'a Log {
        self.log
    }

    /// The place of the table and its keys.
    #[must_use]
    pub fn place(&self) -> Place {
        let mut keys = BTreeMap::new();
        for entry in self.entries {
            keys.insert(entry.key.clone(), entry.node.span);
            if let Value::Table(inner) = &entry.node.value {
                keys.extend(inner.iter().map(|nested| (format!("{}.{}", entry.key, nested.key), nested.node.span)));
            }
        }
        Place { item: self.span, keys }
    }

    /// A key's node, where it is given.
    pub fn node(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// An optional value.
    pub fn optional<T>(&self, key: &'static str, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<T> {
        self.node(key).and_then(|node| read(&Field::nested(node, key, &self.what, self.log)))
    }

    /// A value that must be there.
    pub fn required<T>(&self, key: &'static str, example: &str, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<T> {
        let Some(node) = self.node(key) else {
            let (message, label) = (format!("{} has no `{key}`", self.what), format!("`{key}` is missing"));
            self.missing(&[key], message, label, format!("add `{key} = {example}`"));
            return None;
        };
        read(&Field::nested(node, key, &self.what, self.log))
    }

    /// A fault about keys, one of which must be there. It is taken back where another key looks like one of them.
    pub fn missing(&self, keys: &[&'static str], message: String, label: String, help: String) {
        self.missed.borrow_mut().extend(keys.iter().map(|key| (*key, message.clone())));
        self.log.faults.at(FaultKind::MissingKey, self.span, message, label, help);
    }

    /// A value with a default that the report lists among its assumptions. A bad value is a fault, not the default.
    pub fn or_assume<T>(
        &self,
        key: &'static str,
        default: T,
        shown: &str,
        why: &str,
        read: impl Fn(&Field<'a>) -> Option<T>,
    ) -> Option<T> {
        if self.node(key).is_none() {
            self.assume(&format!("{}.{key}", self.what.replace('`', "").replace(' ', ".")), shown, why);
            return Some(default);
        }
        self.optional(key, read)
    }

    /// A value whose absence simply means the default.
    pub fn or<T>(&self, key: &'static str, default: T, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<T> {
        if self.node(key).is_none() { Some(default) } else { self.optional(key, read) }
    }

    /// Notes a default that was used.
    pub fn assume(&self, key: &str, value: &str, why: &str) {
        self.log.assumptions.borrow_mut().push(Assumption {
            key: key.to_owned(),
            value: value.to_owned(),
            why: why.to_owned(),
        });
    }

    /// The tables of an array `[[key]]`; a fault where it is no array of tables.
    pub fn tables(&self, key: &'static str) -> Vec<&'a Node> {
        let Some(node) = self.node(key) else { return Vec::new() };
        match &node.value {
            Value::Array(items) => items.iter().collect(),
            other => {
                let what = format!("`{key}` of {}", self.what);
                wrong_type(&self.log.faults, node, &what, &format!("an array of tables, [[{key}]]"), other);
                Vec::new()
            }
        }
    }

    /// Which of the keys that exclude each other are given.
    pub fn given(&self, keys: &[&'static str]) -> Vec<(&'static str, &'a Node)> {
        keys.iter().filter_map(|key| self.node(key).map(|node| (*key, node))).collect()
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        let (asked, mut missed) = (self.asked.into_inner(), self.missed.into_inner());
        for entry in self.entries.iter().filter(|entry| !asked.contains(&entry.key.as_str())) {
            let meant = suggest(&entry.key, missed.iter().map(|(key, _)| *key));
            let help = match meant.and_then(|meant| missed.iter().position(|(key, _)| *key == meant)) {
                // One slip, one fault: the key that seems to be missing stands here.
                Some(index) => {
                    let (key, message) = missed.swap_remove(index);
                    self.log.faults.take_back(self.span, &message);
                    did_you_mean(&entry.key, &[key])
                }
                None => did_you_mean(&entry.key, &asked),
            };
            let message = format!("{} has no key `{}`", self.what, entry.key);
            self.log.faults.at(FaultKind::UnknownKey, entry.span, message, "unknown key", help);
        }
    }
}

/// One value of a table being read.
pub struct Field<'a> {
    /// The value.
    pub node: &'a Node,
    key: String,
    /// One of the items of the key's array.
    item: bool,
    what: String,
    log: &'a Log,
}

/// What was found, for labels.
fn found(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("found {:?}", text.chars().take(60).collect::<String>()),
        Value::Integer(raw) | Value::Float(raw) => format!("found {}", raw.chars().take(60).collect::<String>()),
        other => format!("found {}", other.kind()),
    }
}

fn wrong_type(faults: &Faults, node: &Node, what: &str, wanted: &str, value: &Value) {
    faults.at(
        FaultKind::WrongType,
        node.span,
        format!("{what} is {}, but must be {wanted}", value.kind()),
        found(value),
        format!("write {wanted}"),
    );
}

impl<'a> Field<'a> {
    /// A field of an array's item or of a nested value.
    pub fn nested(node: &'a Node, key: &str, what: &str, log: &'a Log) -> Self {
        Self { node, key: key.to_owned(), item: false, what: what.to_owned(), log }
    }

    /// The collector.
    pub fn log(&self) -> &'a Log {
        self.log
    }

    /// What the value belongs to, for messages.
    pub fn of(&self) -> &str {
        &self.what
    }

    fn subject(&self) -> String {
        format!("{}`{}` of {}", if self.item { "an item of " } else { "" }, self.key, self.what)
    }

    /// A fault at this value.
    pub fn fault(&self, kind: FaultKind, message: &str, help: impl Into<String>) {
        let message = format!("{} {message}", self.subject());
        self.log.faults.at(kind, self.node.span, message, found(&self.node.value), help);
    }

    /// Reports that the value is of another type.
    pub fn wrong<T>(&self, wanted: &str) -> Option<T> {
        wrong_type(&self.log.faults, self.node, &self.subject(), wanted, &self.node.value);
        None
    }

    /// A string.
    pub fn text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => self.wrong("a string between double quotes"),
        }
    }

    /// A name: a string with something in it, at most 200 characters.
    pub fn name(&self) -> Option<String> {
        self.words_up_to(200)
    }

    /// A remark: a string with something in it, at most 2,000 characters.
    pub fn remark(&self) -> Option<String> {
        self.words_up_to(2000)
    }

    fn words_up_to(&self, most: usize) -> Option<String> {
        let text = self.text()?;
        if text.trim().is_empty() {
            self.fault(FaultKind::OutOfRange, "is empty", "a text with something in it");
            return None;
        }
        if text.chars().count() > most {
            self.fault(FaultKind::OutOfRange, &format!("is longer than {most} characters"), "a shorter text");
            return None;
        }
        Some(text.to_owned())
    }

    /// True or false.
    pub fn flag(&self) -> Option<bool> {
        if let Value::Bool(flag) = self.node.value { Some(flag) } else { self.wrong("true or false, without quotes") }
    }

    /// One of a set of words.
    pub fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let list: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
            let help = match suggest(text, known.iter().copied()) {
                Some(word) => format!("did you mean \"{word}\"? known: {}", list.join(", ")),
                None => format!("one of {}", list.join(", ")),
            };
            self.fault(FaultKind::UnknownWord, "is not a word known here", help);
        }
        found
    }

    /// An exact decimal, bare or quoted.
    pub fn decimal(&self) -> Option<Decimal> {
        let raw = match &self.node.value {
            Value::Integer(raw) | Value::Float(raw) | Value::Text(raw) => raw,
            _ => return self.wrong("a number"),
        };
        let help = |error: DecimalError| match error {
            DecimalError::Exponent => "write the digits out: 0.001 instead of 1e-3",
            DecimalError::TooManyDigits => "at most 28 digits",
            DecimalError::NotFinite => "a finite number",
            DecimalError::NotANumber => "digits, with a point before the fraction: 0.0085",
        };
        parse_exact(raw)
            .map_err(|error| {
                let kind = match error {
                    DecimalError::NotANumber if matches!(self.node.value, Value::Text(_)) => FaultKind::WrongType,
                    _ => FaultKind::InexactNumber,
                };
                let message = match error {
                    DecimalError::Exponent | DecimalError::TooManyDigits => format!("cannot be read exactly: {error}"),
                    DecimalError::NotFinite | DecimalError::NotANumber => format!("is {error}"),
                };
                self.fault(kind, &message, help(error));
            })
            .ok()
    }

    fn ranged(&self, least: Decimal, most: Decimal, open: bool) -> Option<Decimal> {
        let value = self.decimal()?;
        if value < least || value > most || (open && value == least) {
            let bound = if open { format!("above {least}") } else { format!("{least} or more") };
            let help = format!("a number {bound}, at most {most}");
            self.fault(FaultKind::OutOfRange, &format!("cannot be {value}"), help);
            return None;
        }
        Some(value)
    }

    /// An amount of money or a price: exact, 0 or more.
    pub fn amount(&self) -> Option<Decimal> {
        self.ranged(Decimal::ZERO, MOST_MONEY, false)
    }

    /// A share from 0 to 1, exact.
    pub fn share(&self) -> Option<Decimal> {
        self.ranged(Decimal::ZERO, Decimal::ONE, false)
    }

    /// A share from 0 to 1.
    pub fn fraction(&self) -> Option<f64> {
        self.share()?.to_f64()
    }

    /// A number above 0.
    pub fn positive(&self, most: u32) -> Option<f64> {
        self.ranged(Decimal::ZERO, most.into(), true)?.to_f64()
    }

    /// A number from 0 on.
    pub fn non_negative(&self, most: u32) -> Option<f64> {
        self.ranged(Decimal::ZERO, most.into(), false)?.to_f64()
    }

    /// A whole number in a range.
    pub fn whole(&self, least: u64, most: u64) -> Option<u64> {
        let Value::Integer(raw) = &self.node.value else { return self.wrong("a whole number, without quotes") };
        let Ok(value) = parse_exact(raw) else {
            self.fault(FaultKind::InexactNumber, "is not in decimal digits", "such as 50, instead of 0x32");
            return None;
        };
        match value.to_u64() {
            Some(value) if (least..=most).contains(&value) => Some(value),
            _ => {
                let help = format!("a whole number from {least} to {most}");
                self.fault(FaultKind::OutOfRange, &format!("cannot be {raw}"), help);
                None
            }
        }
    }

    /// A whole number in a range, in 32 bits.
    pub fn whole32(&self, least: u32, most: u32) -> Option<u32> {
        self.whole(least.into(), most.into()).and_then(|value| u32::try_from(value).ok())
    }

    /// A duration such as `"1h 30m"`.
    pub fn duration(&self) -> Option<Duration> {
        let example = "a duration between quotes, such as \"90s\", \"45m\" or \"1h 30m\"";
        let Value::Text(text) = &self.node.value else { return self.wrong(example) };
        duration::parse(text)
            .map_err(|error| {
                let kind = match error {
                    duration::DurationError::TooLong => FaultKind::OutOfRange,
                    _ => FaultKind::BadUnit,
                };
                let help = match error {
                    duration::DurationError::TooLong => "at most \"3650d\"".to_owned(),
                    _ => format!("{example}; units are ms, s, m, h, d"),
                };
                let message = match error {
                    duration::DurationError::TooLong => format!("is {error}"),
                    duration::DurationError::Form => "is no duration".to_owned(),
                    _ => format!("is no duration: {error}"),
                };
                self.fault(kind, &message, help);
            })
            .ok()
    }

    /// A duration in seconds.
    pub fn seconds(&self) -> Option<f64> {
        self.duration().map(|d| d.as_secs_f64())
    }

    /// A duration above 0 in seconds.
    pub fn positive_seconds(&self) -> Option<f64> {
        let seconds = self.seconds()?;
        if seconds > 0.0 {
            return Some(seconds);
        }
        self.fault(FaultKind::OutOfRange, "cannot be 0", "a duration above 0");
        None
    }

    /// A local date.
    pub fn date(&self) -> Option<NaiveDate> {
        if let Value::Date(Datetime { date: Some(date), time: None, offset: None }) = self.node.value {
            return NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into());
        }
        self.wrong("a date without quotes, such as 2026-12-01")
    }

    /// A local date and time.
    pub fn date_time(&self) -> Option<NaiveDateTime> {
        let Value::Date(Datetime { date: Some(date), time: Some(time), offset: None }) = self.node.value else {
            return self.wrong("a local date and time, such as 2026-12-01T10:00:00");
        };
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())?.and_hms_opt(
            time.hour.into(),
            time.minute.into(),
            time.second.unwrap_or(0).into(),
        )
    }

    /// A currency of ISO 4217.
    pub fn currency(&self) -> Option<Currency> {
        let text = self.text()?;
        let currency = Currency::parse(text);
        if currency.is_none() {
            let codes: Vec<&str> = Currency::codes().collect();
            let upper = text.to_uppercase();
            let help = if codes.contains(&upper.as_str()) {
                format!("codes are written in capitals: \"{upper}\"")
            } else {
                "three letters of ISO 4217, such as \"USD\"".to_owned()
            };
            self.fault(FaultKind::UnknownWord, "is no currency", help);
        }
        currency
    }

    /// A dial prefix: digits between quotes.
    pub fn prefix(&self) -> Option<DialPrefix> {
        let Value::Text(text) = &self.node.value else { return self.wrong("digits between quotes, such as \"1907\"") };
        DialPrefix::parse(text)
            .map_err(|error| {
                // `4.47E+11`: what is left of a number that a spreadsheet took for a quantity.
                let help = if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains("E+") {
                    "a spreadsheet cut this number: export the column as text, such as \"1907\""
                } else {
                    "digits with the country code first, such as \"1907\""
                };
                self.fault(FaultKind::OutOfRange, &format!("is no dial prefix: {error}"), help);
            })
            .ok()
    }

    /// The items of an array.
    pub fn items<T>(&self, wanted: &str, read: impl Fn(&Self) -> Option<T>) -> Option<Vec<T>> {
        let Value::Array(items) = &self.node.value else { return self.wrong(wanted) };
        let item = |node| Field { item: true, ..Field::nested(node, &self.key, &self.what, self.log) };
        let read: Vec<Option<T>> = items.iter().map(|node| read(&item(node))).collect();
        read.into_iter().collect()
    }

    /// A nested table.
    pub fn table(&self) -> Option<Reader<'a>> {
        Reader::new(self.node, format!("`{}` of {}", self.key, self.what), self.log)
    }
}

/// Larger amounts are slips: a hundred trillion.
const MOST_MONEY: Decimal = Decimal::from_parts(0x107A_4000, 0x5AF3, 0, false, 0);

/// Reports names that are used twice.
pub fn unique<'a>(faults: &Faults, what: &str, names: impl Iterator<Item = (&'a str, Span)>) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (name, span) in names {
        if let Some(first) = seen.get(name) {
            faults.at_both(
                FaultKind::DuplicateName,
                [(span, "again here".to_owned()), (*first, "first here".to_owned())],
                format!("two {what}s are called `{name}`"),
                "give each its own name",
            );
        } else {
            seen.insert(name, span);
        }
    }
}

/// A place for things that come from no file.
#[must_use]
pub fn nowhere(source: SourceId) -> Span {
    Span::new(source, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_on_money_is_a_hundred_trillion() {
        assert_eq!(MOST_MONEY.to_string(), "100000000000000");
    }
}
