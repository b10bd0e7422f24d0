//! What a new table changes: prefix by prefix, and for the traffic of a plan.

mod json;
mod sheets;

use std::fmt::Write as _;

use chrono::NaiveDate;

pub use self::json::document;
pub use self::sheets::sheets;
use super::{currency, increment_words, place, plural, price_words};
use crate::input::plan::InputRecord;
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
use crate::model::rows::RowRef;
use crate::rating::compare::{Change, Compared, Flow};
use crate::render::escape;
use crate::render::table::{Align, Table};
use crate::words::diagnostic::Sources;
use crate::words::figure;

/// Changes that are shown in text; the rest is counted.
const MOST: usize = 50;

/// Two tables and what is other.
#[derive(Debug)]
pub struct Compares<'a> {
    /// The old table.
    pub old: &'a RateTable,
    /// The new one.
    pub new: &'a RateTable,
    /// The days on which they are looked at; nothing where a table has no days.
    pub days: [Option<NaiveDate>; 2],
    /// The texts.
    pub sources: &'a Sources,
    /// The inputs.
    pub inputs: &'a [InputRecord],
    /// What is other, the largest difference first.
    pub changes: Vec<Compared<'a>>,
    /// Prefixes that either table names.
    pub named: usize,
    /// The plan and what its calls cost.
    pub traffic: Option<(&'a Plan, Vec<Flow<'a>>)>,
}

impl<'a> Compares<'a> {
    fn count(&self, change: Change) -> usize {
        self.changes.iter().filter(|compared| compared.changes.contains(&change)).count()
    }

    /// Whether the tables are in currencies of their own, between which there is no exchange rate.
    #[must_use]
    pub fn mixed(&self) -> bool {
        matches!((currency(self.old), currency(self.new)), (Some(old), Some(new)) if old != new)
    }

    /// The currency of amounts; nothing where the tables do not state it, or each its own.
    fn currency(&self) -> Option<&str> {
        if self.mixed() { None } else { currency(self.old).or(currency(self.new)) }
    }

    /// The two tables with their days, each as a screen names it.
    #[must_use]
    pub fn subject(&self) -> String {
        let side = |table: &RateTable, day: Option<NaiveDate>| {
            table.path.clone() + &day.map_or_else(String::new, |day| format!(" on {day}"))
        };
        format!("{} → {}", side(self.old, self.days[0]), side(self.new, self.days[1]))
    }

    /// How many prefixes are priced otherwise, and in which way.
    fn counts(&self) -> String {
        if self.changes.is_empty() {
            return format!("no change in {}", plural(self.named, "prefix", "prefixes"));
        }
        let counts: Vec<String> = Change::NAMES
            .iter()
            .map(|(change, name)| (self.count(*change), name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{} {name}", figure::count(count as f64)))
            .collect();
        format!(
            "{} of {} priced otherwise: {}",
            figure::count(self.changes.len() as f64),
            plural(self.named, "prefix", "prefixes"),
            counts.join(", ")
        )
    }

    /// What the comparison rests on and the tables do not state.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match (currency(self.old), currency(self.new)) {
            (Some(old), Some(new)) if old != new => notes.push(format!(
                "{} is in {old} and {} in {new}: without an exchange rate nobody can say what costs more",
                self.old.path, self.new.path
            )),
            (Some(stated), None) => notes.push(taken(self.new, stated)),
            (None, Some(stated)) => notes.push(taken(self.old, stated)),
            _ => {}
        }
        for table in [self.old, self.new] {
            if let Some((_, count)) = table.deck.as_ref().and_then(|deck| deck.unstated) {
                notes.push(format!(
                    "{} states no increment in {}: calls by them are compared as if billed by the second",
                    table.path,
                    plural(count, "row", "rows")
                ));
            }
        }
        notes
    }

    /// The counts and the notes, for formats that have one sentence for all of it.
    #[must_use]
    pub fn headline(&self) -> String {
        let mut said = vec![self.counts()];
        said.extend(self.notes());
        said.join("; ")
    }

