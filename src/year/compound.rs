//! Random sums by transform: the causes' spends are put on a grid, transformed, compounded, multiplied and brought back.
//!
//! Mass beyond the grid is dropped, never renormalised, and so nothing below its end is touched. What the cyclic
//! transform would wrap around is damped by exponential tilting (Grübel and Hermesmeier, ASTIN Bulletin 29, 1999).

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

use super::YearError;
use super::counts::Count;

/// Damping over the whole grid: what wraps around shrinks by e⁻²⁰, and rounding errors grow by e¹⁰ in its middle.
const TILT: f64 = 20.0;

/// Transforms of one length.
pub struct Transform {
    n: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
    /// e^(−θk) at each point.
    damping: Vec<f64>,
}

/// A transformed law on the grid.
pub type Spectrum = Vec<Complex<f64>>;

/// Expected shares of a law on points 0, h, 2h, …, from its limited means: a point takes what lies beside it by nearness
/// (the second difference), so that means are kept.
#[must_use]
pub fn on_points(limited: &[f64], h: f64) -> Vec<f64> {
    let n = limited.len().saturating_sub(1);
    (0..n)
        .map(|k| match k {
            0 => 1.0 - limited[1] / h,
            _ => ((limited[k] - limited[k - 1]) - (limited[k + 1] - limited[k])) / h,
        })
        .collect()
}

impl Transform {
    /// For a grid of n points.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let damping = (0..n).map(|k| libm::exp(-TILT * k as f64 / n as f64)).collect();
        Self { n, forward: planner.plan_fft_forward(n), back: planner.plan_fft_inverse(n), damping }
    }

    /// Transforms a law on the grid.
    ///
    /// # Errors
    /// Where the law is not as long as the grid.
    pub fn of(&self, law: &[f64]) -> Result<Spectrum, YearError> {
        let mut tilted: Vec<f64> = law.iter().zip(&self.damping).map(|(p, damp)| p * damp).collect();
        tilted.resize(self.n, 0.0);
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut tilted, &mut spectrum).map_err(|error| YearError::Transform(error.to_string()))?;
        Ok(spectrum)
    }

    /// The law of a spectrum.
    ///
    /// # Errors
    /// Where the spectrum is not that of a law on the grid.
    pub fn law(&self, mut spectrum: Spectrum) -> Result<Vec<f64>, YearError> {
        let mut law = self.back.make_output_vec();
        // Of a real law the first and last values are real; rounding leaves a trace beside.
        for end in [0, spectrum.len().saturating_sub(1)] {
            if let Some(value) = spectrum.get_mut(end) {
                value.im = 0.0;
            }
        }
        self.back.process(&mut spectrum, &mut law).map_err(|error| YearError::Transform(error.to_string()))?;
        let n = self.n as f64;
        for (p, damp) in law.iter_mut().zip(&self.damping) {
            *p /= n * damp;
        }
        Ok(law)
    }
}

/// The spectrum of the sum over independent causes, each a random number of independent spends.
#[must_use]
pub fn compound<'a>(causes: impl IntoIterator<Item = (Count, &'a Spectrum)>, length: usize) -> Spectrum {
    let mut product = vec![Complex::new(1.0, 0.0); length];
    for (count, spectrum) in causes {
        for (product, z) in product.iter_mut().zip(spectrum) {
            *product *= count.generating(*z).0;
        }
    }
    product
}
