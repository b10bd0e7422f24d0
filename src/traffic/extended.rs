//! Erlang B with redials ("extended Erlang B"): a blocked attempt is dialled again with probability ρ.
//!
//! The traffic offered with the redials, A′, solves A′ = A + ρ·A′·B(A′, C). Other definitions are in use (one redial
//! only, or redials of the fresh blocked traffic); their figures are lower.

use super::erlang::{channels_for as plain_channels_for, level, traffic_for as plain_traffic_for};
use super::root::root;
use super::{TrafficError, erlangs, probability};
use crate::words::units::{Erlangs, Probability};

/// Traffic with its redials, and what it meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Redialled {
    /// Fresh and redialled traffic together [erlang].
    pub offered: Erlangs,
    /// The share of all attempts, redials among them, that is blocked [1].
    pub blocking: Probability,
}

/// A′ and B(A′, C) for the fresh traffic `a` [erlang], where a blocked attempt is dialled again with probability
/// `redial`.
///
/// # Errors
/// Where every blocked attempt is redialled (1) and the channels cannot carry the fresh traffic (A ≥ C), redials
/// never end.
pub fn blocking_with_redial(a: Erlangs, channels: u64, redial: Probability) -> Result<Redialled, TrafficError> {
    let (a, n, rho) = (a.get(), channels as f64, redial.get());
    if rho >= 1.0 && a >= n && a > 0.0 {
        return Err(TrafficError::RedialsNeverEnd { erlangs: a, redial: rho });
    }
    // What is not redialled of A′ has to be A. In this form nothing cancels where ρ and B are near 1, and it rises
    // with A′.
    let spare = |offered: f64| offered * ((1.0 - rho) + rho * level(offered, n).1) - a;
    let mut high = if rho < 1.0 { (a / (1.0 - rho)).min(f64::MAX) } else { 2.0 * a };
    while rho >= 1.0 && spare(high) < 0.0 && high < 1e300 {
        high *= 2.0;
    }
    let offered = root(a, high, 1e-16, |offered| Ok(spare(offered)))?;
    Ok(Redialled { offered: erlangs(offered), blocking: probability(level(offered, n).0) })
}

/// The least number of channels that blocks at most the share `target` of all attempts, redials among them.
///
/// The blocking with redials is at most p exactly where B(A/(1 − ρp), C) is: the fixed point is the only one, and B
/// rises with the traffic.
///
/// # Errors
/// As for [`super::erlang::channels_for`].
pub fn channels_for(a: Erlangs, target: Probability, redial: Probability) -> Result<u64, TrafficError> {
    if target.get() >= 1.0 {
        return Ok(0);
    }
    plain_channels_for(erlangs(a.get() / (1.0 - redial.get() * target.get())), target)
}

/// The largest fresh traffic [erlang] of which, with its redials, at most the share `target` is blocked.
///
/// # Errors
/// As for [`super::erlang::traffic_for`].
pub fn traffic_for(channels: u64, target: Probability, redial: Probability) -> Result<Erlangs, TrafficError> {
    let offered = plain_traffic_for(channels, target)?;
    Ok(erlangs(offered.get() * (1.0 - redial.get() * target.get())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::traffic::erlang::blocking;
    use crate::traffic::testing::{close, erl, rows, share};

    #[test]
    fn agrees_with_published_values() {
        for row in rows(include_str!("../../tests/data/traffic/erlang-b-redial.csv")) {
            let got = blocking_with_redial(erl(row[0]), row[1] as u64, share(row[2])).unwrap();
            assert!((got.blocking.get() - row[3]).abs() < 6e-7, "{row:?}: {got:?}");
        }
        assert_eq!(channels_for(erl(5.5), share(0.03), share(0.5)).unwrap(), 11);
        assert_eq!(channels_for(erl(5.5), share(0.03), Probability::ZERO).unwrap(), 10);
    }

    #[test]
    fn ends_are_defined() {
        let with = |a: f64, channels, redial: f64| blocking_with_redial(erl(a), channels, share(redial));
        assert!(with(10.0, 10, 1.0).is_err());
        assert!(with(1.0, 0, 1.0).is_err());
        close(
            with(9.0, 10, 1.0).unwrap().offered.get() * (1.0 - with(9.0, 10, 1.0).unwrap().blocking.get()),
            9.0,
            1e-12,
        );
        close(with(9.999_999, 10, 1.0).unwrap().blocking.get(), 1.0, 1e-5);
        close(with(3.0, 0, 0.5).unwrap().offered.get(), 6.0, 1e-14);
        close(with(20.0, 10, 1.0 - 1e-9).unwrap().offered.get(), 1e10, 1e-6);
        assert_eq!(with(0.0, 4, 1.0).unwrap().offered, Erlangs::ZERO);
        assert_eq!(with(0.0, 0, 1.0).unwrap().offered, Erlangs::ZERO);
        assert!(with(f64::MAX, 3, 0.999).is_ok());
    }

    proptest! {
        #[test]
        fn solves_its_equation(a in 0.01f64..500.0, channels in 0u64..600, redial in 0.0f64..0.999) {
            let got = blocking_with_redial(erl(a), channels, share(redial)).unwrap();
            let offered = got.offered.get();
            close(offered, a + redial * offered * got.blocking.get(), 1e-11);
            prop_assert!(got.blocking >= blocking(erl(a), channels));
        }

        #[test]
        fn inverses_hold(a in 0.01f64..500.0, p in 0.001f64..0.9, redial in 0.0f64..1.0) {
            let channels = channels_for(erl(a), share(p), share(redial)).unwrap();
            let lost = |n| blocking_with_redial(erl(a), n, share(redial)).map_or(1.0, |r| r.blocking.get());
            prop_assert!(lost(channels) <= p * (1.0 + 1e-9));
            prop_assert!(channels == 0 || lost(channels - 1) > p * (1.0 - 1e-9));
            if channels > 0 {
                let most = traffic_for(channels, share(p), share(redial)).unwrap();
                prop_assert!(most.get() >= a * (1.0 - 1e-12));
                close(blocking_with_redial(most, channels, share(redial)).unwrap().blocking.get(), p, 1e-9);
            }
        }
    }
}
