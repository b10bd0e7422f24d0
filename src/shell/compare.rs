//! `compare`: alternatives of one floor side by side.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::app::Context;
use super::cli::{CompareArgs, twice};
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::load::{self, Beside};
use super::output::Format;
use crate::assessment::{Assessment, assess};
use crate::compare::{
    Alternative, Conclusion, Figures, alternatives, break_even_hours, conclude, differences, fair, figures,
};
use crate::input::plan::Loaded;
use crate::input::side::shown as said;
use crate::policy::{Levels, Verdict, judge};
use crate::render::compare::{self as page, Compared};
use crate::render::json::{document, envelope};
use crate::render::text::header;

/// Alternatives reckoned through.
pub(super) struct Comparison {
    /// What they are, with figures, verdicts and hours at which they pay.
    all: Vec<(Alternative, Figures, Verdict, Option<f64>)>,
    /// What they come to.
    pub conclusion: Option<Conclusion>,
}

impl Comparison {
    /// Reckons alternatives; the first is the one without a secondary.
    pub fn of(mut alternatives: Vec<Alternative>) -> Result<Self, Error> {
        fair(&mut alternatives);
        let mut reckoned = Vec::new();
        // Each by itself: the same figures on any number of processors.
        let results: Vec<Result<(Figures, Verdict), Error>> = std::thread::scope(|scope| {
            let running: Vec<_> = alternatives.iter().map(|alternative| scope.spawn(|| reckon(alternative))).collect();
            let ended = running.into_iter().zip(&alternatives);
            ended.map(|(thread, alternative)| thread.join().unwrap_or_else(|_| reckon(alternative))).collect()
        });
        for result in results {
            reckoned.push(result?);
        }
        let alone = alternatives.iter().position(|alternative| alternative.alone).unwrap_or(0);
        let planned = alternatives.iter().position(|alternative| alternative.planned).unwrap_or(alone);
        let all: Vec<&Figures> = reckoned.iter().map(|(figures, _)| figures).collect();
        let conclusion = conclude(&all, alone, planned)?;
        let pays: Vec<Option<f64>> =
            all.iter().map(|figures| all.get(alone).and_then(|alone| break_even_hours(figures, alone))).collect();
        let all = alternatives.into_iter().zip(reckoned).zip(pays);
        let all = all.map(|((alternative, (figures, verdict)), pays)| {
            let pays = pays.filter(|_| !alternative.alone);
            (alternative, figures, verdict, pays)
        });
        Ok(Self { all: all.collect(), conclusion })
    }

    /// As the renderers take them.
    pub fn compared(&self) -> Vec<Compared<'_>> {
        self.all
            .iter()
            .map(|(alternative, figures, verdict, break_even)| Compared {
                alternative,
                figures,
                verdict,
                break_even: *break_even,
            })
            .collect()
    }
}

fn reckon(alternative: &Alternative) -> Result<(Figures, Verdict), Error> {
    let assessment: Assessment<'_> = assess(&alternative.plan)?;
    Ok((figures(&assessment)?, judge(&assessment, &Levels::default())))
}

/// Runs the command.
pub(super) fn run(args: &CompareArgs, context: &mut Context) -> Result<Exit, Error> {
    let variants = variants(&args.variant)?;
    if !variants.is_empty() && context.global.plan.as_deref() == Some(Path::new("-")) {
        let message = "a --variant needs a plan in a file: standard input can be read only once".to_owned();
        return Err(ErrorKind::Arguments(message).into());
    }
    let plans = args.others.iter().map(PathBuf::as_path).chain(context.global.plan.as_deref());
    if plans.filter(|path| *path == Path::new("-")).count() > 1 {
        let message = "two plans are to be read from standard input, which can be read only once".to_owned();
        return Err(Error::from(ErrorKind::Arguments(message)).hint("give the other one as a file"));
    }
    let mut loaded = load::plan("compare", context)?;
    let mut all = alternatives(&loaded.plan);
    for (name, sets) in variants {
        let further = load::plan_with("compare", context, Beside { sets: &sets, ..Beside::default() })?;
        let changed = sets.iter().map(|set| (format!("--set {set}"), format!("--variant {name}:{set}")));
        let changed: Vec<(String, String)> = changed.collect();
        add(&mut all, &mut loaded, name, further, &changed)?;
    }
    for path in &args.others {
        let further = load::plan_with("compare", context, Beside { other: Some(path), ..Beside::default() })?;
        let name = shown(&said(path));
        add(&mut all, &mut loaded, name, further, &[])?;
    }
    let comparison = Comparison::of(all)?;
    let compared = comparison.compared();
    let conclusion = comparison.conclusion.as_ref();
    let exit = if conclusion.is_none() { Exit::NotJudged } else { Exit::Pass };
    let (demo, brief) = (context.global.demo, context.global.quiet);
    context.outputs.write(|format| {
        Ok(match format {
            Format::Text => {
                let head = header(&loaded, demo);
                head + &page::text(&compared, conclusion, loaded.plan.currency.code(), brief)
            }
            Format::Json => {
                let complete = comparison.all.iter().all(|(_, figures, ..)| {
                    figures.year.as_ref().is_ok_and(|year| !year.incomplete && year.total_mean.is_some())
                });
                let status = if exit == Exit::Pass { "pass" } else { "not-judged" };
                let mut map = envelope("compare", &loaded, status, exit.code(), complete);
                map.insert("alternatives".into(), page::alternatives(&compared));
                map.insert("conclusion".into(), page::conclusion(&compared, conclusion));
                document(&json!(map))
            }
        })
    })?;
    Ok(exit)
}

