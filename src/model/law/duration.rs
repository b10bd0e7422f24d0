//! Laws of outage lengths.

use libm::log;

use super::{LawError, lognormal_of_moments, positive};

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
}
