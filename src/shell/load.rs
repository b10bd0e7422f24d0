//! Finds and reads the plan that the global options name.

use std::path::Path;

use super::app::Context;
use super::error::{Error, ErrorKind, shown};
use super::output::Format;
use crate::input::example::FILES;
use crate::input::fault::{FaultKind, Faults};
use crate::input::files::{FileFault, Folder, NamedText, PLAN, discover, read_plan};
use crate::input::plan::{Loaded, Options, Rejected, load};
use crate::policy::catalogue::known;
use crate::render::{diagnostics, json};

fn source(context: &Context, other: Option<&Path>) -> Result<(NamedText, Folder), FileFault> {
    if let Some(path) = other {
        return read_plan(path);
    }
    if context.global.demo {
        let folder = Folder::Embedded(&FILES);
        let text = folder.read(PLAN)?;
        return Ok((text, folder));
    }
    if let Some(path) = &context.global.plan {
        return read_plan(path);
    }
    let unreadable =
        |message: String, help: &str| FileFault { kind: FaultKind::Unreadable, message, help: help.to_owned() };
    let here = std::env::current_dir()
        .map_err(|_| unreadable("there is no current folder".to_owned(), "name a plan with --plan FILE"))?;
    let Some(path) = discover(&here) else {
        return Err(unreadable(
            format!("no {PLAN} here or above, up to the repository's root"),
            "name one with --plan FILE, write one with `trunkrisk init`, or try --demo",
        ));
    };
    read_plan(&path)
}

/// Reads the plan and its tables. Where they are faulty, the faults go to every output and the run is over.
pub(super) fn plan(command: &str, context: &mut Context) -> Result<Loaded, Error> {
    read(command, context, None, &[])
}

/// The same plan with further what-if changes.
pub(super) fn variant(command: &str, context: &mut Context, sets: &[String]) -> Result<Loaded, Error> {
    read(command, context, None, sets)
}

/// Another plan, with the what-if changes of this one.
pub(super) fn further(command: &str, context: &mut Context, path: &Path) -> Result<Loaded, Error> {
    read(command, context, Some(path), &[])
}

fn read(command: &str, context: &mut Context, other: Option<&Path>, sets: &[String]) -> Result<Loaded, Error> {
    let (text, folder) = match source(context, other) {
        Ok(source) => source,
        Err(fault) => return Err(unreadable(command, context, fault)?),
    };
    let sets: Vec<String> = context.global.set.iter().chain(sets).cloned().collect();
    read_text(command, context, Text { text, folder: &folder, past: None, first_source: 0 }, &sets)
}

/// Tells that a plan cannot be had: a fault of the inputs as well, and the only one that can be known.
pub(super) fn unreadable(command: &str, context: &mut Context, fault: FileFault) -> Result<Error, Error> {
    let faults = Faults::default();
    faults.bare(fault.kind, shown(&fault.message), fault.help);
    let rejected = Rejected { faults: faults.into_sorted(), ..Rejected::default() };
    reject(command, context, &rejected)
}

/// A plan's text, and what its tables are read by.
pub(super) struct Text<'a> {
    /// The plan.
    pub text: NamedText,
    /// Where its tables are.
    pub folder: &'a Folder,
    /// What stands before the names of its texts in reports.
    pub past: Option<&'a str>,
    /// The number of the first text.
    pub first_source: u32,
}

/// Reads a plan's text and its tables, with what-if changes.
pub(super) fn read_text(
    command: &str,
    context: &mut Context,
    given: Text<'_>,
    sets: &[String],
) -> Result<Loaded, Error> {
    let Text { text, folder, past, first_source } = given;
    let rules = known();
    let options = Options { as_of: context.global.as_of, sets, rules: &rules, past, first_source };
    load(text, folder, &options).or_else(|rejected| Err(reject(command, context, &rejected)?))
}

/// Tells faults: as JSON where that is wanted, and as text for standard error.
pub(super) fn reject(command: &str, context: &mut Context, rejected: &Rejected) -> Result<Error, Error> {
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => json::rejected(command, rejected),
            Format::Text => String::new(),
        })
    })?;
    let mut shown: Vec<String> = rejected
        .faults
        .iter()
        .take(diagnostics::MOST)
        .map(|fault| diagnostics::render(fault, &rejected.sources, true))
        .collect();
    let rest = rejected.faults.len().saturating_sub(diagnostics::MOST);
    if rest > 0 {
        shown.push(format!("… and {rest} more"));
    }
    Ok(ErrorKind::Inputs { shown, count: rejected.faults.len() }.into())
}
