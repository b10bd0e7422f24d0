//! What an outage does to the floor: who carries, what it costs, and when it would cost most.
//!
//! A trunk's state changes a few times in an outage ([`state`]); between changes, and between changes of the floor's
//! calendar, everything flows at constant rates ([`flow`], computed by [`engine`]). An outage is a list of such pieces
//! ([`pieces`]), and its spend two look-ups on a curve ([`worst`]), which is how the worst start is found.

pub mod engine;
pub mod fees;
pub mod flow;
pub mod pieces;
pub mod profile;
pub mod scenario;
pub mod state;
pub mod worst;

use thiserror::Error;

use crate::rating::RatingError;
use crate::traffic::TrafficError;
use crate::words::calendar::CalendarError;

/// Why a sound plan cannot be reckoned through.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OutageError {
    /// A traffic formula has no answer.
    #[error("the traffic cannot be reckoned: {0}")]
    Traffic(#[from] TrafficError),
    /// A call cannot be priced.
    #[error("a call cannot be priced: {0}")]
    Rating(#[from] RatingError),
    /// The calendar cannot be built.
    #[error("the calendar cannot be built: {0}")]
    Calendar(#[from] CalendarError),
    /// A quantity left its unit.
    #[error("the floor cannot be reckoned: {0}")]
    Unit(#[from] crate::words::units::UnitError),
    /// The plan's start lies outside the horizon.
    #[error("the scenario starts at {at}, outside the 365 days from {as_of}")]
    StartOutsideHorizon {
        /// The start, local.
        at: String,
        /// First day of the horizon.
        as_of: chrono::NaiveDate,
    },
    /// Amounts that cannot be added.
    #[error("amounts cannot be added: {0}")]
    Money(#[from] crate::words::money::MoneyError),
}
