//! A calendar as segments of constant regime, and what can be asked of it.

use super::zone::{Instant, Zone};

/// What the floor is like in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Regime {
    /// Staffed seats of each campaign [seats].
    pub seats: Vec<u32>,
    /// Number of the epoch of rates in force.
    pub epoch: usize,
}

/// A stretch of time in one regime.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First instant.
    pub start: Instant,
    /// End, not included.
    pub end: Instant,
    /// Index into [`Calendar::regimes`].
    pub regime: usize,
}

impl Segment {
    /// Length [ms].
    #[must_use]
    pub const fn millis(&self) -> i64 {
        self.end.since(self.start)
    }
}

/// A change of regime, while a calendar is built.
pub(super) struct Piece {
    pub(super) at: Instant,
    /// Index of the vector of staffed seats.
    pub(super) staffed: usize,
    pub(super) epoch: usize,
}

/// A floor's year: segments of constant regime without gaps, from the first local midnight to the end of the tail.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Zone,
    horizon_end: Instant,
    end: Instant,
    /// Where each segment starts; the first is the calendar's start.
    starts: Vec<Instant>,
    /// The regime of each segment.
    regime_of: Vec<usize>,
    /// In order of first appearance.
    regimes: Vec<Regime>,
    /// Where each regime appears first.
    first_instants: Vec<Instant>,
    /// Segments in a block.
    block: usize,
    /// For each block, the time spent in each regime before it [ms], one row after the other. A block has about as many
    /// segments as there are regimes, so that neither the rows nor the rest of a block outweigh the other.
    spent: Vec<i64>,
    never_open: Vec<(usize, usize)>,
}

impl Calendar {
    /// Takes pieces in order of time, the first at the start of the calendar, no two neighbours equal.
    pub(super) fn new(
        zone: Zone,
        pieces: Vec<Piece>,
        horizon_end: Instant,
        end: Instant,
        staffed: Vec<Vec<u32>>,
        never_open: Vec<(usize, usize)>,
    ) -> Self {
        // Epochs follow each other, so the regimes of the present one are all that can come again.
        let mut known: Vec<Option<usize>> = vec![None; staffed.len()];
        let mut epoch = None;
        let mut regimes = Vec::new();
        let mut first_instants = Vec::new();
        let mut starts = Vec::with_capacity(pieces.len());
        let mut regime_of = Vec::with_capacity(pieces.len());
        for piece in pieces {
            starts.push(piece.at);
            if epoch.replace(piece.epoch) != Some(piece.epoch) {
                known.fill(None);
            }
            regime_of.push(*known[piece.staffed].get_or_insert_with(|| {
                let seats = staffed[piece.staffed].clone();
                regimes.push(Regime { seats, epoch: piece.epoch });
                first_instants.push(piece.at);
                regimes.len() - 1
            }));
        }
        let block = regimes.len().max(8);
        let mut spent = Vec::with_capacity(regimes.len() * starts.len().div_ceil(block));
        let mut row = vec![0; regimes.len()];
        for (segment, (&start, &regime)) in starts.iter().zip(&regime_of).enumerate() {
            if segment % block == 0 {
                spent.extend_from_slice(&row);
            }
            row[regime] += starts.get(segment + 1).unwrap_or(&end).since(start);
        }
        Self { zone, horizon_end, end, starts, regime_of, regimes, first_instants, block, spent, never_open }
    }

    /// The zone of its local times.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Midnight of the first local date.
    #[must_use]
    pub fn start(&self) -> Instant {
        self.starts.first().copied().unwrap_or(self.end)
    }

    /// Local midnight 365 days after the start: outages start before it.
    #[must_use]
    pub fn horizon_end(&self) -> Instant {
        self.horizon_end
    }

