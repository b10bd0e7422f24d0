//! Integrals of Lomax's survival function, through its shapes 1 and 2 without a division by zero.
//!
//! With L = ln(1 + d/scale) they are divided differences of e^(L·x), which are smooth where nodes meet (DLMF 3.3(iii)).

use libm::{exp, expm1, log1p};

/// (1 − e⁻ᵘ)/u, 1 at 0.
pub(super) fn mean_decay(u: f64) -> f64 {
    if u == 0.0 { 1.0 } else { -expm1(-u) / u }
}

/// E[min(D, d)/d] and E[(min(D, d)/d)²] at d = z·scale.
pub(super) fn limited(shape: f64, z: f64) -> (f64, f64) {
    if z < 1e-30 {
        return (1.0, 1.0);
    }
    let (length, growth) = (log1p(z), 1.0 + 1.0 / z);
    // Divided by powers of 1 + z, so that nothing overflows.
    let first = growth * between(length, (-shape).min(-1.0), (-shape).max(-1.0));
    let mut nodes = [-2.0, -shape - 1.0, -shape];
    nodes.sort_by(f64::total_cmp);
    (first.min(1.0), (2.0 * growth * growth * among(length, nodes)).min(1.0))
}

/// The divided difference of e^(L·x) at two nodes in order.
fn between(length: f64, low: f64, high: f64) -> f64 {
    exp(high * length) * length * mean_decay((high - low) * length)
}

/// At three nodes in order: by the recurrence where they lie apart, else by the power series, whose terms are positive.
fn among(length: f64, [low, middle, high]: [f64; 3]) -> f64 {
    if (high - low) * length > 4.0 {
        return (between(length, middle, high) - between(length, low, middle)) / (high - low);
    }
    let (inner, outer) = ((middle - low) * length, (high - low) * length);
    // Σ Hₙ/(n + 2)!, Hₙ the complete homogeneous polynomial of both.
    let (mut power, mut factorial, mut complete, mut sum) = (1.0, 2.0, 1.0, 0.5);
    for n in 1..60 {
        power *= outer;
        complete = power + inner * complete;
        factorial *= f64::from(n + 2);
        let next = sum + complete / factorial;
        if next == sum {
            break;
        }
        sum = next;
    }
    exp(low * length) * length * length * sum
}
