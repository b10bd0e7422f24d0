//! Carriers' own decks, untouched: delimited text in the layouts that carriers mail, read into rate rows.
//!
//! What a cell can mean in two ways is never guessed: it is a fault until the table states it. Every fault names its line
//! and column; what is wrong with many cells is told for the first of them and counted.

mod cells;
mod cgrates;
mod codes;
mod columns;
mod gone;
mod header;
pub mod layout;
mod pricing;
mod repeats;
mod rows;
mod scan;
mod spec;
mod troubles;

use chrono::NaiveDate;

use self::columns::by_columns;
use self::gone::{vanished, withdraw};
use self::header::{Found, bare, by_layout, nearest};
use self::layout::Layout;
use self::rows::{Outcome, RowReader};
use self::troubles::Troubles;
use super::fault::{FaultKind, did_you_mean};
use super::files::{DeckText, FileFault, Folder};
use super::plan::InputRecord;
use super::reader::Log;
use crate::model::rates::{Billing, Deck};
use crate::model::rows::Rows;
use crate::words::diagnostic::{SourceId, Sources, Span};
use crate::words::e164::DialPrefix;
use crate::words::money::Currency;
use crate::words::rounding::Rounding;

pub use self::cells::DateOrder;
pub use self::spec::DeckSpec;

/// What the table says that its deck leaves out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The currency; nothing where no table is there.
    pub currency: Option<Currency>,
    /// Increment and connect fee of rows that name none.
    pub billing: Option<&'a Billing>,
    /// First day of rows that name none.
    pub effective_from: Option<NaiveDate>,
    /// Last day of rows that name none.
    pub expires: Option<NaiveDate>,
}

/// The rows of a deck.
#[derive(Debug)]
pub struct Read {
    /// The rows.
    pub rows: Rows,
    /// What was made of the file.
    pub deck: Deck,
    /// Rows with a fee on short calls: the first and how many.
    pub short_fees: Option<(Span, usize)>,
    /// The rounding of a call, where the deck states one.
    pub rounding: Option<Rounding>,
    /// Codes that are taken back.
    withdrawn: Vec<DialPrefix>,
}

/// Where the files of a deck come from, and what is kept of them.
#[derive(Debug)]
pub struct Files<'a> {
    /// The folder that paths start at.
    pub folder: &'a Folder,
    /// The table's folder from there, with a slash at its end; empty where it is the same.
    pub base: &'a str,
    /// The texts.
    pub sources: &'a mut Sources,
    /// The inputs.
    pub inputs: &'a mut Vec<InputRecord>,
    /// The deck itself, where it is at hand.
    pub given: Option<DeckText>,
}

/// What a carrier's file holds.
#[derive(Debug)]
pub enum Source {
    /// Text.
    Text(DeckText),
    /// The sheets of a spreadsheet, each with its name.
    Sheets(Vec<(String, DeckText)>),
}

/// A file of the deck.
struct Kept {
    id: SourceId,
    sha256: String,
}

impl Files<'_> {
    fn keep(&mut self, text: DeckText) -> Kept {
        let id = self.sources.add(text.name, text.text);
        Kept { id, sha256: text.sha256 }
    }

    fn read(&mut self, file: &str, span: Option<Span>, log: &Log) -> Option<Kept> {
        match self.folder.read_deck(&format!("{}{file}", self.base)) {
            Ok(text) => Some(self.keep(text)),
            Err(FileFault { kind, message, help }) => {
                match span {
                    Some(span) => log.faults.at(kind, span, format!("deck: {message}"), "named here", help),
                    None => log.faults.bare(kind, message, help),
                }
                None
            }
        }
    }

    fn record(&mut self, kept: &Kept, rows: usize) {
        let path = self.sources.name(kept.id).to_owned();
        self.inputs.push(InputRecord { path, sha256: kept.sha256.clone(), rows });
    }
}

/// Reads a deck. Nothing where its file cannot be read or its columns are not known; rows at fault are left out, and told
/// in the log.
pub fn read(spec: &DeckSpec, around: &Around<'_>, files: &mut Files<'_>, log: &Log) -> Option<Read> {
    let kept = match files.given.take() {
        Some(text) => Some(files.keep(text)),
        None => files.read(&spec.file, spec.span, log),
    };
    let more: Vec<Option<Kept>> = spec.more.iter().map(|(file, span)| files.read(file, Some(*span), log)).collect();
    let previous = spec.previous.as_ref().map(|previous| files.read(&previous.file, Some(previous.span), log));
    let (kept, more) = (kept?, more.into_iter().collect::<Option<Vec<_>>>()?);
    if let Some((stated, span)) = &spec.sha256
        && *stated != kept.sha256
    {
        log.faults.at(
            FaultKind::OtherDeck,
            *span,
            format!("{} is not the deck that the table was checked with", files.sources.name(kept.id)),
            format!("its SHA-256 is {}", kept.sha256),
            "read the new deck with `rates import` and `rates diff`, then state its digest",
        );
    }
    let ids: Vec<SourceId> = std::iter::once(kept.id).chain(more.iter().map(|kept| kept.id)).collect();
    let read = parse(spec, around, &ids, &kept.sha256, files.sources, log);
    files.record(&kept, read.as_ref().map_or(0, |read| read.rows.len()));
    for kept in &more {
        files.record(kept, 0);
    }
    if let (Some(stated), Some(previous)) = (&spec.previous, previous.flatten()) {
        if let Some(read) = &read {
            vanished(spec, stated, previous.id, around, read, files.sources, log);
        }
        files.record(&previous, 0);
    }
    read
}

