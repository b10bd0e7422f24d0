//! The tables that the arguments name, read outside any plan.

use std::path::Path;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::error::{Error, ErrorKind};
use super::super::load::reject;
use crate::input::files::read_argument;
use crate::input::plan::{InputRecord, Rejected};
use crate::input::reader::Log;
use crate::input::{rates, tree};
use crate::model::rates::RateTable;
use crate::words::diagnostic::Sources;
use crate::words::digest::sha256;

/// Tables and the texts they came from.
pub(super) struct Tables {
    /// The tables, in the order of the arguments.
    pub tables: Vec<RateTable>,
    /// The texts.
    pub sources: Sources,
    /// The inputs.
    pub inputs: Vec<InputRecord>,
}

/// Reads tables. Where any is faulty, the faults of all go to every output and the run is over.
pub(super) fn read(command: &str, paths: &[&Path], context: &mut Context) -> Result<Tables, Error> {
    once(paths)?;
    let (mut sources, mut inputs, mut tables) = (Sources::default(), Vec::new(), Vec::new());
    let log = Log::default();
    for path in paths {
        let text = match read_argument(path) {
            Ok(text) => text,
            Err(fault) => {
                log.faults.bare(fault.kind, fault.message, fault.help);
                continue;
            }
        };
        let id = sources.add(&text.name, text.text);
        let before = log.faults.len();
        let node = tree::parse(&sources, id, &log.faults);
        // Where the text is no TOML, missing keys would be noise.
        let table = if log.faults.len() == before { rates::table(&node, &text.name, &log) } else { None };
        let rows = table.as_ref().map_or(0, |table| table.rows.len());
        inputs.push(InputRecord { path: text.name, sha256: sha256(&text.bytes), rows });
        tables.extend(table);
    }
    if log.faults.is_empty() && tables.len() == paths.len() {
        return Ok(Tables { tables, sources, inputs });
    }
    let faults = log.faults.into_sorted();
    Err(reject(command, context, &Rejected { faults, sources, inputs })?)
}

/// Reads one table.
pub(super) fn read_one(command: &str, path: &Path, context: &mut Context) -> Result<(RateTable, Sources), Error> {
    let read = read(command, &[path], context)?;
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
    let days = || table.effective_from.into_iter().chain(table.rows.iter().filter_map(|row| row.effective_from));
    days().filter(|day| table.expires.is_none_or(|last| *day <= last)).max().or_else(|| days().max())
}
