//! Which row of a deck prices a number on a date.

use chrono::NaiveDate;

use super::prefix_tree::PrefixTree;
use crate::model::rates::RateRow;
use crate::words::e164::DialPrefix;

/// What a look-up needs of a row.
#[derive(Debug, Clone, Copy)]
struct Entry {
    row: u32,
    /// Length of the longest origin; 0 for a row that takes any caller.
    origin: u8,
    from: NaiveDate,
    until: NaiveDate,
    /// The end of its stretch of all origins; it begins where that of the entry before ends.
    origins: u32,
}

/// The rows of a deck, indexed by prefix.
///
/// Built in O(n log n); a look-up takes a few memory accesses however large the deck. Most prefixes have one row, for any
/// caller, and the days of a deck's rows are mostly the same: on a day that all such rows are in force, their prefix alone
/// tells the row.
#[derive(Debug, Clone)]
pub struct RateIndex {
    /// The prefixes, each with its only row, marked [`ONLY`], or its first entry.
    tree: PrefixTree,
    entries: Vec<Entry>,
    origins: Vec<DialPrefix>,
    /// Prefix and entry of each row.
    places: Vec<(u32, u32)>,
    /// The days on which every only row is in force.
    settled: (NaiveDate, NaiveDate),
}

/// Marks a row that is the only one of its prefix and takes any caller.
const ONLY: u32 = 1 << 31;

impl RateIndex {
    /// Indexes the rows of a table. Rows beyond 2³¹ − 1 are left out; no deck has them.
    #[must_use]
    pub fn new(rows: &[RateRow]) -> Self {
        use std::cmp::Reverse;
        let rows = &rows[..rows.len().min(ONLY as usize - 1)];
        let entry = |row: u32| {
            let r = &rows[row as usize];
            Entry {
                row,
                origin: r.origins.iter().map(|o| o.digits()).max().unwrap_or(0),
                from: r.effective_from.unwrap_or(NaiveDate::MIN),
                until: r.expires.unwrap_or(NaiveDate::MAX),
                origins: 0,
            }
        };
        let mut entries: Vec<Entry> = (0..rows.len() as u32).map(entry).collect();
        // Within a prefix the one that wins comes first, so that most look-ups end at the first entry.
        let key = |e: &Entry| (rows[e.row as usize].prefix, Reverse(e.origin), Reverse(e.from), Reverse(e.row));
        if !entries.is_sorted_by_key(key) {
            entries.sort_by_cached_key(key);
        }
        let (mut prefixes, mut origins) = (Vec::<(DialPrefix, u32)>::new(), Vec::new());
        let mut places = vec![(0, 0); rows.len()];
        let mut settled = (NaiveDate::MIN, NaiveDate::MAX);
        for i in 0..entries.len() {
            let row = &rows[entries[i].row as usize];
            let first = prefixes.last().is_none_or(|(prefix, _)| *prefix != row.prefix);
            if first {
                let more = entries.get(i + 1).is_some_and(|next| rows[next.row as usize].prefix == row.prefix);
                let e = &entries[i];
                if more || e.origin > 0 {
                    prefixes.push((row.prefix, i as u32));
                } else {
                    settled = (settled.0.max(e.from), settled.1.min(e.until));
                    prefixes.push((row.prefix, ONLY | e.row));
                }
            }
            let e = &mut entries[i];
            places[e.row as usize] = (prefixes.len() as u32 - 1, i as u32);
            origins.extend_from_slice(&row.origins);
            e.origins = origins.len() as u32;
        }
        Self { tree: PrefixTree::new(prefixes), entries, origins, places, settled }
    }

    /// The row that prices a number (or all numbers with a prefix) on a date, for a caller ID where it is known.
    ///
    /// The longest prefix that has a row whose effective date is not after the date and whose origins match. Among the
    /// rows of that prefix: one that has not expired before one that has; then the longer matching origin, a row for any
    /// caller last; then the later effective date; then the later row of the file. A row past its last day is thus
    /// found only where the prefix has no other; [`RateIndex::expired`] tells. A caller who is not known matches only
    /// rows for any caller.
    #[must_use]
    pub fn find(&self, number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        self.nearest(self.tree.longest(number), on, from)
    }

    /// The row that would price a row's own prefix if no row of that prefix were there.
    ///
    /// Nothing where no shorter prefix has a row in force, or the deck has no such row.
    #[must_use]
    pub fn covering(&self, row: usize, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let (at, _) = self.places.get(row)?;
        self.nearest(self.tree.parent(*at as usize), on, from)
    }

