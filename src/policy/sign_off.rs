//! What was signed against what is: the figures that a sign-off accepts, and how far they have moved.

use rust_decimal::Decimal;

use super::rule::{Found, Judgement, Rule};
use crate::assessment::Assessment;
use crate::input::lock::spend_name;
use crate::model::lock::{Accepted, Lock};
use crate::rating::border::weight;
use crate::words::diagnostic::Label;
use crate::words::duration::compact;
use crate::words::figure::{fixed, percent, percent_pair};
use crate::words::level::Level;
use crate::words::money::Money;

/// Inputs that changed and moved a figure beyond its tolerance.
pub static UNSIGNED_CHANGE: Rule = Rule {
    code: "GOV005",
    name: "unsigned-change",
    level: Level::Deny,
    measures: None,
    what: "A figure has moved from the one accepted in failover.lock.toml by more than its tolerance.",
    why: "Whoever signed accepted other figures.",
    fix: "Take the change back, or have the new figures signed: `trunkrisk sign`.",
    judge: Some(unsigned),
};

/// A sign-off past its last day.
pub static SIGN_OFF_STALE: Rule = Rule {
    code: "GOV006",
    name: "sign-off-stale",
    level: Level::Deny,
    measures: None,
    what: "The last day of the sign-off in failover.lock.toml lies before `as_of`.",
    why: "Prices and floors move on; an acceptance without an end is none.",
    fix: "Have the figures signed again: `trunkrisk sign`.",
    judge: Some(stale),
};

/// A figure that can be accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// An amount.
    Money(Money),
    /// A share of one.
    Share(f64),
}

/// A figure and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name; of spend the cause and length stand apart.
    pub name: String,
    /// Cause and length, of spend.
    pub spend: Option<(String, String)>,
    /// Its value.
    pub value: Value,
}

/// The figures of a run that a sign-off accepts: absorbed, standing cost, the year, and spend by cause and length.
#[must_use]
pub fn figures(assessment: &Assessment<'_>) -> Vec<Figure> {
    let plan = assessment.plan();
    let mut all = Vec::new();
    let mut add = |name: &str, value: Value| all.push(Figure { name: name.to_owned(), spend: None, value });
    if assessment.capacity.busiest.is_some() {
        add("absorbed", Value::Share(assessment.capacity.failover.absorbed));
    }
    if let Ok(standing) = assessment.standing_year() {
        add("standing", Value::Money(standing));
    }
    if let Ok(year) = &assessment.year {
        add("mean", Value::Money(year.mean));
        if let Some(p95) = year.quantiles.get(3) {
            add("p95", Value::Money(p95.amount));
        }
        if let Some(over) = year.over_year {
            add("over_year", Value::Share(over));
        }
    }
    all.extend(assessment.scenarios.iter().map(|scenario| {
        let cause = plan.causes.get(scenario.cause).map_or_else(String::new, |cause| cause.name.clone());
        let length = compact(std::time::Duration::try_from_secs_f64(scenario.length).unwrap_or_default());
        let name = spend_name(&cause, &length);
        Figure { name, spend: Some((cause, length)), value: Value::Money(scenario.spend) }
    }));
    all
}

/// A value as a lock keeps it: money to the currency's minor unit, a share to six places.
#[must_use]
pub fn kept(value: Value) -> Decimal {
    match value {
        Value::Money(money) => {
            let digits = money.currency().minor_digits();
            let rounded = money.with_places(digits).replace(',', "");
            rounded.parse().unwrap_or_else(|_| money.amount())
        }
        Value::Share(share) => format!("{share:.6}").parse().unwrap_or_default(),
    }
}

/// A figure that was signed, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared<'a> {
    /// What was accepted; nothing for a figure that was not among them.
    pub signed: Option<&'a Accepted>,
    /// Its name.
    pub name: String,
    /// As it is; nothing where the run has none.
    pub now: Option<Value>,
    /// Whether it is within its tolerance.
    pub within: bool,
}

/// Every figure signed against the one of the run; nothing without a lock.
#[must_use]
pub fn compared<'a>(assessment: &'a Assessment<'_>) -> Option<(&'a Lock, Vec<Compared<'a>>)> {
    let lock = assessment.plan().lock.as_ref()?;
    let now = figures(assessment);
    let mut all: Vec<Compared<'a>> = lock
        .figures
        .iter()
        .map(|signed| {
            let value = now.iter().find(|figure| figure.name == signed.name).map(|figure| figure.value);
            let within = value.is_some_and(|value| within(lock, signed.value, value));
            Compared { signed: Some(signed), name: signed.name.clone(), now: value, within }
        })
        .collect();
    // A figure that nobody signed is an outage that nobody accepted.
    let new = now.into_iter().filter(|figure| lock.figures.iter().all(|signed| signed.name != figure.name));
    all.extend(new.map(|figure| Compared { signed: None, name: figure.name, now: Some(figure.value), within: false }));
    Some((lock, all))
}

