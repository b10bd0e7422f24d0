//! `estimate`: what a failover costs, by outage length.

use super::app::Context;
use super::cli::EstimateArgs;
use super::error::Error;
use super::exit::Exit;
use super::output::Format;
use super::run::{Run, run_json};
use crate::assessment::range::parameter_range;
use crate::assessment::replay::replay;
use crate::assessment::spend_curve;
use crate::policy::{Levels, judge};
use crate::render::text;

/// Runs the command.
pub(super) fn run(args: &EstimateArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load_with("estimate", context, args.replay.as_deref())?;
    let mut assessment = run.assess()?;
    let range = parameter_range(&assessment)?.transpose();
    if let Ok(year) = &mut assessment.year {
        year.range = range;
    }
    assessment.replay = replay(&run.loaded.plan)?;
    let verdict = judge(&assessment, &Levels::default());
    let curve = if context.outputs.formats().any(|format| format == Format::Text) {
        spend_curve(&assessment)?
    } else {
        Vec::new()
    };
    let (demo, detail) = (context.global.demo, run.detail);
    context.outputs.write(|format| match format {
        Format::Text => Ok(text::estimate(&assessment, &verdict, &run.loaded, demo, detail, &curve)),
        Format::Json => run_json("estimate", &run, &assessment, &verdict, Exit::Pass, true),
    })?;
    Ok(Exit::Pass)
}
