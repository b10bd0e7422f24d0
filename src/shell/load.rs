//! Finds and reads the plan that the global options name.

use super::app::Context;
use super::error::{Error, ErrorKind};
use super::output::Format;
use crate::input::example::FILES;
use crate::input::files::{Folder, NamedText, PLAN, discover, read_plan};
use crate::input::plan::{Loaded, Options, Rejected, load};
use crate::policy::catalogue::known;
use crate::render::{diagnostics, json};

/// Faults that are shown in full; the rest is counted.
const MOST_FAULTS: usize = 50;

fn source(context: &Context) -> Result<(NamedText, Folder), Error> {
    if context.global.demo {
        let folder = Folder::Embedded(&FILES);
        let text = folder.read(PLAN)?;
        return Ok((text, folder));
    }
    if let Some(path) = &context.global.plan {
        return Ok(read_plan(path)?);
    }
    let here = std::env::current_dir().map_err(|_| ErrorKind::Unreadable("there is no current folder".to_owned()))?;
    let Some(path) = discover(&here) else {
        return Err(Error::from(ErrorKind::Unreadable(format!(
            "no {PLAN} here or above, up to the repository's root"
        )))
        .hint("name one with --plan FILE, write one with `trunkrisk init`, or try --demo"));
    };
    Ok(read_plan(&path)?)
}

/// Reads the plan and its tables. Where they are faulty, the faults go to every output and the run is over.
pub(super) fn plan(command: &str, context: &mut Context) -> Result<Loaded, Error> {
    let (text, folder) = source(context)?;
    let rules = known();
    let options = Options { as_of: context.global.as_of, sets: &context.global.set, rules: &rules };
    load(text, &folder, &options).or_else(|rejected| Err(reject(command, context, &rejected)?))
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
        .take(MOST_FAULTS)
        .map(|fault| diagnostics::render(fault, &rejected.sources, true))
        .collect();
    let rest = rejected.faults.len().saturating_sub(MOST_FAULTS);
    if rest > 0 {
        shown.push(format!("… and {rest} more"));
    }
    Ok(ErrorKind::Inputs { shown, count: rejected.faults.len() }.into())
}
