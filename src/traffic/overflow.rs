//! Peaked traffic: what a full trunk refuses comes in bursts, and Erlang B on it understates the loss many times.
//!
//! A stream is described by mean and variance of the channels it would hold on a group without end. Wilkinson's
//! equivalent random traffic (Bell System Technical Journal 35, 1956) replaces it by the Poisson traffic A* whose
//! overflow from N* channels has the same two.

use super::erlang::{continuous, further_for};
use super::root::root;
use super::{MOST_TRAFFIC, TrafficError, erlangs, probability};
use crate::words::units::{Erlangs, Probability};

/// Up to this peakedness a stream is as good as random.
pub(super) const RANDOM: f64 = 1.0 + 1e-9;

/// A stream of attempts, as the next trunk sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    mean: f64,
    variance: f64,
}

impl Stream {
    /// A stream of this mean [erlang] and variance [erlang²].
    ///
    /// # Errors
    /// Where the variance is not a finite number of 0 or more.
    pub fn new(mean: Erlangs, variance: f64) -> Result<Self, TrafficError> {
        if variance >= 0.0 && variance.is_finite() {
            Ok(Self { mean: mean.get(), variance })
        } else {
            Err(TrafficError::Variance { variance })
        }
    }

    /// Poisson traffic: variance and mean [erlang] are the same number.
    #[must_use]
    pub fn random(mean: Erlangs) -> Self {
        Self { mean: mean.get(), variance: mean.get() }
    }

    /// What overflows `channels` to which Poisson traffic `a` [erlang] is offered: mean M = A·B(A, C), variance
    /// M·(1 − M + A/(C + 1 − A + M)) (J. Riordan, in Wilkinson 1956).
    #[must_use]
    pub fn overflow(a: Erlangs, channels: u64) -> Self {
        let mean = a.get() * continuous(a.get(), channels as f64);
        Self { mean, variance: mean * peakedness(a.get(), channels as f64) }
    }

    /// Mean [erlang].
    #[must_use]
    pub fn mean(self) -> Erlangs {
        erlangs(self.mean)
    }

    /// Variance [erlang²].
    #[must_use]
    pub const fn variance(self) -> f64 {
        self.variance
    }

    /// Peakedness z = V/M [1]: 1 for random traffic, and for none.
    #[must_use]
    pub fn peakedness(self) -> f64 {
        let z = self.variance / self.mean;
        if z.is_finite() { z } else { 1.0 }
    }

    /// What is left where each attempt stays with probability `kept`: mean pM, peakedness 1 + p(z − 1).
    #[must_use]
    pub fn thinned(self, kept: Probability) -> Self {
        let mean = kept.get() * self.mean;
        Self { mean, variance: mean * thinned(self.peakedness(), kept.get()) }
    }

    /// Both streams together, as if independent: means and variances add.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, variance: self.variance + other.variance }
    }

    /// The random traffic whose overflow has this mean and variance, each to relative 1e-8. A stream with z ≤ 1 is
    /// its own: on the safe side, as smooth traffic loses less.
    ///
    /// # Errors
    /// Where none is found, which takes a mean or variance far beyond telephony.
    pub fn equivalent(self) -> Result<Equivalent, TrafficError> {
        let (traffic, channels) = equivalent(self.mean, self.peakedness())?;
        Ok(Equivalent { traffic: erlangs(traffic), channels })
    }

    /// Share of this stream that `channels` block: A*·B(A*, N* + C)/M.
    ///
    /// # Errors
    /// As for [`Self::equivalent`].
    pub fn blocking(self, channels: u64) -> Result<Probability, TrafficError> {
        Ok(self.equivalent()?.blocking(channels))
    }
}

/// Poisson traffic and the channels it overflows, whole or not: stands for the overflow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalent {
    /// A* [erlang].
    pub traffic: Erlangs,
    /// N* ≥ 0 [channels].
    pub channels: f64,
}

impl Equivalent {
    /// Share of the overflow that `further` channels block, B(A*, N* + C)/B(A*, N*); 0 where nothing overflows.
    #[must_use]
    pub fn blocking(&self, further: u64) -> Probability {
        let before = continuous(self.traffic.get(), self.behind());
        let after = continuous(self.traffic.get(), self.behind() + further as f64);
        if before > 0.0 { probability(after / before) } else { Probability::ZERO }
    }

    /// What overflows `further` channels too.
    #[must_use]
    pub fn overflow(&self, further: u64) -> Stream {
        let (a, n) = (self.traffic.get(), self.behind() + further as f64);
        let mean = a * continuous(a, n);
        Stream { mean, variance: mean * peakedness(a, n) }
    }

