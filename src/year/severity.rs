//! The law of one outage's spend: the start anywhere in the year, the length by its law.
//!
//! Between the starts at which something in the outage meets a change of the floor, the stretches of
//! [`Course::profile`] shift evenly with the start. Over such a *cell* of starts the expected limited spend
//! E\[min(X, x)\] = ∫ S(d)·X′(d)·1{X(d) < x} dd is a sum of differences of the integrals of the length's survival S, so
//! it is had exactly, for every x, whatever the calendar.

use std::collections::HashMap;

use super::YearError;
use super::lengths::Lengths;
use crate::outage::profile::{Course, Stretch};

/// Starts closer than this cost what the one in their middle costs [s]. What is neglected goes with the square of
/// their distance, and such cells are a part in a hundred of the year at most.
const NARROW: f64 = 90.0;

/// Amounts this close, relative to them, are one amount.
const SAME: f64 = 1e-10;

/// A stretch over a cell of starts: each pair is at the cell's begin and end.
#[derive(Debug, Clone, Copy)]
struct Strip {
    from: [f64; 2],
    to: [f64; 2],
    spend: [f64; 2],
    slope: f64,
    open: f64,
    protected: f64,
}

/// Where the spend steps: at these lengths from these amounts to those.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: [f64; 2],
    low: [f64; 2],
    high: [f64; 2],
}

/// Starts over which the stretches shift evenly.
#[derive(Debug, Clone)]
struct Cell {
    /// Share of the year's starts.
    weight: f64,
    strips: Vec<Strip>,
    steps: Vec<Step>,
}

/// The law of one outage's spend.
pub struct Severity {
    lengths: Lengths,
    cells: Vec<Cell>,
    /// Probability that the outage costs nothing [1].
    pub nothing: f64,
    /// Amounts with a probability of their own, nothing left out; in order.
    pub atoms: Vec<(f64, f64)>,
    /// Mean.
    pub mean: f64,
    /// Mean square; nothing where it is infinite.
    pub square: Option<f64>,
    /// Most that an outage can cost; infinite where there is no end.
    pub most: f64,
    /// Mean time in which the floor is open [s].
    pub open: f64,
    /// Of that the time protected, by the share of the attempts carried [s].
    pub protected: f64,
}

fn line(pair: [f64; 2], t: f64) -> f64 {
    if pair[0] == pair[1] { pair[0] } else { pair[0] + (pair[1] - pair[0]) * t }
}

/// Where a line crosses a value, inside (0, 1).
fn crossing(pair: [f64; 2], value: f64) -> Option<f64> {
    let t = (value - pair[0]) / (pair[1] - pair[0]);
    (t > 0.0 && t < 1.0).then_some(t)
}

impl Strip {
    fn same_for_all(&self) -> bool {
        let same = |pair: [f64; 2]| pair[0] == pair[1];
        self.slope > 0.0 && same(self.from) && same(self.to) && same(self.spend)
    }

    fn end(&self) -> [f64; 2] {
        let end = |i: usize| match self.slope {
            0.0 => self.spend[i],
            slope => self.spend[i] + slope * (self.to[i] - self.from[i]),
        };
        [end(0), end(1)]
    }
}

