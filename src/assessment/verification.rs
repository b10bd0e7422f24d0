//! The figures of a run beside their independent witnesses: years by chance, and one outage call by call.

use std::sync::atomic::{AtomicBool, AtomicU64};

use super::Assessment;
use super::calls::{Judged, Question, judge};
use super::simulated::{Compared, Method, SEED, compared, prepare};
use super::year::causes;
use crate::outage::OutageError;

/// Years that are drawn: enough for an interval of a part in a hundred around P95.
pub const YEARS: u64 = 100_000;
/// Attempts that are simulated, about: a second's work at most.
const ATTEMPTS: f64 = 2e6;
/// Most runs, and least: an interval takes two.
const RUNS: (f64, f64) = (2.0, 20.0);

/// What the witnesses say.
pub struct Verification {
    /// Exact against simulated years; empty where there is no exact law.
    pub years: Vec<Compared>,
    /// An outage of the first cause, of about an hour, call by call; or why there is none.
    pub calls: Result<Judged, String>,
}

/// Calls the witnesses. Both draw with seed 1: the same words on every run.
///
/// # Errors
/// Where the plan cannot be reckoned.
pub fn verify(assessment: &Assessment<'_>) -> Result<Verification, OutageError> {
    Ok(Verification { years: years(assessment)?, calls: calls(assessment) })
}

fn years(assessment: &Assessment<'_>) -> Result<Vec<Compared>, OutageError> {
    let plan = assessment.plan();
    let Ok(exact) = &assessment.year else { return Ok(Vec::new()) };
    let (Ok(laws), Ok(prepared)) = (causes(plan)?, prepare(plan)?) else { return Ok(Vec::new()) };
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let drawn = prepared.years.run(&prepared.ask(YEARS, SEED, threads(), &stop, &done), None);
    let year = prepared.year(assessment, &laws, &drawn, SEED);
    Ok(match year.as_ref().map(|year| &year.method) {
        Ok(Method::Simulated(simulated)) => compared(exact, simulated),
        _ => Vec::new(),
    })
}

fn calls(assessment: &Assessment<'_>) -> Result<Judged, String> {
    let plan = assessment.plan();
    let of_first = assessment.scenarios.iter().filter(|scenario| scenario.cause == 0);
    // Shorter ones are all beginning, longer ones only more of the same.
    let from_an_hour = |length: f64| libm::log(length / 3600.0).abs();
    let nearest = of_first.min_by(|a, b| from_an_hour(a.length).total_cmp(&from_an_hour(b.length)));
    let nearest = nearest.ok_or("the plan has no [[cause]]")?;
    let runs = (ATTEMPTS / nearest.outage.attempts.max(1.0)).floor().min(RUNS.1);
    if runs < RUNS.0 {
        return Err(
            "the outage has too many calls for this document: `trunkrisk simulate --calls` takes its time".into()
        );
    }
    let question = Question { cause: 0, length: nearest.length, runs: runs as u64, seed: SEED, threads: threads() };
    judge(plan, question, |_| {}, None).map_err(|error| error.to_string())
}

/// No number of them changes a byte.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
