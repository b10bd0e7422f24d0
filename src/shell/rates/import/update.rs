//! `rates import --update`: a carrier's next list in the place of the last, and all else that a table says as it was.

use std::path::Path;

use chrono::NaiveDate;

use super::super::super::app::Context;
use super::super::super::cli::RatesImportArgs;
use super::super::super::error::{Error, ErrorKind};
use super::super::super::load::reject_saying;
use super::{COMMAND, REMARKS, origin, quoted};
use crate::input::fault::FaultKind;
use crate::input::files::{argument_name, folder_of, read_argument};
use crate::input::plan::Rejected;
use crate::input::reader::Log;
use crate::input::tree::{self, Entry, Value};
use crate::words::diagnostic::{Sources, Span};

/// A table that names a deck.
pub(super) struct Standing {
    /// What reports call it.
    pub name: String,
    /// The deck's file, from the table's folder.
    pub file: String,
    text: String,
    deck: Span,
    /// The digest that it states.
    sha256: Option<Span>,
    source: Option<Span>,
    effective_from: Option<Span>,
    /// Where the key `deck` stands.
    key: Span,
}

/// What is new of a table.
pub(super) struct Renewal<'a> {
    sha256: &'a str,
    source: String,
    effective_from: Option<NaiveDate>,
    remarks: &'a str,
}

impl<'a> Renewal<'a> {
    pub(super) fn new(args: &RatesImportArgs, sheet: Option<&str>, sha256: &'a str, remarks: &'a str) -> Self {
        Self { sha256, source: origin(args, sheet), effective_from: args.effective_from, remarks }
    }
}

fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key == key)
}

impl Standing {
    /// Reads a table. It must name its deck in one line: `deck = { file = "…", … }`.
    pub(super) fn read(path: &Path, context: &mut Context) -> Result<Self, Error> {
        let read =
            read_argument(path).map_err(|fault| Error::from(ErrorKind::Unreadable(fault.message)).hint(&fault.help))?;
        let (mut sources, log) = (Sources::default(), Log::default());
        let id = sources.add(&read.name, read.text);
        let root = tree::parse(&sources, id, &log.faults);
        let entries = match &root.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        let deck = find(entries, "deck").filter(|deck| sources.slice(deck.node.span).starts_with('{'));
        let keys = match deck.map(|deck| &deck.node.value) {
            Some(Value::Table(keys)) => keys.as_slice(),
            _ => &[],
        };
        let file = find(keys, "file").and_then(|file| match &file.node.value {
            Value::Text(file) => Some(file.clone()),
            _ => None,
        });
        if log.faults.is_empty() && file.is_none() {
            let message = format!("{} names no deck in one line, whose place another could take", argument_name(path));
            let help = "deck = { file = \"…\", … }, as `rates import --out` writes it";
            log.faults.at(FaultKind::MissingKey, root.span, message, "no such deck", help);
        }
        if let (Some(name), Some(entry)) = (&file, find(keys, "file")) {
            // The list takes the place of a deck that the table may read, and of nothing else.
            let outside = folder_of(path).read_deck(name).err().filter(|f| f.kind == FaultKind::PathOutsideRepository);
            if let Some(fault) = outside {
                log.faults.at(fault.kind, entry.node.span, fault.message, "named here", fault.help);
            } else if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
                let help = "name a .csv: it would be written over";
                log.faults.at(FaultKind::OutOfRange, entry.node.span, "a deck is no table", "named here", help);
            }
        }
        let span = |key: &str| find(entries, key).map(|entry| entry.node.span);
        match (deck, file) {
            (Some(deck), Some(file)) if log.faults.is_empty() => Ok(Self {
                name: read.name,
                file,
                text: sources.content(id).to_owned(),
                deck: deck.node.span,
                sha256: find(keys, "sha256").map(|entry| entry.node.span),
                source: span("source"),
                effective_from: span("effective_from"),
                key: deck.span,
            }),
            _ => {
                let faults = log.faults.into_sorted();
                Err(reject_saying(COMMAND, context, &Rejected { faults, sources, inputs: Vec::new() }, "")?)
            }
        }
    }

    /// The table with another deck.
    pub(super) fn with(&self, new: &Renewal<'_>) -> String {
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        let mut put = |span: Span, text: String| edits.push((span.start as usize, span.end as usize, text));
        match self.sha256 {
            Some(span) => put(span, quoted(new.sha256)),
            None => {
                // Behind the last key, before the bracket that closes.
                let inner = self.text.get(..self.deck.end as usize - 1).unwrap_or_default().trim_end().len();
                edits.push((inner, inner, format!(", sha256 = {}", quoted(new.sha256))));
            }
        }
        let mut put = |span: Span, text: String| edits.push((span.start as usize, span.end as usize, text));
        if let Some(source) = self.source {
            put(source, quoted(&new.source));
        }
        match (new.effective_from, self.effective_from) {
            (Some(day), Some(span)) => put(span, day.to_string()),
            (Some(day), None) => {
                let at = self.key.start as usize;
                edits.push((at, at, format!("effective_from = {day}\n")));
            }
            (None, _) => {}
        }
        if let Some(at) = self.text.find(REMARKS).filter(|_| !new.remarks.is_empty()) {
            let rest = self.text.get(at + REMARKS.len()..).unwrap_or_default();
            let old: usize = rest.split_inclusive('\n').take_while(|line| line.starts_with("#   ")).map(str::len).sum();
            edits.push((at, at + REMARKS.len() + old, new.remarks.to_owned()));
        }
        edits.sort();
        let mut out = self.text.clone();
        for (from, to, text) in edits.into_iter().rev() {
            out.replace_range(from..to, &text);
        }
        out
    }
}
