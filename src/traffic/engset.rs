//! Engset's loss formula: N sources that are each idle or busy, such as the lines of a dialer that may hold only so
//! many.
//!
//! An idle source offers α erlang. α = A/(N − A), where A is what the N sources would carry if nothing were blocked.
//! N need not be whole: binomial coefficients do not mind.

use super::erlang::{FLUID, excess, level as random_level, not_above};
use super::ladder::{Ladder, further, least};
use super::root::root;
use super::{MOST_TRAFFIC, TrafficError, erlangs, probability};
use crate::words::units::{Erlangs, Probability};

/// Call congestion: share of the attempts that finds all channels busy.
///
/// `a` is the offered traffic [erlang], `sources` the number N > 0 of sources. E = b_C/Σ b_k with b_k = (N−1 over
/// k)·α^k, T. Engset 1918, by the recursion 1/E_n = 1 + n/((N − n)·α)·(1/E_{n−1}); relative 1e-10 for up to 1e5. With
/// as many channels as sources it is exactly 0. With fewer, and a traffic of N or more, α is infinite and the loss 1.
/// Infinitely many sources are Erlang B. With few channels to spare the share lost can exceed Erlang B's, though more
/// is carried: a blocked source is idle and soon tries again, which makes more attempts.
///
/// # Errors
/// Where `sources` is not above 0.
pub fn blocking(a: Erlangs, sources: f64, channels: u64) -> Result<Probability, TrafficError> {
    positive(sources)?;
    Ok(probability(level(a.get(), sources, channels as f64).0))
}

/// Call congestion with the load α of an idle source [erlang] given.
///
/// # Errors
/// Where `sources` is not above 0 and finite, or `load` not a number of 0 or more.
pub fn blocking_from_load(load: f64, sources: f64, channels: u64) -> Result<Probability, TrafficError> {
    congestion(load, sources, channels, 0.0)
}

/// Time congestion: share of the time in which all channels are busy, with the load α of an idle source [erlang] given.
///
/// It is the call congestion of one source more: b_k = (N over k)·α^k.
///
/// # Errors
/// Where `sources` is not above 0 and finite, or `load` not a number of 0 or more.
pub fn time_congestion(load: f64, sources: f64, channels: u64) -> Result<Probability, TrafficError> {
    congestion(load, sources, channels, 1.0)
}

/// The least number of channels that blocks at most the share `target` of the attempts; never more than the sources,
/// rounded up.
///
/// `a` is the offered traffic [erlang], at most 1e7.
///
/// # Errors
/// Where `sources` is not above 0, or is infinite and the target 0; more than 1e7 erlang is not computed.
pub fn channels_for(a: Erlangs, sources: f64, target: Probability) -> Result<u64, TrafficError> {
    positive(sources)?;
    if sources == f64::INFINITY {
        return super::erlang::channels_for(a, target);
    }
    let (a, p) = (a.get(), target.get());
    if a > MOST_TRAFFIC {
        return Err(TrafficError::TooMuch { erlangs: a });
    }
    if p >= 1.0 {
        return Ok(0);
    }
    if p == 0.0 || a >= sources {
        return Ok(sources.ceil() as u64);
    }
    if a == 0.0 {
        return Ok(1);
    }
    // E ≥ 1 − C/A here too.
    let few = ((a * (1.0 - p)).ceil() - 1.0).max(0.0);
    Ok(least(ladder(a, sources, few).climb(few), p, |n| level(a, sources, n).0) as u64)
}

/// The largest traffic [erlang] of which at most the share `target` is blocked, to relative 1e-12.
///
/// A source carries one erlang at most, so this never exceeds the sources; that much is the answer for as many
/// channels as sources, and for a target of 1. No channels, or a target of 0 on fewer channels, carry no traffic.
///
/// # Errors
/// Where `sources` is not above 0 and finite.
pub fn traffic_for(channels: u64, sources: f64, target: Probability) -> Result<Erlangs, TrafficError> {
    positive(sources)?;
    if sources == f64::INFINITY {
        return Err(TrafficError::Sources { sources });
    }
    let (n, p) = (channels as f64, target.get());
    if n >= sources || p >= 1.0 {
        return Ok(erlangs(sources));
    }
    if channels == 0 || p == 0.0 {
        return Ok(Erlangs::ZERO);
    }
    let gap = |log_a: f64| {
        let (blocked, carried) = level(libm::exp(log_a), sources, n);
        excess(blocked, carried, p)
    };
    let high = libm::log(sources);
    // The bound for Poisson traffic mostly holds; with few channels to spare, few sources can lose more.
    let mut low = (libm::log(p) / n + libm::log(n) - 1.0).min(high);
    while gap(low) > 0.0 && low > -700.0 {
        low -= 1.0;
    }
    let log = root(low, high, 1e-16, |log_a| Ok(gap(log_a)))?;
    Ok(erlangs(not_above(libm::exp(log), |a| level(a, sources, n).0 <= p)))
}

