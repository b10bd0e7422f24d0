//! Rate tables in short, and what looks wrong in them.

mod report;

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

pub(super) use self::report::known;
use super::show::{kind, limit_value, limits};
use super::{deck, plural};
use crate::input::plan::InputRecord;
use crate::model::rates::{RateTable, TableKind};
use crate::policy::rule::{Found, Rule};
use crate::render::json::{SCHEMA, VERSION, inputs, places};
use crate::render::table::{Align, Table};
use crate::render::{diagnostics, json as documents};
use crate::words::diagnostic::{Diagnostic, Sources};
use crate::words::digest::sha256;
use crate::words::figure;
use crate::words::level::Level;

/// Findings that are shown in full; the rest is counted.
const MOST: usize = 50;

/// Tables and what was found in them.
#[derive(Debug)]
pub struct Linted<'a> {
    /// The tables.
    pub tables: &'a [RateTable],
    /// Their texts.
    pub sources: &'a Sources,
    /// The inputs.
    pub inputs: &'a [InputRecord],
    /// The day that counts as today, where one is given.
    pub as_of: Option<NaiveDate>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Rules that need a day, where none is given.
    pub not_judged: Vec<NotJudged>,
}

/// Rules that need to know which day is today.
pub const DATED: [&str; 3] = ["rates-stale", "rates-expired", "rates-not-yet-effective"];
/// Rules that a table can be held to without a plan, besides those of its form.
pub const KNOWN: [&str; 6] =
    ["rates-stale", "rates-expired", "rates-not-yet-effective", "duplicate-prefix", "rate-outlier", "limits-unstated"];

/// A rule and what it found.
pub struct Finding {
    /// The rule, at its own level: no plan is there to set another.
    pub rule: &'static Rule,
    /// What it found.
    pub found: Found,
}

/// A rule that was not judged for want of a day.
pub struct NotJudged {
    /// The rule.
    pub rule: &'static Rule,
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.rule.name, self.found.message)
    }
}

impl std::fmt::Debug for NotJudged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.rule.name)
    }
}

const NO_DAY: &str = "dates are not judged: give --as-of";
/// The level at which that is told: nothing is judged here, so that no verdict lacks anything.
const BLIND: Level = Level::Note;
const REASON: &str = "no day counts as today: give --as-of";

impl Linted<'_> {
    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.rule.level == level).count()
    }

    /// Tables that name no source.
    fn sourceless(&self) -> impl Iterator<Item = &RateTable> {
        self.tables.iter().filter(|table| table.source.is_none() && !table.is_bare())
    }
}

fn no_source(table: &RateTable) -> String {
    format!("{} names no `source`: where its prices come from cannot be checked", table.path)
}

/// First and last day of a table: its own, else those that its rows span.
fn days(table: &RateTable) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let first = table.effective_from.or_else(|| table.rows.terms().filter_map(|terms| terms.effective_from).min());
    let last = table.expires.or_else(|| table.rows.terms().filter_map(|terms| terms.expires).max());
    (first, last)
}

fn seats(table: &RateTable) -> usize {
    match &table.kind {
        TableKind::FlatRate(seats) => seats.len(),
        TableKind::PerMinute => 0,
    }
}

/// How many findings there are, by level.
fn totals(linted: &Linted<'_>) -> String {
    format!(
        "{}, {}, {}",
        plural(linted.count(Level::Deny), "finding at deny", "findings at deny"),
        plural(linted.count(Level::Warn), "warning", "warnings"),
        plural(linted.count(Level::Note), "note", "notes")
    )
}

/// The outcome in a sentence.
fn headline(linted: &Linted<'_>) -> String {
    format!("{} read without faults: {}", plural(linted.tables.len(), "table", "tables"), totals(linted))
}

