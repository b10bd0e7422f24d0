//! Alternatives side by side: the screen and the JSON of `compare`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::escape::{shorten, terminal};
use super::table::{Align, Table};
use crate::assessment::brief::Ends;
use crate::compare::{Alternative, Conclusion, Drawn, Figures, YearFigures};
use crate::policy::Verdict;
use crate::words::figure::{count, fixed, json as number, money_pair, percent, significant};
use crate::words::level::Level;
use crate::words::money::Money;

/// One alternative with what was found about it.
pub struct Compared<'a> {
    /// What it is.
    pub alternative: &'a Alternative,
    /// Its figures.
    pub figures: &'a Figures,
    /// The verdict on it.
    pub verdict: &'a Verdict,
    /// Outage hours a year at which its standing cost pays.
    pub break_even: Option<f64>,
}

/// Cells that stand where there is no number.
const NONE: &str = "n/a";

fn money(amount: &Money, incomplete: bool) -> String {
    format!("{}{}", if incomplete { "≥ " } else { "" }, amount.rounded_amount())
}

impl Compared<'_> {
    fn year(&self) -> Option<&YearFigures> {
        self.figures.year.as_ref().ok()
    }

    fn of_year(&self, cell: impl Fn(&YearFigures) -> Option<String>) -> String {
        self.year().and_then(cell).unwrap_or_else(|| NONE.to_owned())
    }

    fn name(&self) -> String {
        let name = shorten(&self.alternative.name, 60);
        if self.alternative.planned { format!("{name} *") } else { name.into_owned() }
    }

    /// Denied findings, by rule.
    fn denied(&self) -> Vec<&'static str> {
        let denied = self.verdict.findings.iter().filter(|f| f.level == Level::Deny && f.waived_by.is_none());
        let mut names: Vec<&'static str> = denied.map(|finding| finding.name).collect();
        names.dedup();
        names
    }

    fn absorbed(&self, share: Option<f64>) -> String {
        let least = if self.figures.limits_stated { "" } else { "≤ " };
        share.map_or_else(|| NONE.to_owned(), |share| format!("{least}{}", percent(share)))
    }

    fn break_even_cell(&self) -> String {
        if self.alternative.alone || self.year().is_none_or(|year| year.total_mean.is_none()) {
            return "-".to_owned();
        }
        self.break_even.map_or_else(|| "never".to_owned(), |hours| format!("{} h", significant(hours, 3)))
    }
}

