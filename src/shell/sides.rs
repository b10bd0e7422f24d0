//! BASE and HEAD of a comparison: found, read, and set against each other.

use super::app::Context;
use super::cli::DiffArgs;
use super::error::{Error, ErrorKind};
use super::load;
use super::run::Run;
use crate::assessment::Assessment;
use crate::diff::{Comparison, DiffError, compare};
use crate::input::files::{FileFault, NamedText};
use crate::input::git::{Commit, Repository};
use crate::input::plan::{Loaded, Options};
use crate::input::saved::{self, SavedRun};
use crate::input::side::{Given, Place, Side, given, of_directory, of_revision, shown};
use crate::model::lock::LOCK;
use crate::model::policy::Waiver;
use crate::policy::catalogue::levels;
use crate::policy::change::{Against, govern_by};
use crate::policy::{Levels, Verdict, judge_against};
use crate::render::diff::SideName;
use crate::render::json::digest;

impl From<DiffError> for Error {
    fn from(error: DiffError) -> Self {
        Self::from(ErrorKind::Unanswerable(error.to_string()))
    }
}

/// The number of the first text of the old side: no plan names as many files.
const OLD: u32 = 1 << 20;

/// A side that has been read.
pub(super) struct Known {
    /// What it is called.
    pub name: SideName,
    /// The plan.
    pub loaded: Loaded,
}

/// A side of `diff`.
pub(super) enum Read {
    /// With a plan.
    Plan(Box<Known>),
    /// With figures alone.
    Saved(SideName, SavedRun),
}

/// The plan as it is, as a side.
pub(super) fn present(loaded: &Loaded) -> SideName {
    let name = "the plan as it is".to_owned();
    SideName { name, kind: "plan", commit: None, digest: Some(digest(&loaded.inputs)) }
}

fn refuse<T>(result: Result<T, FileFault>, command: &str, context: &mut Context) -> Result<T, Error> {
    match result {
        Ok(value) => Ok(value),
        Err(fault) => Err(load::unreadable(command, context, fault)?),
    }
}

fn refuse_demo(context: &Context) -> Result<(), Error> {
    if context.global.demo {
        let message = "--demo has no past to be compared with".to_owned();
        return Err(Error::from(ErrorKind::Arguments(message)).hint("name a plan with --plan FILE"));
    }
    Ok(())
}

