//! The law of one outage's spend: the start anywhere in the year, the length by its law.
//!
//! Between the starts at which something in the outage meets a change of the floor, the stretches of
//! [`Course::profile`] shift evenly with the start. Over such a *cell* of starts the expected limited spend
//! E\[min(X, x)\] = ∫ S(d)·X′(d)·1{X(d) < x} dd is a sum of differences of the integrals of the length's survival S, so
//! it is had exactly, for every x, whatever the calendar. Where the lengths are a list, each of them is a straight line
//! over the cell.

mod cells;
mod ramp;
mod strip;

use super::YearError;
use super::lengths::Lengths;
use crate::outage::profile::Course;
use cells::cells;
use ramp::{Ramps, ramps};
use strip::{Cell, Prepared, Strip, crossing, cut, gauss, integrate, line};

/// Amounts this close, relative to them, are one amount.
const SAME: f64 = 1e-10;

/// The law of one outage's spend.
pub struct Severity {
    lengths: Lengths,
    spends: Spends,
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

enum Spends {
    Cells(Vec<Cell>),
    Ramps(Ramps),
}

impl Severity {
    /// The law of the spend of outages with these lengths on a course, whose starts lie in the first `year` seconds of
    /// the calendar.
    ///
    /// # Errors
    /// As [`Course::profile`].
    pub fn new(course: &Course<'_, '_>, lengths: Lengths, year: f64) -> Result<Self, YearError> {
        let spends = match lengths.masses() {
            Some(masses) => Spends::Ramps(ramps(course, masses, year)?),
            None => Spends::Cells(cells(course, &lengths, year)?),
        };
        let mut severity = Self {
            lengths,
            spends,
            nothing: 0.0,
            atoms: Vec::new(),
            mean: 0.0,
            square: None,
            most: 0.0,
            open: 0.0,
            protected: 0.0,
        };
        let atoms = severity.measure();
        severity.atoms = merged(atoms);
        Ok(severity)
    }

