//! The rows of a rate table, packed: decks have hundreds of thousands of them, and repeat a few hundred terms.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::rates::Price;
use crate::words::diagnostic::{SourceId, Span};
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;

/// What a row says besides its prefix; many rows share it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// What the carrier calls the numbers.
    pub destination: Option<String>,
    /// The price.
    pub price: Price,
    /// The increment: the row's own or the table's.
    pub increment: BillingIncrement,
    /// Charged once per answered call.
    pub connect_fee: Decimal,
    /// Least charge of an answered call.
    pub minimum: Decimal,
    /// First day in force: the row's own or the table's.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force: the row's own or the table's.
    pub expires: Option<NaiveDate>,
    /// Caller-ID prefixes that the row is limited to; empty for any.
    pub origins: Vec<DialPrefix>,
    /// Whether the carrier takes it back: past its last day a shorter prefix prices its calls, where other rows are carried on.
    pub withdrawn: bool,
    /// Whether nobody states its increment: the one that it bears is a stand-in, and no call by it has a price.
    pub unbilled: bool,
}

/// One row by itself, to be changed or put into [`Rows`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateRow {
    /// The numbers it prices.
    pub prefix: DialPrefix,
    /// Where it stands.
    pub span: Span,
    /// What it says of them.
    pub terms: Terms,
}

/// One row as it stands in [`Rows`].
#[derive(Debug, Clone, Copy)]
pub struct RowRef<'a> {
    /// The numbers it prices.
    pub prefix: DialPrefix,
    /// Where it stands.
    pub span: Span,
    /// What it says of them.
    pub terms: &'a Terms,
    /// Which of the table's terms these are: rows of a table with one number have the same.
    pub number: u32,
}

/// Rows in the order of their prefixes; those of one prefix in the order of the file.
///
/// 16 bytes for each, and what they share once. A copy shares everything until it is changed.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    packed: Arc<Vec<Packed>>,
    terms: Arc<Vec<(SourceId, Terms)>>,
}

/// Bits for the length of a place: one longer than this is underlined so far.
const LENGTH_BITS: u32 = 10;
const LONGEST: u32 = (1 << LENGTH_BITS) - 1;

#[derive(Debug, Clone, Copy)]
struct Packed {
    /// The prefix, whose key takes 54 bits, and the length of its place in the file [bytes].
    prefix_and_length: u64,
    /// Where its place in the file begins [bytes].
    start: u32,
    /// The number of its terms.
    terms: u32,
}

impl Packed {
    fn prefix(self) -> DialPrefix {
        DialPrefix::from_key(self.prefix_and_length >> LENGTH_BITS)
    }
}

impl Deref for RateRow {
    type Target = Terms;

    fn deref(&self) -> &Terms {
        &self.terms
    }
}

impl DerefMut for RateRow {
    fn deref_mut(&mut self) -> &mut Terms {
        &mut self.terms
    }
}

impl Deref for RowRef<'_> {
    type Target = Terms;

    fn deref(&self) -> &Terms {
        self.terms
    }
}

impl RateRow {
    /// The row as it would stand in a table of its own.
    #[must_use]
    pub fn view(&self) -> RowRef<'_> {
        RowRef { prefix: self.prefix, span: self.span, terms: &self.terms, number: 0 }
    }
}

impl RowRef<'_> {
    /// The row by itself.
    #[must_use]
    pub fn to_row(self) -> RateRow {
        RateRow { prefix: self.prefix, span: self.span, terms: self.terms.clone() }
    }
}

impl Terms {
    /// Whether two are written alike: to a decimal 0.10 and 0.1 are equal.
    fn alike(&self, other: &Self) -> bool {
        fn scales(terms: &Terms) -> impl Iterator<Item = u32> + '_ {
            let fees = [terms.connect_fee.scale(), terms.minimum.scale()];
            fees.into_iter().chain(terms.price.amounts().map(|amount| amount.scale()))
        }
        self == other && scales(self).eq(scales(other))
    }
}

