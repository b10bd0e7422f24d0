//! Finds and reads the plan that the global options name.

use std::path::{Path, PathBuf};

use super::app::Context;
use super::error::{Error, ErrorKind, shown};
use super::output::Format;
use crate::input::example::FILES;
use crate::input::fault::{FaultKind, Faults};
use crate::input::files::{FileFault, Folder, NamedText, PLAN, discover, read_argument, read_plan};
use crate::input::plan::{Loaded, Options, Rejected, load};
use crate::model::lock::LOCK;
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
    read(command, context, None, &[], Sign::Off)
}

/// The plan, set against its sign-off: the one that an argument names, or the one beside the plan where there is one.
pub(super) fn signed(command: &str, context: &mut Context, lock: Option<&Path>) -> Result<Loaded, Error> {
    read(command, context, None, &[], Sign::Against(lock))
}

/// Whether a plan is set against its sign-off.
#[derive(Clone, Copy)]
enum Sign<'a> {
    Off,
    Against(Option<&'a Path>),
}

/// Where the sign-off of the plan stands.
pub(super) fn lock_path(context: &Context) -> Result<PathBuf, Error> {
    let plan = match &context.global.plan {
        Some(path) if path == Path::new("-") => {
            let message = "a plan on standard input has no folder for a lock".to_owned();
            return Err(Error::from(ErrorKind::Arguments(message)).hint("name one with --lock FILE"));
        }
        Some(path) => Some(path.clone()),
        None => std::env::current_dir().ok().and_then(|here| discover(&here)),
    };
    Ok(plan.as_deref().and_then(Path::parent).map_or_else(|| PathBuf::from(LOCK), |folder| folder.join(LOCK)))
}

/// The same plan with further what-if changes.
pub(super) fn variant(command: &str, context: &mut Context, sets: &[String]) -> Result<Loaded, Error> {
    read(command, context, None, sets, Sign::Off)
}

/// Another plan, with the what-if changes of this one.
pub(super) fn further(command: &str, context: &mut Context, path: &Path) -> Result<Loaded, Error> {
    read(command, context, Some(path), &[], Sign::Off)
}

fn read(
    command: &str,
    context: &mut Context,
    other: Option<&Path>,
    sets: &[String],
    sign: Sign<'_>,
) -> Result<Loaded, Error> {
    let texts = source(context, other).and_then(|(text, folder)| {
        let lock = match sign {
            Sign::Off => None,
            Sign::Against(Some(path)) => Some(read_argument(path)?),
            Sign::Against(None) => folder.beside(LOCK)?,
        };
        Ok((text, folder, lock))
    });
    let (text, folder, lock) = match texts {
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
    let sets: Vec<String> = context.global.set.iter().chain(sets).cloned().collect();
    let options = Options { as_of: context.global.as_of, sets: &sets, rules: &rules, lock };
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
        .take(diagnostics::MOST)
        .map(|fault| diagnostics::render(fault, &rejected.sources, true))
        .collect();
    let rest = rejected.faults.len().saturating_sub(diagnostics::MOST);
    if rest > 0 {
        shown.push(format!("… and {rest} more"));
    }
    Ok(ErrorKind::Inputs { shown, count: rejected.faults.len() }.into())
}
