//! Whether a simulated figure and a reckoned one can be the same.

use crate::simulate::interval::student;

/// The level of every interval.
pub const LEVEL: f64 = 0.95;

/// Of fewer events in all runs together an interval says too little.
pub const FEWEST: f64 = 30.0;

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Events.
    Count,
    /// Anything else.
    Quantity,
    /// The plan's currency.
    Money,
}

/// A figure of an outage.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its key in JSON.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it counts in.
    pub kind: Kind,
    /// What the formulas say; nothing where they say nothing.
    pub analytic: Option<f64>,
    /// Mean of the runs.
    pub mean: f64,
    /// Standard error of the mean.
    pub error: f64,
    /// Runs.
    pub runs: u64,
    /// Sum over the runs.
    pub sum: f64,
}

/// What simulation and formulas make of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Agreement {
    /// The formulas say nothing.
    Unknown,
    /// Too few events, or runs, to tell.
    TooFew,
    /// The reckoned figure lies in the interval.
    Consistent,
    /// It does not: by how much the reckoned figure is above the simulated one.
    Off {
        /// Reckoned less simulated, over simulated [1].
        by: f64,
        /// The same in standard errors.
        errors: f64,
    },
}

impl Figure {
    /// The figure from its value in every run.
    #[must_use]
    pub fn new(key: &'static str, name: &'static str, kind: Kind, values: &[f64], analytic: Option<f64>) -> Self {
        let runs = values.len() as f64;
        let sum: f64 = values.iter().sum();
        let mean = if values.is_empty() { f64::NAN } else { sum / runs };
        let square: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let error = libm::sqrt(square / (runs - 1.0) / runs);
        Self { key, name, kind, analytic, mean, error, runs: values.len() as u64, sum }
    }

    /// Half the width of the interval of the mean, by Student's law; nothing of a single run.
    #[must_use]
    pub fn half(&self, level: f64) -> Option<f64> {
        (self.runs > 1).then(|| student(self.runs as f64 - 1.0, level) * self.error)
    }

    /// Whether the formulas agree, at the level of a single interval.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement_at(LEVEL)
    }

    /// Whether the formulas agree, at a level.
    #[must_use]
    pub fn agreement_at(&self, level: f64) -> Agreement {
        let Some(analytic) = self.analytic else { return Agreement::Unknown };
        let nothing = |value: f64| value.abs() < 1e-9;
        if nothing(analytic) && self.sum == 0.0 {
            return Agreement::Consistent;
        }
        let expected = analytic * self.runs as f64;
        let few = self.kind == Kind::Count && self.sum < FEWEST && expected < FEWEST;
        let Some(half) = self.half(level).filter(|_| !few) else { return Agreement::TooFew };
        // Sums of floats end beside the point.
        let off = analytic - self.mean;
        if off.abs() <= half + 1e-9 * self.mean.abs() {
            return Agreement::Consistent;
        }
        Agreement::Off { by: off / self.mean, errors: off / self.error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: &[f64], analytic: Option<f64>) -> Figure {
        Figure::new("k", "n", Kind::Count, values, analytic)
    }

    #[test]
    fn intervals_by_student() {
        // Mean 20, standard deviation 10, 4 runs: 20 ± 3.1824 · 5.
        let values = [10.0, 30.0, 10.0 + 2.0 / 3.0, 30.0 - 2.0 / 3.0];
        let spread = figure(&values, None);
        let half = spread.half(0.95).unwrap();
        assert!((half / spread.error - 3.18245).abs() < 1e-4, "{half}");
        assert_eq!(spread.agreement(), Agreement::Unknown);
        assert_eq!(figure(&values, Some(20.0)).agreement(), Agreement::Consistent);
        assert!(matches!(figure(&values, Some(80.0)).agreement(), Agreement::Off { by, .. } if by > 0.0));
    }

    #[test]
    fn little_is_no_agreement() {
        assert_eq!(figure(&[0.0, 0.0], Some(0.0)).agreement(), Agreement::Consistent);
        assert_eq!(figure(&[0.0, 0.0], Some(0.1)).agreement(), Agreement::TooFew);
        assert_eq!(figure(&[100.0], Some(100.0)).agreement(), Agreement::TooFew);
        // No spread at all, and another figure.
        assert!(matches!(figure(&[100.0, 100.0], Some(99.0)).agreement(), Agreement::Off { .. }));
        // Nothing was seen where much was expected: that is no want of events.
        assert!(matches!(figure(&[0.0, 0.0], Some(99.0)).agreement(), Agreement::Off { .. }));
    }
}
