//! TOML as a tree that keeps raw numbers and places.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::fault::{FaultKind, Faults};
use crate::words::diagnostic::{SourceId, Sources, Span};

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A value; numbers are kept as written.
#[derive(Debug, Clone)]
pub enum Value {
    /// A string, unescaped.
    Text(String),
    /// A whole number, as written.
    Integer(String),
    /// A number with a fraction or an exponent, as written.
    Float(String),
    /// True or false.
    Bool(bool),
    /// A date, a time, or both.
    Date(Datetime),
    /// Several values.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub node: Node,
}

impl Value {
    /// What it is, with its article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Date(_) => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Parses a text. Every syntax error becomes a fault; the tree holds what could be read.
pub fn parse(sources: &Sources, id: SourceId, faults: &Faults) -> Node {
    let text = sources.content(id);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let span = Span::new(id, range.start, range.end);
        let mut message = error.message().replace('\n', "; ");
        if message.is_empty() {
            message.push_str("not TOML");
        }
        faults.at(FaultKind::Syntax, span, format!("not valid TOML: {message}"), "here", syntax_help(&message));
    }
    let span = table.span();
    Node { value: Value::Table(entries(table.get_ref(), text, id)), span: Span::new(id, span.start, span.end) }
}

fn syntax_help(message: &str) -> &'static str {
    if message.contains("must be quoted") || message.contains("basic string") {
        "strings stand between double quotes: key = \"value\""
    } else if message.contains("duplicate key") {
        "give each key once; repeat a block with [[double brackets]]"
    } else if message.contains("date") || message.contains("time") {
        "dates are written 2026-12-01 and must exist"
    } else {
        "keys and values are written `key = value`, blocks `[block]` or `[[block]]`"
    }
}

fn entries(table: &DeTable<'_>, text: &str, id: SourceId) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let span = key.span();
            Entry {
                key: key.get_ref().to_string(),
                span: Span::new(id, span.start, span.end),
                node: node(value, text, id),
            }
        })
        .collect();
    // The parser sorts keys; faults and findings follow the file.
    entries.sort_by_key(|entry| entry.span);
    entries
}

fn node(value: &Spanned<DeValue<'_>>, text: &str, id: SourceId) -> Node {
    let range = value.span();
    let raw = || text.get(range.clone()).unwrap_or_default().to_owned();
    let converted = match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Integer(_) => Value::Integer(raw()),
        DeValue::Float(_) => Value::Float(raw()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(date) => Value::Date(*date),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| node(item, text, id)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, text, id)),
    };
    Node { value: converted, span: Span::new(id, range.start, range.end) }
}
