//! Amounts that a year's spend takes with a probability of their own: no outage, or only outages of such amounts.

use super::counts::Count;

/// Amounts this close, relative to them, are one amount.
const SAME: f64 = 1e-9;
/// Probabilities below this are left out: of the most amounts that are kept, less than what is promised of one.
const LEAST: f64 = 1e-12;
/// Most amounts of one cause that are told apart.
const MOST: usize = 10_000;

/// Amounts and their probabilities, in order.
pub type Atoms = Vec<(f64, f64)>;

/// The atoms of sums over several causes, with the numbers of outages up to which they are complete.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SumAtoms {
    /// The amounts and their probabilities.
    pub all: Atoms,
    /// By cause: the probabilities of 0, 1, … outages that cost something, as far as their amounts are told apart.
    pub counts: Vec<Vec<f64>>,
}

/// A cause: how often it strikes, the probability that an outage costs nothing, and the atoms of the others' spend.
pub type Striking<'a> = (Count, f64, &'a [(f64, f64)]);

/// Pairs of amounts that are looked at for one sum.
const PAIRS: usize = 16 * MOST;

/// What is left of a count's law is no outage.
const REST: f64 = 1e-12;

/// The atoms of a sum of random sums, up to an amount.
///
/// Many lengths make vastly many sums. Then only few outages are told apart: more of them make amounts that lie close
/// and have small probabilities each, as if there were none.
#[must_use]
pub fn of_sums(causes: &[Striking<'_>], most: f64) -> SumAtoms {
    let mut sum = SumAtoms { all: vec![(0.0, 1.0)], counts: Vec::new() };
    for (count, nothing, atoms) in causes {
        let costing = (1.0 - nothing).max(0.0);
        let probabilities = count.thinned(costing).probabilities(REST, 2000);
        let none = probabilities.first().copied().unwrap_or(1.0);
        let mut own: Atoms = vec![(0.0, none)];
        let mut told_apart = 1;
        if costing > 0.0 && atoms.iter().map(|atom| atom.1).sum::<f64>() > 1e-7 {
            let each: Atoms = atoms.iter().map(|(at, mass)| (*at, mass / costing)).collect();
            let mut power: Atoms = vec![(0.0, 1.0)];
            for (number, p) in probabilities.iter().enumerate().skip(1) {
                // Sums of more outages are made of these.
                let likeliest = probabilities.iter().skip(number).copied().fold(0.0, f64::max);
                let Some(next) = plus(&power, &each, most, likeliest) else { break };
                let more = own.iter().copied().chain(next.iter().map(|(at, mass)| (*at, mass * p))).collect();
                let more = tidied(more);
                if more.len() > MOST || more.len() * sum.all.len() > PAIRS {
                    break;
                }
                (own, power) = (more, next);
                told_apart += 1;
                if power.is_empty() {
                    // All further sums lie beyond.
                    told_apart = probabilities.len();
                    break;
                }
            }
        }
        let Some(both) = plus(&sum.all, &own, most, 1.0) else {
            // Cannot be: it was looked at before.
            sum.counts.push(vec![none]);
            sum.all.iter_mut().for_each(|atom| atom.1 *= none);
            continue;
        };
        sum.all = both;
        sum.counts.push(probabilities.into_iter().take(told_apart).collect());
    }
    sum
}

/// The atoms of the sum of two independent amounts; nothing where they are too many. What is less likely than the least,
/// once it is weighed, is left out.
fn plus(a: &[(f64, f64)], b: &[(f64, f64)], most: f64, weight: f64) -> Option<Atoms> {
    if a.len() * b.len() > PAIRS {
        return None;
    }
    let mut sum = Atoms::new();
    for (x, p) in a {
        let likely = |(y, q): &&(f64, f64)| p * q * weight >= LEAST && x + y <= most;
        sum.extend(b.iter().filter(likely).map(|(y, q)| (x + y, p * q)));
    }
    Some(tidied(sum))
}

fn tidied(mut atoms: Atoms) -> Atoms {
    atoms.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut kept = Atoms::new();
    for (at, mass) in atoms {
        match kept.last_mut() {
            Some(last) if at - last.0 <= SAME * at => last.1 += mass,
            _ => kept.push((at, mass)),
        }
    }
    kept
}
