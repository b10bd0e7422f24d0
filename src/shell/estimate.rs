//! `estimate`: what a failover costs, by outage length.

use chrono::{Datelike, NaiveDate};

use super::app::Context;
use super::cli::{Drill, EstimateArgs};
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::Beside;
use super::run::{Made, Run};
use crate::assessment::range::parameter_range;
use crate::assessment::replay::replay;
use crate::assessment::{Assessment, prepare, spend_curve};
use crate::compare::sensitivity::sensitivity;
use crate::outage::scenario::{Scenario, drill};
use crate::policy::{Levels, judge};
use crate::render::{drill as drill_page, run as json, sensitivity as tornado, sheets, text};
use crate::words::calendar::Instant;

/// Runs the command.
pub(super) fn run(args: &EstimateArgs, context: &mut Context) -> Result<Exit, Error> {
    let run = Run::load_with("estimate", context, Beside { past: args.replay.as_deref(), ..Beside::default() })?;
    let mut assessment = run.assess()?;
    let range = parameter_range(&assessment)?.transpose();
    if let Ok(year) = &mut assessment.year {
        year.range = range;
    }
    assessment.replay = replay(&run.loaded.plan)?;
    let verdict = judge(&assessment, &Levels::default());
    let drilled = args.drill.map(|drill| planned(&assessment, drill)).transpose()?;
    let moved = if args.sensitivity { Some(sensitivity(assessment.plan())?) } else { None };
    let screen = || {
        let curve = spend_curve(&assessment)?;
        let mut screen = text::estimate(&assessment, &verdict, &run.loaded, run.demo, run.detail, &curve);
        let drilled = drilled.as_ref().map(|drilled| drill_page::text(&assessment, drilled));
        for more in [drilled, moved.as_ref().map(tornado::text)].into_iter().flatten() {
            screen.push('\n');
            screen.push_str(more.trim_end());
            screen.push('\n');
        }
        Ok(screen)
    };
    let more = || {
        let drilled = drilled.as_ref().map(|drilled| json::scenario(drilled, &assessment)).transpose()?;
        let drilled = drilled.map(|drilled| ("drill".to_owned(), drilled));
        let moved = moved.as_ref().map(|moved| ("sensitivity".to_owned(), tornado::value(moved)));
        Ok(drilled.into_iter().chain(moved).collect())
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
        more: Box::new(more),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(Exit::Pass)
}

/// The first such day from `as_of` on.
fn planned(assessment: &Assessment<'_>, wanted: Drill) -> Result<Scenario, Error> {
    let plan = assessment.plan();
    let mut days = (0..7).filter_map(|day| plan.as_of.checked_add_days(chrono::Days::new(day)));
    let day: Option<NaiveDate> = days.find(|day| day.weekday() == wanted.day);
    let Some(day) = day else {
        return Err(ErrorKind::Unanswerable("no such day is left in the calendar".to_owned()).into());
    };
    let start = Instant::from_local(day.and_time(wanted.time), plan.timezone);
    Ok(if wanted.length > plan.scenario.durations.iter().copied().fold(0.0, f64::max) {
        // Longer than what the calendar was built for.
        let mut longer = plan.clone();
        longer.scenario.durations.push(wanted.length);
        drill(&prepare(&longer)?, start, wanted.length)?
    } else {
        drill(&assessment.engine, start, wanted.length)?
    })
}
