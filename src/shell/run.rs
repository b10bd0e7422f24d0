//! What `check`, `estimate` and `size` share: a plan, reckoned through, and its report.

use std::borrow::Cow;

use serde_json::json;

use super::app::Context;
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::load;
use crate::assessment::{Assessment, assess};
use crate::input::plan::Loaded;
use crate::outage::OutageError;
use crate::policy::Verdict;
use crate::render::json::{document, envelope, put_verdict};
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
}

impl Run {
    /// Reads the plan that the options name.
    pub fn load(command: &str, context: &mut Context) -> Result<Self, Error> {
        let detail = match (context.global.quiet, context.global.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        };
        Ok(Self { loaded: load::plan(command, context)?, detail, demo: context.global.demo })
    }

    /// Reckons it through.
    pub fn assess(&self) -> Result<Assessment<'_>, Error> {
        Ok(assess(&self.loaded.plan)?)
    }

    /// The report of a run, for every format.
    pub fn report<'a>(&'a self, assessment: &'a Assessment<'a>, verdict: &'a Verdict, made: Made<'a>) -> Report<'a> {
        let path = self.loaded.plan.path.as_str();
        let Made { command, exit, judges, with_scenarios, sheets, text } = made;
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
            json: Box::new(move || self.json(command, assessment, verdict, exit, with_scenarios)),
        }
    }

    fn json(
        &self,
        command: &str,
        assessment: &Assessment<'_>,
        verdict: &Verdict,
        exit: Exit,
        with_scenarios: bool,
    ) -> Result<String, OutageError> {
        let complete = assessment.scenarios.iter().all(|scenario| !scenario.incomplete);
        let mut map = envelope(command, &self.loaded, verdict.status.name(), exit.code(), complete);
        map.insert("capacity".into(), capacity(assessment));
        if with_scenarios {
            map.insert("scenarios".into(), scenarios(assessment)?);
            map.insert("standing_cost".into(), standing(assessment));
            map.insert("year".into(), year(assessment));
        }
        put_verdict(&mut map, verdict, &self.loaded);
        Ok(document(&json!(map)))
    }
}
