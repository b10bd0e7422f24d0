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

/// Syntax errors that are told of one text. Where there are more, the parser has lost its way and they are one slip's.
const MOST_ERRORS: usize = 10;

/// How far back an open bracket is looked for [lines].
const FARTHEST: usize = 200;

/// Parses a text. Every syntax error becomes a fault; the tree holds what could be read.
pub fn parse(sources: &Sources, id: SourceId, faults: &Faults) -> Node {
    let text = sources.content(id);
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(Span, String)> = errors
        .iter()
        .map(|error| {
            let range = error.span().unwrap_or(0..0);
            (Span::new(id, range.start, range.end), error.message().replace('\n', "; "))
        })
        .collect();
    errors.sort_by_key(|(span, _)| *span);
    // A carrier's own file in place of a table: every line of it would be a fault.
    let name = sources.name(id);
    if let Some((span, _)) = errors.first().filter(|_| name.to_ascii_lowercase().ends_with(".csv")) {
        let help = "a carrier's own prices: name the file in a rate table, deck = { file = \"…\" }, \
                    or let `trunkrisk rates import` make one";
        faults.at(FaultKind::Syntax, *span, format!("{name} is a CSV, not TOML"), "here", help);
        errors.clear();
    }
    // The parser goes on within the line, and what it says next follows from what it said first.
    errors.dedup_by_key(|(span, _)| sources.position(*span).line);
    // Past a bracket that is not closed, it takes every further line for what stands between brackets.
    let unclosed = errors.iter().take(MOST_ERRORS).find_map(|(span, _)| Some((opened_before(text, *span)?, *span)));
    if let Some((opened, span)) = unclosed {
        let opened = Span::new(id, opened, opened + 1);
        errors.retain(|(span, _)| span.start < opened.start);
        let (what, close) = if sources.slice(opened) == "[" { ("an array", "]") } else { ("an inline table", "}") };
        faults.at_both(
            FaultKind::Syntax,
            [(opened, "opened here".to_owned()), (span, "still open here".to_owned())],
            format!("not valid TOML: {what} is not closed"),
            format!("close it with `{close}`"),
        );
    }
    errors.truncate(MOST_ERRORS);
    for (span, message) in errors {
        let message = match message.as_str() {
            "" => "not TOML",
            // The parser's words for nothing where a value should stand.
            said if said.starts_with("string values must be quoted") && span.start == span.end => "a value is missing",
            said => said,
        };
        faults.at(FaultKind::Syntax, span, format!("not valid TOML: {message}"), "here", syntax_help(message));
    }
    let span = table.span();
    Node { value: Value::Table(entries(table.get_ref(), text, id)), span: Span::new(id, span.start, span.end) }
}

/// Where an array or inline table opens that has not closed before an error in a line that begins a key or a block.
fn opened_before(text: &str, error: Span) -> Option<usize> {
    let start = text.get(..error.start as usize)?.rfind('\n')? + 1;
    let line = text.get(start..)?.lines().next()?.trim_start();
    let begins = |line: &str| line.starts_with('[') || line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim()));
    if !begins(line) {
        return None;
    }
    let mut end = start;
    for before in text.get(..start)?.lines().rev().take(FARTHEST) {
        // Line ends are one byte or two: look for the line itself.
        let at = text.get(..end)?.rfind(before)?;
        if let Some((key, value)) = before.split_once('=')
            && is_bare(key.trim())
        {
            let open = at + key.len() + 1 + (value.len() - value.trim_start().len());
            let rest = text.get(open..start)?;
            if rest.starts_with(['[', '{'])
                && let Some(at) = unclosed(rest)
            {
                return Some(open + at);
            }
        }
        end = at;
    }
    None
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The innermost bracket that is not closed by its own kind, outside strings and remarks [byte].
fn unclosed(text: &str) -> Option<usize> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut quote = None;
        let mut chars = line.char_indices();
        while let Some((i, c)) = chars.next() {
            match quote {
                Some('"') if c == '\\' => _ = chars.next(),
                Some(mark) if c == mark => quote = None,
                Some(_) => {}
                None => match c {
                    '"' | '\'' => quote = Some(c),
                    '#' => break,
                    '[' => open.push((start + i, ']')),
                    '{' => open.push((start + i, '}')),
                    ']' | '}' => match open.pop() {
                        Some((_, wanted)) if wanted == c => {}
                        Some((at, _)) => return Some(at),
                        None => return None,
                    },
                    _ => {}
                },
            }
        }
        start += line.len();
    }
    open.pop().map(|(at, _)| at)
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
