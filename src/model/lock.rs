//! The sign-off: which figures somebody accepted, for which inputs, until when.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::place::Place;
use crate::words::diagnostic::Span;

/// The name of the file that holds it, beside the plan.
pub const LOCK: &str = "failover.lock.toml";

/// A sign-off.
#[derive(Debug, Clone)]
pub struct Lock {
    /// Who accepted.
    pub signed_by: String,
    /// When, as it was given.
    pub signed_on: NaiveDate,
    /// Last day on which it holds.
    pub valid_until: NaiveDate,
    /// The day that counted as today.
    pub as_of: NaiveDate,
    /// The version that reckoned the figures.
    pub tool: String,
    /// Each input and its digest.
    pub inputs: Vec<(String, String)>,
    /// The figures accepted.
    pub figures: Vec<Accepted>,
    /// How far figures may move.
    pub tolerance: Tolerance,
    /// In what the run differs from what was signed: inputs changed, added or gone, and the day.
    pub changed: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// An accepted figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its name: `p95`, or `spend` with cause and length.
    pub name: String,
    /// Its value: money in the plan's currency, or a share.
    pub value: Decimal,
    /// Where it stands.
    pub span: Option<Span>,
}

/// How far a figure may move from the accepted one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Of amounts: a share of the accepted amount.
    pub money: Decimal,
    /// Of shares: a difference.
    pub share: Decimal,
}

impl Tolerance {
    /// What is taken where nothing is given: a twentieth of an amount, a hundredth of a share.
    #[must_use]
    pub fn usual() -> Self {
        Self { money: Decimal::new(5, 2), share: Decimal::new(1, 2) }
    }
}
