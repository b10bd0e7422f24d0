//! Erlang's loss formula B: calls that come at random, a fixed number of channels, and what finds them all busy is
//! lost.

use super::ladder::{Ladder, further, least};
use super::root::root;
use super::{MOST_TRAFFIC, TrafficError, erlangs, probability};
use crate::words::units::{Erlangs, Probability};

/// Above this much traffic [erlang] only the limit max(0, 1 − C/A) is used; more is no telephony.
pub(super) const FLUID: f64 = 1e10;

/// Share of the attempts that finds all channels busy: B(A, C), A. K. Erlang 1917.
///
/// `a` is the offered traffic [erlang]. The recursion 1/B_n = 1 + (n/A)·(1/B_{n−1}) gives relative 1e-10 for up to
/// 1e5 erlang and 1e5 channels, in about 10·√A steps. B below 2.2e-308 is given as 0. Without traffic B is 0, on 0
/// channels 1. Beyond 1e10 erlang the limit max(0, 1 − C/A) is given.
///
/// ```
/// # use trunkrisk::{traffic::erlang, words::units::Erlangs};
/// let blocked = erlang::blocking(Erlangs::new(2.0)?, 3).get();
/// assert!((blocked - 4.0 / 19.0).abs() < 1e-15);
/// # Ok::<(), trunkrisk::words::units::UnitError>(())
/// ```
#[must_use]
pub fn blocking(a: Erlangs, channels: u64) -> Probability {
    probability(level(a.get(), channels as f64).0)
}

/// B for a number of channels that need not be whole: 1/B = A·∫₀^∞ e^{−Au}·(1 + u)^C du.
///
/// `a` is the offered traffic [erlang]. The integral is Γ(x + 1, A)·e^A·A^{−x} at the fraction x of C, by its continued
/// fraction (DLMF 8.9.2) or power series (DLMF 8.7.3); from there the recursion of [`blocking`] climbs. Equal to
/// [`blocking`] where C is whole.
///
/// # Errors
/// Where `channels` is negative or no number.
pub fn blocking_continuous(a: Erlangs, channels: f64) -> Result<Probability, TrafficError> {
    if channels >= 0.0 {
        Ok(probability(continuous(a.get(), channels)))
    } else {
        Err(TrafficError::Channels { channels })
    }
}

/// The least number of channels that blocks at most the share `target` of the attempts.
///
/// `a` is the offered traffic [erlang], at most 1e7. One pass of the recursion, so no search can end beside the least
/// one.
///
/// # Errors
/// A target of 0 is never reached (not even without traffic on 0 channels), and more than 1e7 erlang is not computed.
pub fn channels_for(a: Erlangs, target: Probability) -> Result<u64, TrafficError> {
    let (a, target) = (a.get(), target.get());
    if target == 0.0 {
        return Err(TrafficError::NeverReached { target });
    }
    if a > MOST_TRAFFIC {
        return Err(TrafficError::TooMuch { erlangs: a });
    }
    if target >= 1.0 || a == 0.0 {
        return Ok(u64::from(target < 1.0));
    }
    // B ≥ 1 − C/A, so fewer channels than this cannot do.
    let few = ((a * (1.0 - target)).ceil() - 1.0).max(0.0);
    Ok(least(ladder(a, few).climb(few), target, |n| level(a, n).0) as u64)
}