pub(super) fn positive(sources: f64) -> Result<(), TrafficError> {
    if sources > 0.0 { Ok(()) } else { Err(TrafficError::Sources { sources }) }
}

fn ladder(a: f64, sources: f64, channels: f64) -> Ladder<impl Fn(f64) -> f64> {
    let idle = sources - a;
    Ladder::new(a, channels, |_| 1.0, move |c| a / c * ((sources - c) / idle))
}

/// The blocked and the carried share of `a` erlang from N > 0 sources on a whole number of channels.
pub(super) fn level(a: f64, sources: f64, channels: f64) -> (f64, f64) {
    if channels >= sources {
        return (0.0, 1.0);
    }
    if a >= sources {
        return (1.0, 0.0);
    }
    if sources == f64::INFINITY || a == 0.0 {
        return random_level(a, channels);
    }
    if a > FLUID {
        let carried = (channels / a * ((sources - a) / (sources - channels))).min(1.0);
        return (1.0 - carried, carried);
    }
    let top = ladder(a, sources, channels).climb(channels);
    (top.blocked(), top.carried())
}

/// As [`super::erlang::further_for`], for `a` < N and `behind` < N.
pub(super) fn further_for(a: f64, sources: f64, behind: f64, target: f64) -> u64 {
    further(ladder(a, sources, behind).climb(behind), target)
}

