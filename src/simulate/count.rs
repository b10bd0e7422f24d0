//! How many events a year has, from one uniform draw.

use crate::model::cause::Frequency;
use crate::words::special::{beta, gamma};

/// A law of counts, tabulated for inversion.
#[derive(Debug, Clone)]
pub struct Counts {
    law: Law,
    /// The count of the first entry.
    first: u64,
    /// P(N ≤ first + i), summed from the low end.
    at_most: Vec<f64>,
    /// P(N > first + i), summed from the high end: near 1 the other sum has too few digits.
    above: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Law {
    Poisson { mean: f64 },
    NegativeBinomial { mean: f64, shape: f64 },
}

/// Entries to either side of the most likely count; what lies beyond is searched. Only vast or very clustered counts go
/// there.
const MOST_ENTRIES: usize = 1 << 18;

/// Mass that no table holds: far below what a draw can hit.
const NEGLIGIBLE: f64 = 1e-22;

impl Law {
    /// Where the plan gives incidents seen in years, the mean is uncertain: with the Jeffreys prior its posterior is
    /// gamma with shape incidents + ½ and rate years, and the count is negative binomial.
    fn of(frequency: &Frequency) -> Self {
        match *frequency {
            Frequency::Poisson { mean } => Self::Poisson { mean },
            Frequency::NegativeBinomial { mean, shape } => Self::NegativeBinomial { mean, shape },
            Frequency::Observed { incidents, years } => {
                let shape = f64::from(incidents) + 0.5;
                Self::NegativeBinomial { mean: shape / years, shape }
            }
        }
    }

    fn mean(self) -> f64 {
        let (Self::Poisson { mean } | Self::NegativeBinomial { mean, .. }) = self;
        mean
    }

    /// P(N = k), in a form whose powers do not cancel.
    fn mass(self, k: f64) -> f64 {
        match self {
            Self::Poisson { mean } if k > 0.0 => gamma::term(k, mean),
            Self::Poisson { mean } => libm::exp(-mean),
            Self::NegativeBinomial { mean, shape } => {
                let sum = mean + shape;
                if k > 0.0 {
                    // Γ(k + r)/(k!·Γ(r)) = 1/(k·B(r, k)).
                    beta::term(shape, k, shape / sum, mean / sum) / k
                } else {
                    libm::exp(-shape * libm::log1p(mean / shape))
                }
            }
        }
    }

    /// P(N = k + 1)/P(N = k).
    fn ratio(self, k: f64) -> f64 {
        match self {
            Self::Poisson { mean } => mean / (k + 1.0),
            Self::NegativeBinomial { mean, shape } => (k + shape) / (k + 1.0) * (mean / (mean + shape)),
        }
    }

    /// P(N ≤ k) and P(N > k) (DLMF 8.4.10 and 8.17.24).
    fn tails(self, k: f64) -> (f64, f64) {
        match self {
            Self::Poisson { mean } => {
                let (above, at_most) = gamma::incomplete(k + 1.0, mean);
                (at_most, above)
            }
            Self::NegativeBinomial { mean, shape } => {
                let sum = mean + shape;
                beta::incomplete(shape, k + 1.0, shape / sum, mean / sum)
            }
        }
    }

