//! Family `RATE`: whether the tables price the floor, today and for the year ahead.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rule::{Found, Judgement, Rule, measure};
use crate::assessment::Assessment;
use crate::model::campaign::{self, Campaign};
use crate::model::plan::Plan;
use crate::model::policy::Unit;
use crate::model::rates::{Limit, Price, RateTable};
use crate::model::rows::RowRef;
use crate::model::trunk::Trunk;
use crate::outage::engine::Engine;
use crate::rating::compare::Typical;
use crate::rating::tariff::{Destination, Tariff};
use crate::words::diagnostic::Label;
use crate::words::e164::DialPrefix;
use crate::words::figure::{count, percent};
use crate::words::level::Level;

/// A rate that rose by too much in one change.
pub(super) static RATE_RISE: Rule = Rule {
    code: "RATE008",
    name: "rate-increase-over-limit",
    level: Level::Deny,
    measures: Some((Unit::Percent, "rise of a price or fee in one change")),
    what: "Against a base: a rate, the rate of a destination that another row prices now, a fee of a call or a seat has become dearer by more than `policy.rate_increase` in one change.",
    why: "A price list that is committed unread is a rise that nobody has agreed to.",
    fix: "Check the row against the carrier's list; approve the rise by a waiver with a ceiling.",
    judge: None,
};

/// A row that is billed by another increment.
pub(super) static CHANGED_INCREMENT: Rule = Rule {
    code: "RATE009",
    name: "increment-changed",
    level: Level::Warn,
    measures: None,
    what: "Against a base: rows of a table are billed by another increment.",
    why: "60/60 in place of 1/1 nearly doubles the minutes of a dialer at an unchanged price per minute.",
    fix: "See what it adds with `trunkrisk diff`; agree on the old increment, or on a lower price.",
    judge: None,
};

/// Rows that are gone.
pub(super) static ROWS_LOST: Rule = Rule {
    code: "RATE010",
    name: "rows-lost",
    level: Level::Warn,
    measures: Some((Unit::Percent, "rows that are gone, in percent of the old table's")),
    what: "Against a base: prefixes that a table priced have no row of their own any more.",
    why: "A list that lost rows is more often a broken export than a smaller market; its calls fall to dearer rows or to none.",
    fix: "Check that the list is whole; approve the loss by a waiver with a ceiling.",
    judge: None,
};

/// The page of a rule that is judged against a base.
const fn page(rule: &Rule) -> Rule {
    Rule {
        code: rule.code,
        name: rule.name,
        level: rule.level,
        measures: rule.measures,
        what: rule.what,
        why: rule.why,
        fix: rule.fix,
        judge: None,
    }
}