/// With `extra` = 0 the congestion that the attempts meet, with 1 that of the time.
fn congestion(load: f64, sources: f64, channels: u64, extra: f64) -> Result<Probability, TrafficError> {
    positive(sources)?;
    if sources == f64::INFINITY {
        return Err(TrafficError::Sources { sources });
    }
    if load.is_nan() || load < 0.0 {
        return Err(TrafficError::Load { load });
    }
    let channels = channels as f64;
    let total = sources + extra;
    if channels >= total {
        return Ok(Probability::ZERO);
    }
    if load == f64::INFINITY {
        return Ok(Probability::ONE);
    }
    // Below the traffic of N sources the factors α·(N − c)/c are at least A/c, which is what a late start needs.
    let traffic = (sources * (load / (1.0 + load))).min(sources);
    if load == 0.0 || traffic == 0.0 || traffic > FLUID {
        return Ok(probability(level(traffic, total, channels).0));
    }
    let top = Ladder::new(traffic, channels, |_| 1.0, move |c| load * ((total - c) / c)).climb(channels);
    Ok(probability(top.blocked()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::traffic::erlang;
    use crate::traffic::testing::{close, erl, ln_factorial, log_sum, rows, share};

    /// Either congestion as a quotient of sums in log space.
    fn by_sum(load: f64, sources: u64, channels: u64) -> f64 {
        let term = |k: u64| {
            ln_factorial(sources as f64) - ln_factorial(k as f64) - ln_factorial((sources - k) as f64)
                + k as f64 * libm::log(load)
        };
        libm::exp(term(channels) - log_sum((0..=channels).map(term)))
    }

    fn load(a: f64, sources: f64) -> f64 {
        a / (sources - a)
    }

    #[test]
    fn agrees_with_published_values() {
        for row in rows(include_str!("../../tests/data/traffic/engset.csv")) {
            let (sources, channels, alpha) = (row[0], row[1] as u64, row[2]);
            let time = time_congestion(alpha, sources, channels).unwrap().get();
            let call = blocking_from_load(alpha, sources, channels).unwrap().get();
            assert!((time - row[3]).abs() < 6e-7 && (call - row[4]).abs() < 6e-7, "{row:?}: {time} {call}");
            let a = sources * alpha / (1.0 + alpha);
            close(blocking(erl(a), sources, channels).unwrap().get(), call, 1e-12);
        }
        let rare = blocking_from_load(1.0, 50.0, 40).unwrap().get();
        assert!((rare - 3.6e-6).abs() < 0.05e-6, "{rare}");
    }

    #[test]
    fn agrees_with_sums_in_log_space() {
        for (a, sources, channels) in
            [(3.0, 10, 5), (40.0, 50, 45), (900.0, 1000, 899), (300.0, 3000, 350), (9e3, 20_000, 9100)]
        {
            let alpha = load(a, f64::from(sources as u32));
            close(
                blocking(erl(a), sources as f64, channels).unwrap().get(),
                by_sum(alpha, sources - 1, channels),
                1e-9,
            );
            close(
                time_congestion(alpha, sources as f64, channels).unwrap().get(),
                by_sum(alpha, sources, channels),
                1e-9,
            );
        }
    }

    #[test]
    fn ends_are_defined() {
        let e = |a: f64, sources: f64, channels: u64| blocking(erl(a), sources, channels).unwrap().get();
        assert_eq!(e(40.0, 50.0, 50), 0.0);
        assert_eq!(e(50.0, 50.0, 50), 0.0);
        assert_eq!(e(50.0, 50.0, 49), 1.0);
        assert_eq!(e(70.0, 50.0, 49), 1.0);
        assert_eq!(e(0.0, 50.0, 0), 1.0);
        assert_eq!(e(0.0, 50.0, 1), 0.0);
        assert_eq!(e(3.0, 50.0, 0), 1.0);
        assert_eq!(e(10.0, f64::INFINITY, 10), erlang::blocking(erl(10.0), 10).get());
        assert_eq!(e(1e300, 1e301, u64::MAX), 1.0);
        assert_eq!(e(1e-300, 1e-299, 0), 1.0);
        close(e(10.0, 1e12, 10), erlang::blocking(erl(10.0), 10).get(), 1e-10);
        for sources in [0.0, -1.0, f64::NAN] {
            assert!(blocking(erl(1.0), sources, 1).is_err());
            assert!(time_congestion(1.0, sources, 1).is_err());
            assert!(channels_for(erl(1.0), sources, share(0.1)).is_err());
            assert!(traffic_for(1, sources, share(0.1)).is_err());
        }
        assert!(blocking_from_load(f64::NAN, 3.0, 1).is_err());
        assert_eq!(blocking_from_load(f64::INFINITY, 3.0, 2).unwrap(), Probability::ONE);
        assert_eq!(blocking_from_load(f64::MAX, 3.0, 2).unwrap(), Probability::ONE);
        close(time_congestion(1.0, 5.0, 5).unwrap().get(), 1.0 / 32.0, 1e-14);
        assert_eq!(time_congestion(1.0, 5.0, 6).unwrap(), Probability::ZERO);
        assert_eq!(channels_for(erl(3.0), 49.5, Probability::ZERO).unwrap(), 50);
        assert_eq!(channels_for(erl(60.0), 50.0, share(0.1)).unwrap(), 50);
        assert_eq!(channels_for(erl(3.0), 50.0, Probability::ONE).unwrap(), 0);
        assert_eq!(channels_for(erl(0.0), 50.0, share(0.1)).unwrap(), 1);
        assert_eq!(traffic_for(50, 50.0, Probability::ZERO).unwrap().get(), 50.0);
        assert_eq!(traffic_for(5, 50.0, Probability::ONE).unwrap().get(), 50.0);
        assert_eq!(traffic_for(5, 50.0, Probability::ZERO).unwrap().get(), 0.0);
    }

    proptest! {
        #[test]
        fn fractional_sources_lie_between_whole_ones(alpha in 0.01f64..5.0, sources in 2u64..200, part in 0.01f64..0.99,
                                                     channels in 1u64..200) {
            let at = |n: f64| blocking_from_load(alpha, n, channels).unwrap().get();
            let n = sources as f64;
            prop_assert!(at(n) <= at(n + part) * (1.0 + 1e-12) && at(n + part) <= at(n + 1.0) * (1.0 + 1e-12));
        }

        #[test]
        fn a_late_start_changes_nothing(a in 150.0f64..3e3, spread in 1.0005f64..3.0, at in 0.5f64..1.2) {
            let sources = a * spread;
            let channels = (a * at).floor();
            let mut inverse = 1.0;
            for n in 1..=channels as u64 {
                inverse = 1.0 + n as f64 / ((sources - n as f64) * load(a, sources)) * inverse;
            }
            let want = if channels >= sources { 0.0 } else { 1.0 / inverse };
            close(level(a, sources, channels).0, want, 1e-10);
        }

        #[test]
        fn few_sources_are_carried_better(a in 0.1f64..200.0, spread in 1.01f64..5.0, channels in 1u64..250) {
            let (sources, alpha) = (a * spread, load(a, a * spread));
            let passed = 1.0 - blocking(erl(a), sources, channels).unwrap().get();
            // Busy sources: idle ones offer α each, and blocked ones stay idle.
            let carried = sources * alpha * passed / (1.0 + alpha * passed);
            prop_assert!(carried >= a * (1.0 - erlang::blocking(erl(a), channels).get()) * (1.0 - 1e-12));
        }

        #[test]
        fn inverses_agree(sources in 1.5f64..2000.0, part in 0.01f64..0.99, log_p in -20.0f64..-0.01) {
            let p = libm::exp(log_p);
            let channels = ((sources * part) as u64).max(1);
            let most = traffic_for(channels, sources, share(p)).unwrap();
            prop_assert!(blocking(most, sources, channels).unwrap().get() <= p);
            let more = most.get() * (1.0 + 1e-12);
            prop_assert!(blocking(erl(more), sources, channels).unwrap().get() > p * (1.0 - 1e-11));
            prop_assert_eq!(channels_for(most, sources, share(p)).unwrap(), channels);
        }

        #[test]
        fn is_the_least_number_of_channels(a in 0.01f64..2000.0, spread in 1.001f64..4.0, log_p in -20.0f64..-0.01) {
            let p = libm::exp(log_p);
            let channels = channels_for(erl(a), a * spread, share(p)).unwrap();
            prop_assert!(blocking(erl(a), a * spread, channels).unwrap().get() <= p);
            prop_assert!(channels == 0 || blocking(erl(a), a * spread, channels - 1).unwrap().get() > p);
        }
    }
}
