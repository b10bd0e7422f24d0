//! Survival of an outage, the integrals of it and the moments of its length.
//!
//! The integrals are reckoned from A(d) = E[min(D, d)/d] and B(d) = E[(min(D, d)/d)²]. Both lie between 0 and 1, B is
//! at most A, and each law gives them by sums of positive terms: so nothing cancels, for short and for long d.

use libm::{exp, expm1, log, log1p};

use super::DurationLaw;
use super::lomax::{self, mean_decay};
use crate::words::special::{beta, gamma, normal};

impl DurationLaw {
    /// P(D > d).
    #[must_use]
    pub fn survival(&self, d: f64) -> f64 {
        if d.is_nan() || d <= 0.0 {
            return 1.0;
        }
        match self {
            Self::Fixed { seconds } => f64::from(u8::from(*seconds > d)),
            Self::Exponential { mean } => exp(-d / mean),
            Self::Lognormal { mu, sigma } => normal::upper(log_ratio(*mu, d) / sigma),
            Self::Weibull { shape, scale } => exp(-libm::pow(d / scale, *shape)),
            Self::Gamma { shape, scale } => gamma::incomplete(*shape, d / scale).1,
            Self::Lomax { shape, scale } => exp(-shape * log1p(d / scale)),
            Self::Pert { min, mode, max } => {
                let (a, b, width) = pert(*min, *mode, *max);
                beta::incomplete(a, b, (d - min) / width, (max - d) / width).1
            }
            Self::List(lengths) => share(lengths, |length| f64::from(u8::from(length > d))),
        }
    }

    /// I(d) = E[min(D, d)], the integral of the survival function from 0 to d [s]. Finite where the mean is not.
    #[must_use]
    pub fn limited_mean(&self, d: f64) -> f64 {
        let d = length(d);
        d * self.limited(d).0
    }

    /// J(d), the integral of I from 0 to d [s²].
    #[must_use]
    pub fn limited_integral(&self, d: f64) -> f64 {
        let d = length(d);
        let (first, second) = self.limited(d);
        (d * (d * (first - second / 2.0))).min(f64::MAX)
    }

    /// E[min(D, d)²] [s²].
    #[must_use]
    pub fn limited_second_moment(&self, d: f64) -> f64 {
        let d = length(d);
        (d * (d * self.limited(d).1)).min(f64::MAX)
    }

    /// Mean length [s]; nothing where it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let mean = match self {
            Self::Fixed { seconds } => *seconds,
            Self::Exponential { mean } => *mean,
            Self::Lognormal { mu, sigma } => exp(mu + sigma * sigma / 2.0),
            Self::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Lomax { shape, scale } if *shape > 1.0 => scale / (shape - 1.0),
            Self::Lomax { .. } => return None,
            // The PERT mean weighs the mode four times (Malcolm et al. 1959).
            Self::Pert { min, mode, max } => (min + 4.0 * mode + max) / 6.0,
            Self::List(lengths) => share(lengths, |length| length),
        };
        mean.is_finite().then_some(mean)
    }

    /// E[D²] [s²]; nothing where it is infinite.
    #[must_use]
    pub fn second_moment(&self) -> Option<f64> {
        let moment = match self {
            Self::Fixed { seconds } => seconds * seconds,
            Self::Exponential { mean } => 2.0 * mean * mean,
            Self::Lognormal { mu, sigma } => exp(2.0 * (mu + sigma * sigma)),
            Self::Weibull { shape, scale } => scale * scale * libm::tgamma(1.0 + 2.0 / shape),
            Self::Gamma { shape, scale } => shape * scale * ((shape + 1.0) * scale),
            Self::Lomax { shape, scale } if *shape > 2.0 => 2.0 * (scale / (shape - 1.0)) * (scale / (shape - 2.0)),
            Self::Lomax { .. } => return None,
            Self::Pert { min, mode, max } => {
                let mean = (min + 4.0 * mode + max) / 6.0;
                // The variance of a beta law whose shapes add up to 6.
                mean * mean + (mean - min) * (max - mean) / 7.0
            }
            Self::List(lengths) => share(lengths, |length| length * length),
        };
        moment.is_finite().then_some(moment)
    }

    /// A(d) and B(d), for d ≥ 0.
    fn limited(&self, d: f64) -> (f64, f64) {
        if d.is_nan() || d <= 0.0 {
            return (1.0, 1.0);
        }
        let of = |length: f64| if length < d { length / d } else { 1.0 };
        let (first, second) = match self {
            Self::Fixed { seconds } => (of(*seconds), of(*seconds) * of(*seconds)),
            Self::Exponential { mean } => exponential(d / mean),
            Self::Lognormal { mu, sigma } => lognormal(log_ratio(*mu, d), *sigma),
            Self::Weibull { shape, scale } => weibull(*shape, (d / scale).min(f64::MAX)),
            Self::Gamma { shape, scale } => gamma_law(*shape, (d / scale).min(f64::MAX)),
            Self::Lomax { shape, scale } => lomax::limited(*shape, (d / scale).min(f64::MAX)),
            Self::Pert { min, mode, max } => {
                let (a, b, width) = pert(*min, *mode, *max);
                let (x, y) = ((d - min) / width, (max - d) / width);
                let (within, beyond) = beta::incomplete(a, b, x, y);
                // E[X; X ≤ x] and E[X²; X ≤ x] of the beta law from 0 to 1, whose shapes add up to 6.
                let first = a / 6.0 * beta::incomplete(a + 1.0, b, x, y).0;
                let second = a / 6.0 * ((a + 1.0) / 7.0) * beta::incomplete(a + 2.0, b, x, y).0;
                let (low, wide) = (min / d, width / d);
                (
                    low * within + wide * first + beyond,
                    low * low * within + 2.0 * low * wide * first + wide * wide * second + beyond,
                )
            }
            Self::List(lengths) => (share(lengths, of), share(lengths, |length| of(length) * of(length))),
        };
        (first.min(1.0), second.min(1.0))
    }
}