/// The rules. Codes 008 to 010 compare a table with its predecessor, where there is a base.
pub static RULES: &[Rule] = &[
    Rule {
        code: "RATE001",
        name: "rates-stale",
        level: Level::Warn,
        measures: Some((Unit::Days, "age of the prices in days")),
        what: "A table's prices have been in force for longer than `policy.stale_after_days`.",
        why: "Carriers change prices weekly; an old table is an old price, not a stable one.",
        fix: "Ask the carrier for its current list and renew `effective_from`.",
        judge: Some(stale),
    },
    Rule {
        code: "RATE002",
        name: "rates-expired",
        level: Level::Deny,
        measures: Some((Unit::Days, "days since the last valid day")),
        what: "A table's last day (`expires`), or that of a row in use, lies before `as_of`. Its last rates are carried on.",
        why: "Some carriers refuse every call on an expired deck, others charge what they like.",
        fix: "Renew the table.",
        judge: Some(expired),
    },
    Rule {
        code: "RATE003",
        name: "rates-not-yet-effective",
        level: Level::Deny,
        measures: None,
        what: "A destination of the plan has rates in a table, but none of them is in force on `as_of`.",
        why: "Until then its calls have no known price.",
        fix: "Name the table that is in force now, or move `as_of`.",
        judge: Some(not_yet),
    },
    Rule {
        code: "RATE004",
        name: "destination-without-rate",
        level: Level::Deny,
        measures: None,
        what: "A destination of the plan has no row in a trunk's table.",
        why: "Its calls have no known price, so no total that contains them is known: it prints with ≥.",
        fix: "Add the row, or take the destination out of the plan.",
        judge: Some(without_rate),
    },
    Rule {
        code: "RATE005",
        name: "coarse-destination",
        level: Level::Warn,
        measures: Some((Unit::Times, "dearest row below over the row that prices it")),
        what: "A destination of the plan is priced by one row, while longer prefixes below it cost materially more (`policy.coarse_ratio`).",
        why: "Part of its calls will be billed at the dearer rows; the estimate leaves that out.",
        fix: "Split the destination: give the dearer prefixes their own shares in the plan.",
        judge: Some(coarse),
    },
    Rule {
        code: "RATE006",
        name: "duplicate-prefix",
        level: Level::Deny,
        measures: None,
        what: "A table has two rows for the same prefix, origin and first day.",
        why: "Which of the two the carrier bills by is anyone's guess.",
        fix: "Drop one of the rows, or give the later one its own `effective_from`.",
        judge: Some(duplicate),
    },
    Rule {
        code: "RATE007",
        name: "rate-outlier",
        level: Level::Warn,
        measures: None,
        what: "A row costs less than a tenth of the shorter prefix above it, or more than a hundred times as much.",
        why: "A price far off its surroundings is more often a slip than a bargain.",
        fix: "Check the row against the carrier's list.",
        judge: Some(outlier),
    },
    page(&RATE_RISE),
    page(&CHANGED_INCREMENT),
    page(&ROWS_LOST),
    Rule {
        code: "RATE011",
        name: "currency-mixed",
        level: Level::Note,
        measures: None,
        what: "A table is in another currency than the plan; its amounts are converted by the rate pinned in [fx].",
        why: "The exchange rate of the day of the outage may be another.",
        fix: "Nothing, or renew [fx] and its date.",
        judge: Some(mixed),
    },
    Rule {
        code: "RATE012",
        name: "limits-unstated",
        level: Level::Warn,
        measures: None,
        what: "Neither plan nor table states a trunk's channels or its calls per second.",
        why: "What is not stated is not unlimited; capacity is not judged where it decides.",
        fix: "Ask the carrier; write \"unlimited\" only where the contract says so.",
        judge: Some(unstated),
    },
    Rule {
        code: "RATE013",
        name: "rates-end-within-year",
        level: Level::Note,
        measures: None,
        what: "A table, or a row in use, ends within the 365 days from `as_of`: its last rates are carried on, or those of a shorter prefix where the carrier takes the row back.",
        why: "Figures after that day rest on prices that nobody has promised.",
        fix: "Renew the table when the carrier publishes the next one.",
        judge: Some(ends),
    },
    Rule {
        code: "RATE014",
        name: "priced-by-shorter-prefix",
        level: Level::Warn,
        measures: Some((Unit::Times, "the coming row over the row that prices it now")),
        what: "A destination of the plan has a row of its own in a table that is not in force yet; until its day a shorter prefix prices it, at another cost.",
        why: "A mobile code that is listed for next month falls back to the fixed line's price, and the estimate with it.",
        fix: "Move `as_of` to the day of the outage that is planned for, or ask the carrier what holds until then.",
        judge: Some(falls_back),
    },
];

/// The tables in use, each with the first trunk that uses it.
fn tables<'a>(assessment: &'a Assessment<'_>) -> Vec<(&'a Trunk, &'a RateTable)> {
    let plan = assessment.plan();
    plan.tables
        .iter()
        .enumerate()
        .filter_map(|(index, table)| plan.trunks.iter().find(|trunk| trunk.table == index).map(|trunk| (trunk, table)))
        .collect()
}

fn subject(trunk: &Trunk, table: &RateTable) -> Vec<(&'static str, String)> {
    vec![("table", table.path.clone()), ("trunk", trunk.name.clone())]
}

