//! What every format is given: one run, reckoned and judged once.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::json::fault_fingerprint;
use crate::input::files::PLAN;
use crate::input::plan::{Loaded, Rejected};
use crate::model::policy::Waiver;
use crate::outage::OutageError;
use crate::policy::Rule;
use crate::policy::catalogue::rules;
use crate::policy::judge::{Status, Verdict};
use crate::words::diagnostic::{Diagnostic, Label, Sources};
use crate::words::level::Level;
use crate::words::money::Money;

/// A text that is made when a format asks for it.
pub type Lazy<'a> = Box<dyn Fn() -> Result<String, OutageError> + 'a>;

/// One run, for any format.
pub struct Report<'a> {
    /// The command.
    pub command: &'a str,
    /// `pass`, `fail`, `not-judged` or `error`; `shown` where findings are listed and nothing is judged.
    pub status: &'static str,
    /// The code that the program ends with.
    pub exit: u8,
    /// Whether the command judges, or lists findings: they are then what it is about.
    pub judges: bool,
    /// The plan's path, where what has no place of its own points.
    pub path: &'a str,
    /// What was run, as a screen names it.
    pub subject: Cow<'a, str>,
    /// The day that counts as today, where a plan could be read.
    pub as_of: Option<NaiveDate>,
    /// What the verdict rests on, in a sentence.
    pub headline: String,
    /// Findings, or the faults of the inputs.
    pub items: Vec<Item<'a>>,
    /// Every rule that the command can find something by, and how it went.
    pub cases: Vec<Case<'a>>,
    /// Figures as tables.
    pub sheets: Vec<Sheet<'a>>,
    /// The screen.
    pub text: Lazy<'a>,
    /// The envelope.
    pub json: Lazy<'a>,
}

/// A finding of a rule, or a fault of an input.
pub struct Item<'a> {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// Its level in this run.
    pub level: Level,
    /// The fact and the limit it broke.
    pub message: &'a str,
    /// What would be right; may be empty.
    pub help: &'a str,
    /// What it is about, in a word; may be empty.
    pub subject: &'a str,
    /// Where, the primary place first; may be empty.
    pub places: Vec<Place<'a>>,
    /// The same as long as rule and subject are.
    pub fingerprint: Cow<'a, str>,
    /// What covers it.
    pub waiver: Option<&'a Waiver>,
    /// Where that stands.
    pub waiver_at: Option<Place<'a>>,
}

/// A place in a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, from the repository's root.
    pub path: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// One past the last column on that line.
    pub end_column: u32,
    /// What is there.
    pub label: Cow<'a, str>,
}

impl<'a> Place<'a> {
    /// A file as a whole.
    #[must_use]
    pub fn whole(path: &'a str) -> Self {
        Self { path, line: 1, column: 1, end_column: 1, label: Cow::Borrowed("") }
    }
}

/// A rule and how it went.
pub struct Case<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// How it went, besides its findings.
    pub outcome: Outcome<'a>,
}

/// How a rule went, besides its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It was judged.
    Judged,
    /// It could not be judged, or not all of it: its level, and why.
    NotJudged(Level, &'a str),
    /// Its level is `allow`.
    Allowed,
    /// Faulty inputs ended the run before.
    NotReached,
}

/// A table of figures. Rows are made one by one, so that a long table costs nothing where a format has no room for it.
pub struct Sheet<'a> {
    /// What a row is, in a word: the first column of CSV. Empty where CSV leaves the table out.
    pub record: &'static str,
    /// The heading. Empty where Markdown leaves the table out.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// How many rows there are.
    pub len: usize,
    /// Makes a row, by its index.
    pub row: Box<dyn Fn(usize) -> Result<Vec<Cell>, OutageError> + 'a>,
}

/// A column of a [`Sheet`].
pub struct Column {
    /// Its name in CSV: the key that JSON has. Empty where CSV leaves it out.
    pub key: &'static str,
    /// Its heading in Markdown. Empty where Markdown leaves it out.
    pub title: String,
}

/// A value of a [`Sheet`]: programs get every digit, people as many as they can read.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A share of one.
    Share(f64),
    /// A time [s].
    Seconds(f64),
    /// An amount, and whether it is only a least amount.
    Money(Money, bool),
    /// Yes or no.
    Flag(bool),
    /// There is none.
    None,
}

impl Cell {
    /// A number, where there is one.
    #[must_use]
    pub fn maybe(value: Option<f64>, cell: impl Fn(f64) -> Self) -> Self {
        value.map_or(Self::None, cell)
    }

    /// An amount, where there is one.
    #[must_use]
    pub fn amount(value: Option<Money>) -> Self {
        value.map_or(Self::None, |money| Self::Money(money, false))
    }
}

impl Column {
    /// A column of both formats.
    pub fn new(key: &'static str, title: impl Into<String>) -> Self {
        Self { key, title: title.into() }
    }
}

