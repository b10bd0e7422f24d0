//! The one recursion under Erlang's and Engset's formulas.
//!
//! Both are B_c = u_c·B_{c−1} / (1 + u_c·B_{c−1}), which is 1/B_c = 1 + (1/u_c)·(1/B_{c−1}), with a factor u_c that
//! falls with c. All its terms are positive, so nothing cancels; in this form 1/B never overflows either.

/// The climb from few channels to many.
pub(super) struct Ladder<F> {
    /// Channels at the foot of the whole-numbered steps: a fraction for continuous formulas.
    fraction: f64,
    /// Whole steps above the fraction.
    steps: f64,
    /// B/(1 − B): keeps the carried share exact where the blocked one rounds to 1.
    odds: f64,
    blocked: f64,
    factor: F,
}

/// Damping of the starting error: e^−45 times it is left, far below the last digit.
const DAMPING: f64 = 45.0;

impl<F: Fn(f64) -> f64> Ladder<F> {
    /// Stands at or below `channels`, exact there or (once climbed to `channels`) free of the error of the start.
    ///
    /// `traffic` is such that factor(c) ≥ traffic/c for c ≤ traffic; then B_c ≥ 1 − c/traffic. A start from that
    /// bound at c₀ is off by at most traffic/(traffic − c₀), and each step multiplies the relative error by at most
    /// c/traffic, so Σ (1 − c/traffic) ≥ 45 below `channels` forgets it. That makes √traffic steps out of traffic.
    pub(super) fn new(traffic: f64, channels: f64, foot: impl FnOnce(f64) -> f64, factor: F) -> Self {
        // Unlimited channels have no fraction.
        let channels = channels.min(1e18);
        let fraction = channels - channels.floor();
        let below = (traffic - channels).max(0.0);
        let run = 2.0 * DAMPING * traffic;
        let ahead = run / (below + libm::hypot(below, run.sqrt()));
        let steps = (channels.min(traffic) - ahead - fraction).floor();
        if steps > 0.0 {
            let carried = (fraction + steps) / traffic;
            Self { fraction, steps, odds: (1.0 - carried) / carried, blocked: 1.0 - carried, factor }
        } else {
            let blocked = foot(fraction);
            Self { fraction, steps: 0.0, odds: blocked / (1.0 - blocked), blocked, factor }
        }
    }

    /// One channel more.
    pub(super) fn step(&mut self) {
        self.steps += 1.0;
        let odds = (self.factor)(self.fraction + self.steps) * self.blocked;
        // Subnormal numbers would stop falling, so they end the climb as 0.
        self.odds = if odds < f64::MIN_POSITIVE { 0.0 } else { odds };
        self.blocked = if self.odds > 1e300 { 1.0 } else { self.odds / (1.0 + self.odds) };
    }

    /// Climbs to this many channels, or to where B underflows to 0.
    pub(super) fn climb(mut self, channels: f64) -> Self {
        while self.fraction + self.steps + 0.5 < channels && self.blocked > 0.0 {
            self.step();
        }
        self
    }

    /// The blocked share [1].
    pub(super) fn blocked(&self) -> f64 {
        self.blocked
    }

    /// The carried share [1], to full relative accuracy.
    pub(super) fn carried(&self) -> f64 {
        if self.odds.is_finite() { 1.0 / (1.0 + self.odds) } else { 0.0 }
    }

    /// Whole channels climbed so far.
    pub(super) fn steps(&self) -> f64 {
        self.steps
    }
}

/// The least whole number of channels that loses at most `target`, where `level` gives the share lost on n channels and
/// `ladder` stands where no target can be met yet.
pub(super) fn least<F: Fn(f64) -> f64>(mut ladder: Ladder<F>, target: f64, level: impl Fn(f64) -> f64) -> f64 {
    while ladder.blocked() > target {
        ladder.step();
    }
    let mut channels = ladder.steps();
    // A ladder from another start differs in the last digit; on a tie, what `level` says holds.
    while level(channels) > target {
        channels += 1.0;
    }
    while channels > 0.0 && level(channels - 1.0) <= target {
        channels -= 1.0;
    }
    channels
}

/// How many rungs above this one the loss has fallen to the share `target` > 0 of what it is here, but for the last
/// digit.
pub(super) fn further<F: Fn(f64) -> f64>(mut ladder: Ladder<F>, target: f64) -> u64 {
    let start = ladder.blocked();
    let mut rungs = 0;
    while ladder.blocked() > target * start {
        ladder.step();
        rungs += 1;
    }
    rungs
}
