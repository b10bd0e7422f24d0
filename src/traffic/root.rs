//! Where a rising function passes zero.

use super::TrafficError;

/// The zero of a function that is at most 0 at `low` and at least 0 at `high`, to the relative `tolerance`, by
/// Chandrupatla's method (Advances in Engineering Software 28, 1997): inverse quadratic steps where they are safe,
/// halving elsewhere. An end that is already on the far side of zero is returned.
///
/// # Errors
/// Those of `f`.
pub(super) fn root(
    low: f64,
    high: f64,
    tolerance: f64,
    mut f: impl FnMut(f64) -> Result<f64, TrafficError>,
) -> Result<f64, TrafficError> {
    let (mut a, mut b) = (low, high);
    let mut fa = f(a)?;
    if fa >= 0.0 {
        return Ok(a);
    }
    let mut fb = f(b)?;
    if fb <= 0.0 {
        return Ok(b);
    }
    let mut t = 0.5;
    // Halving alone ends after 60 rounds of relative progress; the bound is against functions with a jump.
    for _ in 0..200 {
        let x = a + t * (b - a);
        let fx = f(x)?;
        let (c, fc);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let best = if fa.abs() < fb.abs() { a } else { b };
        let least = (tolerance * best.abs()).max(f64::MIN_POSITIVE) / (b - a).abs();
        if fa == 0.0 || fb == 0.0 || least.is_nan() || least > 0.5 {
            return Ok(best);
        }
        let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
        t = if 1.0 - (1.0 - xi).sqrt() < phi && phi < xi.sqrt() {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        if !t.is_finite() {
            t = 0.5;
        }
        t = t.clamp(least, 1.0 - least);
    }
    Ok(if fa.abs() < fb.abs() { a } else { b })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::testing::close;

    #[test]
    fn finds_zeros_of_tame_and_steep_functions() {
        close(root(0.0, 2.0, 1e-15, |x| Ok(x * x - 2.0)).unwrap(), core::f64::consts::SQRT_2, 1e-14);
        close(root(-1.0, 40.0, 1e-15, |x| Ok(libm::exp(x) - 1e6)).unwrap(), libm::log(1e6), 1e-14);
        close(root(0.0, 1.0, 1e-14, |x| Ok(if x < 0.3 { -1.0 } else { 1e9 })).unwrap(), 0.3, 1e-12);
        close(root(1.0, 2.0, 1e-14, |_| Ok(1.0)).unwrap(), 1.0, 0.0);
        close(root(1.0, 2.0, 1e-14, |_| Ok(-1.0)).unwrap(), 2.0, 0.0);
    }
}