/// The rows of what each alternative protects: heading and cells.
#[must_use]
pub fn protects(all: &[Compared<'_>]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut heading: Vec<String> =
        ["alternative", "absorbed", "protected h", "unprotected h", "idle seat h"].map(str::to_owned).to_vec();
    let causes = all.first().map(|first| first.alternative.plan.causes.as_slice()).unwrap_or_default();
    heading.extend(causes.iter().map(|cause| format!("under `{}`", shorten(&cause.name, 24))));
    heading.push("denied".to_owned());
    let rows = all.iter().map(|one| {
        let mut row = vec![
            one.name(),
            one.absorbed(one.figures.absorbed),
            one.of_year(|year| Some(fixed(year.protected_hours, 2))),
            one.of_year(|year| Some(fixed(year.unprotected_hours, 2))),
            one.of_year(|year| Some(fixed(year.idle_seat_hours, 1))),
        ];
        row.extend(causes.iter().map(|cause| {
            // Plans of other files have their causes in an order of their own.
            let place = one.alternative.plan.causes.iter().position(|own| own.name == cause.name);
            one.absorbed(place.and_then(|place| one.figures.by_cause.get(place)).copied())
        }));
        row.push(one.verdict.summary().deny.to_string());
        row
    });
    (heading, rows.collect())
}

/// The rows of what each alternative costs in a year: heading and cells.
#[must_use]
pub fn costs(all: &[Compared<'_>]) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let heading = vec![
        "alternative",
        "spend, mean",
        "spend, P95",
        "standing",
        "idle",
        "total, mean",
        "total, P95",
        "a protected h",
        "pays from",
    ];
    let rows = all.iter().map(|one| {
        let optional = |of: fn(&YearFigures) -> Option<Money>| {
            one.of_year(|year| of(year).map(|amount| money(&amount, year.incomplete)))
        };
        vec![
            one.name(),
            one.of_year(|year| Some(money(&year.mean, year.incomplete))),
            one.of_year(|year| Some(money(&year.p95, year.incomplete))),
            one.figures.standing.rounded_amount(),
            optional(|year| year.idle),
            optional(|year| year.total_mean),
            optional(|year| year.total_p95),
            optional(|year| year.per_protected_hour),
            one.break_even_cell(),
        ]
    });
    (heading, rows.collect())
}

/// Which is cheapest at the mean, which at P95, and whether the secondary costs more than the silence it prevents.
#[must_use]
pub fn sentence(all: &[Compared<'_>], conclusion: Option<&Conclusion>) -> String {
    let Some(conclusion) = conclusion else {
        let why = all.iter().find_map(|one| one.figures.year.as_ref().err().map(String::as_str));
        let why = why.unwrap_or("a campaign gives no `idle_cost_per_seat_hour`, so silence has no price");
        return format!("Which alternative is cheapest cannot be told: {why}.");
    };
    let total = |index: usize, of: fn(&YearFigures) -> Option<Money>| {
        let one = all.get(index);
        let name = one.map_or("", |one| one.alternative.name.as_str());
        let total = one.and_then(|one| one.year()).and_then(|year| Some((of(year)?, year.incomplete)));
        let total =
            total.map_or_else(|| NONE.to_owned(), |(sum, least)| format!("{}{sum}", if least { "≥ " } else { "" }));
        format!("`{name}` ({total} a year)")
    };
    let open = |others: &[usize]| {
        let names: Vec<String> =
            others.iter().filter_map(|i| all.get(*i)).map(|one| format!("`{}`", one.alternative.name)).collect();
        if names.is_empty() {
            return String::new();
        }
        format!(", which the years drawn do not tell apart from {}", names.join(", "))
    };
    let mean = total(conclusion.cheapest_mean, |year| year.total_mean) + &open(&conclusion.open_mean);
    let bad = conclusion.cheapest_p95.map(|index| total(index, |year| year.total_p95) + &open(&conclusion.open_p95));
    let mut text = format!("Cheapest at the mean is {mean}, at P95 {}", bad.as_deref().unwrap_or("nobody can tell"));
    if let Some(prevented) = &conclusion.planned {
        let (word, than) = if prevented.dearer() { ("more", "than") } else { ("no more", "than") };
        let _ = write!(
            text,
            "; the secondary as planned costs {word} {than} the silence it prevents: {} against {} a year",
            prevented.cost, prevented.silence
        );
    }
    text.push('.');
    text
}

/// The screen of `compare`, below its header.
#[must_use]
pub fn text(all: &[Compared<'_>], conclusion: Option<&Conclusion>, currency: &str, brief: bool) -> String {
    let mut out = format!("\n{}\n", terminal(&sentence(all, conclusion)));
    if brief {
        return out;
    }
    let table = |heading: &[&str], rows: &[Vec<String>], caption: &str| {
        let columns: Vec<(&str, Align)> = heading
            .iter()
            .enumerate()
            .map(|(i, name)| (*name, if i == 0 { Align::Left } else { Align::Right }))
            .collect();
        let mut table = Table::new(&columns).caption(caption);
        for row in rows {
            table.row(row);
        }
        table.render()
    };
    let (heading, rows) = costs(all);
    let caption = format!("what a year costs [{currency}]; total = spend + standing + idle; * as planned");
    let _ = write!(out, "\n{}", table(&heading, &rows, &caption));
    let (heading, rows) = protects(all);
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    let caption = "what is carried: share of the attempts at the busiest time, and hours of a year";
    let _ = write!(out, "\n{}", table(&heading, &rows, caption));
    out.push('\n');
    for one in all {
        let name = terminal(&one.alternative.name);
        if !one.denied().is_empty() {
            let _ = writeln!(out, "`{name}`: {} denied", one.denied().join(", "));
        }
        if !one.alternative.differs.is_empty() {
            let what = one.alternative.differs.join(", ");
            let _ = writeln!(out, "`{name}` differs in more than its trunks: {}", terminal(&what));
        }
    }
    let _ = write!(
        out,
        "{} `pays from`: outage hours a year\nat which the standing cost is less than what the trunks save against having none.\n",
        terminal(&law(all))
    );
    out
}

/// By which law the outages strike.
#[must_use]
pub fn law(all: &[Compared<'_>]) -> String {
    let drawn: Vec<(&Compared<'_>, &Drawn)> =
        all.iter().filter_map(|one| Some((one, one.year()?.drawn.as_ref()?))).collect();
    let Some((_, first)) = drawn.first() else {
        return "Exact law of the year, the same outages for all: no difference is due to chance.".to_owned();
    };
    let name = |one: &Compared<'_>| format!("`{}`", one.alternative.name);
    let who: Vec<String> =
        drawn.iter().map(|(one, drawn)| format!("{} ({})", name(one), drawn.why.join("; "))).collect();
    let between = |ends: &Ends| match ends {
        [Some(low), Some(high)] => {
            let (low, high) = money_pair(low, high);
            let low = low.rsplit_once(' ').map_or(low.as_str(), |(amount, _)| amount);
            format!("{low} to {high}")
        }
        _ => "not known".to_owned(),
    };
    let sure = drawn.iter().map(|(one, drawn)| {
        let priced = one.year().is_some_and(|year| year.total_mean.is_some());
        let (what, mean, p95) =
            if priced { ("total", &drawn.total_mean, &drawn.total_p95) } else { ("spend", &drawn.mean, &drawn.p95) };
        format!("{} {what}, mean {}, P95 {}", name(one), between(mean), between(p95))
    });
    let rest = if drawn.len() == all.len() { "" } else { " The others are of the exact law." };
    format!(
        "Because outages are tied together, these years are drawn: {}. {} years with seed {}, the same outages for each; 95 % intervals: {}.{rest}",
        who.join(", "),
        count(first.years as f64),
        first.seed,
        sure.collect::<Vec<_>>().join("; ")
    )
}

fn amount(amount: &Money) -> Value {
    json!(amount.amount().to_string())
}

fn optional(value: Option<Money>) -> Value {
    value.as_ref().map_or(Value::Null, amount)
}

/// The JSON of the alternatives, in order.
#[must_use]
pub fn alternatives(all: &[Compared<'_>]) -> Value {
    all.iter().map(alternative).collect()
}

fn alternative(one: &Compared<'_>) -> Value {
    let (alternative, figures) = (one.alternative, one.figures);
    let plan = &alternative.plan;
    let mut map = Map::new();
    map.insert("name".into(), json!(alternative.name));
    map.insert("planned".into(), json!(alternative.planned));
    map.insert("trunks".into(), plan.trunks.iter().map(|trunk| json!(trunk.name)).collect());
    map.insert("differs".into(), json!(alternative.differs));
    map.insert("absorbed".into(), figures.absorbed.map_or(Value::Null, number));
    map.insert("limits_stated".into(), json!(figures.limits_stated));
    let by_cause = plan
        .causes
        .iter()
        .zip(&figures.by_cause)
        .map(|(cause, share)| json!({ "cause": cause.name, "absorbed": number(*share) }));
    map.insert("absorbed_by_cause".into(), by_cause.collect());
    map.insert("standing_cost".into(), amount(&figures.standing));
    map.insert("break_even_outage_hours".into(), one.break_even.map_or(Value::Null, number));
    let year = one.year();
    let hours = |of: fn(&YearFigures) -> f64| year.map_or(Value::Null, |year| number(of(year)));
    let paid = |of: fn(&YearFigures) -> Option<Money>| optional(year.and_then(of));
    map.insert("outage_hours".into(), hours(|year| year.outage_hours));
    map.insert("protected_hours".into(), hours(|year| year.protected_hours));
    map.insert("unprotected_hours".into(), hours(|year| year.unprotected_hours));
    map.insert("idle_seat_hours".into(), hours(|year| year.idle_seat_hours));
    map.insert("mean".into(), paid(|year| Some(year.mean)));
    map.insert("p95".into(), paid(|year| Some(year.p95)));
    map.insert("prob_over_year_budget".into(), year.and_then(|y| y.over_year).map_or(Value::Null, number));
    map.insert("idle_cost".into(), paid(|year| year.idle));
    map.insert("total_mean".into(), paid(|year| year.total_mean));
    map.insert("total_p95".into(), paid(|year| year.total_p95));
    map.insert("cost_per_protected_hour".into(), paid(|year| year.per_protected_hour));
    map.insert("drawn".into(), year.and_then(|year| year.drawn.as_ref()).map_or(Value::Null, drawn));
    map.insert("complete".into(), json!(year.is_some_and(|year| !year.incomplete)));
    map.insert("why".into(), figures.year.as_ref().err().map_or(Value::Null, |why| json!(why)));
    let findings = one.verdict.findings.iter().map(|finding| {
        json!({
            "code": finding.code,
            "name": finding.name,
            "level": finding.level.name(),
            "subject": finding.subject(),
            "brief": finding.found.brief,
            "waived": finding.waived_by.is_some(),
        })
    });
    map.insert("findings".into(), findings.collect());
    let summary = one.verdict.summary();
    map.insert(
        "summary".into(),
        json!({
            "deny": summary.deny,
            "warn": summary.warn,
            "note": summary.note,
            "waived": summary.waived,
            "not_judged": summary.not_judged,
        }),
    );
    Value::Object(map)
}

fn drawn(drawn: &Drawn) -> Value {
    let ends = |ends: &Ends| json!(ends.map(optional));
    json!({
        "years": drawn.years,
        "seed": drawn.seed,
        "why": drawn.why.join("; "),
        "intervals": {
            "mean": ends(&drawn.mean),
            "p95": ends(&drawn.p95),
            "total_mean": ends(&drawn.total_mean),
            "total_p95": ends(&drawn.total_p95),
        },
    })
}

/// The JSON of the conclusion.
#[must_use]
pub fn conclusion(all: &[Compared<'_>], conclusion: Option<&Conclusion>) -> Value {
    let name = |index: usize| all.get(index).map_or(Value::Null, |one| json!(one.alternative.name));
    let names = |all: &[usize]| -> Vec<Value> { all.iter().map(|index| name(*index)).collect() };
    let prevented = conclusion.and_then(|conclusion| conclusion.planned.as_ref());
    json!({
        "sentence": sentence(all, conclusion),
        "cheapest_mean": conclusion.map_or(Value::Null, |c| name(c.cheapest_mean)),
        "cheapest_p95": conclusion.map_or(Value::Null, |c| c.cheapest_p95.map_or(Value::Null, name)),
        "open_mean": names(conclusion.map_or(&[], |c| c.open_mean.as_slice())),
        "open_p95": names(conclusion.map_or(&[], |c| c.open_p95.as_slice())),
        "secondary_cost": prevented.map_or(Value::Null, |p| amount(&p.cost)),
        "silence_prevented": prevented.map_or(Value::Null, |p| amount(&p.silence)),
        "secondary_dearer_than_silence": prevented.map_or(Value::Null, |p| json!(p.dearer())),
    })
}