impl Rows {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// A row by its place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<RowRef<'_>> {
        self.packed.get(at).map(|packed| self.unpack(*packed))
    }

    /// The prefix of a row.
    #[must_use]
    pub fn prefix(&self, at: usize) -> Option<DialPrefix> {
        self.packed.get(at).map(|packed| packed.prefix())
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = RowRef<'_>> + ExactSizeIterator + Clone + '_ {
        self.packed.iter().map(|packed| self.unpack(*packed))
    }

    /// The prefixes of the rows in their order.
    pub fn prefixes(&self) -> impl ExactSizeIterator<Item = DialPrefix> + Clone + '_ {
        self.packed.iter().map(|packed| packed.prefix())
    }

    /// All terms by their numbers, each of one row at least unless rows were taken out.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = &Terms> {
        self.terms.iter().map(|(_, terms)| terms)
    }

    /// The terms of all rows, to be changed for all that share them.
    pub fn terms_mut(&mut self) -> impl Iterator<Item = &mut Terms> {
        Arc::make_mut(&mut self.terms).iter_mut().map(|(_, terms)| terms)
    }

    /// The rows with a prefix and longer ones that begin with it.
    #[must_use]
    pub fn within(&self, prefix: DialPrefix) -> Range<usize> {
        let from = self.packed.partition_point(|row| row.prefix() < prefix);
        let rest = self.packed.get(from..).unwrap_or_default();
        from..from + rest.partition_point(|row| prefix.is_prefix_of(row.prefix()))
    }

    /// The rows with a prefix.
    #[must_use]
    pub fn of(&self, prefix: DialPrefix) -> Range<usize> {
        let from = self.packed.partition_point(|row| row.prefix() < prefix);
        let rest = self.packed.get(from..).unwrap_or_default();
        from..from + rest.partition_point(|row| row.prefix() == prefix)
    }

    /// Keeps the rows that are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(RowRef<'_>) -> bool) {
        let mut packed = std::mem::take(&mut self.packed);
        Arc::make_mut(&mut packed).retain(|row| wanted(self.unpack(*row)));
        self.packed = packed;
    }

    fn unpack(&self, packed: Packed) -> RowRef<'_> {
        let (source, terms) = &self.terms[packed.terms as usize];
        let end = packed.start.saturating_add(packed.prefix_and_length as u32 & LONGEST);
        RowRef {
            prefix: packed.prefix(),
            span: Span { source: *source, start: packed.start, end },
            terms,
            number: packed.terms,
        }
    }
}

impl FromIterator<RateRow> for Rows {
    fn from_iter<I: IntoIterator<Item = RateRow>>(rows: I) -> Self {
        let mut packer = RowPacker::default();
        packer.extend(rows);
        packer.finish()
    }
}

/// Packs rows, which are given in the order of the file.
#[derive(Debug, Default)]
pub struct RowPacker {
    packed: Vec<Packed>,
    terms: Vec<(SourceId, Terms)>,
    /// The number of the terms that were seen last with a hash. Where others have the same hash, equal ones are kept twice.
    known: HashMap<u64, u32>,
}

