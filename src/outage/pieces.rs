//! An outage as pieces of constant flow, caps and prepaid balances included.

use std::collections::VecDeque;

use chrono::Days;

use super::OutageError;
use super::engine::Engine;
use super::flow::Flow;
use super::state::{Phase, State, TrunkState};
use crate::rating::border::weight;
use crate::words::calendar::{Instant, Zone};

/// A stretch in which everything flows at constant rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Begin, from the outage's begin [s].
    pub from: f64,
    /// End [s].
    pub to: f64,
    /// Number of the state.
    pub state: usize,
    /// Number of the regime.
    pub regime: usize,
}

/// What used money up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapKind {
    /// The daily spend.
    DailySpend,
    /// The prepaid balance.
    Prepaid,
}

/// A cap that was reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CapEvent {
    /// Position of the trunk.
    pub trunk: usize,
    /// What was used up.
    pub kind: CapKind,
    /// When, from the outage's begin [s].
    pub at: f64,
    /// What the calls in progress still come to at the carrier, should it book at hang-up, in the table's currency.
    pub in_progress: f64,
}

/// An outage reckoned through.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
    /// The caps reached, in order.
    pub caps: Vec<CapEvent>,
}

impl Run {
    /// How long each state and regime lasts in a stretch of the outage [s], in order of first appearance.
    #[must_use]
    pub fn seconds(&self, from: f64, to: f64) -> Vec<((usize, usize), f64)> {
        let mut seconds: Vec<((usize, usize), f64)> = Vec::new();
        for piece in &self.pieces {
            let time = piece.to.min(to) - piece.from.max(from);
            if time > 0.0 {
                let key = (piece.state, piece.regime);
                match seconds.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sum)) => *sum += time,
                    None => seconds.push((key, time)),
                }
            }
        }
        seconds
    }

    /// What flowed in a stretch of the outage [s].
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn total(&self, engine: &Engine<'_>, from: f64, to: f64) -> Result<Flow, OutageError> {
        let mut total = Flow::none(engine.plan.trunks.len(), engine.prefixes.len());
        for ((state, regime), time) in self.seconds(from, to) {
            total.add(&engine.burn(state, regime)?.flow, time);
        }
        Ok(total)
    }
}

/// Milliseconds of a number of seconds; beyond any calendar where it does not fit.
#[must_use]
pub fn millis(seconds: f64) -> i64 {
    const FAR: f64 = 1e15;
    libm::round((seconds * 1000.0).clamp(-FAR, FAR)) as i64
}

/// Reckons an outage that starts at an instant through its phases.
///
/// # Errors
/// As [`Engine::burn`].
pub fn run(engine: &Engine<'_>, phases: &[Phase], start: Instant) -> Result<Run, OutageError> {
    let mut run = Run::default();
    let mut caps = Caps::new(engine, start);
    for phase in phases {
        let base = engine.intern(&phase.state);
        let (from, to) = (start.plus(millis(phase.from)), start.plus(millis(phase.to)));
        for segment in engine.calendar.walk(from, to) {
            let seconds = |at: Instant| at.since(start) as f64 / 1000.0;
            let piece =
                Piece { from: seconds(segment.start), to: seconds(segment.end), state: base, regime: segment.regime };
            if caps.0.is_empty() {
                run.pieces.push(piece);
            } else {
                caps.sweep(engine, &phase.state, piece, &mut run)?;
            }
        }
    }
    Ok(run)
}

/// What a daily cap and a prepaid balance of one trunk stand at.
struct Cap {
    trunk: usize,
    daily: Option<Daily>,
    prepaid: Option<Balance>,
}

struct Daily {
    limit: f64,
    zone: Zone,
    spent: f64,
    reset: f64,
}

struct Balance {
    left: f64,
    top_up: f64,
    most: usize,
    delay: f64,
    /// When top-ups were triggered in the last 24 hours.
    triggered: VecDeque<f64>,
    /// When a top-up arrives; infinite where none will.
    refill: Option<f64>,
}

const DAY: f64 = 86_400.0;

struct Caps(Vec<Cap>, Instant);

impl Caps {
    fn new(engine: &Engine<'_>, start: Instant) -> Self {
        let caps = engine.plan.trunks.iter().enumerate().filter_map(|(trunk, named)| {
            let limits = &engine.plan.table(named)?.limits;
            let daily = limits.daily_spend.map(|daily| Daily {
                limit: weight(daily.limit),
                zone: daily.resets,
                spent: 0.0,
                reset: next_midnight(start, 0.0, daily.resets),
            });
            let prepaid = limits.prepaid.as_ref().map(|prepaid| Balance {
                left: weight(prepaid.balance),
                top_up: weight(prepaid.top_up),
                most: prepaid.top_ups_per_day as usize,
                delay: prepaid.delay_ms as f64 / 1000.0,
                triggered: VecDeque::new(),
                refill: None,
            });
            (daily.is_some() || prepaid.is_some()).then_some(Cap { trunk, daily, prepaid })
        });
        Self(caps.collect(), start)
    }

