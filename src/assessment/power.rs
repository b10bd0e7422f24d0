//! What amounts billed can tell about amounts predicted, and what they cannot.

use crate::words::special::gamma;
use crate::words::special::normal;
use crate::words::special::student::upper_quantile;

/// Chance that the test cries out although nothing is wrong: one time in twenty.
pub const FALSE_ALARM: f64 = 0.05;
/// Chance with which an error of [`Test::detects`] is noticed: nineteen times in twenty.
pub const POWER: f64 = 0.95;
/// Scatter below this is rounding of the amounts.
const NONE: f64 = 1e-9;

/// Ratios of billed to predicted amounts, tested on their logarithms: is their mean 0, by Student's t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// How many ratios.
    pub incidents: usize,
    /// Their geometric mean.
    pub ratio: f64,
    /// Standard deviation of their logarithms.
    pub scatter: f64,
    /// The factor by which prices are off lies above this 19 times of 20.
    pub low: f64,
    /// And below this.
    pub high: f64,
    /// The factor of mis-pricing, either way, that so many incidents with such a scatter show 19 times of 20.
    pub detects: f64,
}

impl Test {
    /// Whether the amounts billed are at odds with those predicted.
    #[must_use]
    pub fn at_odds(&self) -> bool {
        self.low > 1.0 || self.high < 1.0
    }
}

/// Tests ratios; nothing for fewer than two, which show no scatter.
#[must_use]
pub fn test(ratios: &[f64]) -> Option<Test> {
    let n = ratios.len() as f64;
    if ratios.len() < 2 {
        return None;
    }
    let logs: Vec<f64> = ratios.iter().map(|ratio| libm::log(*ratio)).collect();
    let mean = logs.iter().sum::<f64>() / n;
    let square: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
    let scatter = libm::sqrt(square / (n - 1.0));
    let scatter = if scatter < NONE { 0.0 } else { scatter };
    let error = scatter / libm::sqrt(n);
    let t = upper_quantile(n - 1.0, FALSE_ALARM / 2.0);
    Some(Test {
        incidents: ratios.len(),
        ratio: libm::exp(mean),
        scatter,
        low: libm::exp(mean - t * error),
        high: libm::exp(mean + t * error),
        detects: libm::exp(noticed(n - 1.0, t) * error),
    })
}

/// Points of the mean over the law of the scatter.
const NODES: u32 = 400;

/// How many standard errors the truth must be off to be noticed [`POWER`] of the times: the test statistic has a
/// noncentral t law, (Z + δ)/√(χ²/ν), and P(T > t) is the mean of Φ(δ − t·√(χ²/ν)) over χ².
fn noticed(freedom: f64, t: f64) -> f64 {
    let scatters: Vec<f64> = (0..NODES)
        .map(|i| (f64::from(i) + 0.5) / f64::from(NODES))
        .map(|u| libm::sqrt(2.0 * gamma::inverse(freedom / 2.0, u, 1.0 - u) / freedom))
        .collect();
    let power = |delta: f64| -> f64 {
        let of = |scatter: &f64| normal::upper(t * scatter - delta) + normal::upper(t * scatter + delta);
        scatters.iter().map(of).sum::<f64>() / f64::from(NODES)
    };
    let (mut low, mut high) = (0.0, 10.0 * t);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if power(middle) < POWER {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_as_in_the_tables() {
        // What sample sizes of a one-sample t test come to: for n = 10, 20 and 50 a power of 0.95 at a two-sided 0.05
        // takes 1.288, 0.850 and 0.520 standard deviations (noncentral t; Cohen's d of G*Power's tables, by bisection
        // of the law's series elsewhere).
        for (n, want) in [(10.0, 1.288), (20.0, 0.850), (50.0, 0.520)] {
            let t = upper_quantile(n - 1.0, 0.025);
            let got = noticed(n - 1.0, t) / libm::sqrt(n);
            assert!((got / want - 1.0).abs() < 5e-3, "{n} {got} {want}");
        }
        // Without doubt about the scatter it is z for 0.025 and z for 0.05: 1.95996 + 1.64485.
        let many = noticed(1e6, upper_quantile(1e6, 0.025));
        assert!((many - 3.60481).abs() < 1e-3, "{many}");
    }

    #[test]
    fn two_incidents_tell_next_to_nothing() {
        let test = test(&[1.1, 0.9]).unwrap();
        assert!(!test.at_odds() && test.detects > 2.0, "{test:?}");
        assert!((test.ratio - (1.1_f64 * 0.9).sqrt()).abs() < 1e-12);
        assert!(super::test(&[1.3]).is_none() && super::test(&[]).is_none());
    }

    #[test]
    fn many_that_agree_tell_a_small_error() {
        let ratios: Vec<f64> = (0..30).map(|i| 1.3 * if i % 2 == 0 { 1.05 } else { 1.0 / 1.05 }).collect();
        let test = test(&ratios).unwrap();
        assert!(test.at_odds() && test.low > 1.27 && test.high < 1.33 && test.detects < 1.05, "{test:?}");
        // No scatter at all: every error shows.
        let same = super::test(&[2.0, 2.0]).unwrap();
        assert_eq!((same.scatter, same.detects), (0.0, 1.0));
        assert!(same.at_odds());
    }
}