fn within(lock: &Lock, signed: Decimal, value: Value) -> bool {
    let moved = (kept(value) - signed).abs();
    match value {
        Value::Money(_) => signed.abs().checked_mul(lock.tolerance.money).is_none_or(|most| moved <= most),
        Value::Share(_) => moved <= lock.tolerance.share,
    }
}

/// What was signed and what is, so that the two differ in print.
#[must_use]
pub fn told(compared: &Compared<'_>, assessment: &Assessment<'_>) -> (String, String) {
    let currency = assessment.plan().currency;
    let signed = compared.signed.map(|signed| signed.value);
    match (signed, compared.now) {
        (Some(signed), Some(Value::Share(now))) => percent_pair(weight(signed), weight(kept(Value::Share(now)))),
        (Some(signed), Some(Value::Money(now))) => (Money::new(signed, currency).to_string(), now.to_string()),
        (Some(signed), None) => (signed.to_string(), "not reckoned".to_owned()),
        (None, Some(Value::Share(now))) => ("not signed".to_owned(), percent(now)),
        (None, Some(Value::Money(now))) => ("not signed".to_owned(), now.to_string()),
        (None, None) => (String::new(), String::new()),
    }
}

/// By how much a figure moved, as people read it; nothing where one of the two is missing.
#[must_use]
pub fn moved(compared: &Compared<'_>) -> Option<String> {
    let (signed, now) = (compared.signed?.value, compared.now?);
    let difference = weight(kept(now)) - weight(signed);
    let sign = if difference > 0.0 { "+" } else { "" };
    Some(match now {
        Value::Share(_) => format!("{sign}{} points", fixed(difference * 100.0, 2)),
        Value::Money(_) if signed.is_zero() => "from nothing".to_owned(),
        Value::Money(_) => format!("{sign}{} %", fixed(difference / weight(signed) * 100.0, 1)),
    })
}

/// `unsigned-change`.
fn unsigned(assessment: &Assessment<'_>) -> Judgement {
    let Some((lock, all)) = compared(assessment) else { return Judgement::clean() };
    let mut out: Vec<&Compared<'_>> = all.iter().filter(|figure| !figure.within).collect();
    // One finding for each cause: of its lengths the one that moved most; the table has them all.
    let mut seen: Vec<&str> = Vec::new();
    let size = |figure: &Compared<'_>| {
        figure.now.zip(figure.signed).map_or(f64::INFINITY, |(now, signed)| weight((kept(now) - signed.value).abs()))
    };
    out.sort_by(|a, b| size(b).total_cmp(&size(a)));
    out.retain(|figure| {
        let cause = figure.name.split(" for ").next().unwrap_or("");
        if !figure.name.starts_with("spend of ") {
            return true;
        }
        let first = !seen.contains(&cause);
        seen.push(cause);
        first
    });
    out.sort_by(|a, b| a.name.cmp(&b.name));
    let inputs = if lock.changed.is_empty() {
        format!("no input changed; figures were signed with version {}", lock.tool)
    } else {
        format!("changed since: {}", lock.changed.join(", "))
    };
    let found = out.into_iter().map(|figure| {
        let (signed, now) = told(figure, assessment);
        let by = moved(figure).map_or_else(String::new, |by| format!(", {by}"));
        let span = figure.signed.and_then(|signed| signed.span).unwrap_or(lock.place.item);
        Found {
            subject: vec![("figure", figure.name.clone())],
            brief: format!("signed {signed}, now {now}"),
            message: format!(
                "{} signed {} as {signed} on {}, now it is {now}{by}; {inputs}",
                lock.signed_by, figure.name, lock.signed_on
            ),
            labels: vec![Label::new(span, format!("signed {signed}"))],
            help: "take the change back, or have the new figures signed: `trunkrisk sign`".to_owned(),
            measure: None,
        }
    });
    Judgement::found(found.collect())
}

/// `sign-off-stale`.
fn stale(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let Some(lock) = plan.lock.as_ref().filter(|lock| lock.valid_until < plan.as_of) else {
        return Judgement::clean();
    };
    Judgement::found(vec![Found {
        subject: vec![("lock", lock.signed_by.clone())],
        brief: format!("ended {}", lock.valid_until),
        message: format!("what {} signed on {} was valid until {}", lock.signed_by, lock.signed_on, lock.valid_until),
        labels: vec![Label::new(lock.place.key("valid_until"), "its last day")],
        help: "have the figures signed again: `trunkrisk sign`".to_owned(),
        measure: None,
    }])
}