/// A row of a table: its prefix, and what tells it from other rows for that prefix.
fn row_subject(trunk: &Trunk, table: &RateTable, row: RowRef<'_>) -> Vec<(&'static str, String)> {
    let mut subject = subject(trunk, table);
    subject.push(("destination", row.prefix.to_string()));
    if let Some(day) = row.effective_from.filter(|day| table.effective_from != Some(*day)) {
        subject.push(("from", day.to_string()));
    }
    if !row.origins.is_empty() {
        let mut origins: Vec<String> = row.origins.iter().map(ToString::to_string).collect();
        origins.sort();
        subject.push(("origins", origins.join(" ")));
    }
    subject
}

fn stale(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut judgement = Judgement::clean();
    for (trunk, table) in tables(assessment) {
        let own = table.effective_from.map(|day| (day, table.place.key("effective_from")));
        let rows = table.rows.iter().filter_map(|row| row.effective_from.map(|day| (day, row.span)));
        // Of the same day the table's own line says it best.
        let newest = own.into_iter().chain(rows).filter(|(day, _)| *day <= plan.as_of);
        let newest = newest.reduce(|newest, other| if other.0 > newest.0 { other } else { newest });
        let Some((since, span)) = newest else {
            if table.effective_from.is_none() {
                judgement.not_judged = Some(format!("{} gives no `effective_from`", table.path));
            }
            continue;
        };
        let age = (plan.as_of - since).num_days();
        if age <= i64::from(plan.policy.stale_after_days) {
            continue;
        }
        judgement.findings.push(Found {
            subject: subject(trunk, table),
            brief: format!("{age} days > {}", plan.policy.stale_after_days),
            message: format!(
                "the newest prices of {} are in force since {since}: {age} days, {} are allowed",
                table.path, plan.policy.stale_after_days
            ),
            labels: vec![Label::new(span, format!("{age} days before {}", plan.as_of))],
            help: "ask the carrier for its current list".to_owned(),
            measure: measure(age as f64),
        });
    }
    judgement
}

/// The rows that price the plan's destinations on a trunk today.
pub(super) fn rows_in_use<'a>(engine: &'a Engine<'_>, trunk: &Trunk) -> Vec<(RowRef<'a>, bool)> {
    let Some(tariff) = engine.tariff(trunk) else { return Vec::new() };
    let mut rows: BTreeMap<usize, bool> = BTreeMap::new();
    for campaign in &engine.plan.campaigns {
        for destination in &campaign.destinations {
            let priced = tariff.destination(destination.prefix, engine.plan.as_of, campaign.caller_id);
            if let Destination::Row { row, expired } = priced {
                rows.insert(row, expired);
            }
        }
    }
    rows.into_iter().filter_map(|(row, expired)| tariff.table().rows.get(row).map(|row| (row, expired))).collect()
}

fn expired(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for (trunk, table) in tables(assessment) {
        let by_table = table.expires.filter(|day| *day < plan.as_of).map(|day| (day, table.place.key("expires")));
        let by_row = rows_in_use(&assessment.engine, trunk)
            .into_iter()
            .filter(|(_, expired)| *expired)
            .filter_map(|(row, _)| row.expires.map(|day| (day, row.span)))
            .min();
        let Some((day, span)) = by_table.or(by_row) else { continue };
        let days = (plan.as_of - day).num_days();
        findings.push(Found {
            subject: subject(trunk, table),
            brief: format!("ended {day}, {days} days ago"),
            message: format!(
                "rates of {} ended on {day}, {days} days before {}; they are carried on",
                table.path, plan.as_of
            ),
            labels: vec![Label::new(span, "the last day")],
            help: "renew the table".to_owned(),
            measure: measure(days as f64),
        });
    }
    Judgement::found(findings)
}

/// A destination that a trunk's table does not price today.
struct Unpriced<'a> {
    trunk: &'a Trunk,
    table: &'a RateTable,
    campaign: &'a Campaign,
    destination: &'a campaign::Destination,
    /// The first row that will price it, and its day.
    later: Option<(NaiveDate, RowRef<'a>)>,
}

