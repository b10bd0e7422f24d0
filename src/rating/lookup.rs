//! Which row of a deck prices a number on a date.

use chrono::NaiveDate;

use super::prefix_set::PrefixSet;
use crate::model::rows::{RowRef, Rows};
use crate::words::e164::DialPrefix;

/// The rows of a deck, indexed by prefix.
///
/// Built in O(n); a look-up takes a few memory accesses however large the deck. Most prefixes have one row, for any
/// caller, and the days of a deck's rows are mostly the same: on a day that all such rows are in force, their prefix alone
/// tells the row.
#[derive(Debug, Clone)]
pub struct RateIndex<'a> {
    rows: &'a Rows,
    /// The prefixes, each once.
    prefixes: PrefixSet,
    /// The first row of each prefix, marked [`ALONE`] where it is the only one and takes any caller; nothing where all are.
    firsts: Option<Vec<u32>>,
    /// The days on which every row that is alone is in force.
    settled: (NaiveDate, NaiveDate),
}

/// Marks a row that is the only one of its prefix and takes any caller.
const ALONE: u32 = 1 << 31;

/// The days of a row.
fn days(row: RowRef<'_>) -> (NaiveDate, NaiveDate) {
    (row.effective_from.unwrap_or(NaiveDate::MIN), row.expires.unwrap_or(NaiveDate::MAX))
}

impl<'a> RateIndex<'a> {
    /// Indexes the rows of a table. Rows beyond 2³¹ − 1 are not found; no deck has them.
    #[must_use]
    pub fn new(rows: &'a Rows) -> Self {
        let numbers = || (0..ALONE).zip(rows.prefixes());
        let twice = numbers().zip(rows.prefixes().skip(1)).any(|((_, prefix), next)| prefix == next);
        let mut settled = (NaiveDate::MIN, NaiveDate::MAX);
        if !twice && rows.terms().all(|terms| terms.origins.is_empty()) {
            for terms in rows.terms() {
                settled.0 = settled.0.max(terms.effective_from.unwrap_or(NaiveDate::MIN));
                settled.1 = settled.1.min(terms.expires.unwrap_or(NaiveDate::MAX));
            }
            return Self { rows, prefixes: PrefixSet::new(rows.prefixes()), firsts: None, settled };
        }
        let mut prefixes: Vec<DialPrefix> = Vec::with_capacity(rows.len());
        let mut firsts: Vec<u32> = Vec::with_capacity(rows.len());
        for (at, prefix) in numbers() {
            if prefixes.last() == Some(&prefix) {
                continue;
            }
            prefixes.push(prefix);
            let alone = rows.prefix(at as usize + 1) != Some(prefix);
            match rows.get(at as usize).filter(|row| alone && row.origins.is_empty()) {
                Some(row) => {
                    let (from, until) = days(row);
                    settled = (settled.0.max(from), settled.1.min(until));
                    firsts.push(ALONE | at);
                }
                None => firsts.push(at),
            }
        }
        firsts.shrink_to_fit();
        Self { rows, prefixes: PrefixSet::new(prefixes.iter().copied()), firsts: Some(firsts), settled }
    }

    /// The row that prices a number (or all numbers with a prefix) on a date, for a caller ID where it is known.
    ///
    /// The longest prefix that has a row whose effective date is not after the date and whose origins match. Among the
    /// rows of that prefix: one that has not expired before one that has; then the longer matching origin, a row for any
    /// caller last; then the later effective date; then the later row of the file. A row past its last day is thus
    /// found only where the prefix has no other; [`RateIndex::expired`] tells. One that was withdrawn is not found past it.
    /// A caller who is not known matches only rows for any caller.
    #[must_use]
    pub fn find(&self, number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let settled = self.settled.0 <= on && on <= self.settled.1;
        self.prefixes.matches(number).find_map(|at| {
            let first = self.firsts.as_ref().map_or(at as u32 | ALONE, |firsts| firsts[at]);
            if settled && first & ALONE != 0 {
                return Some((first ^ ALONE) as usize);
            }
            self.best((first & !ALONE) as usize, on, from)
        })
    }

