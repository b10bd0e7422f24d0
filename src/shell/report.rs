//! `report`: the sign-off document.

use super::app::Context;
use super::cli::ReportArgs;
use super::compare::Comparison;
use super::error::Error;
use super::exit::Exit;
use super::run::{Run, run_map};
use crate::assessment::map::map;
use crate::assessment::range::parameter_range;
use crate::assessment::verification::verify;
use crate::assessment::{crossings, spend_curve};
use crate::compare::alternatives;
use crate::compare::sensitivity::sensitivity;
use crate::policy::{Levels, judge};
use crate::render::document::content::{Content, document};
use crate::render::document::{csv, html, markdown, screen};

/// Runs the command.
pub(super) fn run(args: &ReportArgs, context: &mut Context) -> Result<Exit, Error> {
    let command = again(args, context);
    let run = Run::load("report", context)?;
    let mut assessment = run.assess()?;
    let range = parameter_range(&assessment)?.transpose();
    if let Ok(year) = &mut assessment.year {
        year.range = range;
    }
    let witnesses = verify(&assessment)?;
    let plan = assessment.plan();
    let verdict = judge(&assessment, &Levels::default());
    let curve = spend_curve(&assessment)?;
    let crossings = crossings(&assessment)?;
    let map = map(&assessment)?;
    let sensitivity = sensitivity(plan)?;
    let comparison = Comparison::of(alternatives(plan))?;
    let compared = comparison.compared();
    let json = crate::render::json::document(&run_map("report", &run, &assessment, &verdict, Exit::Pass, true)?.into());
    let page = document(&Content {
        loaded: &run.loaded,
        assessment: &assessment,
        verdict: &verdict,
        curve: &curve,
        crossings: &crossings,
        map: map.as_ref(),
        sensitivity: &sensitivity,
        compared: &compared,
        conclusion: comparison.conclusion.as_ref(),
        witnesses: &witnesses,
        command,
        valid_until: args.valid_until,
        json: json.clone(),
    });
    context.outputs.each(|format| {
        Ok(match format.name {
            "json" => json.clone(),
            "html" => html::page(&page),
            "markdown" => markdown::page(&page),
            "csv" => csv::page(&page),
            _ => screen::page(&page),
        })
    })?;
    Ok(Exit::Pass)
}

/// The command line that makes the document again.
fn again(args: &ReportArgs, context: &Context) -> String {
    let global = &context.global;
    let mut words = vec!["trunkrisk".to_owned(), "report".to_owned()];
    match &global.plan {
        // Absolute paths belong to one machine.
        Some(path) if path.is_absolute() => {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            words.extend(["--plan".to_owned(), quoted(&name)]);
        }
        Some(path) => words.extend(["--plan".to_owned(), quoted(&path.to_string_lossy())]),
        None if global.demo => words.push("--demo".to_owned()),
        None => {}
    }
    if let Some(day) = global.as_of {
        words.extend(["--as-of".to_owned(), day.to_string()]);
    }
    for set in &global.set {
        words.extend(["--set".to_owned(), quoted(set)]);
    }
    if let Some(day) = args.valid_until {
        words.extend(["--valid-until".to_owned(), day.to_string()]);
    }
    words.extend(["--output".to_owned(), "html=report.html".to_owned()]);
    words.join(" ")
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(super::quoted("rates/a.toml"), "rates/a.toml");
        assert_eq!(super::quoted("cause.x y.per_year=1"), "'cause.x y.per_year=1'");
        assert_eq!(super::quoted("it's"), "'it'\\''s'");
        assert_eq!(super::quoted("$(rm)"), "'$(rm)'");
    }
}