/// Destinations that a trunk's table does not price today, each once.
fn unpriced<'a>(assessment: &'a Assessment<'_>) -> Vec<Unpriced<'a>> {
    let plan = assessment.plan();
    let mut missing = Vec::new();
    for trunk in &plan.trunks {
        let Some(tariff) = assessment.engine.tariff(trunk) else { continue };
        let Some(table) = plan.table(trunk) else { continue };
        let mut seen = Vec::new();
        for campaign in &plan.campaigns {
            for destination in &campaign.destinations {
                if seen.contains(&destination.prefix) {
                    continue;
                }
                let priced = tariff.destination(destination.prefix, plan.as_of, campaign.caller_id);
                if priced == Destination::NoRate {
                    seen.push(destination.prefix);
                    let later = table
                        .rows
                        .iter()
                        .filter(|row| row.prefix.is_prefix_of(destination.prefix))
                        .filter_map(|row| row.effective_from.map(|day| (day, row)))
                        .filter(|(day, _)| *day > plan.as_of)
                        .min_by_key(|(day, _)| *day);
                    missing.push(Unpriced { trunk, table, campaign, destination, later });
                }
            }
        }
    }
    missing
}

fn not_yet(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let findings = unpriced(assessment)
        .into_iter()
        .filter_map(|Unpriced { trunk, table, destination, later, .. }| {
            let (day, row) = later?;
            let by_table = table.place.keys.get("effective_from").filter(|_| table.effective_from == Some(day));
            Some(Found {
                subject: vec![
                    ("destination", destination.prefix.to_string()),
                    ("trunk", trunk.name.clone()),
                    ("table", table.path.clone()),
                ],
                brief: format!("prefix {} from {day}", destination.prefix),
                message: format!(
                    "`{}` has a rate for prefix {} from {day}, but none on {}",
                    trunk.name, destination.prefix, plan.as_of
                ),
                labels: vec![
                    Label::new(by_table.copied().unwrap_or(row.span), format!("from {day}")),
                    Label::new(destination.span, "this destination"),
                ],
                help: "name the table that is in force now".to_owned(),
                measure: None,
            })
        })
        .collect();
    Judgement::found(findings)
}

fn without_rate(assessment: &Assessment<'_>) -> Judgement {
    let findings = unpriced(assessment)
        .into_iter()
        .filter(|unpriced| unpriced.later.is_none())
        .map(|Unpriced { trunk, table, campaign, destination, .. }| Found {
            subject: vec![
                ("destination", destination.prefix.to_string()),
                ("trunk", trunk.name.clone()),
                ("table", table.path.clone()),
            ],
            brief: format!("prefix {} on {}", destination.prefix, table.path),
            message: format!(
                "{} of the attempts of campaign `{}` go to prefix {}, which {} does not price",
                percent(destination.share),
                campaign.name,
                destination.prefix,
                table.path
            ),
            labels: vec![Label::new(destination.span, "no rate"), Label::new(table.place.item, "in this table")],
            help: {
                let tariff = assessment.engine.tariff(trunk);
                let below = tariff.map_or(0, |tariff| tariff.index().longer(destination.prefix).count());
                if below == 0 {
                    format!("add a [[rate]] row for {} or a shorter prefix", destination.prefix)
                } else {
                    let rows = if below == 1 { "1 longer prefix".to_owned() } else { format!("{} longer prefixes", count(below as f64)) };
                    format!(
                        "the table prices {rows} below it: split the destination, or add a [[rate]] row for {} at what the rest costs",
                        destination.prefix
                    )
                }
            },
            measure: None,
        })
        .collect();
    Judgement::found(findings)
}

