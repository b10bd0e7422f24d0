//! The incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x) (NIST DLMF 8.2.4), a > 0.

use super::{HALF_LN_TAU, excess_over_log, lentz, newton, stirling_rest};

/// ln Γ(1 + a), also for an a that vanishes beside 1.
#[must_use]
pub fn ln_gamma_1p(a: f64) -> f64 {
    let sum = 1.0 + a;
    // The derivative at 1 is minus Euler's constant.
    let lost = if a < 0.1 { a - (sum - 1.0) } else { 0.0 };
    libm::lgamma(sum) - 0.577_215_664_901_532_9 * lost
}

/// xᵃ·e⁻ˣ/Γ(a + 1): what both series share, the mass of Poisson(x) at a, and x/a times the gamma density. For large a
/// the powers cancel, so it is written around x = a.
#[must_use]
pub fn term(a: f64, x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return if a > 0.0 { 0.0 } else { 1.0 };
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    if a < 10.0 {
        return libm::pow(x.min(1e30), a) * libm::exp(-x - ln_gamma_1p(a));
    }
    let mu = (x - a) / a;
    let excess = if mu < -0.4 { mu - libm::log(x / a) } else { excess_over_log(mu) };
    libm::exp(-a * excess - stirling_rest(a) - HALF_LN_TAU) / libm::sqrt(a)
}

/// Σ xⁿ/((a + 1)…(a + n)): P(a, x) is [`term`] times this (DLMF 8.7.1). Quick for x up to a + 1.
#[must_use]
pub fn series(a: f64, x: f64) -> f64 {
    let (mut power, mut sum, mut below) = (1.0, 1.0, a);
    loop {
        below += 1.0;
        power *= x / below;
        let next = sum + power;
        if next.is_nan() || next <= sum || next == f64::INFINITY {
            return next;
        }
        sum = next;
    }
}

/// P(a, x) and Q(a, x).
#[must_use]
pub fn incomplete(a: f64, x: f64) -> (f64, f64) {
    if x.is_nan() || x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if x < 1.5 && a < 1.0 {
        return (term(a, x) * series(a, x), small_upper(a, x));
    }
    if x < a + 1.0 {
        let lower = term(a, x) * series(a, x);
        return (lower, 1.0 - lower);
    }
    let outer = term(a, x);
    if outer <= 0.0 {
        return (1.0, 0.0);
    }
    // DLMF 8.9.2, contracted.
    let fraction = lentz(x + 1.0 - a, |n| (-n * (n - a), x + 2.0 * n + 1.0 - a));
    let upper = outer * a * fraction;
    (1.0 - upper, upper)
}

/// Q(a, x) where it is small because a is (DLMF 8.7.1 with the term n = 0 taken apart).
fn small_upper(a: f64, x: f64) -> f64 {
    let log = a * libm::log(x) - ln_gamma_1p(a);
    let (mut power, mut sum, mut n) = (1.0, 0.0, 0.0);
    loop {
        n += 1.0;
        power *= -x / n;
        let next = sum + power / (a + n);
        if next == sum {
            return -libm::expm1(log) - libm::exp(log) * a * sum;
        }
        sum = next;
    }
}