impl RowPacker {
    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.packed.reserve_exact(rows);
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The prefixes of the rows with their first days, as they were added.
    pub fn first_days(&self) -> impl Iterator<Item = (DialPrefix, Option<NaiveDate>)> + '_ {
        self.packed.iter().map(|row| (row.prefix(), self.terms[row.terms as usize].1.effective_from))
    }

    /// Keeps terms of rows in a file, and numbers them.
    pub fn terms(&mut self, source: SourceId, terms: Terms) -> u32 {
        let mut hasher = DefaultHasher::new();
        (source, &terms).hash(&mut hasher);
        let hash = hasher.finish();
        let same = self.known.get(&hash).copied().filter(|number| {
            let (other, known) = &self.terms[*number as usize];
            *other == source && known.alike(&terms)
        });
        same.unwrap_or_else(|| {
            let number = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
            self.terms.push((source, terms));
            self.known.insert(hash, number);
            number
        })
    }

    /// Adds a row whose terms are kept under a number, in the file of those.
    pub fn push(&mut self, prefix: DialPrefix, span: Span, terms: u32) {
        let length = span.end.saturating_sub(span.start).min(LONGEST);
        let prefix_and_length = prefix.key() << LENGTH_BITS | u64::from(length);
        self.packed.push(Packed { prefix_and_length, start: span.start, terms });
    }

    /// Keeps the rows whose prefix is wanted.
    pub fn retain(&mut self, wanted: impl Fn(DialPrefix) -> bool) {
        self.packed.retain(|row| wanted(row.prefix()));
    }

    /// Changes the terms of the rows whose prefix is wanted, by what it is wanted for.
    pub fn change<T>(&mut self, wanted: impl Fn(DialPrefix) -> Option<T>, change: impl Fn(T, &mut Terms)) {
        for at in 0..self.packed.len() {
            let row = self.packed[at];
            if let Some(why) = wanted(row.prefix()) {
                let (source, mut terms) = self.terms[row.terms as usize].clone();
                change(why, &mut terms);
                self.packed[at].terms = self.terms(source, terms);
            }
        }
    }

    /// Takes in packed rows, whose file comes after those that are here.
    pub fn append(&mut self, rows: Rows) {
        if self.packed.is_empty() && self.terms.is_empty() {
            self.packed = Arc::unwrap_or_clone(rows.packed);
            self.terms = Arc::unwrap_or_clone(rows.terms);
            return;
        }
        let terms: Vec<u32> = rows.terms.iter().map(|(source, terms)| self.terms(*source, terms.clone())).collect();
        let renumbered = rows.packed.iter().map(|row| Packed { terms: terms[row.terms as usize], ..*row });
        self.packed.extend(renumbered);
    }

    /// The rows.
    #[must_use]
    pub fn finish(self) -> Rows {
        let Self { mut packed, mut terms, .. } = self;
        packed.shrink_to_fit();
        terms.shrink_to_fit();
        let key = |row: &Packed| row.prefix_and_length >> LENGTH_BITS;
        // Most decks are in order, which is cheaper to see than to sort.
        if !packed.is_sorted_by_key(key) {
            packed.sort_by_key(key);
        }
        Rows { packed: Arc::new(packed), terms: Arc::new(terms) }
    }
}

