//! `size`: whether the trunks behind the primary carry the floor, and what it takes.

use super::app::Context;
use super::cli::SizeArgs;
use super::error::Error;
use super::exit::Exit;
use super::output::Format;
use super::run::{Run, run_json};
use crate::policy::{Levels, judge};
use crate::render::text;

/// Runs the command.
pub(super) fn run(_args: &SizeArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load("size", context)?;
    let assessment = run.assess()?;
    let mut verdict = judge(&assessment, &Levels::default());
    // The rest is `check`'s business; what concerns capacity is shown beside it.
    verdict.findings.retain(|finding| finding.code.starts_with("CAP"));
    verdict.not_judged.retain(|rule| rule.code.starts_with("CAP"));
    let (demo, detail) = (context.global.demo, run.detail);
    context.outputs.write(|format| match format {
        Format::Text => Ok(text::size(&assessment, &verdict, &run.loaded, demo, detail)),
        Format::Json => run_json("size", &run, &assessment, &verdict, Exit::Pass, false),
    })?;
    Ok(Exit::Pass)
}
