//! Screens: the verdict first, then the numbers, then the detail.

mod calls;
mod check;
pub mod diff;
mod estimate;
mod findings;
mod replay;
mod simulate;
mod size;
mod year;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::escape::terminal;
use super::json::VERSION;
use crate::assessment::Assessment;
use crate::input::plan::Loaded;
use crate::outage::scenario::Scenario;
use crate::words::duration::{compact, human};
use crate::words::figure::{count, money_pair, percent, percent_pair};
use crate::words::money::Money;

pub use calls::{calls, validation};
pub use check::{check, judged, spend_rows};
pub use diff::{against, diff, no_change};
pub use estimate::estimate;
pub use findings::findings;
pub use simulate::simulated_years;
pub use size::size;
pub use year::{cause_rows, compared as year_lines, rests_on};

/// How much a screen says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The verdict alone.
    Quiet,
    /// The usual.
    Normal,
    /// Notes and assumptions as well.
    Verbose,
}

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", count(n as f64)) }
}

/// The line that says what was run.
#[must_use]
pub fn header(loaded: &Loaded, demo: bool) -> String {
    let plan = &loaded.plan;
    let rates: usize = plan.tables.iter().map(|table| table.rows.len()).sum();
    let path = if demo { "the embedded example floor (--demo)".to_owned() } else { terminal(&plan.path).into_owned() };
    let mut line = format!(
        "trunkrisk {VERSION} · {path} · as of {} · {}, {}, {}\n",
        plan.as_of,
        plural(plan.trunks.len(), "trunk"),
        plural(plan.causes.len(), "cause"),
        plural(rates, "rate")
    );
    for input in loaded.inputs.iter().filter(|input| input.path.starts_with("--set ")) {
        let _ = writeln!(line, "  what if: {}", terminal(input.path.trim_start_matches("--set ")));
    }
    line
}

fn least(incomplete: bool) -> &'static str {
    if incomplete { "≥ " } else { "" }
}

/// An amount as the screen shows it, without its currency.
fn amount(money: &Money, incomplete: bool) -> String {
    format!("{}{}", least(incomplete), money.rounded_amount())
}

fn cause_name(assessment: &Assessment<'_>, scenario: &Scenario) -> String {
    assessment.plan().causes.get(scenario.cause).map(|c| terminal(&c.name).into_owned()).unwrap_or_default()
}

fn dearest<'a>(assessment: &'a Assessment<'_>) -> Option<&'a Scenario> {
    let mut best: Option<&Scenario> = None;
    for scenario in &assessment.scenarios {
        if best.is_none_or(|known| scenario.spend.amount() > known.spend.amount()) {
            best = Some(scenario);
        }
    }
    best
}

/// What the verdict rests on, in one sentence.
#[must_use]
pub fn headline(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let mut parts = Vec::new();
    let failover = &assessment.capacity.failover;
    if plan.trunks.len() < 2 {
        parts.push("nothing carries the floor if the primary fails".to_owned());
    } else if assessment.capacity.busiest.is_some() {
        let (has, wants) = shares(failover.absorbed, plan.policy.absorb);
        let most = if failover.unstated { "at most " } else { "" };
        parts.push(format!("the trunks behind the primary carry {most}{has} of the floor ({wants} wanted)"));
    }
    if let Some(scenario) = dearest(assessment) {
        let what = format!("{} of `{}`", human(scenario.length), cause_name(assessment, scenario));
        let sign = least(scenario.incomplete);
        parts.push(match &plan.budget.incident {
            Some(budget) => {
                let (spends, allowed) = money_pair(&scenario.spend, budget);
                format!("the dearest outage, {what}, costs {sign}{spends} ({allowed} allowed)")
            }
            None => format!("the dearest outage, {what}, costs {sign}{} (no budget given)", scenario.spend),
        });
    }
    if parts.is_empty() { "no seat is ever staffed".to_owned() } else { parts.join(", and ") }
}

/// Two shares that never print the same where they differ.
fn shares(a: f64, b: f64) -> (String, String) {
    let plain = (percent(a), percent(b));
    if plain.0 == plain.1 && a != b { percent_pair(a, b) } else { plain }
}

/// Cells padded to equal widths; styles are put around them afterwards by the caller.
fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0))
        .map(|i| rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

pub(super) fn length(seconds: f64) -> String {
    compact(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

fn assumptions(loaded: &Loaded) -> String {
    if loaded.plan.assumptions.is_empty() {
        return String::new();
    }
    let mut out = format!("{BOLD}assumptions{BOLD:#} (defaults that were used)\n");
    let rows: Vec<Vec<String>> = loaded
        .plan
        .assumptions
        .iter()
        .map(|a| vec![terminal(&a.key).into_owned(), terminal(&a.value).into_owned(), terminal(&a.why).into_owned()])
        .collect();
    for line in columns(&rows) {
        let _ = writeln!(out, "  {line}");
    }
    out.push('\n');
    out
}
