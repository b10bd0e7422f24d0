//! Two tables compared: what calls to each prefix that either names cost in the one and in the other.

use std::cmp::Ordering;
use std::collections::HashMap;

use chrono::NaiveDate;

use super::average::average;
use super::border::weight;
use super::jurisdiction::basis;
use super::tariff::Tariff;
use crate::model::campaign::{Campaign, Destination};
use crate::model::law::TalkLaw;
use crate::model::plan::Plan;
use crate::model::rates::{Jurisdiction, Price};
use crate::model::rows::{RowRef, Rows};
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;

/// The call that prices are compared by: exponential talk time of two minutes [s].
const TYPICAL: f64 = 120.0;

/// What an answered call costs on average by a row, between states where that matters: for comparing rows.
#[must_use]
pub fn typical<'a>(tariff: &Tariff<'a>, row: RowRef<'a>) -> Option<f64> {
    let law = TalkLaw::exponential(TYPICAL).ok()?;
    let jurisdiction = match row.price {
        Price::Jurisdiction { .. } => Some(Jurisdiction::Interstate),
        _ => None,
    };
    average(&tariff.pricer(row, jurisdiction).ok()?, &law).ok().map(|call| call.cost)
}

/// What answered calls cost on average by the rows of one table, each kind of row reckoned once: large decks repeat a few
/// hundred terms.
#[derive(Debug)]
pub struct Typical<'a, 't> {
    tariff: &'t Tariff<'a>,
    /// By the number of a row's terms: what its calls cost, and the amounts that it lies between.
    costs: Vec<Option<Option<f64>>>,
    bounds: Vec<Option<Option<(f64, f64)>>>,
    /// What calls are billed on average by each increment [min].
    billed: HashMap<BillingIncrement, Option<f64>>,
}

impl<'a, 't> Typical<'a, 't> {
    /// Begins with nothing known.
    #[must_use]
    pub fn new(tariff: &'t Tariff<'a>) -> Self {
        let terms = tariff.table().rows.terms().len();
        Self { tariff, costs: vec![None; terms], bounds: vec![None; terms], billed: HashMap::new() }
    }

    /// As [`typical`], for a row of the table.
    pub fn cost(&mut self, row: RowRef<'a>) -> Option<f64> {
        let Some(known) = self.costs.get_mut(row.number as usize) else { return typical(self.tariff, row) };
        *known.get_or_insert_with(|| typical(self.tariff, row))
    }

    /// Amounts that [`Self::cost`] lies between, found without averaging: rounding moves a call by less than a unit of its
    /// last place, and a minimum adds no more than itself. Nothing where the row's price is not linear in time.
    pub fn bounds(&mut self, row: RowRef<'a>) -> Option<(f64, f64)> {
        let number = row.number as usize;
        if let Some(Some(known)) = self.bounds.get(number) {
            return *known;
        }
        let found = self.find_bounds(row);
        if let Some(known) = self.bounds.get_mut(number) {
            *known = Some(found);
        }
        found
    }

    fn find_bounds(&mut self, row: RowRef<'a>) -> Option<(f64, f64)> {
        let (first, following) = match &row.price {
            Price::PerMinute(price) => (*price, *price),
            Price::FirstFollowing { first, following } => (*first, *following),
            Price::Jurisdiction { interstate, .. } => (*interstate, *interstate),
            Price::Steps(_) | Price::Blocked => return None,
        };
        let tariff = self.tariff;
        let billed = *self.billed.entry(row.increment).or_insert_with(|| {
            let law = TalkLaw::exponential(TYPICAL).ok()?;
            let pricer = tariff.pricer(row, Some(Jurisdiction::Interstate)).ok()?;
            average(&pricer, &law).ok().map(|call| call.billed_seconds / 60.0)
        });
        let initial = f64::from(row.increment.initial.get()) / 60.0;
        let further = billed? - initial;
        let exact = weight(row.connect_fee) + weight(first.get()) * initial + weight(following.get()) * further;
        let (unit, minimum) = (0.1_f64.powi(tariff.table().billing.rounding.places as i32), weight(row.minimum));
        // Far more than floats and the average's own error add.
        let slack = 1e-6 * exact;
        Some(((exact - unit - slack).max(minimum), exact + unit + minimum + slack))
    }
}

