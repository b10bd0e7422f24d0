//! The incomplete beta function Iₓ(a, b) (NIST DLMF 8.17), a, b > 0.

use super::{HALF_LN_TAU, excess_over_log, lentz, newton, stirling_rest};

/// xᵃ·yᵇ/B(a, b) with y = 1 − x, written around x = a/(a + b) where the powers cancel.
#[must_use]
pub fn term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if !(x > 0.0 && y > 0.0) {
        return 0.0;
    }
    let sum = a + b;
    let off = off(a, b, x, y);
    let excess = |scale: f64, part: f64, off: f64| {
        let share = off / scale;
        if share < -0.4 { scale * (share - libm::log(part * (sum / scale))) } else { scale * excess_over_log(share) }
    };
    let exponent = excess(a, x, off) + excess(b, y, -off);
    let rest = stirling_rest(sum) - stirling_rest(a) - stirling_rest(b);
    libm::exp(rest - exponent - HALF_LN_TAU) * libm::sqrt(a) * libm::sqrt(b / sum)
}

/// (a + b)·x − a, from whichever of x and y is the smaller: the other has lost its last digits.
fn off(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.5 { libm::fma(x, a + b, -a) } else { -libm::fma(y, a + b, -b) }
}

/// Iₓ(a, b) and 1 − Iₓ(a, b) = I_y(b, a), with y = 1 − x given apart so that neither end loses digits.
#[must_use]
pub fn incomplete(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x.is_nan() || x <= 0.0 {
        return (0.0, 1.0);
    }
    if y.is_nan() || y <= 0.0 {
        return (1.0, 0.0);
    }
    let outer = term(a, b, x, y);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = outer * fraction(a, b, x, y, -off(a, b, x, y));
        (lower, 1.0 - lower)
    } else {
        let upper = outer * fraction(b, a, y, x, off(a, b, x, y));
        (1.0 - upper, upper)
    }
}

/// The even part of the continued fraction of DLMF 8.17.22 (DiDonato and Morris, ACM TOMS 18, 1992), with
/// `room` = a − (a + b)·x, which keeps what y knows where x is nearly 1.
fn fraction(a: f64, b: f64, x: f64, y: f64, room: f64) -> f64 {
    let below = |m: f64| {
        m + m * (b - m) * x / (a + 2.0 * m - 1.0) + (a + m) * (room + 1.0 + m * (1.0 + y)) / (a + 2.0 * m + 1.0)
    };
    let above = |m: f64| {
        let odd = a + 2.0 * m - 1.0;
        (a + m - 1.0) / odd * ((a + b + m - 1.0) / odd) * (m * (b - m)) * (x * x)
    };
    lentz(a * (room + 1.0) / (a + 1.0), |m| (above(m), below(m)))
}

/// The x and y = 1 − x with Iₓ(a, b) = p and 1 − Iₓ(a, b) = q = 1 − p; the smaller of p and q says where.
#[must_use]
pub fn inverse(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    if p.is_nan() || p <= 0.0 {
        return (0.0, 1.0);
    }
    if q.is_nan() || q <= 0.0 {
        return (1.0, 0.0);
    }
    let shares = |w: f64| (1.0 / (1.0 + libm::exp(-w)), 1.0 / (1.0 + libm::exp(w)));
    let spread = libm::sqrt(1.0 / a + 1.0 / b);
    let start = libm::log(a / b) + spread * super::normal::quantile(p, q);
    // In w = ln(x/y) the density is log-concave, so ln I and ln(1 − I) are concave.
    shares(newton(-709.0, 709.0, start, |w| {
        let (x, y) = shares(w);
        let (lower, upper) = incomplete(a, b, x, y);
        let slope = term(a, b, x, y);
        if p <= q { (libm::log(lower / p), slope / lower) } else { (-libm::log(upper / q), slope / upper) }
    }))
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
        for row in include_str!("../../../tests/data/special/incomplete-beta.csv").lines() {
            if row.starts_with(['#', 'a']) {
                continue;
            }
            let v: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
            let (lower, upper) = incomplete(v[0], v[1], v[2], 1.0 - v[2]);
            close(lower, v[3], 1e-12);
            close(upper, v[4], 1e-12);
        }
    }

    #[test]
    fn closed_forms() {
        for x in [1e-12, 0.01, 0.3, 0.5, 0.77, 0.999] {
            let y = 1.0 - x;
            // DLMF 8.17.7 and the arcsine law.
            close(incomplete(5.0, 1.0, x, y).0, libm::pow(x, 5.0), 1e-14);
            close(incomplete(1.0, 5.0, x, y).1, libm::pow(y, 5.0), 1e-14);
            let arc = 2.0 / std::f64::consts::PI * libm::asin(libm::sqrt(x));
            close(incomplete(0.5, 0.5, x, y).0, arc, 1e-13);
        }
    }

    #[test]
    fn student_and_f_tables() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.2: t at 97.5 % with 10 degrees of freedom is 2.228; 1.3.6.7.3: F(5, 10) at
        // 95 % is 3.326.
        let (x, y) = inverse(5.0, 0.5, 0.05, 0.95);
        assert!((libm::sqrt(10.0 * y / x) - 2.228).abs() < 6e-4);
        let (x, y) = inverse(2.5, 5.0, 0.95, 0.05);
        assert!((2.0 * x / y - 3.326).abs() < 6e-4);
    }

    proptest! {
        #[test]
        fn undone_by_its_inverse(
            log_a in -1.0f64..9.2, log_b in -1.0f64..9.2, log_tail in -600.0f64..-0.7, upper in any::<bool>(),
        ) {
            let (a, b, tail) = (libm::exp(log_a), libm::exp(log_b), libm::exp(log_tail));
            let (p, q) = if upper { (1.0 - tail, tail) } else { (tail, 1.0 - tail) };
            let (x, y) = inverse(a, b, p, q);
            if x.min(y) > 1e-290 {
                let (lower, upper_tail) = incomplete(a, b, x, y);
                let back = if upper { upper_tail } else { lower };
                let inherent = term(a, b, x, y) / tail * (1.0 / x + 1.0 / y) * 2e-16;
                prop_assert!((back / tail - 1.0).abs() <= 2e-12 + 4.0 * inherent, "{a} {b} {x} {tail} {back}");
            }
        }

        #[test]
        fn parts_and_mirrors(log_a in -1.0f64..9.0, log_b in -1.0f64..9.0, x in 0.0f64..1.0) {
            let (a, b) = (libm::exp(log_a), libm::exp(log_b));
            let (lower, upper) = incomplete(a, b, x, 1.0 - x);
            prop_assert!((lower + upper - 1.0).abs() < 1e-15 && lower >= 0.0 && upper >= 0.0);
            let (mirrored, _) = incomplete(b, a, 1.0 - x, x);
            prop_assert!((mirrored - upper).abs() < 1e-13, "{mirrored} {upper}");
        }
    }
}