/// Reads a deck whose text is at hand.
pub fn parse(
    spec: &DeckSpec,
    around: &Around<'_>,
    ids: &[SourceId],
    sha256: &str,
    sources: &Sources,
    log: &Log,
) -> Option<Read> {
    let id = *ids.first()?;
    let before = log.faults.len();
    let read = if is_cgrates(spec, sources.content(id)) {
        cgrates::read(spec, around, ids, sha256, sources, log)
    } else {
        delimited(spec, around, id, sha256, sources, log)
    };
    if let Some(read) = &read
        && read.rows.is_empty()
        && log.faults.len() == before
    {
        let (message, help) = match read.deck.layout {
            layout::CGRATES => (
                "the deck holds no row: its destinations are not there",
                "name the other tables: more = [\"DestinationRates.csv\", \"Destinations.csv\"]",
            ),
            _ => ("the deck holds no row", "is it the right file, and the right `columns`, `only` or `delimiter`?"),
        };
        // Where the rows would stand.
        let end = sources.content(id).trim_end().len();
        log.faults.at(FaultKind::EmptyDeck, Span::new(id, end, end), message, "no row up to the end", help);
    }
    read
}

/// CGRateS's tables begin with `#Id`.
fn is_cgrates(spec: &DeckSpec, text: &str) -> bool {
    match spec.format {
        Some(layout) => layout.name == layout::CGRATES,
        None => spec.columns.is_empty() && text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("#id")),
    }
}

fn delimited(
    spec: &DeckSpec,
    around: &Around<'_>,
    id: SourceId,
    sha256: &str,
    sources: &Sources,
    log: &Log,
) -> Option<Read> {
    let text = sources.content(id);
    if let (Some(at), None) = (text.find('\r'), text.find('\n')) {
        let help = "save it with the line ends of today: LF, or CR and LF";
        log.faults.at(
            FaultKind::Syntax,
            Span::new(id, at, at + 1),
            "the deck's lines end with CR alone",
            "the first",
            help,
        );
        return None;
    }
    if let Some((file, span)) = spec.more.first() {
        let message =
            format!("deck: `more` names {file}, and only the layout `{}` has tables to join", layout::CGRATES);
        let help = "give every file a rate table of its own, or put their rows into one file";
        log.faults.at(FaultKind::ConflictingKeys, *span, message, "not read", help);
    }
    let found = if spec.columns.is_empty() {
        by_layout(text, spec.format, spec.delimiter).or_else(|| {
            unknown(spec, id, text, log);
            None
        })?
    } else {
        by_columns(spec, id, text, sources, log)?
    };
    let mut troubles = Troubles::new(&log.faults, id, text);
    for (name, _, span) in &spec.only {
        if !found.cells.iter().any(|cell| bare(slice(text, cell)) == bare(name)) {
            let headers: Vec<&str> = found.cells.iter().map(|cell| slice(text, cell)).collect();
            let message = format!("{} has no column `{name}`", sources.name(id));
            log.faults.at(FaultKind::UnknownName, *span, message, "no such column", did_you_mean(name, &headers));
        }
    }
    let outcome = RowReader::new(text, spec, &found, around, &mut troubles).read(found.delimiter, found.rows);
    troubles.finish();
    Some(finish(outcome, found, id, sha256, sources))
}

fn slice<'a>(text: &'a str, cell: &scan::Cell) -> &'a str {
    text.get(cell.start..cell.end).unwrap_or_default()
}

