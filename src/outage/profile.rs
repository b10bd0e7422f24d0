//! What an outage costs against its length, for one start: straight stretches, and steps where a trunk is noticed.
//!
//! A longer outage passes through everything a shorter one passes through, so one walk over the calendar gives the
//! spend of every length. Behind each length comes the way back: what is still spent until the trunks are asked again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::OutageError;
use super::engine::Engine;
use super::pieces::{millis, next_midnight, run};
use super::state::{Phase, State, TrunkState};
use crate::model::rates::ShortCalls;
use crate::rating::border::weight;
use crate::rating::surcharge::short_calls;
use crate::routing::outage::TrunkOutage;
use crate::words::calendar::{Instant, Zone};

/// Lengths closer than this are one length [s].
const SAME: f64 = 1e-7;

/// What is counted as the cost of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// What carriers charge, in the plan's currency.
    Spend,
    /// That, and what idle seats cost and lost live calls would have earned.
    WithSilence,
    /// Idle seats [seat hours], in place of money.
    IdleSeatHours,
}

/// Lengths of an outage over which its spend grows evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Shortest length [s].
    pub from: f64,
    /// Longest length [s]; infinite in the last stretch of a course without end.
    pub to: f64,
    /// Spend of an outage just longer than the shortest, in the plan's currency.
    pub spend: f64,
    /// What a second more costs.
    pub slope: f64,
    /// Whether the floor is open at that length: 1, 0, or the mean of the year beyond the calendar.
    pub open: f64,
    /// The share of the attempts that is carried then; 0 while the floor is closed.
    pub protected: f64,
}

impl Stretch {
    /// Spend at a length in it.
    #[must_use]
    pub fn at(&self, length: f64) -> f64 {
        if self.slope == 0.0 { self.spend } else { self.spend + self.slope * (length - self.from) }
    }
}

/// What flows each second in a state and regime.
#[derive(Debug, Clone, Default)]
struct Rates {
    spend: f64,
    open: f64,
    protected: f64,
    /// Answered and short calls by surcharge.
    calls: Vec<(f64, f64)>,
}

impl Rates {
    fn none(surcharges: usize) -> Self {
        Self { calls: vec![(0.0, 0.0); surcharges], ..Self::default() }
    }

    fn add(&mut self, other: &Self, by: f64) {
        self.spend += by * other.spend;
        self.open += by * other.open;
        self.protected += by * other.protected;
        for (sum, part) in self.calls.iter_mut().zip(&other.calls) {
            sum.0 += by * part.0;
            sum.1 += by * part.1;
        }
    }
}

/// A surcharge on short calls, with what turns its amount into the plan's currency.
#[derive(Debug, Clone, Copy)]
pub struct Surcharge<'p> {
    /// Position of the trunk.
    pub trunk: usize,
    rule: &'p ShortCalls,
    factor: f64,
}

impl Surcharge<'_> {
    /// The amount on so many answered and short calls, in the plan's currency.
    #[must_use]
    pub fn amount(&self, (answered, short): (f64, f64)) -> f64 {
        short_calls(answered, short, self.rule).amount * self.factor
    }
}

/// A part of an outage between two notices.
struct Stage {
    /// Begin [s].
    from: f64,
    state: State,
    number: usize,
    /// What follows an outage that ends here: states, and until how long after its end [s].
    back: Vec<(f64, State, usize)>,
}

/// A part of an outage between two notices, with the engine's numbers of the states.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Begin [s]; only longer outages come here.
    pub from: f64,
    /// The state.
    pub state: usize,
    /// What follows an outage that ends here: until how long after its end [s], and the state.
    pub back: Vec<(f64, usize)>,
}

/// What flows each second in a state and regime.
#[derive(Debug, Clone)]
pub struct Flowing {
    /// Spend by trunk without surcharges, in the plan's currency.
    pub spend: Vec<f64>,
    /// Answered and short calls by surcharge.
    pub calls: Vec<(f64, f64)>,
}

/// The outages of one cause, made ready to be put on any start.
pub struct Course<'e, 'p> {
    engine: &'e Engine<'p>,
    stages: Vec<Stage>,
    surcharges: Vec<Surcharge<'p>>,
    /// Where regimes begin, from the calendar's begin [s].
    starts: Vec<f64>,
    regimes: Vec<usize>,
    capped: bool,
    counted: Counted,
    rates: RefCell<BTreeMap<(usize, usize), Rc<Rates>>>,
    /// Means over the year by state, for what lies beyond the calendar.
    beyond: RefCell<BTreeMap<usize, Rc<Rates>>>,
}

