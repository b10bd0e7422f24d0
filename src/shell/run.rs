//! What `check`, `estimate` and `size` share: a plan, reckoned through, and its JSON.

use serde_json::{Map, Value, json};

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
use crate::render::run::{capacity, scenarios, standing};
use crate::render::text::Detail;
use crate::render::year::year;

/// A plan that is being run.
pub(super) struct Run {
    /// The plan and its texts.
    pub loaded: Loaded,
    /// How much the screen says.
    pub detail: Detail,
}

impl From<OutageError> for Error {
    fn from(error: OutageError) -> Self {
        Self::from(ErrorKind::Unanswerable(error.to_string()))
    }
}

impl Run {
    /// Reads the plan that the options name.
    pub fn load(command: &str, context: &mut Context) -> Result<Self, Error> {
        Self::load_with(command, context, Beside::default())
    }

    /// Reads it with what a command has beside it.
    pub fn load_with(command: &str, context: &mut Context, beside: Beside<'_>) -> Result<Self, Error> {
        Ok(Self { loaded: load::plan_with(command, context, beside)?, detail: Self::detail(context) })
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
}

/// The JSON of a run.
pub(super) fn run_json(
    command: &str,
    run: &Run,
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    exit: Exit,
    with_scenarios: bool,
) -> Result<String, Error> {
    run_map(command, run, assessment, verdict, exit, with_scenarios).map(|map| document(&json!(map)))
}

/// The same, for a command to put more into.
pub(super) fn run_map(
    command: &str,
    run: &Run,
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    exit: Exit,
    with_scenarios: bool,
) -> Result<Map<String, Value>, Error> {
    let status = status(verdict);
    let complete = assessment.scenarios.iter().all(|scenario| !scenario.incomplete);
    let mut map = envelope(command, &run.loaded, status, exit.code(), complete);
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

/// A verdict's status, as JSON has it.
pub(super) fn status(verdict: &Verdict) -> &'static str {
    match verdict.status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::NotJudged => "not-judged",
    }
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
