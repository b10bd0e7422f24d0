//! Sums over the tail of a law of talk time, in closed form or to the last digits of a float.

use libm::{erfc, exp, expm1, log};

use crate::model::law::TalkLaw;

/// Compensated summation (Neumaier 1974): the error does not grow with the number of terms.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() { (self.sum - sum) + term } else { (term - sum) + self.sum };
        self.sum = sum;
    }

    pub(super) fn get(self) -> f64 {
        self.sum + self.lost
    }
}

/// √(2π).
const ROOT_TWO_PI: f64 = 2.506_628_274_631_000_5;

fn z(mu: f64, sigma: f64, t: f64) -> f64 {
    (log(t) - mu) / sigma
}

/// The largest time that every call exceeds, as far as floats can tell [s]: 1 − P(T > t) is below 2⁻⁵⁴ there.
pub(super) fn certain(law: &TalkLaw) -> f64 {
    match *law {
        TalkLaw::Fixed { seconds } => seconds,
        TalkLaw::Exponential { .. } => 0.0,
        TalkLaw::Lognormal { mu, sigma } => exp(mu - 8.5 * sigma),
    }
}

/// P(T ≤ t), with all digits where it is small.
pub(super) fn at_most(law: &TalkLaw, t: f64) -> f64 {
    match *law {
        _ if t <= 0.0 => 0.0,
        TalkLaw::Fixed { .. } => 1.0 - law.survival(t),
        TalkLaw::Exponential { mean } => -expm1(-t / mean),
        TalkLaw::Lognormal { mu, sigma } => erfc(-z(mu, sigma, t) / std::f64::consts::SQRT_2) / 2.0,
    }
}

/// P(a < T ≤ b), with all digits where it is small.
pub(super) fn between(law: &TalkLaw, a: f64, b: f64) -> f64 {
    match *law {
        TalkLaw::Exponential { mean } => law.survival(a) * -expm1(-(b - a) / mean),
        // Differences of the smaller tail cancel least.
        _ if law.survival(a) > 0.5 => at_most(law, b) - at_most(law, a),
        _ => law.survival(a) - law.survival(b),
    }
}

/// Density at t [1/s]; 0 for a fixed talk time.
pub(super) fn density(law: &TalkLaw, t: f64) -> f64 {
    match *law {
        TalkLaw::Fixed { .. } => 0.0,
        TalkLaw::Exponential { mean } => exp(-t / mean) / mean,
        TalkLaw::Lognormal { mu, sigma } => {
            let z = z(mu, sigma, t);
            exp(-z * z / 2.0) / (ROOT_TWO_PI * sigma * t)
        }
    }
}

/// ∫ P(T > u) du from t on: E[(T − t)⁺] [s].
pub(super) fn excess(law: &TalkLaw, t: f64) -> f64 {
    match *law {
        TalkLaw::Fixed { seconds } => (seconds - t).max(0.0),
        TalkLaw::Exponential { mean } => mean * exp(-t / mean),
        TalkLaw::Lognormal { mu, sigma } => {
            // E[T; T > t] is the mean times a normal tail shifted by sigma (as in Black and Scholes 1973).
            let above = law.mean() * erfc((z(mu, sigma, t) - sigma) / std::f64::consts::SQRT_2) / 2.0;
            (above - t * law.survival(t)).max(0.0)
        }
    }
}

/// The time over which the law changes shape around t [s]: its derivatives fall by about this with each order.
pub(super) fn scale(law: &TalkLaw, t: f64) -> f64 {
    match *law {
        TalkLaw::Fixed { .. } => 0.0,
        TalkLaw::Exponential { mean } => mean,
        TalkLaw::Lognormal { mu, sigma } => t * sigma.min(1.0) / (1.0 + z(mu, sigma, t).abs()),
    }
}

/// A spacing below this share of the law's scale leaves Euler's and Maclaurin's third derivative below 10⁻¹².
const FINE: f64 = 1e-3;

