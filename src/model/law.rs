//! Laws of talk time and of outage lengths.

use libm::{erfc, exp, log, sqrt};
use thiserror::Error;

/// Parameters that no law has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct LawError(pub &'static str);

/// The law of the talk time of an answered call. Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TalkLaw {
    /// Always the same.
    Fixed {
        /// Talk time [s].
        seconds: f64,
    },
    /// Memoryless.
    Exponential {
        /// Mean [s].
        mean: f64,
    },
    /// The logarithm is normal.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl TalkLaw {
    /// Always the same talk time [s].
    ///
    /// # Errors
    /// Where the time is not above 0.
    pub fn fixed(seconds: f64) -> Result<Self, LawError> {
        positive(seconds, "a fixed talk time is above 0")?;
        Ok(Self::Fixed { seconds })
    }

    /// Exponential with a mean [s].
    ///
    /// # Errors
    /// Where the mean is not above 0.
    pub fn exponential(mean: f64) -> Result<Self, LawError> {
        positive(mean, "a mean talk time is above 0")?;
        Ok(Self::Exponential { mean })
    }

    /// Lognormal with mean and standard deviation of the time itself [s].
    ///
    /// # Errors
    /// Where either is not above 0.
    pub fn lognormal(mean: f64, sd: f64) -> Result<Self, LawError> {
        positive(mean, "a mean talk time is above 0")?;
        positive(sd, "a standard deviation is above 0")?;
        let (mu, sigma) = lognormal_of_moments(mean, sd);
        Ok(Self::Lognormal { mu, sigma })
    }

    /// Mean talk time [s].
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Fixed { seconds } => seconds,
            Self::Exponential { mean } => mean,
            Self::Lognormal { mu, sigma } => exp(mu + sigma * sigma / 2.0),
        }
    }

    /// P(T > t), t in seconds.
    #[must_use]
    pub fn survival(&self, t: f64) -> f64 {
        match *self {
            Self::Fixed { seconds } => f64::from(u8::from(seconds > t)),
            Self::Exponential { mean } => exp(-(t.max(0.0)) / mean),
            Self::Lognormal { mu, sigma } => {
                if t <= 0.0 {
                    1.0
                } else {
                    erfc((log(t) - mu) / (sigma * std::f64::consts::SQRT_2)) / 2.0
                }
            }
        }
    }
}

/// Parameters of a lognormal law from its mean and standard deviation: sigma² = ln(1 + sd²/mean²).
fn lognormal_of_moments(mean: f64, sd: f64) -> (f64, f64) {
    let variance = libm::log1p((sd / mean) * (sd / mean));
    (log(mean) - variance / 2.0, sqrt(variance))
}

fn positive(value: f64, what: &'static str) -> Result<(), LawError> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(LawError(what)) }
}

/// The law of the length of an outage. Times in seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationLaw {
    /// Always the same.
    Fixed {
        /// Length [s].
        seconds: f64,
    },
    /// Memoryless.
    Exponential {
        /// Mean [s].
        mean: f64,
    },
    /// The logarithm is normal.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale [s].
        scale: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape.
        shape: f64,
        /// Scale [s].
        scale: f64,
    },
    /// Lomax (Pareto of the second kind).
    Lomax {
        /// Shape; the mean is infinite up to 1, the variance up to 2.
        shape: f64,
        /// Scale [s].
        scale: f64,
    },
    /// PERT: a beta law between two bounds.
    Pert {
        /// Least [s].
        min: f64,
        /// Most likely [s].
        mode: f64,
        /// Most [s].
        max: f64,
    },
    /// Past lengths, each equally likely [s].
    List(Vec<f64>),
}

/// The 95 % quantile of the standard normal law (NIST DLMF 7.17; 16 digits).
const Z95: f64 = 1.644_853_626_951_472_2;

impl DurationLaw {
    /// Always the same length [s].
    ///
    /// # Errors
    /// Where it is not above 0.
    pub fn fixed(seconds: f64) -> Result<Self, LawError> {
        positive(seconds, "a fixed length is above 0")?;
        Ok(Self::Fixed { seconds })
    }

    /// Exponential with a mean [s].
    ///
    /// # Errors
    /// Where the mean is not above 0.
    pub fn exponential(mean: f64) -> Result<Self, LawError> {
        positive(mean, "a mean length is above 0")?;
        Ok(Self::Exponential { mean })
    }

    /// Lognormal from mean and standard deviation [s].
    ///
    /// # Errors
    /// Where either is not above 0.
    pub fn lognormal_moments(mean: f64, sd: f64) -> Result<Self, LawError> {
        positive(mean, "a mean length is above 0")?;
        positive(sd, "a standard deviation is above 0")?;
        let (mu, sigma) = lognormal_of_moments(mean, sd);
        Ok(Self::Lognormal { mu, sigma })
    }

