//! A chain of trunks that is hunted in order: what each is offered, carries and refuses, and what is lost at the end.
//!
//! At each trunk an attempt may meet the outage; the others pass the calls-per-second gate and then take a channel.
//! Where only channels refuse, the chain is solved exactly: after k trunks the share B(A, C₁ + … + C_k) is left, for
//! finite sources Engset's with the same sum. Elsewhere each trunk's stream is solved by its mean and variance (see
//! [`super::overflow`]).

mod flow;
mod presented;

use self::flow::{Load, Walk, walk};
pub use self::presented::{Presented, channels_needed};
use super::cps::Window;
use super::engset::positive;
use super::root::root;
use super::{MOST_TRAFFIC, TrafficError, erlangs, probability, rate};
use crate::words::units::{CallsPerSecond, Erlangs, Probability};

/// Past this many attempts for each fresh one, redials are said never to end.
const MOST_REDIALS: f64 = 1e6;

/// How near the redials must come to what calls for them, in shares of the fresh attempts.
const BALANCED: f64 = 1e-10;

/// What a floor offers to its trunks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offered {
    /// Fresh attempts [1/s].
    pub rate: CallsPerSecond,
    /// Fresh traffic [erlang].
    pub traffic: Erlangs,
    /// Lines that the dialer may hold at once, above 0; `None` makes the attempts Poisson.
    pub sources: Option<f64>,
    /// Share of the attempts blocked for want of capacity that is dialled again [1].
    pub redial: Probability,
}

/// What becomes of an attempt that a trunk refuses for want of capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Excess {
    /// It is put to the next trunk.
    #[default]
    Next,
    /// It ends there.
    Stop,
}

/// What becomes of an attempt that meets the outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnHit {
    /// It is put to the next trunk.
    #[default]
    Next,
    /// It is lost.
    Lost,
}

/// One trunk, as an attempt meets it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// Calls that it holds at once; `None` is unlimited.
    pub channels: Option<u64>,
    /// Calls per second that it takes [1/s], above 0, and how it counts them; `None` is unlimited.
    pub cps: Option<(f64, Window)>,
    /// What becomes of what it refuses.
    pub excess: Excess,
    /// Share of the attempts reaching it that meets the outage [1].
    pub hit: Probability,
    /// What becomes of those.
    pub on_hit: OnHit,
    /// It is not asked at all: everything passes to the next trunk as it was.
    pub skipped: bool,
    /// It is asked and refuses every new attempt, as if it had no capacity.
    pub refuses: bool,
}

impl Default for Gate {
    /// A trunk without limits, in service.
    fn default() -> Self {
        Self {
            channels: None,
            cps: None,
            excess: Excess::Next,
            hit: Probability::ZERO,
            on_hit: OnHit::Next,
            skipped: false,
            refuses: false,
        }
    }
}

/// What came to one trunk, and what it did with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateLoad {
    /// Attempts that asked this trunk, outage or not [1/s]; none where it is skipped.
    pub offered_rate: CallsPerSecond,
    /// Their traffic [erlang].
    pub offered_traffic: Erlangs,
    /// Their variance over mean [1]; 1 for fresh attempts, from few sources too.
    pub peakedness: f64,
    /// Attempts of these that met the outage [1/s].
    pub hit_rate: CallsPerSecond,
    /// Share of the others that the calls-per-second gate refused [1].
    pub blocking_cps: Probability,
    /// Share of what passed that gate that found no channel [1].
    pub blocking_channels: Probability,
    /// Share of what did not meet the outage that either gate refused [1].
    pub blocking: Probability,
    /// Attempts carried [1/s].
    pub carried_rate: CallsPerSecond,
    /// Traffic carried [erlang].
    pub carried_traffic: Erlangs,
    /// What was offered to the channels, for [`channels_needed`].
    pub presented: Presented,
}

/// How a chain was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Only channels refused: Erlang's or Engset's formula with the channels summed.
    Exact,
    /// A calls-per-second gate or a partial outage split the stream: trunk by trunk, peaked streams by Wilkinson's
    /// equivalent random traffic.
    Wilkinson,
}

/// A solved chain. Attempts are carried, lost to the outage, stopped or blocked, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// The trunks, in the order of the gates.
    pub gates: Vec<GateLoad>,
    /// Attempts, redials among them [1/s].
    pub attempts_rate: CallsPerSecond,
    /// Their traffic [erlang].
    pub offered_traffic: Erlangs,
    /// Attempts carried [1/s].
    pub carried_rate: CallsPerSecond,
    /// Traffic carried [erlang].
    pub carried_traffic: Erlangs,
    /// Attempts that met the outage and were lost there [1/s].
    pub lost_to_outage_rate: CallsPerSecond,
    /// Attempts refused for want of capacity and ended there [1/s].
    pub stopped_rate: CallsPerSecond,
    /// Attempts that fell off the end of the chain [1/s].
    pub blocked_rate: CallsPerSecond,
    /// Of those, attempts that met no trunk in service: all were skipped or hit [1/s]. Not redialled.
    pub unserved_rate: CallsPerSecond,
    /// Variance over mean of what fell off the end [1]; 1 for none.
    pub blocked_peakedness: f64,
    /// Attempts for each fresh one, x = A′/A [1].
    pub factor: f64,
    /// How it was solved.
    pub method: Method,
}

impl Sequence {
    /// Carried attempts over attempts made [1]; 1 where none are made.
    #[must_use]
    pub fn absorbed(&self) -> Probability {
        let share = self.carried_rate.get() / self.attempts_rate.get();
        if share.is_finite() { probability(share) } else { Probability::ONE }
    }
}

