//! The year under parameters that are drawn: how often a cause strikes, and how its listed lengths weigh.
//!
//! What so many incidents in so many years, or a list of past lengths, leave open is drawn: the frequency from its
//! posterior with the Jeffreys prior (gamma, shape incidents + ½, rate years), the lengths' weights from the Bayesian
//! bootstrap (Dirichlet(1, …, 1); Rubin, Annals of Statistics 9, 1981). Under the parameters of one draw the year has a
//! law of its own. One outage's law is linear in the weights and so is its transform: each listed length is put on a grid
//! and transformed once, and a draw mixes, compounds and inverts.
//!
//! Grids have a fixed number of points, and their ranges go by factors of four: a figure is read where it takes up at
//! least an eighth of the range, which is 256 points. Against the exact law that is a part in a thousand where the law is
//! smooth, and a part in a hundred where a figure is an amount with a probability of its own: far less than draws differ.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use realfft::num_complex::Complex;

use super::YearError;
use super::compound::{Spectrum, Transform, on_points};
use super::counts::Count;
use super::exact::{Asked, Quantile};
use super::figures::Law;
use super::severity::Severity;
use crate::model::cause::Frequency;
use crate::simulate::draw::{Keyed, Purpose};
use crate::words::special::gamma;

/// The seed of the draws: the same on every run. "tr-range" in ASCII.
pub const SEED: u64 = 0x7472_2d72_616e_6765;
/// Points of a grid.
const POINTS: usize = 1 << 11;
/// A figure below this part of a grid's range is read off the next finer one.
const LEAST_PART: f64 = 1.0 / 8.0;
/// The next grid's range, as a power of two.
const STEP: i32 = 2;
/// Ranges that are tried, from the first one on, before the law is given up.
const MOST_RUNGS: i32 = 40;
/// Most groups of a list's lengths. Larger lists are put together by neighbours: their weights then add up, and what the
/// bootstrap does within a group of neighbours is left out.
pub const MOST_GROUPS: usize = 64;

/// One cause.
pub struct Source {
    /// How often it strikes; drawn where it was observed.
    pub frequency: Frequency,
    /// Laws of one outage's spend, each with the number of past lengths behind it; one where the lengths are no list.
    pub spends: Vec<(usize, Severity)>,
}

/// The parameters of one draw, by cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// How often.
    pub counts: Vec<Count>,
    /// What each group of lengths weighs; together 1.
    pub weights: Vec<Vec<f64>>,
}

/// What a draw's year comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Mean spend.
    pub mean: f64,
    /// Standard deviation; nothing where the variance is infinite.
    pub sd: Option<f64>,
    /// P(nothing is spent).
    pub nothing: f64,
    /// Mean number of outages.
    pub outages: f64,
    /// As asked, in order.
    pub quantiles: Vec<Quantile>,
    /// P(more than the amount), as asked, in order.
    pub exceeds: Vec<f64>,
}

/// Lengths in groups: equal ones together, and neighbours where there are too many.
#[must_use]
pub fn groups(lengths: &[f64]) -> Vec<Vec<f64>> {
    let mut sorted = lengths.to_vec();
    sorted.sort_by(f64::total_cmp);
    let equal: Vec<Vec<f64>> = sorted.chunk_by(|a, b| a == b).map(<[f64]>::to_vec).collect();
    if equal.len() <= MOST_GROUPS {
        return equal;
    }
    let each = sorted.len().div_ceil(MOST_GROUPS);
    sorted.chunks(each).map(<[f64]>::to_vec).collect()
}

/// The parameters of one draw.
#[must_use]
pub fn draw(sources: &[Source], number: u64) -> Parameters {
    let mut parameters = Parameters { counts: Vec::new(), weights: Vec::new() };
    for (cause, source) in (0_u32..).zip(sources) {
        let mut draws = Keyed::new(SEED).year(cause, number);
        let mut gamma = |event: u32, shape: f64| {
            let u = draws.uniform(event, Purpose::Other);
            if shape == 1.0 { -libm::log(u) } else { gamma::inverse(shape, u, 1.0 - u) }
        };
        parameters.counts.push(match source.frequency {
            Frequency::Observed { incidents, years } => {
                Count { mean: gamma(0, f64::from(incidents) + 0.5) / years, shape: None }
            }
            known => Count::of(known, 1.0),
        });
        let weights: Vec<f64> = match source.spends.as_slice() {
            [_] => vec![1.0],
            // Gamma draws over their sum are Dirichlet; a group of k lengths has the sum of k weights.
            groups => (1_u32..).zip(groups).map(|(event, (size, _))| gamma(event, *size as f64)).collect(),
        };
        let sum: f64 = weights.iter().sum();
        parameters.weights.push(weights.iter().map(|weight| weight / sum).collect());
    }
    parameters
}

