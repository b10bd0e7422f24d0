//! The gate of calls per second. What an excess attempt meets depends on how the carrier counts a second.

use super::erlang::{FLUID, channels_for, continuous};
use super::{MOST_TRAFFIC, TrafficError, probability};
use crate::words::units::{CallsPerSecond, Erlangs, Probability};

/// How a carrier counts calls per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Window {
    /// In the second that ends now: an attempt is refused if as many as are allowed were accepted in it.
    #[default]
    Rolling,
    /// In calendar seconds: a new count starts with each.
    Fixed,
    /// Averaged over a long time: only what exceeds it for good is refused.
    Average,
}

/// Share of the attempts that the gate refuses. Attempts come at random (Poisson) with `rate` [1/s], `allowed` is
/// what the carrier lets through [1/s], not necessarily whole.
///
/// - rolling: a loss system with a holding time of 1 s, B(λ·1 s, r), continuous in r
/// - fixed: E[(K − r)⁺]/λ, K ~ Poisson(λ·1 s)
/// - average: max(0, 1 − r/λ)
///
/// Relative 1e-10 for up to 1e5 calls per second, in the far tail too.
///
/// # Errors
/// Where `allowed` is not above 0.
pub fn loss(rate: CallsPerSecond, allowed: f64, window: Window) -> Result<Probability, TrafficError> {
    if allowed > 0.0 {
        Ok(probability(refused(rate.get(), allowed, window)))
    } else {
        Err(TrafficError::Allowed { allowed })
    }
}

/// The least whole number of calls per second that refuses at most the share `target` of the attempts [1/s]. 0 where
/// there are no attempts, or all may be lost.
///
/// # Errors
/// A target of 0 is reached by [`Window::Average`] only; more than 1e7 calls per second are not computed.
pub fn needed(rate: CallsPerSecond, window: Window, target: Probability) -> Result<u64, TrafficError> {
    let (lambda, p) = (rate.get(), target.get());
    if lambda == 0.0 || p >= 1.0 {
        return Ok(0);
    }
    if lambda > MOST_TRAFFIC {
        return Err(TrafficError::TooMuch { erlangs: lambda });
    }
    // One second makes a rate the traffic of the same number.
    let a = super::erlangs(lambda);
    match window {
        Window::Rolling => channels_for(a, target),
        Window::Average => Ok(least(lambda * (1.0 - p), |r| refused(lambda, r, window) <= p)),
        Window::Fixed => least_fixed(a, target),
    }
}

/// What the gate lets pass falls short by `(λ − r)⁺/λ` at least, so the search starts there and goes up by doubling
/// steps.
fn least_fixed(a: Erlangs, target: Probability) -> Result<u64, TrafficError> {
    let (lambda, p) = (a.get(), target.get());
    // Rolling refuses more than fixed seconds do, and has its own errors for what cannot be computed.
    let (mut none, mut enough) = (0, channels_for(a, target)?);
    let fits = |r: u64| r > 0 && refused(lambda, r as f64, Window::Fixed) <= p;
    while !fits(enough) {
        (none, enough) = (enough, enough.saturating_mul(2).max(1));
    }
    while enough - none > 1 {
        let middle = none + (enough - none) / 2;
        if fits(middle) { enough = middle } else { none = middle }
    }
    Ok(enough)
}

/// The least whole number from about `start` on that fits.
fn least(start: f64, fits: impl Fn(f64) -> bool) -> u64 {
    let mut whole = (start.ceil() - 1.0).max(0.0);
    while !fits(whole) {
        whole += 1.0;
    }
    whole as u64
}

/// The share that is refused, for `allowed` ≥ 0.
pub(super) fn refused(lambda: f64, allowed: f64, window: Window) -> f64 {
    if lambda == 0.0 {
        return 0.0;
    }
    match window {
        Window::Rolling => continuous(lambda, allowed),
        Window::Average => (1.0 - allowed / lambda).max(0.0),
        Window::Fixed if lambda > FLUID => (1.0 - allowed / lambda).max(0.0),
        Window::Fixed => fixed(lambda, allowed),
    }
}