/// Where a label points; what stands in no file that is here points at the plan.
pub(super) fn place<'a>(label: &'a Label, sources: &'a Sources, plan: &'a str) -> Place<'a> {
    let name = sources.name(label.span.source);
    // A what-if stands in no file: it points at the plan that it changes.
    if name.starts_with("--set ") {
        let said = Cow::Owned(format!("{} ({name})", label.text));
        return Place { path: plan, line: 1, column: 1, end_column: 1, label: said };
    }
    let at = sources.position(label.span);
    // So does what stands in the base alone: no file that is here has that place.
    if sources.apart(label.span.source) {
        let before = format!("{name}:{}", at.line);
        let said = if label.text.is_empty() { before } else { format!("{} ({before})", label.text) };
        return Place { path: plan, line: 1, column: 1, end_column: 1, label: Cow::Owned(said) };
    }
    let line = sources.line(label.span);
    let covered = line.text.get(line.range.0..line.range.1).map_or(0, |text| text.chars().count());
    Place {
        path: if name.is_empty() { plan } else { name },
        line: at.line.get(),
        column: at.column.get(),
        end_column: at.column.get().saturating_add(u32::try_from(covered).unwrap_or(u32::MAX)),
        label: Cow::Borrowed(&label.text),
    }
}

fn fault<'a>(fault: &'a Diagnostic, sources: &'a Sources, plan: &'a str) -> Item<'a> {
    Item {
        code: fault.code,
        name: fault.name,
        level: fault.level,
        message: &fault.message,
        help: fault.help.as_deref().unwrap_or(""),
        subject: "",
        places: fault.labels.iter().map(|label| place(label, sources, plan)).collect(),
        fingerprint: Cow::Owned(fault_fingerprint(fault, sources)),
        waiver: None,
        waiver_at: None,
    }
}

/// The findings of a verdict, in its order.
#[must_use]
pub fn items<'a>(verdict: &'a Verdict, loaded: &'a Loaded) -> Vec<Item<'a>> {
    let (plan, sources) = (&loaded.plan, &loaded.sources);
    verdict
        .findings
        .iter()
        .map(|finding| {
            let waiver = finding.waived_by.and_then(|index| plan.waivers.get(index));
            let waiver_at = waiver.map(|waiver| {
                let span = waiver.place.item;
                if sources.apart(span.source) {
                    let label = format!("{}:{}", sources.name(span.source), sources.position(span).line).into();
                    return Place { path: plan.path.as_str(), line: 1, column: 1, end_column: 1, label };
                }
                let at = sources.position(span);
                let (line, column) = (at.line.get(), at.column.get());
                Place { path: sources.name(span.source), line, column, end_column: column, label: "".into() }
            });
            Item {
                code: finding.code,
                name: finding.name,
                level: finding.level,
                message: &finding.found.message,
                help: &finding.found.help,
                subject: finding.subject(),
                places: finding.found.labels.iter().map(|label| place(label, sources, &plan.path)).collect(),
                fingerprint: Cow::Borrowed(&finding.fingerprint),
                waiver,
                waiver_at,
            }
        })
        .collect()
}

/// Every rule, and how it went under a verdict.
#[must_use]
pub fn cases(verdict: &Verdict) -> Vec<Case<'_>> {
    rules()
        .map(|rule| {
            let blind = verdict.not_judged.iter().find(|known| known.code == rule.code);
            let outcome = match blind {
                Some(blind) => Outcome::NotJudged(blind.level, &blind.reason),
                None if verdict.allowed.contains(&rule.code) => Outcome::Allowed,
                None => Outcome::Judged,
            };
            Case { rule, outcome }
        })
        .collect()
}

impl Status {
    /// The status in an envelope.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotJudged => "not-judged",
        }
    }
}

impl<'a> Report<'a> {
    /// A run whose inputs are faulty. Its screen is empty: the faults are told on standard error.
    #[must_use]
    pub fn rejected(command: &'a str, rejected: &'a Rejected) -> Self {
        let path = rejected.inputs.first().map_or(PLAN, |input| input.path.as_str());
        let count = rejected.faults.len();
        let faults = if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
        let reached = |rule: &Rule| rejected.faults.iter().any(|fault| fault.code == rule.code);
        let cases = rules().map(|rule| {
            let outcome = if reached(rule) { Outcome::Judged } else { Outcome::NotReached };
            Case { rule, outcome }
        });
        Self {
            command,
            status: "error",
            exit: 2,
            judges: true,
            path,
            subject: Cow::Borrowed(path),
            as_of: None,
            headline: format!("{faults} in the input; nothing was computed"),
            items: rejected.faults.iter().map(|known| fault(known, &rejected.sources, path)).collect(),
            cases: cases.collect(),
            sheets: Vec::new(),
            text: Box::new(|| Ok(String::new())),
            json: Box::new(move || Ok(super::json::rejected(command, rejected))),
        }
    }

    /// Rules that could not be judged: the rule, its level, and why.
    pub fn blind(&self) -> impl Iterator<Item = (&'static Rule, Level, &'a str)> + '_ {
        self.cases.iter().filter_map(|case| match case.outcome {
            Outcome::NotJudged(level, reason) => Some((case.rule, level, reason)),
            _ => None,
        })
    }

    /// How many findings are not waived, by level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.items.iter().filter(|item| item.waiver.is_none() && item.level == level).count()
    }

    /// How it went, in one line.
    #[must_use]
    pub fn counts(&self) -> String {
        let waived = self.items.iter().filter(|item| item.waiver.is_some()).count();
        format!(
            "{} denied, {} warned, {} noted, {waived} waived, {} not judged",
            self.count(Level::Deny),
            self.count(Level::Warn),
            self.count(Level::Note),
            self.blind().count()
        )
    }
}
