//! Rows of two tables set against each other.

use std::cmp::Ordering;
use std::ops::Range;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::rates::{Price, PriceStep};
use crate::model::rows::{RowRef, Rows};
use crate::rating::border::weight;
use crate::words::e164::DialPrefix;

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

fn dates(one: RowRef<'_>, other: RowRef<'_>) -> Ordering {
    one.effective_from.cmp(&other.effective_from).then_with(|| one.expires.cmp(&other.expires))
}

/// The rows of two tables that belong together: by prefix and origins, and of several for one prefix those of the same
/// days first, then the latest. Every row is in one pair, in the order of prefixes.
pub(super) fn matched(old: &Rows, new: &Rows, mut pair: impl FnMut(Option<usize>, Option<usize>)) {
    let run = |rows: &Rows, from: usize, prefix: DialPrefix| {
        (from..rows.len()).find(|at| rows.prefix(*at) != Some(prefix)).unwrap_or(rows.len())
    };
    let (mut i, mut j) = (0, 0);
    loop {
        let prefix = match (old.prefix(i), new.prefix(j)) {
            (Some(one), Some(other)) => one.min(other),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return,
        };
        let (before, after) = (i..run(old, i, prefix), j..run(new, j, prefix));
        (i, j) = (before.end, after.end);
        // Most prefixes have one row on each side, for any caller.
        let alone = |rows: &Rows, run: &Range<usize>| {
            run.len() == 1 && rows.get(run.start).is_some_and(|row| row.origins.is_empty())
        };
        if alone(old, &before) && alone(new, &after) {
            pair(Some(before.start), Some(after.start));
        } else {
            matched_in((old, before), (new, after), &mut pair);
        }
    }
}

/// The same among the rows of one prefix.
fn matched_in(
    (old, before): (&Rows, Range<usize>),
    (new, after): (&Rows, Range<usize>),
    pair: &mut impl FnMut(Option<usize>, Option<usize>),
) {
    let (old, new) = (sorted(old, before), sorted(new, after));
    let (mut i, mut j) = (0, 0);
    loop {
        let origins = match (old.get(i), new.get(j)) {
            (Some(one), Some(other)) => one.1.min(other.1),
            (Some(one), None) | (None, Some(one)) => one.1,
            (None, None) => return,
        };
        let own = |rows: &[Sorted<'_>], from: usize| rows[from..].partition_point(|row| row.1 == origins);
        let (mut a, mut b) = (&old[i..i + own(&old, i)], &new[j..j + own(&new, j)]);
        (i, j) = (i + a.len(), j + b.len());
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        loop {
            match (a.split_first(), b.split_first()) {
                (Some((one, rest)), Some((other, others))) if one.2 == other.2 => {
                    pair(Some(one.0), Some(other.0));
                    (a, b) = (rest, others);
                }
                (Some((one, rest)), other) if other.is_none_or(|(other, _)| one.2 < other.2) => {
                    gone.push(one.0);
                    a = rest;
                }
                (_, Some((other, others))) => {
                    come.push(other.0);
                    b = others;
                }
                (_, None) => break,
            }
        }
        while !gone.is_empty() || !come.is_empty() {
            pair(gone.pop(), come.pop());
        }
    }
}

/// A row by its place, what it is matched by and what those that match are told apart by.
type Sorted<'a> = (usize, &'a [DialPrefix], (Option<NaiveDate>, Option<NaiveDate>));

fn sorted(rows: &Rows, run: Range<usize>) -> Vec<Sorted<'_>> {
    let keyed = run.filter_map(|at| {
        let terms = rows.get(at)?.terms;
        Some((at, terms.origins.as_slice(), (terms.effective_from, terms.expires)))
    });
    let mut keyed: Vec<Sorted<'_>> = keyed.collect();
    keyed.sort_by(|a, b| (a.1, a.2).cmp(&(b.1, b.2)));
    keyed
}