/// The largest traffic [erlang] of which at most the share `target` is blocked, to relative 1e-12.
///
/// No channels, or a target of 0, carry no traffic: 0 erlang.
///
/// # Errors
/// With a target of 1 every traffic will do; and more than 1e7 erlang is not computed.
pub fn traffic_for(channels: u64, target: Probability) -> Result<Erlangs, TrafficError> {
    let (n, p) = (channels as f64, target.get());
    if p >= 1.0 {
        return Err(TrafficError::Unbounded { target: p });
    }
    if channels == 0 || p == 0.0 {
        return Ok(Erlangs::ZERO);
    }
    // B ≥ 1 − C/A bounds the traffic from above; B ≤ A^C/C! and C! ≥ (C/e)^C bound it from below.
    let high = libm::log(n / (1.0 - p)).min(libm::log(2.0 * MOST_TRAFFIC));
    let low = (libm::log(p) / n + libm::log(n) - 1.0 - 1e-9).min(high);
    let log = root(low, high, 1e-16, |log_a| {
        let (blocked, carried) = level(libm::exp(log_a), n);
        Ok(excess(blocked, carried, p))
    })?;
    let traffic = not_above(libm::exp(log), |a| level(a, n).0 <= p);
    if traffic > MOST_TRAFFIC { Err(TrafficError::TooMuch { erlangs: traffic }) } else { Ok(erlangs(traffic)) }
}

/// How far a loss lies above its target, on a scale on which a root finder converges fast: the log of the smaller of
/// the blocked and the carried share, since neither keeps its digits next to 1.
pub(super) fn excess(blocked: f64, carried: f64, target: f64) -> f64 {
    let scale = if target > 0.5 {
        libm::log(1.0 - target) - libm::log(carried)
    } else {
        libm::log(blocked) - libm::log(target)
    };
    // Both shares may have rounded to 0: far away, on a side that is known.
    scale.clamp(-1e300, 1e300)
}

/// The last digits of a root, moved down until `fits`.
pub(super) fn not_above(mut value: f64, fits: impl Fn(f64) -> bool) -> f64 {
    let mut step = f64::EPSILON;
    for _ in 0..16 {
        if fits(value) {
            break;
        }
        value *= 1.0 - step;
        step *= 2.0;
    }
    value
}

fn ladder(a: f64, channels: f64) -> Ladder<impl Fn(f64) -> f64> {
    Ladder::new(a, channels, move |fraction| foot(a, fraction), move |c| a / c)
}

/// The blocked and the carried share on a whole number of channels.
pub(super) fn level(a: f64, channels: f64) -> (f64, f64) {
    if a == 0.0 {
        return if channels == 0.0 { (1.0, 0.0) } else { (0.0, 1.0) };
    }
    if a > FLUID {
        let carried = (channels / a).min(1.0);
        return (1.0 - carried, carried);
    }
    let top = ladder(a, channels).climb(channels);
    (top.blocked(), top.carried())
}

/// B for `channels` ≥ 0, whole or not.
pub(super) fn continuous(a: f64, channels: f64) -> f64 {
    if channels == channels.floor() || a == 0.0 || a > FLUID {
        return level(a, channels).0;
    }
    ladder(a, channels).climb(channels).blocked()
}

/// The least number of further channels that lets pass at most the share `target` > 0 of what overflows `behind`
/// channels, but for the last digit.
pub(super) fn further_for(a: f64, behind: f64, target: f64) -> u64 {
    further(ladder(a, behind).climb(behind), target)
}

/// B(a, x) for 0 ≤ x < 1.
fn foot(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if a >= 1.0 { 1.0 / (a * fraction(1.0 + x, a)) } else { series(a, x) }
}