/// Puts together what was read.
fn finish(mut outcome: Outcome, found: Found, id: SourceId, sha256: &str, sources: &Sources) -> Read {
    let text = sources.content(id);
    withdraw(&mut outcome);
    let names = found.cells.iter().enumerate().map(|(i, cell)| {
        let name = slice(text, cell).split_whitespace().collect::<Vec<_>>().join(" ");
        (name, found.columns.role(i).map(layout::Role::name))
    });
    let mut columns: Vec<(String, Option<&'static str>)> = names.collect();
    if found.header.is_none() {
        columns = (0..found.columns.width)
            .map(|i| (format!("column {}", i + 1), found.columns.role(i).map(layout::Role::name)))
            .collect();
    }
    let mut prose: Vec<Span> = preamble(text, &found, id);
    prose.append(&mut outcome.prose);
    prose.sort_unstable();
    let mut notes = Vec::new();
    if outcome.no_charge > 0 {
        let rows =
            if outcome.no_charge == 1 { "1 row is".to_owned() } else { format!("{} rows are", outcome.no_charge) };
        notes.push(format!(
            "{rows} free for calls shorter than some seconds: that is not reckoned, so that costs are upper bounds"
        ));
    }
    let (layout, what) = match found.layout {
        Some(Layout { name, what, .. }) => (*name, *what),
        None => ("columns", "the columns that the table names"),
    };
    let deck = Deck {
        path: sources.name(id).to_owned(),
        sha256: sha256.to_owned(),
        layout,
        what,
        delimiter: char::from(found.delimiter),
        header: found.header.map(|(start, end)| Span::new(id, start, end)),
        columns,
        dates: outcome.dates.map(DateOrder::name),
        lines: outcome.lines,
        rows: outcome.rows.len(),
        blocked: outcome.blocked,
        withdrawn: outcome.withdrawn.len(),
        elsewhere: outcome.elsewhere,
        prose,
        notes,
        unstated: outcome.unstated,
    };
    let withdrawn = outcome.withdrawn.iter().map(|gone| gone.prefix).collect();
    Read { rows: outcome.rows.finish(), deck, short_fees: outcome.short_fees, rounding: None, withdrawn }
}

/// The lines before a header or the first row.
fn preamble(text: &str, found: &Found, id: SourceId) -> Vec<Span> {
    let end = found.header.map_or(found.rows, |(start, _)| start);
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.get(..end).unwrap_or_default().split_inclusive('\n') {
        let bare = line.trim_matches([',', ';', '\t', ' ', '\r', '\n', '"']);
        if !bare.is_empty() {
            lines.push(Span::new(id, at, at + line.trim_end().len()));
        }
        at += line.len();
    }
    lines
}

/// Says that a deck is of no layout that is known: where a header may stand, what it is near to, and the ways out.
fn unknown(spec: &DeckSpec, id: SourceId, text: &str, log: &Log) {
    const COLUMNS: &str = "name the columns: deck = { file = \"…\", columns = { prefix = \"…\", per_minute = \"…\" } } in a \
                           table, or `rates import --column KEY=HEADER`, such as `--column prefix=Code`";
    let message = match spec.format {
        Some(layout) => format!("the deck is not of the layout `{}`: {}", layout.name, layout.what),
        None => "the deck is of no layout known here".to_owned(),
    };
    // A whole header of another layout, or by another delimiter, says more than a part of the one that is named.
    let Some(near) = nearest(text, spec.format, spec.delimiter) else {
        let line = text.lines().next().unwrap_or_default();
        let rest = "by number from 1 where it has no header";
        let head = match spec.format {
            Some(layout) => format!("no line looks like its header, which has {}", layout.wants().join(", ")),
            None => "no line looks like the header of a known layout".to_owned(),
        };
        let help = format!("{head}; {COLUMNS}; {rest}");
        log.faults.at(FaultKind::UnknownLayout, Span::new(id, 0, line.len()), message, "the first line", help);
        return;
    };
    let mut ways = Vec::new();
    if spec.delimiter.is_some_and(|stated| stated != near.delimiter) {
        let (name, word) = delimiter_words(near.delimiter);
        ways.push(format!(
            "the cells look parted by {name}: say `delimiter = \"{word}\"` in `deck`, or `rates import --delimiter \"{word}\"`"
        ));
    }
    let fits = near.lacks.is_empty() && near.twice.is_empty();
    if fits && spec.format.is_some_and(|layout| layout.name != near.layout.name) {
        ways.push(format!("its header is of the layout `{}`: name that, or leave `format` out", near.layout.name));
    }
    if !fits {
        let mut lacks = Vec::new();
        if !near.lacks.is_empty() {
            lacks.push(format!("which wants {}", listed(&near.lacks)));
        }
        if !near.twice.is_empty() {
            lacks.push(format!("where {} stands twice", listed(&near.twice)));
        }
        ways.push(format!("nearest: `{}`, {}", near.layout.name, lacks.join(", and ")));
        ways.push(COLUMNS.to_owned());
    }
    let span = Span::new(id, near.header.0, near.header.1);
    log.faults.at(FaultKind::UnknownLayout, span, message, "looks like a header", ways.join("; "));
}

/// What cells are parted by, and how `delimiter` says it.
fn delimiter_words(delimiter: u8) -> (&'static str, &'static str) {
    match delimiter {
        b';' => ("semicolons", ";"),
        b'\t' => ("tabs", "tab"),
        b'|' => ("bars", "|"),
        _ => ("commas", ","),
    }
}

/// `one`, `two` and `three`.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