    /// The row that a change is named after: the prefix's own, of the new table before the old one.
    fn named(compared: &Compared<'a>) -> Option<RowRef<'a>> {
        compared.new.filter(|row| row.prefix == compared.prefix).or(compared.old).or(compared.new)
    }

    fn destination(compared: &Compared<'a>) -> String {
        Self::named(compared).and_then(|row| row.destination.clone()).unwrap_or_default()
    }

    /// Price and increment on both sides.
    fn terms(&self, compared: &Compared<'_>) -> [String; 2] {
        [terms(compared.old, compared, self.days[0]), terms(compared.new, compared, self.days[1])]
    }

    /// How much more an average call costs; nothing where either has no price, or they are in two currencies.
    fn difference(&self, compared: &Compared<'_>) -> Option<f64> {
        compared.difference().filter(|_| !self.mixed())
    }

    /// The difference as a share of the old amount.
    fn relative(&self, old: Option<f64>, new: Option<f64>) -> String {
        match (old, new) {
            (Some(old), Some(new)) if old > 0.0 && !self.mixed() => {
                let text = figure::percent((new - old) / old);
                // A bound such as `< 0.01 %` has its own sign.
                if new > old && text.starts_with(|c: char| c.is_ascii_digit()) { format!("+{text}") } else { text }
            }
            _ => "-".to_owned(),
        }
    }

    /// The calls of the plan: what they cost by each table; nothing where a part has no price.
    fn totals(flows: &[Flow<'_>]) -> [(f64, bool); 2] {
        let total = |side: fn(&Flow<'_>) -> Option<f64>| {
            let known: f64 = flows.iter().filter_map(side).sum();
            (known, flows.iter().all(|flow| side(flow).is_some()))
        };
        [total(|flow| flow.old), total(|flow| flow.new)]
    }
}

fn taken(bare: &RateTable, stated: &str) -> String {
    format!("{} states no currency: its amounts are taken to be in {stated}", bare.path)
}

/// Costs to six places, as average calls cost fractions of a cent; to more where two that differ would look the same.
fn costs(old: Option<f64>, new: Option<f64>) -> [String; 2] {
    let shown = |value: Option<f64>, places: usize| {
        value.map_or_else(|| "no price".to_owned(), |value| format!("{value:.places$}"))
    };
    let same = |places: usize| old != new && shown(old, places) == shown(new, places);
    let places = (6..15).step_by(3).find(|places| !same(*places)).unwrap_or(15);
    [shown(old, places), shown(new, places)]
}

fn terms(row: Option<RowRef<'_>>, compared: &Compared<'_>, on: Option<NaiveDate>) -> String {
    let Some(row) = row else { return "no rate".to_owned() };
    let through = if row.prefix == compared.prefix { String::new() } else { format!(" (by {})", row.prefix) };
    let increment = match row.unbilled {
        true => "increment not stated".to_owned(),
        false => increment_words(row),
    };
    let later = row.effective_from.filter(|day| on.is_some_and(|on| *day > on));
    let begins = later.map_or_else(String::new, |day| format!(" from {day}"));
    format!("{}, {increment}{begins}{through}", price_words(&row.price))
}

fn words(compared: &Compared<'_>) -> String {
    compared.changes.iter().map(|change| change.name()).collect::<Vec<_>>().join(", ")
}

/// The prefix with the callers that its row is for.
fn prefix(compared: &Compared<'_>) -> String {
    if compared.origins.is_empty() {
        return compared.prefix.to_string();
    }
    let origins: Vec<String> = compared.origins.iter().map(ToString::to_string).collect();
    format!("{} from {}", compared.prefix, origins.join(" "))
}

/// For people.
#[must_use]
pub fn text(compares: &Compares<'_>, brief: bool) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}\n{}", escape::terminal(&compares.subject()), compares.counts());
    for note in compares.notes() {
        let _ = writeln!(out, "note: {}", escape::terminal(&note));
    }
    if brief {
        return out;
    }
    if !compares.changes.is_empty() {
        out.push('\n');
        out.push_str(&changes(compares));
    }
    if let Some((plan, flows)) = &compares.traffic {
        let _ = writeln!(out, "\nthe calls of {} in an hour of its full floor", escape::terminal(&plan.path));
        out.push_str(&traffic(compares, flows));
    }
    let currency = match compares.currency() {
        Some(currency) => format!(" in {currency}"),
        None if compares.mixed() => ", each in its table's currency".to_owned(),
        None => " in a currency that neither file states".to_owned(),
    };
    let _ = writeln!(out, "\namounts{currency}; a call is one of exponential talk time, 2 minutes on average");
    out
}

fn changes(compares: &Compares<'_>) -> String {
    let columns = [
        ("prefix", Align::Left),
        ("destination", Align::Left),
        ("change", Align::Left),
        ("old", Align::Left),
        ("new", Align::Left),
        ("call, old", Align::Right),
        ("call, new", Align::Right),
        ("", Align::Right),
        ("place", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for compared in compares.changes.iter().take(MOST) {
        let [old, new] = compares.terms(compared);
        let [old_cost, new_cost] = costs(compared.old_cost, compared.new_cost);
        table.row([
            prefix(compared),
            Compares::destination(compared),
            words(compared),
            old,
            new,
            old_cost,
            new_cost,
            compares.relative(compared.old_cost, compared.new_cost),
            Compares::named(compared).map_or_else(String::new, |row| place(compares.sources, row.span)),
        ]);
    }
    let mut out = table.render();
    let rest = compares.changes.len().saturating_sub(MOST);
    if rest > 0 {
        let _ = writeln!(out, "… and {} more: --output csv and json have all", figure::count(rest as f64));
    }
    out
}

fn traffic(compares: &Compares<'_>, flows: &[Flow<'_>]) -> String {
    let columns = [
        ("campaign", Align::Left),
        ("prefix", Align::Left),
        ("attempts", Align::Right),
        ("old", Align::Right),
        ("new", Align::Right),
        ("", Align::Right),
    ];
    let mut table = Table::new(&columns);
    let amount = |value: Option<f64>| value.map_or_else(|| "no price".to_owned(), |value| format!("{value:.4}"));
    for flow in flows {
        table.row([
            flow.campaign.name.clone(),
            flow.destination.prefix.to_string(),
            format!("{:.1}", flow.attempts),
            amount(flow.old),
            amount(flow.new),
            compares.relative(flow.old, flow.new),
        ]);
    }
    let [old, new] = Compares::totals(flows);
    let shown = |(sum, whole): (f64, bool)| format!("{}{sum:.4}", if whole { "" } else { "≥ " });
    let change = if old.1 && new.1 { compares.relative(Some(old.0), Some(new.0)) } else { "-".to_owned() };
    table.row(["all".to_owned(), String::new(), String::new(), shown(old), shown(new), change]);
    table.render()
}