/// One way in which a prefix is priced otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the new table names it.
    Added,
    /// Only the old table names it.
    Removed,
    /// An average call costs more.
    Dearer,
    /// An average call costs less.
    Cheaper,
    /// It is billed by another increment.
    Increment,
    /// Something else is other, and an average call costs the same.
    Other,
    /// Its own row in one of the tables, or both, begins after the day; until then a shorter prefix prices its calls there.
    Later,
}

impl Change {
    /// Every change with its name.
    pub const NAMES: [(Self, &'static str); 7] = [
        (Self::Added, "added"),
        (Self::Removed, "removed"),
        (Self::Dearer, "dearer"),
        (Self::Cheaper, "cheaper"),
        (Self::Increment, "increment changed"),
        (Self::Other, "other terms"),
        (Self::Later, "begins later"),
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(change, _)| *change == self).map_or("", |(_, name)| name)
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a, 't> {
    /// The table.
    pub tariff: &'t Tariff<'a>,
    /// The day on which it is looked at.
    pub on: NaiveDate,
}

/// A prefix that is priced otherwise.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// The prefix.
    pub prefix: DialPrefix,
    /// Caller-ID prefixes that the row is limited to; empty for any.
    pub origins: Vec<DialPrefix>,
    /// How.
    pub changes: Vec<Change>,
    /// The row that prices it in the old table: its own, or that of a shorter prefix. An own row that begins after the day is
    /// taken for it where no other is in force.
    pub old: Option<RowRef<'a>>,
    /// The row that prices it in the new table.
    pub new: Option<RowRef<'a>>,
    /// What an average call costs in the old table, in its currency.
    pub old_cost: Option<f64>,
    /// What an average call costs in the new table, in its currency.
    pub new_cost: Option<f64>,
}

impl Compared<'_> {
    /// How much more an average call costs; nothing where either has no price.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.new_cost? - self.old_cost?)
    }
}

type Key = (DialPrefix, Vec<DialPrefix>);

fn key(row: RowRef<'_>) -> Key {
    let mut origins = row.origins.clone();
    origins.sort_unstable();
    (row.prefix, origins)
}

/// What a key's calls are priced by.
struct Priced<'a> {
    row: Option<RowRef<'a>>,
    /// Whether the row is the key's own.
    own: bool,
    /// Whether it begins after the day.
    later: bool,
}

fn priced<'a>(side: Side<'a, '_>, wanted: &Key) -> Priced<'a> {
    let (prefix, origins) = wanted;
    let rows = &side.tariff.table().rows;
    let found = side.tariff.index().find(*prefix, side.on, origins.first().copied());
    let row = found.and_then(|row| rows.get(row));
    if row.is_some_and(|row| key(row) == *wanted) {
        return Priced { row, own: true, later: false };
    }
    // What a list says from a later day on is no destination that is gone.
    let begins = |row: &RowRef<'_>| row.effective_from.filter(|day| *day > side.on);
    let own =
        rows.of(*prefix).filter_map(|at| rows.get(at)).filter(|row| begins(row).is_some() && key(*row) == *wanted);
    match own.min_by_key(begins) {
        Some(row) => Priced { row: Some(row), own: true, later: true },
        None => Priced { row, own: false, later: false },
    }
}

fn same(old: RowRef<'_>, new: RowRef<'_>) -> bool {
    old.price == new.price
        && old.increment == new.increment
        && old.connect_fee == new.connect_fee
        && old.minimum == new.minimum
        && old.unbilled == new.unbilled
}

/// How the price of calls has moved, where each of a row's prices has moved the same way, or not at all, and nothing else has.
fn dearer(old: RowRef<'_>, new: RowRef<'_>) -> Option<Ordering> {
    let alike = std::mem::discriminant(&old.price) == std::mem::discriminant(&new.price)
        && !matches!(old.price, Price::Steps(_) | Price::Blocked)
        && (old.increment, old.connect_fee, old.minimum) == (new.increment, new.connect_fee, new.minimum);
    if !alike {
        return None;
    }
    let moves = || old.price.amounts().zip(new.price.amounts()).map(|(old, new)| new.cmp(&old));
    let moved = moves().find(|moved| moved.is_ne())?;
    moves().all(|other| other.is_eq() || other == moved).then_some(moved)
}

