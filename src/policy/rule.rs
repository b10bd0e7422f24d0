//! A rule is data: code, name, level, texts, and one function.

use rust_decimal::Decimal;

use crate::assessment::Assessment;
use crate::model::policy::Unit;
use crate::words::diagnostic::Label;
use crate::words::level::Level;

/// A rule.
pub struct Rule {
    /// Its code; never reused.
    pub code: &'static str,
    /// Its name: what is wrong, so that "allow NAME" reads well.
    pub name: &'static str,
    /// Its level where neither plan nor command line sets one.
    pub level: Level,
    /// The unit it measures in, and what it measures; waivers name a ceiling in it.
    pub measures: Option<(Unit, &'static str)>,
    /// What it reports.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// Judges; nothing for faults of inputs and for waivers, which are judged where they are read.
    pub judge: Option<fn(&Assessment<'_>) -> Judgement>,
}

/// What a rule found.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What it found.
    pub findings: Vec<Found>,
    /// Why it could not judge, or not all of it.
    pub not_judged: Option<String>,
}

/// One thing that a rule found.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is about: kind and name, for waivers and fingerprints.
    pub subject: Vec<(&'static str, String)>,
    /// The fact and the limit it broke, in a few words: `84.1 % < 95.0 %`.
    pub brief: String,
    /// The same in a sentence.
    pub message: String,
    /// Where, the primary place first.
    pub labels: Vec<Label>,
    /// What would be right.
    pub help: String,
    /// The measure, in the rule's unit.
    pub measure: Option<Decimal>,
}

impl Judgement {
    /// Nothing found, everything judged.
    #[must_use]
    pub fn clean() -> Self {
        Self::default()
    }

    /// Found things, everything judged.
    #[must_use]
    pub fn found(findings: Vec<Found>) -> Self {
        Self { findings, not_judged: None }
    }

    /// Could not judge.
    pub fn blind(reason: impl Into<String>) -> Self {
        Self { findings: Vec::new(), not_judged: Some(reason.into()) }
    }
}

/// A measured number as a decimal of nine significant places, for comparison with a ceiling.
#[must_use]
pub fn measure(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    // Far beyond any ceiling all measures are alike.
    let clamped = value.clamp(-1e15, 1e15);
    format!("{clamped:.9}").parse::<Decimal>().ok().map(|decimal| decimal.normalize())
}
