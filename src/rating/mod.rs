//! What calls cost: the row that prices a number, one call exactly, calls on average, and what is charged besides.

use rust_decimal::Decimal;
use thiserror::Error;

use crate::words::e164::DialPrefix;

pub mod average;
pub mod border;
pub mod call;
pub mod compare;
pub mod explain;
pub mod jurisdiction;
pub mod lookup;
pub mod monthly;
mod prefix_set;
mod residual;
pub mod surcharge;
mod tail;
pub mod tariff;

/// Why a call has no price.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RatingError {
    /// No row is in force for the number.
    #[error("no rate for {0}")]
    NoRate(DialPrefix),
    /// The row prices by jurisdiction, and whose states meet is not known.
    #[error("the rate depends on the states of caller and called, and the caller's state is not known")]
    JurisdictionUnknown,
    /// A sum, product or rounded amount has more digits than are kept exactly.
    #[error("the amount has more digits than can be kept exactly")]
    Overflow,
    /// A duration is negative or longer than ten years.
    #[error("{0} s is not a talk time from 0 s to ten years")]
    Duration(String),
    /// A fee, a minimum or a price is negative.
    #[error("{0} is negative, and prices are not")]
    Negative(Decimal),
    /// Price steps that do not begin at 0 s, or of which one begins inside an increment of the one before it.
    #[error("price steps begin at 0 s, each later one after a whole number of the increments before it")]
    Steps,
    /// An expected amount that is not finite.
    #[error("the expected amount is not finite")]
    NotFinite,
}
