//! `simulate --calls`: one outage call by call, beside the formulas; or the validation suite.

use std::fs::File;
use std::io::{BufWriter, ErrorKind as IoErrorKind, Write};
use std::path::Path;

use chrono::NaiveDateTime;
use serde_json::json;

use super::super::app::Context;
use super::super::cli::{CallsArgs, SimulateArgs};
use super::super::error::{Error, ErrorKind, shown};
use super::super::exit::Exit;
use super::super::output::Format;
use super::super::run::Run;
use super::progress::with_progress;
use super::whole;
use crate::assessment::calls::suite::{CASES, RUNS, validate};
use crate::assessment::calls::{JudgeError, Question, judge, with_start};
use crate::assessment::simulated::SEED;
use crate::input::fault::did_you_mean;
use crate::model::plan::{Plan, Start};
use crate::rating::tariff::Tariff;
use crate::render::calls as page;
use crate::render::json::{document, envelope};
use crate::render::text;
use crate::simulate::calls::price::places;
use crate::simulate::calls::trace::Attempt;
use crate::words::calendar::Shown;
use crate::words::duration;

impl From<JudgeError> for Error {
    fn from(error: JudgeError) -> Self {
        Self::from(ErrorKind::Unanswerable(error.to_string()))
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::from(ErrorKind::Arguments(message.into()))
}

/// Runs the command.
pub(super) fn run(args: &SimulateArgs, context: &mut Context) -> Result<Exit, Error> {
    let asked = &args.calls;
    if asked.validate {
        return suite(args, context);
    }
    let mut run = Run::load("simulate", context)?;
    let question = question(args, &run.loaded.plan)?;
    if let Some(start) = start(asked, &run.loaded.plan)? {
        run.loaded.plan = with_start(&run.loaded.plan, start);
    }
    let plan = &run.loaded.plan;
    let mut trace = Trace::open(asked, context)?;
    let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
    let digits = |table: usize| tariffs.get(table).map_or(0, places);
    let to_json = asked.trace.as_deref().is_some_and(|path| has_extension(path, &["json", "jsonl", "ndjson"]));
    let writer = page::TraceWriter::new(plan, to_json, &digits);
    let mut fault = None;
    let judged = with_progress("runs", question.runs, |done| {
        let Some(trace) = &mut trace else { return judge(plan, question, done, None) };
        trace.write(&writer.head(), &mut fault);
        let mut rows = |run: u64, attempts: Vec<Attempt>| {
            for attempt in &attempts {
                trace.write(&writer.row(run, attempt), &mut fault);
            }
        };
        judge(plan, question, done, Some(&mut rows))
    })?;
    let to_stdout = match trace {
        Some(trace) => trace.close(fault)?,
        None => false,
    };
    if to_stdout {
        return Ok(Exit::Pass);
    }
    let (demo, detail, loaded) = (context.global.demo, run.detail, &run.loaded);
    context.outputs.each(|format| match format.name {
        "json" => {
            let mut map = envelope("simulate", loaded, "pass", Exit::Pass.code(), !judged.incomplete);
            map.insert("calls".into(), page::calls(&judged, &loaded.plan));
            Ok(document(&json!(map)))
        }
        "csv" => Ok(page::timeline(&judged, &loaded.plan)),
        _ => Ok(text::calls(&judged, loaded, demo, detail)),
    })?;
    Ok(Exit::Pass)
}

/// The runs of an outage unless told otherwise: an interval of twice the width takes a quarter of them.
const RUNS_OF_ONE: u64 = 30;

/// Most runs: a figure of each is kept.
const MOST_RUNS: u64 = 1_000_000;
const MOST_THREADS: u64 = 1024;

fn runs(asked: &CallsArgs, least: u64, otherwise: u64) -> Result<u64, Error> {
    asked.runs.as_deref().map_or(Ok(otherwise), |text| whole("--runs", text, least, MOST_RUNS))
}

fn seed(args: &SimulateArgs) -> Result<u64, Error> {
    args.seed.as_deref().map_or(Ok(SEED), |text| whole("--seed", text, 0, u64::MAX))
}

/// As many as the machine runs at once, unless told otherwise.
fn threads(args: &SimulateArgs) -> Result<usize, Error> {
    let wanted = args.threads.as_deref().map(|text| whole("--threads", text, 1, MOST_THREADS)).transpose()?;
    let machine = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(wanted.map_or_else(machine, |wanted| wanted as usize))
}

fn question(args: &SimulateArgs, plan: &Plan) -> Result<Question, Error> {
    let asked = &args.calls;
    let names: Vec<&str> = plan.causes.iter().map(|cause| cause.name.as_str()).collect();
    let cause = match &asked.cause {
        Some(name) => names.iter().position(|known| known == name).ok_or_else(|| {
            wrong(format!("the plan has no cause `{}`", shown(name))).hint(did_you_mean(name, &names))
        })?,
        None => return Err(wrong("which outage? --cause is missing").hint(did_you_mean("", &names))),
    };
    let Some(length) = &asked.duration else {
        return Err(wrong("how long is the outage? --duration is missing").hint("such as --duration 1h"));
    };
    let length = duration::parse(length).map_err(|error| {
        wrong(format!("--duration: {error}: found `{}`", shown(length))).hint("such as 90s, 45m or 1h 30m")
    })?;
    if length.is_zero() {
        return Err(wrong("--duration: an outage of no length has no calls"));
    }
    let runs = runs(asked, 1, RUNS_OF_ONE)?;
    Ok(Question { cause, length: length.as_secs_f64(), runs, seed: seed(args)?, threads: threads(args)? })
}

/// When the outage begins; nothing where the plan says it.
fn start(asked: &CallsArgs, plan: &Plan) -> Result<Option<Start>, Error> {
    let Some(text) = &asked.start else { return Ok(None) };
    if text == "worst" {
        return Ok(Some(Start::Worst));
    }
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).ok_or_else(|| {
        wrong(format!("--start: `{}` is no time", shown(text)))
            .hint("`worst`, or a local time such as 2026-12-01T10:00:00")
    })?;
    if plan.timezone.shows(local) == Shown::Never {
        return Err(wrong(format!("--start: clocks in {} skip {local}", plan.timezone)));
    }
    // Whether it lies in the year that is reckoned is seen where it is reckoned.
    Ok(Some(Start::At(local)))
}

