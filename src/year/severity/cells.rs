//! The starts of a year, cut into cells over which an outage's stretches shift evenly.

use std::collections::HashMap;

use super::strip::{Cell, Step, Strip};
use crate::outage::profile::{Course, Stretch};
use crate::year::YearError;
use crate::year::lengths::Lengths;

/// Starts closer than this cost what the one in their middle costs [s]: a wider cell of one amount would be an amount
/// with a probability of its own.
const NARROW: f64 = 0.05;
/// The same where caps are followed, which goes by milliseconds.
const NARROW_OF_CAPS: f64 = 1.0;

/// What starts meet, see [`Course::ahead`].
type Ahead = Vec<(i64, usize)>;

/// All cells of the year. Equal ones, week after week, are one cell.
///
/// # Errors
/// As [`Course::profile`].
pub fn cells(course: &Course<'_, '_>, lengths: &Lengths, year: f64) -> Result<Vec<Cell>, YearError> {
    let reach = lengths.reach();
    let kinks = lengths.kinks();
    let (notices, back) = course.offsets();
    let last_back = back.iter().copied().fold(0.0, f64::max);
    let mut offsets: Vec<f64> = Vec::new();
    for at in notices.iter().copied().chain(kinks.iter().copied()).chain([0.0, reach]) {
        offsets.extend(back.iter().map(|back| at + back));
    }
    offsets.sort_by(f64::total_cmp);
    offsets.dedup();
    let mut cuts = vec![0.0, year];
    let resets = course.resets(year + reach + last_back);
    for change in course.changes().iter().chain(&resets) {
        cuts.extend(offsets.iter().map(|offset| change - offset).filter(|cut| *cut > 0.0 && *cut < year));
    }
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|b, a| *b - *a < 1e-3);
    let mut found =
        Found { course, reach, kinks: &kinks, year, known: HashMap::new(), cells: Vec::new(), went: Vec::new() };
    // What starts meet decides what they cost.
    let mut met: HashMap<Ahead, Vec<(usize, f64)>> = HashMap::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        let ahead = course.ahead(*from, *to, reach + last_back, &resets);
        if let Some(same) = met.get(&ahead) {
            same.iter().for_each(|(cell, width)| found.widen(*cell, *width));
        } else {
            found.went.clear();
            found.cell(*from, *to, 40)?;
            met.insert(ahead, found.went.clone());
        }
    }
    Ok(found.cells)
}

/// Cells found so far.
struct Found<'c, 'e, 'p> {
    course: &'c Course<'e, 'p>,
    reach: f64,
    kinks: &'c [f64],
    year: f64,
    known: HashMap<Vec<i64>, usize>,
    cells: Vec<Cell>,
    /// The cells that the last stretch of starts went to, with their widths [s].
    went: Vec<(usize, f64)>,
}

impl Found<'_, '_, '_> {
    fn cell(&mut self, from: f64, to: f64, depth: u32) -> Result<(), YearError> {
        // A little inside, where nothing coincides; caps are followed to the millisecond.
        let inset = if self.course.capped() { 0.02 } else { 1e-3 };
        let (a, b) = (from + (to - from) * inset, to - (to - from) * inset);
        let narrow = if self.course.capped() { NARROW_OF_CAPS } else { NARROW };
        if to - from <= narrow || depth == 0 {
            let middle = self.course.profile((from + to) / 2.0, self.reach, self.kinks)?;
            self.add(&middle, &middle, 0.0, to - from);
            return Ok(());
        }
        let first = self.course.profile(a, self.reach, self.kinks)?;
        let last = self.course.profile(b, self.reach, self.kinks)?;
        let even = |(a, b): (&Stretch, &Stretch)| {
            let as_steep = (a.slope - b.slope).abs() <= 1e-9 * a.slope.abs().max(b.slope.abs());
            // Where nothing is spent the floor may be open or closed, carried or not.
            as_steep && a.open == b.open && (a.protected - b.protected).abs() <= 1e-9
        };
        if first.len() == last.len() && first.iter().zip(&last).all(even) {
            self.add(&first, &last, inset, to - from);
            return Ok(());
        }
        let middle = (from + to) / 2.0;
        self.cell(from, middle, depth - 1)?;
        self.cell(middle, to, depth - 1)
    }

    fn add(&mut self, first: &[Stretch], last: &[Stretch], inset: f64, width: f64) {
        let stretched = |a: f64, b: f64| {
            if a == b || !b.is_finite() {
                return [a, b];
            }
            let more = (b - a) * inset / (1.0 - 2.0 * inset);
            [(a - more).max(0.0), b + more]
        };
        // To a tenth of a millisecond and of a thousandth of the currency: the same stretches, week after week.
        let mut key = Vec::with_capacity(first.len() * 4 + 1);
        for (a, b) in first.iter().zip(last) {
            key.extend([a.from, b.from, a.spend, b.spend].map(|value| libm::round(value * 1e4) as i64));
            key.extend([a.slope, a.open, a.protected].map(|value| value.to_bits() as i64 >> 12));
        }
        if let Some(known) = self.known.get(&key) {
            let known = *known;
            self.widen(known, width);
            return;
        }
        self.known.insert(key, self.cells.len());
        self.went.push((self.cells.len(), width));
        let mut cell = Cell { weight: width / self.year, strips: Vec::with_capacity(first.len()), steps: Vec::new() };
        let mut before = [0.0, 0.0];
        for (a, b) in first.iter().zip(last) {
            let strip = Strip {
                from: stretched(a.from, b.from),
                to: stretched(a.to, b.to),
                spend: stretched(a.spend, b.spend),
                slope: a.slope,
                open: a.open,
                protected: a.protected,
            };
            let apart = |i: usize| (strip.spend[i] - before[i]).abs() > 1e-9 * strip.spend[i].abs().max(1e-3);
            if apart(0) || apart(1) {
                cell.steps.push(Step { at: strip.from, low: before, high: strip.spend });
            }
            before = strip.end();
            if a.from < self.reach || self.reach_goes_on() {
                cell.strips.push(strip);
            }
        }
        self.cells.push(cell);
    }

    fn widen(&mut self, cell: usize, width: f64) {
        if let Some(known) = self.cells.get_mut(cell) {
            known.weight += width / self.year;
            self.went.push((cell, width));
        }
    }

    /// Whether lengths beyond the reach occur: only then does the last kink lie before it.
    fn reach_goes_on(&self) -> bool {
        self.kinks.last().is_none_or(|last| *last < self.reach)
    }
}
