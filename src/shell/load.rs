//! Finds and reads the plan that the global options name.

use super::app::Context;
use super::error::{Error, ErrorKind, shown};
use super::output::Format;
use crate::input::example::FILES;
use crate::input::fault::{FaultKind, Faults};
use crate::input::files::{FileFault, Folder, NamedText, PLAN, discover, read_plan};
use crate::input::plan::{Loaded, Options, Rejected, load};
use crate::policy::catalogue::known;
use crate::render::{diagnostics, json};

fn source(context: &Context) -> Result<(NamedText, Folder), FileFault> {
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
    let (text, folder) = match source(context) {
        Ok(source) => source,
        Err(fault) => {
            // A plan that cannot be had is a fault of the inputs as well, and the only one that can be known.
            let faults = Faults::default();
            faults.bare(fault.kind, shown(&fault.message), fault.help);
            let rejected = Rejected { faults: faults.into_sorted(), ..Rejected::default() };
            return Err(reject(command, context, &rejected)?);
        }
    };
    let rules = known();
    let options = Options { as_of: context.global.as_of, sets: &context.global.set, rules: &rules };
    load(text, &folder, &options).or_else(|rejected| Err(reject(command, context, &rejected)?))
}

/// Tells faults: as JSON where that is wanted, and as text for standard error.
pub(super) fn reject(command: &str, context: &mut Context, rejected: &Rejected) -> Result<Error, Error> {
    reject_saying(command, context, rejected, "")
}

/// As [`reject`], with what was understood all the same.
pub(super) fn reject_saying(
    command: &str,
    context: &mut Context,
    rejected: &Rejected,
    understood: &str,
) -> Result<Error, Error> {
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => json::rejected(command, rejected),
            Format::Text => understood.to_owned(),
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
