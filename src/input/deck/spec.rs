//! What a table says of its deck: `deck = { file, format, … }`.

use super::cells::DateOrder;
use super::codes::{Blanks, Hyphen};
use super::layout::{LAYOUTS, Layout, Role, named};
use crate::input::fault::{FaultKind, did_you_mean};
use crate::input::reader::{Field, Log, Reader};
use crate::input::tree::{Node, Value};
use crate::words::diagnostic::Span;

/// A column as a table names it.
#[derive(Debug, Clone)]
pub(super) enum Header {
    /// By its header.
    Named(String),
    /// By its place, from 1.
    At(usize),
}

/// The deck before this one.
#[derive(Debug, Clone)]
pub(super) struct Previous {
    pub file: String,
    pub span: Span,
    /// How many codes are gone on purpose.
    pub lost: usize,
}

/// How a deck is to be read.
#[derive(Debug, Clone, Default)]
pub struct DeckSpec {
    pub(super) file: String,
    /// Where the table names it; nothing where no table does.
    pub(super) span: Option<Span>,
    pub(super) format: Option<&'static Layout>,
    pub(super) columns: Vec<(Role, Header, Span)>,
    pub(super) sha256: Option<(String, Span)>,
    pub(super) dates: Option<DateOrder>,
    pub(super) delimiter: Option<u8>,
    pub(super) hyphen: Option<Hyphen>,
    pub(super) blanks: Option<Blanks>,
    pub(super) comma: bool,
    pub(super) no_header: bool,
    pub(super) before: String,
    pub(super) only: Vec<(String, String, Span)>,
    pub(super) more: Vec<(String, Span)>,
    pub(super) previous: Option<Previous>,
}

impl DeckSpec {
    /// A file that no table names: what it is has to be seen from itself, or from a format's name.
    #[must_use]
    pub fn untold(file: &str, format: Option<&'static Layout>) -> Self {
        Self { file: file.to_owned(), format, ..Self::default() }
    }

    /// Reads `deck`.
    pub(in crate::input) fn read(node: &Node, log: &Log) -> Option<Self> {
        let reader = Reader::new(node, "deck", log)?;
        let file = reader.required("file", "\"price-list.csv\"", Field::name);
        let format = reader.or("format", None, |f| format(f).map(Some));
        let columns = reader.or("columns", Vec::new(), columns);
        let sha256 = reader.or("sha256", None, |f| sha256(f).map(Some));
        let dates = reader.or("dates", None, |f| f.word(&DateOrder::NAMES).map(Some));
        let delimiter = reader.or("delimiter", None, |f| {
            f.word(&[(",", b','), (";", b';'), ("\t", b'\t'), ("tab", b'\t'), ("|", b'|')]).map(Some)
        });
        let hyphen = reader.or("hyphen", None, |f| f.word(&Hyphen::NAMES).map(Some));
        let blanks = reader.or("blanks", None, |f| f.word(&Blanks::NAMES).map(Some));
        let comma = reader.or("decimal", false, |f| f.word(&[(".", false), (",", true)]));
        let header = reader.or("header", true, Field::flag);
        let before = reader.or("country_code", String::new(), |f| f.prefix().map(|prefix| prefix.to_string()));
        let only = reader.or("only", Vec::new(), only);
        let more = reader.or("more", Vec::new(), |f| {
            f.items("an array of file names", |item| item.name().map(|name| (name, item.node.span)))
        });
        let previous = reader.or("previous", None, |f| previous(f).map(Some));
        if reader.given(&["format", "columns"]).len() > 1 {
            log.faults.at(
                FaultKind::ConflictingKeys,
                reader.place().key("columns"),
                "`deck` gives both `format` and `columns`",
                "the columns",
                "keep `format` for a known layout, `columns` for any other",
            );
        }
        let span = reader.place().key("file");
        reader.finish();
        Some(Self {
            file: file?,
            span: Some(span),
            format: format?,
            columns: columns?,
            sha256: sha256?,
            dates: dates?,
            delimiter: delimiter?,
            hyphen: hyphen?,
            blanks: blanks?,
            comma: comma?,
            no_header: !header?,
            before: before?,
            only: only?,
            more: more?,
            previous: previous?,
        })
    }
}