/// E[(K − r)⁺]/λ for a Poisson K with mean λ.
///
/// With c = ⌊r⌋ the tail above c is summed in units of P(K = c), and the sum up to c in those units is 1/B(λ, c): so
/// P(K = c) needs no logarithms, whose digits λ = 1e5 would use up. Below λ, E(K − r)⁺ = λ − r + E(r − K)⁺ is used.
/// All terms are positive, and no tiny result is a difference of large numbers.
fn fixed(lambda: f64, allowed: f64) -> f64 {
    let whole = allowed.floor();
    let part = allowed - whole;
    let below = 1.0 / continuous(lambda, whole);
    if below == f64::INFINITY {
        return 0.0;
    }
    let (mut term, mut above, mut beyond) = (1.0, 0.0, 0.0);
    let mut step = 0.0;
    while f64::is_finite(above) {
        step += 1.0;
        let ratio = lambda / (whole + step);
        term *= ratio;
        above += term;
        beyond += term * (step - part);
        if ratio < 1.0 && term * step <= 1e-25 * beyond {
            break;
        }
    }
    let here = 1.0 / (below + above);
    if allowed >= lambda {
        return here * beyond / lambda;
    }
    let (mut term, mut short, mut step) = (1.0, part, 0.0);
    while step < whole && here > 0.0 {
        term *= (whole - step) / lambda;
        step += 1.0;
        short += term * (step + part);
        if term * (step + part) <= 1e-25 * short {
            break;
        }
    }
    ((lambda - allowed) + here * short) / lambda
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::traffic::testing::{close, cps, ln_factorial, share};

    fn l(lambda: f64, allowed: f64, window: Window) -> f64 {
        loss(cps(lambda), allowed, window).unwrap().get()
    }

    /// E[(K − r)⁺]/λ by the probabilities themselves.
    fn by_sum(lambda: f64, allowed: f64) -> f64 {
        let top = (lambda + 60.0 * lambda.sqrt() + 100.0 + allowed) as u64;
        let mass = |k: u64| libm::exp(k as f64 * libm::log(lambda) - lambda - ln_factorial(k as f64));
        (allowed.floor() as u64 + 1..top).map(|k| (k as f64 - allowed) * mass(k)).sum::<f64>() / lambda
    }

    #[test]
    fn the_way_of_counting_matters() {
        // 10,000 attempts per hour, known to one digit of a percent.
        let lambda = 10_000.0 / 3_600.0;
        assert!((l(lambda, 5.0, Window::Rolling) - 0.091).abs() < 0.000_5);
        assert!((l(lambda, 5.0, Window::Fixed) - 0.035).abs() < 0.000_5);
        assert_eq!(l(lambda, 5.0, Window::Average), 0.0);
        close(l(8.0, 5.0, Window::Average), 0.375, 1e-15);
        // K ≥ 1: E[(K − 1)⁺] = λ − 1 + e^−λ.
        close(l(2.0, 1.0, Window::Fixed), (1.0 + libm::exp(-2.0)) / 2.0, 1e-14);
        close(l(0.5, 1.0, Window::Fixed), (libm::exp(-0.5) - 0.5) / 0.5, 1e-14);
        // Half a call in a second: every second with k > 0 loses k − 1/2.
        close(l(2.0, 0.5, Window::Fixed), (2.0 - 0.5 * (1.0 - libm::exp(-2.0))) / 2.0, 1e-14);
    }

    #[test]
    fn fixed_seconds_agree_with_the_sum() {
        for (lambda, allowed) in
            [(2.78, 5.0), (2.78, 40.0), (2.78, 2.5), (30.0, 29.5), (30.0, 30.0), (400.0, 700.0), (900.0, 850.5)]
        {
            close(l(lambda, allowed, Window::Fixed), by_sum(lambda, allowed), 1e-10);
        }
        // Where λ = r the mean deviation is known: E(K − λ)⁺ = λ·P(K = λ) for whole λ.
        let stirling = 1.0 - 1.0 / (12.0 * 1e5) + 1.0 / (288.0 * 1e10);
        close(l(1e5, 1e5, Window::Fixed), stirling / (2.0 * core::f64::consts::PI * 1e5).sqrt(), 1e-12);
        close(l(1e5, 1.0, Window::Fixed), 1.0 - 1e-5, 1e-15);
        assert_eq!(l(1e5, 1e6, Window::Fixed), 0.0);
    }

    #[test]
    fn ends_are_defined() {
        for window in [Window::Rolling, Window::Fixed, Window::Average] {
            assert_eq!(l(0.0, 5.0, window), 0.0);
            assert_eq!(l(3.0, f64::INFINITY, window), 0.0);
            assert!(l(1e300, 5.0, window) > 0.999);
            assert!(l(1e-300, 0.5, window) <= 1.0);
            for allowed in [0.0, -1.0, f64::NAN] {
                assert!(loss(cps(1.0), allowed, window).is_err());
            }
            assert_eq!(needed(cps(0.0), window, share(0.01)).unwrap(), 0);
            assert_eq!(needed(cps(4.0), window, Probability::ONE).unwrap(), 0);
        }
        assert!(needed(cps(4.0), Window::Rolling, Probability::ZERO).is_err());
        assert!(needed(cps(4.0), Window::Fixed, Probability::ZERO).is_err());
        assert_eq!(needed(cps(4.0), Window::Average, Probability::ZERO).unwrap(), 4);
        assert_eq!(needed(cps(4.1), Window::Average, Probability::ZERO).unwrap(), 5);
        assert_eq!(needed(cps(10.0), Window::Average, share(0.25)).unwrap(), 8);
        assert!(needed(cps(1e300), Window::Average, share(0.25)).is_err());
        assert!(needed(cps(1e300), Window::Fixed, share(0.25)).is_err());
    }

    proptest! {
        #[test]
        fn falls_with_what_is_allowed(lambda in 0.01f64..500.0, allowed in 0.1f64..600.0, more in 0.01f64..50.0) {
            for window in [Window::Rolling, Window::Fixed, Window::Average] {
                prop_assert!(l(lambda, allowed + more, window) <= l(lambda, allowed, window));
            }
            let (fixed, average) = (l(lambda, allowed, Window::Fixed), l(lambda, allowed, Window::Average));
            prop_assert!(average <= fixed * (1.0 + 1e-12));
        }

        #[test]
        fn needed_is_the_least(lambda in 0.01f64..2000.0, log_p in -20.0f64..-0.01) {
            let p = libm::exp(log_p);
            for window in [Window::Rolling, Window::Fixed, Window::Average] {
                let r = needed(cps(lambda), window, share(p)).unwrap();
                prop_assert!(refused(lambda, r as f64, window) <= p);
                prop_assert!(r == 0 || refused(lambda, (r - 1) as f64, window) > p, "{:?} {}", window, r);
            }
        }
    }
}