/// What has changed of a row; nothing where nothing has.
pub(super) fn change(old: Option<RowRef<'_>>, new: Option<RowRef<'_>>) -> Option<RowChange> {
    let none =
        RowChange { old: None, new: None, price: true, dates: false, increment: false, fees: false, in_use: false };
    let (Some(one), Some(other)) = (old, new) else { return Some(none) };
    // A row that refuses calls bills nothing.
    let bills = one.price != Price::Blocked && other.price != Price::Blocked;
    let change = RowChange {
        price: !same_price(&one.price, &other.price),
        dates: dates(one, other) != Ordering::Equal || one.withdrawn != other.withdrawn,
        increment: bills && !same_increments(one, other),
        fees: bills && (one.connect_fee != other.connect_fee || one.minimum != other.minimum),
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

fn same_increments(one: RowRef<'_>, other: RowRef<'_>) -> bool {
    match (&one.price, &other.price) {
        (Price::Steps(one), Price::Steps(other)) => {
            one.iter().map(|step| step.increment).eq(other.iter().map(|step| step.increment))
        }
        (Price::Steps(_), _) | (_, Price::Steps(_)) => false,
        _ => one.increment == other.increment,
    }
}

/// The increments of a row, as they are written.
#[must_use]
pub fn increments(row: RowRef<'_>) -> String {
    match &row.price {
        Price::Steps(steps) => steps.iter().map(|step| step.increment.to_string()).collect::<Vec<_>>().join(" then "),
        _ => row.increment.to_string(),
    }
}

/// The prices of a row, by their place in it; none where it refuses calls.
fn prices(price: &Price) -> Vec<Decimal> {
    price.amounts().collect()
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
        Price::Blocked => "refused".to_owned(),
    }
}

/// The most decimals of a row's prices.
#[must_use]
pub fn places(price: &Price) -> u32 {
    price.amounts().map(|amount| amount.scale()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::call::tests::{day, dec, row};
    use proptest::prelude::*;

    fn pairs(old: &Rows, new: &Rows) -> Vec<(Option<usize>, Option<usize>)> {
        let mut pairs = Vec::new();
        matched(old, new, |before, after| pairs.push((before, after)));
        pairs
    }

    #[test]
    fn rows_of_other_days_belong_together() {
        let mut old = vec![row("1", "0.01"), row("44", "0.02"), row("49", "0.03")];
        let mut new = vec![row("1", "0.01"), row("44", "0.05"), row("33", "0.04")];
        old[1].effective_from = Some(day(1));
        new[1].effective_from = Some(day(9));
        let (old, new) = (Rows::from_iter(old), Rows::from_iter(new));
        let pairs = pairs(&old, &new);
        assert_eq!(pairs, [(Some(0), Some(0)), (None, Some(1)), (Some(1), Some(2)), (Some(2), None)]);
        let change = change(old.get(1), new.get(2)).unwrap();
        assert!(change.price && change.dates && !change.increment && !change.fees);
        assert_eq!(super::change(old.get(0), new.get(0)), None);
    }

    #[test]
    fn a_row_that_refuses_calls_has_no_increment() {
        let one = row("1", "0.01");
        let mut other = one.clone();
        other.price = Price::Blocked;
        other.increment = crate::words::increment::BillingIncrement::new(6, 6).unwrap();
        other.connect_fee = dec("0.1");
        let change = change(Some(one.view()), Some(other.view())).unwrap();
        assert!(change.price && !change.increment && !change.fees);
    }

    #[test]
    fn rows_of_one_prefix_are_told_apart_by_callers_and_days() {
        let rows = |list: &[(Option<&str>, u32)]| {
            let rows = list.iter().map(|(origin, from)| {
                let mut row = row("44", "0.01");
                row.origins = origin.iter().map(|origin| DialPrefix::parse(origin).unwrap()).collect();
                row.effective_from = Some(day(*from));
                row
            });
            Rows::from_iter(rows)
        };
        let old = rows(&[(None, 3), (Some("1"), 1), (None, 1), (Some("49"), 1)]);
        let new = rows(&[(Some("1"), 2), (None, 1), (None, 9), (Some("33"), 1)]);
        // Of the same days first, then the latest; callers never mix.
        let wanted = [(Some(2), Some(1)), (Some(0), Some(2)), (Some(1), Some(0)), (None, Some(3)), (Some(3), None)];
        assert_eq!(pairs(&old, &new), wanted);
    }

    #[test]
    fn rises() {
        let price = |text: &str| row("1", text).terms.price;
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
            let rows = |list: &[(String, u32)]| -> Rows {
                list.iter().map(|(prefix, from)| {
                    let mut row = row(prefix, "0.01");
                    row.effective_from = Some(day(*from));
                    row
                }).collect()
            };
            let (old, new) = (rows(&old), rows(&new));
            let pairs = pairs(&old, &new);
            let mut left: Vec<usize> = pairs.iter().filter_map(|(old, _)| *old).collect();
            let mut right: Vec<usize> = pairs.iter().filter_map(|(_, new)| *new).collect();
            left.sort_unstable();
            right.sort_unstable();
            prop_assert_eq!(left, (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..new.len()).collect::<Vec<_>>());
            for (a, b) in &pairs {
                if let (Some(a), Some(b)) = (a, b) {
                    prop_assert_eq!(old.prefix(*a), new.prefix(*b));
                }
            }
            // As many as can be are paired.
            for prefix in old.prefixes() {
                let both = pairs.iter().filter(|(a, b)| b.is_some() && a.and_then(|a| old.prefix(a)) == Some(prefix));
                prop_assert_eq!(both.count(), old.of(prefix).len().min(new.of(prefix).len()));
            }
        }
    }
}
