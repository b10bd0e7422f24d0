//! `check`: the gate: inputs, capacity, cost, budgets and trunks are judged.

use super::app::Context;
use super::cli::{CheckArgs, LevelArgs};
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::{Beside, Sign};
use super::run::{Made, Run, exit_of, nothing_more};
use super::sides::{self, Changed};
use crate::policy::catalogue::{find, suggest_rule};
use crate::policy::{Levels, judge};
use crate::render::diff::diff;
use crate::render::{sheets, text};

/// Runs the command.
pub(super) fn run(args: &CheckArgs, context: &mut Context) -> Result<Exit, Error> {
    let levels = levels(&args.levels)?;
    let beside = Beside { sign: Sign::Against(args.lock.as_deref()), ..Beside::default() };
    let mut run = Run::load_with("check", context, beside)?;
    let Some(base) = &args.base else {
        let assessment = run.assess()?;
        let verdict = judge(&assessment, &levels);
        let exit = exit_of(&verdict, args.exit_zero);
        let screen = || Ok(text::check(&assessment, &verdict, &run.loaded, run.demo, run.detail, None, exit.code()));
        let made = Made {
            command: "check",
            exit,
            judges: true,
            with_scenarios: true,
            sheets: vec![sheets::spend(&assessment)],
            text: Box::new(screen),
            more: nothing_more(),
        };
        context.outputs.report(&run.report(&assessment, &verdict, made))?;
        return Ok(exit);
    };
    let base = sides::base("check", context, base, args.base_plan.as_deref())?;
    let changed = Changed::new(&mut run, base)?;
    let assessment = run.assess()?;
    let verdict = changed.judge(&assessment, &levels);
    let exit = exit_of(&verdict, args.exit_zero);
    let (comparison, base, head) = (&changed.comparison, &changed.base.name, &changed.head);
    let sources = &run.loaded.sources;
    let screen = || {
        let change = text::against(comparison, base, head, sources, run.detail);
        Ok(text::check(&assessment, &verdict, &run.loaded, run.demo, run.detail, Some(&change), exit.code()))
    };
    let mut figures = sheets::change(comparison, sources);
    figures.push(sheets::spend(&assessment));
    let made = Made {
        command: "check",
        exit,
        judges: true,
        with_scenarios: true,
        sheets: figures,
        text: Box::new(screen),
        more: Box::new(|| Ok(vec![("diff".to_owned(), diff(comparison, base, head, sources))])),
    };
    context.outputs.report(&run.report(&assessment, &verdict, made))?;
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
