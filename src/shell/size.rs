//! `size`: whether the trunks behind the primary carry the floor, and what it takes.

use super::app::Context;
use super::cli::SizeArgs;
use super::error::Error;
use super::exit::Exit;
use super::run::{Made, Run};
use crate::policy::{Levels, judge};
use crate::render::{sheets, text};

/// Runs the command.
pub(super) fn run(_args: &SizeArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load("size", context)?;
    let assessment = run.assess()?;
    let mut verdict = judge(&assessment, &Levels::default());
    // The rest is `check`'s business; what concerns capacity is shown beside it.
    verdict.findings.retain(|finding| finding.code.starts_with("CAP"));
    verdict.not_judged.retain(|rule| rule.code.starts_with("CAP"));
    let screen = || Ok(text::size(&assessment, &verdict, &run.loaded, run.demo, run.detail));
    let made = Made {
        command: "size",
        exit: Exit::Pass,
        judges: false,
        with_scenarios: false,
        sheets: sheets::capacity(&assessment),
        text: Box::new(screen),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(Exit::Pass)
}
