//! Rows of two tables set against each other.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::model::rates::{Price, PriceStep, RateRow};
use crate::rating::border::weight;

/// A row that is another one now, by its place in each table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowChange {
    /// In the old table; nothing for a row that was added.
    pub old: Option<usize>,
    /// In the new table; nothing for a row that is gone.
    pub new: Option<usize>,
    /// Whether the price is another one, or the row is there on one side only.
    pub price: bool,
    /// Whether the first or last day is another one.
    pub dates: bool,
    /// Whether the increment is another one.
    pub increment: bool,
    /// Whether the connect fee or the least charge is another one.
    pub fees: bool,
    /// Whether it may price a destination of one of the plans.
    pub in_use: bool,
}

/// What a row is matched by.
fn key(one: &RateRow, other: &RateRow) -> Ordering {
    one.prefix.cmp(&other.prefix).then_with(|| one.origins.cmp(&other.origins))
}

fn dates(one: &RateRow, other: &RateRow) -> Ordering {
    one.effective_from.cmp(&other.effective_from).then_with(|| one.expires.cmp(&other.expires))
}

/// The rows of two tables that belong together: by prefix and origins, and of several for one prefix those of the same
/// days first, then the latest. Every row is in one pair. Takes O(n log n), and O(n) where the tables are in one order.
pub(super) fn matched(old: &[RateRow], new: &[RateRow]) -> Vec<(Option<usize>, Option<usize>)> {
    let same = |(one, other): &(&RateRow, &RateRow)| {
        key(one, other) == Ordering::Equal && dates(one, other) == Ordering::Equal
    };
    // Most decks change in few places: what is alike at both ends needs no sorting.
    let head = old.iter().zip(new).take_while(same).count();
    let (rest, others) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = rest.iter().rev().zip(others.iter().rev()).take_while(same).count();
    let sorted = |rows: &[RateRow]| {
        let mut order: Vec<usize> = (head..rows.len() - tail).collect();
        order.sort_by(|a, b| match (rows.get(*a), rows.get(*b)) {
            (Some(one), Some(other)) => key(one, other).then_with(|| dates(one, other)),
            _ => Ordering::Equal,
        });
        order
    };
    let mut pairs: Vec<(Option<usize>, Option<usize>)> = (0..head).map(|i| (Some(i), Some(i))).collect();
    let (one, other) = (sorted(old), sorted(new));
    let (mut i, mut j) = (0, 0);
    while i < one.len() || j < other.len() {
        let before = one.get(i).and_then(|i| old.get(*i));
        let after = other.get(j).and_then(|j| new.get(*j));
        let first = match (before, after) {
            (Some(a), Some(b)) if key(a, b) == Ordering::Greater => b,
            (Some(a), _) | (None, Some(a)) => a,
            (None, None) => break,
        };
        let run = |order: &[usize], from: usize, rows: &[RateRow]| {
            let of = |i: &&usize| rows.get(**i).is_some_and(|row| key(row, first) == Ordering::Equal);
            order.get(from..).unwrap_or_default().iter().take_while(of).copied().collect::<Vec<usize>>()
        };
        let (mut a, mut b) = (run(&one, i, old), run(&other, j, new));
        (i, j) = (i + a.len(), j + b.len());
        a.retain(|x| {
            let twin = b.iter().position(|y| match (old.get(*x), new.get(*y)) {
                (Some(one), Some(other)) => dates(one, other) == Ordering::Equal,
                _ => false,
            });
            if let Some(y) = twin {
                pairs.push((Some(*x), Some(b.remove(y))));
            }
            twin.is_none()
        });
        while !a.is_empty() || !b.is_empty() {
            pairs.push((a.pop(), b.pop()));
        }
    }
    pairs.extend((0..tail).map(|n| (Some(old.len() - tail + n), Some(new.len() - tail + n))));
    pairs
}

/// What has changed of a row; nothing where nothing has.
pub(super) fn change(old: Option<&RateRow>, new: Option<&RateRow>) -> Option<RowChange> {
    let none =
        RowChange { old: None, new: None, price: true, dates: false, increment: false, fees: false, in_use: false };
    let (Some(one), Some(other)) = (old, new) else { return Some(none) };
    let change = RowChange {
        price: !same_price(&one.price, &other.price),
        dates: dates(one, other) != Ordering::Equal,
        increment: increments(one) != increments(other),
        fees: one.connect_fee != other.connect_fee || one.minimum != other.minimum,
        ..none
    };
    (change.price || change.dates || change.increment || change.fees).then_some(change)
}

fn same_price(one: &Price, other: &Price) -> bool {
    match (one, other) {
        (Price::Steps(one), Price::Steps(other)) => {
            let prices = |steps: &[PriceStep]| steps.iter().map(|s| (s.from, s.price)).collect::<Vec<_>>();
            prices(one) == prices(other)
        }
        _ => one == other,
    }
}

/// The increments of a row, as they are written.
#[must_use]
pub fn increments(row: &RateRow) -> String {
    match &row.price {
        Price::Steps(steps) => steps.iter().map(|step| step.increment.to_string()).collect::<Vec<_>>().join(" then "),
        _ => row.increment.to_string(),
    }
}

/// The prices of a row, by their place in it; none where it refuses calls.
fn prices(price: &Price) -> Vec<Decimal> {
    match price {
        Price::PerMinute(price) => vec![price.get()],
        Price::FirstFollowing { first, following } => vec![first.get(), following.get()],
        Price::Jurisdiction { interstate, intrastate, indeterminate } => {
            vec![interstate.get(), intrastate.get(), indeterminate.get()]
        }
        Price::Steps(steps) => steps.iter().map(|step| step.price.get()).collect(),
        #[allow(unreachable_patterns)]
        _ => Vec::new(),
    }
}

