//! A stream at the channels of a trunk, in the form in which its loss is computed.

use crate::traffic::overflow::{Equivalent, peakedness, random_for};
use crate::traffic::{MOST_TRAFFIC, TrafficError, engset, erlangs};
use crate::words::units::Probability;

/// What is offered to a trunk's channels: a stream that comes from behind other channels, in truth or in equivalent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Presented {
    kind: Kind,
    /// As many channels as sources block nothing.
    sources: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// No attempts.
    Nothing,
    /// What Poisson traffic overflows.
    Random(Equivalent),
    /// What `traffic` < `sources` overflows, by Engset's formula; `behind` < `sources`.
    Finite { traffic: f64, sources: f64, behind: f64 },
}

impl Presented {
    /// No attempts.
    pub(super) const NOTHING: Self = Self { kind: Kind::Nothing, sources: None };

    /// What this traffic [erlang] leaves `behind` whole channels, by the exact formula.
    pub(super) fn behind(traffic: f64, sources: Option<f64>, behind: f64) -> Self {
        let kind = match sources {
            Some(sources) if behind >= sources => Kind::Nothing,
            // Redials must not make the sources busier than busy.
            Some(sources) => Kind::Finite { traffic: traffic.min(sources * (1.0 - 1e-9)), sources, behind },
            None => Kind::Random(Equivalent { traffic: erlangs(traffic), channels: behind }),
        };
        Self { kind, sources }
    }

    /// A peaked stream.
    pub(super) const fn peaked(equivalent: Equivalent, sources: Option<f64>) -> Self {
        Self { kind: Kind::Random(equivalent), sources }
    }

    /// The same stream where another trunk stands behind these channels. A source that is blocked here holds a line there
    /// and makes no new attempt, which Engset's formula counts on: the loss here is no more than that of random attempts.
    pub(super) fn followed(self, channels: u64) -> Self {
        let Kind::Finite { traffic, behind, .. } = self.kind else { return self };
        let random = Self {
            kind: Kind::Random(Equivalent { traffic: erlangs(traffic), channels: behind }),
            sources: self.sources,
        };
        if random.blocked(channels) < self.blocked(channels) { random } else { self }
    }

    /// Share that this many channels block [1]; 0 where nothing comes.
    #[must_use]
    pub fn blocking(&self, channels: u64) -> Probability {
        crate::traffic::probability(self.blocked(channels))
    }

    pub(super) fn blocked(&self, channels: u64) -> f64 {
        if self.sources.is_some_and(|sources| channels as f64 >= sources) {
            return 0.0;
        }
        match self.kind {
            Kind::Nothing => 0.0,
            Kind::Random(equivalent) => equivalent.blocking(channels).get(),
            Kind::Finite { traffic, sources, behind } => {
                let before = engset::level(traffic, sources, behind).0;
                let after = engset::level(traffic, sources, behind + channels as f64).0;
                if before > 0.0 { (after / before).min(1.0) } else { 0.0 }
            }
        }
    }

    /// Peakedness of what overflows this many channels too.
    pub(super) fn peakedness_after(&self, channels: u64) -> Result<f64, TrafficError> {
        match self.kind {
            Kind::Nothing => Ok(1.0),
            Kind::Random(equivalent) => Ok(peakedness(equivalent.traffic.get(), equivalent.channels + channels as f64)),
            Kind::Finite { traffic, sources, behind } => {
                let behind = behind + channels as f64;
                let mean = traffic * engset::level(traffic, sources, behind).0;
                // As in the equivalent traffic, a mean that small has no digits for a shape.
                if mean < 1e-250 { Ok(1.0) } else { Ok(peakedness(random_for(mean, behind)?, behind)) }
            }
        }
    }
}

/// The least number of channels that blocks at most the share `target` of what was presented to a trunk; `None` where
/// no number does (a target of 0 without a limit of sources) or the traffic is above 1e7 erlang.
#[must_use]
pub fn channels_needed(presented: &Presented, target: Probability) -> Option<u64> {
    let all = presented.sources.map(|sources| sources.ceil() as u64);
    let p = target.get();
    let least = match presented.kind {
        Kind::Nothing => return Some(0),
        _ if p >= 1.0 => return Some(0),
        Kind::Random(equivalent) => equivalent.channels_for(target).ok(),
        Kind::Finite { sources, behind, .. } if p == 0.0 => Some((sources - behind).ceil() as u64),
        Kind::Finite { traffic, .. } if traffic > MOST_TRAFFIC => None,
        Kind::Finite { traffic, sources, behind } => {
            let mut further = engset::further_for(traffic, sources, behind, p);
            while presented.blocked(further) > p {
                further += 1;
            }
            while further > 0 && presented.blocked(further - 1) <= p {
                further -= 1;
            }
            Some(further)
        }
    };
    match (least, all) {
        (Some(least), Some(all)) => Some(least.min(all)),
        (least, all) => least.or(all),
    }
}