/// Puts the offered attempts to the trunks in order.
///
/// With redials, the attempts are x times the fresh ones, where x = 1 + ρ·x·P(x) and P is the share blocked for want
/// of capacity: stopped, or off the end of the chain after a trunk in service refused. What an outage lost is not
/// redialled.
///
/// Where the exact solution does not apply, a finite source overflows a trunk with Engset's mean, or Erlang's where that
/// is less and another trunk stands behind (a source that is served there makes no new attempt here), and with the
/// variance of the Poisson traffic that overflows the same channels with the same mean: more than it has, and so on the
/// safe side. As many channels as sources block nothing, wherever they stand.
///
/// # Errors
/// Where a calls-per-second limit or the number of sources is not above 0, the traffic is above 1e7 erlang, or
/// redials never end (more than 1e6 attempts for a fresh one).
pub fn solve(offered: &Offered, gates: &[Gate]) -> Result<Sequence, TrafficError> {
    let traffic = offered.traffic.get();
    if traffic > MOST_TRAFFIC {
        return Err(TrafficError::TooMuch { erlangs: traffic });
    }
    if let Some(sources) = offered.sources {
        positive(sources)?;
    }
    for (allowed, _) in gates.iter().filter_map(|gate| gate.cps) {
        if allowed.is_nan() || allowed <= 0.0 {
            return Err(TrafficError::Allowed { allowed });
        }
    }
    let mut split = false;
    let mut factor = factor(offered, gates, split)?;
    let mut done = walk(&load(offered, factor, split), gates)?;
    if off_balance(offered, factor, &done) {
        // A gate begins to refuse just there, and the approximation that it calls for loses more than the exact
        // formula before it: no number of redials balances both. Split from the start, there is no such step.
        split = true;
        factor = self::factor(offered, gates, split)?;
        done = walk(&load(offered, factor, split), gates)?;
    }
    Ok(report(offered, factor, split, done))
}

/// Whether the attempts are not the fresh ones and the redials of what is refused.
fn off_balance(offered: &Offered, factor: f64, walk: &Walk) -> bool {
    let balance = factor * (1.0 - offered.redial.get() * walk.refused());
    offered.redial.get() > 0.0 && factor < MOST_REDIALS && (balance - 1.0).abs() > BALANCED
}

/// x, the least number ≥ 1 with x·(1 − ρ·P(x)) = 1.
fn factor(offered: &Offered, gates: &[Gate], split: bool) -> Result<f64, TrafficError> {
    let redial = offered.redial.get();
    if redial == 0.0 {
        return Ok(1.0);
    }
    let refused = |x: f64| Ok::<f64, TrafficError>(walk(&load(offered, x, split), gates)?.refused());
    let gap = |x: f64| Ok(x * (1.0 - redial * refused(x)?) - 1.0);
    let never = TrafficError::RedialsNeverEnd { erlangs: offered.traffic.get(), redial };
    // P rises with x, so a step of the fixed point iteration never passes the least solution.
    let low = 1.0 / (1.0 - redial * refused(1.0)?);
    if low <= 1.0 {
        return Ok(1.0);
    }
    if low > MOST_REDIALS {
        return Err(never);
    }
    let most = (1.0 / (1.0 - redial)).min(MOST_REDIALS);
    // Small steps up: Engset's loss rises so steeply towards A = N that there can be a second solution further on.
    let mut high = low;
    while gap(high)? < 0.0 {
        if high >= MOST_REDIALS {
            return Err(never);
        }
        if high >= most {
            // 1/(1 − ρ) is right but for rounding: everything is blocked.
            return Ok(most);
        }
        high = (1.0 + 1.5 * (high - 1.0)).min(most);
    }
    root(low, high, 1e-14, gap)
}

fn load(offered: &Offered, factor: f64, split: bool) -> Load {
    Load {
        rate: offered.rate.get() * factor,
        traffic: offered.traffic.get() * factor,
        // Infinitely many sources are Poisson.
        sources: offered.sources.filter(|sources| sources.is_finite()),
        split,
    }
}

/// Shares become rates and traffic.
fn report(offered: &Offered, factor: f64, split: bool, walk: Walk) -> Sequence {
    let load = load(offered, factor, split);
    let to_rate = |share: f64| rate(load.rate * share, offered.rate);
    let to_traffic = |share: f64| erlangs(load.traffic * share);
    let gates = walk.steps.iter().map(|step| GateLoad {
        offered_rate: to_rate(step.offered),
        offered_traffic: to_traffic(step.offered),
        peakedness: step.peakedness,
        hit_rate: to_rate(step.hit),
        blocking_cps: probability(step.blocking_cps),
        blocking_channels: probability(step.blocking_channels),
        blocking: probability(step.blocking_cps + (1.0 - step.blocking_cps) * step.blocking_channels),
        carried_rate: to_rate(step.carried),
        carried_traffic: to_traffic(step.carried),
        presented: step.presented,
    });
    Sequence {
        gates: gates.collect(),
        attempts_rate: to_rate(1.0),
        offered_traffic: to_traffic(1.0),
        carried_rate: to_rate(walk.carried),
        carried_traffic: to_traffic(walk.carried),
        lost_to_outage_rate: to_rate(walk.lost),
        stopped_rate: to_rate(walk.stopped),
        blocked_rate: to_rate(walk.fell_off),
        unserved_rate: to_rate(walk.unserved),
        blocked_peakedness: walk.peakedness,
        factor,
        method: if walk.exact { Method::Exact } else { Method::Wilkinson },
    }
}

#[cfg(test)]
mod tests;