fn coarse(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let limit = plan.policy.coarse_ratio;
    let mut findings = Vec::new();
    for trunk in &plan.trunks {
        let Some(tariff) = assessment.engine.tariff(trunk) else { continue };
        let table = tariff.table();
        let mut typical = Typical::new(tariff);
        let own: Vec<_> = plan.campaigns.iter().flat_map(|c| &c.destinations).collect();
        for (destination, caller, row) in priced_once(tariff, plan) {
            let Some(base) = table.rows.get(row).and_then(|row| typical.cost(row)) else { continue };
            // Prefixes that the plan names itself are not hidden below this one.
            let hidden: Vec<RowRef<'_>> = tariff
                .index()
                .longer(destination.prefix)
                // Only what prices calls today: no row of the future, none that another of its prefix has replaced.
                .filter(|row| {
                    let prefix = table.rows.get(*row).map(|row| row.prefix);
                    prefix.and_then(|p| tariff.index().find(p, plan.as_of, caller)) == Some(*row)
                })
                .filter_map(|row| table.rows.get(row))
                .filter(|row| {
                    !own.iter().any(|d| {
                        d.prefix != destination.prefix
                            && destination.prefix.is_prefix_of(d.prefix)
                            && d.prefix.is_prefix_of(row.prefix)
                    })
                })
                .filter(|row| row.price != Price::Blocked)
                .collect();
            // Few rows can be the dearest or the cheapest: only these are averaged.
            let bounds: Vec<Option<(f64, f64)>> = hidden.iter().map(|row| typical.bounds(*row)).collect();
            let most = bounds.iter().flatten().map(|(low, _)| *low).fold(f64::NEG_INFINITY, f64::max);
            let least = bounds.iter().flatten().map(|(_, high)| *high).fold(f64::INFINITY, f64::min);
            let may_be = |bounds: &Option<(f64, f64)>| bounds.is_none_or(|(low, high)| high >= most || low <= least);
            let ends: Vec<(f64, RowRef<'_>)> = hidden
                .iter()
                .zip(&bounds)
                .filter(|(_, bounds)| may_be(bounds))
                .filter_map(|(row, _)| typical.cost(*row).map(|cost| (cost, *row)))
                .collect();
            let dearest = ends.iter().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.prefix.cmp(&a.1.prefix)));
            let Some((cost, below)) = dearest else { continue };
            let cheapest = ends.iter().map(|(cost, _)| *cost).fold(f64::INFINITY, f64::min) / base;
            let ratio = *cost / base;
            if ratio.is_nan() || ratio <= limit * (1.0 + 1e-9) {
                continue;
            }
            // The range that the one row hides.
            let range = if hidden.len() > 1 {
                let (rows, from, to) = (count(hidden.len() as f64), count(cheapest), count(ratio));
                if from == to {
                    format!(", as do all {rows} rows below it")
                } else {
                    format!(": the {rows} rows below it cost {from} to {to} times as much")
                }
            } else {
                String::new()
            };
            findings.push(Found {
                subject: vec![
                    ("destination", destination.prefix.to_string()),
                    ("trunk", trunk.name.clone()),
                    ("table", table.path.clone()),
                ],
                brief: format!("prefix {}: {} costs {} times as much", destination.prefix, below.prefix, count(ratio)),
                message: format!(
                    "prefix {} is priced by one row of {}, but calls to {} below it cost {} times as much{range}",
                    destination.prefix,
                    table.path,
                    below
                        .destination
                        .as_ref()
                        .map_or_else(|| below.prefix.to_string(), |name| format!("{} ({name})", below.prefix)),
                    count(ratio)
                ),
                labels: vec![Label::new(destination.span, "priced by one row"), Label::new(below.span, "dearer row")],
                help: format!("give {} its own share in the plan's destinations", below.prefix),
                measure: measure(ratio),
            });
        }
    }
    Judgement::found(findings)
}

/// The plan's destinations that rows of a tariff price today, each prefix once: with the caller ID of the first campaign that
/// calls it, and the row.
fn priced_once<'p>(tariff: &Tariff<'_>, plan: &'p Plan) -> Vec<(&'p campaign::Destination, Option<DialPrefix>, usize)> {
    let mut priced: Vec<(&campaign::Destination, Option<DialPrefix>, usize)> = Vec::new();
    for campaign in &plan.campaigns {
        for destination in &campaign.destinations {
            let found = tariff.destination(destination.prefix, plan.as_of, campaign.caller_id);
            if let Destination::Row { row, .. } = found
                && priced.iter().all(|(known, ..)| known.prefix != destination.prefix)
            {
                priced.push((destination, campaign.caller_id, row));
            }
        }
    }
    priced
}

