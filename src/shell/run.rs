//! What `check`, `estimate` and `size` share: a plan, reckoned through, and its report.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::app::Context;
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load::{self, Beside};
use crate::assessment::{Assessment, assess};
use crate::input::plan::Loaded;
use crate::outage::OutageError;
use crate::policy::Verdict;
use crate::policy::judge::Status;
use crate::render::json::{document, envelope, put_verdict};
use crate::render::lock::value as sign_off;
use crate::render::replay::replay;
use crate::render::report::{Lazy, Report, Sheet, cases, items};
use crate::render::run::{capacity, scenarios, standing};
use crate::render::text::{Detail, headline};
use crate::render::year::year;

/// A plan that is being run.
pub(super) struct Run {
    /// The plan and its texts.
    pub loaded: Loaded,
    /// How much the screen says.
    pub detail: Detail,
    /// Whether it is the embedded example.
    pub demo: bool,
}

impl From<OutageError> for Error {
    fn from(error: OutageError) -> Self {
        Self::from(ErrorKind::Unanswerable(error.to_string()))
    }
}

/// What a command makes of a run, besides what every report has.
pub(super) struct Made<'a> {
    /// The command.
    pub command: &'a str,
    /// How it ends.
    pub exit: Exit,
    /// Whether it judges.
    pub judges: bool,
    /// Whether its JSON has scenarios and the year.
    pub with_scenarios: bool,
    /// Its figures.
    pub sheets: Vec<Sheet<'a>>,
    /// Its screen.
    pub text: Lazy<'a>,
    /// What its JSON has besides.
    pub more: More<'a>,
}

/// Further members of the JSON of a run, made when they are asked for.
pub(super) type More<'a> = Box<dyn Fn() -> Result<Vec<(String, Value)>, OutageError> + 'a>;

/// None.
pub(super) fn nothing_more<'a>() -> More<'a> {
    Box::new(|| Ok(Vec::new()))
}

impl Run {
    /// Reads the plan that the options name.
    pub fn load(command: &str, context: &mut Context) -> Result<Self, Error> {
        Self::load_with(command, context, Beside::default())
    }

    /// Reads it with what a command has beside it.
    pub fn load_with(command: &str, context: &mut Context, beside: Beside<'_>) -> Result<Self, Error> {
        let loaded = load::plan_with(command, context, beside)?;
        Ok(Self { loaded, detail: Self::detail(context), demo: context.global.demo })
    }

    /// How much the options want said.
    pub fn detail(context: &Context) -> Detail {
        match (context.global.quiet, context.global.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }

    /// Reckons it through.
    pub fn assess(&self) -> Result<Assessment<'_>, Error> {
        Ok(assess(&self.loaded.plan)?)
    }

    /// The report of a run, for every format.
    pub fn report<'a>(&'a self, assessment: &'a Assessment<'a>, verdict: &'a Verdict, made: Made<'a>) -> Report<'a> {
        let path = self.loaded.plan.path.as_str();
        let Made { command, exit, judges, with_scenarios, sheets, text, more } = made;
        Report {
            command,
            status: verdict.status.name(),
            exit: exit.code(),
            judges,
            path,
            subject: if self.demo { Cow::Borrowed("the embedded example floor (--demo)") } else { Cow::Borrowed(path) },
            as_of: Some(self.loaded.plan.as_of),
            headline: headline(assessment),
            items: items(verdict, &self.loaded),
            cases: cases(verdict),
            sheets,
            text,
            json: Box::new(move || {
                let mut map = run_map(command, self, assessment, verdict, exit, with_scenarios)?;
                map.extend(more()?);
                Ok(document(&map.into()))
            }),
        }
    }
}

/// The JSON of a run, for a command to put more into.
pub(super) fn run_map(
    command: &str,
    run: &Run,
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    exit: Exit,
    with_scenarios: bool,
) -> Result<Map<String, Value>, OutageError> {
    let complete = assessment.scenarios.iter().all(|scenario| !scenario.incomplete);
    let mut map = envelope(command, &run.loaded, verdict.status.name(), exit.code(), complete);
    map.insert("capacity".into(), capacity(assessment));
    if with_scenarios {
        map.insert("scenarios".into(), scenarios(assessment)?);
        map.insert("standing_cost".into(), standing(assessment));
        map.insert("year".into(), year(assessment));
        if let Some(past) = &assessment.replay {
            map.insert("replay".into(), replay(past, assessment));
        }
    }
    if let Some(lock) = sign_off(assessment) {
        map.insert("sign_off".into(), lock);
    }
    put_verdict(&mut map, verdict, &run.loaded);
    Ok(map)
}

/// How a judged run ends.
pub(super) fn exit_of(verdict: &Verdict, exit_zero: bool) -> Exit {
    match verdict.status {
        Status::Fail if exit_zero => Exit::Pass,
        Status::Fail => Exit::Fail,
        Status::NotJudged => Exit::NotJudged,
        Status::Pass => Exit::Pass,
    }
}
