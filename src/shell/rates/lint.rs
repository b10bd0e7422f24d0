//! `rates lint`: every fault of tables, else what each holds and what looks wrong in it without a plan.

use std::path::Path;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::cli::RatesLintArgs;
use super::super::error::Error;
use super::super::exit::Exit;
use super::tables::{Collected, collect, default_day, reject};
use crate::model::rates::{Limit, RateTable, TableKind};
use crate::model::rows::RowRef;
use crate::policy::catalogue;
use crate::policy::rule::{Found, Rule};
use crate::policy::tables;
use crate::rating::tariff::{Destination, Tariff};
use crate::render::rates::deck;
use crate::render::rates::lint::{DATED, Finding, Linted, NotJudged};
use crate::words::diagnostic::Label;

const COMMAND: &str = "rates lint";
/// Age from which prices are stale, where no plan says otherwise [days]: the default of plans.
const STALE_AFTER_DAYS: i64 = 180;

/// Runs the command.
pub(super) fn run(args: &RatesLintArgs, context: &mut Context) -> Result<Exit, Error> {
    let paths: Vec<&Path> = args.tables.iter().map(std::path::PathBuf::as_path).collect();
    let Collected { tables: read, faults, unread } = collect(&paths, args.format)?;
    let brief = context.global.quiet;
    if !faults.is_empty() {
        let decks = read.tables.iter().filter_map(|table| table.deck.as_ref().map(|deck| (deck, table.is_bare())));
        let understood: Vec<String> = decks.map(|(deck, bare)| deck::text(deck, &read.sources, bare)).collect();
        let understood = if brief { String::new() } else { understood.join("\n") };
        return Err(reject(COMMAND, &paths, Collected { tables: read, faults, unread }, &understood, context)?);
    }
    let as_of = context.global.as_of;
    let mut findings: Vec<Finding> = read.tables.iter().flat_map(|table| judge(table, as_of)).collect();
    // What weighs most comes first, of whichever table: formats that have no room for all show the beginning.
    findings.sort_by(|a, b| b.rule.level.cmp(&a.rule.level).then(a.rule.code.cmp(b.rule.code)));
    let not_judged = match as_of {
        Some(_) => Vec::new(),
        None => DATED.iter().filter_map(|name| catalogue::find(name)).map(|rule| NotJudged { rule }).collect(),
    };
    let linted =
        Linted { tables: &read.tables, sources: &read.sources, inputs: &read.inputs, as_of, findings, not_judged };
    context.outputs.report(&linted.report(COMMAND, brief))?;
    Ok(Exit::Pass)
}

/// What the rows of a table show by themselves, as they stand on a day.
pub(super) fn of_rows(tariff: &Tariff<'_>, day: NaiveDate) -> Vec<(&'static str, Found)> {
    let subject = |row: Option<RowRef<'_>>| about(tariff.table(), row);
    let duplicates = tables::duplicate(tariff.table(), &subject).into_iter().map(|found| ("duplicate-prefix", found));
    duplicates.chain(tables::outlier(tariff, day, &subject).into_iter().map(|found| ("rate-outlier", found))).collect()
}

