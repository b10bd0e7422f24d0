//! Student's t law.

use super::beta;

/// The t that is passed with a probability of `tail`, up to one half, at so many degrees of freedom: from
/// P(T > t) = ½·Iₓ(ν/2, ½) with x = ν/(ν + t²) (Abramowitz and Stegun 26.7.1 and 26.5.27).
#[must_use]
pub fn upper_quantile(freedom: f64, tail: f64) -> f64 {
    let (x, y) = beta::inverse(freedom / 2.0, 0.5, 2.0 * tail, 1.0 - 2.0 * tail);
    libm::sqrt(freedom * y / x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_tables() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.2: critical values of Student's t.
        for (freedom, tail, want) in
            [(1.0, 0.025, 12.706), (2.0, 0.05, 2.920), (5.0, 0.025, 2.571), (10.0, 0.005, 3.169), (100.0, 0.025, 1.984)]
        {
            let got = upper_quantile(freedom, tail);
            assert!((got - want).abs() < 6e-4, "{freedom} {tail} {got}");
        }
    }
}
