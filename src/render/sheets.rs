//! The figures of a run over a plan as tables, for CSV and Markdown. Keys are those of JSON.

use super::diff::drawn_sheet;
use super::escape::shorten;
use super::report::{Cell, Column, Sheet};
use super::run::state;
use super::text::diff as shown;
use crate::assessment::Assessment;
use crate::assessment::capacity::{SequenceCapacity, TrunkCapacity};
use crate::assessment::year::{QUANTILES, Year};
use crate::diff::Comparison;
use crate::model::rates::Limit;
use crate::outage::scenario::Scenario;
use crate::rating::border::expected_money;
use crate::words::diagnostic::Sources;
use crate::words::figure::significant;
use crate::words::money::Money;

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn cause(assessment: &Assessment<'_>, index: usize) -> String {
    assessment.plan().causes.get(index).map_or_else(String::new, |cause| cause.name.clone())
}

/// Spend by cause and outage length, for a comment only: one row for each cause.
#[must_use]
pub fn spend<'a>(assessment: &'a Assessment<'a>) -> Sheet<'a> {
    let plan = assessment.plan();
    let mut columns = vec![Column::new("", "cause")];
    let length = |s: &f64| super::text::length(*s);
    columns.extend(plan.scenario.durations.iter().map(|s| Column::new("", length(s))));
    Sheet {
        record: "",
        title: format!("Spend by outage length [{}]", plan.currency),
        columns,
        len: plan.causes.len(),
        row: Box::new(move |index| {
            let scenarios = assessment.scenarios.iter().filter(|s| s.cause == index);
            let mut row = vec![text(cause(assessment, index))];
            row.extend(scenarios.map(|s| Cell::Money(s.spend, s.incomplete)));
            Ok(row)
        }),
    }
}

/// What a change does to the figures; each change with what it adds, the largest first; and how sure drawn figures are.
#[must_use]
pub fn change<'a>(comparison: &'a Comparison, sources: &'a Sources) -> Vec<Sheet<'a>> {
    let code = comparison.currency;
    // Programs get every digit; for people unequal amounts never look the same.
    let columns = [
        ("figure", "figure".to_owned()),
        ("old", String::new()),
        ("new", String::new()),
        ("difference", String::new()),
        ("", format!("old {code}")),
        ("", format!("new {code}")),
        ("", format!("change {code}")),
    ];
    let figures = Sheet {
        record: "difference",
        title: "What the change does to the money".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: comparison.figures.len(),
        row: Box::new(move |index| {
            let Some(figure) = comparison.figures.get(index) else { return Ok(Vec::new()) };
            let (old, new) = shown::pair(figure);
            let difference = figure.difference();
            let moved = shown::moved(figure, comparison).unwrap_or_default();
            Ok(vec![
                text(shown::name(figure)),
                Cell::amount(figure.old),
                Cell::amount(figure.new),
                Cell::amount(difference),
                text(old),
                text(new),
                text(moved),
            ])
        }),
    };
    let columns = [
        ("part", "part".to_owned()),
        ("what", "what".to_owned()),
        ("values", "old → new".to_owned()),
        ("effect", String::new()),
        ("", format!("adds {code}")),
        ("where", "where".to_owned()),
    ];
    let changes = Sheet {
        record: "change",
        title: "Changes, by what they add".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: comparison.changes.len(),
        row: Box::new(move |index| {
            let Some(change) = comparison.changes.get(index) else { return Ok(Vec::new()) };
            let effect = comparison.effect(change).map(|(effect, _)| effect);
            let values: Vec<String> = change.values.iter().map(shown::value).collect();
            Ok(vec![
                text(change.part.name()),
                text(change.what.clone()),
                text(values.join("; ")),
                Cell::amount(effect.map(|effect| Money::new(effect, code))),
                text(effect.map_or_else(String::new, |effect| shown::signed(effect, comparison))),
                text(shown::place(change, sources)),
            ])
        }),
    };
    [figures, changes].into_iter().chain(drawn_sheet(comparison)).collect()
}

