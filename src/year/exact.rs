//! The figures of the sum over all causes, on grids that are doubled until the figures stand still.

use realfft::num_complex::Complex;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::YearError;
use super::atoms::{Striking, SumAtoms, of_sums};
use super::compound::{Spectrum, Transform, compound, on_points};
use super::counts::Count;
use super::figures::Law;
use super::severity::Severity;

/// One cause: how often, and what one of its outages costs.
#[derive(Clone, Copy)]
pub struct Part<'s> {
    /// How often.
    pub count: Count,
    /// What one costs.
    pub severity: &'s Severity,
}

/// What is asked of the law.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Shares of years, for quantiles.
    pub quantiles: Vec<f64>,
    /// Amounts, for the chance to pass them.
    pub amounts: Vec<f64>,
}

/// A quantile, with the tail behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Share of years.
    pub p: f64,
    /// The amount that they do not pass.
    pub amount: f64,
    /// What the others cost on average.
    pub tail_mean: f64,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; nothing where the variance is infinite.
    pub sd: Option<f64>,
    /// P(nothing is spent).
    pub nothing: f64,
    /// As asked, in order.
    pub quantiles: Vec<Quantile>,
    /// P(more than the amount), as asked, in order.
    pub exceeds: Vec<f64>,
    /// Largest last change of the quantiles and tail means, relative.
    pub bound: f64,
    /// Points of the largest grid.
    pub points: usize,
    /// Amounts and the probability to pass them, from the first that costs anything to the last quantile asked for.
    pub curve: Vec<(f64, f64)>,
    /// Mass beyond the widest grid.
    pub beyond: f64,
    /// Mean of the widest grid against the closed form, relative.
    pub mean_error: f64,
}

/// A change this small, relative, is none: errors shrink by four, and what is left of them is extrapolated.
const STILL: f64 = 1.2e-5;
/// The same of probabilities.
const STILL_PROBABILITY: f64 = 3e-7;
/// What is promised.
const PROMISED: f64 = 1e-5;
/// Points of the first grid and of the last.
const FIRST: usize = 1 << 12;
const LAST: usize = 1 << 20;
/// Points of the grid that finds out how far the law reaches.
const SCOUT: usize = 1 << 11;
/// Points of the curve.
const CURVE: u32 = 40;
/// Widest ratio of figures read off one grid.
const RATIO: f64 = 16.0;

