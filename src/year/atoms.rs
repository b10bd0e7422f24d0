//! Amounts that a year's spend takes with a probability of their own: no outage, or only outages of such amounts.

use super::counts::Count;

/// Amounts this close, relative to them, are one amount.
const SAME: f64 = 1e-9;
/// Probabilities below this are left out.
const LEAST: f64 = 1e-14;
/// Most amounts that are kept.
const MOST: usize = 20_000;

/// Amounts and their probabilities, in order.
pub type Atoms = Vec<(f64, f64)>;

/// The atoms of a random sum of spends that have these atoms (nothing left out, its probability is `nothing`).
#[must_use]
pub fn of_sum(count: Count, nothing: f64, atoms: &[(f64, f64)], most: f64) -> Atoms {
    let costing = (1.0 - nothing).max(0.0);
    let counts = count.thinned(costing).probabilities(1e-12, 2000);
    let mut sum: Atoms = vec![(0.0, counts.first().copied().unwrap_or(1.0))];
    if costing > 0.0 && atoms.iter().map(|atom| atom.1).sum::<f64>() > 1e-7 {
        let each: Atoms = atoms.iter().map(|(at, mass)| (*at, mass / costing)).collect();
        let mut power: Atoms = vec![(0.0, 1.0)];
        for p in counts.iter().skip(1) {
            power = plus(&power, &each, most);
            if power.is_empty() {
                break;
            }
            sum.extend(power.iter().map(|(at, mass)| (*at, mass * p)));
        }
    }
    tidied(sum)
}

/// The atoms of the sum of two independent amounts.
#[must_use]
pub fn plus(a: &Atoms, b: &Atoms, most: f64) -> Atoms {
    let mut sum = Atoms::new();
    for (x, p) in a {
        for (y, q) in b {
            if p * q >= LEAST && x + y <= most {
                sum.push((x + y, p * q));
            }
        }
        if sum.len() > 32 * MOST {
            sum = tidied(sum);
        }
    }
    tidied(sum)
}

fn tidied(mut atoms: Atoms) -> Atoms {
    atoms.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut kept = Atoms::with_capacity(atoms.len().min(MOST));
    for (at, mass) in atoms {
        match kept.last_mut() {
            Some(last) if at - last.0 <= SAME * at => last.1 += mass,
            _ => kept.push((at, mass)),
        }
    }
    if kept.len() > MOST {
        kept.sort_by(|a, b| b.1.total_cmp(&a.1));
        kept.truncate(MOST);
        kept.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    kept
}
