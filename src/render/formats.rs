//! Every format, in the order in which help lists them.

mod csv;
mod github;
mod gitlab;
mod html;
mod junit;
mod markdown;
mod sarif;

use super::report::Report;
use crate::outage::OutageError;

pub use csv::text as csv_text;
pub use markdown::LONGEST as LONGEST_MARKDOWN;

/// A form that results take.
#[derive(Debug)]
pub struct OutputFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// The commands that give it; nothing where all do.
    pub commands: Option<&'static [&'static str]>,
    /// Writes a run down.
    pub write: fn(&Report<'_>) -> Result<String, OutageError>,
}

/// Commands with tables of figures or rates, and the document.
const TABLES: Option<&[&str]> = Some(&["check", "diff", "estimate", "size", "report", "rates diff", "rates lint"]);
/// The same, and the time line of a simulated outage.
const SHEETS: Option<&[&str]> =
    Some(&["check", "diff", "estimate", "size", "report", "rates diff", "rates lint", "simulate"]);
/// The document, which writes its own page.
const DOCUMENT: Option<&[&str]> = Some(&["report"]);
/// Commands that are about findings.
const FINDINGS: Option<&[&str]> = Some(&["check", "rates lint"]);

/// Every format.
pub static FORMATS: [OutputFormat; 9] = [
    OutputFormat { name: "text", what: "the screen", commands: None, write: |report| (report.text)() },
    OutputFormat { name: "json", what: "one envelope, for programs", commands: None, write: |report| (report.json)() },
    OutputFormat {
        name: "markdown",
        what: "a comment on a pull request, 65,536 characters at most",
        commands: TABLES,
        write: markdown::write,
    },
    OutputFormat { name: "csv", what: "a table, for spreadsheets", commands: SHEETS, write: csv::write },
    OutputFormat { name: "html", what: "a page to read, print and sign", commands: DOCUMENT, write: html::write },
    OutputFormat { name: "sarif", what: "SARIF 2.1.0, for code scanning", commands: FINDINGS, write: sarif::write },
    OutputFormat { name: "junit", what: "JUnit XML, a case for each rule", commands: FINDINGS, write: junit::write },
    OutputFormat {
        name: "github",
        what: "workflow commands of GitHub Actions, the screen, and the job summary",
        commands: FINDINGS,
        write: github::write,
    },
    OutputFormat { name: "gitlab", what: "a Code Quality report of GitLab", commands: FINDINGS, write: gitlab::write },
];

/// A format by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static OutputFormat> {
    FORMATS.iter().find(|format| format.name == name)
}

impl OutputFormat {
    /// Whether a command gives it.
    #[must_use]
    pub fn given_by(&self, command: &str) -> bool {
        self.commands.is_none_or(|commands| commands.contains(&command))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::report::{Case, Cell, Column, Item, Outcome, Place, Report, Sheet};
    use super::*;
    use crate::policy::catalogue::rules;
    use crate::words::level::Level;

    /// A report of so many findings, three of them denied, and tables of so many rows.
    pub(super) fn long<'a>(items: usize, sheets: usize, rows: usize, width: usize) -> Report<'a> {
        let item = |i: usize| Item {
            code: "CAP001",
            name: "blocking-above-target",
            level: if i < 3 { Level::Deny } else { Level::Warn },
            message: "it is @much <b>worse</b> | than it was",
            help: "",
            subject: "::error::",
            places: vec![Place { path: "failover.toml", line: 7, column: 1, end_column: 2, label: "".into() }],
            fingerprint: Cow::Borrowed("f"),
            waiver: None,
            waiver_at: None,
        };
        let sheet = |_| Sheet {
            record: "row",
            title: "Changed rows".to_owned(),
            columns: vec![Column::new("prefix", "prefix"), Column::new("spend", "spend")],
            len: rows,
            row: Box::new(move |i| Ok(vec![Cell::Text("東@".repeat(width)), Cell::Number(i as f64)])),
        };
        let cases = rules().map(|rule| Case { rule, outcome: Outcome::Judged }).collect();
        Report {
            command: "check",
            status: "fail",
            exit: 1,
            judges: true,
            path: "failover.toml",
            subject: "failover.toml".into(),
            as_of: None,
            headline: "東".repeat(100_000),
            items: (0..items).map(item).collect(),
            cases,
            sheets: (0..sheets).map(sheet).collect(),
            text: Box::new(|| Ok(String::new())),
            json: Box::new(|| Ok(String::new())),
        }
    }

    #[test]
    fn names_are_unique_and_texts_are_there() {
        for (i, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS.iter().skip(i + 1).all(|other| other.name != format.name));
            assert!(find(format.name).is_some_and(|found| found.what == format.what && !found.what.is_empty()));
            assert!(format.given_by("check") || format.given_by("report"), "{}", format.name);
        }
        assert!(find("text").is_some_and(|format| format.given_by("man")));
        assert!(find("sarif").is_some_and(|format| !format.given_by("estimate")));
    }

    #[test]
    fn every_format_bears_many_findings() {
        let report = long(30_000, 1, 30_000, 1);
        let text = |name: &str| (find(name).unwrap().write)(&report).unwrap();
        let sarif: serde_json::Value = serde_json::from_str(&text("sarif")).unwrap();
        let run = &sarif["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
        let note = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
        assert!(note.starts_with("5000 more findings are left out"), "{note}");
        let gitlab: serde_json::Value = serde_json::from_str(&text("gitlab")).unwrap();
        let entries = gitlab.as_array().unwrap();
        let prints: std::collections::BTreeSet<&str> =
            entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
        assert_eq!((entries.len(), prints.len()), (30_000, 30_000));
        let github = text("github");
        let lines = |word: &str| github.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!((lines("::error"), lines("::warning"), lines("::notice"), lines("")), (3, 10, 1, 14));
        assert!(github.contains("::notice title=trunkrisk::29987 more in the log: 0 denied, 29987 warned, 0 noted"));
        assert_eq!(text("csv").lines().count(), 1 + 30_000 + 30_000);
        let junit = text("junit");
        assert_eq!(junit.matches("<failure").count(), 1);
        assert!(junit.contains("(and 2 more)") && junit.contains("failures=\"1\""));
    }
}