/// A length that can be reckoned with.
fn length(d: f64) -> f64 {
    if d > 0.0 { d.min(f64::MAX) } else { 0.0 }
}

fn share(lengths: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    lengths.iter().map(|length| of(*length)).sum::<f64>() / lengths.len().max(1) as f64
}

/// ln(d/median), close to 0 without the error of two logarithms.
fn log_ratio(mu: f64, d: f64) -> f64 {
    let apart = log(d) - mu;
    if apart.abs() < 1.0 { log(d / exp(mu)) } else { apart }
}

/// The shapes of the beta law that PERT is, and its width: the mode has four of the six parts (Malcolm et al. 1959).
pub(super) fn pert(min: f64, mode: f64, max: f64) -> (f64, f64, f64) {
    let width = max - min;
    (1.0 + 4.0 * ((mode - min) / width), 1.0 + 4.0 * ((max - mode) / width), width)
}

fn exponential(z: f64) -> (f64, f64) {
    let first = mean_decay(z);
    if z < 2.0 {
        // P(2, z) by its series: 1 − e⁻ᶻ·(1 + z) cancels.
        return (first, exp(-z) * gamma::series(2.0, z));
    }
    (first, 2.0 / z * ((-expm1(-z) - z * exp(-z)) / z))
}

/// E[Dᵏ; D ≤ d] = e^(kμ + k²σ²/2)·Φ(z − kσ), and where that is ∞·0, dᵏ·φ(z)·M(kσ − z) with Mills' ratio M.
fn lognormal(log_ratio: f64, sigma: f64) -> (f64, f64) {
    let z = log_ratio / sigma;
    let beyond = normal::upper(z);
    let part = |k: f64| {
        let shifted = k * sigma - z;
        if shifted > 0.0 {
            normal::density(z) * normal::mills(shifted)
        } else {
            exp(k * (k * sigma * sigma / 2.0 - log_ratio)) * normal::upper(shifted)
        }
    };
    (part(1.0) + beyond, part(2.0) + beyond)
}

/// E[Dᵏ; D ≤ d] = scaleᵏ·γ(s, t) with s = 1 + k/shape and t = (d/scale)^shape.
fn weibull(shape: f64, z: f64) -> (f64, f64) {
    let t = libm::pow(z, shape);
    let beyond = exp(-t);
    let part = |k: f64| {
        let s = 1.0 + k / shape;
        if t < s + 1.0 {
            t * beyond / s * gamma::series(s, t)
        } else {
            exp(libm::lgamma(s) - k * log(z)) * gamma::incomplete(s, t).0
        }
    };
    (part(1.0) + beyond, part(2.0) + beyond)
}

/// E[Dᵏ; D ≤ d] = scaleᵏ·a…(a + k − 1)·P(a + k, z).
fn gamma_law(a: f64, z: f64) -> (f64, f64) {
    let beyond = gamma::incomplete(a, z).1;
    let (first, second) = if z < a + 1.0 {
        let term = gamma::term(a, z) * a;
        (term / (a + 1.0) * gamma::series(a + 1.0, z), term / (a + 2.0) * gamma::series(a + 2.0, z))
    } else {
        (a / z * gamma::incomplete(a + 1.0, z).0, a / z * ((a + 1.0) / z) * gamma::incomplete(a + 2.0, z).0)
    };
    (first + beyond, second + beyond)
}

#[cfg(test)]
mod tests;
