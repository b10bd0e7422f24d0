//! `check`: the gate: inputs, capacity, cost, budgets and trunks are judged.

use serde_json::json;

use super::app::Context;
use super::cli::{CheckArgs, LevelArgs};
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::{Beside, Sign};
use super::output::Format;
use super::run::{Run, exit_of, run_json, run_map};
use super::sides::{self, Changed};
use crate::policy::catalogue::{find, suggest_rule};
use crate::policy::{Levels, judge};
use crate::render::diff::diff;
use crate::render::json::document;
use crate::render::text;

/// Runs the command.
pub(super) fn run(args: &CheckArgs, context: &mut Context) -> Result<Exit, Error> {
    let levels = levels(&args.levels)?;
    let beside = Beside { sign: Sign::Against(args.lock.as_deref()), ..Beside::default() };
    let mut run = Run::load_with("check", context, beside)?;
    let Some(base) = &args.base else {
        let assessment = run.assess()?;
        let verdict = judge(&assessment, &levels);
        let exit = exit_of(&verdict, args.exit_zero);
        let (demo, detail) = (context.global.demo, run.detail);
        context.outputs.write(|format| match format {
            Format::Text => Ok(text::check(&assessment, &verdict, &run.loaded, demo, detail, None, exit.code())),
            Format::Json => run_json("check", &run, &assessment, &verdict, exit, true),
        })?;
        return Ok(exit);
    };
    let base = sides::base("check", context, base)?;
    let changed = Changed::new(&mut run, base)?;
    let assessment = run.assess()?;
    let verdict = changed.judge(&assessment, &levels);
    let exit = exit_of(&verdict, args.exit_zero);
    let (base, head, sources) = (&changed.base.name, &changed.head, &run.loaded.sources);
    let detail = run.detail;
    context.outputs.write(|format| match format {
        Format::Text => {
            let change = text::against(&changed.comparison, base, head, sources, detail);
            Ok(text::check(&assessment, &verdict, &run.loaded, false, detail, Some(&change), exit.code()))
        }
        Format::Json => {
            let mut map = run_map("check", &run, &assessment, &verdict, exit, true)?;
            map.insert("diff".to_owned(), diff(&changed.comparison, base, head, sources));
            Ok(document(&json!(map)))
        }
    })?;
    Ok(exit)
}

/// The levels that the options set.
pub(super) fn levels(args: &LevelArgs) -> Result<Levels, Error> {
    let mut levels = Levels::default();
    for (word, level) in args.each() {
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
