//! `check`: the gate: inputs, capacity, cost, budgets and trunks are judged.

use super::app::Context;
use super::cli::CheckArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::{Beside, Sign};
use super::output::Format;
use super::run::{Run, run_json};
use crate::policy::catalogue::{find, suggest_rule};
use crate::policy::judge::Status;
use crate::policy::{Levels, judge};
use crate::render::text;

/// Runs the command.
pub(super) fn run(args: &CheckArgs, context: &mut Context) -> Result<Exit, Error> {
    let levels = levels(args)?;
    let run =
        Run::load_with("check", context, Beside { sign: Sign::Against(args.lock.as_deref()), ..Beside::default() })?;
    let assessment = run.assess()?;
    let verdict = judge(&assessment, &levels);
    let exit = match verdict.status {
        Status::Fail if args.exit_zero => Exit::Pass,
        Status::Fail => Exit::Fail,
        Status::NotJudged => Exit::NotJudged,
        Status::Pass => Exit::Pass,
    };
    let (demo, detail) = (context.global.demo, run.detail);
    context.outputs.write(|format| match format {
        Format::Text => Ok(text::check(&assessment, &verdict, &run.loaded, demo, detail, exit.code())),
        Format::Json => run_json("check", &run, &assessment, &verdict, exit, true),
    })?;
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