fn read_plan(
    side: Side,
    (kind, commit): (&'static str, Option<String>),
    first: u32,
    lock: Option<NamedText>,
    command: &str,
    context: &mut Context,
) -> Result<Known, Error> {
    let sets = context.global.set.clone();
    let given = Options { sets: &sets, past: side.past.as_deref(), first_source: first, lock, ..Options::default() };
    let loaded = load::read_text(command, context, side.text, &side.folder, given)?;
    let name = SideName { name: side.name, kind, commit, digest: Some(digest(&loaded.inputs)) };
    Ok(Known { name, loaded })
}

/// Reads a side; a plan that is judged is set against the sign-off beside it.
fn read(
    given: Given,
    place: &Place,
    first: u32,
    judged: bool,
    command: &str,
    context: &mut Context,
) -> Result<Read, Error> {
    let (side, kind, id) = match given {
        Given::Revision(named, commit) => (of_revision(&named, &commit, None, place), "revision", Some(commit.id)),
        Given::Fork(named, commit, tip) => {
            (of_revision(&named, &commit, Some(&tip), place), "revision", Some(commit.id))
        }
        Given::Directory(directory) => (of_directory(&directory, place), "directory", None),
        Given::Saved(path) => {
            let name = shown(&path);
            if place.named {
                let message = format!("--base-plan names a plan of the base, and {name} is a saved run without one");
                return Err(Error::from(ErrorKind::Arguments(message)).hint("leave --base-plan out"));
            }
            let run = refuse(saved::read(&path), command, context)?;
            return Ok(Read::Saved(SideName { name, kind: "run", commit: None, digest: None }, run));
        }
    };
    let side = refuse(side, command, context)?;
    let lock = if judged { refuse(side.folder.beside(LOCK), command, context)? } else { None };
    Ok(Read::Plan(Box::new(read_plan(side, (kind, id), first, lock, command, context)?)))
}

/// The commit in common with HEAD, which what is there now grew from.
fn forked(named: &str, commit: Commit, place: &Place) -> Result<Given, FileFault> {
    let repository = Repository::at(&place.root)?;
    let head = repository.commit("HEAD")?;
    let base = repository.merge_base(&commit, &head)?;
    Ok(revision(named, &commit, base))
}

/// A commit that was named, or one in common with it.
fn revision(named: &str, given: &Commit, taken: Commit) -> Given {
    let named = named.to_owned();
    if taken == *given { Given::Revision(named, taken) } else { Given::Fork(named, taken, given.clone()) }
}

/// Where the plan stands in the base.
fn place_in_base(place: &Place, base_plan: Option<&str>, command: &str, context: &mut Context) -> Result<Place, Error> {
    base_plan.map_or_else(|| Ok(place.clone()), |path| refuse(place.elsewhere(path), command, context))
}

/// The base that `check --base` names, with the plan's path in it where that is another one.
pub(super) fn base(
    command: &str,
    context: &mut Context,
    argument: &str,
    base_plan: Option<&str>,
) -> Result<Known, Error> {
    refuse_demo(context)?;
    let place = refuse(Place::find(context.global.plan.as_deref()), command, context)?;
    let there = place_in_base(&place, base_plan, command, context)?;
    let found = match refuse(given(argument, &place), command, context)? {
        Given::Revision(named, commit) => refuse(forked(&named, commit, &place), command, context)?,
        other => other,
    };
    match read(found, &there, OLD, false, command, context)? {
        Read::Plan(known) => Ok(*known),
        Read::Saved(name, _) => {
            let message = format!("{} is a saved run, which holds no policy and no waivers to judge by", name.name);
            Err(Error::from(ErrorKind::Arguments(message))
                .hint("name a revision or a directory; `trunkrisk diff` takes runs"))
        }
    }
}

/// Both sides of `diff`; nothing for HEAD where it is the plan as it is.
pub(super) fn both(args: &DiffArgs, context: &mut Context) -> Result<(Read, Option<Read>), Error> {
    let command = "diff";
    refuse_demo(context)?;
    let place = refuse(Place::find(context.global.plan.as_deref()), command, context)?;
    let there = place_in_base(&place, args.base_plan.as_deref(), command, context)?;
    let base = refuse(given(&args.base, &place), command, context)?;
    let head = match args.head.as_deref() {
        Some(new) => Some(refuse(given(new, &place), command, context)?),
        None => None,
    };
    let base = match (base, &head) {
        (Given::Revision(named, commit), None) => refuse(forked(&named, commit, &place), command, context)?,
        (Given::Revision(named, commit), Some(Given::Revision(_, head))) => {
            let common = Repository::at(&place.root).and_then(|repository| repository.merge_base(&commit, head));
            let common = refuse(common, command, context)?;
            // Where HEAD is the older of the two, it is the way back that is asked for.
            if common == *head { Given::Revision(named, commit) } else { revision(&named, &commit, common) }
        }
        (base, _) => base,
    };
    let base = read(base, &there, OLD, false, command, context)?;
    let head = match head {
        Some(head) => Some(read(head, &place, 0, args.gate, command, context)?),
        None => None,
    };
    Ok((base, head))
}

/// A plan set against its base, which governs it.
pub(super) struct Changed {
    /// The base.
    pub base: Known,
    /// What the plan is called.
    pub head: SideName,
    /// The two set against each other.
    pub comparison: Comparison,
    /// The plan's own waivers.
    waivers: Vec<Waiver>,
}

impl Changed {
    /// Compares a plan with its base, and puts the base's policy and waivers in the place of its own.
    pub fn new(run: &mut Run, mut base: Known) -> Result<Self, Error> {
        let head = present(&run.loaded);
        let comparison = compared(&mut base.loaded, &mut run.loaded)?;
        let plan = &mut run.loaded.plan;
        plan.as_of = comparison.as_of;
        let waivers = govern_by(&base.loaded.plan, plan, &comparison);
        Ok(Self { base, head, comparison, waivers })
    }

    /// Judges the plan, and the change.
    pub fn judge(&self, assessment: &Assessment<'_>, levels: &Levels) -> Verdict {
        let against = Against { base: &self.base.loaded.plan, waivers: &self.waivers, comparison: &self.comparison };
        judge_against(assessment, levels, &against)
    }
}

/// Compares two plans; the texts of the old one go to those of the new one, so that findings can point into both.
pub(super) fn compared(old: &mut Loaded, new: &mut Loaded) -> Result<Comparison, Error> {
    new.sources.absorb(std::mem::take(&mut old.sources));
    Ok(compare(&old.plan, &new.plan, &new.sources, &levels())?)
}