/// The prefixes that are priced otherwise, the largest difference first, and how many prefixes either table names.
///
/// Prices are those in force on each side's day. A prefix that one side does not name is compared with the shorter prefix
/// that prices its calls there.
#[must_use]
pub fn compare<'a>(old: Side<'a, '_>, new: Side<'a, '_>) -> (Vec<Compared<'a>>, usize) {
    let mut costs = (Typical::new(old.tariff), Typical::new(new.tariff));
    let (mut found, mut named) = (Vec::new(), 0);
    each_key(&old.tariff.table().rows, &new.tariff.table().rows, |key| {
        named += 1;
        found.extend(compared(old, new, &mut costs, key));
    });
    let weight = |c: &Compared<'_>| c.difference().map_or(f64::INFINITY, f64::abs);
    found.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.prefix.cmp(&b.prefix)).then(a.origins.cmp(&b.origins)));
    (found, named)
}

/// Every key of two tables, once, in order.
fn each_key(old: &Rows, new: &Rows, mut take: impl FnMut(Key)) {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut keys: Vec<Key> = Vec::new();
    while let Some(prefix) = [old.peek(), new.peek()].into_iter().flatten().map(|row| row.prefix).min() {
        for rows in [&mut old, &mut new] {
            while let Some(row) = rows.next_if(|row| row.prefix == prefix) {
                keys.push(key(row));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys.drain(..).for_each(&mut take);
    }
}

fn compared<'a>(
    old: Side<'a, '_>,
    new: Side<'a, '_>,
    costs: &mut (Typical<'a, '_>, Typical<'a, '_>),
    key: Key,
) -> Option<Compared<'a>> {
    let (before, after) = (priced(old, &key), priced(new, &key));
    let ((old_row, old_own), (new_row, new_own)) = ((before.row, before.own), (after.row, after.own));
    // A deck by itself states no currency.
    let bare = [old, new].iter().any(|side| side.tariff.table().is_bare());
    let currency = bare || old.tariff.table().currency == new.tariff.table().currency;
    if let (Some(a), Some(b), true, true) = (old_row, new_row, old_own, new_own)
        && same(a, b)
        && before.later == after.later
        && currency
        && old.tariff.table().billing.base == new.tariff.table().billing.base
    {
        return None;
    }
    let mut changes = match (old_own, new_own) {
        (false, false) => return None,
        (false, true) => vec![Change::Added],
        (true, false) => vec![Change::Removed],
        (true, true) => Vec::new(),
    };
    // Where one side alone states an increment, nothing is known of what calls cost on the other.
    let stated = old_row.zip(new_row).is_none_or(|(old, new)| old.unbilled == new.unbilled);
    let cost = |row: Option<RowRef<'a>>, costs: &mut Typical<'a, '_>| {
        row.filter(|row| stated || !row.unbilled).and_then(|row| costs.cost(row))
    };
    let (old_cost, new_cost) = (cost(old_row, &mut costs.0), cost(new_row, &mut costs.1));
    if let (true, Some(a), Some(b)) = (currency, old_cost, new_cost) {
        // Averages are floats, and prices are not: where they tell, they say which call costs more.
        let exact = old_row.zip(new_row).and_then(|(old, new)| dearer(old, new));
        match exact.unwrap_or_else(|| b.total_cmp(&a)) {
            Ordering::Greater => changes.push(Change::Dearer),
            Ordering::Less => changes.push(Change::Cheaper),
            Ordering::Equal => {}
        }
    }
    if let (Some(a), Some(b)) = (old_row, new_row)
        && (a.increment != b.increment || a.unbilled != b.unbilled)
        && a.price != Price::Blocked
        && b.price != Price::Blocked
    {
        changes.push(Change::Increment);
    }
    if changes.is_empty() && before.later == after.later {
        changes.push(Change::Other);
    }
    if before.later || after.later {
        changes.push(Change::Later);
    }
    let (prefix, origins) = key;
    Some(Compared { prefix, origins, changes, old: old_row, new: new_row, old_cost, new_cost })
}