    /// The row that would price a row's own prefix if no row of that prefix were there.
    ///
    /// Nothing where no shorter prefix has a row in force, or the deck has no such row.
    #[must_use]
    pub fn covering(&self, row: usize, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let prefix = self.rows.prefix(row)?;
        self.find(prefix.first(prefix.digits() - 1)?, on, from)
    }

    /// The rows, whatever their dates, whose prefix begins with this one and is longer; in the order of prefixes.
    pub fn longer(&self, prefix: DialPrefix) -> impl Iterator<Item = usize> + use<> {
        self.rows.of(prefix).end..self.rows.within(prefix).end
    }

    /// Whether a row's last day is before the date; false for a row that the deck does not have.
    #[must_use]
    pub fn expired(&self, row: usize, on: NaiveDate) -> bool {
        self.rows.get(row).is_some_and(|row| row.expires.is_some_and(|last| last < on))
    }

    /// The best row of a prefix, by its first.
    fn best(&self, first: usize, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let prefix = self.rows.prefix(first)?;
        let own = (first..).map_while(|at| self.rows.get(at).filter(|row| row.prefix == prefix).map(|row| (at, row)));
        let candidates = own.filter_map(|(at, row)| {
            let (begins, ends) = days(row);
            let origin = matching(&row.origins, from)?;
            let gone = row.withdrawn && ends < on;
            (begins <= on && !gone).then_some((on <= ends, origin, begins, at))
        });
        candidates.max().map(|(_, _, _, at)| at)
    }
}

