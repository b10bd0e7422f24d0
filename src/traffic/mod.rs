//! What a loss system does with calls: pure functions, no input or output, no clock, no panic on any input.
//!
//! | file | subject |
//! |---|---|
//! | [`erlang`] | Erlang B, whole and fractional channels, and its two inverses |
//! | [`extended`] | Erlang B where a share of the blocked attempts is dialled again |
//! | [`engset`] | finitely many sources: call and time congestion, and the inverses |
//! | [`cps`] | the calls-per-second gate, by each way of counting a second |
//! | [`overflow`] | peaked traffic: Riordan's variance, Wilkinson's equivalent random traffic |
//! | [`sequence`] | a chain of trunks that is hunted in order, with outages and redials |
//!
//! Results are relative 1e-10 for up to 1e5 erlang and 1e5 channels. Transcendental functions come from `libm`, so
//! that the last digit is the same on every platform.

pub mod cps;
pub mod engset;
pub mod erlang;
pub mod extended;
mod ladder;
pub mod overflow;
mod root;
pub mod sequence;

use thiserror::Error;

use crate::words::units::{CallsPerSecond, Erlangs, Probability};

pub use cps::Window;
pub use extended::Redialled;
pub use overflow::{Equivalent, Stream};
pub use sequence::{Excess, Gate, GateLoad, Method, Offered, OnHit, Presented, Sequence, channels_needed, solve};

/// Most traffic for which an inverse is sought or a chain solved [erlang].
pub const MOST_TRAFFIC: f64 = 1e7;

/// A question about traffic that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum TrafficError {
    /// No number of channels, and no call rate, reaches this target.
    #[error("a loss of {target} is never reached; a target above 0 is")]
    NeverReached {
        /// The share that may be lost [1].
        target: f64,
    },
    /// The traffic that meets the target has no upper end.
    #[error("every traffic loses no more than {target}; a target below 1 has a largest traffic")]
    Unbounded {
        /// The share that may be lost [1].
        target: f64,
    },
    /// More traffic than this engine computes with.
    #[error("{erlangs} erlang is more than the {MOST_TRAFFIC} erlang that can be computed")]
    TooMuch {
        /// The traffic [erlang].
        erlangs: f64,
    },
    /// A number of sources that is none.
    #[error("{sources} is not a number of sources above 0")]
    Sources {
        /// What was given.
        sources: f64,
    },
    /// A load per idle source that is none.
    #[error("{load} is not a load per idle source of 0 erlang or more")]
    Load {
        /// What was given [erlang].
        load: f64,
    },
    /// A number of channels that is none.
    #[error("{channels} is not a number of channels of 0 or more")]
    Channels {
        /// What was given.
        channels: f64,
    },
    /// A number of calls per second that is none.
    #[error("{allowed} is not a number of calls per second above 0")]
    Allowed {
        /// What was given [1/s].
        allowed: f64,
    },
    /// A variance that is none.
    #[error("{variance} is not a variance of 0 or more")]
    Variance {
        /// What was given.
        variance: f64,
    },
    /// Every blocked attempt is dialled again, and more is offered than the channels can ever carry.
    #[error("redials never end: {erlangs} erlang, and blocked attempts are redialled with probability {redial}")]
    RedialsNeverEnd {
        /// The fresh traffic [erlang].
        erlangs: f64,
        /// The share of the blocked attempts that is dialled again [1].
        redial: f64,
    },
    /// No equivalent random traffic was found.
    #[error("no random traffic overflows with a mean of {mean} erlang and a peakedness of {peakedness}")]
    NoEquivalent {
        /// The mean [erlang].
        mean: f64,
        /// Variance over mean [1].
        peakedness: f64,
    },
}

/// A share that rounding may have pushed past its ends. No number at all is the worst case.
fn probability(share: f64) -> Probability {
    Probability::new(share.clamp(0.0, 1.0)).unwrap_or(Probability::ONE)
}

/// A traffic that rounding may have pushed below 0.
fn erlangs(traffic: f64) -> Erlangs {
    Erlangs::new(traffic.clamp(0.0, f64::MAX)).unwrap_or(Erlangs::ZERO)
}

/// A rate that rounding may have pushed below 0. The fallback is never taken: what comes here is a number.
fn rate(attempts: f64, fallback: CallsPerSecond) -> CallsPerSecond {
    CallsPerSecond::new(attempts.clamp(0.0, f64::MAX)).unwrap_or(fallback)
}

#[cfg(test)]
mod testing {
    //! What several test modules share.

    use super::*;

    /// The rows of a published table; the first line names the source, `#` starts a comment.
    pub fn rows(text: &str) -> Vec<Vec<f64>> {
        assert!(text.starts_with("# "), "the first line names the source");
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.starts_with(char::is_alphabetic) && !line.is_empty())
            .map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect())
            .collect()
    }

    pub fn erl(value: f64) -> Erlangs {
        Erlangs::new(value).unwrap()
    }

    pub fn share(value: f64) -> Probability {
        Probability::new(value).unwrap()
    }

    pub fn cps(value: f64) -> CallsPerSecond {
        CallsPerSecond::new(value).unwrap()
    }

    /// Fails unless `got` is within the relative `tolerance` of `want`.
    #[track_caller]
    pub fn close(got: f64, want: f64, tolerance: f64) {
        let error = (got - want).abs();
        assert!(
            error <= tolerance * want.abs() || error < 1e-300,
            "{got} is not {want} ({:e} off)",
            error / want.abs()
        );
    }

    /// ln n! by `lgamma`, the way the engine does not take.
    pub fn ln_factorial(n: f64) -> f64 {
        libm::lgamma_r(n + 1.0).0
    }

    /// A sum of powers of e, kept in range.
    pub fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
        let top = terms.clone().fold(f64::NEG_INFINITY, f64::max);
        top + libm::log(terms.map(|term| libm::exp(term - top)).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{close, cps as per_second, erl, rows};
    use super::*;

    /// The promise of the engine, against 40 digits.
    #[test]
    fn ten_digits_hold_to_the_ends_of_the_range() {
        for row in rows(include_str!("../../tests/data/traffic/extremes.csv")) {
            let got = match row[0] as u32 {
                1 if row[2].fract() == 0.0 => erlang::blocking(erl(row[1]), row[2] as u64),
                1 => erlang::blocking_continuous(erl(row[1]), row[2]).unwrap(),
                2 => engset::blocking(erl(row[1]), row[3], row[2] as u64).unwrap(),
                _ => cps::loss(per_second(row[1]), row[2], Window::Fixed).unwrap(),
            };
            close(got.get(), row[4], 2e-11);
        }
    }
}