    /// Cuts a piece where a cap is reached, reset or topped up.
    fn sweep(&mut self, engine: &Engine<'_>, state: &State, piece: Piece, run: &mut Run) -> Result<(), OutageError> {
        let mut t = piece.from;
        // Each turn moves on in time or spends a top-up; a plan of absurd top-ups is cut off, not followed for ever.
        for _ in 0..100_000 {
            if t >= piece.to {
                return Ok(());
            }
            let mut now = state.clone();
            for cap in &mut self.0 {
                cap.renew(t, self.1, &mut run.caps);
                if cap.refuses()
                    && let Some(state) = now.get_mut(cap.trunk)
                    && (*state == TrunkState::Up || matches!(state, TrunkState::Hit { share, .. } if *share < 1.0))
                {
                    *state = TrunkState::Refusing;
                }
            }
            let index = engine.intern(&now);
            let burn = engine.burn(index, piece.regime)?;
            let mut next = piece.to;
            for cap in &self.0 {
                let rate = burn.flow.trunks.get(cap.trunk).map_or(0.0, |trunk| trunk.spend());
                next = next.min(cap.next_change(t, rate));
            }
            // Time moves on by the smallest step that a float has here, at least.
            let next = next.max(t.next_up()).min(piece.to);
            for cap in &mut self.0 {
                let Some(flow) = burn.flow.trunks.get(cap.trunk) else { continue };
                let talk = if flow.answered > 0.0 { flow.talk / flow.answered } else { 0.0 };
                cap.spend(flow.spend() * (next - t), next, flow.spend() * talk, &mut run.caps);
            }
            run.pieces.push(Piece { from: t, to: next, state: index, regime: piece.regime });
            t = next;
        }
        // The rest with every cap of this outage used up: money that cannot be followed is not spent.
        let mut now = state.clone();
        for cap in &self.0 {
            if let Some(state) = now.get_mut(cap.trunk) {
                *state = TrunkState::Refusing;
            }
        }
        run.pieces.push(Piece { from: t, to: piece.to, state: engine.intern(&now), regime: piece.regime });
        Ok(())
    }
}

/// The next midnight of a zone after a moment, from the outage's begin [s].
#[must_use]
pub fn next_midnight(start: Instant, t: f64, zone: Zone) -> f64 {
    let now = start.plus(millis(t));
    let day = now.to_local(zone).date();
    let midnight = |days| {
        day.checked_add_days(Days::new(days))
            .and_then(|next| next.and_hms_opt(0, 0, 0))
            .map(|local| Instant::from_local(local, zone).since(start) as f64 / 1000.0)
    };
    // Where the clock is set back over midnight, "tomorrow" may already have begun.
    [1, 2].into_iter().filter_map(midnight).find(|at| *at > t).unwrap_or(f64::INFINITY)
}

/// Money this close to a limit has reached it: sums of floats end beside the point.
const SLACK: f64 = 1e-9;

impl Cap {
    /// Resets the day and books top-ups that have arrived.
    fn renew(&mut self, t: f64, start: Instant, events: &mut Vec<CapEvent>) {
        if let Some(daily) = &mut self.daily
            && t >= daily.reset
        {
            daily.spent = 0.0;
            daily.reset = next_midnight(start, t, daily.zone);
        }
        if let Some(balance) = &mut self.prepaid
            && balance.refill.is_some_and(|at| t >= at)
        {
            balance.left += balance.top_up;
            balance.refill = None;
        }
        if let Some(balance) = &mut self.prepaid
            && balance.left <= SLACK
            && balance.refill.is_none()
        {
            // Empty from the beginning, or still empty after a top-up that is smaller than the debt.
            events.push(CapEvent { trunk: self.trunk, kind: CapKind::Prepaid, at: t, in_progress: 0.0 });
            balance.trigger(t);
        }
    }

    fn refuses(&self) -> bool {
        self.daily.as_ref().is_some_and(|daily| daily.spent >= daily.limit - SLACK)
            || self.prepaid.as_ref().is_some_and(|balance| balance.left <= SLACK)
    }

    /// When something changes if money is spent at this rate.
    fn next_change(&self, t: f64, rate: f64) -> f64 {
        let mut next = f64::INFINITY;
        // What is used up is not used up again.
        let rate = if self.refuses() { 0.0 } else { rate };
        if let Some(daily) = &self.daily {
            next = next.min(daily.reset);
            if rate > 0.0 {
                next = next.min(t + (daily.limit - daily.spent).max(0.0) / rate);
            }
        }
        if let Some(balance) = &self.prepaid {
            next = next.min(balance.refill.unwrap_or(f64::INFINITY));
            if rate > 0.0 {
                next = next.min(t + balance.left.max(0.0) / rate);
            }
        }
        next
    }

    fn spend(&mut self, amount: f64, at: f64, in_progress: f64, events: &mut Vec<CapEvent>) {
        if self.refuses() {
            return;
        }
        if let Some(daily) = &mut self.daily {
            let before = daily.spent >= daily.limit - SLACK;
            daily.spent += amount;
            if !before && daily.spent >= daily.limit - SLACK {
                events.push(CapEvent { trunk: self.trunk, kind: CapKind::DailySpend, at, in_progress });
            }
        }
        if let Some(balance) = &mut self.prepaid {
            let before = balance.left <= SLACK;
            balance.left -= amount;
            if !before && balance.left <= SLACK {
                events.push(CapEvent { trunk: self.trunk, kind: CapKind::Prepaid, at, in_progress });
                balance.trigger(at);
            }
        }
    }
}

impl Balance {
    /// Asks for a top-up: at once, or when the oldest of the day's is 24 hours old.
    fn trigger(&mut self, at: f64) {
        if self.most == 0 || self.top_up <= 0.0 {
            self.refill = Some(f64::INFINITY);
            return;
        }
        while self.triggered.front().is_some_and(|first| at - first >= DAY) {
            self.triggered.pop_front();
        }
        let when = if self.triggered.len() < self.most {
            at
        } else {
            // The one that leaves the window first makes room.
            self.triggered.pop_front().map_or(at, |first| (first + DAY).max(at))
        };
        self.triggered.push_back(when);
        self.refill = Some(when + self.delay);
    }
}
