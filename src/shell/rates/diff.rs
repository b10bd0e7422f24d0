//! `rates diff`: what a new table or deck changes, with and without the traffic of a plan.

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::cli::RatesDiffArgs;
use super::super::error::Error;
use super::super::exit::Exit;
use super::super::load;
use super::super::output::Format;
use super::tables::{default_day, read};
use crate::model::rates::RateTable;
use crate::rating::compare::{Side, compare, traffic};
use crate::rating::tariff::Tariff;
use crate::render::rates::diff::{Compares, document, text};

const COMMAND: &str = "rates diff";

/// Runs the command.
pub(super) fn run(args: &RatesDiffArgs, context: &mut Context) -> Result<Exit, Error> {
    let read = read(COMMAND, &[&args.old, &args.new], true, context)?;
    let [old, new] = read.tables.as_slice() else { return Ok(Exit::Error) };
    // A plan is asked for by name: the comparison of two files does not depend on where it is run.
    let plan = match context.global.plan.is_some() || context.global.demo {
        true => Some(load::plan(COMMAND, context)?),
        false => None,
    };
    let plan = plan.as_ref().map(|loaded| &loaded.plan);
    let stated = args.on.or(context.global.as_of).or(plan.map(|plan| plan.as_of));
    let day = |table: &RateTable| stated.or_else(|| default_day(table));
    let days = [day(old), day(new)];
    let tariffs = [Tariff::new(old), Tariff::new(new)];
    let side = |i: usize| Side { tariff: &tariffs[i], on: days[i].unwrap_or(NaiveDate::MIN) };
    let (changes, named) = compare(side(0), side(1));
    let compares = Compares {
        old,
        new,
        days,
        sources: &read.sources,
        inputs: &read.inputs,
        changes,
        named,
        traffic: plan.map(|plan| (plan, traffic(plan, side(0), side(1)))),
    };
    let brief = context.global.quiet;
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => document(&compares),
            Format::Text => text(&compares, brief),
        })
    })?;
    Ok(Exit::Pass)
}
