//! The list of findings, as every screen that has one shows it.

use std::fmt::Write as _;

use super::{BOLD, DIM, Detail, GREEN, RED, YELLOW, columns, plural, styled};
use crate::input::plan::Loaded;
use crate::policy::judge::{Finding, Verdict};
use crate::render::escape::{shorten, terminal};
use crate::words::level::Level;

/// Findings of commands that do not judge: the list, without a verdict.
#[must_use]
pub fn findings(verdict: &Verdict, loaded: &Loaded, detail: Detail) -> String {
    if detail == Detail::Quiet || (verdict.findings.is_empty() && verdict.not_judged.is_empty()) {
        return String::new();
    }
    format!("\n{BOLD}findings{BOLD:#} (`trunkrisk check` judges them)\n{}", list(verdict, loaded, detail))
}

pub(super) fn list(verdict: &Verdict, loaded: &Loaded, detail: Detail) -> String {
    let mut out = String::new();
    let shown: Vec<&Finding> = verdict
        .findings
        .iter()
        .filter(|f| detail > Detail::Normal || f.level > Level::Note || f.waived_by.is_some())
        .collect();
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|f| {
            let about = match f.waived_by.and_then(|index| loaded.plan.waivers.get(index)) {
                Some(waiver) => format!("waived until {} by {}: {}", waiver.until, waiver.owner, waiver.reason),
                None => f.found.brief.clone(),
            };
            vec![
                f.code.to_owned(),
                f.name.to_owned(),
                terminal(&shorten(f.subject(), 30)).into_owned(),
                terminal(&shorten(&about, 100)).into_owned(),
                terminal(&place(f, loaded)).into_owned(),
            ]
        })
        .collect();
    for (finding, line) in shown.iter().zip(columns(&rows)) {
        let _ = writeln!(out, "  {} {line}", mark(finding));
    }
    let blind: Vec<Vec<String>> = verdict
        .not_judged
        .iter()
        .map(|r| vec![r.code.to_owned(), r.name.to_owned(), format!("not judged: {}", r.reason)])
        .collect();
    for line in columns(&blind) {
        let _ = writeln!(out, "  {} {line}", styled(YELLOW, "?"));
    }
    let notes = verdict.findings.len() - shown.len();
    if notes > 0 {
        let _ = writeln!(out, "  {} {} (-v shows them)", styled(DIM, "·"), plural(notes, "note"));
    }
    let _ = writeln!(out, "  {} {} passed", styled(GREEN, "✓"), plural(verdict.passed, "rule"));
    let budget = &loaded.plan.budget;
    if budget.incident.is_some() && budget.year.is_none() {
        let line = "no `budget.year` is given: what a year costs is reckoned and not judged";
        let _ = writeln!(out, "  {} {line}", styled(DIM, "·"));
    }
    out
}

fn place(finding: &Finding, loaded: &Loaded) -> String {
    finding.found.labels.first().map_or_else(String::new, |label| {
        let at = loaded.sources.position(label.span);
        format!("{}:{}", loaded.sources.name(label.span.source), at.line)
    })
}

fn mark(finding: &Finding) -> String {
    if finding.waived_by.is_some() {
        return styled(DIM, "~");
    }
    match finding.level {
        Level::Deny => styled(RED, "✗"),
        Level::Warn => styled(YELLOW, "!"),
        Level::Note | Level::Allow => styled(DIM, "·"),
    }
}
