//! The walk along the chain, in shares of the attempts.

use super::presented::Presented;
use super::{Excess, Gate, OnHit};
use crate::traffic::overflow::{Equivalent, RANDOM, equivalent, thinned};
use crate::traffic::{TrafficError, cps, erlangs};

/// A calls-per-second gate that refuses less does nothing.
const EFFECTIVE: f64 = 1e-12;

/// What comes to the first trunk, redials included.
pub(super) struct Load {
    /// [1/s]
    pub rate: f64,
    /// [erlang]
    pub traffic: f64,
    pub sources: Option<f64>,
    /// Whether a calls-per-second gate splits the stream even where it refuses nothing.
    pub split: bool,
}

/// What happened at one trunk, in shares of all attempts.
pub(super) struct Step {
    pub offered: f64,
    pub peakedness: f64,
    pub hit: f64,
    /// Of what was not hit.
    pub blocking_cps: f64,
    /// Of what passed the gate before.
    pub blocking_channels: f64,
    pub carried: f64,
    pub presented: Presented,
}

/// What happened to all attempts, in shares of them.
pub(super) struct Walk {
    pub steps: Vec<Step>,
    pub carried: f64,
    pub lost: f64,
    pub stopped: f64,
    pub fell_off: f64,
    /// Of what fell off: met no trunk in service.
    pub unserved: f64,
    /// Of what fell off.
    pub peakedness: f64,
    pub exact: bool,
}

impl Walk {
    /// The share blocked for want of capacity, which may be dialled again.
    pub fn refused(&self) -> f64 {
        (self.stopped + self.fell_off - self.unserved).clamp(0.0, 1.0)
    }
}

/// A part of the attempts on its way.
#[derive(Clone, Copy)]
struct Flow {
    share: f64,
    peakedness: f64,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// All of what this many channels left of the offered traffic, and nothing else.
    Pure { behind: f64 },
    /// Split at random, or joined with others.
    Mixed,
}

impl Flow {
    const NONE: Self = Self { share: 0.0, peakedness: 1.0, kind: Kind::Mixed };

    /// A part picked at random.
    fn part(self, kept: f64) -> Self {
        if kept >= 1.0 {
            return self;
        }
        Self { share: self.share * kept, peakedness: thinned(self.peakedness, kept), kind: Kind::Mixed }
    }

    /// Both together, as if independent.
    fn join(self, other: Self) -> Self {
        if other.share <= 0.0 {
            return self;
        }
        if self.share <= 0.0 {
            return other;
        }
        let share = self.share + other.share;
        // Means and variances add, and all means are shares of the same traffic.
        let peakedness = (self.share * self.peakedness + other.share * other.peakedness) / share;
        Self { share, peakedness, kind: Kind::Mixed }
    }

    /// At the channels of a trunk.
    fn present(self, load: &Load) -> Result<Presented, TrafficError> {
        let mean = self.share * load.traffic;
        if mean <= 0.0 {
            return Ok(Presented::NOTHING);
        }
        match self.kind {
            Kind::Pure { behind } => Ok(Presented::behind(load.traffic, load.sources, behind)),
            // As good as fresh: the sources still count.
            Kind::Mixed if self.peakedness <= RANDOM => Ok(Presented::behind(mean, load.sources, 0.0)),
            Kind::Mixed => {
                let (traffic, channels) = equivalent(mean, self.peakedness)?;
                Ok(Presented::peaked(Equivalent { traffic: erlangs(traffic), channels }, load.sources))
            }
        }
    }
}

/// Walks all attempts along the chain.
pub(super) fn walk(load: &Load, gates: &[Gate]) -> Result<Walk, TrafficError> {
    let mut flow = Flow { share: 1.0, peakedness: 1.0, kind: Kind::Pure { behind: 0.0 } };
    let mut walk = Walk {
        steps: Vec::with_capacity(gates.len()),
        carried: 0.0,
        lost: 0.0,
        stopped: 0.0,
        fell_off: 0.0,
        unserved: 1.0,
        peakedness: 1.0,
        exact: true,
    };
    let last = gates.iter().rposition(|gate| !gate.skipped && !gate.refuses && gate.channels != Some(0));
    for (index, gate) in gates.iter().enumerate() {
        flow = pass(load, gate, flow, last.is_some_and(|last| index < last), &mut walk)?;
    }
    walk.fell_off = flow.share;
    walk.unserved = walk.unserved.min(flow.share);
    walk.peakedness = if flow.share > 0.0 { flow.peakedness } else { 1.0 };
    Ok(walk)
}

