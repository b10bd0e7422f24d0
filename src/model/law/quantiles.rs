//! How long an outage lasts at a probability, and where its lengths can lie.

use libm::{exp, expm1, log, log1p, pow};

use super::DurationLaw;
use super::measures::pert;
use crate::words::special::{beta, gamma, normal};

impl DurationLaw {
    /// The least d with P(D ≤ d) ≥ p [s]; where the law begins for p ≤ 0, where it ends for p ≥ 1, and the greatest
    /// float where that is beyond.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.at(p, 1.0 - p)
    }

    /// The least d with P(D > d) ≤ q [s], also for a q far below the digits of 1 − q.
    #[must_use]
    pub fn upper_quantile(&self, q: f64) -> f64 {
        self.at(1.0 - q, q)
    }

    /// Where p lies below and q = 1 − p above; the smaller of the two says where.
    fn at(&self, p: f64, q: f64) -> f64 {
        let (begin, end) = self.support();
        if !(p > 0.0 || q < 1.0) {
            return begin;
        }
        if q.is_nan() || q <= 0.0 {
            return end.min(f64::MAX);
        }
        // −ln q, from p where q is nearly 1.
        let exponent = || if p < q { -log1p(-p) } else { -log(q) };
        let d = match self {
            Self::Fixed { seconds } => *seconds,
            Self::Exponential { mean } => mean * exponent(),
            Self::Lognormal { mu, sigma } => exp(mu + sigma * normal::quantile(p, q)),
            Self::Weibull { shape, scale } => scale * pow(exponent(), 1.0 / shape),
            Self::Gamma { shape, scale } => scale * gamma::inverse(*shape, p, q),
            Self::Lomax { shape, scale } => scale * expm1(exponent() / shape),
            Self::Pert { min, mode, max } => {
                let (a, b, width) = pert(*min, *mode, *max);
                let (x, y) = beta::inverse(a, b, p, q);
                if x < y { min + width * x } else { max - width * y }
            }
            Self::List(lengths) => {
                let mut sorted = lengths.clone();
                sorted.sort_by(f64::total_cmp);
                let n = sorted.len() as f64;
                // The first place with enough at or below it, or few enough above.
                let enough = |i: usize| if p < q { (i + 1) as f64 / n >= p } else { (n - (i + 1) as f64) / n <= q };
                let place = (0..sorted.len()).find(|i| enough(*i));
                place.and_then(|i| sorted.get(i)).or(sorted.last()).copied().unwrap_or(0.0)
            }
        };
        d.clamp(begin, end.min(f64::MAX))
    }

    /// Where the lengths begin and end [s]; infinity where they do not.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match self {
            Self::Fixed { seconds } => (*seconds, *seconds),
            Self::Pert { min, max, .. } => (*min, *max),
            Self::List(lengths) => {
                (lengths.iter().copied().fold(f64::INFINITY, f64::min), lengths.iter().copied().fold(0.0, f64::max))
            }
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The single lengths [s] of a law that has only such, the least first, each with its probability.
    #[must_use]
    pub fn atoms(&self) -> Option<Vec<(f64, f64)>> {
        let mut sorted = match self {
            Self::Fixed { seconds } => vec![*seconds],
            Self::List(lengths) => lengths.clone(),
            _ => return None,
        };
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        Some(sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as f64 / n)).collect())
    }
}