/// Adds another plan to the alternatives, and its inputs to the run's.
fn add(
    all: &mut Vec<Alternative>,
    loaded: &mut Loaded,
    name: String,
    further: Loaded,
    renamed: &[(String, String)],
) -> Result<(), Error> {
    if further.plan.currency != loaded.plan.currency {
        let (is, was) = (further.plan.currency, loaded.plan.currency);
        let message = format!("`{name}` is in {is}, the plan in {was}: their totals cannot be set side by side");
        return Err(Error::from(ErrorKind::Arguments(message)).hint("give both plans one currency, with rates in [fx]"));
    }
    if all.iter().any(|known| known.name == name) {
        let message = format!("two alternatives are called `{}`", shown(&name));
        return Err(Error::from(ErrorKind::Arguments(message))
            .hint("give variants names of their own, and plans by relative paths that tell them apart"));
    }
    for mut input in further.inputs {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| *old == input.path) {
            input.path.clone_from(new);
        }
        if !loaded.inputs.contains(&input) {
            loaded.inputs.push(input);
        }
    }
    let differs = differences(&loaded.plan, &further.plan);
    all.push(Alternative { name, plan: further.plan, planned: false, alone: false, differs });
    Ok(())
}

/// What-if changes by the name of their variant, in the order of the arguments.
fn variants(args: &[String]) -> Result<Vec<(String, Vec<String>)>, Error> {
    let mut variants: Vec<(String, Vec<String>)> = Vec::new();
    for arg in args {
        let form = || {
            let message = format!("--variant `{}` is not of the form NAME:KEY=VALUE", shown(arg));
            Error::from(ErrorKind::Arguments(message))
                .hint("such as --variant \"fast:trunk.secondary-provider.cps=20\"; repeat it, or separate by commas")
        };
        let (name, sets) = arg.split_once(':').ok_or_else(form)?;
        let (name, sets) = (name.trim().to_owned(), split(sets));
        if name.is_empty() || name.contains('=') || sets.is_empty() || sets.iter().any(|set| !set.contains('=')) {
            return Err(form());
        }
        if let Some((one, other)) = twice(&sets) {
            let message =
                format!("--variant `{}` gives one key twice: `{}` and `{}`", shown(&name), shown(one), shown(other));
            return Err(ErrorKind::Arguments(message).into());
        }
        if let Some((_, known)) = variants.iter().find(|(known, _)| *known == name) {
            let (name, one, other) = (shown(&name), shown(&known.join(",")), shown(&sets.join(",")));
            let message =
                format!("two variants are called `{name}`: --variant `{name}:{one}` and --variant `{name}:{other}`");
            return Err(Error::from(ErrorKind::Arguments(message)).hint(format!(
                "one variant with both changes is --variant \"{name}:{one},{other}\"; two variants have two names"
            )));
        }
        variants.push((name, sets));
    }
    Ok(variants)
}

/// Splits at commas outside quotes and brackets.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quote, mut depth) = (Vec::new(), String::new(), None, 0_i32);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if "[{(".contains(c) => depth += 1,
            None if "]})".contains(c) => depth -= 1,
            None if c == ',' && depth <= 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_split_at_their_own_commas() {
        assert_eq!(split("a=1,b=[1,2], c=\"x,y\""), ["a=1", "b=[1,2]", "c=\"x,y\""]);
        let read = variants(&["x:a=1".into(), "y:b=2,c=3".into()]).unwrap();
        assert_eq!(read, [("x".into(), vec!["a=1".into()]), ("y".into(), vec!["b=2".into(), "c=3".into()])]);
        let refused = |args: &[&str]| {
            let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
            variants(&args).unwrap_err().to_string()
        };
        let same = refused(&["x:a=1,b=2", "y:c=3", " x :d=4"]);
        assert!(same.contains("`x:a=1,b=2`") && same.contains("`x:d=4`"), "{same}");
        assert!(refused(&["x:a=1,b=2,a=3"]).contains("one key twice: `a=1` and `a=3`"));
        for bad in ["a=1", ":a=1", "x", "x:", "x:a"] {
            assert!(variants(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