fn format(field: &Field<'_>) -> Option<&'static Layout> {
    let text = field.text()?;
    let layout = named(text);
    if layout.is_none() {
        let known: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).collect();
        let help = match crate::input::fault::suggest(text, known.iter().copied()) {
            Some(_) => did_you_mean(text, &known),
            None => format!("known: {}; name the `columns` of any other", known.join(", ")),
        };
        field.fault(FaultKind::UnknownWord, "is no layout known here", help);
    }
    layout
}

fn sha256(field: &Field<'_>) -> Option<(String, Span)> {
    let text = field.text()?;
    let lower = text.to_ascii_lowercase();
    if lower.len() == 64 && lower.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some((lower, field.node.span));
    }
    field.fault(FaultKind::WrongType, "is no SHA-256", "64 hexadecimal digits, as `sha256sum FILE` prints them");
    None
}

/// `columns = { prefix = "Code", destination = ["Country", "Network"], per_minute = 4 }`.
fn columns(field: &Field<'_>) -> Option<Vec<(Role, Header, Span)>> {
    let table = field.table()?;
    let header = |f: &Field<'_>| match &f.node.value {
        Value::Integer(_) => f.whole32(1, 1000).map(|at| (Header::At(at as usize - 1), f.node.span)),
        Value::Text(_) => f.name().map(|name| (Header::Named(name), f.node.span)),
        _ => f.wrong("a column's header, or its number from 1"),
    };
    let (mut found, mut sound) = (Vec::new(), true);
    for (key, role) in Role::KEYS {
        let Some(node) = table.node(key) else { continue };
        let parts = matches!(role, Role::Code | Role::Name) && matches!(node.value, Value::Array(_));
        let read = if parts {
            table.optional(key, |f| f.items("an array of headers", header))
        } else {
            table.optional(key, header).map(|one| vec![one])
        };
        sound &= read.is_some();
        found.extend(read.into_iter().flatten().map(|(header, span)| (role, header, span)));
    }
    if table.node("prefix").is_none() {
        let (message, help) = ("`columns` of deck has no `prefix`", "add `prefix = \"…\"`, the header of the codes");
        table.missing(&["prefix"], message.to_owned(), "no `prefix`".to_owned(), help.to_owned());
        sound = false;
    }
    let has = |role| found.iter().any(|(other, _, _)| *other == role);
    if sound && !has(Role::PerMinute) && !has(Role::First) && !has(Role::Interstate) {
        let help = "add `per_minute = \"…\"`, or `first` and `following`, or `interstate` and `intrastate`";
        table.missing(
            &["per_minute"],
            "`columns` of deck has no price".to_owned(),
            "no price".to_owned(),
            help.to_owned(),
        );
        sound = false;
    }
    for (one, other) in
        [(Role::First, Role::Following), (Role::Interstate, Role::Intrastate), (Role::Initial, Role::Further)]
    {
        if sound && has(one) != has(other) {
            let (there, lacking) = if has(one) { (one, other) } else { (other, one) };
            let message = format!("`columns` of deck has `{}`, but no `{}`", there.name(), lacking.name());
            table.missing(&[], message, "one of the two".to_owned(), format!("add `{} = \"…\"`", lacking.name()));
            sound = false;
        }
    }
    table.finish();
    sound.then_some(found)
}

/// `only = { "carrier_id" = "7" }`: the rows that are meant.
fn only(field: &Field<'_>) -> Option<Vec<(String, String, Span)>> {
    let Value::Table(entries) = &field.node.value else { return field.wrong("a table of headers and cells") };
    let read: Vec<Option<(String, String, Span)>> = entries
        .iter()
        .map(|entry| {
            let value = Field::nested(&entry.node, &entry.key, "`only` of deck", field.log());
            Some((entry.key.clone(), value.text()?.trim().to_owned(), entry.span))
        })
        .collect();
    read.into_iter().collect()
}

/// `previous = "old.csv"`, or `{ file = "old.csv", lost = 3 }`.
fn previous(field: &Field<'_>) -> Option<Previous> {
    if let Value::Text(_) = field.node.value {
        return Some(Previous { file: field.name()?, span: field.node.span, lost: 0 });
    }
    let table = field.table()?;
    let file = table.required("file", "\"price-list-before.csv\"", Field::name);
    let lost = table.or("lost", 0, |f| f.whole32(0, u32::MAX));
    let span = table.place().key("file");
    table.finish();
    Some(Previous { file: file?, span, lost: lost? as usize })
}