/// One trunk: adds to the walk what ends there, and returns what goes on. `followed` by another one in service?
fn pass(load: &Load, gate: &Gate, flow: Flow, followed: bool, walk: &mut Walk) -> Result<Flow, TrafficError> {
    let mut step = Step {
        offered: 0.0,
        peakedness: flow.peakedness,
        hit: 0.0,
        blocking_cps: 0.0,
        blocking_channels: 0.0,
        carried: 0.0,
        presented: Presented::NOTHING,
    };
    if gate.skipped || flow.share <= 0.0 {
        walk.steps.push(step);
        return Ok(flow);
    }
    let hit = gate.hit.get();
    step.offered = flow.share;
    let struck = if hit > 0.0 { flow.part(hit) } else { Flow::NONE };
    step.hit = struck.share;
    let mut onward = match gate.on_hit {
        OnHit::Next => struck,
        OnHit::Lost => {
            walk.lost += struck.share;
            Flow::NONE
        }
    };
    // Only what was hit and moved on has met no trunk in service still.
    walk.unserved = if gate.on_hit == OnHit::Next { walk.unserved * hit } else { 0.0 };
    // No channel here bursts or smooths the stream; what moves on either way moves on as it was.
    let closed = gate.refuses || gate.channels == Some(0);
    if closed && gate.on_hit == OnHit::Next && gate.excess == Excess::Next {
        if hit < 1.0 {
            step.blocking_channels = 1.0;
            step.presented = flow.part(1.0 - hit).present(load)?;
        }
        walk.steps.push(step);
        return Ok(flow);
    }
    if hit < 1.0 {
        let healthy = flow.part(1.0 - hit);
        walk.exact &= hit == 0.0;
        let refused = capacity(load, gate, healthy, followed, &mut step, walk)?;
        match gate.excess {
            Excess::Next => onward = onward.join(refused),
            Excess::Stop => walk.stopped += refused.share,
        }
    }
    walk.carried += step.carried;
    walk.steps.push(step);
    Ok(onward)
}

/// The two gates of a trunk in service: returns what they refuse.
fn capacity(
    load: &Load,
    gate: &Gate,
    flow: Flow,
    followed: bool,
    step: &mut Step,
    walk: &mut Walk,
) -> Result<Flow, TrafficError> {
    if gate.refuses || gate.channels == Some(0) {
        step.blocking_channels = 1.0;
        step.presented = flow.present(load)?;
        return Ok(flow);
    }
    let gated = gate.cps.map_or(0.0, |(allowed, window)| cps::refused(load.rate * flow.share, allowed, window));
    let gated = if gated < EFFECTIVE { 0.0 } else { gated.min(1.0) };
    let split = gated > 0.0 || (load.split && gate.cps.is_some());
    walk.exact &= !split;
    let (held_up, passed) = match gated > 0.0 {
        true => (flow.part(gated), flow.part(1.0 - gated)),
        false if split => (Flow::NONE, Flow { kind: Kind::Mixed, ..flow }),
        false => (Flow::NONE, flow),
    };
    step.blocking_cps = gated;
    step.presented = passed.present(load)?;
    let full = match gate.channels {
        None => Flow::NONE,
        Some(channels) => {
            let blocks = match passed.kind {
                Kind::Mixed if followed => step.presented.followed(channels),
                _ => step.presented,
            };
            let blocked = blocks.blocked(channels);
            step.blocking_channels = blocked;
            overflow(passed, channels, blocked, &blocks)?
        }
    };
    step.carried = passed.share * (1.0 - step.blocking_channels);
    Ok(held_up.join(full))
}

/// What overflows a trunk's channels.
fn overflow(flow: Flow, channels: u64, blocked: f64, presented: &Presented) -> Result<Flow, TrafficError> {
    let share = flow.share * blocked;
    if share <= 0.0 {
        return Ok(Flow::NONE);
    }
    let kind = match flow.kind {
        Kind::Pure { behind } => Kind::Pure { behind: behind + channels as f64 },
        Kind::Mixed => Kind::Mixed,
    };
    Ok(Flow { share, peakedness: presented.peakedness_after(channels)?, kind })
}
