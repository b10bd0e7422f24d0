//! `check`: the gate: inputs, capacity, cost, budgets and trunks are judged.

use super::app::Context;
use super::cli::CheckArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::run::{Made, Run};
use crate::policy::catalogue::{find, suggest_rule};
use crate::policy::judge::Status;
use crate::policy::{Levels, judge};
use crate::render::{sheets, text};

/// Runs the command.
pub(super) fn run(args: &CheckArgs, context: &mut Context) -> Result<Exit, Error> {
    let levels = levels(args)?;
    let run = Run::load("check", context)?;
    let assessment = run.assess()?;
    let verdict = judge(&assessment, &levels);
    let exit = match verdict.status {
        Status::Fail if args.exit_zero => Exit::Pass,
        Status::Fail => Exit::Fail,
        Status::NotJudged => Exit::NotJudged,
        Status::Pass => Exit::Pass,
    };
    let screen = || Ok(text::check(&assessment, &verdict, &run.loaded, run.demo, run.detail, exit.code()));
    let made = Made {
        command: "check",
        exit,
        judges: true,
        with_scenarios: true,
        sheets: vec![sheets::spend(&assessment)],
        text: Box::new(screen),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
    Ok(exit)
}

fn levels(args: &CheckArgs) -> Result<Levels, Error> {
    let mut levels = Levels::default();
    for (word, level) in args.levels() {
        match find(word).filter(|rule| !rule.code.starts_with("IN")) {
            Some(rule) => levels.0.push((rule.name.to_owned(), level)),
            None => {
                let hint = suggest_rule(word).map_or_else(
                    || "`trunkrisk rules` lists them; faults of inputs always count".to_owned(),
                    |name| format!("did you mean `{name}`?"),
                );
                let message = format!("there is no rule `{}` that a level can be set for", super::error::shown(word));
                return Err(Error::from(ErrorKind::Arguments(message)).hint(hint));
            }
        }
    }
    Ok(levels)
}