/// What a plan's calls to one destination cost in an hour of its full floor.
#[derive(Debug, Clone)]
pub struct Flow<'p> {
    /// The campaign.
    pub campaign: &'p Campaign,
    /// The destination.
    pub destination: &'p Destination,
    /// Attempts in an hour with every seat staffed.
    pub attempts: f64,
    /// What the old table charges for them, in its currency; nothing where it does not price them.
    pub old: Option<f64>,
    /// What the new table charges for them.
    pub new: Option<f64>,
}

/// What the calls of a plan cost in an hour of its full floor, by campaign and destination: usage alone, without fees.
#[must_use]
pub fn traffic<'p>(plan: &'p Plan, old: Side<'_, '_>, new: Side<'_, '_>) -> Vec<Flow<'p>> {
    let mut flows = Vec::new();
    for campaign in &plan.campaigns {
        let floor = f64::from(campaign.seats) * campaign.attempts_per_seat_hour;
        for destination in &campaign.destinations {
            let attempts = floor * destination.share;
            let hour = |side| per_attempt(side, campaign, destination).map(|cost| cost * attempts);
            flows.push(Flow { campaign, destination, attempts, old: hour(old), new: hour(new) });
        }
    }
    flows
}

/// What an attempt costs on average.
fn per_attempt(side: Side<'_, '_>, campaign: &Campaign, destination: &Destination) -> Option<f64> {
    let index = side.tariff.index().find(destination.prefix, side.on, campaign.caller_id)?;
    let row = side.tariff.table().rows.get(index)?;
    let known = campaign.caller_id.and_then(|caller| basis(destination.prefix, Some(caller)));
    let shares: Vec<(Jurisdiction, f64)> = match (known, destination.intrastate) {
        (Some(basis), _) => vec![(basis.jurisdiction(), 1.0)],
        (None, Some(share)) => vec![(Jurisdiction::Intrastate, share), (Jurisdiction::Interstate, 1.0 - share)],
        (None, None) => Vec::new(),
    };
    let mut total = 0.0;
    for outcome in &campaign.outcomes {
        let Some(law) = &outcome.talk else {
            continue;
        };
        let cost = |jurisdiction| average(&side.tariff.pricer(row, jurisdiction).ok()?, law).ok().map(|call| call.cost);
        let call = match row.price {
            Price::Jurisdiction { .. } if shares.is_empty() => {
                // Nobody knows: the dearest.
                let costs = Jurisdiction::NAMES.map(|(_, jurisdiction)| cost(Some(jurisdiction)));
                costs.into_iter().collect::<Option<Vec<f64>>>()?.into_iter().fold(0.0, f64::max)
            }
            Price::Jurisdiction { .. } => {
                let parts = shares.iter().map(|(jurisdiction, share)| cost(Some(*jurisdiction)).map(|c| c * share));
                parts.collect::<Option<Vec<f64>>>()?.into_iter().sum()
            }
            _ => cost(None)?,
        };
        total += outcome.share * call;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::model::rates::TableKind;
    use crate::model::rows::RateRow;
    use crate::rating::call::tests::{any_billing, day, row};
    use crate::rating::tariff::tests::table;

    fn rows() -> impl Strategy<Value = Vec<RateRow>> {
        prop::collection::vec(("[12][0-2]{0,3}", 1_u32..9, prop::sample::select(vec![1_u32, 6, 60])), 0..12).prop_map(
            |list| {
                list.into_iter()
                    .map(|(prefix, price, increment)| {
                        let mut row = row(&prefix, &format!("0.0{price}"));
                        row.increment = BillingIncrement::new(increment, increment).unwrap();
                        row
                    })
                    .collect()
            },
        )
    }

    #[test]
    fn a_blocked_prefix_has_no_price() {
        let mut rows = vec![row("1", "0.01"), row("1900", "0.01")];
        let old = table(TableKind::PerMinute, rows.clone());
        rows[1].price = Price::Blocked;
        let new = table(TableKind::PerMinute, rows);
        let (a, b) = (Tariff::new(&old), Tariff::new(&new));
        let (changes, named) = compare(Side { tariff: &a, on: day(1) }, Side { tariff: &b, on: day(1) });
        assert_eq!((changes.len(), named), (1, 2));
        assert_eq!((changes[0].prefix.to_string().as_str(), changes[0].new_cost), ("1900", None));
        assert!(changes[0].old_cost.is_some() && changes[0].difference().is_none());
    }

    #[test]
    fn a_row_that_begins_later_is_no_row_that_is_gone() {
        let mut rows = vec![row("49", "0.01"), row("4915", "0.03")];
        let old = table(TableKind::PerMinute, rows.clone());
        rows[1].price = row("1", "0.04").terms.price;
        rows[1].effective_from = Some(day(15));
        let new = table(TableKind::PerMinute, rows);
        let (a, b) = (Tariff::new(&old), Tariff::new(&new));
        let at = |on| compare(Side { tariff: &a, on: day(on) }, Side { tariff: &b, on: day(on) }).0.remove(0);
        let (before, after) = (at(14), at(15));
        assert_eq!((before.changes, after.changes), (vec![Change::Dearer, Change::Later], vec![Change::Dearer]));
        assert_eq!((before.new_cost, before.new.unwrap().effective_from), (after.new_cost, Some(day(15))));
    }

    #[test]
    fn the_least_rise_is_a_rise() {
        let of = |price: &str| table(TableKind::PerMinute, vec![row("1", price)]);
        let (old, new) = (of("100000"), of("100000.00000000001"));
        let (a, b) = (Tariff::new(&old), Tariff::new(&new));
        let changes =
            |old, new| compare(Side { tariff: old, on: day(1) }, Side { tariff: new, on: day(1) }).0[0].changes.clone();
        assert_eq!((changes(&a, &b), changes(&b, &a)), (vec![Change::Dearer], vec![Change::Cheaper]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn an_average_lies_within_its_bounds(
            (first, following) in (0_u32..9999, 0_u32..9999),
            (initial, further) in (1_u32..200, 1_u32..200),
            (fee, minimum) in (0_u32..999, 0_u32..999),
            kind in 0_u8..3,
            billing in any_billing(),
        ) {
            let price = |n: u32| row("1", &format!("0.{n:05}")).terms.price;
            let mut priced = row("1", &format!("0.{first:05}"));
            if let (Price::PerMinute(first), Price::PerMinute(following)) = (price(first), price(following)) {
                priced.price = match kind {
                    0 => Price::PerMinute(first),
                    1 => Price::FirstFollowing { first, following },
                    _ => Price::Jurisdiction { interstate: first, intrastate: following, indeterminate: following },
                };
            }
            priced.increment = BillingIncrement::new(initial, further).unwrap();
            priced.connect_fee = Decimal::new(fee.into(), 4);
            priced.minimum = Decimal::new(minimum.into(), 4);
            let mut table = table(TableKind::PerMinute, vec![priced]);
            table.billing = billing;
            let tariff = Tariff::new(&table);
            let mut typical = Typical::new(&tariff);
            let row = table.rows.get(0).unwrap();
            let cost = typical.cost(row).unwrap();
            let (low, high) = typical.bounds(row).unwrap();
            prop_assert!(low <= cost && cost <= high, "{low} {cost} {high}");
            // And they are no wider than they need to be.
            prop_assert!(high - low <= 2.0 * 0.1_f64.powi(table.billing.rounding.places as i32)
                + weight(row.minimum) + 1e-5 * high);
        }

        #[test]
        fn exchanging_the_sides_negates_every_difference(old in rows(), new in rows()) {
            let (old, new) = (table(TableKind::PerMinute, old), table(TableKind::PerMinute, new));
            let (a, b) = (Tariff::new(&old), Tariff::new(&new));
            let (a, b) = (Side { tariff: &a, on: day(1) }, Side { tariff: &b, on: day(1) });
            let ((there, named), (back, again)) = (compare(a, b), compare(b, a));
            prop_assert_eq!((there.len(), named), (back.len(), again));
            for (one, other) in there.iter().zip(&back) {
                prop_assert_eq!(one.prefix, other.prefix);
                prop_assert_eq!(one.difference(), other.difference().map(|difference| -difference));
                let swapped = |change: &Change| match change {
                    Change::Added => Change::Removed,
                    Change::Removed => Change::Added,
                    Change::Dearer => Change::Cheaper,
                    Change::Cheaper => Change::Dearer,
                    same => *same,
                };
                prop_assert_eq!(&one.changes, &other.changes.iter().map(swapped).collect::<Vec<_>>());
            }
            prop_assert!(compare(a, a).0.is_empty());
        }
    }
}