/// A grid with everything on it that does not change from draw to draw.
struct Rung {
    h: f64,
    transform: Transform,
    /// Transformed laws of one outage's spend, by cause and group.
    spectra: Vec<Vec<Spectrum>>,
}

/// Causes whose years can be read under any parameters.
pub struct Family<'s> {
    sources: &'s [Source],
    rungs: RefCell<BTreeMap<i32, Rc<Rung>>>,
}

impl<'s> Family<'s> {
    /// A family of these causes.
    #[must_use]
    pub fn new(sources: &'s [Source]) -> Self {
        Self { sources, rungs: RefCell::default() }
    }

    /// The figures of a part of a year under some parameters.
    ///
    /// # Errors
    /// Where the transform fails, or the law reaches beyond every grid.
    pub fn read(&self, parameters: &Parameters, part: f64, asked: &Asked) -> Result<Figures, YearError> {
        let counts: Vec<Count> = parameters.counts.iter().map(|count| count.thinned(part)).collect();
        let mut figures = self.moments(&counts, &parameters.weights);
        if figures.mean <= 0.0 {
            figures.quantiles =
                asked.quantiles.iter().map(|p| Quantile { p: *p, amount: 0.0, tail_mean: 0.0 }).collect();
            figures.exceeds = vec![0.0; asked.amounts.len()];
            return Ok(figures);
        }
        let mut laws: BTreeMap<i32, Law> = BTreeMap::new();
        let first = rung_of(figures.sd.map_or(8.0 * figures.mean, |sd| figures.mean + 4.0 * sd));
        for p in &asked.quantiles {
            let quantile = self.quantile(*p, first, &counts, parameters, &figures, &mut laws)?;
            figures.quantiles.push(quantile);
        }
        for amount in &asked.amounts {
            let law = self.law(rung_of(*amount), &counts, parameters, figures.nothing, &mut laws)?;
            figures.exceeds.push(if *amount <= 0.0 { 1.0 - figures.nothing } else { law.exceeds(*amount) });
        }
        Ok(figures)
    }

    /// Mean, standard deviation and P(nothing) in closed form.
    fn moments(&self, counts: &[Count], weights: &[Vec<f64>]) -> Figures {
        let mut figures = Figures { nothing: 1.0, ..Figures::default() };
        let mut variance = Some(0.0);
        for ((source, count), weights) in self.sources.iter().zip(counts).zip(weights) {
            let mixed = |of: fn(&Severity) -> f64| -> f64 {
                source.spends.iter().zip(weights).map(|((_, spend), weight)| weight * of(spend)).sum()
            };
            let mean = mixed(|spend| spend.mean);
            let square = mixed(|spend| spend.square.unwrap_or(f64::INFINITY));
            let own = count.mean * square + (count.variance() - count.mean) * mean * mean;
            if count.mean > 0.0 {
                variance = variance.filter(|_| own.is_finite()).map(|sum| sum + own);
            }
            figures.mean += count.mean * mean;
            figures.outages += count.mean;
            figures.nothing *= count.thinned(1.0 - mixed(|spend| spend.nothing)).none();
        }
        figures.sd = variance.map(|variance| variance.max(0.0).sqrt());
        figures
    }

