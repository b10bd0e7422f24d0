//! The screen of `check`.

use std::fmt::Write as _;

use super::findings::list;
use super::{Detail, GREEN, RED, YELLOW, amount, assumptions, header, headline, length, plural, styled};
use crate::assessment::Assessment;
use crate::input::plan::Loaded;
use crate::model::plan::Start;
use crate::policy::judge::{Status, Verdict};
use crate::render::escape::shorten;
use crate::render::table::{Align, Table};
use crate::render::{diagnostics, lock};
use crate::words::level::Level;

/// The screen of `check`. `change` says what differs from the base, where there is one; `exit` is the code that the
/// program ends with.
#[must_use]
pub fn check(
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    loaded: &Loaded,
    demo: bool,
    detail: Detail,
    change: Option<&str>,
    exit: u8,
) -> String {
    let word = word(verdict);
    let mut out = header(loaded, demo);
    let _ = writeln!(out, "\n{word}  {}\n", headline(assessment));
    if detail > Detail::Quiet {
        out.push_str(&list(verdict, loaded, detail));
        out.push('\n');
        out.push_str(&lock::text(assessment));
        out.push_str(&spend_table(assessment));
        out.push('\n');
        if let Some(change) = change {
            out.push_str(change);
            out.push('\n');
        }
        out.push_str(&in_full(verdict, loaded, detail));
        if detail > Detail::Normal {
            out.push_str(&assumptions(loaded));
        }
    }
    out.push_str(&last_line(verdict, exit));
    out
}

fn word(verdict: &Verdict) -> String {
    match verdict.status {
        Status::Pass => styled(GREEN, "PASS"),
        Status::Fail => styled(RED, "FAIL"),
        Status::NotJudged => styled(YELLOW, "NOT JUDGED"),
    }
}

/// The verdict behind another screen: the word, the findings, and the last line.
#[must_use]
pub fn judged(verdict: &Verdict, loaded: &Loaded, detail: Detail, exit: u8) -> String {
    let mut out = format!("\n{}\n", word(verdict));
    if detail > Detail::Quiet {
        let _ = write!(out, "\n{}\n{}", list(verdict, loaded, detail), in_full(verdict, loaded, detail));
    }
    out.push_str(&last_line(verdict, exit));
    out
}

/// Every finding that counts, with its lines.
fn in_full(verdict: &Verdict, loaded: &Loaded, detail: Detail) -> String {
    let mut out = String::new();
    for finding in verdict.findings.iter().filter(|f| f.waived_by.is_none()) {
        if finding.level > Level::Note || detail > Detail::Normal {
            out.push_str(&diagnostics::render(&finding.diagnostic(), &loaded.sources, true));
            out.push('\n');
        }
    }
    out
}

fn last_line(verdict: &Verdict, exit: u8) -> String {
    let s = verdict.summary();
    let reason = match (verdict.status, exit) {
        (Status::Pass, _) => "nothing denied".to_owned(),
        (Status::Fail, 0) => "policy violated, and --exit-zero".to_owned(),
        (Status::Fail, _) => "policy violated".to_owned(),
        (Status::NotJudged, _) => {
            let names: Vec<&str> =
                verdict.not_judged.iter().filter(|r| r.level == Level::Deny).map(|r| r.name).collect();
            format!("{} could not be judged", names.join(", "))
        }
    };
    format!(
        "{} denied, {}, {} waived, {} not judged · exit {exit}: {reason}\n",
        s.deny,
        plural(s.warn, "warning"),
        s.waived,
        s.not_judged
    )
}

/// Spend by cause and outage length.
fn spend_table(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let title = match plan.scenario.start {
        Start::Worst => format!("spend by outage length [{}], each at its worst start", plan.currency),
        Start::At(at) => format!("spend by outage length [{}], from {at}", plan.currency),
    };
    let (heading, rows) = spend_rows(assessment);
    let columns: Vec<(&str, Align)> = heading
        .iter()
        .enumerate()
        .map(|(i, name)| (name.as_str(), if i == 0 { Align::Left } else { Align::Right }))
        .collect();
    let mut table = Table::new(&columns).caption(&title);
    for row in rows {
        table.row(row);
    }
    table.render()
}

/// Spend by cause and outage length: heading and rows.
#[must_use]
pub fn spend_rows(assessment: &Assessment<'_>) -> (Vec<String>, Vec<Vec<String>>) {
    let plan = assessment.plan();
    let mut heading = vec!["cause".to_owned()];
    heading.extend(plan.scenario.durations.iter().map(|s| length(*s)));
    let rows = plan.causes.iter().enumerate().map(|(index, cause)| {
        let mut row = vec![shorten(&cause.name, 40).into_owned()];
        row.extend(assessment.scenarios.iter().filter(|s| s.cause == index).map(|s| amount(&s.spend, s.incomplete)));
        row
    });
    (heading, rows.collect())
}
