//! What was found in tables, for every format that findings take.

use std::borrow::Cow;

use super::{BLIND, DATED, Finding, KNOWN, Linted, REASON, days, document, fingerprint, headline, kind, seats, text};
use crate::model::rates::RateTable;
use crate::policy::catalogue::rules;
use crate::policy::rule::Rule;
use crate::render::rates::currency;
use crate::render::report::{Case, Cell, Column, Item, Outcome, Report, Sheet, place};

/// Rules by which tables alone can be faulty, or be found wanting.
pub(in crate::render::rates) fn known(rule: &Rule) -> bool {
    rule.code.starts_with("IN") || KNOWN.contains(&rule.name)
}

impl<'a> Linted<'a> {
    /// What was found, for every format. Findings are listed, and nothing is judged.
    #[must_use]
    pub fn report(&'a self, command: &'a str, brief: bool) -> Report<'a> {
        let path = self.tables.first().map_or("", |table| table.path.as_str());
        let paths: Vec<&str> = self.tables.iter().map(|table| table.path.as_str()).collect();
        Report {
            command,
            status: "shown",
            exit: 0,
            judges: true,
            path,
            subject: Cow::Owned(paths.join(", ")),
            as_of: self.as_of,
            headline: headline(self),
            items: self.findings.iter().map(|finding| self.item(finding, path)).collect(),
            cases: rules().filter(|rule| known(rule)).map(|rule| self.case(rule)).collect(),
            sheets: vec![self.sheet()],
            text: Box::new(move || Ok(text(self, brief))),
            json: Box::new(|| Ok(document(self))),
        }
    }

    fn item(&'a self, finding: &'a Finding, path: &'a str) -> Item<'a> {
        let (rule, found) = (finding.rule, &finding.found);
        Item {
            code: rule.code,
            name: rule.name,
            level: rule.level,
            message: &found.message,
            help: &found.help,
            // The prefix where it is about one, else the table.
            subject: found.subject.last().map_or("", |(_, name)| name),
            places: found.labels.iter().map(|label| place(label, self.sources, path)).collect(),
            fingerprint: Cow::Owned(fingerprint(finding)),
            waiver: None,
            waiver_at: None,
        }
    }

    fn case(&self, rule: &'static Rule) -> Case<'a> {
        let blind = self.as_of.is_none() && DATED.contains(&rule.name);
        let outcome = if blind { Outcome::NotJudged(BLIND, REASON) } else { Outcome::Judged };
        Case { rule, outcome }
    }

    /// The tables in short.
    fn sheet(&'a self) -> Sheet<'a> {
        let columns = [
            ("path", "table"),
            ("carrier", "carrier"),
            ("kind", "kind"),
            ("currency", "currency"),
            ("rows", "rows"),
            ("seats", ""),
            ("first_day", "first day"),
            ("last_day", "last day"),
            ("source", "source"),
            ("format", "read as"),
        ];
        Sheet {
            record: "table",
            title: "Tables".to_owned(),
            columns: columns.iter().map(|(key, title)| Column::new(key, *title)).collect(),
            len: self.tables.len(),
            row: Box::new(|index| Ok(self.tables.get(index).map(cells).unwrap_or_default())),
        }
    }
}

fn cells(table: &RateTable) -> Vec<Cell> {
    let words = |text: Option<&str>| Cell::Text(text.unwrap_or_default().to_owned());
    let (first, last) = days(table);
    let day = |day: Option<chrono::NaiveDate>| words(day.map(|day| day.to_string()).as_deref());
    vec![
        words(Some(&table.path)),
        words(Some(table.carrier.as_str()).filter(|_| !table.is_bare())),
        words(Some(kind(table))),
        words(currency(table)),
        Cell::Number(table.rows.len() as f64),
        Cell::Number(seats(table) as f64),
        day(first),
        day(last),
        words(table.source.as_deref()),
        words(table.deck.as_ref().map(|deck| deck.layout)),
    ]
}
