//! `estimate`: what a failover costs, by outage length.

use super::app::Context;
use super::cli::EstimateArgs;
use super::error::Error;
use super::exit::Exit;
use super::run::{Made, Run};
use crate::assessment::spend_curve;
use crate::policy::{Levels, judge};
use crate::render::{sheets, text};

/// Runs the command.
pub(super) fn run(_args: &EstimateArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load("estimate", context)?;
    let assessment = run.assess()?;
    let verdict = judge(&assessment, &Levels::default());
    let screen = || {
        let curve = spend_curve(&assessment)?;
        Ok(text::estimate(&assessment, &verdict, &run.loaded, run.demo, run.detail, &curve))
    };
    let mut sheets = vec![sheets::scenarios(&assessment)];
    sheets.extend(sheets::year(&assessment));
    let made = Made {
        command: "estimate",
        exit: Exit::Pass,
        judges: false,
        with_scenarios: true,
        sheets,
        text: Box::new(screen),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(Exit::Pass)
}
