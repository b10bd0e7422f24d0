//! Special functions behind the laws of chance, from `libm`'s elementary ones: the same digits on every platform.
//!
//! Functions that have two tails return both, each with its own relative accuracy: 1 − P loses a small Q.

pub mod beta;
pub mod gamma;
pub mod normal;
pub mod student;

/// ln(2π)/2.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// x − ln(1 + x) without cancellation near 0, for x > −1; by ln(1 + x) = 2·artanh(x/(2 + x)) (DLMF 4.6.6).
fn excess_over_log(x: f64) -> f64 {
    if !(-0.4..0.5).contains(&x) {
        return x - libm::log1p(x);
    }
    let r = x / (2.0 + x);
    let (square, mut power, mut sum, mut odd) = (r * r, 2.0 * r, 0.0, 3.0);
    loop {
        power *= square;
        let next = sum + power / odd;
        if next == sum {
            return r * x - sum;
        }
        (sum, odd) = (next, odd + 2.0);
    }
}

/// ln Γ*(a), where Γ(a) = √(2π/a)·(a/e)^a·Γ*(a): Stirling's series (DLMF 5.11.1), or what is left of ln Γ.
fn stirling_rest(a: f64) -> f64 {
    if a < 10.0 {
        return libm::lgamma(a + 1.0) - (a + 0.5) * libm::log(a) + a - HALF_LN_TAU;
    }
    let square = 1.0 / (a * a);
    let terms = [-691.0 / 360_360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    terms.iter().fold(0.0, |sum, term| sum * square + term) / a
}

/// The continued fraction 1/(b₀ + a₁/(b₁ + a₂/(b₂ + …))) in Lentz's form as modified by Thompson and Barnett
/// (Numerical Recipes 5.2): `first` is b₀, `next` gives (aₙ, bₙ) for n = 1, 2, …
fn lentz(first: f64, mut next: impl FnMut(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-290;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away(first);
    let mut h = d;
    // Convergence takes some multiple of the square root of the largest parameter; the bound is for 1e12.
    for n in 1..10_000_000 {
        let (a, b) = next(f64::from(n));
        d = 1.0 / away(a * d + b);
        c = away(b + a / c);
        let step = c * d;
        h *= step;
        let off = (step - 1.0).abs();
        if off.is_nan() || off <= 2.0 * f64::EPSILON {
            break;
        }
    }
    h
}

/// Where a rising function passes zero between `low` and `high`: Newton's steps, halving where one leaves the bracket.
/// `f` gives the value and the slope. Meant for concave functions, where Newton's method cannot cycle.
fn newton(mut low: f64, mut high: f64, start: f64, mut f: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let mut x = start.clamp(low, high);
    for _ in 0..200 {
        let (value, slope) = f(x);
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let mut next = x - value / slope;
        if !(next >= low && next <= high) {
            next = low + (high - low) / 2.0;
        }
        let step = (next - x).abs();
        x = next;
        // The error after a Newton step is of the order of the step's square.
        if step <= 1e-10 {
            break;
        }
    }
    x
}
