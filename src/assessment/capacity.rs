//! Who can carry what: the sequence at the busiest interval and at every other, per trunk, and what it would take.

use crate::model::rates::{Limit, TableKind};
use crate::outage::OutageError;
use crate::outage::engine::{Engine, FloorOffer};
use crate::outage::state::{State, TrunkState, behaviours, settled};
use crate::traffic::{Gate, Method, Offered, Sequence, channels_needed, cps, solve};
use crate::words::calendar::Instant;
use crate::words::units::Probability;

/// An interval of the floor with what it offers: the busiest, where nothing else is said.
#[derive(Debug, Clone)]
pub struct Busiest {
    /// Its number.
    pub regime: usize,
    /// When it first begins.
    pub at: Instant,
    /// Staffed seats of all campaigns.
    pub seats: u64,
    /// What it offers.
    pub offer: FloorOffer,
}

/// One trunk in one state of the sequence, at one interval.
#[derive(Debug, Clone)]
pub struct TrunkCapacity {
    /// Position.
    pub trunk: usize,
    /// Its state.
    pub state: TrunkState,
    /// Calls at once: the smaller of its own and the carrier's limit.
    pub channels: Limit<u64>,
    /// Calls per second, likewise.
    pub cps: Limit<f64>,
    /// Attempts that ask it [1/s].
    pub offered_rate: f64,
    /// Their traffic [erlang].
    pub offered: f64,
    /// Variance over mean of that traffic.
    pub peakedness: f64,
    /// Share refused by calls per second.
    pub blocking_cps: f64,
    /// Share of the rest refused for want of a channel.
    pub blocking_channels: f64,
    /// Share refused by either.
    pub blocking: f64,
    /// Attempts carried [1/s].
    pub carried_rate: f64,
    /// Traffic carried [erlang].
    pub carried: f64,
    /// Least channels that refuse no more than the grade of service of what is offered to them.
    pub channels_needed: Option<u64>,
    /// Least whole calls per second that refuse no more than the grade of service.
    pub cps_needed: Option<u64>,
}

/// The sequence in one state, at the busiest interval.
#[derive(Debug, Clone)]
pub struct SequenceCapacity {
    /// The states of the trunks.
    pub state: State,
    /// Carried attempts over attempts made.
    pub absorbed: f64,
    /// Share of attempts refused for want of capacity.
    pub blocking: f64,
    /// By trunk.
    pub trunks: Vec<TrunkCapacity>,
    /// Most seats that it carries at the grade of service; nothing where no number of seats is too many.
    pub seats_supported: Option<u64>,
    /// Lines that redial at once over the calls per second of the first trunk in service [s]; nothing without a limit.
    pub surge_seconds: Option<f64>,
    /// The first trunk in service.
    pub first: Option<usize>,
    /// Whether a limit that decides is not stated by plan or table.
    pub unstated: bool,
    /// How it was solved; nothing where no seat is staffed.
    pub method: Option<Method>,
}

/// A cause and the sequence once it is dealt with.
#[derive(Debug, Clone)]
pub struct CauseCapacity {
    /// Index of the cause.
    pub cause: usize,
    /// The sequence at the busiest interval.
    pub sequence: SequenceCapacity,
    /// The interval in which least is carried; nothing where no seat is staffed.
    pub worst: Option<Interval>,
}

/// An interval of the floor in one state of the sequence.
#[derive(Debug, Clone)]
pub struct Interval {
    /// What it offers, and when it first begins.
    pub floor: Busiest,
    /// Attempts, redials among them [1/s].
    pub rate: f64,
    /// Traffic [erlang].
    pub offered: f64,
    /// Share carried.
    pub absorbed: f64,
    /// Share refused for want of capacity.
    pub blocking: f64,
    /// By trunk.
    pub trunks: Vec<TrunkCapacity>,
}

/// Who can carry what.
#[derive(Debug, Clone)]
pub struct Capacity {
    /// The busiest interval; nothing where no seat is ever staffed.
    pub busiest: Option<Busiest>,
    /// The sequence with everything in service.
    pub normal: SequenceCapacity,
    /// The sequence without its first trunk: what the secondary has to carry.
    pub failover: SequenceCapacity,
    /// The sequence under each cause, once it is dealt with.
    pub causes: Vec<CauseCapacity>,
    /// Every interval of the floor without the first trunk, the busiest first.
    pub intervals: Vec<Interval>,
}

