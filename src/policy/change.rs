//! Rules about a change: the plan set against its base. They are judged only where there is a base.

use super::governance::LOOSENED;
use super::rates::{CHANGED_INCREMENT, RATE_RISE, ROWS_LOST};
use super::rise::{Nearest, rise_over_limit};
use super::rule::{Found, Judgement, Rule, measure};
use crate::assessment::Assessment;
use crate::diff::rows::increments;
use crate::diff::tables::TableChange;
use crate::diff::{Comparison, Part};
use crate::model::place::Place;
use crate::model::plan::Plan;
use crate::model::policy::Waiver;
use crate::model::rates::{Price, RateTable};
use crate::model::rows::RowRef;
use crate::words::diagnostic::{Label, Span};

/// What a change is judged against.
pub struct Against<'a> {
    /// The plan of the base: policy and waivers are its.
    pub base: &'a Plan,
    /// The waivers that the changed plan itself has.
    pub waivers: &'a [Waiver],
    /// The two set against each other.
    pub comparison: &'a Comparison,
}

type Judge = fn(&Assessment<'_>, &Against<'_>) -> Judgement;

/// The rules that need a base.
static JUDGES: [(&Rule, Judge); 4] = [
    (&RATE_RISE, rise_over_limit),
    (&CHANGED_INCREMENT, increment_changed),
    (&ROWS_LOST, rows_lost),
    (&LOOSENED, loosened),
];

/// The function of a rule that needs a base.
pub(super) fn judge_of(rule: &Rule) -> Option<Judge> {
    JUDGES.iter().find(|(known, _)| known.code == rule.code).map(|(_, judge)| *judge)
}

/// Whether a rule is judged only where there is a base.
#[must_use]
pub fn needs_base(rule: &Rule) -> bool {
    judge_of(rule).is_some()
}

/// Places of keys: those of the plan where it says the same as its base, else those of the base.
fn placed(base: Option<&Place>, plan: Option<&Place>, changed: impl Fn(&str) -> bool) -> Option<Place> {
    let mut place = base?.clone();
    if let Some(plan) = plan {
        place.item = plan.item;
        for (key, span) in &mut place.keys {
            if let Some(own) = plan.keys.get(key).filter(|_| !changed(key)) {
                *span = *own;
            }
        }
    }
    Some(place)
}

/// Puts the policy, the budgets and the waivers of the base in the place of the plan's own: a change cannot loosen its
/// own gate. Gives back the plan's own waivers.
pub fn govern_by(base: &Plan, plan: &mut Plan, comparison: &Comparison) -> Vec<Waiver> {
    let changed = |block: &str, key: &str| {
        let key = format!("{block}.{key}");
        let values = comparison.changes.iter().filter(|change| change.part == Part::Policy).flat_map(|c| &c.values);
        values.into_iter().any(|value| value.key == key)
    };
    let mut budget = base.budget.clone();
    budget.place = placed(base.budget.place.as_ref(), plan.budget.place.as_ref(), |key| changed("budget", key));
    let mut policy = base.policy.clone();
    policy.place = placed(base.policy.place.as_ref(), plan.policy.place.as_ref(), |key| changed("policy", key));
    for (name, level, span) in &mut policy.rules {
        let own = plan.policy.rules.iter().find(|(known, own, _)| known == name && own == level);
        *span = own.map_or(*span, |(_, _, own)| *own);
    }
    let mut waivers = base.waivers.clone();
    for waiver in &mut waivers {
        // Tables are named by their paths, which may have changed.
        for (kind, name) in &mut waiver.subjects {
            let path = |tables: &[RateTable], index: usize| tables.get(index).map(|table| table.path.clone());
            let moved = comparison.tables.iter().find(|table| path(&base.tables, table.old).as_ref() == Some(name));
            if *kind == "table"
                && let Some(path) = moved.and_then(|table| path(&plan.tables, table.new))
            {
                *name = path;
            }
        }
        if let Some(own) = plan.waivers.iter().find(|own| same(own, waiver)) {
            let differs = |key: &str| match key {
                "until" => own.until != waiver.until,
                "ceiling" => own.ceiling != waiver.ceiling,
                _ => false,
            };
            if let Some(place) = placed(Some(&waiver.place), Some(&own.place), differs) {
                waiver.place = place;
            }
        }
    }
    plan.budget = budget;
    plan.policy = policy;
    std::mem::replace(&mut plan.waivers, waivers)
}