    /// The most likely count.
    fn mode(self) -> f64 {
        match self {
            Self::Poisson { mean } => libm::floor(mean),
            Self::NegativeBinomial { mean, shape } => libm::floor((mean * (1.0 - 1.0 / shape)).max(0.0)),
        }
    }
}

impl Counts {
    /// Tabulates how often a cause strikes in a year.
    #[must_use]
    pub fn new(frequency: &Frequency) -> Self {
        let law = Law::of(frequency);
        let mean = law.mean();
        if mean.is_nan() || mean <= 0.0 {
            return Self { law: Law::Poisson { mean: 0.0 }, first: 0, at_most: vec![1.0], above: vec![0.0] };
        }
        let mode = law.mode();
        let mut masses = Vec::new();
        let (mut k, mut mass) = (mode, law.mass(mode));
        while k > 0.0 && mass > NEGLIGIBLE * NEGLIGIBLE && masses.len() < MOST_ENTRIES {
            k -= 1.0;
            mass /= law.ratio(k);
            masses.push(mass);
        }
        let first = k;
        masses.reverse();
        let below = masses.len();
        (k, mass) = (mode, law.mass(mode));
        loop {
            masses.push(mass);
            let ratio = law.ratio(k);
            // What is left is at most a geometric sum.
            if (ratio < 1.0 && mass * ratio / (1.0 - ratio) < NEGLIGIBLE) || masses.len() > below + MOST_ENTRIES {
                break;
            }
            mass *= ratio;
            k += 1.0;
        }
        let mut low = if first > 0.0 { law.tails(first - 1.0).0 } else { 0.0 };
        let mut high = law.tails(k).1;
        let at_most = masses
            .iter()
            .map(|mass| {
                low += mass;
                low
            })
            .collect();
        let mut above: Vec<f64> = masses
            .iter()
            .rev()
            .map(|mass| {
                let here = high;
                high += mass;
                here
            })
            .collect();
        above.reverse();
        Self { law, first: first as u64, at_most, above }
    }

    /// The least count with P(N ≤ count) ≥ u, for u between 0 and 1.
    #[must_use]
    pub fn number(&self, u: f64) -> u64 {
        let (place, searched) = if u <= 0.5 {
            (self.at_most.partition_point(|below| *below < u), u)
        } else {
            (self.above.partition_point(|above| *above > 1.0 - u), 1.0 - u)
        };
        let beyond = place == self.at_most.len();
        // The first entry also stands for all below it.
        let before = place == 0 && self.first > 0;
        if beyond || before { self.search(u <= 0.5, searched) } else { self.first + place as u64 }
    }

