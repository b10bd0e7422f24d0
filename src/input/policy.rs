//! `[scenario]`, `[fx]`, `[budget]`, `[policy]` and `[[waiver]]`.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::fault::{FaultKind, did_you_mean};
use super::reader::{Field, Log, Reader};
use super::tree::{Node, Value};
use crate::model::plan::{Scenario, Start};
use crate::model::policy::{Budget, Ceiling, Fx, Policy, Unit, Waiver};
use crate::words::decimal::parse_exact;
use crate::words::level::Level;
use crate::words::money::{Currency, Money};

/// What reading needs to know of a rule: its name and the unit it measures in.
pub type KnownRule = (&'static str, Option<Unit>);

/// A year: longer outages are not put through.
pub const LONGEST_SCENARIO: f64 = 365.0 * 86_400.0;
/// Dearer by a tenth is what carriers' contracts call material, and more than prices of minutes move in a month.
const RATE_INCREASE: f64 = 0.10;
const DEFAULT_LENGTHS: [f64; 5] = [600.0, 3600.0, 14_400.0, 28_800.0, 86_400.0];

/// Reads `[scenario]`.
pub fn scenario(node: Option<&Node>, root: &Reader<'_>, log: &Log) -> Option<Scenario> {
    let Some(node) = node else {
        root.assume("scenario.durations", "10m, 1h, 4h, 8h, 24h", "the plan gives no [scenario] block");
        root.assume("scenario.start", "worst", "the plan gives no [scenario] block");
        return Some(Scenario { durations: DEFAULT_LENGTHS.to_vec(), start: Start::Worst, place: None });
    };
    let reader = Reader::new(node, "scenario", log)?;
    let shown = "10m, 1h, 4h, 8h, 24h";
    let durations = reader.or_assume("durations", DEFAULT_LENGTHS.to_vec(), shown, "none are given", |f| {
        let durations = f.items("an array of durations", |item| {
            let seconds = item.positive_seconds()?;
            if seconds > LONGEST_SCENARIO {
                item.fault(FaultKind::OutOfRange, "is longer than 365 days", "at most \"365d\"");
                return None;
            }
            Some(seconds)
        })?;
        if durations.is_empty() {
            f.fault(FaultKind::OutOfRange, "is empty", "at least one duration, such as [\"1h\"]");
            return None;
        }
        let mut sorted = durations;
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        Some(sorted)
    });
    let start = reader.or_assume("start", Start::Worst, "worst", "none is given", |f| match &f.node.value {
        Value::Text(text) if text == "worst" => Some(Start::Worst),
        Value::Date(_) => f.date_time().map(Start::At),
        Value::Text(_) => {
            let help = "\"worst\", or a local date and time without quotes, such as 2026-12-01T10:00:00";
            f.fault(FaultKind::UnknownWord, "is no start of an outage", help);
            None
        }
        _ => f.wrong("\"worst\", or a local date and time such as 2026-12-01T10:00:00"),
    });
    let place = reader.place();
    reader.finish();
    Some(Scenario { durations: durations?, start: start?, place: Some(place) })
}

/// Reads `[fx]`.
pub fn fx(node: &Node, currency: Option<Currency>, log: &Log) -> Option<Fx> {
    let reader = Reader::new(node, "fx", log)?;
    let as_of = reader.required("as_of", "2026-12-01", Field::date);
    let Value::Table(entries) = &node.value else { return None };
    let mut rates = Vec::new();
    let before = log.faults.len();
    for entry in entries.iter().filter(|entry| entry.key != "as_of") {
        let Some(other) = Currency::parse(&entry.key) else {
            let codes: Vec<&str> = Currency::codes().collect();
            log.faults.at(
                FaultKind::UnknownKey,
                entry.span,
                format!("`{}` in [fx] is no currency", entry.key),
                "unknown currency",
                did_you_mean(&entry.key, &codes),
            );
            continue;
        };
        let field = Field::nested(&entry.node, &entry.key, "fx", log);
        let Some(rate) = field.decimal() else { continue };
        if rate <= Decimal::ZERO || rate > Decimal::from(1_000_000_000) {
            field.fault(FaultKind::OutOfRange, "is no exchange rate", "plan currency per unit, above 0");
        } else if Some(other) == currency && rate != Decimal::ONE {
            field.fault(FaultKind::OutOfRange, "is the plan's own currency", "drop it: one unit is one unit");
        } else {
            rates.push((other, rate));
        }
    }
    // A plan without the rate that is at fault here would be at fault for lacking it.
    (log.faults.len() == before).then_some(())?;
    Some(Fx { as_of: as_of?, rates, place: reader.place() })
}

/// Reads `[budget]`.
pub fn budget(node: Option<&Node>, root: &Reader<'_>, currency: Option<Currency>, log: &Log) -> Option<Budget> {
    let Some(node) = node else {
        return Some(Budget { incident: None, month: None, year: None, standing: None, confidence: 0.95, place: None });
    };
    let reader = Reader::new(node, "budget", log)?;
    let amount = |key| match reader.node(key) {
        Some(_) => reader.optional(key, Field::amount).map(Some),
        None => Some(None),
    };
    let (incident, month, year) = (amount("incident"), amount("month"), amount("year"));
    let standing = amount("standing");
    let confidence = reader.or("confidence", 0.95, |f| {
        let share = f.decimal()?;
        if share > Decimal::ZERO && share < Decimal::ONE {
            return share.to_f64();
        }
        f.fault(FaultKind::OutOfRange, "must lie between 0 and 1", "such as 0.95: in 95 of 100 years");
        None
    });
    if reader.node("year").is_some() && reader.node("confidence").is_none() {
        root.assume("budget.confidence", "0.95", "none is given");
    }
    let place = reader.place();
    reader.finish();
    let currency = currency?;
    let money = |amount: Option<Decimal>| amount.map(|amount| Money::new(amount, currency));
    Some(Budget {
        incident: money(incident?),
        month: money(month?),
        year: money(year?),
        standing: money(standing?),
        confidence: confidence?,
        place: Some(place),
    })
}

/// Reads `[policy]`; every limit has a default that is listed among the assumptions where it is not given.
pub fn policy(node: Option<&Node>, root: &Reader<'_>, known: &[KnownRule], log: &Log) -> Option<Policy> {
    let empty = Node { value: Value::Table(Vec::new()), span: root.span };
    let reader = Reader::new(node.unwrap_or(&empty), "policy", log)?;
    let share = |key, default: f64, shown: &str, why: &str| reader.or_assume(key, default, shown, why, Field::fraction);
    let grade = share("grade_of_service", 0.01, "0.01", "1 % blocked, ITU-T E.520's mean busy hour");
    let absorb = share("absorb", 0.95, "0.95", "none is given");
    let headroom = share("headroom", 0.10, "0.10", "none is given");
    let surge = reader.or_assume("surge", 60.0, "60s", "none is given", Field::seconds);
    let ratio = |key, default: f64, shown: &str| {
        reader.or_assume(key, default, shown, "none is given", |f| {
            let ratio = f.positive(1000)?;
            if ratio >= 1.0 {
                return Some(ratio);
            }
            f.fault(FaultKind::OutOfRange, "is a ratio below 1", "1 or more, such as 1.25");
            None
        })
    };
    let inflation = ratio("increment_inflation", 1.25, "1.25");
    let coarse = ratio("coarse_ratio", 1.25, "1.25");
    let stale = reader.or_assume("stale_after_days", 180, "180", "none is given", |f| f.whole32(1, 36_500));
    let increase = reader.or("rate_increase", RATE_INCREASE, |f| f.non_negative(1000));
    let rules = reader.or("rules", Vec::new(), |f| levels(f, known, log));
    let place = node.map(|_| reader.place());
    reader.finish();
    Some(Policy {
        grade_of_service: grade?,
        absorb: absorb?,
        surge: surge?,
        headroom: headroom?,
        increment_inflation: inflation?,
        coarse_ratio: coarse?,
        stale_after_days: stale?,
        rate_increase: increase?,
        rules: rules?,
        place,
    })
}

fn levels(
    field: &Field<'_>,
    known: &[KnownRule],
    log: &Log,
) -> Option<Vec<(String, Level, crate::words::diagnostic::Span)>> {
    let Value::Table(entries) = &field.node.value else {
        return field.wrong("a table of levels, such as { \"rates-stale\" = \"deny\" }");
    };
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let mut levels = Vec::new();
    for entry in entries {
        if !names.contains(&entry.key.as_str()) {
            log.faults.at(
                FaultKind::UnknownName,
                entry.span,
                format!("there is no rule `{}` that a level can be set for", entry.key),
                "unknown rule",
                did_you_mean(&entry.key, &names),
            );
            continue;
        }
        let level = Field::nested(&entry.node, &entry.key, "policy.rules", log).word(&Level::NAMES);
        if let Some(level) = level {
            levels.push((entry.key.clone(), level, entry.node.span));
        }
    }
    Some(levels)
}

/// Reads one waiver.
pub fn waiver(node: &Node, known: &[KnownRule], currency: Option<Currency>, log: &Log) -> Option<Waiver> {
    let reader = Reader::new(node, "a waiver", log)?;
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let rule = reader.required("rule", "\"cps-too-low\"", |f| {
        let text = f.text()?;
        if names.contains(&text) {
            return Some(text.to_owned());
        }
        f.fault(FaultKind::UnknownName, "is no rule that can be waived", did_you_mean(text, &names));
        None
    });
    let mut subjects = Vec::new();
    for key in ["trunk", "campaign", "cause", "table", "destination"] {
        if reader.node(key).is_some()
            && let Some(name) = reader.optional(key, Field::name)
        {
            subjects.push((key, name));
        }
    }
    let until = reader.required("until", "2026-12-31", Field::date);
    let owner = reader.required("owner", "\"capacity desk\"", Field::name);
    let reason = reader.required("reason", "\"upgrade ordered, ticket 4711\"", Field::remark);
    let unit = rule.as_ref().and_then(|rule| known.iter().find(|(name, _)| name == rule)).and_then(|(_, unit)| *unit);
    let ceiling = match (reader.node("ceiling"), unit) {
        (Some(_), Some(unit)) => reader.optional("ceiling", |f| ceiling(f, unit, currency)).map(Some),
        (Some(node), None) => {
            if let Some(rule) = &rule {
                let message = format!("`{rule}` measures nothing that a ceiling could limit");
                log.faults.at(FaultKind::ConflictingKeys, node.span, message, "a ceiling", "drop it");
            }
            None
        }
        (None, Some(unit)) => {
            let example = format!("\"{}\"", unit.example());
            let _ = reader.required("ceiling", &example, Field::name);
            None
        }
        (None, None) => Some(None),
    };
    let place = reader.place();
    reader.finish();
    Some(Waiver { rule: rule?, subjects, until: until?, ceiling: ceiling?, owner: owner?, reason: reason?, place })
}

fn ceiling(field: &Field<'_>, unit: Unit, currency: Option<Currency>) -> Option<Ceiling> {
    let code = currency.map_or_else(|| "USD".to_owned(), |currency| currency.code().to_owned());
    let wanted = if unit == Unit::Money { format!("2000.00 {code}") } else { unit.example().to_owned() };
    let Value::Text(text) = &field.node.value else {
        return field.wrong(&format!("a number and its unit between quotes: \"{wanted}\""));
    };
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, word) = text.split_at(split);
    let word = word.trim();
    let value = parse_exact(number).ok();
    let fits = match unit {
        Unit::Percent => word == "%",
        Unit::Cps => word == "cps",
        Unit::Channels => matches!(word, "channel" | "channels"),
        Unit::Seconds => matches!(word, "s" | "m" | "min" | "h"),
        Unit::Days => matches!(word, "d" | "day" | "days"),
        Unit::Times => matches!(word, "times" | "x"),
        Unit::Money => word == code,
    };
    match value {
        Some(value) if fits => {
            let factor = match word {
                "m" | "min" => 60,
                "h" => 3600,
                _ => 1,
            };
            value.checked_mul(Decimal::from(factor)).map(|value| Ceiling { value, unit })
        }
        _ => {
            field.fault(
                FaultKind::BadUnit,
                "is no ceiling for this rule",
                format!("a number and its unit: \"{wanted}\""),
            );
            None
        }
    }
}