/// Reckons the capacity of a plan.
///
/// # Errors
/// Where a formula has no answer.
pub fn capacity(engine: &Engine<'_>) -> Result<Capacity, OutageError> {
    let plan = engine.plan;
    let mut floors: Vec<Busiest> = Vec::new();
    for (regime, known) in engine.calendar.regimes().iter().enumerate() {
        // Another epoch of rates is the same floor.
        if floors
            .iter()
            .any(|floor| engine.calendar.regimes().get(floor.regime).map(|r| &r.seats) == Some(&known.seats))
        {
            continue;
        }
        let offer = engine.offer(&Engine::seats_of(known))?;
        if offer.offered.is_some() {
            let at = engine.calendar.first_instant_of(regime).unwrap_or(engine.calendar.start());
            let seats = known.seats.iter().map(|seats| u64::from(*seats)).sum();
            floors.push(Busiest { regime, at, seats, offer });
        }
    }
    let traffic = |floor: &Busiest| floor.offer.offered.map_or(0.0, |offered| offered.traffic.get());
    floors.sort_by(|a, b| traffic(b).total_cmp(&traffic(a)).then(a.at.cmp(&b.at)));
    let busiest = floors.first().cloned();
    let normal_state: State = vec![TrunkState::Up; plan.trunks.len()];
    let mut failed = normal_state.clone();
    if let Some(first) = failed.first_mut() {
        *first = TrunkState::Skipped;
    }
    let at_busiest = |state: &State| sequence(engine, state, busiest.as_ref());
    let normal = at_busiest(&normal_state)?;
    let failover = at_busiest(&failed)?;
    let mut causes = Vec::new();
    for (index, cause) in plan.causes.iter().enumerate() {
        let state = settled(&behaviours(plan, cause));
        let worst = least_absorbed(&intervals(engine, &state, &floors)?).cloned();
        causes.push(CauseCapacity { cause: index, sequence: at_busiest(&state)?, worst });
    }
    let intervals = intervals(engine, &failed, &floors)?;
    Ok(Capacity { busiest, normal, failover, causes, intervals })
}

/// Every interval in a state, in the order of the floors.
fn intervals(engine: &Engine<'_>, state: &State, floors: &[Busiest]) -> Result<Vec<Interval>, OutageError> {
    let mut intervals = Vec::new();
    for floor in floors {
        let Some(offered) = floor.offer.offered else { continue };
        let gates = engine.gates(state, &floor.offer)?;
        let solved = solve(&offered, &gates)?;
        intervals.push(Interval {
            floor: floor.clone(),
            rate: solved.attempts_rate.get(),
            offered: solved.offered_traffic.get(),
            absorbed: solved.absorbed().get(),
            blocking: refused(&solved),
            trunks: trunks(engine, state, &gates, &solved)?,
        });
    }
    Ok(intervals)
}

/// The interval for which a figure is largest, and of those that are as large the first: the busiest, then the
/// earliest. The same traffic reckoned in another order differs in the last digits.
pub fn largest<'a>(
    intervals: impl IntoIterator<Item = &'a Interval>,
    figure: impl Fn(&Interval) -> f64,
) -> Option<&'a Interval> {
    intervals.into_iter().fold(None, |best: Option<&Interval>, interval| match best {
        Some(known) if figure(interval) <= figure(known) + 1e-9 * figure(known).abs() => Some(known),
        _ => Some(interval),
    })
}

/// The interval in which the smallest share of the attempts is carried.
#[must_use]
pub fn least_absorbed(intervals: &[Interval]) -> Option<&Interval> {
    largest(intervals, |interval| 1.0 - interval.absorbed)
}

/// The limits of a trunk: channels and calls per second.
fn limits(engine: &Engine<'_>, trunk: usize) -> Option<(Limit<u64>, Limit<f64>)> {
    let named = engine.plan.trunks.get(trunk)?;
    let table = engine.plan.table(named)?;
    Some((named.channel_limit(table, engine.plan.licensed_seats()), named.cps_limit(table)))
}

