//! How far a simulated figure may be from the true one.

use crate::words::special::{beta, normal};

/// The ranks, from 1, of the order statistics that enclose a quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// Rank of the lower end; nothing where no value lies low enough.
    pub low: Option<u64>,
    /// Rank of the upper end; nothing where no value lies high enough.
    pub high: Option<u64>,
}

/// Ranks of an equal-tailed interval of at least the given level for the quantile p among n values, exact for every law
/// (David and Nagaraja, Order Statistics, 7.1). The number B of values at most the quantile is binomial: the low rank
/// is the greatest l with P(B < l) ≤ α/2, the high rank the least u with P(B ≥ u) ≤ α/2.
#[must_use]
pub fn ranks(n: u64, p: f64, level: f64) -> Ranks {
    let half = (1.0 - level) / 2.0;
    let usable = n > 0 && p > 0.0 && p < 1.0 && half > 0.0 && half < 0.5;
    if !usable {
        return Ranks { low: None, high: None };
    }
    // P(B < k) and P(B ≥ k) for k from 1 to n (DLMF 8.17.5).
    let tails = |k: u64| {
        let (at_least, less) = beta::incomplete(k as f64, (n - k + 1) as f64, p, 1.0 - p);
        (less, at_least)
    };
    let size = n as f64;
    let spread = normal::quantile(1.0 - half, half) * libm::sqrt(size * p * (1.0 - p));
    let low = first_from(n, size * p - spread, |k| tails(k).0 > half) - 1;
    let high = first_from(n, size * p + spread, |k| tails(k).1 <= half);
    Ranks { low: (low > 0).then_some(low), high: (high <= n).then_some(high) }
}