    /// Measures everything, and finds the amounts that have a probability of their own.
    fn measure(&mut self) -> Vec<(f64, f64)> {
        let cells = match &self.spends {
            Spends::Cells(cells) => cells,
            Spends::Ramps(ramps) => {
                let sum = |of: fn(&ramp::Ramp) -> f64| ramps.all.iter().map(|ramp| ramp.weight * of(ramp)).sum::<f64>();
                let flat = |ramp: &&ramp::Ramp| (ramp.spend[0] - ramp.spend[1]).abs() <= SAME * ramp.spend[0].abs();
                self.mean = sum(ramp::Ramp::mean);
                self.square = Some(sum(ramp::Ramp::mean_square));
                self.nothing = (1.0 - sum(|ramp| f64::from(u8::from(ramp.extent().1 > 0.0)))).clamp(0.0, 1.0);
                self.most = ramps.all.iter().map(|ramp| ramp.extent().1).fold(0.0, f64::max);
                (self.open, self.protected) = (ramps.open, ramps.protected);
                return ramps.all.iter().filter(flat).map(|ramp| (ramp.spend[0], ramp.weight)).collect();
            }
        };
        let lengths = &self.lengths;
        let (mut mean, mut some, mut open, mut protected) = (0.0, 0.0, 0.0, 0.0);
        let mut most = 0.0_f64;
        let mut atoms = Vec::new();
        let mut endless = false;
        for cell in cells {
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
        let infinite = endless && lengths.second_moment().is_none();
        self.square = if infinite { None } else { Some(mean_square(lengths, cells)) };
        atoms
    }

    /// E\[min(X, k·h)\] for k = 0 … n.
    #[must_use]
    pub fn limited(&self, h: f64, n: usize) -> Vec<f64> {
        let amounts: Vec<f64> = (0..=n).map(|k| k as f64 * h).collect();
        self.limited_over(&amounts)
    }

    /// E\[min(X, x)\].
    #[must_use]
    pub fn limited_at(&self, x: f64) -> f64 {
        self.limited_over(&[x]).first().copied().unwrap_or(0.0)
    }

    /// E\[min(X, x)\] for amounts in order.
    #[must_use]
    pub fn limited_over(&self, amounts: &[f64]) -> Vec<f64> {
        let mut sums = Sums::new(amounts);
        match &self.spends {
            Spends::Ramps(ramps) => {
                for ramp in &ramps.all {
                    let (weight, extent) = (ramp.weight, ramp.extent());
                    sums.add(extent, weight * ramp.mean(), weight, |x| weight * ramp.limited(x));
                }
            }
            Spends::Cells(cells) => {
                for cell in cells {
                    for strip in cell.strips.iter().filter(|strip| strip.slope != 0.0) {
                        let prepared = Prepared::new(&self.lengths, strip);
                        let total = cell.weight * prepared.total();
                        sums.add(strip.extent(), total, 0.0, |x| cell.weight * prepared.below(x));
                    }
                    for step in &cell.steps {
                        let total = cell.weight * step.below(&self.lengths, f64::INFINITY);
                        sums.add(step.extent(), total, 0.0, |x| cell.weight * step.below(&self.lengths, x));
                    }
                }
            }
        }
        sums.done()
    }

    /// What an outage of a length costs, on average over the starts; where the lengths are a list, one of them.
    #[must_use]
    pub fn of_length(&self, length: f64) -> f64 {
        let cells = match &self.spends {
            Spends::Cells(cells) => cells,
            Spends::Ramps(ramps) => {
                let apart = |known: &&ramp::Known| (known.length - length).abs();
                let nearest = ramps.known.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)));
                return nearest.map_or(0.0, |known| known.mean);
            }
        };
        let at = |cell: &Cell, t: f64| {
            let mut strips = cell.strips.iter().filter(|strip| line(strip.from, t) < length);
            strips.next_back().map_or(0.0, |strip| {
                let over = length.min(line(strip.to, t)) - line(strip.from, t);
                line(strip.spend, t) + if strip.slope == 0.0 { 0.0 } else { strip.slope * over }
            })
        };
        cells.iter().map(|cell| cell.weight * gauss(0.0, 1.0, &|t| at(cell, t))).sum()
    }

    /// How many straight parts the law is made of.
    #[must_use]
    pub fn strips(&self) -> usize {
        match &self.spends {
            Spends::Cells(cells) => cells.iter().map(|cell| cell.strips.len() + cell.steps.len()).sum(),
            Spends::Ramps(ramps) => ramps.all.len(),
        }
    }

    /// The lengths.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// P(X > x).
    #[must_use]
    pub fn exceeds(&self, x: f64) -> f64 {
        // An amount that is this one, but for rounding, does not pass it.
        let x = x * (1.0 + 1e-9);
        let lengths = &self.lengths;
        let mut sum = 0.0;
        let cells = match &self.spends {
            Spends::Cells(cells) => cells,
            Spends::Ramps(ramps) => return ramps.all.iter().map(|ramp| ramp.weight * ramp.exceeds(x)).sum(),
        };
        for cell in cells {
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

/// Sums over amounts, in order, of functions that are known below and above a range.
struct Sums<'x> {
    amounts: &'x [f64],
    sums: Vec<f64>,
    /// What is added to all amounts from here on.
    onwards: Vec<f64>,
    /// What is added, times the amount, to all amounts before this one.
    before: Vec<f64>,
}

impl<'x> Sums<'x> {
    fn new(amounts: &'x [f64]) -> Self {
        let nothing = vec![0.0; amounts.len() + 1];
        Self { amounts, sums: vec![0.0; amounts.len()], onwards: nothing.clone(), before: nothing }
    }

    /// Adds `slope`·x below the range, `total` above it, and a function of x inside.
    fn add(&mut self, (least, most): (f64, f64), total: f64, slope: f64, inside: impl Fn(f64) -> f64) {
        let first = self.amounts.partition_point(|x| *x <= least);
        let last = self.amounts.partition_point(|x| *x < most).max(first);
        for (sum, x) in self.sums.iter_mut().zip(self.amounts).take(last).skip(first) {
            *sum += inside(*x);
        }
        self.onwards[last] += total;
        self.before[first] += slope;
    }

    fn done(self) -> Vec<f64> {
        let mut sums = self.sums;
        let mut running = 0.0;
        for (sum, more) in sums.iter_mut().zip(&self.onwards) {
            running += more;
            *sum += running;
        }
        let mut slope = self.before.last().copied().unwrap_or(0.0);
        for ((sum, more), x) in sums.iter_mut().zip(&self.before).zip(self.amounts).rev() {
            *sum += slope * x;
            slope += more;
        }
        sums
    }
}

/// Amounts and their probabilities, in order, each amount once.
fn merged(mut atoms: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    atoms.retain(|(at, mass)| *at > 0.0 && *mass > 0.0);
    atoms.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut all: Vec<(f64, f64)> = Vec::new();
    for (at, mass) in atoms {
        match all.last_mut() {
            Some(last) if at - last.0 <= SAME * at => last.1 += mass,
            _ => all.push((at, mass)),
        }
    }
    all
}

/// E\[X²\] = ∫ S(d)·2·X(d)·X′(d) dd, and the steps.
fn mean_square(lengths: &Lengths, cells: &[Cell]) -> f64 {
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
    let about: f64 = cells.iter().map(|cell| cell.weight * gauss(0.0, 1.0, &|t| at(cell, t))).sum();
    cells.iter().map(|cell| cell.weight * integrate(&|t| at(cell, t), 1e-9 * about)).sum()
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