    /// The rows, whatever their dates, whose prefix begins with this one and is longer; in the order of prefixes.
    pub fn longer(&self, prefix: DialPrefix) -> impl Iterator<Item = usize> + '_ {
        self.tree.below(prefix).flat_map(|at| self.entries[self.range(at)].iter().map(|e| e.row as usize))
    }

    /// Whether a row's last day is before the date; false for a row that the deck does not have.
    #[must_use]
    pub fn expired(&self, row: usize, on: NaiveDate) -> bool {
        self.places.get(row).is_some_and(|(_, entry)| self.entries[*entry as usize].until < on)
    }

    fn nearest(&self, mut at: Option<usize>, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let settled = self.settled.0 <= on && on <= self.settled.1;
        while let Some(i) = at {
            let item = self.tree.item(i)?;
            if settled && item & ONLY != 0 {
                return Some((item ^ ONLY) as usize);
            }
            if let Some(row) = self.best(i, on, from) {
                return Some(row);
            }
            at = self.tree.parent(i);
        }
        None
    }

    /// The best row of one prefix.
    fn best(&self, at: usize, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
        let range = self.range(at);
        // In force, length of the matching origin, effective date, place in the file.
        let mut best: Option<(bool, u8, NaiveDate, u32)> = None;
        for i in range {
            let e = &self.entries[i];
            if best.is_some_and(|(live, origin, _, _)| live && origin > e.origin) {
                break;
            }
            if e.from > on {
                continue;
            }
            let Some(origin) = self.matching(i, from) else { continue };
            let live = on <= e.until;
            if live && origin == 0 {
                // Entries for any caller come last and in order of preference.
                if best.is_none_or(|(other, _, _, _)| !other) {
                    return Some(e.row as usize);
                }
                break;
            }
            best = best.max(Some((live, origin, e.from, e.row)));
        }
        best.map(|(_, _, _, row)| row as usize)
    }

    /// The entries of a prefix.
    fn range(&self, at: usize) -> std::ops::Range<usize> {
        match self.tree.item(at) {
            None => 0..0,
            Some(item) if item & ONLY != 0 => {
                let start = self.places[(item ^ ONLY) as usize].1 as usize;
                start..start + 1
            }
            Some(item) => {
                let start = item as usize;
                let more = self.entries[start..].iter().take_while(|e| self.places[e.row as usize].0 as usize == at);
                start..start + more.count()
            }
        }
    }

    /// The length of the longest origin of an entry that matches, 0 where it has none; nothing where none does.
    fn matching(&self, entry: usize, from: Option<DialPrefix>) -> Option<u8> {
        if self.entries[entry].origin == 0 {
            return Some(0);
        }
        let from = from?;
        let start = entry.checked_sub(1).map_or(0, |before| self.entries[before].origins as usize);
        let origins = &self.origins[start..self.entries[entry].origins as usize];
        origins.iter().filter(|o| o.is_prefix_of(from)).map(|o| o.digits()).max()
    }
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
    fn naive(rows: &[RateRow], number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Option<usize> {
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
                Some((r.prefix.digits(), live, origin, r.effective_from, i))
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
        assert_eq!(RateIndex::new(&[]).find(prefix("44"), day(1), None), None);
        assert_eq!(RateIndex::new(&[]).longer(prefix("44")).count(), 0);
    }

    #[test]
    fn origins() {
        let mut rows = vec![row("44", "0.01"), row("44", "0.02"), row("44", "0.03")];
        rows[1].origins = vec![prefix("1"), prefix("49")];
        rows[2].origins = vec![prefix("4930")];
        let index = RateIndex::new(&rows);
        let at = |from| index.find(prefix("4420"), day(1), from);
        assert_eq!(at(None), Some(0));
        assert_eq!(at(Some(prefix("49301"))), Some(2));
        assert_eq!(at(Some(prefix("49401"))), Some(1));
        assert_eq!(at(Some(prefix("33"))), Some(0));
    }

    #[test]
    fn a_large_deck_is_searched_through_its_directory() {
        let rows: Vec<RateRow> = (0..60_000).map(|i| row(&format!("1{:06}", i * 16), "0.01")).collect();
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
                    prop::collection::vec("[12][12]{0,1}", 0..3)), 0..60),
            numbers in prop::collection::vec(("[12][0-2]{0,6}", 1_u32..28, prop::option::of("[12][12]{0,2}")), 20),
        ) {
            let rows: Vec<RateRow> = rows.into_iter().map(|(p, from, until, origins)| {
                let mut r = row(&p, "0.01");
                r.increment.further = NonZeroU32::MIN;
                r.effective_from = from.map(day);
                r.expires = until.map(day);
                r.origins = origins.iter().map(|o| prefix(o)).collect();
                r
            }).collect();
            let index = RateIndex::new(&rows);
            for (number, on, from) in numbers {
                let (number, from) = (prefix(&number), from.map(|f| prefix(&f)));
                prop_assert_eq!(index.find(number, day(on), from), naive(&rows, number, day(on), from));
                let mut longer: Vec<usize> = index.longer(number).collect();
                longer.sort_unstable();
                let expected: Vec<usize> = (0..rows.len())
                    .filter(|i| number.is_prefix_of(rows[*i].prefix) && rows[*i].prefix != number).collect();
                prop_assert_eq!(longer, expected);
            }
            for i in 0..rows.len() {
                let shorter = rows[i].prefix.first(rows[i].prefix.digits() - 1);
                let expected = shorter.and_then(|p| naive(&rows, p, day(9), None));
                prop_assert_eq!(index.covering(i, day(9), None), expected);
            }
        }
    }
}
