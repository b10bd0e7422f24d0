//! A law on a grid, and what is read off it.

use super::atoms::Atoms;

/// Amounts this close, relative to them, are one amount but for rounding.
const SLACK: f64 = 1e-9;

/// The law of an amount: what has a probability of its own, and the rest by grid points.
pub struct Law {
    /// Distance of the points.
    h: f64,
    atoms: Atoms,
    /// P(at most), by atom.
    steps: Vec<f64>,
    /// The rest by point.
    rest: Vec<f64>,
    /// The rest's P(at most) at each point, half of the point's own left out.
    below: Vec<f64>,
    /// What of the points is atoms.
    on_grid: Vec<f64>,
    /// E[min(amount, k·h)] of the points.
    limited: Vec<f64>,
}

impl Law {
    /// From the probabilities of the points, what of them is atoms, and the atoms.
    #[must_use]
    pub fn new(points: &[f64], on_grid: &[f64], h: f64, atoms: Atoms) -> Self {
        let rest: Vec<f64> = points.iter().zip(on_grid).map(|(all, atoms)| all - atoms).collect();
        let mut below = Vec::with_capacity(rest.len());
        let mut sum = 0.0;
        for p in &rest {
            // At 0 the rest has nothing below: what the point took lies above it.
            below.push(if below.is_empty() { 0.0 } else { sum + p / 2.0 });
            sum += p;
        }
        let mut limited = Vec::with_capacity(points.len());
        let (mut sum, mut mean) = (0.0, 0.0);
        for p in points {
            limited.push(mean);
            sum += p;
            mean += h * (1.0 - sum);
        }
        let mut total = 0.0;
        let steps = atoms
            .iter()
            .map(|(_, mass)| {
                total += mass;
                total
            })
            .collect();
        Self { h, atoms, steps, rest, below, on_grid: on_grid.to_vec(), limited }
    }

    /// As far as the law can be read.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.h * 0.75 * self.rest.len() as f64
    }

    /// P(amount ≤ x).
    #[must_use]
    pub fn at_most(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        let slack = x * (1.0 + SLACK);
        let count = self.atoms.partition_point(|atom| atom.0 <= slack);
        let atoms = count.checked_sub(1).and_then(|last| self.steps.get(last)).copied().unwrap_or(0.0);
        atoms + self.smooth(x)
    }

    /// P(amount > x).
    #[must_use]
    pub fn exceeds(&self, x: f64) -> f64 {
        (1.0 - self.at_most(x)).clamp(0.0, 1.0)
    }

    /// The rest's P(at most): cubic between points, with the density as slope.
    fn smooth(&self, x: f64) -> f64 {
        let place = x / self.h;
        let k = place.floor();
        let t = place - k;
        let k = k as usize;
        let (Some(a), Some(b)) = (self.below.get(k), self.below.get(k + 1)) else {
            return self.below.last().copied().unwrap_or(0.0);
        };
        let slope = |k: usize| self.rest.get(k).copied().unwrap_or(0.0) * if k == 0 { 2.0 } else { 1.0 };
        let (da, db) = (slope(k), slope(k + 1));
        let (t2, t3) = (t * t, t * t * t);
        let cubic =
            (2.0 * t3 - 3.0 * t2 + 1.0) * a + (t3 - 2.0 * t2 + t) * da + (3.0 * t2 - 2.0 * t3) * b + (t3 - t2) * db;
        // Where the density jumps the cubic may swing; the law does not.
        cubic.clamp(a.min(*b), b.max(*a))
    }

    /// The least amount that a share p of the years does not pass; nothing beyond the grid.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if self.at_most(0.0) >= p {
            return Some(0.0);
        }
        let (mut low, mut high) = (0.0, self.end());
        if self.at_most(high) < p {
            return None;
        }
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if self.at_most(middle) >= p {
                high = middle;
            } else {
                low = middle;
            }
        }
        // An atom just here is the amount itself.
        let near = self.atoms.partition_point(|atom| atom.0 < low * (1.0 - SLACK));
        match self.atoms.get(near) {
            Some((at, _)) if (at - high).abs() <= 2.0 * SLACK * at => Some(*at),
            _ => Some(high),
        }
    }

    /// E[min(amount, x)].
    #[must_use]
    pub fn limited(&self, x: f64) -> f64 {
        let k = (x / self.h).floor();
        let from = k * self.h;
        let base = self.limited.get(k as usize).copied().unwrap_or(f64::NAN);
        // Between points the mean-preserving law's own line to the next point.
        let next = self.limited.get(k as usize + 1).copied().unwrap_or(base);
        // Atoms count where they are, not on the points beside.
        let short = |at: f64, mass: f64| mass * (at - x).min(0.0);
        let exact: f64 = self.atoms.iter().map(|(at, mass)| short(*at, *mass)).sum();
        let beside: f64 = self.on_grid.iter().enumerate().map(|(k, mass)| short(k as f64 * self.h, *mass)).sum();
        base + (next - base) * (x - from) / self.h + exact - beside
    }
}
