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
    /// A string or number as it is written, with which of them it is; nothing for others.
    #[must_use]
    pub fn scalar(&self) -> Option<(u8, &str)> {
        match self {
            Self::Text(text) => Some((0, text)),
            Self::Integer(raw) => Some((1, raw)),
            Self::Float(raw) => Some((2, raw)),
            _ => None,
        }
    }

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

/// Texts from this size on are parsed in stretches [bytes]: the parser takes forty times a text.
const STRETCH: usize = 1 << 17;

/// Parses a text. Every syntax error becomes a fault; the tree holds what could be read.
pub fn parse(sources: &Sources, id: SourceId, faults: &Faults) -> Node {
    let text = sources.content(id);
    if let Some(node) = in_stretches(text, id, STRETCH) {
        return node;
    }
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
    let part = Part { text, start: 0, id };
    Node { value: Value::Table(part.entries(table.into_inner())), span: part.span(span) }
}

/// Parses a large table stretch by stretch, each beginning with a `[[rate]]`. Nothing where the text is not large, or one
/// parse of the whole could come to something else: where a stretch is no TOML by itself, or two have the same key.
fn in_stretches(text: &str, id: SourceId, least: usize) -> Option<Node> {
    const HEADER: &str = "[[rate]]";
    let mut parts = Vec::new();
    let mut start = 0;
    let mut rest = text;
    while let Some(more) = rest.get(floor(rest, least)..).filter(|more| !more.is_empty()) {
        let Some(at) = more.match_indices(HEADER).map(|(at, _)| at).find(|at| more[..*at].ends_with('\n')) else {
            break;
        };
        let length = rest.len() - more.len() + at;
        parts.push(Part { text: &rest[..length], start, id });
        start += length;
        rest = &rest[length..];
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(Part { text: rest, start, id });
    let (mut all, mut rates): (Vec<Entry>, Option<Entry>) = (Vec::new(), None);
    for part in parts {
        let (table, errors) = DeTable::parse_recoverable(part.text);
        if !errors.is_empty() {
            return None;
        }
        let block = |node: &Node| text.get(node.span.start as usize..).is_some_and(|from| from.starts_with(HEADER));
        for mut entry in part.entries(table.into_inner()) {
            match (&mut entry.node.value, rates.as_mut().map(|rates| &mut rates.node.value)) {
                // Written as blocks, all of them: an array between brackets takes no further block.
                (Value::Array(more), known) if entry.key == "rate" && !more.is_empty() && more.iter().all(block) => {
                    match known {
                        Some(Value::Array(known)) => known.append(more),
                        _ => rates = Some(entry),
                    }
                }
                _ if entry.key == "rate" || all.iter().any(|known| known.key == entry.key) => return None,
                _ => all.push(entry),
            }
        }
    }
    all.extend(rates);
    all.sort_by_key(|entry| entry.span);
    // Where the parser has the root.
    Some(Node { value: Value::Table(all), span: Span::new(id, 0, 0) })
}

/// The last place not after a byte at which a text can be parted.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
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

/// A stretch of a text.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    /// Where it begins [bytes].
    start: usize,
    id: SourceId,
}

// What the parser made is taken apart as it is read, so that large tables are not held twice.
impl Part<'_> {
    fn span(self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.id, self.start + range.start, self.start + range.end)
    }

    fn entries(self, table: DeTable<'_>) -> Vec<Entry> {
        let entries = table.into_iter().map(|(key, value)| Entry {
            span: self.span(key.span()),
            key: key.into_inner().into_owned(),
            node: self.node(value),
        });
        let mut entries: Vec<Entry> = entries.collect();
        // The parser sorts keys; faults and findings follow the file.
        entries.sort_by_key(|entry| entry.span);
        entries
    }

    fn node(self, value: Spanned<DeValue<'_>>) -> Node {
        let range = value.span();
        let raw = || self.text.get(range.clone()).unwrap_or_default().to_owned();
        let converted = match value.into_inner() {
            DeValue::String(string) => Value::Text(string.into_owned()),
            DeValue::Integer(_) => Value::Integer(raw()),
            DeValue::Float(_) => Value::Float(raw()),
            DeValue::Boolean(flag) => Value::Bool(flag),
            DeValue::Datetime(date) => Value::Date(date),
            DeValue::Array(items) => Value::Array(items.into_iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        Node { value: converted, span: self.span(range) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tree of the whole, and the one put together from stretches; nothing for texts that are not parted.
    fn both(text: &str) -> (String, bool, Option<String>) {
        let (mut sources, faults) = (Sources::default(), Faults::default());
        let id = sources.add("x.toml", text);
        let whole = parse(&sources, id, &faults);
        let parted = in_stretches(text, id, 1);
        (format!("{whole:?}"), faults.is_empty(), parted.map(|node| format!("{node:?}")))
    }

    #[test]
    fn stretches_make_the_whole() {
        let head = "version = 1\n[billing]\nincrement = \"6/6\"\n";
        let rates = "[[rate]]\nprefix = \"1\"\nper_minute = 0.0085\n# é\n[[rate]] # next\nprefix = \"44\"\n";
        let steps = "[[rate.steps]]\nfrom = \"0s\"\n[rate.more]\na = [1, 2]\n";
        let behind = "[fees]\nmonthly = 25.00\n[[rate]]\nprefix = \"49\"\n";
        for text in
            [format!("{head}{rates}{steps}{behind}{rates}"), format!("{rates}{rates}"), rates.replace('\n', "\r\n")]
        {
            let (whole, sound, parted) = both(&text);
            assert!(sound && parted.as_ref() == Some(&whole), "{text}\n{whole}\n{parted:?}");
        }
    }

    #[test]
    fn what_stretches_cannot_tell_is_parsed_whole() {
        let rate = "[[rate]]\nprefix = \"1\"\n";
        for text in [
            // Nothing that begins a block, though it looks so.
            format!("a = \"\"\"\n{rate}\"\"\"\n"),
            format!("a = [\n{rate}]\n"),
            // One block on both sides.
            format!("[fees]\na = 1\n{rate}[fees.more]\nb = 1\n"),
            format!("{rate}[fees]\na = 1\n{rate}[fees]\n"),
            // An array that takes no block.
            format!("rate = [{{ prefix = \"1\" }}]\n{rate}"),
            format!("[rate]\na = 1\n{rate}"),
            format!("{rate}x = \n{rate}"),
            "a = 1".to_owned(),
            String::new(),
        ] {
            let (_, _, parted) = both(&text);
            assert_eq!(parted, None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn stretches_never_differ(lines in prop::collection::vec(prop::sample::select(vec![
            "[[rate]]", "[[rate]]", "[[ rate ]]", "[rate]", "[fees]", "[rate.x]", "[[rate.y]]", "[[other]]", "a = 1", "b = 'x'",
            "c = [", "]", "d = \"\"\"", "\"\"\"", "rate = []", "rate.z = 1", "# [[rate]]", "e = 2026-12-01", "é = 1", "",
        ]), 0..14)) {
            let (whole, sound, parted) = both(&(lines.join("\n") + "\n"));
            if let Some(parted) = parted {
                prop_assert!(sound);
                prop_assert_eq!(parted, whole);
            }
        }
    }
}
