//! `erlang`: the capacity formulas alone. Any two of traffic, channels and blocking give the third.

mod answer;
mod question;

use std::path::Path;

use answer::Answer;
use question::{Formula, Given, Quantity, Question, parse};

use super::app::Context;
use super::batch::{Batch, quoted};
use super::cli::{ErlangArgs, FormulaCommand};
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::output::Format;

/// Runs the command.
pub(super) fn run(args: &ErlangArgs, context: &mut Context) -> Result<Exit, Error> {
    let (formula, options) = read(&args.formula)?;
    if let Some(path) = &args.formula.quantities().batch {
        let answers = batch(path, formula, &options)?;
        let lines: String = answers.iter().map(|answer| answer.json() + "\n").collect();
        // JSON lines in every format: rows are for programs.
        context.outputs.write(|_| Ok(lines.clone()))?;
        return Ok(Exit::Pass);
    }
    let question = Question::new(formula, &options).map_err(|problem| ErrorKind::Arguments(problem.to_string()))?;
    let answer = question.answer().map_err(|error| ErrorKind::Unanswerable(error.to_string()))?;
    let brief = context.global.quiet;
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => answer.json() + "\n",
            Format::Text => answer.text(brief),
        })
    })?;
    Ok(Exit::Pass)
}

/// The formula and the values that the options give, or every fault of them.
fn read(command: &FormulaCommand) -> Result<(Formula, Given), Error> {
    let quantities = command.quantities();
    let (formula, redial, sources) = match command {
        FormulaCommand::B(_) => (Formula::B, &None, &None),
        FormulaCommand::BExtended(args) => (Formula::BExtended, &args.redial, &None),
        FormulaCommand::Engset(args) => (Formula::Engset, &None, &args.sources),
    };
    let mut given = Given::default();
    let mut faults = Vec::new();
    for (quantity, text) in [
        (Quantity::Traffic, &quantities.traffic),
        (Quantity::Channels, &quantities.channels),
        (Quantity::Blocking, &quantities.blocking),
        (Quantity::Redial, redial),
        (Quantity::Sources, sources),
    ] {
        let Some(text) = text else { continue };
        match parse(quantity, text) {
            Ok(value) => given.set(quantity, value),
            Err(problem) => faults.push(format!("--{}: {problem}", quantity.name())),
        }
    }
    if faults.is_empty() { Ok((formula, given)) } else { Err(ErrorKind::inputs(faults).into()) }
}

/// An answer for each row, or every fault of all rows.
fn batch(path: &Path, formula: Formula, options: &Given) -> Result<Vec<Answer>, Error> {
    let known: Vec<&'static str> = formula.quantities().iter().map(|quantity| quantity.name()).collect();
    let mut batch = Batch::read(path, &known)?;
    let mut answers = Vec::new();
    for row in std::mem::take(&mut batch.rows) {
        let mut given = options.clone();
        let mut readable = true;
        for (name, cell) in &row.cells {
            let Some(quantity) = formula.quantities().iter().copied().find(|quantity| quantity.name() == *name) else {
                continue;
            };
            match parse(quantity, &cell.text) {
                Ok(value) => given.set(quantity, value),
                Err(problem) => {
                    readable = false;
                    batch.fault((row.line, cell.column), &problem.message, problem.found, problem.expected);
                }
            }
        }
        // A row with a bad cell, or under a bad header, is not judged as a whole: what it lacks would be misleading.
        if !readable || !batch.header_is_sound {
            continue;
        }
        match Question::new(formula, &given) {
            Err(problem) => {
                let name = problem.quantity.map(Quantity::name);
                let cell = row.cells.iter().find(|(column, _)| Some(*column) == name);
                let at = (row.line, cell.map_or(1, |(_, cell)| cell.column));
                batch.fault(at, &problem.message, problem.found, problem.expected);
            }
            Ok(question) => match question.answer() {
                Ok(answer) => answers.push(answer),
                Err(error) => batch.fault((row.line, 1), &error.to_string(), String::new(), String::new()),
            },
        }
    }
    batch.into_result()?;
    Ok(answers)
}