fn suite(args: &SimulateArgs, context: &mut Context) -> Result<Exit, Error> {
    // One run has no interval.
    let runs = runs(&args.calls, 2, RUNS)?;
    let (seed, threads) = (seed(args)?, threads(args)?);
    let found = with_progress("plans", CASES.len() as u64, |done| validate(runs, seed, threads, done))
        .map_err(|error| Error::from(ErrorKind::Unanswerable(error.to_string())))?;
    context.outputs.write(|format| match format {
        Format::Text => Ok(text::validation(&found)),
        Format::Json => Ok(page::validation(&found)),
    })?;
    Ok(Exit::Pass)
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension().is_some_and(|extension| known.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Where every attempt is written.
struct Trace {
    to: Box<dyn Write>,
    name: String,
    stdout: bool,
}

impl Trace {
    /// Opened before the long run. Standard output takes the trace alone.
    fn open(asked: &CallsArgs, context: &Context) -> Result<Option<Self>, Error> {
        let Some(path) = &asked.trace else { return Ok(None) };
        if path.as_os_str() == "-" {
            if context.global.output.iter().any(|output| output.path.is_none()) {
                let message = "the trace and another output go to standard output";
                return Err(wrong(message).hint("name a file for one: --trace=calls.csv"));
            }
            let to = Box::new(BufWriter::new(std::io::stdout()));
            return Ok(Some(Self { to, name: "standard output".to_owned(), stdout: true }));
        }
        let name = shown(&path.to_string_lossy());
        context.outputs.refuse(path, "--trace")?;
        let file = File::create(path).map_err(|error| unwritable(&name, &error))?;
        Ok(Some(Self { to: Box::new(BufWriter::new(file)), name, stdout: false }))
    }

    /// The first fault is kept, and nothing more is written.
    fn write(&mut self, text: &str, fault: &mut Option<std::io::Error>) {
        if fault.is_none()
            && let Err(error) = self.to.write_all(text.as_bytes())
        {
            *fault = Some(error);
        }
    }

    /// Whether it took standard output. A closed pipe is a success: whoever read it has read enough.
    fn close(mut self, fault: Option<std::io::Error>) -> Result<bool, Error> {
        match fault.map_or_else(|| self.to.flush(), Err) {
            Err(error) if error.kind() != IoErrorKind::BrokenPipe => Err(unwritable(&self.name, &error)),
            // With a file for the rest, both are written.
            _ => Ok(self.stdout),
        }
    }
}

fn unwritable(name: &str, error: &std::io::Error) -> Error {
    let reason = match error.kind() {
        IoErrorKind::NotFound => "there is no such folder".to_owned(),
        IoErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.kind().to_string(),
    };
    ErrorKind::Output { to: name.to_owned(), reason }.into()
}
