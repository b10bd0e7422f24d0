//! `rules`: every rule with its level.

use serde_json::Value;

use super::app::Context;
use super::cli::RulesArgs;
use super::error::Error;
use super::exit::Exit;
use super::explain::without_plan;
use super::load;
use super::output::Format;
use crate::input::plan::Loaded;
use crate::policy::Rule;
use crate::render::{explain as page, json as envelope};
use crate::words::level::Level;

/// Runs the command. A plan is read only where the options name one: the list of rules needs none.
pub(super) fn run(_args: &RulesArgs, context: &mut Context) -> Result<Exit, Error> {
    let named = context.global.demo || context.global.plan.is_some();
    let loaded = if named { Some(load::plan("rules", context)?) } else { None };
    let brief = context.global.quiet;
    context.outputs.write(|format| Ok(text(format, loaded.as_ref(), brief)))?;
    Ok(Exit::Pass)
}

fn text(format: Format, loaded: Option<&Loaded>, brief: bool) -> String {
    let level = |rule: &Rule| loaded.map_or(rule.level, |loaded| in_force(rule, loaded));
    let in_force: Option<page::InForce<'_>> = if loaded.is_some() { Some(&level) } else { None };
    match (format, loaded) {
        (Format::Text, _) => page::rules(in_force, brief),
        (Format::Json, None) => envelope::document(&without_plan("rules", "rules", page::rules_value(None))),
        (Format::Json, Some(loaded)) => {
            let mut map = envelope::envelope("rules", loaded, "pass", Exit::Pass.code(), true);
            map.insert("rules".to_owned(), page::rules_value(in_force));
            envelope::document(&Value::Object(map))
        }
    }
}

/// The level that a plan gives a rule.
fn in_force(rule: &Rule, loaded: &Loaded) -> Level {
    let set = loaded.plan.policy.rules.iter().rev().find(|(name, _, _)| name == rule.name);
    set.map_or(rule.level, |(_, level, _)| *level)
}