fn judge(table: &RateTable, as_of: Option<NaiveDate>) -> Vec<Finding> {
    let tariff = Tariff::new(table);
    // Rows are compared as they stand on a day; without one, on the newest first day.
    let day = as_of.or_else(|| default_day(table)).unwrap_or(NaiveDate::MIN);
    let mut found = of_rows(&tariff, day);
    // What a deck says of itself is neither limits nor where it comes from.
    found.extend(unstated(table).filter(|_| !table.is_bare()).map(|found| ("limits-unstated", found)));
    if let Some(as_of) = as_of {
        found.extend(stale(table, as_of).map(|found| ("rates-stale", found)));
        found.extend(expired(&tariff, as_of).map(|found| ("rates-expired", found)));
        found.extend(not_yet(&tariff, as_of).map(|found| ("rates-not-yet-effective", found)));
    }
    found
        .into_iter()
        .filter_map(|(name, found)| catalogue::find(name).map(|rule: &'static Rule| Finding { rule, found }))
        .collect()
}

fn about(table: &RateTable, row: Option<RowRef<'_>>) -> Vec<(&'static str, String)> {
    let mut subject = vec![("table", table.path.clone())];
    subject.extend(row.map(|row| ("destination", row.prefix.to_string())));
    subject
}

fn found(
    subject: Vec<(&'static str, String)>,
    brief: String,
    message: String,
    labels: Vec<Label>,
    help: &str,
) -> Found {
    Found { subject, brief, message, labels, help: help.to_owned(), measure: None }
}

fn unstated(table: &RateTable) -> Option<Found> {
    let by_seat = match &table.kind {
        TableKind::FlatRate(seats) => seats.iter().any(|seat| seat.channels_per_seat.is_some()),
        TableKind::PerMinute => false,
    };
    let mut missing = Vec::new();
    if table.limits.channels == Limit::Unstated && !by_seat {
        missing.push("channels");
    }
    if table.limits.cps == Limit::Unstated {
        missing.push("calls per second");
    }
    let missing = (!missing.is_empty()).then(|| missing.join(" and "))?;
    Some(found(
        about(table, None),
        format!("no {missing}"),
        format!("{} does not state the {missing} of the carrier", table.path),
        vec![Label::new(table.place.key("carrier"), format!("no {missing}"))],
        "ask the carrier; \"unlimited\" where the contract says so; a plan may state its trunk's own",
    ))
}

fn stale(table: &RateTable, as_of: NaiveDate) -> Option<Found> {
    let days = table.rows.terms().filter_map(|terms| terms.effective_from).chain(table.effective_from);
    let since = days.filter(|day| *day <= as_of).max()?;
    let age = (as_of - since).num_days();
    (age > STALE_AFTER_DAYS).then(|| {
        found(
            about(table, None),
            format!("{age} days > {STALE_AFTER_DAYS}"),
            format!(
                "the prices of {} are in force since {since}: {age} days, {STALE_AFTER_DAYS} are allowed",
                table.path
            ),
            vec![Label::new(table.place.key("effective_from"), format!("{age} days before {as_of}"))],
            "ask the carrier for its current list",
        )
    })
}

/// What would price the calls of a row's prefix and callers.
fn in_its_place(tariff: &Tariff<'_>, row: RowRef<'_>, on: NaiveDate) -> Destination {
    tariff.destination(row.prefix, on, row.origins.first().copied())
}

/// Rows past their last day that still price their prefix, told once for the table.
fn expired(tariff: &Tariff<'_>, as_of: NaiveDate) -> Option<Found> {
    let table = tariff.table();
    let rows = table.rows.iter().enumerate().filter(|(index, row)| {
        row.expires.is_some_and(|day| day < as_of)
            && matches!(in_its_place(tariff, *row, as_of), Destination::Row { row, .. } if row == *index)
    });
    let rows: Vec<RowRef<'_>> = rows.map(|(_, row)| row).collect();
    let by_table = table.expires.filter(|day| *day < as_of).map(|day| (day, table.place.key("expires")));
    let by_row = rows.iter().filter_map(|row| row.expires.map(|day| (day, row.span))).min();
    let (day, span) = by_table.or(by_row)?;
    let age = (as_of - day).num_days();
    Some(found(
        about(table, None),
        format!("ended {day}, {age} days ago"),
        format!(
            "rates of {} ended on {day}, {age} days before {as_of} ({} of {} rows); they are carried on",
            table.path,
            rows.len(),
            table.rows.len()
        ),
        vec![Label::new(span, "the last day")],
        "renew the table",
    ))
}

/// Rows that have not begun where nothing else prices their prefix, told once for the table.
fn not_yet(tariff: &Tariff<'_>, as_of: NaiveDate) -> Option<Found> {
    let table = tariff.table();
    let rows: Vec<RowRef<'_>> = table
        .rows
        .iter()
        .filter(|row| row.effective_from.is_some_and(|day| day > as_of))
        .filter(|row| in_its_place(tariff, *row, as_of) == Destination::NoRate)
        .collect();
    let first = rows.iter().min_by_key(|row| (row.effective_from, row.span))?;
    let day = first.effective_from?;
    Some(found(
        about(table, None),
        format!("{} of {} rows from {day}", rows.len(), table.rows.len()),
        format!(
            "{} of {} rows of {} are not in force on {as_of}, and nothing else prices their prefixes; the first begins \
             on {day}",
            rows.len(),
            table.rows.len(),
            table.path
        ),
        vec![Label::new(first.span, format!("from {day}"))],
        "name the table that is in force now",
    ))
}