/// Cuts [0, 1] at crossings, in order.
fn cut(crossings: [Option<f64>; 2]) -> ([f64; 4], usize) {
    let mut cuts = [0.0, 1.0, 1.0, 1.0];
    let mut count = 1;
    let [a, b] = crossings;
    let (first, second) = match (a, b) {
        (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
        (a, b) => (a.or(b), None),
    };
    for t in [first, second].into_iter().flatten() {
        cuts[count] = t;
        count += 1;
    }
    cuts[count] = 1.0;
    (cuts, count)
}

/// Nodes and weights of Gauss and Legendre's rule on [0, 1] (Abramowitz and Stegun 25.4.30, n = 6).
const GAUSS: [(f64, f64); 6] = [
    (0.033_765_242_898_423_975, 0.085_662_246_189_585_18),
    (0.169_395_306_766_867_76, 0.180_380_786_524_069_3),
    (0.380_690_406_958_401_5, 0.233_956_967_286_345_52),
    (0.619_309_593_041_598_5, 0.233_956_967_286_345_52),
    (0.830_604_693_233_132_3, 0.180_380_786_524_069_3),
    (0.966_234_757_101_576, 0.085_662_246_189_585_18),
];

fn gauss(from: f64, to: f64, f: &impl Fn(f64) -> f64) -> f64 {
    GAUSS.iter().map(|(node, weight)| weight * f(from + (to - from) * node)).sum::<f64>() * (to - from)
}

/// ∫ over [0, 1], halved until two halves agree well enough with the whole.
fn integrate(f: &impl Fn(f64) -> f64, enough: f64) -> f64 {
    fn part(f: &impl Fn(f64) -> f64, from: f64, to: f64, whole: f64, enough: f64, depth: u32) -> f64 {
        let middle = (from + to) / 2.0;
        let (left, right) = (gauss(from, middle, f), gauss(middle, to, f));
        if depth == 0 || (left + right - whole).abs() <= enough {
            return left + right;
        }
        part(f, from, middle, left, enough, depth - 1) + part(f, middle, to, right, enough, depth - 1)
    }
    part(f, 0.0, 1.0, gauss(0.0, 1.0, f), enough, 10)
}

impl Severity {
    /// The law of the spend of outages with these lengths on a course, whose starts lie in the first `year` seconds of
    /// the calendar.
    ///
    /// # Errors
    /// As [`Course::profile`].
    pub fn new(course: &Course<'_, '_>, lengths: Lengths, year: f64) -> Result<Self, YearError> {
        let cells = cells(course, &lengths, year)?;
        let mut severity = Self {
            lengths,
            cells,
            nothing: 0.0,
            atoms: Vec::new(),
            mean: 0.0,
            square: None,
            most: 0.0,
            open: 0.0,
            protected: 0.0,
        };
        severity.measure();
        Ok(severity)
    }

    fn measure(&mut self) {
        let lengths = &self.lengths;
        let (mut mean, mut some, mut open, mut protected) = (0.0, 0.0, 0.0, 0.0);
        let mut most = 0.0_f64;
        let mut atoms = Vec::new();
        let mut endless = false;
        for cell in &self.cells {
            let mut costs = None;
            for strip in &cell.strips {
                let time = lengths.mean_limited(strip.to) - lengths.mean_limited(strip.from);
                open += cell.weight * strip.open * time;
                protected += cell.weight * strip.protected * time;
                mean += cell.weight * strip.slope * time;
                let end = strip.end();
                most = most.max(strip.spend[0]).max(strip.spend[1]).max(end[0]).max(end[1]);
                endless |= strip.to[0].is_infinite() && strip.slope > 0.0;
                if strip.slope != 0.0 && costs.is_none() {
                    costs = Some(strip.from);
                }
                atoms.extend(strip_atoms(lengths, strip).map(|(at, mass)| (at, cell.weight * mass)));
            }
            for step in &cell.steps {
                mean += cell.weight * gauss(0.0, 1.0, &|t| lengths.survival(line(step.at, t)) * line(step.size(), t));
                if costs.is_none_or(|known| step.at[0] < known[0]) {
                    costs = Some(step.at);
                }
            }
            some += cell.weight * costs.map_or(0.0, |at| lengths.mean_survival(at));
        }
        self.mean = mean;
        self.open = open;
        self.protected = protected;
        self.most = most;
        self.nothing = (1.0 - some).clamp(0.0, 1.0);
        let infinite = endless && self.lengths.second_moment().is_none();
        self.square = if infinite { None } else { Some(self.mean_square()) };
        atoms.retain(|(at, mass)| *at > 0.0 && *mass > 0.0);
        atoms.sort_by(|a: &(f64, f64), b| a.0.total_cmp(&b.0));
        for (at, mass) in atoms {
            match self.atoms.last_mut() {
                Some(last) if at - last.0 <= SAME * at => last.1 += mass,
                _ => self.atoms.push((at, mass)),
            }
        }
    }

    /// E\[X²\] = ∫ S(d)·2·X(d)·X′(d) dd, and the steps.
    fn mean_square(&self) -> f64 {
        let lengths = &self.lengths;
        let at = |cell: &Cell, t: f64| {
            let strips = cell.strips.iter().filter(|strip| strip.slope != 0.0).map(|strip| {
                let (from, to, spend) = (line(strip.from, t), line(strip.to, t), line(strip.spend, t));
                let (limited, moment) = (lengths.limited(to) - lengths.limited(from), lengths.moment(from, to));
                2.0 * strip.slope * ((spend - strip.slope * from) * limited + strip.slope * moment)
            });
            let steps = cell.steps.iter().map(|step| {
                let (low, high) = (line(step.low, t), line(step.high, t));
                lengths.survival(line(step.at, t)) * (high * high - low * low)
            });
            strips.sum::<f64>() + steps.sum::<f64>()
        };
        let about: f64 = self.cells.iter().map(|cell| cell.weight * gauss(0.0, 1.0, &|t| at(cell, t))).sum();
        self.cells.iter().map(|cell| cell.weight * integrate(&|t| at(cell, t), 1e-9 * about)).sum()
    }

    /// E\[min(X, k·h)\] for k = 0 … n.
    #[must_use]
    pub fn limited(&self, h: f64, n: usize) -> Vec<f64> {
        let mut sums = vec![0.0; n + 1];
        // What lies below a point altogether is added to all points behind it at once.
        let mut below = vec![0.0; n + 2];
        for cell in &self.cells {
            for strip in cell.strips.iter().filter(|strip| strip.slope != 0.0) {
                let end = strip.end();
                let (least, most) = extent(strip.spend, end);
                let (first, last) = points(least, most, h, n);
                if strip.same_for_all() {
                    // One line for all starts: its begin is taken off once.
                    let begin = self.lengths.limited(strip.from[0]);
                    let (weight, per_slope) = (cell.weight * strip.slope, 1.0 / strip.slope);
                    for (k, sum) in sums.iter_mut().enumerate().take(last).skip(first) {
                        let length = strip.from[0] + (k as f64 * h - strip.spend[0]) * per_slope;
                        *sum += weight * (self.lengths.limited(length) - begin);
                    }
                    below[last] += weight * (self.lengths.limited(strip.to[0]) - begin);
                    continue;
                }
                for (k, sum) in sums.iter_mut().enumerate().take(last).skip(first) {
                    *sum += cell.weight * self.strip_below(strip, end, k as f64 * h);
                }
                let time = self.lengths.mean_limited(strip.to) - self.lengths.mean_limited(strip.from);
                below[last] += cell.weight * strip.slope * time;
            }
            for step in &cell.steps {
                let (least, most) = extent(step.low, step.high);
                let (first, last) = points(least, most, h, n);
                for (k, sum) in sums.iter_mut().enumerate().take(last).skip(first) {
                    *sum += cell.weight * self.step_below(step, k as f64 * h);
                }
                below[last] += cell.weight * self.step_below(step, f64::INFINITY);
            }
        }
        let mut running = 0.0;
        for (sum, below) in sums.iter_mut().zip(below) {
            running += below;
            *sum += running;
        }
        sums
    }

    /// E\[min(X, x)\].
    #[must_use]
    pub fn limited_at(&self, x: f64) -> f64 {
        let of = |cell: &Cell| {
            let strips = cell.strips.iter().filter(|strip| strip.slope != 0.0);
            strips.map(|strip| self.strip_below(strip, strip.end(), x)).sum::<f64>()
                + cell.steps.iter().map(|step| self.step_below(step, x)).sum::<f64>()
        };
        self.cells.iter().map(|cell| cell.weight * of(cell)).sum()
    }

    /// The part of E\[min(X, x)\] that a strip adds: slope · ∫ S over the lengths in it that cost less than x.
    fn strip_below(&self, strip: &Strip, end: [f64; 2], x: f64) -> f64 {
        let lengths = &self.lengths;
        let (cuts, count) = cut([crossing(strip.spend, x), crossing(end, x)]);
        let mut sum = 0.0;
        for (&a, &b) in cuts.iter().zip(&cuts[1..]).take(count) {
            if b <= a {
                continue;
            }
            let middle = (a + b) / 2.0;
            let (low, high) = (line(strip.spend, middle), line(end, middle));
            let path = |pair: [f64; 2]| [line(pair, a), line(pair, b)];
            let at = |t: f64| {
                let d = line(strip.from, t) + (x - line(strip.spend, t)) / strip.slope;
                d.clamp(line(strip.from, t), line(strip.to, t))
            };
            let (from, to) = if strip.slope > 0.0 {
                match () {
                    () if x >= high => (path(strip.from), path(strip.to)),
                    () if x <= low => continue,
                    () => (path(strip.from), [at(a), at(b)]),
                }
            } else {
                match () {
                    () if x >= low => (path(strip.from), path(strip.to)),
                    () if x <= high => continue,
                    () => ([at(a), at(b)], path(strip.to)),
                }
            };
            sum += (b - a) * strip.slope * (lengths.mean_limited(to) - lengths.mean_limited(from));
        }
        sum
    }

    fn step_below(&self, step: &Step, x: f64) -> f64 {
        let (cuts, count) = cut([crossing(step.low, x), crossing(step.high, x)]);
        let size = |t: f64| {
            let below = line(step.high, t).min(x) - line(step.low, t).min(x);
            self.lengths.survival(line(step.at, t)) * below
        };
        cuts.iter().zip(&cuts[1..]).take(count).filter(|(a, b)| b > a).map(|(a, b)| gauss(*a, *b, &size)).sum()
    }

    /// What an outage of a length costs, on average over the starts.
    #[must_use]
    pub fn of_length(&self, length: f64) -> f64 {
        let at = |cell: &Cell, t: f64| {
            let mut strips = cell.strips.iter().filter(|strip| line(strip.from, t) < length);
            strips.next_back().map_or(0.0, |strip| {
                let over = length.min(line(strip.to, t)) - line(strip.from, t);
                line(strip.spend, t) + if strip.slope == 0.0 { 0.0 } else { strip.slope * over }
            })
        };
        self.cells.iter().map(|cell| cell.weight * gauss(0.0, 1.0, &|t| at(cell, t))).sum()
    }

    /// The lengths.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// P(X > x).
    #[must_use]
    pub fn exceeds(&self, x: f64) -> f64 {
        let lengths = &self.lengths;
        let mut sum = 0.0;
        for cell in &self.cells {
            // Spend is above x where it came from below and has not come back.
            for strip in cell.strips.iter().filter(|strip| strip.slope != 0.0) {
                let end = strip.end();
                let (cuts, count) = cut([crossing(strip.spend, x), crossing(end, x)]);
                for (&a, &b) in cuts.iter().zip(&cuts[1..]).take(count) {
                    let middle = (a + b) / 2.0;
                    let (low, high) = (line(strip.spend, middle), line(end, middle));
                    if (low <= x) == (high <= x) || b <= a {
                        continue;
                    }
                    let at = |t: f64| line(strip.from, t) + (x - line(strip.spend, t)) / strip.slope;
                    sum += cell.weight * (b - a) * strip.slope.signum() * lengths.mean_survival([at(a), at(b)]);
                }
            }
            for step in &cell.steps {
                let (cuts, count) = cut([crossing(step.low, x), crossing(step.high, x)]);
                for (&a, &b) in cuts.iter().zip(&cuts[1..]).take(count) {
                    let middle = (a + b) / 2.0;
                    let (low, high) = (line(step.low, middle), line(step.high, middle));
                    if (low <= x) == (high <= x) || b <= a {
                        continue;
                    }
                    let at = [line(step.at, a), line(step.at, b)];
                    sum += cell.weight * (b - a) * (high - low).signum() * lengths.mean_survival(at);
                }
            }
        }
        sum.clamp(0.0, 1.0)
    }
}

impl Step {
    fn size(&self) -> [f64; 2] {
        [self.high[0] - self.low[0], self.high[1] - self.low[1]]
    }
}

/// The amounts of a strip that have a probability of their own.
fn strip_atoms<'a>(lengths: &'a Lengths, strip: &'a Strip) -> impl Iterator<Item = (f64, f64)> + 'a {
    let end = strip.end();
    let flat = |pair: [f64; 2]| (pair[0] - pair[1]).abs() <= SAME * pair[0].abs();
    let level = (strip.slope == 0.0 && flat(strip.spend)).then(|| {
        let ends = lengths.last().is_some_and(|last| strip.to[0] >= last);
        let beyond = if ends { 0.0 } else { lengths.mean_survival(strip.to) };
        (strip.spend[0], lengths.mean_survival(strip.from) - beyond)
    });
    let at_end = (strip.slope != 0.0 && flat(end) && end[0].is_finite())
        .then(|| (end[0], lengths.exactly(strip.to)))
        .filter(|(_, mass)| *mass > 0.0);
    level.into_iter().chain(at_end)
}

/// Least and most of the amounts of two lines over a cell.
fn extent(a: [f64; 2], b: [f64; 2]) -> (f64, f64) {
    (a[0].min(a[1]).min(b[0]).min(b[1]), a[0].max(a[1]).max(b[0]).max(b[1]))
}

/// The points k·h strictly above the least amount and below the most: from the first to before the last.
fn points(least: f64, most: f64, h: f64, n: usize) -> (usize, usize) {
    let end = n as f64 + 1.0;
    let first = ((least / h).floor() + 1.0).clamp(0.0, end) as usize;
    let last = (most / h).ceil().clamp(0.0, end) as usize;
    (first.min(last), last)
}

/// All cells of the year. Equal ones, week after week, are one cell.
fn cells(course: &Course<'_, '_>, lengths: &Lengths, year: f64) -> Result<Vec<Cell>, YearError> {
    let reach = lengths.reach();
    let kinks = lengths.kinks();
    let (notices, back) = course.offsets();
    let mut offsets: Vec<f64> = Vec::new();
    for at in notices.iter().copied().chain(kinks.iter().copied()).chain([0.0, reach]) {
        offsets.extend(back.iter().map(|back| at + back));
    }
    offsets.sort_by(f64::total_cmp);
    offsets.dedup();
    let mut cuts = vec![0.0, year];
    for change in course.changes() {
        cuts.extend(offsets.iter().map(|offset| change - offset).filter(|cut| *cut > 0.0 && *cut < year));
    }
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|b, a| *b - *a < 1e-3);
    let mut found = Found { course, reach, kinks: &kinks, year, known: HashMap::new(), cells: Vec::new() };
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        found.cell(*from, *to, 40)?;
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
}

impl Found<'_, '_, '_> {
    fn cell(&mut self, from: f64, to: f64, depth: u32) -> Result<(), YearError> {
        // A little inside, where nothing coincides; caps are followed to the millisecond.
        let inset = if self.course.capped() { 0.02 } else { 1e-3 };
        let (a, b) = (from + (to - from) * inset, to - (to - from) * inset);
        if to - from <= NARROW || depth == 0 {
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
        let weight = width / self.year;
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
            if let Some(cell) = self.cells.get_mut(*known) {
                cell.weight += weight;
            }
            return;
        }
        self.known.insert(key, self.cells.len());
        let mut cell = Cell { weight, strips: Vec::with_capacity(first.len()), steps: Vec::new() };
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

    /// Whether lengths beyond the reach occur: only then does the last kink lie before it.
    fn reach_goes_on(&self) -> bool {
        self.kinks.last().is_none_or(|last| *last < self.reach)
    }
}