    /// The least number of further channels that blocks at most the share `target` of the overflow.
    ///
    /// # Errors
    /// A target of 0 is never reached, and more than 1e7 erlang is not computed.
    pub fn channels_for(&self, target: Probability) -> Result<u64, TrafficError> {
        let (a, p) = (self.traffic.get(), target.get());
        if self.blocking(0) == Probability::ZERO {
            return Ok(0);
        }
        if p == 0.0 {
            return Err(TrafficError::NeverReached { target: p });
        }
        if a > MOST_TRAFFIC {
            return Err(TrafficError::TooMuch { erlangs: a });
        }
        let mut further = further_for(a, self.behind(), p);
        while self.blocking(further).get() > p {
            further += 1;
        }
        while further > 0 && self.blocking(further - 1).get() <= p {
            further -= 1;
        }
        Ok(further)
    }

    /// The fields are open, so the number may be none.
    fn behind(&self) -> f64 {
        self.channels.max(0.0)
    }
}

/// z of a stream of which each attempt stays with probability `kept`.
pub(super) fn thinned(z: f64, kept: f64) -> f64 {
    1.0 + kept * (z - 1.0)
}

/// z of what Poisson traffic `a` overflows `channels`: 1 − M + A/(C + 1 − A + M).
pub(super) fn peakedness(a: f64, channels: f64) -> f64 {
    let mean = a * continuous(a, channels);
    // Channels left idle; overload leaves nothing but rounding here, and its overflow is nearly random.
    let idle = (channels - a + mean).max(0.0);
    let z = 1.0 - mean + a / (idle + 1.0);
    if a > 1e9 || z.is_nan() { 1.0 } else { z.max(1.0) }
}

/// The Poisson traffic that overflows `channels` with this mean > 0.
pub(super) fn random_for(mean: f64, channels: f64) -> Result<f64, TrafficError> {
    // At most all channels' worth more than what overflows.
    root(mean, mean + channels, 1e-15, |a| Ok(log_ratio(a * continuous(a, channels), mean)))
}

/// A* and N* for a mean and a peakedness.
pub(super) fn equivalent(mean: f64, z: f64) -> Result<(f64, f64), TrafficError> {
    // A mean that small has no digits left for its shape.
    if z <= RANDOM || mean < 1e-250 {
        return Ok((mean, 0.0));
    }
    let none = TrafficError::NoEquivalent { mean, peakedness: z };
    // Riordan's formula, solved for N: on this line the variance is right, and one unknown is left.
    let behind = |a: f64| (a * ((mean + z) / (mean + z - 1.0)) - mean - 1.0).max(0.0);
    let gap = |a: f64| log_ratio(mean, a * continuous(a, behind(a)));
    // Where the line starts, at N = 0, too much overflows.
    let low = (mean + 1.0) * ((mean + z - 1.0) / (mean + z));
    // Rapp's approximation (Ericsson Technics 20, 1964) is close.
    let mut high = (mean * z + 3.0 * z * (z - 1.0)) * 1.1;
    while gap(high) < 0.0 {
        high *= 2.0;
        if high.is_nan() || high > 1e12 {
            return Err(none);
        }
    }
    let a = root(low, high, 1e-15, |a| Ok(gap(a)))?;
    if gap(a).abs() < 1e-8 { Ok((a, behind(a))) } else { Err(none) }
}

