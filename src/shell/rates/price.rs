//! `rates price`: what a call costs, step by step, or what each call of a batch costs.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::Path;

use chrono::NaiveDate;

use super::super::app::Context;
use super::super::batch::{Batch, Row};
use super::super::cli::RatesPriceArgs;
use super::super::error::Error;
use super::super::exit::Exit;
use super::super::output::Format;
use super::call::{self, Around, OptionFaults, Talk};
use super::tables::{Asked, AskedTable, once};
use crate::model::rates::{Price, RateTable};
use crate::rating::RatingError;
use crate::rating::tariff::{Destination, Tariff};
use crate::render::rates::price::{Outcome, Priced, Unpriced, by_trunk, json_by_trunk, json_line, text};
use crate::words::e164::{DialPrefix, E164};

const COMMAND: &str = "rates price";
const COLUMNS: [&str; 5] = ["number", "seconds", "on", "from", "jurisdiction"];

/// Runs the command.
pub(super) fn run(args: &RatesPriceArgs, context: &mut Context) -> Result<Exit, Error> {
    let mut faults = OptionFaults::default();
    let number = args.number.as_deref().and_then(|number| faults.take("NUMBER", call::number(number)));
    let talk = args.seconds.as_deref().and_then(|seconds| faults.take("SECONDS", call::seconds(seconds)));
    let from = args.from.as_deref().and_then(|from| faults.take("--from", call::caller(from)));
    faults.into_result()?;
    // A plan is read where no table is named.
    let read = args.table.as_deref().or(context.global.plan.as_deref());
    once(&[read, args.batch.as_deref()].into_iter().flatten().collect::<Vec<_>>())?;
    let asked = Asked::read(COMMAND, args.table.as_deref(), args.format, context)?;
    let desks: Vec<Desk<'_>> = asked
        .tables
        .iter()
        .map(|of| {
            let on = asked.day(args.on, &of.table, context);
            Desk::new(of, Around { on, from: from.flatten(), jurisdiction: args.jurisdiction })
        })
        .collect();
    match (&args.batch, number, talk) {
        (Some(path), _, _) => batch(path, &desks, context),
        (None, Some(number), Some(talk)) => {
            let priced: Vec<_> = desks.iter().map(|desk| desk.answer(number, talk, desk.around)).collect();
            single(&priced, &asked, context)
        }
        // The arguments name a number and its seconds, or a batch.
        _ => Ok(Exit::NotJudged),
    }
}

/// A table made ready to price calls.
struct Desk<'a> {
    of: &'a AskedTable,
    table: &'a RateTable,
    tariff: Tariff<'a>,
    /// What the options say of every call.
    around: Around,
    /// The prefixes of all rows, whatever their days and callers; made where a call has no rate.
    prefixes: OnceCell<HashSet<DialPrefix>>,
}

impl<'a> Desk<'a> {
    fn new(of: &'a AskedTable, around: Around) -> Self {
        let table = &of.table;
        Self { of, table, tariff: Tariff::new(table), around, prefixes: OnceCell::new() }
    }

    fn answer(&self, number: E164, talk: Talk, around: Around) -> Priced<'a> {
        let destination = call::destination(&self.tariff, number, &around);
        let row = match destination {
            Destination::Row { row, .. } => self.table.rows.get(row),
            _ => None,
        };
        let (basis, outcome) = match call::jurisdiction(self.table, destination, number, &around) {
            Err(error) => (None, Err(error)),
            Ok(basis) => {
                let jurisdiction = basis.map(|basis| basis.jurisdiction());
                let from = around.from.map(E164::as_prefix);
                let call = self.tariff.price(number.as_prefix(), talk.duration, around.day(), from, jurisdiction);
                (basis, call)
            }
        };
        let outcome = match outcome {
            _ if row.is_some_and(|row| row.unbilled) => Outcome::Unpriced(Unpriced::NoIncrement),
            Ok(call) => Outcome::Priced(call),
            Err(error) => Outcome::Unpriced(self.why(&error, number, &around)),
        };
        let from = around.from;
        Priced {
            table: self.table,
            trunks: &self.of.trunks,
            number,
            seconds: talk.seconds,
            on: around.on,
            from,
            row,
            basis,
            outcome,
        }
    }

    fn why(&self, error: &RatingError, number: E164, around: &Around) -> Unpriced {
        match error {
            RatingError::NoRate(_) => {
                let from = around.from.map(E164::as_prefix);
                let now = self.tariff.index().find(number.as_prefix(), around.day(), from);
                if now.is_some_and(|row| self.table.rows.get(row).is_some_and(|row| row.price == Price::Blocked)) {
                    Unpriced::Blocked
                } else if self.tariff.index().find(number.as_prefix(), NaiveDate::MAX, from).is_some() {
                    Unpriced::NotYetEffective
                } else if self.has_row(number) {
                    Unpriced::OtherCallers
                } else {
                    Unpriced::NoRow
                }
            }
            RatingError::JurisdictionUnknown => Unpriced::Jurisdiction,
            other => Unpriced::Other(other.to_string()),
        }
    }

    /// Whether any row, whatever its days and callers, has a prefix of the number.
    fn has_row(&self, number: E164) -> bool {
        let known = self.prefixes.get_or_init(|| self.table.rows.iter().map(|row| row.prefix).collect());
        let number = number.as_prefix();
        (1..=number.digits()).filter_map(|digits| number.first(digits)).any(|prefix| known.contains(&prefix))
    }
}