/// Mean and variance of the sum in closed form; no variance where it is infinite.
#[must_use]
pub fn moments(parts: &[Part<'_>]) -> (f64, Option<f64>) {
    let mean = parts.iter().map(|part| part.count.mean * part.severity.mean).sum();
    let variance = parts.iter().filter(|part| part.count.mean > 0.0).try_fold(0.0, |sum, part| {
        let (n, m) = (part.count, part.severity.mean);
        let square = part.severity.square?;
        Some(sum + n.mean * square + (n.variance() - n.mean) * m * m)
    });
    (mean, variance)
}

/// A law on one grid, with what it was made of.
pub struct Grid {
    /// Distance of the points.
    pub h: f64,
    /// The transforms of its length.
    pub transform: Transform,
    /// The spend of one outage, by part.
    pub spends: Vec<Vec<f64>>,
    /// Transformed.
    pub spectra: Vec<Spectrum>,
    /// The law of the sum.
    pub law: Law,
}

/// The atoms of the sum, up to an amount.
fn atoms(parts: &[Part<'_>], most: f64) -> SumAtoms {
    let causes: Vec<Striking<'_>> =
        parts.iter().map(|part| (part.count, part.severity.nothing, part.severity.atoms.as_slice())).collect();
    of_sums(&causes, most)
}

/// What the atoms of the sum have on the grid.
///
/// There an atom lies beside its place, and a sum of atoms further beside it; taken off the whole law there, they
/// leave what is smooth.
fn on_grid(
    parts: &[Part<'_>],
    transform: &Transform,
    h: f64,
    n: usize,
    atoms: &SumAtoms,
) -> Result<Vec<f64>, YearError> {
    if atoms.all.len() < 2 {
        let mut law = vec![0.0; n];
        if let (Some(first), Some(nothing)) = (law.first_mut(), atoms.all.first()) {
            *first = nothing.1;
        }
        return Ok(law);
    }
    let mut product = vec![Complex::new(1.0, 0.0); n / 2 + 1];
    for (part, counts) in parts.iter().zip(&atoms.counts) {
        let costing = 1.0 - part.severity.nothing;
        if counts.len() < 2 || costing <= 0.0 {
            let none = counts.first().copied().unwrap_or(1.0);
            product.iter_mut().for_each(|value| *value *= none);
            continue;
        }
        let mut spend = vec![0.0; n];
        part.severity.atoms.iter().for_each(|(at, mass)| put(&mut spend, at / h, mass / costing));
        for (value, z) in product.iter_mut().zip(transform.of(&spend)?) {
            // Horner's rule over the numbers of outages.
            *value *= counts.iter().rev().fold(Complex::new(0.0, 0.0), |sum, p| sum * z + p);
        }
    }
    transform.law(product)
}

/// Puts mass on the points beside a place, by nearness.
fn put(law: &mut [f64], place: f64, mass: f64) {
    let share = place.fract();
    for (k, mass) in [(place as usize, mass * (1.0 - share)), (place as usize + 1, mass * share)] {
        if let Some(point) = law.get_mut(k) {
            *point += mass;
        }
    }
}

/// Expected limited spends, by part and point.
type Limited = Rc<Vec<Vec<f64>>>;
/// How often the parts strike, up to which amount, and the atoms.
type Stricken = (Vec<Count>, f64, Rc<SumAtoms>);

/// Expected limited spends on grids whose distances are a power of two of each other: points that a grid shares with
/// earlier ones are not reckoned again. And the atoms of the sum.
#[derive(Default)]
pub struct Known {
    /// Distance of the points, and the values by part.
    grids: RefCell<Vec<(f64, Limited)>>,
    /// For as many counts as were asked.
    atoms: RefCell<Vec<Stricken>>,
}

/// Amounts times strips that are reckoned at a time: enough to keep a processor busy, and the same on any number of them.
const AT_A_TIME: usize = 1 << 18;

/// The power of two at or above a number.
fn power(range: f64) -> f64 {
    libm::exp2(libm::ceil(libm::log2(range)))
}

impl Known {
    /// The atoms of the sum, up to an amount.
    fn atoms(&self, parts: &[Part<'_>], most: f64) -> Rc<SumAtoms> {
        let counts: Vec<Count> = parts.iter().map(|part| part.count).collect();
        let mut known = self.atoms.borrow_mut();
        if let Some((_, up_to, atoms)) = known.iter().find(|(same, up_to, _)| *same == counts && *up_to >= most) {
            if *up_to == most {
                return Rc::clone(atoms);
            }
            let all = atoms.all.iter().copied().take_while(|atom| atom.0 <= most).collect();
            return Rc::new(SumAtoms { all, counts: atoms.counts.clone() });
        }
        let atoms = Rc::new(atoms(parts, most));
        known.push((counts, most, Rc::clone(&atoms)));
        atoms
    }

    fn limited(&self, parts: &[Part<'_>], h: f64, n: usize) -> Limited {
        let mut values = vec![vec![f64::NAN; n + 1]; parts.len()];
        for (distance, known) in self.grids.borrow().iter().filter(|(_, known)| known.len() == parts.len()) {
            let last = known.first().map_or(0, Vec::len);
            if *distance == h && last == n + 1 {
                return Rc::clone(known);
            }
            // Every so manieth of ours is one of theirs, or the other way round.
            let (ours, theirs) = ((distance / h).max(1.0) as usize, (h / distance).max(1.0) as usize);
            for (value, known) in values.iter_mut().zip(known.iter()) {
                for (value, known) in value.iter_mut().step_by(ours).zip(known.iter().step_by(theirs)) {
                    *value = *known;
                }
            }
        }
        let missing: Vec<usize> = values
            .first()
            .map_or_else(Vec::new, |first| (0..=n).filter(|k| first.get(*k).is_some_and(|v| v.is_nan())).collect());
        let amounts: Vec<f64> = missing.iter().map(|k| *k as f64 * h).collect();
        for (values, reckoned) in values.iter_mut().zip(reckoned(parts, &amounts)) {
            for (k, new) in missing.iter().zip(reckoned) {
                if let Some(value) = values.get_mut(*k) {
                    *value = new;
                }
            }
        }
        let values = Rc::new(values);
        self.grids.borrow_mut().push((h, Rc::clone(&values)));
        values
    }
}

/// E\[min(X, x)\] of every part at amounts in order, on as many processors as there are.
fn reckoned(parts: &[Part<'_>], amounts: &[f64]) -> Vec<Vec<f64>> {
    let pieces: Vec<(usize, &[f64])> = parts
        .iter()
        .enumerate()
        .flat_map(|(index, part)| {
            let strips = part.severity.strips();
            // What a strip is made ready with should not be done for a few amounts only.
            let at_a_time = if strips > AT_A_TIME / 16 { amounts.len().max(1) } else { AT_A_TIME / strips.max(1) };
            amounts.chunks(at_a_time).map(move |amounts| (index, amounts))
        })
        .collect();
    let reckon = |(index, amounts): &(usize, &[f64])| {
        parts.get(*index).map_or_else(Vec::new, |part| part.severity.limited_over(amounts))
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(pieces.len());
    let mut done: Vec<Option<Vec<f64>>> = vec![None; pieces.len()];
    if processors > 1 {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let work = || {
                let mut own = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(piece) = pieces.get(number) else { return own };
                    own.push((number, reckon(piece)));
                }
            };
            let running: Vec<_> = (1..processors).map(|_| scope.spawn(work)).collect();
            let mine = work();
            // What a thread that could not be waited for has left is reckoned below.
            let theirs = running.into_iter().filter_map(|thread| thread.join().ok()).flatten();
            for (number, values) in theirs.chain(mine) {
                if let Some(slot) = done.get_mut(number) {
                    *slot = Some(values);
                }
            }
        });
    }
    let mut all: Vec<Vec<f64>> = vec![Vec::with_capacity(amounts.len()); parts.len()];
    for (piece, values) in pieces.iter().zip(done) {
        if let Some(part) = all.get_mut(piece.0) {
            part.extend(values.unwrap_or_else(|| reckon(piece)));
        }
    }
    all
}

/// Every so manieth value, n and one more in all; the last goes on for ever.
fn every(values: &[f64], step: usize, n: usize) -> Vec<f64> {
    let last = values.last().copied().unwrap_or(0.0);
    (0..=n).map(|k| values.get(k * step).copied().unwrap_or(last)).collect()
}

/// Puts parts on n points up to `range`.
///
/// # Errors
/// Where the transform fails.
pub fn grid(parts: &[Part<'_>], range: f64, n: usize, known: &Known) -> Result<Grid, YearError> {
    let h = range / n as f64;
    let limited = known.limited(parts, h, n);
    from_limited(parts, &limited, h, &known.atoms(parts, range))
}

fn from_limited(parts: &[Part<'_>], limited: &[Vec<f64>], h: f64, atoms: &SumAtoms) -> Result<Grid, YearError> {
    let n = limited.first().map_or(2, |limited| limited.len() - 1);
    let transform = Transform::new(n);
    let spends: Vec<Vec<f64>> = limited.iter().map(|limited| on_points(limited, h)).collect();
    let spectra = spends.iter().map(|spend| transform.of(spend)).collect::<Result<Vec<_>, _>>()?;
    let sum = compound(parts.iter().map(|part| part.count).zip(&spectra), n / 2 + 1);
    let on_grid = on_grid(parts, &transform, h, n, atoms)?;
    let law = Law::new(&transform.law(sum)?, &on_grid, h, atoms.all.clone());
    Ok(Grid { h, transform, spends, spectra, law })
}

/// What one grid tells.
#[derive(Clone, Default)]
struct Told {
    quantiles: BTreeMap<usize, Quantile>,
    exceeds: BTreeMap<usize, f64>,
}

impl Told {
    /// Richardson's step: errors of a grid go with the square of the distance of its points.
    fn extrapolated(mut self, before: &Self) -> Self {
        let step = |new: f64, old: f64| (new + (new - old) / 3.0).max(0.0);
        for (index, now) in &mut self.quantiles {
            if let Some(old) = before.quantiles.get(index) {
                now.amount = step(now.amount, old.amount);
                now.tail_mean = step(now.tail_mean, old.tail_mean).max(now.amount);
            }
        }
        for (index, now) in &mut self.exceeds {
            if let Some(old) = before.exceeds.get(index) {
                *now = step(*now, *old).min(1.0);
            }
        }
        self
    }
}

fn tell(law: &Law, mean: f64, asked: &Asked, group: &Group) -> Told {
    let quantile = |index: &usize| {
        let p = *asked.quantiles.get(*index)?;
        let amount = law.quantile(p)?;
        // The mean of the worst 1 − p of the years: E[(S − q)⁺] spread over them, and q.
        let over = (mean - law.limited(amount)).max(0.0);
        Some((*index, Quantile { p, amount, tail_mean: amount + over / (1.0 - p) }))
    };
    let exceeds = |index: &usize| Some((*index, law.exceeds(*asked.amounts.get(*index)?)));
    Told {
        quantiles: group.quantiles.iter().filter_map(quantile).collect(),
        exceeds: group.amounts.iter().filter_map(exceeds).collect(),
    }
}

/// Figures read off one grid.
struct Group {
    range: f64,
    quantiles: Vec<usize>,
    amounts: Vec<usize>,
}

/// Reads the figures asked of the sum of independent parts.
///
/// # Errors
/// Where a figure does not come to rest within the promised digits.
pub fn read(parts: &[Part<'_>], asked: &Asked, known: &Known) -> Result<Read, YearError> {
    let parts: Vec<Part<'_>> =
        parts.iter().copied().filter(|part| part.count.mean > 0.0 && part.severity.mean > 0.0).collect();
    let (mean, variance) = moments(&parts);
    let nothing = parts.iter().map(|part| part.count.thinned(1.0 - part.severity.nothing).none()).product();
    let mut read = Read { mean, sd: variance.map(|v| v.max(0.0).sqrt()), nothing, ..Read::default() };
    if parts.is_empty() {
        read.quantiles = asked.quantiles.iter().map(|p| Quantile { p: *p, amount: 0.0, tail_mean: 0.0 }).collect();
        read.exceeds = vec![0.0; asked.amounts.len()];
        return Ok(read);
    }
    let mut quantiles = vec![None; asked.quantiles.len()];
    let mut exceeds = vec![None; asked.amounts.len()];
    for group in &groups(&parts, mean, read.sd, asked, known)? {
        let told = settle(&parts, mean, asked, group, &mut read, known)?;
        for (index, quantile) in told.quantiles {
            if let Some(slot) = quantiles.get_mut(index) {
                *slot = Some(quantile);
            }
        }
        for (index, probability) in told.exceeds {
            if let Some(slot) = exceeds.get_mut(index) {
                *slot = Some(probability);
            }
        }
    }
    let missing =
        |p: f64| YearError::NotExact { figure: format!("P{}", p * 100.0), bound: f64::INFINITY, points: LAST };
    read.quantiles = quantiles
        .iter()
        .zip(&asked.quantiles)
        .map(|(quantile, p)| quantile.ok_or_else(|| missing(*p)))
        .collect::<Result<_, _>>()?;
    read.exceeds = exceeds.iter().map(|exceeds| exceeds.unwrap_or(0.0)).collect();
    Ok(read)
}

/// Doubles a grid until its figures stand still.
fn settle(
    parts: &[Part<'_>],
    mean: f64,
    asked: &Asked,
    group: &Group,
    read: &mut Read,
    known: &Known,
) -> Result<Told, YearError> {
    let atoms = known.atoms(parts, group.range);
    // A chance alone asks for few points.
    let mut n = if group.quantiles.is_empty() { FIRST / 4 } else { FIRST };
    let h = group.range / n as f64;
    let mut limited = known.limited(parts, h, n);
    let every_second: Vec<Vec<f64>> = limited.iter().map(|limited| every(limited, 2, n / 2)).collect();
    let mut before = tell(&from_limited(parts, &every_second, h * 2.0, &atoms)?.law, mean, asked, group);
    loop {
        let h = group.range / n as f64;
        let grid = from_limited(parts, &limited, h, &atoms)?;
        let told = tell(&grid.law, mean, asked, group);
        let (bound, figure) = change(&before, &told, mean);
        let moved = told.exceeds.iter().map(|(index, p)| (p - before.exceeds.get(index).unwrap_or(&1.0)).abs());
        let moved = moved.fold(0.0, f64::max);
        let still = bound <= STILL && moved <= STILL_PROBABILITY;
        if still || n >= LAST {
            // A third of the last change is left where the law is smooth, and no more than it elsewhere.
            let (bound, moved) = if still { (bound / 3.0, moved / 3.0) } else { (bound, moved) };
            if bound > PROMISED || moved > PROMISED {
                return Err(YearError::NotExact { figure, bound: bound.max(moved), points: n });
            }
            read.bound = read.bound.max(bound);
            read.points = read.points.max(n);
            if read.curve.is_empty() && !told.quantiles.is_empty() {
                let on_grid: f64 = parts
                    .iter()
                    .zip(limited.iter())
                    .map(|(part, limited)| part.count.mean * (limited.last().unwrap_or(&0.0) - part.severity.mean))
                    .sum();
                read.mean_error = (on_grid / mean).abs();
                read.beyond = grid.law.exceeds(grid.law.end());
                let most = told.quantiles.values().map(|quantile| quantile.amount).fold(0.0, f64::max);
                let points = (0..=CURVE).map(|k| most * f64::from(k) / f64::from(CURVE));
                read.curve = points.map(|x| (x, grid.law.exceeds(x))).collect();
            }
            return Ok(if still { told.extrapolated(&before) } else { told });
        }
        before = told;
        n *= 2;
        let h = group.range / n as f64;
        limited = known.limited(parts, h, n);
    }
}

/// The largest relative change, and whose it is.
fn change(before: &Told, now: &Told, mean: f64) -> (f64, String) {
    let mut largest = (0.0, String::new());
    for (index, quantile) in &now.quantiles {
        let name = |what: &str| format!("{what}{}", quantile.p * 100.0);
        let known = before.quantiles.get(index);
        let pairs = [
            (name("P"), known.map(|k| k.amount), quantile.amount),
            (name("the tail mean beyond P"), known.map(|k| k.tail_mean), quantile.tail_mean),
        ];
        for (name, old, new) in pairs {
            // An amount far below the mean is as good as nothing.
            let change = old.map_or(f64::INFINITY, |old| (old - new).abs() / new.abs().max(1e-3 * mean));
            if change > largest.0 {
                largest = (change, name);
            }
        }
    }
    largest
}

/// Finds out how far the law reaches, and which figures share a grid; the widest first.
fn groups(
    parts: &[Part<'_>],
    mean: f64,
    sd: Option<f64>,
    asked: &Asked,
    known: &Known,
) -> Result<Vec<Group>, YearError> {
    let highest = asked.quantiles.iter().copied().fold(0.5, f64::max);
    let mut range = power(sd.map_or(30.0 * mean, |sd| mean + 6.0 * sd));
    let mut scout = grid(parts, range, SCOUT, known)?;
    for _ in 0..60 {
        match scout.law.quantile(highest) {
            None => range *= 4.0,
            Some(top) if top > 0.0 && top < range / 64.0 => range = power((top * 4.0).max(range / 64.0)),
            Some(_) => break,
        }
        scout = grid(parts, range, SCOUT, known)?;
    }
    let mut open: Vec<(usize, f64)> = (0..asked.quantiles.len()).map(|index| (index, f64::NAN)).collect();
    let mut groups: Vec<Group> = Vec::new();
    loop {
        for (index, amount) in &mut open {
            let p = asked.quantiles.get(*index).copied().unwrap_or(0.5);
            *amount = scout.law.quantile(p).unwrap_or(range);
        }
        let top = open.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
        // Read below three quarters of the range only.
        let range = power((1.6 * top).max(4.0 * scout.h));
        // What is smaller waits for a closer look, unless nothing but nothing is there.
        let (here, later): (Vec<_>, Vec<_>) =
            open.iter().copied().partition(|(_, amount)| *amount * RATIO >= top || *amount == 0.0);
        groups.push(Group { range, quantiles: here.iter().map(|(index, _)| *index).collect(), amounts: Vec::new() });
        if later.is_empty() || groups.len() > 12 {
            if let Some(last) = groups.last_mut() {
                last.quantiles.extend(later.iter().map(|(index, _)| *index));
            }
            break;
        }
        open = later;
        let next = open.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
        scout = grid(parts, power((4.0 * next).max(8.0 * scout.h)), SCOUT, known)?;
    }
    for (index, amount) in asked.amounts.iter().enumerate() {
        let fits = |group: &&mut Group| amount * 1.4 <= group.range;
        match groups.iter_mut().rev().find(fits) {
            Some(group) => group.amounts.push(index),
            // Beyond everything that was asked: a wider grid of its own.
            None if amount.is_finite() => {
                groups.push(Group { range: power(amount * 1.6), quantiles: Vec::new(), amounts: vec![index] });
            }
            None => {}
        }
    }
    groups.sort_by(|a, b| b.range.total_cmp(&a.range));
    Ok(groups)
}

/// Each part's share of what the years beyond an amount cost: E[its spend | the sum passes the amount], over their sum.
///
/// # Errors
/// Where the transform fails.
pub fn tail_shares(parts: &[Part<'_>], amount: f64, known: &Known) -> Result<Vec<f64>, YearError> {
    let means: Vec<f64> = parts.iter().map(|part| part.count.mean * part.severity.mean).collect();
    let mut tails = means.clone();
    if amount > 0.0 && parts.len() > 1 {
        let grid = grid(parts, power(amount * 1.6), FIRST, known)?;
        for (index, (part, tail)) in parts.iter().zip(&mut tails).enumerate() {
            // E[S_j; S = x] has the transform of x·p_j(x), the derivative of the count's generating function, and the
            // other parts.
            let sized: Vec<f64> =
                grid.spends.get(index).into_iter().flatten().enumerate().map(|(k, p)| k as f64 * grid.h * p).collect();
            let mut product = grid.transform.of(&sized)?;
            for (other, (part_of, spectrum)) in parts.iter().zip(&grid.spectra).enumerate() {
                for (product, z) in product.iter_mut().zip(spectrum) {
                    let (value, slope) = part_of.count.generating(*z);
                    *product *= if other == index { slope } else { value };
                }
            }
            let law = grid.transform.law(product)?;
            let place = amount / grid.h;
            let whole = place.floor() as usize;
            let below: f64 = law.iter().take(whole).sum();
            let next = law.get(whole).copied().unwrap_or(0.0);
            *tail = (part.count.mean * part.severity.mean - below - next * (place.fract() + 0.5).min(1.0)).max(0.0);
        }
    }
    let sum: f64 = tails.iter().sum();
    Ok(tails.iter().map(|tail| if sum > 0.0 { tail / sum } else { 0.0 }).collect())
}