/// Σ P(T > start + k·step) over k ≥ 0, below `end` where there is one [1]. `end` is a whole number of steps on.
///
/// Geometric for the exponential law; for the lognormal summed until the spacing is fine, then by Euler and Maclaurin:
/// Σ_{k≥0} S(b + kh) = ∫_b S/h + S(b)/2 + h·f(b)/12 − …, of which the next term is h³·f″(b)/720.
pub(super) fn grid(law: &TalkLaw, start: f64, step: f64, end: Option<f64>) -> f64 {
    match *law {
        TalkLaw::Fixed { seconds } => {
            let last = end.map_or(seconds, |end| end.min(seconds));
            ((last - start) / step).ceil().max(0.0)
        }
        TalkLaw::Exponential { mean } => {
            let shared = end.map_or(1.0, |end| -expm1(-(end - start) / mean));
            law.survival(start) * shared / -expm1(-step / mean)
        }
        TalkLaw::Lognormal { .. } => {
            let mut sum = Sum::default();
            let mut at = start;
            // The scale grows with the time where the law is wide, and the tail ends soon where it is narrow: this ends
            // after a few hundred thousand terms at worst, a few thousand as a rule.
            let mut k = 0_u64;
            while step > FINE * scale(law, at) {
                if end.is_some_and(|end| at >= end) {
                    return sum.get();
                }
                let survival = law.survival(at);
                if k.is_multiple_of(64) && survival + excess(law, at) / step <= 1e-17 * sum.get() {
                    return sum.get();
                }
                sum.add(survival);
                k += 1;
                at = start + k as f64 * step;
            }
            let rest = |t: f64| excess(law, t) / step + law.survival(t) / 2.0 + step * density(law, t) / 12.0;
            sum.add(rest(at));
            sum.add(-end.map_or(0.0, rest));
            sum.get()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laws() -> [TalkLaw; 5] {
        [
            TalkLaw::exponential(90.0).unwrap(),
            TalkLaw::lognormal(60.0, 80.0).unwrap(),
            TalkLaw::lognormal(60.0, 1.0).unwrap(),
            TalkLaw::lognormal(20.0, 60.0).unwrap(),
            TalkLaw::fixed(61.0).unwrap(),
        ]
    }

    #[test]
    fn grids_equal_brute_force() {
        for law in laws() {
            for (start, step, count) in [(1.0, 1.0, 400), (6.0, 6.0, 30), (60.0, 60.0, 9), (20.0, 6.0, 4000)] {
                let mut sum = Sum::default();
                (0..count).for_each(|k| sum.add(law.survival(start + f64::from(k) * step)));
                let got = grid(&law, start, step, Some(start + f64::from(count) * step));
                assert!((got - sum.get()).abs() <= 2e-12 * sum.get(), "{law:?} {start}/{step} {got} {}", sum.get());
            }
            let mut sum = Sum::default();
            (1..4_000_000).map(|k| law.survival(f64::from(k))).take_while(|s| *s > 1e-18).for_each(|s| sum.add(s));
            let got = grid(&law, 1.0, 1.0, None);
            assert!((got - sum.get()).abs() <= 1e-11 * sum.get(), "{law:?} {got} {}", sum.get());
        }
    }

    #[test]
    fn a_narrow_law_far_away_ends() {
        // Every step below the talk time counts one: mean/step, half a step more or less.
        for (mean, sd) in [(1e8, 1.0), (1e8, 1e4), (1e8, 1e6), (3e8, 3e10)] {
            let law = TalkLaw::lognormal(mean, sd).unwrap();
            let start = certain(&law).floor();
            let got = grid(&law, start, 1.0, None) + start;
            assert!((got - mean - 0.5).abs() < 1e-10 * mean, "{mean} {sd} {got}");
        }
    }

    #[test]
    fn parts_of_a_law() {
        for law in &laws()[..4] {
            assert!((excess(law, 1e-9) / law.mean() - 1.0).abs() < 1e-9);
            for t in [0.5, 40.0, 60.0, 300.0] {
                let h = 1e-4;
                let slope = between(law, t - h, t + h) / (2.0 * h);
                assert!((density(law, t) - slope).abs() <= 1e-5 * slope + 1e-12, "{law:?} {t}");
                assert!((at_most(law, t) + law.survival(t) - 1.0).abs() < 1e-15);
            }
        }
    }
}