/// Every scenario, a row each.
#[must_use]
pub fn scenarios<'a>(assessment: &'a Assessment<'a>) -> Sheet<'a> {
    let plan = assessment.plan();
    let code = plan.currency;
    let columns = [
        ("cause", "cause".to_owned()),
        ("duration_s", "outage".to_owned()),
        ("start", "start".to_owned()),
        ("attempts", "attempts".to_owned()),
        ("carried", "carried".to_owned()),
        ("lost", "lost".to_owned()),
        ("lost_at_worst", String::new()),
        ("answered_calls", String::new()),
        ("talk_minutes", String::new()),
        ("billed_minutes", "billed min".to_owned()),
        ("currency", String::new()),
        ("spend", format!("spend {code}")),
        ("complete", String::new()),
        ("burn_per_hour", String::new()),
        ("idle_seat_hours", String::new()),
        ("idle_cost", format!("idle {code}")),
        ("net_benefit", format!("net {code}")),
        ("budget_reached_s", "budget gone after".to_owned()),
    ];
    Sheet {
        record: "scenario",
        title: "Outages, by cause and length".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: assessment.scenarios.len(),
        row: Box::new(move |index| {
            let Some(s) = assessment.scenarios.get(index) else { return Ok(Vec::new()) };
            let burn = expected_money(s.burn_per_hour(&assessment.engine)?, code)?;
            Ok(vec![
                text(cause(assessment, s.cause)),
                Cell::Seconds(s.length),
                text(s.start.rfc3339(plan.timezone)),
                Cell::Number(s.outage.attempts),
                Cell::Number(s.outage.carried),
                Cell::Number(s.outage.lost()),
                Cell::Number(s.lost_at_worst),
                Cell::Number(sum(s, |bill| bill.answered)),
                Cell::Number(sum(s, |bill| bill.talk) / 60.0),
                Cell::Number(sum(s, |bill| bill.billed) / 60.0),
                text(code.code()),
                Cell::Money(s.spend, s.incomplete),
                Cell::Flag(!s.incomplete),
                Cell::Money(burn, s.incomplete),
                Cell::Number((s.outage.idle_seats + s.failback.idle_seats) / 3600.0),
                Cell::amount(s.idle_cost),
                Cell::amount(s.net_benefit),
                Cell::maybe(s.budget_reached, Cell::Seconds),
            ])
        }),
    }
}

fn sum(scenario: &Scenario, of: impl Fn(&crate::outage::scenario::TrunkBill) -> f64) -> f64 {
    scenario.trunks.iter().map(of).sum()
}

/// The year: its quantiles, and how likely amounts are to be passed; or why there is none.
#[must_use]
pub fn year<'a>(assessment: &'a Assessment<'a>) -> Vec<Sheet<'a>> {
    let code = assessment.plan().currency;
    let columns = vec![
        Column::new("figure", "figure"),
        Column::new("probability", ""),
        Column::new("currency", ""),
        Column::new("spend", format!("spend {code}")),
        Column::new("tail_mean", format!("mean beyond {code}")),
        Column::new("complete", ""),
        Column::new("value", "value"),
    ];
    let title = "Failovers of a year".to_owned();
    let year = match &assessment.year {
        Ok(year) => year,
        Err(reason) => {
            let row = move |_| Ok(vec![text(format!("not reckoned: {reason}"))]);
            return vec![Sheet { record: "year", title, columns, len: 1, row: Box::new(row) }];
        }
    };
    let rows = figures(year, code.code());
    let curve = Sheet {
        record: "exceedance",
        title: String::new(),
        columns: vec![
            Column::new("currency", ""),
            Column::new("spend", ""),
            Column::new("probability", ""),
            Column::new("complete", ""),
        ],
        len: year.curve.len(),
        row: Box::new(move |index| {
            let Some((spend, p)) = year.curve.get(index) else { return Ok(Vec::new()) };
            let spend = Cell::Money(*spend, year.incomplete);
            Ok(vec![text(code.code()), spend, Cell::Share(*p), Cell::Flag(!year.incomplete)])
        }),
    };
    let row = move |index: usize| Ok(rows.get(index).cloned().unwrap_or_default());
    vec![Sheet { record: "year", title, columns, len: ROWS, row: Box::new(row) }, curve]
}

/// Rows of [`figures`].
const ROWS: usize = QUANTILES.len() + 13;

fn figures(year: &Year, currency: &str) -> Vec<Vec<Cell>> {
    let least = year.incomplete;
    let money = |name: &str, p: Option<f64>, spend: Option<Money>, tail: Option<Money>| {
        let of = |amount: Option<Money>| amount.map_or_else(|| text(""), |amount| Cell::Money(amount, least));
        let p = Cell::maybe(p, Cell::Share);
        vec![text(name), p, text(currency), of(spend), of(tail), Cell::Flag(!least), text("")]
    };
    let value = |name: &str, value: Cell| {
        vec![text(name), Cell::None, Cell::None, text(""), text(""), Cell::Flag(!least), value]
    };
    let mut rows = vec![money("mean", None, Some(year.mean), None), money("sd", None, year.sd, None)];
    for q in &year.quantiles {
        let name = format!("P{}", significant(q.p * 100.0, 4).trim_end_matches('0').trim_end_matches('.'));
        rows.push(money(&name, Some(q.p), Some(q.amount), Some(q.tail_mean)));
    }
    let at = &year.at_confidence;
    rows.push(money("at confidence", Some(at.p), Some(at.amount), Some(at.tail_mean)));
    rows.push(money("month, mean", None, Some(year.month_mean), None));
    let at = &year.month_at_confidence;
    rows.push(money("month, at confidence", Some(at.p), Some(at.amount), Some(at.tail_mean)));
    rows.push(money("standing cost", None, Some(year.standing), None));
    let share = |p: Option<f64>| Cell::maybe(p, Cell::Share);
    rows.push(value("outages over the incident's budget", share(year.over_incident)));
    rows.push(value("months over their budget", share(year.over_month)));
    rows.push(value("years over their budget", share(year.over_year)));
    rows.push(value("expected outages", Cell::Number(year.outages)));
    rows.push(value("outage hours", Cell::Number(year.outage_hours)));
    rows.push(value("protected hours", Cell::Number(year.protected_hours)));
    rows.push(value("unprotected hours", Cell::Number(year.unprotected_hours)));
    rows
}