/// How much dearer a minute has become, as a share of the old price: the largest rise of its prices, or where none rises
/// the least fall. Infinite where it cost nothing; nothing where one of the two has no price.
#[must_use]
pub fn rise(old: &Price, new: &Price) -> Option<f64> {
    let (old, new) = (prices(old), prices(new));
    let wide = old.len().max(new.len());
    let at = |prices: &[Decimal], i: usize| -> Option<Decimal> {
        // One price stands for all; of another number of steps the dearest is compared.
        match prices.len() {
            1 => prices.first().copied(),
            n if n == wide && old.len() == new.len() => prices.get(i).copied(),
            _ => prices.iter().max().copied(),
        }
    };
    let each = (0..wide).filter_map(|i| {
        let (before, after) = (at(&old, i)?, at(&new, i)?);
        Some(match (before.is_zero(), after.is_zero()) {
            (true, true) => 0.0,
            (true, false) => f64::INFINITY,
            // Exact before it is a ratio.
            _ => weight(after.checked_sub(before)?) / weight(before),
        })
    });
    each.max_by(f64::total_cmp)
}

/// A price as it is written, with so many decimals at least.
#[must_use]
pub fn written(price: &Price, places: u32) -> String {
    let padded = |amount: Decimal| {
        let mut amount = amount;
        if amount.scale() < places {
            amount.rescale(places);
        }
        amount.to_string()
    };
    match price {
        Price::PerMinute(price) => padded(price.get()),
        Price::FirstFollowing { first, following } => {
            format!("{} then {}", padded(first.get()), padded(following.get()))
        }
        Price::Jurisdiction { interstate, intrastate, indeterminate } => format!(
            "{} interstate, {} intrastate, {} indeterminate",
            padded(interstate.get()),
            padded(intrastate.get()),
            padded(indeterminate.get())
        ),
        Price::Steps(steps) => {
            let steps = steps.iter().map(|step| format!("{} from {} s", padded(step.price.get()), step.from));
            steps.collect::<Vec<_>>().join(", ")
        }
        #[allow(unreachable_patterns)]
        _ => "refused".to_owned(),
    }
}

/// The most decimals of a row's prices.
#[must_use]
pub fn places(price: &Price) -> u32 {
    prices(price).iter().map(Decimal::scale).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::call::tests::{day, dec, row};
    use proptest::prelude::*;

    #[test]
    fn rows_of_other_days_belong_together() {
        let mut old = vec![row("1", "0.01"), row("44", "0.02"), row("49", "0.03")];
        let mut new = vec![row("1", "0.01"), row("44", "0.05"), row("33", "0.04")];
        old[1].effective_from = Some(day(1));
        new[1].effective_from = Some(day(9));
        let pairs = matched(&old, &new);
        assert_eq!(pairs, [(Some(0), Some(0)), (None, Some(2)), (Some(1), Some(1)), (Some(2), None)]);
        let change = change(old.get(1), new.get(1)).unwrap();
        assert!(change.price && change.dates && !change.increment && !change.fees);
        assert_eq!(super::change(old.first(), new.first()), None);
    }

    #[test]
    fn rises() {
        let price = |text: &str| row("1", text).price;
        assert!((rise(&price("0.10"), &price("0.12")).unwrap() - 0.2).abs() < 1e-12);
        assert_eq!(rise(&price("0.10"), &price("0.1000")), Some(0.0));
        assert_eq!(rise(&price("0"), &price("0.1")), Some(f64::INFINITY));
        assert_eq!(rise(&price("0"), &price("0.0")), Some(0.0));
        assert_eq!(written(&price("0.12"), 4), "0.1200");
        assert_eq!(dec("0.1200").scale(), places(&price("0.1200")));
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_pair(
            old in prop::collection::vec(("[12][0-2]{0,2}", 1_u32..5), 0..20),
            new in prop::collection::vec(("[12][0-2]{0,2}", 1_u32..5), 0..20),
        ) {
            let rows = |list: &[(String, u32)]| -> Vec<RateRow> {
                list.iter().map(|(prefix, from)| {
                    let mut row = row(prefix, "0.01");
                    row.effective_from = Some(day(*from));
                    row
                }).collect()
            };
            let (old, new) = (rows(&old), rows(&new));
            let pairs = matched(&old, &new);
            let mut left: Vec<usize> = pairs.iter().filter_map(|(old, _)| *old).collect();
            let mut right: Vec<usize> = pairs.iter().filter_map(|(_, new)| *new).collect();
            left.sort_unstable();
            right.sort_unstable();
            prop_assert_eq!(left, (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..new.len()).collect::<Vec<_>>());
            for (a, b) in &pairs {
                if let (Some(a), Some(b)) = (a, b) {
                    prop_assert_eq!(old[*a].prefix, new[*b].prefix);
                }
            }
            // As many as can be are paired.
            for prefix in old.iter().map(|row| row.prefix) {
                let count = |rows: &[RateRow]| rows.iter().filter(|row| row.prefix == prefix).count();
                let both = pairs.iter().filter(|(a, b)| b.is_some() && a.is_some_and(|a| old[a].prefix == prefix));
                prop_assert_eq!(both.count(), count(&old).min(count(&new)));
            }
        }
    }
}
