//! `size`: whether the trunks behind the primary carry the floor, and what it takes.

use super::app::Context;
use super::cli::SizeArgs;
use super::error::Error;
use super::exit::Exit;
use super::output::Format;
use super::run::{Run, run_map};
use crate::assessment::map::map;
use crate::policy::{Levels, judge};
use crate::render::json::document;
use crate::render::{map as page, text};

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
    let (demo, detail) = (context.global.demo, run.detail);
    context.outputs.write(|format| match format {
        Format::Text => {
            let screen = text::size(&assessment, &verdict, &run.loaded, demo, detail);
            let drawn = drawn.as_ref().map(|drawn| page::text(drawn.as_ref(), plan));
            Ok(screen + &drawn.unwrap_or_default())
        }
        Format::Json => {
            let mut json = run_map("size", &run, &assessment, &verdict, Exit::Pass, false)?;
            if let Some(drawn) = &drawn {
                json.insert("map".to_owned(), page::value(drawn.as_ref(), plan));
            }
            Ok(document(&json.into()))
        }
    })?;
    Ok(Exit::Pass)
}