/// For people.
#[must_use]
pub fn text(linted: &Linted<'_>, brief: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", headline(linted));
    if brief {
        return out;
    }
    let columns = [
        ("table", Align::Left),
        ("carrier", Align::Left),
        ("kind", Align::Left),
        ("currency", Align::Left),
        ("rows", Align::Right),
        ("first day", Align::Left),
        ("last day", Align::Left),
        ("source", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for read in linted.tables {
        let (first, last) = days(read);
        let day = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let mut rows = figure::count(read.rows.len() as f64);
        if seats(read) > 0 {
            rows = format!("{rows} + {}", plural(seats(read), "seat", "seats"));
        }
        let source = read.source.clone().unwrap_or_else(|| "-".to_owned());
        let (carrier, currency) = match read.is_bare() {
            true => ("-".to_owned(), "-".to_owned()),
            false => (read.carrier.clone(), read.currency.code().to_owned()),
        };
        let kind = kind(read).to_owned();
        table.row([read.path.clone(), carrier, kind, currency, rows, day(first), day(last), source]);
    }
    out.push('\n');
    out.push_str(&table.render());
    for table in linted.tables {
        if let Some(read) = &table.deck {
            out.push('\n');
            out.push_str(&deck::text(read, linted.sources, table.is_bare()));
        }
    }
    for finding in linted.findings.iter().take(MOST) {
        let shown = Diagnostic {
            code: finding.rule.code,
            name: finding.rule.name,
            level: finding.rule.level,
            message: format!("{}: {}", finding.rule.name, finding.found.message),
            labels: finding.found.labels.clone(),
            help: Some(finding.found.help.clone()),
        };
        out.push('\n');
        out.push_str(&diagnostics::render(&shown, linted.sources, true));
    }
    let rest = linted.findings.len().saturating_sub(MOST);
    if rest > 0 {
        let _ = writeln!(out, "\n… and {rest} more: --output json has all");
    }
    out.push('\n');
    for table in linted.sourceless() {
        let _ = writeln!(out, "note: {}", crate::render::escape::terminal(&no_source(table)));
    }
    if linted.as_of.is_none() {
        let _ = writeln!(out, "{NO_DAY}");
    }
    let _ = writeln!(out, "{} · exit 0: findings are shown, and only `check` judges", totals(linted));
    out
}

/// The same as long as rule and subject are.
fn fingerprint(finding: &Finding) -> String {
    let about: Vec<String> = finding.found.subject.iter().map(|(kind, name)| format!("{kind}={name}")).collect();
    let digest = sha256(format!("{}\n{}", finding.rule.code, about.join("\n")).as_bytes());
    digest.chars().take(32).collect()
}

fn finding_value(finding: &Finding, sources: &Sources) -> Value {
    let (rule, found) = (finding.rule, &finding.found);
    let subject: Map<String, Value> =
        found.subject.iter().map(|(kind, name)| ((*kind).to_owned(), json!(name))).collect();
    json!({
        "code": rule.code,
        "name": rule.name,
        "level": rule.level.name(),
        "message": found.message,
        "brief": found.brief,
        "subject": subject,
        "where": places(&found.labels, sources),
        "help": found.help,
        "fingerprint": fingerprint(finding),
        "waived_by": null,
    })
}

fn table_value(table: &RateTable, sources: &Sources) -> Value {
    let stated = |text: &str| (!table.is_bare()).then(|| text.to_owned());
    let (first, last) = days(table);
    json!({
        "path": table.path,
        "carrier": stated(&table.carrier),
        "currency": stated(table.currency.code()),
        "deck": table.deck.as_ref().map(|deck| deck::value(deck, sources, table.is_bare())),
        "kind": kind(table),
        "rows": table.rows.len(),
        "seats": seats(table),
        "first_day": first.map(|day| day.to_string()),
        "last_day": last.map(|day| day.to_string()),
        "source": table.source,
        "channels": limit_value(table.limits.channels, Value::from),
        "cps": limit_value(table.limits.cps, figure::json),
        "limits": limits(&table.limits, table.currency),
    })
}

/// The same in the envelope.
#[must_use]
pub fn document(linted: &Linted<'_>) -> String {
    let (list, digest) = inputs(linted.inputs);
    let not_judged = |rule: &NotJudged| {
        let rule = rule.rule;
        json!({ "code": rule.code, "name": rule.name, "level": BLIND.name(), "reason": REASON })
    };
    documents::document(&json!({
        "schema": SCHEMA,
        "tool": VERSION,
        "command": "rates lint",
        "status": "pass",
        "exit": 0,
        "complete": linted.not_judged.is_empty(),
        "as_of": linted.as_of.map(|day| day.to_string()),
        "inputs": list,
        "inputs_digest": digest,
        "tables": linted.tables.iter().map(|table| table_value(table, linted.sources)).collect::<Vec<_>>(),
        "findings": linted.findings.iter().map(|f| finding_value(f, linted.sources)).collect::<Vec<_>>(),
        "notes": linted.sourceless().map(no_source).collect::<Vec<_>>(),
        "not_judged": linted.not_judged.iter().map(not_judged).collect::<Vec<_>>(),
        "summary": {
            "deny": linted.count(Level::Deny),
            "warn": linted.count(Level::Warn),
            "note": linted.count(Level::Note),
            "waived": 0,
            "not_judged": linted.not_judged.len(),
        },
    }))
}
