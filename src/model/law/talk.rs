//! Laws of talk time.

use libm::{erfc, exp, log};

use super::{LawError, lognormal_of_moments, positive};

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