    /// End of the calendar, not included: the horizon's end and the tail.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.end
    }

    /// All regimes that occur, in order of first appearance. A regime's id is its index here.
    #[must_use]
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }

    /// All segments in order of time, without gaps; neighbours differ in regime.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment> {
        (0..self.starts.len()).map(|index| self.segment(index))
    }

    /// The regime at an instant, or none outside the calendar.
    #[must_use]
    pub fn at(&self, instant: Instant) -> Option<usize> {
        if instant >= self.end {
            return None;
        }
        Some(self.regime_of[self.started(instant).checked_sub(1)?])
    }

    /// Time spent in each regime from `from` to `to` [ms], exact; time outside the calendar is in no regime. All zero
    /// where `to` is not after `from`.
    #[must_use]
    pub fn occupancy(&self, from: Instant, to: Instant) -> Vec<i64> {
        let mut spent = Vec::new();
        self.occupancy_into(from, to, &mut spent);
        spent
    }

    /// Like [`Calendar::occupancy`], into a buffer whose former content is dropped. Takes time in proportion to the
    /// number of regimes and to the logarithm of the number of segments, however long the stretch is.
    pub fn occupancy_into(&self, from: Instant, to: Instant, spent: &mut Vec<i64>) {
        spent.clear();
        spent.resize(self.regimes.len(), 0);
        if from < to {
            self.add_spent(to, 1, spent);
            self.add_spent(from, -1, spent);
        }
    }

    /// The segments from `from` to `to`, the first and last cut off there; nothing outside the calendar.
    pub fn walk(&self, from: Instant, to: Instant) -> impl Iterator<Item = Segment> {
        let (from, to) = (from.max(self.start()), to.min(self.end));
        (self.started(from).saturating_sub(1)..self.starts.len())
            .map(|index| self.segment(index))
            .take_while(move |segment| segment.start < to)
            .map(move |segment| Segment { start: segment.start.max(from), end: segment.end.min(to), ..segment })
            .filter(|segment| segment.start < segment.end)
    }

    /// The instants at which a segment starts, the calendar's start first.
    #[must_use]
    pub fn breakpoints(&self) -> &[Instant] {
        &self.starts
    }

    /// Where a regime appears first, or none if there is no such regime.
    #[must_use]
    pub fn first_instant_of(&self, regime: usize) -> Option<Instant> {
        self.first_instants.get(regime).copied()
    }

    /// Most seats that a campaign staffs at once, and the first instant at which it does; none if there is no such
    /// campaign.
    #[must_use]
    pub fn busiest(&self, campaign: usize) -> Option<(u32, Instant)> {
        let mut busiest: Option<(u32, Instant)> = None;
        // Regimes are in order of first appearance, so the first of equals is the earliest.
        for (regime, &at) in self.regimes.iter().zip(&self.first_instants) {
            let &seats = regime.seats.get(campaign)?;
            if busiest.is_none_or(|(most, _)| seats > most) {
                busiest = Some((seats, at));
            }
        }
        busiest
    }

    /// The shifts that never open in the horizon: campaign, and index of the shift in it.
    #[must_use]
    pub fn never_open(&self) -> &[(usize, usize)] {
        &self.never_open
    }

    /// The starts at which an outage's spend can peak: spend is piecewise linear in the start and bends only where one of
    /// the outage's own moments (`offsets`, counted from its start [ms]) meets a change of regime or one of
    /// `extra_breakpoints`. Those starts that lie in the horizon, and its first instant; in order, each once.
    #[must_use]
    pub fn candidate_starts(&self, offsets: &[i64], extra_breakpoints: &[Instant]) -> Vec<Instant> {
        let horizon = self.start()..self.horizon_end;
        let mut candidates = Vec::with_capacity((self.starts.len() + extra_breakpoints.len()) * offsets.len() + 1);
        candidates.push(self.start());
        for &offset in offsets {
            let starts = self.starts.iter().chain(extra_breakpoints);
            let moved = starts.filter_map(|at| at.millis().checked_sub(offset)).map(Instant::from_millis);
            candidates.extend(moved.filter(|start| horizon.contains(start)));
        }
        // A run for each offset: the stable sort merges runs.
        candidates.sort();
        candidates.dedup();
        candidates
    }

    fn segment(&self, index: usize) -> Segment {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.end);
        Segment { start: self.starts[index], end, regime: self.regime_of[index] }
    }

    /// Number of segments that start at `instant` or before.
    fn started(&self, instant: Instant) -> usize {
        self.starts.partition_point(|&start| start <= instant)
    }

    /// Adds `sign` times the time spent in each regime before `until`.
    fn add_spent(&self, until: Instant, sign: i64, spent: &mut [i64]) {
        let until = until.min(self.end);
        let Some(last) = self.started(until).checked_sub(1) else { return };
        let block = last / self.block;
        let row = block * self.regimes.len();
        for (sum, before) in spent.iter_mut().zip(&self.spent[row..]) {
            *sum += sign * before;
        }
        for index in block * self.block..last {
            let segment = self.segment(index);
            spent[segment.regime] += sign * segment.millis();
        }
        spent[self.regime_of[last]] += sign * until.since(self.starts[last]);
    }
}
