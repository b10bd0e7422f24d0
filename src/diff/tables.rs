//! The rate tables of a trunk on both sides.

use std::collections::BTreeSet;

use super::rows::{RowChange, change, matched, rise};
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
use crate::model::rows::{RateRow, RowRef, Rows};
use crate::words::e164::DialPrefix;

/// What happened to the table of a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    /// The first trunk that uses it, as the new plan calls it.
    pub trunk: String,
    /// The table in the old plan.
    pub old: usize,
    /// The table in the new plan.
    pub new: usize,
    /// Rows that have changed, in the order of their prefixes.
    pub rows: Vec<RowChange>,
    /// Rows of the old table.
    pub rows_before: usize,
    /// Rows whose price rose.
    pub dearer: usize,
    /// Rows whose price fell.
    pub cheaper: usize,
}

impl TableChange {
    /// Rows that are there on the new side only.
    #[must_use]
    pub fn added(&self) -> usize {
        self.rows.iter().filter(|row| row.old.is_none()).count()
    }

    /// Rows that are there on the old side only.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.rows.iter().filter(|row| row.new.is_none()).count()
    }

    /// Rows with another increment.
    #[must_use]
    pub fn increments(&self) -> usize {
        self.rows.iter().filter(|row| row.increment).count()
    }
}

/// The two tables of a trunk, with the rows alone that may price a destination of one of the plans.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// The old table.
    pub old: RateTable,
    /// The new table.
    pub new: RateTable,
    /// Rows that belong together, in the order of their prefixes.
    pub matches: Vec<(Option<RateRow>, Option<RateRow>)>,
    /// Whether the two cannot be mixed: their currencies or kinds differ.
    pub whole: bool,
    /// By what the pair is ordered; the same when old and new are swapped.
    pub order: String,
}

/// Every beginning of every destination of the plans: no other row can price one of them.
pub(super) fn beginnings(plans: [&Plan; 2]) -> BTreeSet<DialPrefix> {
    let destinations = plans.iter().flat_map(|plan| &plan.campaigns).flat_map(|campaign| &campaign.destinations);
    destinations.flat_map(|d| (1..=d.prefix.digits()).filter_map(|digits| d.prefix.first(digits))).collect()
}

/// A table without the rows that price no destination.
pub(super) fn reduced(table: &RateTable, beginnings: &BTreeSet<DialPrefix>) -> RateTable {
    // A handful of prefixes in tables of any size.
    let own = beginnings.iter().flat_map(|prefix| table.rows.of(*prefix));
    let rows = own.filter_map(|at| table.rows.get(at)).map(RowRef::to_row).collect();
    with_rows(table, rows)
}

/// A table with other rows.
pub(super) fn with_rows(table: &RateTable, rows: Rows) -> RateTable {
    // All but the rows is small.
    RateTable {
        path: table.path.clone(),
        place: table.place.clone(),
        carrier: table.carrier.clone(),
        currency: table.currency,
        kind: table.kind.clone(),
        source: table.source.clone(),
        effective_from: table.effective_from,
        expires: table.expires,
        billing: table.billing.clone(),
        limits: table.limits.clone(),
        fees: table.fees.clone(),
        deck: table.deck.clone(),
        rows,
    }
}

impl Pair {
    /// Sets two tables against each other.
    pub(super) fn new(
        trunk: &str,
        (old_index, old): (usize, &RateTable),
        (new_index, new): (usize, &RateTable),
        beginnings: &BTreeSet<DialPrefix>,
    ) -> (Self, TableChange) {
        let mut matches = Vec::new();
        let mut changed = TableChange {
            trunk: trunk.to_owned(),
            old: old_index,
            new: new_index,
            rows: Vec::new(),
            rows_before: old.rows.len(),
            dearer: 0,
            cheaper: 0,
        };
        matched(&old.rows, &new.rows, |before, after| {
            let (one, other) = (before.and_then(|i| old.rows.get(i)), after.and_then(|i| new.rows.get(i)));
            let in_use = one.or(other).is_some_and(|row| beginnings.contains(&row.prefix));
            if in_use {
                matches.push((one.map(RowRef::to_row), other.map(RowRef::to_row)));
            }
            let Some(row) = change(one, other) else { return };
            if let (Some(one), Some(other)) = (one, other)
                && row.price
            {
                match rise(&one.price, &other.price) {
                    Some(rise) if rise > 0.0 => changed.dearer += 1,
                    Some(_) => changed.cheaper += 1,
                    None => {}
                }
            }
            changed.rows.push(RowChange { old: before, new: after, in_use, ..row });
        });
        let key = |(one, other): &(Option<RateRow>, Option<RateRow>)| {
            one.as_ref().or(other.as_ref()).map(|row| (row.prefix, row.origins.clone(), row.effective_from))
        };
        matches.sort_by_key(key);
        let flat = |table: &RateTable| matches!(table.kind, crate::model::rates::TableKind::FlatRate(_));
        let order = if old.path <= new.path { [&old.path, &new.path] } else { [&new.path, &old.path] };
        let pair = Self {
            old: reduced(old, beginnings),
            new: reduced(new, beginnings),
            matches,
            whole: old.currency != new.currency || flat(old) != flat(new),
            order: format!("{}\n{}", order[0], order[1]),
        };
        (pair, changed)
    }
}