fn log_ratio(of: f64, to: f64) -> f64 {
    (libm::log(of) - libm::log(to)).clamp(-1e300, 1e300)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::traffic::erlang;
    use crate::traffic::testing::{close, erl, rows, share};

    #[test]
    fn moments_agree_with_computed_values() {
        for row in rows(include_str!("../../tests/data/traffic/overflow-moments.csv")) {
            let got = Stream::overflow(erl(row[0]), row[1] as u64);
            assert!((got.mean().get() - row[2]).abs() < 6e-7, "{row:?}: {got:?}");
            assert!((got.variance() - row[3]).abs() < 6e-7, "{row:?}: {got:?}");
            assert!((got.peakedness() - row[4]).abs() < 6e-5, "{row:?}: {got:?}");
        }
    }

    #[test]
    fn equivalent_traffic_agrees_with_computed_values() {
        // A single overflow has its own origin as equivalent, so that Wilkinson's method is exact on it. The table's
        // fifth column is what Rapp's closed form makes of it, which is where the search starts.
        for row in rows(include_str!("../../tests/data/traffic/overflow-blocking.csv")) {
            let got = Stream::overflow(erl(row[0]), row[1] as u64).blocking(row[2] as u64).unwrap().get();
            assert!((got / row[3] - 1.0).abs() < 5e-3, "{row:?}: {got}");
            let exact = erlang::blocking(erl(row[0]), (row[1] + row[2]) as u64).get()
                / erlang::blocking(erl(row[0]), row[1] as u64).get();
            close(got, exact, 1e-8);

            let origin = Stream::overflow(erl(row[0]), row[1] as u64);
            let (m, z) = (origin.mean().get(), origin.peakedness());
            let traffic = m * z + 3.0 * z * (z - 1.0);
            let rapp = Equivalent { traffic: erl(traffic), channels: traffic * (m + z) / (m + z - 1.0) - m - 1.0 };
            let lost = traffic * continuous(traffic, rapp.channels + row[2]) / m;
            assert!((lost / row[4] - 1.0).abs() < 5e-3, "{row:?}: {lost}");
        }
    }

    #[test]
    fn ends_are_defined() {
        let random = Stream::random(erl(7.0));
        assert_eq!(random.equivalent().unwrap(), Equivalent { traffic: erl(7.0), channels: 0.0 });
        close(random.blocking(9).unwrap().get(), erlang::blocking(erl(7.0), 9).get(), 0.0);
        assert_eq!(Stream::random(Erlangs::ZERO).peakedness(), 1.0);
        assert_eq!(Stream::random(Erlangs::ZERO).blocking(0).unwrap(), Probability::ONE);
        assert_eq!(Stream::random(Erlangs::ZERO).blocking(1).unwrap(), Probability::ZERO);
        assert!(Stream::new(erl(1.0), f64::NAN).is_err());
        assert!(Stream::new(erl(1.0), -1.0).is_err());
        assert!(Stream::new(erl(1.0), f64::INFINITY).is_err());
        assert_eq!(Stream::overflow(erl(5.0), 0).peakedness(), 1.0);
        assert_eq!(Stream::overflow(erl(5.0), u64::MAX).mean(), Erlangs::ZERO);
        for (mean, variance) in
            [(1e-300, 1.0), (1e-200, 1e-199), (1e300, 1e301), (1.0, 1e300), (1e-5, 1e5), (f64::MAX, 1.0)]
        {
            // An answer or an error, but no panic and no hang.
            let _ = Stream::new(erl(mean), variance).unwrap().blocking(5);
        }
        let open = Equivalent { traffic: erl(3.0), channels: f64::NAN };
        assert!(open.blocking(2).get() > 0.0);
        assert!(open.channels_for(Probability::ZERO).is_err());
    }

    proptest! {
        #[test]
        fn equivalent_keeps_mean_and_variance(log_m in -12.0f64..8.0, log_z in -7.0f64..2.5) {
            let (mean, z) = (libm::exp(log_m), 1.0 + libm::exp(log_z));
            let stream = Stream::new(erl(mean), mean * z).unwrap();
            let back = stream.equivalent().unwrap().overflow(0);
            close(back.mean().get(), mean, 1e-8);
            close(back.variance(), mean * z, 1e-8);
        }

        #[test]
        fn finds_where_an_overflow_came_from(a in 0.5f64..300.0, part in 0.3f64..1.5) {
            let channels = (a * part).ceil() as u64;
            let origin = Stream::overflow(erl(a), channels);
            prop_assume!(origin.peakedness() > 1.01 && origin.mean().get() > 1e-6);
            let got = origin.equivalent().unwrap();
            close(got.traffic.get(), a, 1e-6);
            close(got.channels, channels as f64, 1e-6);
        }

        #[test]
        fn peaked_traffic_loses_more(mean in 0.1f64..100.0, z in 1.01f64..5.0, channels in 1u64..100) {
            let peaked = Stream::new(erl(mean), mean * z).unwrap().blocking(channels).unwrap();
            prop_assert!(peaked.get() >= erlang::blocking(erl(mean), channels).get() * (1.0 - 1e-9));
        }

        #[test]
        fn channels_are_the_least(mean in 0.01f64..100.0, z in 1.0f64..5.0, log_p in -15.0f64..-0.01) {
            let p = libm::exp(log_p);
            let equivalent = Stream::new(erl(mean), mean * z).unwrap().equivalent().unwrap();
            let further = equivalent.channels_for(share(p)).unwrap();
            prop_assert!(equivalent.blocking(further).get() <= p);
            prop_assert!(further == 0 || equivalent.blocking(further - 1).get() > p);
        }

        #[test]
        fn splitting_and_joining_a_stream_thins_it_less(mean in 0.1f64..50.0, z in 1.0f64..5.0, p in 0.0f64..1.0) {
            let stream = Stream::new(erl(mean), mean * z).unwrap();
            let joined = stream.thinned(share(p)).plus(stream.thinned(share(1.0 - p)));
            close(joined.mean().get(), mean, 1e-12);
            prop_assert!(joined.variance() <= stream.variance() * (1.0 + 1e-12));
        }
    }
}
