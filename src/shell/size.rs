//! `size`: whether the trunks behind the primary carry the floor, and what it takes.

use super::app::Context;
use super::cli::SizeArgs;
use super::error::Error;
use super::exit::Exit;
use super::run::{Made, Run};
use crate::assessment::map::map;
use crate::policy::{Levels, judge};
use crate::render::{map as page, sheets, text};

/// Runs the command.
pub(super) fn run(args: &SizeArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load("size", context)?;
    let assessment = run.assess()?;
    let mut verdict = judge(&assessment, &Levels::default());
    // The rest is `check`'s business; what concerns capacity is shown beside it.
    verdict.findings.retain(|finding| finding.code.starts_with("CAP"));
    verdict.not_judged.retain(|rule| rule.code.starts_with("CAP"));
    let drawn = if args.map { Some(map(&assessment)?) } else { None };
    let plan = assessment.plan();
    let screen = || {
        let screen = text::size(&assessment, &verdict, &run.loaded, run.demo, run.detail);
        let drawn = drawn.as_ref().map(|drawn| page::text(drawn.as_ref(), plan));
        Ok(screen + &drawn.unwrap_or_default())
    };
    let more = || Ok(drawn.iter().map(|drawn| ("map".to_owned(), page::value(drawn.as_ref(), plan))).collect());
    let made = Made {
        command: "size",
        exit: Exit::Pass,
        judges: false,
        with_scenarios: false,
        sheets: sheets::capacity(&assessment),
        text: Box::new(screen),
        more: Box::new(more),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(Exit::Pass)
}
