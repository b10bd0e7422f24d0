//! Causes of outages.

use super::law::DurationLaw;
use super::place::Place;

/// What goes wrong, how often and for how long.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Its name.
    pub name: String,
    /// The component it takes down.
    pub hits: String,
    /// What a trunk that is down answers.
    pub signal: Signal,
    /// Q.850 cause in the carrier's `Reason` header, where it sends one.
    pub reason: Option<u16>,
    /// How long the carrier takes to answer with a SIP status [s].
    pub reply_after: f64,
    /// How often a year.
    pub frequency: Option<Frequency>,
    /// How long.
    pub duration: Option<DurationLaw>,
    /// Nobody waits longer than this [s].
    pub longest: Option<f64>,
    /// Share of the attempts that it hits.
    pub share: f64,
    /// Where it stands.
    pub place: Place,
}

/// What a trunk that is down answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A final SIP status.
    Status(u16),
    /// Nothing comes back.
    Timeout,
    /// `100 Trying`, then nothing.
    Trying,
    /// SIP looks alive, the calls go nowhere.
    Answers,
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Timeout => f.write_str("timeout"),
            Self::Trying => f.write_str("trying"),
            Self::Answers => f.write_str("answers"),
        }
    }
}

/// How often a cause strikes in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frequency {
    /// Poisson with a mean.
    Poisson {
        /// Mean number a year.
        mean: f64,
    },
    /// Negative binomial.
    NegativeBinomial {
        /// Mean number a year.
        mean: f64,
        /// Shape; the smaller, the more clustered.
        shape: f64,
    },
    /// Seen so often in so many years.
    Observed {
        /// Incidents seen.
        incidents: u32,
        /// Years watched.
        years: f64,
    },
}