/// Whether two waivers are of one rule for one subject.
pub(super) fn same(one: &Waiver, other: &Waiver) -> bool {
    one.rule == other.rule && one.subjects == other.subjects
}

fn loosened(assessment: &Assessment<'_>, against: &Against<'_>) -> Judgement {
    let mut findings = Vec::new();
    for change in &against.comparison.changes {
        for value in change.values.iter().filter(|value| value.loosens) {
            let waiver = change.part == Part::Waivers;
            let what = match (waiver, value.key.as_str()) {
                (true, "") => format!("{} is new", change.what),
                (true, key) => format!("`{key}` of the {}", change.what),
                (false, "start") => "`scenario.start`".to_owned(),
                (false, key) => format!("`{key}`"),
            };
            let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
            let (old, new) = (shown(&value.old), shown(&value.new));
            let brief = format!("{}{old} → {new}", if waiver { String::new() } else { format!("{} ", value.key) });
            let place = value.new_at.unwrap_or(assessment.plan().place.item);
            let mut labels = vec![Label::new(place, "looser")];
            labels.extend(value.old_at.map(|span| Label::new(span, "what holds until it is merged")));
            let subject = if waiver {
                vec![("waiver", change.what.clone()), ("key", value.key.clone())]
            } else {
                vec![("key", value.key.clone())]
            };
            findings.push(Found {
                subject,
                brief,
                message: format!("the change loosens its own gate: {what}: {old} → {new}"),
                labels,
                help: "the gate is the base's; have the looser policy approved in a change of its own".to_owned(),
                measure: None,
            });
        }
    }
    Judgement::found(findings)
}

/// The tables of a change on both sides.
pub(super) fn tables<'a>(
    assessment: &'a Assessment<'_>,
    against: &'a Against<'_>,
) -> impl Iterator<Item = (&'a TableChange, &'a RateTable, &'a RateTable)> {
    let plan = assessment.plan();
    against
        .comparison
        .tables
        .iter()
        .filter_map(move |change| Some((change, against.base.tables.get(change.old)?, plan.tables.get(change.new)?)))
}

/// Rows of a change that are there on both sides.
fn kept<'a>(
    change: &'a TableChange,
    old: &'a RateTable,
    new: &'a RateTable,
) -> impl Iterator<Item = (bool, RowRef<'a>, RowRef<'a>)> {
    change.rows.iter().filter_map(|row| Some((row.in_use, old.rows.get(row.old?)?, new.rows.get(row.new?)?)))
}

pub(super) fn subject(change: &TableChange, table: &RateTable) -> Vec<(&'static str, String)> {
    vec![("table", table.path.clone()), ("trunk", change.trunk.clone())]
}

pub(super) fn two(new: Span, what: String, old: Span, was: &str) -> Vec<Label> {
    vec![Label::new(new, what), Label::new(old, was)]
}

fn increment_changed(assessment: &Assessment<'_>, against: &Against<'_>) -> Judgement {
    let mut findings = Vec::new();
    for (change, old, new) in tables(assessment, against) {
        // By the old and the new increment: the rows with traffic, how many there are, and the first of them.
        let mut groups: Vec<(String, Vec<String>, usize, RowRef<'_>, RowRef<'_>)> = Vec::new();
        for (in_use, before, after) in kept(change, old, new) {
            let (was, is) = (increments(before), increments(after));
            // A row that refuses calls bills nothing.
            if was == is || [before, after].iter().any(|row| row.price == Price::Blocked) {
                continue;
            }
            let said = format!("{was} → {is}");
            let at = groups.iter().position(|(known, ..)| *known == said).unwrap_or_else(|| {
                groups.push((said, Vec::new(), 0, before, after));
                groups.len() - 1
            });
            let Some((_, used, count, first, last)) = groups.get_mut(at) else { continue };
            *count += 1;
            if in_use {
                if used.is_empty() {
                    (*first, *last) = (before, after);
                }
                used.push(after.prefix.to_string());
            }
        }
        for (said, used, count, before, after) in groups {
            let mut subject = subject(change, new);
            subject.push(("increment", said.clone()));
            let rows = if count == 1 { format!("prefix {}", after.prefix) } else { format!("{count} rows") };
            let traffic = match used.as_slice() {
                [] if count == 1 => "without traffic".to_owned(),
                [] => "none of them with traffic".to_owned(),
                _ if count == 1 => "with traffic".to_owned(),
                used => format!("among them {}", shortened(used)),
            };
            // The line that says it: the row's own, or the table's default.
            let own = |table: &RateTable, row: RowRef<'_>| {
                let default = table.place.keys.get("billing.increment").copied();
                default.filter(|_| table.billing.increment == Some(row.increment)).unwrap_or(row.span)
            };
            findings.push(Found {
                subject,
                brief: said.clone(),
                message: format!("{} bills {rows} by another increment: {said}, {traffic}", new.path),
                labels: two(
                    own(new, after),
                    format!("now {}", increments(after)),
                    own(old, before),
                    "the old increment",
                ),
                help: "`trunkrisk diff` says what it adds; compare carriers by what the floor's calls cost".to_owned(),
                measure: None,
            });
        }
    }
    Judgement::found(findings)
}