fn trunks(
    engine: &Engine<'_>,
    state: &State,
    gates: &[Gate],
    solved: &Sequence,
) -> Result<Vec<TrunkCapacity>, OutageError> {
    let target = Probability::new(engine.plan.policy.grade_of_service)?;
    let mut trunks = Vec::new();
    for (index, load) in solved.gates.iter().enumerate() {
        let Some((channels, cps_limit)) = limits(engine, index) else { continue };
        let served = load.carried_rate.get() + load.offered_rate.get() * load.blocking.get();
        let window = gates.get(index).and_then(|gate| gate.cps).map(|(_, window)| window).unwrap_or_default();
        let asked = crate::words::units::CallsPerSecond::new(served)?;
        trunks.push(TrunkCapacity {
            trunk: index,
            state: state.get(index).copied().unwrap_or(TrunkState::Up),
            channels,
            cps: cps_limit,
            offered_rate: load.offered_rate.get(),
            offered: load.offered_traffic.get(),
            peakedness: load.peakedness,
            blocking_cps: load.blocking_cps.get(),
            blocking_channels: load.blocking_channels.get(),
            blocking: load.blocking.get(),
            carried_rate: load.carried_rate.get(),
            carried: load.carried_traffic.get(),
            channels_needed: channels_needed(&load.presented, target),
            cps_needed: cps::needed(asked, window, target).ok(),
        });
    }
    Ok(trunks)
}

