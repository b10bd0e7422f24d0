//! Budgets, limits, levels and waivers.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::place::Place;
use crate::words::diagnostic::Span;
use crate::words::level::Level;
use crate::words::money::Money;

/// What may be spent.
#[derive(Debug, Clone)]
pub struct Budget {
    /// By one incident.
    pub incident: Option<Money>,
    /// In a month.
    pub month: Option<Money>,
    /// In a year.
    pub year: Option<Money>,
    /// For the trunks behind the first in a year without any outage; the year's where it is not given.
    pub standing: Option<Money>,
    /// Share of years that must stay within the year's budget.
    pub confidence: f64,
    /// Where it stands; nothing where the plan has no such block.
    pub place: Option<Place>,
}

/// What is wanted of the sequence of trunks.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Most attempts blocked at the busiest time.
    pub grade_of_service: f64,
    /// Least share of the attempts carried.
    pub absorb: f64,
    /// Longest time in which the redialling lines may pass [s].
    pub surge: f64,
    /// Seats to spare, as a share of the staffed ones.
    pub headroom: f64,
    /// Billed over talked minutes above which the increment is called coarse.
    pub increment_inflation: f64,
    /// How much dearer than the row that prices it a row below a destination may be, as a ratio.
    pub coarse_ratio: f64,
    /// Age at which prices are called stale [days].
    pub stale_after_days: u32,
    /// How much dearer a rate may become in one change, as a share of the old one.
    pub rate_increase: f64,
    /// Levels by rule, with their places.
    pub rules: Vec<(String, Level, Span)>,
    /// Where it stands; nothing where the plan has no such block.
    pub place: Option<Place>,
}

/// An approved exception.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The rule's name.
    pub rule: String,
    /// Subjects it is limited to: kind (`trunk`, `campaign`, `cause`, `table`) and name.
    pub subjects: Vec<(&'static str, String)>,
    /// Last valid day.
    pub until: NaiveDate,
    /// Approved up to here.
    pub ceiling: Option<Ceiling>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub place: Place,
}

/// An approved measure with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// The number.
    pub value: Decimal,
    /// Its unit.
    pub unit: Unit,
}

/// The unit that a rule measures in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Hundredths.
    Percent,
    /// Calls per second.
    Cps,
    /// Channels.
    Channels,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// A ratio.
    Times,
    /// The plan's currency.
    Money,
}

impl Unit {
    /// A ceiling of this unit, as a waiver writes it.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Percent => "5 %",
            Self::Cps => "8 cps",
            Self::Channels => "140 channels",
            Self::Seconds => "90 s",
            Self::Days => "30 days",
            Self::Times => "1.5 times",
            Self::Money => "2000.00 USD",
        }
    }
}

/// Exchange rates.
#[derive(Debug, Clone)]
pub struct Fx {
    /// The day of the rates.
    pub as_of: NaiveDate,
    /// Plan currency per unit of the other.
    pub rates: Vec<(crate::words::money::Currency, Decimal)>,
    /// Where it stands.
    pub place: Place,
}