impl Extend<RateRow> for RowPacker {
    fn extend<I: IntoIterator<Item = RateRow>>(&mut self, rows: I) {
        for RateRow { prefix, span, terms } in rows {
            let number = self.terms(span.source, terms);
            self.push(prefix, span, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rates::RatePerMinute;
    use crate::words::diagnostic::Sources;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn row(prefix: &str, price: &str) -> RateRow {
        let terms = Terms {
            destination: None,
            price: Price::PerMinute(RatePerMinute::new(dec(price)).unwrap()),
            increment: BillingIncrement::new(1, 1).unwrap(),
            connect_fee: Decimal::ZERO,
            minimum: Decimal::ZERO,
            effective_from: None,
            expires: None,
            origins: Vec::new(),
            withdrawn: false,
            unbilled: false,
        };
        let span = Span::new(Sources::default().add("test", ""), 0, 0);
        RateRow { prefix: DialPrefix::parse(prefix).unwrap(), span, terms }
    }

    fn named(prefix: &str, price: &str, at: usize) -> RateRow {
        let mut row = row(prefix, price);
        row.span = Span::new(row.span.source, at, at + prefix.len());
        row
    }

    fn shown(rows: &Rows) -> Vec<(String, u32)> {
        rows.iter().map(|row| (row.prefix.to_string(), row.span.start)).collect()
    }

    #[test]
    fn a_row_takes_sixteen_bytes_and_what_is_alike_is_kept_once() {
        assert_eq!(size_of::<Packed>(), 16);
        let rows: Rows =
            (0..1000).map(|i| row(&format!("1{}", 200 + i), if i % 2 == 0 { "0.01" } else { "0.02" })).collect();
        assert_eq!((rows.len(), rows.terms().len()), (1000, 2));
        // To a decimal 0.010 is 0.01, but it is not written so.
        let rows: Rows = [row("1", "0.01"), row("2", "0.010"), row("3", "0.01")].into_iter().collect();
        let prices: Vec<String> =
            rows.iter().flat_map(|row| row.terms.price.amounts()).map(|p| p.to_string()).collect();
        assert_eq!((rows.terms().len(), prices.join(" ").as_str()), (3, "0.01 0.010 0.01"));
    }

    #[test]
    fn rows_stand_by_prefix_and_within_it_as_in_the_file() {
        let rows: Rows =
            [named("44", "0.03", 0), named("1", "0.02", 10), named("4420", "0.05", 20), named("44", "0.01", 30)]
                .into_iter()
                .collect();
        let wanted = [("1", 10), ("44", 0), ("44", 30), ("4420", 20)].map(|(prefix, at)| (prefix.to_owned(), at));
        assert_eq!(shown(&rows), wanted);
        let prefix = |text: &str| DialPrefix::parse(text).unwrap();
        assert_eq!((rows.of(prefix("44")), rows.within(prefix("44")), rows.of(prefix("442"))), (1..3, 1..4, 3..3));
        assert_eq!((rows.within(prefix("9")), Rows::default().of(prefix("9"))), (4..4, 0..0));
        assert!(rows.get(4).is_none() && rows.prefix(4).is_none());
    }

    #[test]
    fn rows_of_another_file_come_behind() {
        let mut sources = Sources::default();
        let (one, other) = (sources.add("a", ""), sources.add("b", ""));
        let of = |source, prefix: &str| {
            let mut row = row(prefix, "0.01");
            row.span = Span::new(source, 5, 6);
            row
        };
        let mut packer = RowPacker::default();
        packer.extend([of(one, "2"), of(one, "1")]);
        packer.append([of(other, "1"), of(other, "3")].into_iter().collect());
        let rows = packer.finish();
        let places: Vec<_> = rows.iter().map(|row| (row.prefix.to_string(), row.span.source)).collect();
        assert_eq!(places, [("1", one), ("1", other), ("2", one), ("3", other)].map(|(p, s)| (p.to_owned(), s)));
        let mut empty = RowPacker::default();
        empty.append(rows.clone());
        assert_eq!(shown(&empty.finish()), shown(&rows));
    }

    #[test]
    fn what_is_changed_changes_no_copy() {
        let rows: Rows = [row("1", "0.01"), row("2", "0.01"), row("3", "0.02")].into_iter().collect();
        let mut other = rows.clone();
        other.terms_mut().for_each(|terms| terms.minimum = dec("1"));
        other.retain(|row| row.prefix.to_string() != "2");
        assert!(rows.iter().all(|row| row.minimum.is_zero()) && rows.len() == 3);
        assert!(other.iter().all(|row| row.minimum == dec("1")) && other.len() == 2);
        let mut packer = RowPacker::default();
        packer.append(rows);
        packer.change(
            |prefix| (prefix.digits() == 1 && prefix.leading(1) == 2).then_some("5"),
            |to, terms| {
                terms.connect_fee = dec(to);
            },
        );
        let fees: Vec<String> = packer.finish().iter().map(|row| row.connect_fee.to_string()).collect();
        assert_eq!(fees, ["0", "5", "0"]);
    }

    #[test]
    fn a_long_place_is_cut_and_a_far_one_is_not() {
        let mut row = row("1", "0.01");
        row.span = Span::new(row.span.source, 4_000_000_000, 4_000_005_000);
        let span = Rows::from_iter([row]).get(0).unwrap().span;
        assert_eq!((span.start, span.end), (4_000_000_000, 4_000_001_023));
    }
}