/// Share of attempts refused for want of capacity.
fn refused(solved: &Sequence) -> f64 {
    let refused = solved.blocked_rate.get() + solved.stopped_rate.get();
    let share = refused / solved.attempts_rate.get();
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

fn sequence(engine: &Engine<'_>, state: &State, busiest: Option<&Busiest>) -> Result<SequenceCapacity, OutageError> {
    let first = state.iter().position(|state| serves(*state));
    // A limit that nobody states can only decide where a trunk serves.
    let unstated = state.iter().enumerate().filter(|(_, state)| serves(**state)).any(|(index, _)| {
        limits(engine, index).is_some_and(|(channels, cps)| channels == Limit::Unstated || cps == Limit::Unstated)
    });
    let offered = busiest.and_then(|busiest| busiest.offer.offered);
    let (Some(busiest), Some(offered)) = (busiest, offered) else {
        return Ok(SequenceCapacity {
            state: state.clone(),
            absorbed: 1.0,
            blocking: 0.0,
            trunks: Vec::new(),
            seats_supported: None,
            surge_seconds: None,
            first,
            unstated,
            method: None,
        });
    };
    let gates = engine.gates(state, &busiest.offer)?;
    let solved = solve(&offered, &gates)?;
    let target = Probability::new(engine.plan.policy.grade_of_service)?;
    let surge_seconds = first
        .and_then(|first| limits(engine, first))
        .and_then(|(_, cps)| cps.at())
        .map(|cps| busiest.offer.surge / cps);
    Ok(SequenceCapacity {
        state: state.clone(),
        absorbed: solved.absorbed().get(),
        blocking: refused(&solved),
        trunks: trunks(engine, state, &gates, &solved)?,
        seats_supported: seats_supported(engine, state, busiest, target)?,
        surge_seconds,
        first,
        unstated,
        method: Some(solved.method),
    })
}

/// Whether a trunk in this state carries anything.
fn serves(state: TrunkState) -> bool {
    match state {
        TrunkState::Up => true,
        TrunkState::Hit { share, .. } => share < 1.0,
        TrunkState::Skipped | TrunkState::Refusing => false,
    }
}

/// More seats than this are as good as any number.
const MOST_SEATS: u64 = 1_000_000;

/// Whether a state carries so many staffed seats, in the mix of an interval, at a grade of service.
fn carries(
    engine: &Engine<'_>,
    state: &State,
    floor: &Busiest,
    target: Probability,
    seats: u64,
) -> Result<bool, OutageError> {
    let total: f64 = floor.offer.seats.iter().sum();
    let scale = seats as f64 / total;
    let mix: Vec<f64> = floor.offer.seats.iter().map(|s| s * scale).collect();
    let offer = engine.offer(&mix)?;
    let Some(offered) = offer.offered else { return Ok(true) };
    // More traffic than the formulas reckon with, or redials without end, is not carried.
    let Ok(solved) = solve(&offered, &engine.gates(state, &offer)?) else { return Ok(false) };
    Ok(1.0 - solved.absorbed().get() <= target.get())
}

/// Whether a state carries so many staffed seats, in the mix of an interval, at the plan's grade of service.
///
/// # Errors
/// Where a quantity is no number.
pub fn carries_seats(engine: &Engine<'_>, state: &State, floor: &Busiest, seats: u64) -> Result<bool, OutageError> {
    carries(engine, state, floor, Probability::new(engine.plan.policy.grade_of_service)?, seats)
}

/// Most staffed seats, in the mix of an interval, that a state carries at a grade of service. Nothing where even a
/// million seats are carried.
///
/// # Errors
/// Where a quantity is no number.
pub fn seats_supported(
    engine: &Engine<'_>,
    state: &State,
    floor: &Busiest,
    target: Probability,
) -> Result<Option<u64>, OutageError> {
    let carried = |seats: u64| carries(engine, state, floor, target, seats);
    if !carried(1)? {
        return Ok(Some(0));
    }
    let mut low = 1;
    let mut high = 2;
    while carried(high)? {
        low = high;
        high *= 2;
        if high > MOST_SEATS {
            return Ok(None);
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if carried(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(low))
}

/// What would be enough for a trunk: least channels, and calls per second where the limit is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enough {
    /// Channels.
    pub channels: u64,
    /// Calls per second; nothing where they are enough as they are.
    pub cps: Option<u64>,
}

/// The least channels of a trunk with which the sequence loses no more than a share of its attempts, and the least
/// calls per second where no number of channels would do. Nothing where not even both would.
///
/// # Errors
/// Where a formula has no answer.
pub fn enough(
    engine: &Engine<'_>,
    state: &State,
    busiest: &Busiest,
    trunk: usize,
    lost: f64,
) -> Result<Option<Enough>, OutageError> {
    let Some(offered) = busiest.offer.offered else { return Ok(None) };
    let gates = engine.gates(state, &busiest.offer)?;
    let with = |channels: Option<u64>, cps: Option<u64>| -> Result<bool, OutageError> {
        let mut gates: Vec<Gate> = gates.clone();
        if let Some(gate) = gates.get_mut(trunk) {
            gate.channels = channels;
            if let (Some(cps), Some((_, window))) = (cps, gate.cps) {
                gate.cps = Some((cps as f64, window));
            }
        }
        Ok(lost_share(&offered, &gates)? <= lost)
    };
    let mut cps = None;
    if !with(None, None)? {
        // Unlimited channels are not enough: find the calls per second first, then leave channels half the room.
        let limit = gates.get(trunk).and_then(|gate| gate.cps).map_or(1.0, |(limit, _)| limit);
        let from = libm::ceil(limit) as u64;
        let Some(least) = least(from, |r| with(None, Some(r)))? else { return Ok(None) };
        cps = Some(least);
    }
    match least(1, |c| with(Some(c), cps))? {
        Some(channels) => Ok(Some(Enough { channels, cps })),
        None => Ok(None),
    }
}

fn lost_share(offered: &Offered, gates: &[Gate]) -> Result<f64, OutageError> {
    Ok(1.0 - solve(offered, gates)?.absorbed().get())
}

/// The least whole number from `from` on, up to a million, that fits; `fits` stays true once it is.
fn least(from: u64, fits: impl Fn(u64) -> Result<bool, OutageError>) -> Result<Option<u64>, OutageError> {
    let mut high = from.max(1);
    while !fits(high)? {
        high *= 2;
        if high > 2 * MOST_SEATS {
            return Ok(None);
        }
    }
    let mut low = from.saturating_sub(1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Some(high))
}

/// Whether a table is a flat rate.
#[must_use]
pub fn is_flat(kind: &TableKind) -> bool {
    matches!(kind, TableKind::FlatRate(_))
}