/// The length of the longest origin that matches, 0 where there is none at all; nothing where none does.
fn matching(origins: &[DialPrefix], from: Option<DialPrefix>) -> Option<u8> {
    if origins.is_empty() {
        return Some(0);
    }
    let from = from?;
    origins.iter().filter(|origin| origin.is_prefix_of(from)).map(|origin| origin.digits()).max()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;
    use crate::rating::call::tests::{day, row};

    fn prefix(text: &str) -> DialPrefix {
        DialPrefix::parse(text).unwrap()
    }

    /// The documented order, over every row.
    fn naive(rows: &Rows, number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        rows.iter()
            .enumerate()
            .filter(|(_, r)| r.prefix.is_prefix_of(number) && r.effective_from.is_none_or(|d| d <= on))
            .filter_map(|(i, r)| {
                let origin = if r.origins.is_empty() {
                    0
                } else {
                    r.origins.iter().filter(|o| from.is_some_and(|f| o.is_prefix_of(f))).map(|o| o.digits()).max()?
                };
                let live = r.expires.is_none_or(|d| on <= d);
                (live || !r.withdrawn).then_some((r.prefix.digits(), live, origin, r.effective_from, i))
            })
            .max()
            .map(|best| best.4)
    }

    #[test]
    fn dates_and_expiry() {
        let mut rows = vec![row("1", "0.01"), row("1212", "0.02"), row("1212", "0.03"), row("1212", "0.04")];
        rows[1].effective_from = Some(day(1));
        rows[1].expires = Some(day(10));
        rows[2].effective_from = Some(day(5));
        rows[2].expires = Some(day(8));
        rows[3].effective_from = Some(day(20));
        let rows = Rows::from_iter(rows);
        let index = RateIndex::new(&rows);
        let at = |d| index.find(prefix("12125550123"), day(d), None);
        assert_eq!((at(4), at(5), at(8), at(9)), (Some(1), Some(2), Some(2), Some(1)));
        // After both have expired the later one is still found, and said to have expired.
        assert_eq!((at(12), index.expired(2, day(12)), index.expired(2, day(8))), (Some(2), true, false));
        assert_eq!(at(25), Some(3));
        assert_eq!(index.covering(3, day(25), None), Some(0));
        assert_eq!(index.covering(0, day(25), None), None);
        let mut longer: Vec<_> = index.longer(prefix("1")).collect();
        longer.sort_unstable();
        assert_eq!(longer, [1, 2, 3]);
        assert_eq!(index.longer(prefix("1212")).count() + index.longer(prefix("44")).count(), 0);
        assert_eq!(index.find(prefix("44"), day(1), None), None);
        let none = Rows::default();
        assert_eq!(RateIndex::new(&none).find(prefix("44"), day(1), None), None);
        assert_eq!(RateIndex::new(&none).longer(prefix("44")).count(), 0);
    }

    #[test]
    fn a_withdrawn_row_leaves_its_calls_to_a_shorter_prefix() {
        let mut rows = vec![row("49", "0.01"), row("49152", "0.02"), row("49153", "0.02")];
        for row in &mut rows[1..] {
            row.expires = Some(day(5));
        }
        rows[1].withdrawn = true;
        let rows = Rows::from_iter(rows);
        let index = RateIndex::new(&rows);
        let at = |number, d| index.find(prefix(number), day(d), None);
        assert_eq!((at("491521", 5), at("491521", 6), at("491531", 6)), (Some(1), Some(0), Some(2)));
    }

    #[test]
    fn origins() {
        let mut rows = vec![row("44", "0.01"), row("44", "0.02"), row("44", "0.03")];
        rows[1].origins = vec![prefix("1"), prefix("49")];
        rows[2].origins = vec![prefix("4930")];
        let rows = Rows::from_iter(rows);
        let index = RateIndex::new(&rows);
        let at = |from| index.find(prefix("4420"), day(1), from);
        assert_eq!(at(None), Some(0));
        assert_eq!(at(Some(prefix("49301"))), Some(2));
        assert_eq!(at(Some(prefix("49401"))), Some(1));
        assert_eq!(at(Some(prefix("33"))), Some(0));
    }

    #[test]
    fn a_large_deck() {
        let rows: Rows = (0..60_000).map(|i| row(&format!("1{:06}", i * 16), "0.01")).collect();
        let index = RateIndex::new(&rows);
        for i in (0..60_000).step_by(97) {
            let number = prefix(&format!("1{:06}1234", i * 16));
            assert_eq!(index.find(number, day(1), None), Some(i));
        }
        assert_eq!(index.find(prefix("1000001"), day(1), None), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn equals_a_naive_scan(
            rows in prop::collection::vec(
                ("[12][0-2]{0,4}", prop::option::of(1_u32..28), prop::option::of(1_u32..28),
                    prop::collection::vec("[12][12]{0,1}", 0..3), any::<bool>()), 0..60),
            plain in any::<bool>(),
            numbers in prop::collection::vec(("[12][0-2]{0,6}", 1_u32..28, prop::option::of("[12][12]{0,2}")), 20),
        ) {
            // Each prefix once and for any caller, too: such tables are indexed in another way.
            let mut seen = std::collections::BTreeSet::new();
            let rows = rows.into_iter().filter(|row| !plain || seen.insert(row.0.clone()));
            let rows: Rows = rows.map(|(p, from, until, origins, withdrawn)| {
                let mut r = row(&p, "0.01");
                r.increment.further = NonZeroU32::MIN;
                r.effective_from = from.map(day);
                r.expires = until.map(day);
                r.origins = origins.iter().filter(|_| !plain).map(|o| prefix(o)).collect();
                r.withdrawn = withdrawn;
                r
            }).collect();
            let index = RateIndex::new(&rows);
            for (number, on, from) in numbers {
                let (number, from) = (prefix(&number), from.map(|f| prefix(&f)));
                prop_assert_eq!(index.find(number, day(on), from), naive(&rows, number, day(on), from));
                let mut longer: Vec<usize> = index.longer(number).collect();
                longer.sort_unstable();
                let expected: Vec<usize> = (0..rows.len())
                    .filter(|i| rows.prefix(*i).is_some_and(|own| number.is_prefix_of(own) && own != number)).collect();
                prop_assert_eq!(longer, expected);
            }
            for i in 0..rows.len() {
                let own = rows.prefix(i).unwrap();
                let shorter = own.first(own.digits() - 1);
                let expected = shorter.and_then(|p| naive(&rows, p, day(9), None));
                prop_assert_eq!(index.covering(i, day(9), None), expected);
            }
        }
    }
}