    /// Lognormal from median and 95 % quantile [s].
    ///
    /// # Errors
    /// Where the median is not above 0 or not below the quantile.
    pub fn lognormal_quantiles(median: f64, p95: f64) -> Result<Self, LawError> {
        positive(median, "a median length is above 0")?;
        if !(p95.is_finite() && p95 > median) {
            return Err(LawError("the median is below p95"));
        }
        Ok(Self::Lognormal { mu: log(median), sigma: log(p95 / median) / Z95 })
    }

    /// Lognormal from median [s] and the standard deviation of the logarithm.
    ///
    /// # Errors
    /// Where either is not above 0.
    pub fn lognormal_sigma(median: f64, sigma: f64) -> Result<Self, LawError> {
        positive(median, "a median length is above 0")?;
        positive(sigma, "sigma is above 0")?;
        Ok(Self::Lognormal { mu: log(median), sigma })
    }

    /// Weibull, gamma or Lomax from shape and scale [s].
    ///
    /// # Errors
    /// Where either is not above 0.
    pub fn shaped(law: fn(f64, f64) -> Self, shape: f64, scale: f64) -> Result<Self, LawError> {
        positive(shape, "a shape is above 0")?;
        positive(scale, "a scale is above 0")?;
        Ok(law(shape, scale))
    }

    /// PERT from least, most likely and most [s].
    ///
    /// # Errors
    /// Where they are not in order or do not differ.
    pub fn pert(min: f64, mode: f64, max: f64) -> Result<Self, LawError> {
        let ordered = min >= 0.0 && min <= mode && mode <= max && min < max && max.is_finite();
        if ordered {
            Ok(Self::Pert { min, mode, max })
        } else {
            Err(LawError("0 ≤ min ≤ mode ≤ max, and min < max"))
        }
    }

    /// Past lengths [s].
    ///
    /// # Errors
    /// Where there are none, or one is not above 0.
    pub fn list(lengths: Vec<f64>) -> Result<Self, LawError> {
        if lengths.is_empty() {
            return Err(LawError("a list of past lengths has at least one"));
        }
        for length in &lengths {
            positive(*length, "a past length is above 0")?;
        }
        Ok(Self::List(lengths))
    }

    /// Mean length [s]; nothing where it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        match self {
            Self::Fixed { seconds } => Some(*seconds),
            Self::Exponential { mean } => Some(*mean),
            Self::Lognormal { mu, sigma } => Some(exp(mu + sigma * sigma / 2.0)),
            Self::Weibull { shape, scale } => Some(scale * libm::tgamma(1.0 + 1.0 / shape)),
            Self::Gamma { shape, scale } => Some(shape * scale),
            Self::Lomax { shape, scale } => (*shape > 1.0).then(|| scale / (shape - 1.0)),
            // The PERT mean weighs the mode four times (Malcolm et al. 1959).
            Self::Pert { min, mode, max } => Some((min + 4.0 * mode + max) / 6.0),
            Self::List(lengths) => Some(lengths.iter().sum::<f64>() / lengths.len().max(1) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_laws_have_their_means() {
        // Mean as the integral of the survival function, by the midpoint rule: no formula shared with `mean`.
        for law in [TalkLaw::exponential(135.0).unwrap(), TalkLaw::lognormal(60.0, 80.0).unwrap()] {
            let h = 0.05;
            let integral: f64 = (0..400_000).map(|i| law.survival((f64::from(i) + 0.5) * h) * h).sum();
            assert!((integral / law.mean() - 1.0).abs() < 1e-5, "{law:?} {integral}");
        }
        let fixed = TalkLaw::fixed(6.0).unwrap();
        assert_eq!((fixed.survival(5.9), fixed.survival(6.0)), (1.0, 0.0));
    }

    #[test]
    fn lognormal_from_quantiles() {
        let DurationLaw::Lognormal { mu, sigma } = DurationLaw::lognormal_quantiles(2700.0, 21_600.0).unwrap() else {
            panic!()
        };
        let p95 = TalkLaw::Lognormal { mu, sigma }.survival(21_600.0);
        assert!((p95 - 0.05).abs() < 1e-12, "{p95}");
        assert!((exp(mu) - 2700.0).abs() < 1e-9);
    }

    #[test]
    fn no_law_with_bad_parameters() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(TalkLaw::fixed(bad).is_err() && TalkLaw::exponential(bad).is_err());
            assert!(TalkLaw::lognormal(60.0, bad).is_err() && DurationLaw::lognormal_sigma(60.0, bad).is_err());
            assert!(DurationLaw::shaped(|shape, scale| DurationLaw::Gamma { shape, scale }, bad, 1.0).is_err());
        }
        assert!(DurationLaw::lognormal_quantiles(60.0, 60.0).is_err());
        assert!(DurationLaw::pert(10.0, 5.0, 20.0).is_err() && DurationLaw::pert(5.0, 5.0, 5.0).is_err());
        assert!(DurationLaw::list(vec![]).is_err() && DurationLaw::list(vec![1.0, 0.0]).is_err());
        let lomax = |shape| DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, shape, 9.0);
        assert_eq!(lomax(1.0).unwrap().mean(), None);
        assert_eq!(lomax(4.0).unwrap().mean(), Some(3.0));
    }
}