    fn quantile(
        &self,
        p: f64,
        first: i32,
        counts: &[Count],
        parameters: &Parameters,
        figures: &Figures,
        laws: &mut BTreeMap<i32, Law>,
    ) -> Result<Quantile, YearError> {
        let mut rung = first;
        let mut wider = false;
        for _ in 0..MOST_RUNGS {
            let law = self.law(rung, counts, parameters, figures.nothing, laws)?;
            match law.quantile(p) {
                None => {
                    rung += 1;
                    wider = true;
                }
                // Far below the mean is as good as nothing, and needs no closer look.
                Some(amount) if !wider && amount > 1e-3 * figures.mean && amount < LEAST_PART * range(rung) => {
                    rung -= 1;
                }
                Some(amount) => {
                    let over = (figures.mean - law.limited(amount)).max(0.0);
                    return Ok(Quantile { p, amount, tail_mean: amount + over / (1.0 - p) });
                }
            }
        }
        Err(YearError::NotExact { figure: format!("P{}", p * 100.0), bound: f64::INFINITY, points: POINTS })
    }

    /// The law of the sum on one grid.
    fn law<'l>(
        &self,
        rung: i32,
        counts: &[Count],
        parameters: &Parameters,
        nothing: f64,
        laws: &'l mut BTreeMap<i32, Law>,
    ) -> Result<&'l Law, YearError> {
        use std::collections::btree_map::Entry;
        match laws.entry(rung) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let rung = self.rung(rung)?;
                let points = rung.transform.law(compound(&rung.spectra, counts, &parameters.weights))?;
                let mut at_zero = vec![0.0; points.len()];
                if let Some(first) = at_zero.first_mut() {
                    *first = nothing;
                }
                Ok(place.insert(Law::new(&points, &at_zero, rung.h, vec![(0.0, nothing)])))
            }
        }
    }

    fn rung(&self, number: i32) -> Result<Rc<Rung>, YearError> {
        if let Some(known) = self.rungs.borrow().get(&number) {
            return Ok(Rc::clone(known));
        }
        let h = range(number) / POINTS as f64;
        let transform = Transform::new(POINTS);
        let of = |spend: &Severity| transform.of(&on_points(&spend.limited(h, POINTS), h));
        let spectra = self
            .sources
            .iter()
            .map(|source| source.spends.iter().map(|(_, spend)| of(spend)).collect())
            .collect::<Result<_, _>>()?;
        let rung = Rc::new(Rung { h, transform, spectra });
        self.rungs.borrow_mut().insert(number, Rc::clone(&rung));
        Ok(rung)
    }
}

/// The range of a grid, in the plan's currency.
fn range(rung: i32) -> f64 {
    libm::ldexp(1.0, STEP * rung)
}

/// The finest grid on which an amount can be read: below three quarters of its range.
fn rung_of(amount: f64) -> i32 {
    let doublings = libm::ceil(libm::log2((amount * 4.0 / 3.0).clamp(1e-12, 1e18))) as i32;
    doublings.div_euclid(STEP) + i32::from(doublings.rem_euclid(STEP) > 0)
}

/// The spectrum of the sum. All Poisson counts share one exponential.
fn compound(spectra: &[Vec<Spectrum>], counts: &[Count], weights: &[Vec<f64>]) -> Spectrum {
    let length = POINTS / 2 + 1;
    let none = Complex::new(0.0, 0.0);
    let mut exponent = vec![none; length];
    let mut others: Vec<(Count, Spectrum)> = Vec::new();
    for ((spectra, count), weights) in spectra.iter().zip(counts).zip(weights) {
        let mut mixed = if count.shape.is_some() { vec![none; length] } else { Vec::new() };
        let (sums, by) = if count.shape.is_some() { (&mut mixed, 1.0) } else { (&mut exponent, count.mean) };
        for (spectrum, weight) in spectra.iter().zip(weights) {
            let by = by * weight;
            for (sum, z) in sums.iter_mut().zip(spectrum) {
                sum.re += by * z.re;
                sum.im += by * z.im;
            }
        }
        if count.shape.is_some() {
            others.push((*count, mixed));
        } else {
            exponent.iter_mut().for_each(|sum| sum.re -= count.mean);
        }
    }
    let one = Count { mean: 1.0, shape: None };
    let mut product: Spectrum = exponent.iter().map(|z| one.generating(z + 1.0).0).collect();
    for (count, spectrum) in &others {
        for (product, z) in product.iter_mut().zip(spectrum) {
            *product *= count.generating(*z).0;
        }
    }
    product
}

#[cfg(test)]
mod tests;