/// Destinations whose own row is still to come, and which a shorter prefix prices until then.
fn falls_back(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for trunk in &plan.trunks {
        let Some(tariff) = assessment.engine.tariff(trunk) else { continue };
        let table = tariff.table();
        for (destination, _, row) in priced_once(tariff, plan) {
            let Some(now) = table.rows.get(row) else { continue };
            // The next that is nearer to the destination than the row that prices it.
            let nearer = (now.prefix.digits() + 1..=destination.prefix.digits())
                .filter_map(|digits| destination.prefix.first(digits));
            let next = nearer
                .flat_map(|prefix| table.rows.of(prefix))
                .filter_map(|at| table.rows.get(at))
                .filter_map(|row| row.effective_from.filter(|day| *day > plan.as_of).map(|day| (day, row)))
                .min_by_key(|(day, row)| (*day, row.span));
            let Some((day, coming)) = next else { continue };
            let mut typical = Typical::new(tariff);
            let (Some(cost), Some(then)) = (typical.cost(now), typical.cost(coming)) else { continue };
            if cost.total_cmp(&then).is_eq() {
                continue;
            }
            let ratio = then / cost;
            findings.push(Found {
                subject: vec![
                    ("destination", destination.prefix.to_string()),
                    ("trunk", trunk.name.clone()),
                    ("table", table.path.clone()),
                ],
                brief: format!("prefix {} by {} until {day}", destination.prefix, now.prefix),
                message: format!(
                    "prefix {} is priced by {} of {} until {day}; from then on its own row costs {} times as much",
                    destination.prefix,
                    now.prefix,
                    table.path,
                    count(ratio)
                ),
                labels: vec![
                    Label::new(coming.span, format!("from {day}")),
                    Label::new(now.span, "prices it until then"),
                    Label::new(destination.span, "this destination"),
                ],
                help: format!("reckon with `as_of` from {day} on as well"),
                measure: measure(ratio),
            });
        }
    }
    Judgement::found(findings)
}

fn duplicate(assessment: &Assessment<'_>) -> Judgement {
    let of = |(trunk, table)| super::tables::duplicate(table, &|row| about(trunk, table, row));
    Judgement::found(tables(assessment).into_iter().flat_map(of).collect())
}

fn outlier(assessment: &Assessment<'_>) -> Judgement {
    let of = |(trunk, table): (&Trunk, &RateTable)| {
        let tariff = assessment.engine.tariff(trunk)?;
        Some(super::tables::outlier(tariff, assessment.plan().as_of, &|row| about(trunk, table, row)))
    };
    Judgement::found(tables(assessment).into_iter().filter_map(of).flatten().collect())
}

/// What a finding about a table is about: one of its rows, or the table.
fn about(trunk: &Trunk, table: &RateTable, row: Option<RowRef<'_>>) -> Vec<(&'static str, String)> {
    row.map_or_else(|| subject(trunk, table), |row| row_subject(trunk, table, row))
}

fn mixed(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for (trunk, table) in tables(assessment) {
        if table.currency == plan.currency {
            continue;
        }
        let (Some(fx), Some(rate)) = (&plan.fx, plan.exchange_rate(table.currency)) else { continue };
        findings.push(Found {
            subject: subject(trunk, table),
            brief: format!("1 {} = {rate} {}", table.currency, plan.currency),
            message: format!(
                "{} is in {}; its amounts are converted at {rate} {} each, the rate of {}",
                table.path, table.currency, plan.currency, fx.as_of
            ),
            labels: vec![
                Label::new(table.place.key("currency"), format!("{}", table.currency)),
                Label::new(fx.place.key(table.currency.code()), "the pinned rate"),
            ],
            help: "renew [fx] and its date when it moves".to_owned(),
            measure: None,
        });
    }
    Judgement::found(findings)
}

