//! What failovers cost in a year: the exact law, by transform.
//!
//! [`lengths`] integrates the law of an outage's length, [`severity`] puts it on the spending curve of every start in
//! the year, [`compound`] lets each cause strike its random number of times and adds the causes up, and [`figures`]
//! reads quantiles, tail means and probabilities off, doubling the grid until they stand still.

pub mod atoms;
pub mod compound;
pub mod counts;
pub mod exact;
pub mod figures;
pub mod lengths;
pub mod range;
pub mod severity;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::outage::OutageError;

/// Why there is no law of the year.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum YearError {
    /// An outage cannot be reckoned.
    #[error(transparent)]
    Outage(#[from] OutageError),
    /// The mean is infinite.
    #[error("the mean length of {cause} is infinite: give it a `longest`")]
    NoMean {
        /// The cause.
        cause: String,
    },
    /// The grid cannot be made fine enough.
    #[error("{figure} of the year cannot be had to five digits: {bound:.1e} at {points} points")]
    NotExact {
        /// Which figure.
        figure: String,
        /// The last change, relative.
        bound: f64,
        /// Points of the grid.
        points: usize,
    },
    /// The transform fails: a bug of the grid's length.
    #[error("the transform cannot be made: {0}")]
    Transform(String),
}
