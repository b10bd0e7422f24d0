//! The figures of the sum over all causes, on grids that are doubled until the figures stand still.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::YearError;
use super::atoms::{Atoms, of_sum, plus};
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
const STILL_PROBABILITY: f64 = 1.2e-6;
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
fn atoms(parts: &[Part<'_>], most: f64) -> Atoms {
    parts.iter().fold(vec![(0.0, 1.0)], |sum, part| {
        let own = of_sum(part.count, part.severity.nothing, &part.severity.atoms, most);
        plus(&sum, &own, most)
    })
}

/// More than this of the atoms' mass left out, and they are not told apart from the rest.
const LEFT_OUT: f64 = 1e-7;

/// What the sum has on the grid where every outage costs nothing or an atom, and its atoms where they are.
///
/// On the grid an atom lies beside its place, and a sum of atoms further beside it; taken off the whole law there, they
/// leave what is smooth.
fn split(
    parts: &[Part<'_>],
    transform: &Transform,
    h: f64,
    n: usize,
    atoms: &Atoms,
) -> Result<(Vec<f64>, Atoms), YearError> {
    let zero: f64 = parts.iter().map(|part| part.count.thinned(1.0 - part.severity.nothing).none()).product();
    let only_nothing = || {
        let mut law = vec![0.0; n];
        if let Some(first) = law.first_mut() {
            *first = zero;
        }
        (law, vec![(0.0, zero)])
    };
    if atoms.len() < 2 {
        return Ok(only_nothing());
    }
    let spectra = parts
        .iter()
        .map(|part| {
            let mut spend = vec![0.0; n];
            let own = part.severity.atoms.iter().copied().chain([(0.0, part.severity.nothing)]);
            own.for_each(|(at, mass)| put(&mut spend, at / h, mass));
            transform.of(&spend)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let law = transform.law(compound(parts.iter().map(|part| part.count).zip(&spectra), n / 2 + 1))?;
    let left_out = law.iter().sum::<f64>() - atoms.iter().map(|atom| atom.1).sum::<f64>();
    if left_out > LEFT_OUT { Ok(only_nothing()) } else { Ok((law, atoms.clone())) }
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

/// Expected limited spends on grids whose distances are a power of two of each other: a coarser grid is every second
/// point of a finer one.
#[derive(Default)]
pub struct Known(RefCell<Vec<(f64, Vec<Vec<f64>>)>>);

/// The power of two at or above a number.
fn power(range: f64) -> f64 {
    libm::exp2(libm::ceil(libm::log2(range)))
}

impl Known {
    fn limited(&self, parts: &[Part<'_>], h: f64, n: usize) -> Vec<Vec<f64>> {
        for (finer, known) in self.0.borrow().iter() {
            let step = h / finer;
            let reach = *finer * (known.first().map_or(0, Vec::len) as f64 - 1.0);
            let most = parts.iter().map(|part| part.severity.most).fold(0.0, f64::max);
            let same = known.len() == parts.len();
            if same && step >= 1.0 && step.fract() == 0.0 && reach >= most.min(h * n as f64) {
                return known.iter().map(|limited| every(limited, step as usize, n)).collect();
            }
        }
        // Each cause by itself: the same sums on any number of processors.
        let limited: Vec<Vec<f64>> = std::thread::scope(|scope| {
            let running: Vec<_> = parts.iter().map(|part| scope.spawn(|| part.severity.limited(h, n))).collect();
            let ended = running.into_iter().zip(parts).map(|(thread, part)| {
                // A thread that could not be waited for is replaced by doing its work here.
                thread.join().unwrap_or_else(|_| part.severity.limited(h, n))
            });
            ended.collect()
        });
        self.0.borrow_mut().push((h, limited.clone()));
        limited
    }
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
    from_limited(parts, &limited, h, &atoms(parts, range))
}

fn from_limited(parts: &[Part<'_>], limited: &[Vec<f64>], h: f64, atoms: &Atoms) -> Result<Grid, YearError> {
    let n = limited.first().map_or(2, |limited| limited.len() - 1);
    let transform = Transform::new(n);
    let spends: Vec<Vec<f64>> = limited.iter().map(|limited| on_points(limited, h)).collect();
    let spectra = spends.iter().map(|spend| transform.of(spend)).collect::<Result<Vec<_>, _>>()?;
    let sum = compound(parts.iter().map(|part| part.count).zip(&spectra), n / 2 + 1);
    let (on_grid, apart) = split(parts, &transform, h, n, atoms)?;
    let law = Law::new(&transform.law(sum)?, &on_grid, h, apart);
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
    let atoms = atoms(parts, group.range);
    let mut n = FIRST;
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
                    .zip(&limited)
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