/// Where a table's rows begin: at the header of its deck, where it has one.
fn head(table: &RateTable) -> Span {
    table.deck.as_ref().and_then(|deck| deck.header).unwrap_or(table.place.item)
}

/// The first names of a list, and how many there are more.
pub(super) fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn rows_lost(assessment: &Assessment<'_>, against: &Against<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for (change, old, new) in tables(assessment, against) {
        let gone = || change.rows.iter().filter(|row| row.new.is_none());
        let gone: Vec<(bool, RowRef<'_>)> =
            gone().filter_map(|row| Some((row.in_use, old.rows.get(row.old?)?))).collect();
        if gone.is_empty() {
            continue;
        }
        // A prefix that has another row, of another day, is not lost.
        let has_another = |row: RowRef<'_>| {
            new.rows.of(row.prefix).filter_map(|at| new.rows.get(at)).any(|other| other.origins == row.origins)
        };
        let lost = gone.into_iter().filter(|(_, row)| !has_another(*row));
        let near = Nearest::new(plan, old);
        let lost: Vec<(bool, RowRef<'_>)> = lost.map(|(in_use, row)| (in_use && near.prices(row), row)).collect();
        let Some((_, first)) = lost.iter().find(|(in_use, _)| *in_use).or(lost.first()) else { continue };
        let share = lost.len() as f64 / change.rows_before.max(1) as f64;
        // A destination that the old table priced, and nothing in the new one does.
        let unpriced: Vec<String> = plan
            .campaigns
            .iter()
            .flat_map(|campaign| &campaign.destinations)
            .filter(|d| lost.iter().any(|(_, row)| row.prefix.is_prefix_of(d.prefix)))
            .filter(|d| {
                (1..=d.prefix.digits()).filter_map(|n| d.prefix.first(n)).all(|prefix| new.rows.of(prefix).is_empty())
            })
            .map(|d| d.prefix.to_string())
            .collect();
        let used: Vec<String> =
            lost.iter().filter(|(in_use, _)| *in_use).map(|(_, row)| row.prefix.to_string()).collect();
        let what = if lost.len() == 1 {
            format!("the row of prefix {} is gone from {}", first.prefix, new.path)
        } else {
            format!("{} of {} rows are gone from {}", lost.len(), change.rows_before, new.path)
        };
        let traffic = match (used.as_slice(), unpriced.as_slice()) {
            ([], _) if lost.len() == 1 => "it priced no destination of the plan".to_owned(),
            ([], _) => "none of them priced a destination of the plan".to_owned(),
            (used, []) => {
                format!("{} priced destinations of the plan, which a shorter prefix prices now", shortened(used))
            }
            (_, unpriced) => format!("destination {} of the plan has no rate any more", shortened(unpriced)),
        };
        findings.push(Found {
            subject: subject(change, new),
            brief: if lost.len() == 1 { format!("prefix {}", first.prefix) } else { format!("{} rows", lost.len()) },
            message: format!("{what}: {traffic}"),
            labels: two(head(new), "not here".to_owned(), first.span, "the row that is gone"),
            help: "check that the carrier's list is whole; a waiver with a ceiling approves the loss".to_owned(),
            measure: measure(share * 100.0),
        });
    }
    Judgement::found(findings)
}