fn limit<T>(limit: Limit<T>, cell: impl Fn(T) -> Cell) -> Cell {
    match limit {
        Limit::At(at) => cell(at),
        Limit::Unlimited => text("unlimited"),
        Limit::Unstated => Cell::None,
    }
}

fn trunk(sequence: &str, t: &TrunkCapacity, assessment: &Assessment<'_>) -> Vec<Cell> {
    let name = assessment.plan().trunks.get(t.trunk).map_or("", |trunk| trunk.name.as_str());
    vec![
        text(sequence),
        text(name),
        Cell::Number(t.trunk as f64),
        text(state(&t.state)),
        limit(t.channels, |n| Cell::Number(n as f64)),
        limit(t.cps, Cell::Number),
        Cell::Number(t.offered_rate),
        Cell::Number(t.offered),
        Cell::Share(t.blocking_cps),
        Cell::Share(t.blocking_channels),
        Cell::Share(t.blocking),
        Cell::Number(t.carried),
        Cell::maybe(t.channels_needed.map(|n| n as f64), Cell::Number),
        Cell::maybe(t.cps_needed.map(|n| n as f64), Cell::Number),
        Cell::Number(t.peakedness),
    ]
}

/// Capacity: the trunks in every state of the sequence, then every interval of the floor without the first trunk.
#[must_use]
pub fn capacity<'a>(assessment: &'a Assessment<'a>) -> Vec<Sheet<'a>> {
    let plan = assessment.plan();
    let known = &assessment.capacity;
    let mut sequences: Vec<(String, &SequenceCapacity)> = vec![("without the primary".to_owned(), &known.failover)];
    for of in &known.causes {
        sequences.push((format!("under {}", cause(assessment, of.cause)), &of.sequence));
    }
    sequences.push(("all in service".to_owned(), &known.normal));
    let rows: Vec<(String, &TrunkCapacity)> =
        sequences.iter().flat_map(|(name, sequence)| sequence.trunks.iter().map(move |t| (name.clone(), t))).collect();
    let columns = [
        ("sequence", "sequence"),
        ("name", "trunk"),
        ("position", ""),
        ("state", "state"),
        ("channels", "channels"),
        ("cps", "CPS"),
        ("attempts_per_second", "attempts/s"),
        ("offered_erlangs", "offered E"),
        ("blocking_cps", ""),
        ("blocking_channels", ""),
        ("blocking", "blocked"),
        ("carried_erlangs", "carried E"),
        ("channels_needed", "channels needed"),
        ("cps_needed", "CPS needed"),
        ("peakedness", ""),
    ];
    let trunks = Sheet {
        record: "trunk",
        title: "Trunks at the busiest time".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: rows.len(),
        row: Box::new(move |index| {
            let row = rows.get(index).map(|(sequence, t)| trunk(&shorten(sequence, 100), t, assessment));
            Ok(row.unwrap_or_default())
        }),
    };
    let columns = [
        ("at", "first at"),
        ("seats", "seats"),
        ("attempts_per_second", "attempts/s"),
        ("offered_erlangs", "offered E"),
        ("absorbed", "absorbed"),
        ("blocking", "blocked"),
    ];
    let intervals = Sheet {
        record: "interval",
        title: "Every interval, without the primary".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: known.intervals.len(),
        row: Box::new(move |index| {
            let Some(interval) = known.intervals.get(index) else { return Ok(Vec::new()) };
            Ok(vec![
                text(interval.floor.at.rfc3339(plan.timezone)),
                Cell::Number(interval.floor.seats as f64),
                Cell::Number(interval.rate),
                Cell::Number(interval.offered),
                Cell::Share(interval.absorbed),
                Cell::Share(interval.blocking),
            ])
        }),
    };
    vec![trunks, intervals]
}