impl<'e, 'p> Course<'e, 'p> {
    /// Makes a course of the ways in which a cause hits the trunks (see [`super::state::behaviours`]).
    #[must_use]
    pub fn new(engine: &'e Engine<'p>, outages: &[Option<TrunkOutage>]) -> Self {
        let mut notices: Vec<f64> = outages.iter().flatten().map(|o| o.lag).filter(|lag| lag.is_finite()).collect();
        notices.push(0.0);
        notices.sort_by(f64::total_cmp);
        notices.dedup();
        let stages = notices.iter().map(|from| stage(engine, outages, *from)).collect();
        let plan = engine.plan;
        let surcharges = plan.trunks.iter().enumerate().filter_map(|(trunk, named)| {
            let table = plan.table(named)?;
            let fx = plan.exchange_rate(table.currency).map_or(1.0, weight);
            let factor = fx * (1.0 + weight(table.fees.usage_tax));
            table.fees.short_calls.as_ref().map(|rule| Surcharge { trunk, rule, factor })
        });
        let begin = engine.calendar.start();
        Self {
            engine,
            stages,
            surcharges: surcharges.collect(),
            starts: engine.calendar.segments().map(|s| s.start.since(begin) as f64 / 1000.0).collect(),
            regimes: engine.calendar.segments().map(|s| s.regime).collect(),
            capped: plan
                .trunks
                .iter()
                .filter_map(|trunk| plan.table(trunk))
                .any(|table| table.limits.daily_spend.is_some() || table.limits.prepaid.is_some()),
            counted: Counted::Spend,
            rates: RefCell::default(),
            beyond: RefCell::default(),
        }
    }

    /// The same, counting something else than the spend.
    #[must_use]
    pub fn counting(mut self, counted: Counted) -> Self {
        if counted == Counted::IdleSeatHours {
            self.surcharges.clear();
        }
        self.counted = counted;
        self.rates = RefCell::default();
        self.beyond = RefCell::default();
        self
    }

    /// Where the floor changes, from the calendar's begin [s].
    #[must_use]
    pub fn changes(&self) -> &[f64] {
        &self.starts
    }

    /// When trunks are noticed, and by how much the way back outlasts an outage [s].
    #[must_use]
    pub fn offsets(&self) -> (Vec<f64>, Vec<f64>) {
        let mut back: Vec<f64> = self.stages.iter().flat_map(|stage| stage.back.iter().map(|b| b.0)).collect();
        back.push(0.0);
        back.sort_by(f64::total_cmp);
        back.dedup();
        (self.stages.iter().map(|stage| stage.from).collect(), back)
    }

    /// The states that outages pass through, in order.
    #[must_use]
    pub fn passages(&self) -> Vec<Passage> {
        let back = |stage: &Stage| stage.back.iter().map(|(to, _, number)| (*to, *number)).collect();
        let passage = |stage: &Stage| Passage { from: stage.from, state: stage.number, back: back(stage) };
        self.stages.iter().map(passage).collect()
    }

    /// The surcharges on short calls.
    #[must_use]
    pub fn surcharges(&self) -> &[Surcharge<'p>] {
        &self.surcharges
    }

    /// What flows each second in a state and regime.
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn flowing(&self, state: usize, regime: usize) -> Result<Flowing, OutageError> {
        let plan = self.engine.plan;
        let burn = self.engine.burn(state, regime)?;
        let spend = burn.flow.trunks.iter().zip(&plan.trunks).map(|(flow, trunk)| {
            let fx = plan.table(trunk).and_then(|table| plan.exchange_rate(table.currency)).map_or(1.0, weight);
            flow.spend() * fx
        });
        let calls = self.surcharges.iter().map(|surcharge| {
            burn.flow.trunks.get(surcharge.trunk).map_or((0.0, 0.0), |flow| (flow.answered, flow.short))
        });
        Ok(Flowing { spend: spend.collect(), calls: calls.collect() })
    }

