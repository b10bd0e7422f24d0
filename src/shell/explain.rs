//! `explain`: a rule's page, or how one figure came about.

use serde_json::{Value, json};

use super::app::Context;
use super::cli::ExplainArgs;
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::load;
use super::output::Format;
use crate::assessment::trace::{Figure, Topic, explain, figures, find, normal, value};
use crate::assessment::{Assessment, assess};
use crate::input::fault::suggest;
use crate::input::plan::Loaded;
use crate::outage::OutageError;
use crate::policy::Rule;
use crate::policy::catalogue;
use crate::render::{explain as page, json as envelope};

/// What the names of figures begin with.
const HEADS: [&str; 4] = ["capacity", "scenarios", "year", "call"];

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Error> {
    let topic = args.topic.join(" ");
    if topic.trim().is_empty() {
        return list(context, "");
    }
    let word = topic.trim().to_lowercase();
    if let Some(rule) = catalogue::find(&word) {
        return rule_page(rule, context);
    }
    let head = word.split(['.', ' ']).next().unwrap_or_default();
    // A rule's name is a single word of letters; everything that looks like a path is sought among the figures.
    let looks = HEADS.contains(&head) || (word.contains(['.', ' ']) && suggest(head, HEADS).is_some());
    if !looks {
        return Err(unknown(&topic, rule_or_head(&word)));
    }
    figure(&topic, context)
}

fn unknown(topic: &str, meant: Option<String>) -> Error {
    let error = Error::from(ErrorKind::Arguments(format!("there is no rule and no figure `{}`", shown(topic))));
    let error = match meant {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error,
    };
    error.hint("`trunkrisk rules` lists the rules, `trunkrisk explain` the figures")
}

/// The rule or the family of figures that was probably meant.
fn rule_or_head(word: &str) -> Option<String> {
    let names = catalogue::rules().map(|rule| rule.name);
    let codes = catalogue::rules().map(|rule| rule.code);
    let looks_like_a_code = word.len() < 9 && word.ends_with(|c: char| c.is_ascii_digit());
    let meant = if looks_like_a_code { suggest(word, codes) } else { suggest(word, names.chain(HEADS)) };
    meant.map(str::to_owned)
}

fn rule_page(rule: &'static Rule, context: &mut Context) -> Result<Exit, Error> {
    context.outputs.write(|format| {
        Ok(match format {
            Format::Text => page::rule_page(rule),
            Format::Json => envelope::document(&without_plan("explain", "rule", page::rule_value(rule))),
        })
    })?;
    Ok(Exit::Pass)
}

/// The envelope of a result that rests on no plan.
pub(super) fn without_plan(command: &str, key: &str, value: Value) -> Value {
    let mut document = json!({
        "schema": "trunkrisk/run/1",
        "tool": envelope::VERSION,
        "command": command,
        "status": "pass",
        "exit": 0,
        "complete": true,
    });
    if let Some(map) = document.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
    document
}

fn unanswerable(error: &OutageError) -> Error {
    ErrorKind::Unanswerable(error.to_string()).into()
}

fn reckoned(loaded: &Loaded) -> Result<(Assessment<'_>, Vec<Figure>), Error> {
    let assessment = assess(&loaded.plan).map_err(|error| unanswerable(&error))?;
    let figures = figures(&assessment, &loaded.sources);
    Ok((assessment, figures))
}

/// One line on what the figures are of.
fn subject(loaded: &Loaded, demo: bool) -> String {
    let name = if demo { "the embedded example floor (--demo)".to_owned() } else { shown(&loaded.plan.path) };
    format!("trunkrisk {} · {name} · as of {}\n\n", envelope::VERSION, loaded.plan.as_of)
}

fn document(loaded: &Loaded, assessment: &Assessment<'_>, key: &str, value: Value) -> String {
    let complete = assessment.scenarios.iter().all(|scenario| !scenario.incomplete);
    let mut map = envelope::envelope("explain", loaded, "pass", Exit::Pass.code(), complete);
    map.insert(key.to_owned(), value);
    envelope::document(&Value::Object(map))
}

