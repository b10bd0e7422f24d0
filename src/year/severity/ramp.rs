//! Outages of a few known lengths: over a cell of starts the spend of each is a straight line.

use super::cells::cells;
use super::strip::{Pair, limited_line};
use crate::outage::profile::Course;
use crate::year::YearError;
use crate::year::lengths::Lengths;

/// What outages of one length cost over a cell of starts.
#[derive(Debug, Clone, Copy)]
pub struct Ramp {
    /// Probability of the start and the length.
    pub weight: f64,
    /// Spend at the cell's begin and end.
    pub spend: Pair,
}

/// The outages of one length.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Length [s].
    pub length: f64,
    /// Mean spend.
    pub mean: f64,
}

/// All ramps, with what the lengths cost and the mean time open and protected [s].
pub struct Ramps {
    /// By length, then by start.
    pub all: Vec<Ramp>,
    /// In order.
    pub known: Vec<Known>,
    /// Mean time in which the floor is open [s].
    pub open: f64,
    /// Of that the time protected [s].
    pub protected: f64,
}

/// The ramps of lengths that have a probability of their own.
///
/// # Errors
/// As [`Course::profile`].
pub fn ramps(course: &Course<'_, '_>, masses: &[(f64, f64)], year: f64) -> Result<Ramps, YearError> {
    let mut ramps = Ramps { all: Vec::new(), known: Vec::new(), open: 0.0, protected: 0.0 };
    for (length, mass) in masses {
        let fixed = Lengths::of_one(*length);
        let mut mean = 0.0;
        for cell in cells(course, &fixed, year)? {
            let over = |from: f64, to: f64| (length.min(to) - from).max(0.0);
            let time = |strip: &super::strip::Strip| {
                (over(strip.from[0], strip.to[0]) + over(strip.from[1], strip.to[1])) / 2.0
            };
            let weight = cell.weight * mass;
            for strip in &cell.strips {
                ramps.open += weight * strip.open * time(strip);
                ramps.protected += weight * strip.protected * time(strip);
            }
            let last = cell.strips.iter().rfind(|strip| strip.from[0] < *length || strip.from[1] < *length);
            let spend =
                |i: usize| last.map_or(0.0, |strip| strip.spend[i] + strip.slope * over(strip.from[i], strip.to[i]));
            let spend = [spend(0).max(0.0), spend(1).max(0.0)];
            mean += cell.weight * (spend[0] + spend[1]) / 2.0;
            ramps.all.push(Ramp { weight, spend });
        }
        ramps.known.push(Known { length: *length, mean });
    }
    Ok(ramps)
}

impl Ramp {
    /// Least and most.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        (self.spend[0].min(self.spend[1]), self.spend[0].max(self.spend[1]))
    }

    /// Mean of the spend.
    #[must_use]
    pub fn mean(&self) -> f64 {
        (self.spend[0] + self.spend[1]) / 2.0
    }

    /// Mean of its square.
    #[must_use]
    pub fn mean_square(&self) -> f64 {
        let [a, b] = self.spend;
        (a * a + a * b + b * b) / 3.0
    }

    /// Mean of the lesser of the spend and an amount.
    #[must_use]
    pub fn limited(&self, x: f64) -> f64 {
        limited_line(self.spend, x)
    }

    /// Share of the starts at which the spend passes an amount.
    #[must_use]
    pub fn exceeds(&self, x: f64) -> f64 {
        let (least, most) = self.extent();
        if most <= x {
            0.0
        } else if least >= x {
            1.0
        } else {
            (most - x) / (most - least)
        }
    }
}
