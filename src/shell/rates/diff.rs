//! `rates diff`: what a new table or deck changes, with and without the traffic of a plan.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::cli::RatesDiffArgs;
use super::super::error::Error;
use super::super::exit::Exit;
use super::super::load;
use super::tables::{default_day, read};
use crate::model::rates::RateTable;
use crate::rating::compare::{Change, Compared, Side, compare, traffic};
use crate::rating::tariff::Tariff;
use crate::render::rates::diff::{Compares, document, sheets, text};
use crate::render::report::Report;

const COMMAND: &str = "rates diff";

/// Runs the command.
pub(super) fn run(args: &RatesDiffArgs, context: &mut Context) -> Result<Exit, Error> {
    let read = read(COMMAND, &[&args.old, &args.new], None, context)?;
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
    let mut compares = Compares {
        old,
        new,
        days,
        sources: &read.sources,
        inputs: &read.inputs,
        changes,
        named,
        traffic: plan.map(|plan| (plan, traffic(plan, side(0), side(1)))),
    };
    if compares.mixed() {
        without_amounts(&mut compares.changes);
    }
    let brief = context.global.quiet;
    let compares = &compares;
    context.outputs.report(&Report {
        command: COMMAND,
        status: "pass",
        exit: Exit::Pass.code(),
        judges: false,
        path: &new.path,
        subject: Cow::Owned(compares.subject()),
        as_of: None,
        headline: compares.headline(),
        items: Vec::new(),
        cases: Vec::new(),
        sheets: sheets(compares),
        text: Box::new(|| Ok(text(compares, brief))),
        json: Box::new(|| Ok(document(compares))),
    })?;
    Ok(Exit::Pass)
}

/// Takes back what amounts in two currencies cannot tell: which is dearer, and which change is the largest.
fn without_amounts(changes: &mut [Compared<'_>]) {
    for compared in changes.iter_mut() {
        compared.changes.retain(|change| !matches!(change, Change::Dearer | Change::Cheaper));
        if compared.changes.is_empty() {
            compared.changes.push(Change::Other);
        }
    }
    changes.sort_by(|a, b| (a.prefix, &a.origins).cmp(&(b.prefix, &b.origins)));
}