fn figure(topic: &str, context: &mut Context) -> Result<Exit, Error> {
    let loaded = load::plan("explain", context)?;
    let (assessment, figures) = reckoned(&loaded)?;
    let found = find(&figures, topic);
    let named = match found.as_slice() {
        [one] => *one,
        // A part of a path lists what is below it.
        [] if figures.iter().any(|figure| lies_below(figure, topic)) => {
            let below = figures.iter().filter(|figure| lies_below(figure, topic)).cloned();
            return show_list(&loaded, &assessment, below, context);
        }
        [] => {
            let paths: Vec<(String, &str)> = figures.iter().map(|f| (normal(&f.path), f.path.as_str())).collect();
            let wanted = normal(topic);
            let meant = suggest(&wanted, paths.iter().map(|(normal, _)| normal.as_str()));
            let meant = meant.and_then(|meant| paths.iter().find(|(normal, _)| normal == meant));
            return Err(unknown(topic, meant.map(|(_, path)| (*path).to_owned())));
        }
        several => {
            let paths: Vec<&str> = several.iter().map(|figure| figure.path.as_str()).collect();
            let message = format!("`{}` may be any of: {}", shown(topic), paths.join(", "));
            return Err(Error::from(ErrorKind::Arguments(message)).hint("write it as it stands there, in one argument"));
        }
    };
    let explanation = explain(&assessment, named).map_err(|error| unanswerable(&error))?;
    let (demo, brief) = (context.global.demo, context.global.quiet);
    context.outputs.write(|format| {
        Ok(match format {
            Format::Text => {
                let head = if brief { String::new() } else { subject(&loaded, demo) };
                head + &page::explanation(&explanation, &loaded.sources, about(named.topic), brief)
            }
            Format::Json => {
                let value = page::explanation_value(&explanation, &loaded.sources);
                document(&loaded, &assessment, "explanation", value)
            }
        })
    })?;
    Ok(Exit::Pass)
}

fn about(topic: Topic) -> &'static str {
    match topic {
        Topic::Sequence(figure) => figure.about(),
        Topic::Trunk(_, figure) => figure.about(),
        Topic::Scenario(_, figure) => figure.about(),
        Topic::Year(figure) => figure.about(),
        Topic::Call(..) => "What one answered call costs on average, with the rates of as_of.",
    }
}

/// Every figure below a path with its value; all of them below none.
fn list(context: &mut Context, below: &str) -> Result<Exit, Error> {
    let loaded = load::plan("explain", context)?;
    let (assessment, figures) = reckoned(&loaded)?;
    show_list(&loaded, &assessment, figures.into_iter().filter(|figure| lies_below(figure, below)), context)
}

fn lies_below(figure: &Figure, path: &str) -> bool {
    let path = normal(path);
    path.is_empty() || normal(&figure.path).starts_with(&format!("{path}."))
}

fn show_list(
    loaded: &Loaded,
    assessment: &Assessment<'_>,
    figures: impl Iterator<Item = Figure>,
    context: &mut Context,
) -> Result<Exit, Error> {
    let values = figures
        .map(|figure| Ok((value(assessment, figure.topic)?, figure.path)))
        .map(|pair: Result<_, OutageError>| pair.map(|(value, path)| (path, value)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unanswerable(&error))?;
    let (demo, brief) = (context.global.demo, context.global.quiet);
    context.outputs.write(|format| {
        Ok(match format {
            Format::Text if brief => page::list(&values),
            Format::Text => format!(
                "{}{}\n`trunkrisk explain FIGURE` says how one came about, `trunkrisk rules` lists the rules, \
                 `trunkrisk explain RULE` shows a rule's page.\n",
                subject(loaded, demo),
                page::list(&values)
            ),
            Format::Json => document(loaded, assessment, "figures", page::list_value(&values)),
        })
    })?;
    Ok(Exit::Pass)
}