fn unstated(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for trunk in &plan.trunks {
        let Some(table) = plan.table(trunk) else { continue };
        let mut missing = Vec::new();
        if trunk.channel_limit(table, plan.licensed_seats()) == Limit::Unstated {
            missing.push("channels");
        }
        if trunk.cps_limit(table) == Limit::Unstated {
            missing.push("calls per second");
        }
        if missing.is_empty() {
            continue;
        }
        let missing = missing.join(" and ");
        findings.push(Found {
            subject: vec![("trunk", trunk.name.clone()), ("table", table.path.clone())],
            brief: format!("no {missing}"),
            message: format!("neither the plan nor {} states the {missing} of `{}`", table.path, trunk.name),
            labels: vec![Label::new(trunk.place.key("name"), format!("no {missing}"))],
            help: "ask the carrier; \"unlimited\" where the contract says so".to_owned(),
            measure: None,
        });
    }
    Judgement::found(findings)
}

/// Rows in use that their carrier takes back within a stretch of days, with what prices their calls from then on.
fn taken_back(
    assessment: &Assessment<'_>,
    trunk: &Trunk,
    table: &RateTable,
    within: &dyn Fn(&NaiveDate) -> bool,
) -> Vec<Found> {
    let Some(tariff) = assessment.engine.tariff(trunk) else { return Vec::new() };
    let mut findings = Vec::new();
    for (row, _) in rows_in_use(&assessment.engine, trunk) {
        let Some(from) = row.expires.filter(|day| row.withdrawn && within(day)).and_then(|day| day.succ_opt()) else {
            continue;
        };
        let after = tariff.index().find(row.prefix, from, row.origins.first().copied());
        let after = after.and_then(|after| table.rows.get(after));
        let then = match after {
            // The carrier prices it otherwise from then on.
            Some(after) if after.prefix == row.prefix => continue,
            Some(after) => format!("from then on prefix {} prices its calls", after.prefix),
            None => "from then on nothing prices its calls".to_owned(),
        };
        let mut labels = vec![Label::new(row.span, format!("taken back from {from}"))];
        labels.extend(after.map(|after| Label::new(after.span, "prices them then")));
        findings.push(Found {
            subject: row_subject(trunk, table, row),
            brief: format!("prefix {} until {}", row.prefix, from.pred_opt().unwrap_or(from)),
            message: format!("prefix {} is taken back by {} from {from}: {then}", row.prefix, table.path),
            labels,
            help: "ask the carrier what its calls cost from then on, and what else carries them".to_owned(),
            measure: None,
        });
    }
    findings
}

fn ends(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    // A table that ends on the last of the 365 days leaves none to be carried on.
    let last = plan.as_of + chrono::Duration::days(364);
    let within = |day: &NaiveDate| (plan.as_of..last).contains(day);
    let mut findings = Vec::new();
    for (trunk, table) in tables(assessment) {
        findings.extend(taken_back(assessment, trunk, table, &within));
        let by_table = table.expires.filter(within).map(|day| (day, table.place.key("expires")));
        // A row in use with a last day of its own, and no other row of its prefix that takes over.
        let by_row = rows_in_use(&assessment.engine, trunk)
            .into_iter()
            .filter_map(|(row, _)| row.expires.filter(within).map(|day| (day, row)))
            .filter(|(day, row)| {
                let after = assessment.engine.tariff(trunk).and_then(|tariff| {
                    tariff.index().find(row.prefix, *day + chrono::Duration::days(1), row.origins.first().copied())
                });
                after.and_then(|after| table.rows.get(after)).is_some_and(|after| after.span == row.span)
            })
            .map(|(day, row)| (day, row.span))
            .min_by_key(|(day, _)| *day);
        let Some((day, span)) = by_table.or(by_row) else { continue };
        findings.push(Found {
            subject: subject(trunk, table),
            brief: format!("ends {day}"),
            message: format!("{} ends on {day}; after that its last rates are carried on", table.path),
            labels: vec![Label::new(span, "the last day")],
            help: "renew the table when the carrier publishes the next one".to_owned(),
            measure: None,
        });
    }
    Judgement::found(findings)
}
