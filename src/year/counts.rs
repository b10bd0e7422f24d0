//! How often a cause strikes.

use realfft::num_complex::Complex;

use crate::model::cause::Frequency;

/// The law of the number of outages in a stretch of time: Poisson, or with a gamma-distributed mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// Mean number.
    pub mean: f64,
    /// Shape of the gamma law of the mean; nothing for Poisson. The smaller, the more clustered.
    pub shape: Option<f64>,
}

impl Count {
    /// In a part of a year.
    ///
    /// Incidents seen in so many years leave the rate uncertain: with the Jeffreys prior it is gamma distributed with
    /// shape incidents + ½ and rate years, and the number negative binomial.
    #[must_use]
    pub fn of(frequency: Frequency, part: f64) -> Self {
        match frequency {
            Frequency::Poisson { mean } => Self { mean: mean * part, shape: None },
            Frequency::NegativeBinomial { mean, shape } => Self { mean: mean * part, shape: Some(shape) },
            Frequency::Observed { incidents, years } => {
                let shape = f64::from(incidents) + 0.5;
                Self { mean: shape / years * part, shape: Some(shape) }
            }
        }
    }

    /// Of outages of which only a share counts: the same law with a smaller mean.
    #[must_use]
    pub fn thinned(self, share: f64) -> Self {
        Self { mean: self.mean * share, ..self }
    }

    /// Variance of the number.
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean + self.shape.map_or(0.0, |shape| self.mean * self.mean / shape)
    }

    /// P(N = n) for n = 0, 1, … until less than `rest` is left, or `most` numbers.
    #[must_use]
    pub fn probabilities(self, rest: f64, most: usize) -> Vec<f64> {
        let mut ln = self.ln_none();
        let mut sum = 0.0;
        let mut all = Vec::new();
        for n in 0..most {
            let p = libm::exp(ln);
            all.push(p);
            sum += p;
            if n as f64 > self.mean && 1.0 - sum < rest {
                break;
            }
            let n = n as f64;
            ln += libm::log(match self.shape {
                None => self.mean / (n + 1.0),
                Some(shape) => self.mean / (shape + self.mean) * (n + shape) / (n + 1.0),
            });
        }
        all
    }

    /// P(N = 0).
    #[must_use]
    pub fn none(self) -> f64 {
        libm::exp(self.ln_none())
    }

    /// ln P(N = 0): of very many outages P(N = 0) itself is no float any more.
    fn ln_none(self) -> f64 {
        match self.shape {
            None => -self.mean,
            Some(shape) => -shape * libm::log1p(self.mean / shape),
        }
    }

    /// The generating function E[z^N], and its derivative.
    #[must_use]
    pub fn generating(self, z: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
        match self.shape {
            None => {
                let value = exp(self.mean * (z - 1.0));
                (value, self.mean * value)
            }
            Some(shape) => {
                let base = 1.0 + self.mean / shape * (1.0 - z);
                let value = exp(-shape * ln(base));
                (value, self.mean * value / base)
            }
        }
    }
}

fn exp(z: Complex<f64>) -> Complex<f64> {
    let size = libm::exp(z.re);
    let (sin, cos) = libm::sincos(z.im);
    Complex::new(size * cos, size * sin)
}

fn ln(z: Complex<f64>) -> Complex<f64> {
    Complex::new(libm::log(libm::hypot(z.re, z.im)), libm::atan2(z.im, z.re))
}
