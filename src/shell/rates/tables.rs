//! The tables that the arguments name, read outside any plan.

use std::path::Path;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::error::{Error, ErrorKind};
use super::super::load::reject;
use crate::input::deck::layout::Layout;
use crate::input::files::{folder_of, read_argument, read_deck_argument};
use crate::input::plan::{InputRecord, Rejected};
use crate::input::rates;
use crate::input::reader::Log;
use crate::model::rates::RateTable;
use crate::words::diagnostic::{Diagnostic, Sources};

/// Tables and the texts they came from.
pub(super) struct Tables {
    /// The tables, in the order of the arguments.
    pub tables: Vec<RateTable>,
    /// The texts.
    pub sources: Sources,
    /// The inputs.
    pub inputs: Vec<InputRecord>,
}

/// What was read, and every fault.
pub(super) struct Collected {
    /// What was read.
    pub tables: Tables,
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
}

/// Whether a file is a carrier's own rather than a table: anything but TOML.
fn is_deck(path: &Path) -> bool {
    path != Path::new("-")
        && path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("toml"))
        && path.extension().is_some()
}

/// Reads tables, and decks where they may stand in a table's place, with every fault of all.
pub(super) fn collect(paths: &[&Path], format: Option<&'static Layout>, decks: bool) -> Result<Collected, Error> {
    once(paths)?;
    let (mut sources, mut inputs, mut tables) = (Sources::default(), Vec::new(), Vec::new());
    let log = Log::default();
    for path in paths {
        let read = if decks && is_deck(path) {
            read_deck_argument(path).map(|text| rates::bare(text, format, &mut sources, &mut inputs, &log))
        } else {
            let text = read_argument(path);
            text.map(|text| rates::read(text, &folder_of(path), "", &mut sources, &mut inputs, &log))
        };
        match read {
            Ok(table) => tables.extend(table),
            Err(fault) => log.faults.bare(fault.kind, fault.message, fault.help),
        }
    }
    let faults = log.faults.into_sorted();
    if faults.is_empty() && tables.len() < paths.len() {
        return Err(ErrorKind::Unreadable("a rate table could not be read".to_owned()).into());
    }
    Ok(Collected { tables: Tables { tables, sources, inputs }, faults })
}

/// Reads tables, and decks where they may stand in a table's place. Where any is faulty, the faults of all go to every
/// output and the run is over.
pub(super) fn read(command: &str, paths: &[&Path], decks: bool, context: &mut Context) -> Result<Tables, Error> {
    let Collected { tables, faults } = collect(paths, None, decks)?;
    if faults.is_empty() {
        return Ok(tables);
    }
    let Tables { sources, inputs, .. } = tables;
    Err(reject(command, context, &Rejected { faults, sources, inputs })?)
}

/// Reads one table. A deck alone prices nothing: its currency is not known.
pub(super) fn read_one(command: &str, path: &Path, context: &mut Context) -> Result<(RateTable, Sources), Error> {
    let read = read(command, &[path], false, context)?;
    let table = read.tables.into_iter().next();
    let table = table.ok_or_else(|| ErrorKind::Unreadable("the rate table could not be read".to_owned()))?;
    Ok((table, read.sources))
}

/// Standard input can be read once.
pub(super) fn once(paths: &[&Path]) -> Result<(), Error> {
    if paths.iter().filter(|path| **path == Path::new("-")).count() > 1 {
        return Err(ErrorKind::Arguments("standard input (`-`) can be read once only".to_owned()).into());
    }
    Ok(())
}

/// The day on which a table is looked at where none is given: the newest first day that its last day allows. Nothing
/// where no row has a first day: then every day is alike.
pub(super) fn default_day(table: &RateTable) -> Option<NaiveDate> {
    let days = || table.effective_from.into_iter().chain(table.rows.terms().filter_map(|terms| terms.effective_from));
    days().filter(|day| table.expires.is_none_or(|last| *day <= last)).max().or_else(|| days().max())
}