    /// When daily caps are reset, from the calendar's begin until a time [s]; in order.
    #[must_use]
    pub fn resets(&self, until: f64) -> Vec<f64> {
        let plan = self.engine.plan;
        let tables = plan.trunks.iter().filter_map(|trunk| plan.table(trunk));
        let mut zones: Vec<Zone> = Vec::new();
        for zone in tables.filter_map(|table| table.limits.daily_spend.as_ref()).map(|daily| daily.resets) {
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        let begin = self.engine.calendar.start();
        let mut resets = Vec::new();
        for zone in zones {
            let mut at = next_midnight(begin, 0.0, zone);
            while at < until {
                resets.push(at);
                at = next_midnight(begin, at, zone);
            }
        }
        resets.sort_by(f64::total_cmp);
        resets.dedup();
        resets
    }

    /// What outages meet that begin between two times: how far apart those are, and behind the first one the changes of
    /// the floor with what they change to, as far as outages reach, and the resets. Equal for equal outages; to a tenth
    /// of a millisecond.
    #[must_use]
    pub fn ahead(&self, from: f64, to: f64, reach: f64, resets: &[f64]) -> Vec<(i64, usize)> {
        let tenths = |seconds: f64| libm::round(seconds * 1e4) as i64;
        let first = self.segment(from);
        let changes = self.starts.iter().zip(&self.regimes).skip(first);
        let mut ahead = vec![(tenths(to - from), 0)];
        ahead.extend(
            changes
                .take_while(|(at, _)| **at <= to + reach)
                .map(|(at, regime)| (tenths((at - from).max(0.0)), *regime)),
        );
        let next = resets.partition_point(|at| *at <= from);
        let resets = resets.get(next..).unwrap_or_default().iter().take_while(|at| **at <= to + reach);
        ahead.extend(resets.map(|at| (tenths(at - from), usize::MAX)));
        ahead
    }

    /// Whether caps or prepaid balances can end a failover.
    #[must_use]
    pub fn capped(&self) -> bool {
        self.capped
    }

    /// What outages cost that begin so many seconds after the calendar: every length up to `reach` exactly, from there
    /// on as the year goes on average. Lengths in `extra` begin a stretch of their own.
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn profile(&self, start: f64, reach: f64, extra: &[f64]) -> Result<Vec<Stretch>, OutageError> {
        let pieces = self.pieces(start, reach)?;
        let kinks = self.kinks(&pieces, start, reach, extra);
        let mut profile = Vec::with_capacity(kinks.len());
        let mut main = Rates::none(self.surcharges.len());
        let mut after = Rates::none(self.surcharges.len());
        let mut piece = 0;
        let mut staged = usize::MAX;
        for (from, to) in kinks.iter().zip(kinks.iter().skip(1)) {
            let middle = (from + to) / 2.0;
            while pieces.get(piece + 1).is_some_and(|next| next.from <= middle) {
                piece += 1;
            }
            let Some(now) = pieces.get(piece) else { break };
            let number = self.stages.partition_point(|stage| stage.from <= middle).saturating_sub(1);
            let Some(stage) = self.stages.get(number) else { break };
            let rate = self.rates(now.state, now.regime)?;
            if number != staged || self.capped {
                after = self.after(stage, now.state, start + from)?;
                staged = number;
            }
            let mut slope = self.drift(stage, now.state, start + middle)?;
            let mut sum = main.clone();
            sum.add(&after, 1.0);
            after.add(&slope, to - from);
            slope.add(&rate, 1.0);
            let stretch = Stretch {
                from: *from,
                to: *to,
                spend: sum.spend,
                slope: slope.spend,
                open: rate.open,
                protected: rate.protected,
            };
            self.surcharged(stretch, &sum, &slope, &mut profile);
            main.add(&rate, to - from);
        }
        if let (Some(last), Some(now)) = (profile.last().copied(), pieces.last()) {
            let beyond = self.beyond(now.state)?;
            profile.push(Stretch {
                from: reach,
                to: f64::INFINITY,
                spend: last.at(reach),
                slope: beyond.spend,
                open: beyond.open,
                protected: beyond.protected,
            });
        }
        Ok(profile)
    }

    /// The outage itself, as long as it could last.
    fn pieces(&self, start: f64, reach: f64) -> Result<Vec<Span>, OutageError> {
        if self.capped {
            let ends = self.stages.iter().skip(1).map(|stage| stage.from).chain([reach]);
            let phases: Vec<Phase> = self
                .stages
                .iter()
                .zip(ends)
                .map(|(stage, to)| Phase { from: stage.from.min(reach), to: to.min(reach), state: stage.state.clone() })
                .filter(|phase| phase.to > phase.from)
                .collect();
            let at: Instant = self.engine.calendar.start().plus(millis(start));
            let run = run(self.engine, &phases, at)?;
            return Ok(run.pieces.iter().map(|p| Span { from: p.from, state: p.state, regime: p.regime }).collect());
        }
        let mut spans = Vec::new();
        let mut segment = self.segment(start);
        let mut stage = 0;
        let mut from = 0.0;
        while from < reach {
            let (Some(now), Some(regime)) = (self.stages.get(stage), self.regimes.get(segment)) else { break };
            spans.push(Span { from, state: now.number, regime: *regime });
            let notice = self.stages.get(stage + 1).map_or(f64::INFINITY, |next| next.from);
            let change = self.starts.get(segment + 1).map_or(f64::INFINITY, |next| next - start);
            from = notice.min(change);
            stage += usize::from(notice <= from);
            segment += usize::from(change <= from);
        }
        Ok(spans)
    }

    /// The lengths at which the spend bends or steps, 0 first and the reach last.
    fn kinks(&self, pieces: &[Span], start: f64, reach: f64, extra: &[f64]) -> Vec<f64> {
        let mut kinks: Vec<f64> = pieces.iter().map(|piece| piece.from).collect();
        kinks.extend_from_slice(extra);
        kinks.extend(self.stages.iter().map(|stage| stage.from));
        let (_, back) = self.offsets();
        for back in back.iter().filter(|back| **back > 0.0) {
            // The way back reaches a change of the floor before the outage does.
            let first = self.segment(start + back) + 1;
            let changes = self.starts.get(first..).unwrap_or_default().iter().map(|at| at - start - back);
            kinks.extend(changes.take_while(|kink| *kink < reach));
        }
        kinks.push(0.0);
        kinks.retain(|kink| *kink >= 0.0 && *kink < reach - SAME);
        kinks.push(reach);
        kinks.sort_by(f64::total_cmp);
        kinks.dedup_by(|b, a| *b - *a < SAME);
        kinks
    }

    /// What the way back costs of an outage that ends at a time.
    fn after(&self, stage: &Stage, main: usize, end: f64) -> Result<Rates, OutageError> {
        let mut sum = Rates::none(self.surcharges.len());
        let mut from = 0.0;
        for (to, state, number) in &stage.back {
            let number = self.refusing(state, *number, main);
            let (mut at, until) = (end + from, end + to);
            let mut segment = self.segment(at);
            while at < until {
                let Some(regime) = self.regimes.get(segment) else { break };
                let next = self.starts.get(segment + 1).copied().unwrap_or(f64::INFINITY).min(until);
                sum.add(&self.rates(number, *regime)?.spending(), next - at);
                at = next;
                segment += 1;
            }
            from = *to;
        }
        Ok(sum)
    }

    /// How that changes with each second that the outage lasts longer.
    fn drift(&self, stage: &Stage, main: usize, end: f64) -> Result<Rates, OutageError> {
        let mut sum = Rates::none(self.surcharges.len());
        let mut from = 0.0;
        for (to, state, number) in &stage.back {
            let number = self.refusing(state, *number, main);
            for (at, sign) in [(end + to, 1.0), (end + from, -1.0)] {
                if let Some(regime) = self.regimes.get(self.segment(at)) {
                    sum.add(&self.rates(number, *regime)?.spending(), sign);
                }
            }
            from = *to;
        }
        Ok(sum)
    }

    /// A state of the way back, without the trunks whose money was used up when the outage ended.
    fn refusing(&self, state: &State, number: usize, main: usize) -> usize {
        if !self.capped {
            return number;
        }
        let used_up = self.engine.state(main);
        let mut state = state.clone();
        for (state, used_up) in state.iter_mut().zip(&used_up) {
            if *used_up == TrunkState::Refusing && *state == TrunkState::Up {
                *state = TrunkState::Refusing;
            }
        }
        self.engine.intern(&state)
    }

    /// Adds a stretch, cut where a surcharge on short calls begins or ends.
    fn surcharged(&self, stretch: Stretch, sum: &Rates, slope: &Rates, profile: &mut Vec<Stretch>) {
        if self.surcharges.is_empty() {
            profile.push(stretch);
            return;
        }
        let length = stretch.to - stretch.from;
        let mut cuts = vec![0.0, length];
        for ((surcharge, sum), slope) in self.surcharges.iter().zip(&sum.calls).zip(&slope.calls) {
            let allowed = weight(surcharge.rule.allowed);
            cuts.push((surcharge.rule.min_calls as f64 - sum.0) / slope.0);
            cuts.push((allowed * sum.0 - sum.1) / (slope.1 - allowed * slope.0));
        }
        cuts.retain(|cut| (0.0..=length).contains(cut));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup_by(|b, a| *b - *a < SAME);
        for (a, b) in cuts.iter().zip(cuts.iter().skip(1)) {
            let (mut spend, mut grows) = (stretch.spend + stretch.slope * a, stretch.slope);
            for ((surcharge, sum), slope) in self.surcharges.iter().zip(&sum.calls).zip(&slope.calls) {
                let calls = |t: f64| (sum.0 + slope.0 * t, sum.1 + slope.1 * t);
                // Straight between the cuts: two points inside tell the line.
                let (p, q) = (a + (b - a) / 3.0, b - (b - a) / 3.0);
                let (at_p, at_q) = (surcharge.amount(calls(p)), surcharge.amount(calls(q)));
                let slope = (at_q - at_p) / (q - p);
                grows += slope;
                spend += at_p - slope * (p - a);
            }
            profile.push(Stretch { from: stretch.from + a, to: stretch.from + b, spend, slope: grows, ..stretch });
        }
    }

    fn segment(&self, at: f64) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn rates(&self, state: usize, regime: usize) -> Result<Rc<Rates>, OutageError> {
        if let Some(rates) = self.rates.borrow().get(&(state, regime)) {
            return Ok(Rc::clone(rates));
        }
        let Flowing { spend, calls } = self.flowing(state, regime)?;
        let burn = self.engine.burn(state, regime)?;
        let flow = &burn.flow;
        let open = flow.attempts > 0.0;
        let spend: f64 = spend.iter().sum();
        let spend = match self.counted {
            Counted::Spend => spend,
            Counted::WithSilence => spend + flow.idle_cost + flow.lost_margin,
            Counted::IdleSeatHours => flow.idle_seats / 3600.0,
        };
        let rates = Rc::new(Rates {
            spend,
            open: f64::from(u8::from(open)),
            protected: if open { flow.carried / flow.attempts } else { 0.0 },
            calls,
        });
        self.rates.borrow_mut().insert((state, regime), Rc::clone(&rates));
        Ok(rates)
    }

    /// The mean over the 365 days of what flows in a state.
    fn beyond(&self, state: usize) -> Result<Rc<Rates>, OutageError> {
        if let Some(rates) = self.beyond.borrow().get(&state) {
            return Ok(Rc::clone(rates));
        }
        let calendar = &self.engine.calendar;
        let year = calendar.horizon_end().since(calendar.start()) as f64;
        let mut sum = Rates::none(self.surcharges.len());
        for segment in calendar.walk(calendar.start(), calendar.horizon_end()) {
            let rates = self.rates(state, segment.regime)?;
            sum.add(&rates, segment.millis() as f64 / year);
        }
        let sum = Rc::new(sum);
        self.beyond.borrow_mut().insert(state, Rc::clone(&sum));
        Ok(sum)
    }
}

impl Rates {
    /// Only what is paid for: the way back is no outage.
    fn spending(&self) -> Self {
        Self { open: 0.0, protected: 0.0, ..self.clone() }
    }
}

/// A stretch of constant flow, until the next.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: f64,
    state: usize,
    regime: usize,
}

fn stage(engine: &Engine<'_>, outages: &[Option<TrunkOutage>], from: f64) -> Stage {
    let noticed = |outage: &Option<TrunkOutage>| outage.as_ref().filter(|outage| outage.lag <= from).cloned();
    let state: State = outages
        .iter()
        .map(|outage| match outage {
            None => TrunkState::Up,
            Some(outage) if outage.lag <= from => TrunkState::Skipped,
            Some(outage) => TrunkState::Hit { share: outage.share, met: outage.met, answers: outage.answers },
        })
        .collect();
    let mut ends: Vec<f64> = outages.iter().filter_map(|o| noticed(o).map(|o| o.failback)).collect();
    ends.retain(|end| *end > 0.0);
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut back = Vec::new();
    let mut begin = 0.0;
    for end in ends {
        let state: State = outages
            .iter()
            .map(|outage| match noticed(outage) {
                Some(outage) if outage.failback > begin => TrunkState::Skipped,
                _ => TrunkState::Up,
            })
            .collect();
        let number = engine.intern(&state);
        back.push((end, state, number));
        begin = end;
    }
    Stage { from, number: engine.intern(&state), state, back }
}