fn exit(priced: bool) -> Exit {
    if priced { Exit::Pass } else { Exit::NotJudged }
}

fn single(priced: &[Priced<'_>], asked: &Asked, context: &mut Context) -> Result<Exit, Error> {
    let (brief, whole) = (context.global.quiet, context.global.verbose);
    context.outputs.write(|format| {
        Ok(match (&asked.plan, priced, format) {
            (None, [one], Format::Json) => {
                let mut line = String::new();
                json_line(&mut line, one, None);
                line
            }
            (None, [one], Format::Text) => text(one, &asked.sources, brief),
            (Some(plan), all, Format::Json) => json_by_trunk(all, &plan.path),
            (Some(plan), all, Format::Text) => by_trunk(all, &plan.name, &asked.sources, brief, whole),
            // One table was named, and read.
            (None, _, _) => String::new(),
        })
    })?;
    Ok(exit(priced.iter().any(Priced::is_priced)))
}

/// A line for each row and table, or every fault of all rows. A row is answered where any table prices it.
fn batch(path: &Path, desks: &[Desk<'_>], context: &mut Context) -> Result<Exit, Error> {
    let mut batch = Batch::read(path, &COLUMNS)?;
    let rows = std::mem::take(&mut batch.rows);
    // One table, or those of a plan, which all take its day.
    let options = desks.first().map_or_else(Around::default, |desk| desk.around);
    let questions = questions(&rows, options, &mut batch);
    batch.into_result()?;
    let mut lines = String::with_capacity(questions.len() * desks.len() * 400);
    let mut all = true;
    for (line, number, talk, around) in questions {
        let mut answered = false;
        for desk in desks {
            let priced = desk.answer(number, talk, around);
            answered |= priced.is_priced();
            json_line(&mut lines, &priced, Some(line));
        }
        all &= answered;
    }
    // JSON lines in every format: rows are for programs. The last output takes them without a copy.
    let mut left = context.outputs.formats().count();
    context.outputs.write(|_| {
        left = left.saturating_sub(1);
        Ok(if left == 0 { std::mem::take(&mut lines) } else { lines.clone() })
    })?;
    Ok(exit(all))
}

fn questions(rows: &[Row], options: Around, batch: &mut Batch) -> Vec<(usize, E164, Talk, Around)> {
    let has = |row: &Row, name: &str| row.cells.iter().any(|(column, _)| *column == name);
    // A column that no row fills is missing once, not in every row.
    let mut lacking = Vec::new();
    for (name, expected) in [("number", "the number called"), ("seconds", "the talk time")] {
        if !rows.is_empty() && batch.header_is_sound && !rows.iter().any(|row| has(row, name)) {
            let at = (rows.first().map_or(1, |row| row.line), 1);
            batch.fault(at, &format!("no row has {name}"), "none".to_owned(), format!("a column {name}: {expected}"));
            lacking.push(name);
        }
    }
    let mut questions = Vec::with_capacity(rows.len());
    for row in rows {
        let (mut number, mut talk, mut around) = (None, None, options);
        let mut readable = true;
        for (name, cell) in &row.cells {
            let read = match *name {
                "number" => call::number(&cell.text).map(|value| number = Some(value)),
                "seconds" => call::seconds(&cell.text).map(|value| talk = Some(value)),
                name => around.set(name, cell),
            };
            if let Err(problem) = read {
                readable = false;
                batch.fault((row.line, cell.column), &problem.message, problem.found, problem.expected.to_owned());
            }
        }
        for name in ["number", "seconds"] {
            if batch.header_is_sound && !has(row, name) && !lacking.contains(&name) {
                readable = false;
                let expected = "one in every row".to_owned();
                batch.fault((row.line, 1), &format!("{name} is missing"), "none".to_owned(), expected);
            }
        }
        if let (true, Some(number), Some(talk)) = (readable, number, talk) {
            questions.push((row.line, number, talk, around));
        }
    }
    questions
}
