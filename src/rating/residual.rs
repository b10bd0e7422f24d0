//! Sums of what rounding adds to evenly spaced costs, without visiting each.

use crate::words::rounding::RoundingMode;

/// Moduli up to this keep every product below in 127 bits.
const WIDEST: i128 = 1 << 60;
/// The longest run that is summed at once.
pub(super) const LONGEST_RUN: u64 = 1 << 20;

/// Evenly spaced exact costs: `start + k·step`, counted so that `unit` of them are one unit of the rounded cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Residuals {
    start: i128,
    step: i128,
    unit: i128,
    mode: RoundingMode,
}

impl Residuals {
    /// Takes exact costs that are not negative.
    pub(super) fn new(start: i128, step: i128, unit: i128, mode: RoundingMode) -> Self {
        let unit = unit.max(1);
        let common = gcd(gcd(start.abs(), step.abs()), unit);
        let (mut start, mut step, mut unit) = (start / common, step / common, unit / common);
        // Ties matter where few different residuals come back again and again, so only with small moduli: larger ones
        // may lose their last bits.
        while unit > WIDEST {
            (start, step, unit) = (start >> 1, step >> 1, unit >> 1);
        }
        // Residuals come back after two units: half-even looks at the parity of the unit below.
        Self { start: start.rem_euclid(2 * unit), step: step.rem_euclid(2 * unit), unit, mode }
    }

    /// The mean of rounded − exact over k = from … from + count − 1, in units of the rounded cost.
    pub(super) fn mean(&self, from: u64, count: u64) -> f64 {
        let count = i128::from(count.clamp(1, LONGEST_RUN));
        let Self { step, unit, mode, .. } = *self;
        // from and step stay below 2⁶⁴ and 2⁶¹.
        let start = (self.start + step * i128::from(from)).rem_euclid(2 * unit);
        let shift = match mode {
            RoundingMode::Down => 0,
            RoundingMode::Up => unit - 1,
            RoundingMode::HalfUp | RoundingMode::HalfEven => unit / 2,
        };
        let mut rounded = floor_sum(count, unit, step, start + shift);
        if mode == RoundingMode::HalfEven && unit % 2 == 0 {
            // Half-up rounds the ties above an even unit up, and half-even down: these are ≡ unit/2 modulo two units.
            let offset = start - unit / 2 + 2 * unit;
            rounded -= floor_sum(count, 2 * unit, step, offset) - floor_sum(count, 2 * unit, step, offset - 1);
        }
        let exact = count * start + step * (count * (count - 1) / 2);
        (rounded * unit - exact) as f64 / (unit as f64 * count as f64)
    }
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Σ ⌊(a·k + b)/m⌋ over k = 0 … n − 1 in O(log m) (Euclid's algorithm on lattice points; Graham, Knuth and Patashnik,
/// Concrete Mathematics, 3.5). All arguments non-negative.
fn floor_sum(mut n: i128, mut m: i128, mut a: i128, mut b: i128) -> i128 {
    let mut sum = 0;
    loop {
        if a >= m {
            sum += n * (n - 1) / 2 * (a / m);
            a %= m;
        }
        if b >= m {
            sum += n * (b / m);
            b %= m;
        }
        let top = a * n + b;
        if top < m {
            return sum;
        }
        (n, b) = (top / m, top % m);
        (m, a) = (a, m);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::rounding::Rounding;

    fn naive(start: i128, step: i128, unit: i128, mode: RoundingMode, from: u64, count: u64) -> f64 {
        let rule = Rounding { places: 0, mode };
        let residual = |k: u64| {
            let exact = start + step * i128::from(k);
            let rounded = rule.quotient(exact, 0, u32::try_from(unit).unwrap()).unwrap().mantissa();
            (rounded * unit - exact) as f64 / unit as f64
        };
        (from..from + count).map(residual).sum::<f64>() / count as f64
    }

    proptest! {
        #[test]
        fn equals_one_by_one(
            start in 0_i128..5000, step in 0_i128..5000, unit in 1_i128..400, from in 0_u64..50, count in 1_u64..200,
        ) {
            for (_, mode) in RoundingMode::NAMES {
                let got = Residuals::new(start, step, unit, mode).mean(from, count);
                prop_assert!((got - naive(start, step, unit, mode, from, count)).abs() < 1e-12, "{mode:?}");
            }
        }

        #[test]
        fn wide_moduli_stay_bounded(start in 0..i128::MAX / 4, step in 0..i128::MAX / 4, unit in 1..i128::MAX / 4) {
            for (_, mode) in RoundingMode::NAMES {
                let got = Residuals::new(start, step, unit, mode).mean(u64::MAX, LONGEST_RUN);
                prop_assert!(got.abs() <= 1.0);
            }
        }
    }
}