/// The first k from 1 to n at which `holds`, which does from there on; n + 1 where it never does. Steps double away
/// from a guess, then halve.
fn first_from(n: u64, guess: f64, holds: impl Fn(u64) -> bool) -> u64 {
    let guess = (guess.max(1.0) as u64).clamp(1, n);
    let (mut below, mut above) = (0, n + 1);
    let mut step = 1;
    let mut k = guess;
    loop {
        if holds(k) {
            above = k;
            if k <= below + 1 {
                break;
            }
            k = k.saturating_sub(step).max(below + 1);
        } else {
            below = k;
            if k + 1 >= above {
                break;
            }
            k = k.saturating_add(step).min(above - 1);
        }
        step *= 2;
        if below > 0 && above <= n {
            break;
        }
    }
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if holds(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    above
}

/// Wilson's score interval of a proportion (JASA 22, 1927): `hits` of `n` at a level.
#[must_use]
pub fn wilson(hits: u64, n: u64, level: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let half = (1.0 - level) / 2.0;
    let z = normal::quantile(1.0 - half, half);
    let (size, share) = (n as f64, hits.min(n) as f64 / n as f64);
    let shrink = 1.0 + z * z / size;
    let middle = share + z * z / (2.0 * size);
    let reach = z * libm::sqrt(share * (1.0 - share) / size + z * z / (4.0 * size * size));
    let low = if hits == 0 { 0.0 } else { ((middle - reach) / shrink).max(0.0) };
    let high = if hits >= n { 1.0 } else { ((middle + reach) / shrink).min(1.0) };
    (low, high)
}

/// The half-width of an equal-tailed interval of Student's law with so many degrees of freedom, in standard errors:
/// t with P(|T| ≤ t) = `level`, from P(|T| > t) = I_x(ν/2, ½) at x = ν/(ν + t²) (DLMF 8.17). Infinite where there are no
/// degrees of freedom.
#[must_use]
pub fn student(freedom: f64, level: f64) -> f64 {
    let outside = 1.0 - level;
    if !(freedom > 0.0 && outside < 1.0) {
        return if freedom > 0.0 { 0.0 } else { f64::INFINITY };
    }
    let beyond = |t: f64| {
        let square = t * t;
        beta::incomplete(freedom / 2.0, 0.5, freedom / (freedom + square), square / (freedom + square)).0
    };
    let (mut low, mut high) = (0.0, 1.0);
    while beyond(high) > outside && high < 1e9 {
        (low, high) = (high, high * 2.0);
    }
    // Halved until the ends are neighbours, or nearly.
    for _ in 0..64 {
        let middle = (low + high) / 2.0;
        if beyond(middle) > outside {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranks_of_published_tables() {
        // The sign test's tables (Conover, Practical Nonparametric Statistics): the median at 95 %.
        assert_eq!(ranks(100, 0.5, 0.95), Ranks { low: Some(40), high: Some(61) });
        assert_eq!(ranks(10, 0.5, 0.95), Ranks { low: Some(2), high: Some(9) });
        assert_eq!(ranks(6, 0.5, 0.95), Ranks { low: Some(1), high: Some(6) });
        assert_eq!(ranks(5, 0.5, 0.95), Ranks { low: None, high: None });
        // No value of 100 lies above the 99.9 % quantile for sure.
        let far = ranks(100, 0.999, 0.95);
        assert!(far.high.is_none() && far.low.is_some());
        assert_eq!(ranks(0, 0.5, 0.95), Ranks { low: None, high: None });
        assert_eq!(ranks(9, 1.0, 0.95), ranks(9, 0.5, 1.0));
    }

    #[test]
    fn student_of_published_tables() {
        // Two-sided points of Student's t, as in every table.
        for (freedom, level, want) in [
            (1.0, 0.95, 12.7062),
            (2.0, 0.95, 4.3027),
            (9.0, 0.95, 2.2622),
            (19.0, 0.95, 2.0930),
            (29.0, 0.99, 2.7564),
            (1e6, 0.95, 1.95997),
        ] {
            assert!((student(freedom, level) - want).abs() < 6e-5, "{freedom} {level}: {}", student(freedom, level));
        }
        assert_eq!(student(0.0, 0.95), f64::INFINITY);
    }

    #[test]
    fn many_values() {
        // The normal approximation is within a few ranks here.
        let got = ranks(1_000_000, 0.95, 0.95);
        let (low, high) = (got.low.unwrap(), got.high.unwrap());
        assert!((low as f64 - 949_572.8).abs() < 3.0 && (high as f64 - 950_427.2).abs() < 3.0, "{got:?}");
        let got = ranks(1_000_000_000, 0.5, 0.95);
        assert!((got.low.unwrap() as f64 - 499_969_010.0).abs() < 5.0, "{got:?}");
    }

    #[test]
    fn wilson_of_published_values() {
        // Newcombe (Statistics in Medicine 17, 1998), table I, method 3.
        for (hits, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let got = wilson(hits, n, 0.95);
            assert!((got.0 - low).abs() < 6e-5 && (got.1 - high).abs() < 6e-5, "{hits} of {n}: {got:?}");
        }
        let got = wilson(10, 100, 0.95);
        assert!((got.0 - 0.0552).abs() < 6e-5 && (got.1 - 0.1744).abs() < 6e-5, "{got:?}");
        assert_eq!((wilson(0, 0, 0.95), wilson(7, 7, 0.95).1, wilson(0, 7, 0.95).0), ((0.0, 1.0), 1.0, 0.0));
    }

    proptest! {
        #[test]
        fn ranks_are_the_closest_that_hold(n in 1u64..400, p in 0.001f64..0.999, level in 0.5f64..0.999) {
            // The binomial law summed up.
            let mass = |k: u64| {
                let factorial = |k: u64| libm::lgamma(k as f64 + 1.0);
                let choose = factorial(n) - factorial(k) - factorial(n - k);
                libm::exp(choose + k as f64 * libm::log(p) + (n - k) as f64 * libm::log1p(-p))
            };
            let less = |k: u64| (0..k).map(mass).sum::<f64>();
            let at_least = |k: u64| (k..=n).map(mass).sum::<f64>();
            let half = (1.0 - level) / 2.0;
            let got = ranks(n, p, level);
            let low = got.low.unwrap_or(0);
            prop_assert!(less(low) <= half + 1e-12 && less(low + 1) > half - 1e-12);
            let high = got.high.unwrap_or(n + 1);
            prop_assert!(at_least(high) <= half + 1e-12 && at_least(high - 1) > half - 1e-12);
        }

        #[test]
        fn wilson_encloses_the_share(hits in 0u64..1000, more in 0u64..1000) {
            let n = hits + more + 1;
            let (low, high) = wilson(hits, n, 0.95);
            let share = hits as f64 / n as f64;
            prop_assert!((0.0..=share).contains(&low) && (share..=1.0).contains(&high));
        }
    }
}
