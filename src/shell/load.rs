//! Finds and reads the plan that the global options name.

use std::path::{Path, PathBuf};

use super::app::Context;
use super::error::{Error, ErrorKind, shown};
use crate::input::example::FILES;
use crate::input::fault::{FaultKind, Faults};
use crate::input::files::{FileFault, Folder, NamedText, PLAN, discover, read_argument, read_plan};
use crate::input::plan::{Loaded, Options, Rejected, load};
use crate::model::lock::LOCK;
use crate::policy::catalogue::known;
use crate::render::diagnostics;
use crate::render::report::Report;

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

/// What a command has beside the plan that the options name.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// Another plan in its place, with the what-if changes of this one.
    pub other: Option<&'a Path>,
    /// Further what-if changes.
    pub sets: &'a [String],
    /// A file of further past outages.
    pub past: Option<&'a Path>,
    /// Whether it is set against its sign-off.
    pub sign: Sign<'a>,
}

/// Whether a plan is set against its sign-off.
#[derive(Clone, Copy, Default)]
pub(super) enum Sign<'a> {
    /// It is not.
    #[default]
    Off,
    /// Against the one that an argument names, or the one beside the plan where there is one.
    Against(Option<&'a Path>),
}

/// Reads the plan and its tables. Where they are faulty, the faults go to every output and the run is over.
pub(super) fn plan(command: &str, context: &mut Context) -> Result<Loaded, Error> {
    plan_with(command, context, Beside::default())
}

/// The same, with what a command has beside it.
pub(super) fn plan_with(command: &str, context: &mut Context, beside: Beside<'_>) -> Result<Loaded, Error> {
    let texts = source(context, beside.other).and_then(|(text, folder)| {
        let lock = match beside.sign {
            Sign::Off => None,
            Sign::Against(Some(path)) => Some(read_argument(path)?),
            Sign::Against(None) => folder.beside(LOCK)?,
        };
        let incidents = beside.past.map(read_argument).transpose().map_err(|mut fault| {
            // The hint for an empty plan would mislead here.
            fault.help = "a CSV whose first row names its columns: start, end, cause, billed".to_owned();
            fault
        })?;
        Ok((text, folder, lock, incidents))
    });
    let (text, folder, lock, incidents) = match texts {
        Ok(texts) => texts,
        Err(fault) => return Err(unreadable(command, context, fault)?),
    };
    let sets: Vec<String> = context.global.set.iter().chain(beside.sets).cloned().collect();
    let given = Options { sets: &sets, incidents: incidents.as_ref(), lock, ..Options::default() };
    read_text(command, context, text, &folder, given)
}

/// Reads a plan's text and its tables, with what of the options is not the same for all.
pub(super) fn read_text(
    command: &str,
    context: &mut Context,
    text: NamedText,
    folder: &Folder,
    given: Options<'_>,
) -> Result<Loaded, Error> {
    let rules = known();
    let options = Options { as_of: context.global.as_of, rules: &rules, ..given };
    let loaded = load(text, folder, &options);
    if let Folder::Disk { root, .. } = folder {
        let inputs = match &loaded {
            Ok(loaded) => &loaded.inputs,
            Err(rejected) => &rejected.inputs,
        };
        context.outputs.spare(inputs.iter().map(|input| root.join(&input.path)).collect())?;
    }
    loaded.or_else(|rejected| Err(reject(command, context, &rejected)?))
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

/// Tells that a plan cannot be had: a fault of the inputs as well, and the only one that can be known.
pub(super) fn unreadable(command: &str, context: &mut Context, fault: FileFault) -> Result<Error, Error> {
    let faults = Faults::default();
    faults.bare(fault.kind, shown(&fault.message), fault.help);
    let rejected = Rejected { faults: faults.into_sorted(), ..Rejected::default() };
    reject(command, context, &rejected)
}

/// Tells faults: in every format that is wanted, and as text for standard error.
pub(super) fn reject(command: &str, context: &mut Context, rejected: &Rejected) -> Result<Error, Error> {
    context.outputs.report(&Report::rejected(command, rejected))?;
    Ok(told(rejected))
}

/// As [`reject`], with what was understood all the same.
pub(super) fn reject_saying(
    command: &str,
    context: &mut Context,
    rejected: &Rejected,
    understood: &str,
) -> Result<Error, Error> {
    let text = Box::new(|| Ok(understood.to_owned()));
    context.outputs.report(&Report { text, ..Report::rejected(command, rejected) })?;
    Ok(told(rejected))
}

/// Faults as text for standard error.
pub(super) fn told(rejected: &Rejected) -> Error {
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
    ErrorKind::Inputs { shown, count: rejected.faults.len() }.into()
}
