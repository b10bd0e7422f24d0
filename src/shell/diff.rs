//! `diff`: what a change of rates, plan or policy does to the money.

use std::borrow::Cow;

use serde_json::json;

use super::app::Context;
use super::check::levels;
use super::cli::DiffArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::{Beside, Sign};
use super::run::{Made, Run, exit_of};
use super::sides::{Changed, Known, Read, both, compared, present};
use crate::diff::{Comparison, compare_figures, known};
use crate::render::diff::{SideName, diff};
use crate::render::json::{bare_envelope, document, envelope};
use crate::render::report::Report;
use crate::render::sheets;
use crate::render::text::diff::headline;
use crate::render::text::{self, Detail};
use crate::words::diagnostic::Sources;

/// Runs the command.
pub(super) fn run(args: &DiffArgs, context: &mut Context) -> Result<Exit, Error> {
    let levels = levels(&args.levels)?;
    if !args.gate && !levels.0.is_empty() {
        let message = "--allow, --note, --warn and --deny need --gate: without it nothing is judged".to_owned();
        return Err(ErrorKind::Arguments(message).into());
    }
    let (base, head) = both(args, context)?;
    let mut run = match head {
        None => {
            let sign = if args.gate { Sign::Against(None) } else { Sign::Off };
            Some((None, Run::load_with("diff", context, Beside { sign, ..Beside::default() })?))
        }
        Some(Read::Plan(known)) => {
            let Known { name, loaded } = *known;
            Some((Some(name), Run { loaded, detail: Run::detail(context), demo: false }))
        }
        Some(Read::Saved(..)) if args.gate => return Err(no_gate()),
        Some(Read::Saved(name, saved)) => {
            let global = &context.global;
            if matches!(base, Read::Saved(..)) && (global.as_of.is_some() || !global.set.is_empty()) {
                let message = "--set and --as-of change nothing here: both sides are saved runs".to_owned();
                return Err(Error::from(ErrorKind::Arguments(message)).hint("name a revision or a directory"));
            }
            return figures(context, base, (name, saved)).map(|()| Exit::Pass);
        }
    };
    let Some((named, run)) = &mut run else { return Ok(Exit::Pass) };
    let head = named.clone().unwrap_or_else(|| present(&run.loaded));
    let base = match base {
        Read::Plan(known) => *known,
        Read::Saved(..) if args.gate => return Err(no_gate()),
        saved @ Read::Saved(..) => {
            let own = known(&run.loaded.plan)?;
            return figures(context, saved, (head, own)).map(|()| Exit::Pass);
        }
    };
    if args.gate {
        return gate(args, context, &levels, run, base, head);
    }
    let mut base = base;
    let comparison = compared(&mut base.loaded, &mut run.loaded)?;
    let (loaded, detail) = (&run.loaded, run.detail);
    let (comparison, base, head) = (&comparison, &base.name, &head);
    let sets = context.global.set.clone();
    let mut report = report(comparison, (base, head), &loaded.sources, &loaded.plan.path, (&sets, detail));
    report.json = Box::new(|| {
        let complete = comparison.figures.iter().all(|figure| figure.least == (false, false));
        let mut map = envelope("diff", loaded, "pass", Exit::Pass.code(), complete);
        map.insert("as_of".to_owned(), json!(comparison.as_of.to_string()));
        map.insert("diff".to_owned(), diff(comparison, base, head, &loaded.sources));
        Ok(document(&json!(map)))
    });
    context.outputs.report(&report)?;
    Ok(Exit::Pass)
}

/// The comparison for every format, without its JSON; nothing of it is judged.
fn report<'a>(
    comparison: &'a Comparison,
    (base, head): (&'a SideName, &'a SideName),
    sources: &'a Sources,
    path: &'a str,
    (sets, detail): (&'a [String], Detail),
) -> Report<'a> {
    let unchanged = comparison.is_empty();
    Report {
        command: "diff",
        status: "pass",
        exit: Exit::Pass.code(),
        judges: false,
        path,
        subject: Cow::Owned(format!("{} → {}", base.name, head.name)),
        as_of: Some(comparison.as_of),
        headline: if unchanged { "no change".to_owned() } else { headline(comparison) },
        items: Vec::new(),
        cases: Vec::new(),
        sheets: if unchanged { Vec::new() } else { sheets::change(comparison, sources) },
        text: Box::new(move || Ok(screen(comparison, (base, head), sources, path, sets, detail))),
        json: Box::new(|| Ok(String::new())),
    }
}

fn screen(
    comparison: &Comparison,
    (base, head): (&SideName, &SideName),
    sources: &Sources,
    path: &str,
    sets: &[String],
    detail: Detail,
) -> String {
    if comparison.is_empty() {
        return text::no_change(comparison, base, head, sets);
    }
    text::diff(comparison, (base, head), sources, path, sets, detail)
}

fn no_gate() -> Error {
    let message = "--gate needs a plan on both sides: a saved run holds no policy and no tables".to_owned();
    Error::from(ErrorKind::Arguments(message)).hint("name a revision or a directory")
}

fn gate(
    args: &DiffArgs,
    context: &mut Context,
    levels: &crate::policy::Levels,
    run: &mut Run,
    base: Known,
    head: SideName,
) -> Result<Exit, Error> {
    let mut changed = Changed::new(run, base)?;
    changed.head = head;
    let assessment = run.assess()?;
    let verdict = changed.judge(&assessment, levels);
    let exit = exit_of(&verdict, args.exit_zero);
    let (base, head, sources) = (&changed.base.name, &changed.head, &run.loaded.sources);
    let comparison = &changed.comparison;
    let sets = context.global.set.clone();
    let made = Made {
        command: "diff",
        exit,
        judges: true,
        with_scenarios: true,
        sheets: sheets::change(comparison, sources),
        text: Box::new(|| {
            let mut out = screen(comparison, (base, head), sources, &run.loaded.plan.path, &sets, run.detail);
            out.push_str(&text::judged(&verdict, &run.loaded, run.detail, exit.code()));
            Ok(out)
        }),
        more: Box::new(|| Ok(vec![("diff".to_owned(), diff(comparison, base, head, sources))])),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(exit)
}

/// Compares figures alone.
fn figures(context: &mut Context, base: Read, head: (SideName, crate::input::saved::SavedRun)) -> Result<(), Error> {
    let (base, old) = match base {
        Read::Plan(known_side) => {
            let saved = known(&known_side.loaded.plan)?;
            (known_side.name, saved)
        }
        Read::Saved(name, saved) => (name, saved),
    };
    let (head, new) = head;
    let comparison = compare_figures(&old, &new)?;
    let (sources, detail) = (Sources::default(), Run::detail(context));
    let comparison = &comparison;
    let sets = context.global.set.clone();
    let mut report = report(comparison, (&base, &head), &sources, &head.name, (&sets, detail));
    report.json = Box::new(|| {
        let complete = comparison.figures.iter().all(|figure| figure.least == (false, false));
        let mut map = bare_envelope("diff", "pass", Exit::Pass.code());
        map.insert("complete".to_owned(), json!(complete));
        map.insert("as_of".to_owned(), json!(comparison.as_of.to_string()));
        map.insert("currency".to_owned(), json!(comparison.currency.code()));
        map.insert("diff".to_owned(), diff(comparison, &base, &head, &sources));
        Ok(document(&json!(map)))
    });
    context.outputs.report(&report)
}