/// The x with P(a, x) = p and Q(a, x) = q = 1 − p; the smaller of the two says where. 0 where x is below the least
/// float, which small shapes do.
#[must_use]
pub fn inverse(a: f64, p: f64, q: f64) -> f64 {
    if p.is_nan() || p <= 0.0 {
        return 0.0;
    }
    if q.is_nan() || q <= 0.0 {
        return f64::INFINITY;
    }
    // P ≤ xᵃ/Γ(a + 1), and all but equal where x is small beside 1.
    let left = (libm::log(p) + ln_gamma_1p(a)) / a;
    if left < -40.0 {
        return libm::exp(left);
    }
    // Wilson and Hilferty (1931) where the shape allows.
    let root = 1.0 - 1.0 / (9.0 * a) + super::normal::quantile(p, q) / (3.0 * libm::sqrt(a));
    let start = if a >= 0.5 && root > 0.1 { libm::log(a) + 3.0 * libm::log(root) } else { left };
    // In u = ln x both ln P and ln Q are concave for every a: the density of u is log-concave.
    let miss = |x: f64| {
        let (lower, upper) = incomplete(a, x);
        let slope = a * term(a, x);
        if p <= q { (libm::log(lower / p), slope / lower) } else { (-libm::log(upper / q), slope / upper) }
    };
    let x = libm::exp(newton(-800.0, 710.0, start, |u| miss(libm::exp(u))));
    // e^u has lost |u| units in the last place.
    let (value, slope) = miss(x);
    let step = value / slope;
    if step.abs() < 1e-9 { x - x * step } else { x }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs(), "{got} {want}");
    }

    #[test]
    fn values_at_high_precision() {
        for row in include_str!("../../../tests/data/special/incomplete-gamma.csv").lines() {
            if row.starts_with(['#', 'a']) {
                continue;
            }
            let v: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
            let (p, q) = incomplete(v[0], v[1]);
            close(p, v[2], 3e-13);
            close(q, v[3], 3e-13);
        }
    }

    #[test]
    fn closed_forms() {
        for x in [1e-9, 0.3, 1.0, 1.5, 4.0, 30.0, 600.0] {
            // P(1, x) = 1 − e⁻ˣ (DLMF 8.4.7 with n = 0), P(1/2, x²) = erf x (8.4.1), Q(3, x) by 8.4.10.
            let (p, q) = incomplete(1.0, x);
            close(p, -libm::expm1(-x), 1e-14);
            close(q, libm::exp(-x), 1e-13);
            let (p, q) = incomplete(0.5, x * x);
            close(p, libm::erf(x), 1e-14);
            if x < 26.0 {
                close(q, libm::erfc(x), 1e-13);
            }
            close(incomplete(3.0, x).1, libm::exp(-x) * (1.0 + x + x * x / 2.0), 1e-13);
        }
    }

    #[test]
    fn chi_square_table() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.4: upper critical values of chi-square.
        for (freedom, q, want) in
            [(1.0, 0.05, 3.841), (10.0, 0.01, 23.209), (10.0, 0.95, 3.940), (100.0, 0.001, 149.449)]
        {
            let got: f64 = 2.0 * inverse(freedom / 2.0, 1.0 - q, q);
            assert!((got - want).abs() < 6e-4, "{got} {want}");
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(incomplete(2.0, 0.0), (0.0, 1.0));
        assert_eq!(incomplete(2.0, f64::INFINITY), (1.0, 0.0));
        assert_eq!(incomplete(1e4, 1e300), (1.0, 0.0));
        assert_eq!(inverse(1e-3, 1e-10, 1.0), 0.0);
        assert_eq!((inverse(2.0, 0.0, 1.0), inverse(2.0, 1.0, 0.0)), (0.0, f64::INFINITY));
        close(inverse(1.0, 1.0, 1e-300), -libm::log(1e-300), 1e-14);
        close(inverse(1.0, 1e-300, 1.0), 1e-300, 1e-13);
    }

    proptest! {
        #[test]
        fn undone_by_its_inverse(log_a in -6.9f64..9.2, log_tail in -690.0f64..-0.7, upper in any::<bool>()) {
            let (a, tail) = (libm::exp(log_a), libm::exp(log_tail));
            let x = if upper { inverse(a, 1.0 - tail, tail) } else { inverse(a, tail, 1.0 - tail) };
            if x > 1e-300 {
                let (p, q) = incomplete(a, x);
                let back = if upper { q } else { p };
                // What one unit in the last place of x does to the tail.
                let inherent = a * term(a, x) / tail * 2e-16;
                prop_assert!((back / tail - 1.0).abs() <= 1e-13 + 4.0 * inherent, "{a} {x} {tail} {back}");
            }
        }

        #[test]
        fn rises_with_x_and_falls_with_a(log_a in -6.9f64..7.0, log_x in -9.0f64..9.0) {
            let (a, x) = (libm::exp(log_a), libm::exp(log_x));
            let (p, q) = incomplete(a, x);
            prop_assert!(incomplete(a, x * 1.001).0 >= p && incomplete(a, x * 1.001).1 <= q);
            prop_assert!(incomplete(a * 1.001, x).0 <= p * (1.0 + 1e-13));
        }
    }
}