    /// Halving over all counts, where the table ends.
    fn search(&self, lower: bool, tail: f64) -> u64 {
        let enough = |k: u64| {
            let (at_most, above) = self.law.tails(k as f64);
            if lower { at_most >= tail } else { above <= tail }
        };
        let (mut low, mut high) = (0, 1 << 53);
        while low < high {
            let middle = low + (high - low) / 2;
            if enough(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Expected number a year.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.law.mean()
    }

    /// Variance of the number a year.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self.law {
            Law::Poisson { mean } => mean,
            Law::NegativeBinomial { mean, shape } => mean + mean * mean / shape,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::{Keyed, Purpose};

    fn frequencies() -> Vec<Frequency> {
        let mut all: Vec<Frequency> =
            [1e-6, 0.3, 4.0, 37.5, 1e3, 1e5].iter().map(|mean| Frequency::Poisson { mean: *mean }).collect();
        for (mean, shape) in [(4.0, 0.5), (4.0, 1.0), (0.2, 30.0), (1e3, 2.5), (1e5, 400.0), (50.0, 1e6), (3.0, 0.01)] {
            all.push(Frequency::NegativeBinomial { mean, shape });
        }
        all.push(Frequency::Observed { incidents: 0, years: 3.0 });
        all.push(Frequency::Observed { incidents: 7, years: 2.5 });
        all
    }

    #[test]
    fn tables_agree_with_the_incomplete_functions() {
        for frequency in frequencies() {
            let counts = Counts::new(&frequency);
            let step = (counts.at_most.len() / 50).max(1);
            for i in (0..counts.at_most.len()).step_by(step) {
                let (at_most, above) = counts.law.tails((counts.first + i as u64) as f64);
                assert!((counts.at_most[i] - at_most).abs() < 1e-12, "{frequency:?} {i}");
                assert!((counts.above[i] - above).abs() <= 1e-9 * above + 1e-20, "{frequency:?} {i}");
            }
        }
    }

    #[test]
    fn masses_in_closed_form() {
        let table = |frequency: &Frequency| Counts::new(frequency).at_most;
        // Poisson(4): e⁻⁴·(1, 1 + 4, 1 + 4 + 8, …); a geometric law is negative binomial with shape 1.
        let poisson = table(&Frequency::Poisson { mean: 4.0 });
        let mut sum = 0.0;
        let mut term = libm::exp(-4.0);
        for (k, got) in poisson.iter().take(12).enumerate() {
            sum += term;
            term *= 4.0 / (k + 1) as f64;
            assert!((got - sum).abs() < 1e-15, "{k}");
        }
        let geometric = table(&Frequency::NegativeBinomial { mean: 3.0, shape: 1.0 });
        for (k, got) in geometric.iter().take(40).enumerate() {
            assert!((got - (1.0 - libm::pow(0.75, (k + 1) as f64))).abs() < 1e-14, "{k}");
        }
        // Observed 0 in 1 year: shape ½, P(0) = √(1/2).
        assert!((table(&Frequency::Observed { incidents: 0, years: 1.0 })[0] - 0.5f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn inversion_is_the_least_count() {
        for frequency in frequencies() {
            let counts = Counts::new(&frequency);
            for u in [1.2e-16, 1e-9, 0.01, 0.3, 0.4999, 0.5, 0.50001, 0.9, 0.999_999, 1.0 - 1.2e-16] {
                let k = counts.number(u);
                let lower = u <= 0.5;
                let holds = |k: u64, slack: f64| {
                    let (at_most, above) = counts.law.tails(k as f64);
                    if lower { at_most >= u * (1.0 - slack) } else { above <= (1.0 - u) * (1.0 + slack) }
                };
                assert!(holds(k, 1e-9), "{frequency:?} {u} {k}");
                assert!(k == 0 || !holds(k - 1, -1e-9), "{frequency:?} {u} {k}");
            }
            assert!(counts.number(0.3) <= counts.number(0.5) && counts.number(0.5) <= counts.number(0.500_001));
        }
    }

    #[test]
    fn draws_have_the_moments() {
        let years = 100_000u64;
        for (cause, frequency) in frequencies().iter().enumerate() {
            let counts = Counts::new(frequency);
            let (mean, variance) = (counts.mean(), counts.variance());
            let (mut first, mut second, mut fourth) = (0.0, 0.0, 0.0);
            for year in 0..years {
                let u = Keyed::new(11).year(cause as u32, year).uniform(0, Purpose::Count);
                let off = counts.number(u) as f64 - mean;
                first += off;
                second += off * off;
                fourth += off * off * off * off;
            }
            let n = years as f64;
            let error = (variance / n).sqrt();
            assert!((first / n).abs() < 4.0 * error + 1e-6 * mean, "{frequency:?} {}", first / n / error);
            let error = ((fourth / n - variance * variance).max(0.0) / n).sqrt();
            assert!((second / n - variance).abs() < 4.5 * error + 1e-5, "{frequency:?} {} {variance}", second / n);
        }
    }

    #[test]
    fn draws_have_the_masses() {
        // Chi-square of 10 classes: 99.9 % of the time below 27.88 with 9 degrees of freedom.
        for frequency in [Frequency::Poisson { mean: 4.0 }, Frequency::NegativeBinomial { mean: 4.0, shape: 2.0 }] {
            let counts = Counts::new(&frequency);
            let mut seen = [0.0; 10];
            for year in 0..100_000 {
                let u = Keyed::new(3).year(9, year).uniform(0, Purpose::Count);
                seen[(counts.number(u) as usize).min(9)] += 1.0;
            }
            let mut square = 0.0;
            for (k, seen) in seen.iter().enumerate() {
                let mass = if k < 9 { counts.law.mass(k as f64) } else { counts.law.tails(8.0).1 };
                square += (seen - 1e5 * mass) * (seen - 1e5 * mass) / (1e5 * mass);
            }
            assert!(square < 27.88, "{frequency:?} {square}");
        }
    }

    #[test]
    fn vast_and_odd_laws_still_count() {
        let vast = Counts::new(&Frequency::Poisson { mean: 1e12 });
        assert!((vast.number(0.5) as f64 / 1e12 - 1.0).abs() < 1e-6);
        let low = vast.number(1e-12) as f64;
        assert!((low - 1e12 + 7.03e6).abs() < 1e5, "{low}");
        let clustered = Counts::new(&Frequency::NegativeBinomial { mean: 1e5, shape: 0.01 });
        assert_eq!(clustered.number(0.5), 0);
        assert!(clustered.number(1.0 - 1e-9) > 1 << 19);
        for mean in [0.0, -1.0, f64::NAN] {
            assert_eq!(Counts::new(&Frequency::Poisson { mean }).number(0.999), 0);
        }
    }
}
