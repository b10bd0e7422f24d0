//! The tables that the arguments name, read outside any plan, or else those of the plan.

use std::path::Path;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::error::{Error, ErrorKind, Hint};
use super::super::load::{self, told};
use crate::input::deck::layout::Layout;
use crate::input::files::{argument_name, folder_of, read_argument, read_deck_argument};
use crate::input::plan::{InputRecord, Rejected};
use crate::input::rates;
use crate::input::reader::Log;
use crate::model::rates::RateTable;
use crate::render::rates::faulty::Faulty;
use crate::render::report::Report;
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
    /// Files that could not be had at all: what is said of each, and its name. Faults of them have no place of their own.
    pub unread: Vec<(String, String)>,
}

/// Whether a file is a carrier's own rather than a table: anything but TOML.
fn is_deck(path: &Path) -> bool {
    path != Path::new("-")
        && path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("toml"))
        && path.extension().is_some()
}

/// Reads tables and decks, with every fault of all.
pub(super) fn collect(paths: &[&Path], format: Option<&'static Layout>) -> Result<Collected, Error> {
    once(paths)?;
    let (mut sources, mut inputs, mut tables, mut unread) = (Sources::default(), Vec::new(), Vec::new(), Vec::new());
    let log = Log::default();
    for path in paths {
        let read = if is_deck(path) {
            read_deck_argument(path).map(|text| rates::bare(text, format, &mut sources, &mut inputs, &log))
        } else {
            let text = read_argument(path);
            text.map(|text| rates::read(text, &folder_of(path), "", &mut sources, &mut inputs, &log))
        };
        match read {
            Ok(table) => tables.extend(table),
            Err(fault) => {
                unread.push((fault.message.clone(), argument_name(path)));
                log.faults.bare(fault.kind, fault.message, fault.help);
            }
        }
    }
    let faults = log.faults.into_sorted();
    if faults.is_empty() && tables.len() < paths.len() {
        return Err(ErrorKind::Unreadable("a rate table could not be read".to_owned()).into());
    }
    Ok(Collected { tables: Tables { tables, sources, inputs }, faults, unread })
}

/// Reads tables, and decks in a table's place. Where any is faulty, the faults of all go to every output and the run is
/// over.
pub(super) fn read(
    command: &str,
    paths: &[&Path],
    format: Option<&'static Layout>,
    context: &mut Context,
) -> Result<Tables, Error> {
    let read = collect(paths, format)?;
    if read.faults.is_empty() {
        return Ok(read.tables);
    }
    Err(reject(command, paths, read, "", context)?)
}

/// Tells the faults of tables in every format that is wanted, with what was `understood` all the same, and as text for
/// standard error.
pub(super) fn reject(
    command: &str,
    paths: &[&Path],
    read: Collected,
    understood: &str,
    context: &mut Context,
) -> Result<Error, Error> {
    let Collected { tables: Tables { sources, inputs, .. }, faults, unread } = read;
    let rejected = Rejected { faults, sources, inputs };
    let names: Vec<String> = paths.iter().map(|path| argument_name(path)).collect();
    let mut report = Report::rejected(command, &rejected);
    Faulty { paths: &names, unread: &unread, understood }.tell(&mut report);
    context.outputs.report(&report)?;
    Ok(told(&rejected))
}

/// The tables that answer a question: the one that is named, or those of the plan.
pub(super) struct Asked {
    /// The tables; those of a plan in the order in which trunks name them.
    pub tables: Vec<AskedTable>,
    /// The texts.
    pub sources: Sources,
    /// The plan, where its tables are asked.
    pub plan: Option<AskedPlan>,
}

/// A table that answers.
pub(super) struct AskedTable {
    /// The table.
    pub table: RateTable,
    /// The trunks that it is of, by a plan.
    pub trunks: Vec<String>,
}

/// A plan whose tables answer.
pub(super) struct AskedPlan {
    /// Its path.
    pub path: String,
    /// What a screen calls it.
    pub name: String,
    /// The day that counts as today.
    as_of: NaiveDate,
}

impl Asked {
    /// Reads the table that the arguments name, else the plan and its tables.
    pub(super) fn read(
        command: &str,
        table: Option<&Path>,
        format: Option<&'static Layout>,
        context: &mut Context,
    ) -> Result<Self, Error> {
        let Some(path) = table else { return Self::of_plan(command, context) };
        let read = read(command, &[path], format, context)?;
        let asked = |table: RateTable| AskedTable { table, trunks: Vec::new() };
        Ok(Self { tables: read.tables.into_iter().map(asked).collect(), sources: read.sources, plan: None })
    }

    fn of_plan(command: &str, context: &mut Context) -> Result<Self, Error> {
        let told = context.global.plan.is_some() || context.global.demo;
        let hint = if told { "" } else { "or name a rate table, or a carrier's own file: --table FILE" };
        let loaded = load::plan(command, context).hint(hint)?;
        let (mut plan, sources) = (loaded.plan, loaded.sources);
        let tables = std::mem::take(&mut plan.tables).into_iter().enumerate();
        let asked = tables.map(|(index, table)| {
            let trunks = plan.trunks.iter().filter(|trunk| trunk.table == index);
            let trunks = trunks.map(|trunk| trunk.name.clone()).collect();
            AskedTable { table, trunks }
        });
        let tables = asked.collect();
        let name = if context.global.demo { "the embedded example floor (--demo)" } else { &plan.path }.to_owned();
        Ok(Self { tables, sources, plan: Some(AskedPlan { path: plan.path, name, as_of: plan.as_of }) })
    }

    /// The day of a call: the one given, else the one that counts as today, else the table's own.
    pub(super) fn day(&self, on: Option<NaiveDate>, table: &RateTable, context: &Context) -> Option<NaiveDate> {
        let today = context.global.as_of.or(self.plan.as_ref().map(|plan| plan.as_of));
        on.or(today).or_else(|| default_day(table))
    }
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
