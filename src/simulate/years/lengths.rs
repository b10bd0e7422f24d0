//! Lengths of outages by inversion.

use crate::model::law::DurationLaw;

/// A law of lengths, cut at the longest that anybody waits.
#[derive(Debug, Clone)]
pub enum Lengths {
    /// Single lengths [s], each with the probability of it and the shorter ones.
    Listed(Vec<(f64, f64)>),
    /// Any.
    Law {
        /// The law.
        law: DurationLaw,
        /// Nobody waits longer [s].
        longest: f64,
    },
}

impl Lengths {
    /// A law, and the longest outage that anybody waits for [s].
    #[must_use]
    pub fn new(law: &DurationLaw, longest: Option<f64>) -> Self {
        let longest = longest.unwrap_or(f64::INFINITY);
        let Some(atoms) = law.atoms() else { return Self::Law { law: law.clone(), longest } };
        let mut sum = 0.0;
        let listed = atoms.iter().map(|(length, mass)| {
            sum += mass;
            (length.min(longest), sum)
        });
        Self::Listed(listed.collect())
    }

    /// The least length that a share of at least u does not pass [s].
    #[must_use]
    pub fn at(&self, u: f64) -> f64 {
        match self {
            Self::Listed(lengths) => {
                let place = lengths.partition_point(|(_, at_most)| *at_most < u);
                // Sums of shares end beside 1.
                lengths.get(place).or(lengths.last()).map_or(0.0, |(length, _)| *length)
            }
            Self::Law { law, longest } => law.quantile(u).min(*longest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_met_by_their_shares() {
        let law = DurationLaw::list(vec![60.0, 600.0, 60.0, 7200.0]).unwrap();
        let lengths = Lengths::new(&law, Some(3600.0));
        for (u, want) in [(1e-9, 60.0), (0.5, 60.0), (0.51, 600.0), (0.75, 600.0), (0.76, 3600.0), (1.0, 3600.0)] {
            assert_eq!(lengths.at(u), want, "{u}");
        }
        // Sevenths do not add up to 1 in floats.
        let lengths = Lengths::new(&DurationLaw::list((1..=7).map(f64::from).collect()).unwrap(), None);
        assert_eq!(lengths.at(1.0 - 1e-16), 7.0);
        let lengths = Lengths::new(&DurationLaw::exponential(60.0).unwrap(), Some(90.0));
        assert_eq!(lengths.at(0.99), 90.0);
        assert!((lengths.at(0.5) - 60.0 * std::f64::consts::LN_2).abs() < 1e-9);
    }
}