/// e^a·a^{−s}·Γ(s, a) for a ≥ 1 by Lentz's evaluation of the continued fraction.
fn fraction(s: f64, a: f64) -> f64 {
    let mut b = a + 1.0 - s;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..1000 {
        let i = f64::from(i);
        let top = -i * (i - s);
        b += 2.0;
        d = 1.0 / (top * d + b);
        c = b + top / c;
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// B(a, x) for a < 1 by γ(s, a) = a^s·Σ (−a)^k/(k!·(s + k)) with s = 1 + x: there γ is at most 0.64 of Γ, so that the
/// difference keeps its digits.
fn series(a: f64, x: f64) -> f64 {
    let s = 1.0 + x;
    let (mut term, mut sum) = (1.0, 1.0 / s);
    for k in 1..60 {
        let k = f64::from(k);
        term *= -a / k;
        sum += term / (s + k);
    }
    let power = libm::pow(a, x);
    power * libm::exp(-a) / (libm::tgamma(s) - a * power * sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::traffic::testing::{close, erl, ln_factorial, log_sum, rows, share};

    fn b(a: f64, channels: u64) -> f64 {
        blocking(erl(a), channels).get()
    }

    /// B as a quotient of sums in log space: no recursion.
    fn by_sum(a: f64, channels: u64) -> f64 {
        let term = |k: u64| k as f64 * libm::log(a) - ln_factorial(k as f64);
        libm::exp(term(channels) - log_sum((0..=channels).map(term)))
    }

    /// B by the integral, with the double exponential rule t = exp(π/2·sinh s).
    fn by_integral(a: f64, channels: f64) -> f64 {
        let h = 1.0 / 256.0;
        let sum: f64 = (-1200..=900)
            .map(|i| {
                let s = f64::from(i) * h;
                let t = libm::exp(core::f64::consts::FRAC_PI_2 * libm::sinh(s));
                let weight = core::f64::consts::FRAC_PI_2 * libm::cosh(s) * t;
                weight * libm::exp(-t + channels * libm::log1p(t / a))
            })
            .filter(|v| v.is_finite())
            .sum();
        1.0 / (h * sum)
    }

    #[test]
    fn agrees_with_published_values() {
        for row in rows(include_str!("../../tests/data/traffic/erlang-b.csv")) {
            close(b(row[0], row[1] as u64), row[2], 2e-10);
        }
        close(b(1.0, 1), 0.5, 0.0);
        close(b(2.0, 3), 4.0 / 19.0, 1e-15);
    }

    #[test]
    fn agrees_with_published_capacities() {
        for row in rows(include_str!("../../tests/data/traffic/erlang-b-capacity.csv")) {
            for (target, want) in [0.001, 0.005, 0.01, 0.02, 0.05].into_iter().zip(&row[1..]) {
                let got = traffic_for(row[0] as u64, share(target)).unwrap().get();
                assert!((got - want).abs() <= 0.000_501, "{} channels at {target}: {got}, not {want}", row[0]);
            }
        }
        let got = traffic_for(15, share(0.01)).unwrap().get();
        assert!((got - 8.108).abs() < 0.000_5, "{got}");
    }

    #[test]
    fn agrees_with_the_two_percent_table_but_for_its_misprints() {
        let mut misprints = 0;
        for row in rows(include_str!("../../tests/data/traffic/erlang-b-two-percent.csv")) {
            let got = traffic_for(row[0] as u64, share(0.02)).unwrap().get();
            assert!((got - row[2]).abs() <= 0.001_001, "{} channels: {got}, not {}", row[0], row[2]);
            misprints += usize::from((got - row[1]).abs() > 0.001_001);
        }
        assert_eq!(misprints, 4);
        assert_eq!(channels_for(erl(10.0), share(0.02)).unwrap(), 17);
    }

    #[test]
    fn agrees_with_sums_in_log_space() {
        for (a, channels) in [(0.1, 5), (3.0, 3), (50.0, 80), (500.0, 300), (1e3, 1100), (1e4, 1e4 as u64)] {
            // A log of 1e5 leaves 11 digits of the reference.
            close(b(a, channels), by_sum(a, channels), 1e-10);
        }
    }

    #[test]
    fn agrees_with_the_integral() {
        for (a, channels) in
            [(0.3, 0.5), (0.3, 2.75), (0.999, 1.5), (1.0, 0.25), (5.0, 7.3), (40.0, 33.9), (200.0, 230.5)]
        {
            close(continuous(a, channels), by_integral(a, channels), 1e-11);
            close(continuous(a, channels.floor()), by_integral(a, channels.floor()), 1e-11);
        }
    }

    #[test]
    fn a_late_start_changes_nothing() {
        for a in [150.0f64, 999.5, 2e4, 1e5] {
            for channels in [0.9 * a, a - 3.0, a, a + 2.0, 1.02 * a, 1.1 * a, 0.2 * a] {
                let channels = channels.floor();
                let mut slow = 1.0;
                let mut inverse = 1.0;
                for n in 1..=channels as u64 {
                    inverse = 1.0 + n as f64 / a * inverse;
                    slow = 1.0 / inverse;
                }
                close(level(a, channels).0, slow, 2e-11);
                close(1.0 - level(a, channels).1, slow, 1e-9 / slow);
            }
        }
    }

    #[test]
    fn ends_are_defined() {
        assert_eq!(b(0.0, 0), 1.0);
        assert_eq!(b(0.0, 4), 0.0);
        assert_eq!(b(7.0, 0), 1.0);
        assert_eq!(b(7.0, u64::MAX), 0.0);
        assert_eq!(b(1e300, u64::MAX), 1.0);
        assert_eq!(b(f64::MAX, 1), 1.0);
        assert!(b(1e5, 1e5 as u64) > 0.002_5);
        assert_eq!(blocking_continuous(erl(2.0), f64::INFINITY).unwrap(), Probability::ZERO);
        assert!(blocking_continuous(erl(2.0), -0.5).is_err());
        assert!(blocking_continuous(erl(2.0), f64::NAN).is_err());
        assert!(channels_for(erl(2.0), Probability::ZERO).is_err());
        assert!(channels_for(erl(1.1e7), share(0.5)).is_err());
        assert_eq!(channels_for(erl(0.0), share(0.01)).unwrap(), 1);
        assert_eq!(channels_for(erl(5.0), Probability::ONE).unwrap(), 0);
        assert_eq!(channels_for(erl(1.0), share(0.5)).unwrap(), 1);
        assert_eq!(traffic_for(0, share(0.5)).unwrap(), Erlangs::ZERO);
        assert_eq!(traffic_for(5, Probability::ZERO).unwrap(), Erlangs::ZERO);
        assert!(traffic_for(5, Probability::ONE).is_err());
        assert!(traffic_for(u64::MAX, share(0.01)).is_err());
        close(traffic_for(1, share(1e-12)).unwrap().get(), 1e-12 / (1.0 - 1e-12), 1e-12);
        close(traffic_for(1, share(0.999_999)).unwrap().get(), 0.999_999 / (1.0 - 0.999_999), 1e-12);
    }

    proptest! {
        #[test]
        fn falls_with_channels_and_rises_with_traffic(
            a in 0.001f64..3e3, channels in 0u64..3500, more in 1.0001f64..2.0,
        ) {
            let here = b(a, channels);
            prop_assert!(b(a, channels + 1) <= here);
            prop_assert!(b(a * more, channels) >= here);
        }

        #[test]
        fn is_the_least_number_of_channels(log_a in -3.0f64..11.5, log_p in -20.0f64..-0.01) {
            let (a, p) = (libm::exp(log_a), libm::exp(log_p));
            let channels = channels_for(erl(a), share(p)).unwrap();
            prop_assert!(b(a, channels) <= p);
            prop_assert!(channels == 0 || b(a, channels - 1) > p);
        }

        #[test]
        fn inverses_agree(channels in 1u64..4000, log_p in -25.0f64..-0.001) {
            let p = libm::exp(log_p);
            let a = traffic_for(channels, share(p)).unwrap();
            prop_assert!(blocking(a, channels).get() <= p);
            prop_assert!(b(a.get() * (1.0 + 1e-12), channels) > p * (1.0 - 1e-12));
            prop_assert_eq!(channels_for(a, share(p)).unwrap(), channels);
        }

        #[test]
        fn continuous_runs_between_the_whole_numbers(a in 0.001f64..2e3, channels in 0.0f64..2500.0) {
            let here = continuous(a, channels);
            prop_assert!(here <= level(a, channels.floor()).0 * (1.0 + 1e-12));
            prop_assert!(here >= level(a, channels.ceil()).0 * (1.0 - 1e-12));
        }
    }
}
