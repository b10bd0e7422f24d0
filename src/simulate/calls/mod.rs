//! Every call of an outage, one by one: the judge of the formulas.
//!
//! A floor dials through trunks that hit, refuse, ring, are marked down and come back, and each answered call is billed.
//! None of this uses a formula of [`crate::traffic`], [`crate::outage`], [`crate::year`] or the average call: only the
//! plan's laws, the table of SIP answers and the price of one call are shared.
//!
//! | file | subject |
//! |---|---|
//! | [`floor`] | a plan, a cause, a length and a start, made ready |
//! | [`run`](mod@run) | one run: the events in their order |
//! | [`queue`] | the heap of moments |
//! | [`pace`] | when the dialer starts its next attempt |
//! | [`gate`] | the carrier's count of calls per second |
//! | [`price`], [`bill`] | what each call is charged, and a whole run |
//! | [`purse`] | daily caps and prepaid balances |
//! | [`tally`], [`trace`] | what is counted, and every attempt |
//! | [`many`] | independent runs, on any number of threads |
//!
//! Time is whole nanoseconds; equal times come in the order in which they were set.

pub mod bill;
pub mod floor;
pub mod gate;
pub mod many;
pub mod pace;
pub mod price;
pub mod purse;
pub mod queue;
pub mod run;
pub mod tally;
pub mod time;
pub mod trace;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::rating::RatingError;
use crate::words::calendar::{CalendarError, Instant};

/// The outage that is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// Index of the cause.
    pub cause: usize,
    /// Its length [s].
    pub length: f64,
    /// When it begins.
    pub start: Instant,
}

/// Why an outage cannot be simulated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CallsError {
    /// The plan has no such cause.
    #[error("the plan has no such cause")]
    NoCause,
    /// A length that no outage has, or longer than a year.
    #[error("an outage that is simulated call by call lasts longer than 0 s and a year at most")]
    Length,
    /// More trunks than an attempt can ask.
    #[error("more than {most} trunks are not simulated call by call")]
    TooManyTrunks {
        /// Most of them.
        most: usize,
    },
    /// More attempts than can be waited for.
    #[error("about {attempts:.2e} attempts are more than {most:.0e}: take a shorter outage or fewer runs")]
    TooManyAttempts {
        /// How many there would be.
        attempts: f64,
        /// Most of them.
        most: f64,
    },
    /// A dialer whose lines are all in use all the time.
    #[error("campaign `{campaign}` keeps all its lines busy all the time: such a dialer has no pace to simulate")]
    LinesNeverIdle {
        /// The campaign.
        campaign: String,
    },
    /// The calendar cannot be built.
    #[error("the calendar cannot be built: {0}")]
    Calendar(#[from] CalendarError),
    /// A call cannot be priced.
    #[error("a call cannot be priced: {0}")]
    Rating(#[from] RatingError),
}
