//! Saved runs: the JSON of an earlier `check` or `estimate`, for the figures in it.

use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

use super::files::{FileFault, read_argument};
use crate::words::decimal::parse_exact;
use crate::words::money::{Currency, Money};

/// The schema that is read.
const SCHEMA: &str = "trunkrisk/run/1";

/// The figures of a saved run.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRun {
    /// The day that counted as today.
    pub as_of: NaiveDate,
    /// The currency of every amount.
    pub currency: Currency,
    /// Cause, length [s], spend, and whether it is a least amount.
    pub scenarios: Vec<(String, f64, Money, bool)>,
    /// Mean and 95 % quantile of the year; nothing where the run has none.
    pub year: Option<(Money, Money)>,
    /// How the year was drawn; nothing where it is of the exact law.
    pub drawn: Option<Box<SavedDraws>>,
    /// What the trunks behind the first cost in a year without any outage.
    pub standing: Option<Money>,
}

/// How the year of a saved run was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDraws {
    /// Years drawn.
    pub years: u64,
    /// The seed.
    pub seed: u64,
    /// What ties outages together.
    pub why: String,
    /// The 95 % interval of the mean; nothing where an end has none.
    pub mean: [Option<Money>; 2],
    /// That of the 95 % quantile.
    pub p95: [Option<Money>; 2],
}

/// Reads a saved run.
///
/// # Errors
/// Where it is none, or has no figures.
pub fn read(path: &Path) -> Result<SavedRun, FileFault> {
    let text = read_argument(path)?;
    let help = "write one with `trunkrisk estimate --output json=run.json`";
    let refuse = |why: String| FileFault::new(format!("{} is no saved run: {why}", text.name), help);
    let value: Value = serde_json::from_str(&text.text).map_err(|error| refuse(format!("not JSON: {error}")))?;
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
    if schema != SCHEMA {
        return Err(refuse(format!("its `schema` is not {SCHEMA}")));
    }
    parse(&value).ok_or_else(|| refuse("it lacks the figures of a run that was reckoned through".to_owned()))
}

fn parse(value: &Value) -> Option<SavedRun> {
    let word = |key: &str| value.get(key).and_then(Value::as_str);
    let currency = Currency::parse(word("currency")?)?;
    let money = |value: &Value| -> Option<Money> {
        let amount: Decimal = parse_exact(value.as_str()?).ok()?;
        Some(Money::new(amount, currency))
    };
    let scenarios = value
        .get("scenarios")?
        .as_array()?
        .iter()
        .map(|scenario| {
            let cause = scenario.get("cause")?.as_str()?.to_owned();
            let length = scenario.get("duration_s")?.as_f64()?;
            let complete = scenario.get("complete").and_then(Value::as_bool).unwrap_or(false);
            Some((cause, length, money(scenario.get("spend")?)?, !complete))
        })
        .collect::<Option<Vec<_>>>()?;
    let year = value.get("year").and_then(|year| Some((money(year.get("mean")?)?, money(year.get("p95")?)?)));
    let drawn = value.get("year").filter(|year| year.get("method").and_then(Value::as_str) == Some("simulated"));
    let drawn = drawn.and_then(|year| {
        let interval = |of: &str| {
            let ends = year.get("intervals").and_then(|all| all.get(of));
            [0, 1].map(|end| ends.and_then(|ends| ends.get(end)).and_then(money))
        };
        Some(Box::new(SavedDraws {
            years: year.get("years")?.as_u64()?,
            seed: year.get("seed")?.as_u64()?,
            why: year.get("why")?.as_str()?.to_owned(),
            mean: interval("mean"),
            p95: interval("p95"),
        }))
    });
    let standing = value.get("year").and_then(|year| money(year.get("standing_cost")?));
    Some(SavedRun { as_of: word("as_of")?.parse().ok()?, currency, scenarios, year, drawn, standing })
}
