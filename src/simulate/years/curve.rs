//! The spending curve of a cause: what one outage costs by two look-ups for each stretch between notices.
//!
//! The same spend as [`Course::profile`] gives, for one start and one length at a time, where no cap or balance cuts the
//! outage and so every state's spend can be cumulated over the calendar beforehand.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::segments::Segments;
use crate::outage::OutageError;
use crate::outage::profile::{Course, Surcharge};

/// A cumulated quantity in one stretch of the calendar.
#[derive(Debug, Clone, Copy)]
struct Line {
    from: f64,
    /// Before the stretch.
    sum: f64,
    /// In it, a second.
    rate: f64,
}

/// A quantity cumulated over the calendar in one state.
type Lines = Vec<Line>;

/// A part of the outage between two notices.
#[derive(Debug, Clone)]
struct Stage {
    from: f64,
    to: f64,
    /// Number of the cumulated state; nothing where nothing flows in it.
    row: Option<usize>,
    /// Until how long after the end, and the state.
    back: Vec<(f64, Option<usize>)>,
    /// Spend of a second beyond the reach: the year's mean.
    beyond: f64,
}

/// What outages of one cause cost.
#[derive(Debug, Clone)]
pub struct Curve<'p> {
    segments: Segments,
    stages: Vec<Stage>,
    /// By row: spend first, then answered and short calls of each surcharge.
    rows: Vec<Vec<Lines>>,
    surcharges: Vec<Surcharge<'p>>,
    reach: f64,
}

impl<'p> Curve<'p> {
    /// Cumulates the states of a course over a calendar; lengths beyond the reach go on at the mean of the first `year`
    /// seconds.
    ///
    /// # Errors
    /// As [`Course::flowing`].
    pub fn new(
        course: &Course<'_, 'p>,
        segments: &Segments,
        regimes: &[usize],
        reach: f64,
        year: f64,
    ) -> Result<Self, OutageError> {
        let passages = course.passages();
        let mut known: Vec<(usize, Option<usize>)> = Vec::new();
        let mut rows = Vec::new();
        let mut row = |state: usize| -> Result<Option<usize>, OutageError> {
            if let Some((_, row)) = known.iter().find(|(number, _)| *number == state) {
                return Ok(*row);
            }
            let lines = cumulated(course, segments, regimes, state)?;
            let flows = lines.iter().flatten().any(|line| line.rate != 0.0);
            let row = flows.then(|| {
                rows.push(lines);
                rows.len() - 1
            });
            known.push((state, row));
            Ok(row)
        };
        let mut stages = Vec::with_capacity(passages.len());
        for (index, passage) in passages.iter().enumerate() {
            let back = passage.back.iter().map(|(to, state)| Ok((*to, row(*state)?)));
            stages.push(Stage {
                from: passage.from,
                to: passages.get(index + 1).map_or(f64::INFINITY, |next| next.from),
                back: back.collect::<Result<_, OutageError>>()?,
                row: row(passage.state)?,
                beyond: 0.0,
            });
        }
        let mut curve =
            Self { segments: segments.clone(), stages, rows, surcharges: course.surcharges().to_vec(), reach };
        for index in 0..curve.stages.len() {
            let mean = curve.stages[index].row.map_or(0.0, |row| curve.between(row, 0, 0.0, year) / year);
            curve.stages[index].beyond = mean;
        }
        Ok(curve)
    }

    /// Whether no outage of this cause costs anything.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.rows.is_empty()
    }

    /// What an outage costs that begins so many seconds after the calendar and lasts so long [s], in the plan's
    /// currency.
    #[must_use]
    pub fn spend(&self, start: f64, length: f64) -> f64 {
        let within = length.min(self.reach);
        let mut spend = self.total(0, start, within);
        for (index, surcharge) in self.surcharges.iter().enumerate() {
            let calls = (self.total(1 + 2 * index, start, within), self.total(2 + 2 * index, start, within));
            spend += surcharge.amount(calls);
        }
        if length > within {
            let last = self.stages.iter().rfind(|stage| stage.from < within).or(self.stages.first());
            spend += (length - within) * last.map_or(0.0, |stage| stage.beyond);
        }
        spend
    }

    /// A quantity over an outage and the way back.
    fn total(&self, quantity: usize, start: f64, length: f64) -> f64 {
        let mut sum = 0.0;
        let end = start + length;
        for stage in &self.stages {
            let last = stage.to >= length;
            if let Some(row) = stage.row {
                let to = if last { end } else { start + stage.to };
                sum += self.between(row, quantity, start + stage.from, to);
            }
            if last {
                let mut from = end;
                for (to, row) in &stage.back {
                    let to = end + to;
                    if let Some(row) = *row {
                        sum += self.between(row, quantity, from, to);
                    }
                    from = to;
                }
                break;
            }
        }
        sum
    }

    fn between(&self, row: usize, quantity: usize, from: f64, to: f64) -> f64 {
        let lines = &self.rows[row][quantity];
        let at = |t: f64| {
            let line = &lines[self.segments.at(t)];
            (line.sum, line.rate * (t - line.from))
        };
        let ((before, early), (after, late)) = (at(from), at(to));
        // Sums of the same stretch cancel to the last digit.
        (after - before) + (late - early)
    }
}

/// The quantities of a state, cumulated.
fn cumulated(
    course: &Course<'_, '_>,
    segments: &Segments,
    regimes: &[usize],
    state: usize,
) -> Result<Vec<Lines>, OutageError> {
    let quantities = 1 + 2 * course.surcharges().len();
    let mut all: Vec<Lines> = vec![Vec::with_capacity(regimes.len()); quantities];
    let mut sums = vec![0.0; quantities];
    let mut by_regime: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (index, (from, regime)) in segments.starts().iter().zip(regimes).enumerate() {
        let rates = match by_regime.entry(*regime) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let flowing = course.flowing(state, *regime)?;
                let mut rates = vec![flowing.spend.iter().sum()];
                rates.extend(flowing.calls.iter().flat_map(|(answered, short)| [*answered, *short]));
                place.insert(rates)
            }
        };
        for ((lines, sum), rate) in all.iter_mut().zip(&mut sums).zip(rates.iter()) {
            lines.push(Line { from: *from, sum: *sum, rate: *rate });
            let end = segments.end(index);
            if end.is_finite() {
                *sum += rate * (end - from);
            }
        }
    }
    Ok(all)
}
