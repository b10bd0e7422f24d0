//! What differs between two rate tables: rows, flat rates, billing, fees and limits.

use std::collections::BTreeMap;

use super::values::{counted, presence};
use super::{Terms, seats};
use crate::diff::mix::{FeeKey, Swap, increment_differs};
use crate::diff::rows::{RowChange, change, increments, places, rise, written};
use crate::diff::tables::{Pair, TableChange};
use crate::diff::{Change, Part, Value};
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
use crate::model::rows::{RateRow, RowRef};
use crate::words::diagnostic::Span;

/// Most changed rows of a table that are taken over each for itself; the others are taken over together. Each costs two
/// reckonings of the year.
const MOST_ROWS: usize = 12;

/// A row and its places in the two tables.
struct Row<'a> {
    /// Place among the pair's matches.
    at: usize,
    old: Option<RowRef<'a>>,
    new: Option<RowRef<'a>>,
    /// How much it matters, for choosing the rows that are taken over each for itself.
    size: f64,
}

fn days(row: RowRef<'_>) -> String {
    match (row.effective_from, row.expires) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

/// A row's prefix, with what tells it from others of that prefix.
fn row_name(row: RowRef<'_>) -> String {
    if row.origins.is_empty() {
        return row.prefix.to_string();
    }
    let origins: Vec<String> = row.origins.iter().map(ToString::to_string).collect();
    format!("{} from callers {}", row.prefix, origins.join(" "))
}

impl<'a> Terms<'a> {
    fn both_tables(&self, table: &TableChange) -> Option<(&'a RateTable, &'a RateTable)> {
        Some((self.old.tables.get(table.old)?, self.new.tables.get(table.new)?))
    }

    pub(super) fn table(&self, index: usize, pair: &Pair, table: &TableChange, changes: &mut Vec<Change>) {
        let Some((old, new)) = self.both_tables(table) else { return };
        // A file of the same name is the same table, wherever the sides keep theirs.
        let file = |path: &'a str| path.rsplit('/').next();
        let same = file(&old.path) == file(&new.path);
        let of = if same { new.path.clone() } else { format!("{} → {}", old.path, new.path) };
        let places = (Some(&old.place), Some(&new.place));
        if pair.whole {
            let mut values = self.values();
            values.put_from("currency", old.currency != new.currency, places, |_| None, false);
            values.put_from("kind", true, places, |_| None, false);
            if let Some(kind) = values.values.iter_mut().find(|value| value.key == "kind") {
                kind.loosens = false;
            }
            values.values.retain(|value| value.old != value.new);
            changes.extend(values.into_change(Part::Rates, format!("table {of}"), Swap::Whole(index)));
            return;
        }
        self.rows(index, pair, table, &of, changes);
        let mut values = self.values();
        values.values = seats::differences(&old.kind, &new.kind);
        changes.extend(values.into_change(Part::Rates, format!("flat rate of {of}"), Swap::Kind(index)));
        let mut one = |part, what: &str, key: &str, differs: bool, swap| {
            let mut values = self.values();
            values.put(key, differs, Some(&old.place), Some(&new.place));
            changes.extend(values.into_change(part, format!("{what} of {of}"), swap));
        };
        let base = old.billing.base != new.billing.base;
        one(Part::Increments, "billing", "billing.increment_base", base, Swap::IncrementBase(index));
        let (b, a) = (&old.billing, &new.billing);
        let fee = |key| Swap::Fee(index, key);
        one(Part::Fees, "billing", "billing.attempt_fee", b.attempt_fee != a.attempt_fee, fee(FeeKey::Attempt));
        one(Part::Fees, "billing", "billing.rounding", b.rounding != a.rounding, fee(FeeKey::Rounding));
        let (b, a) = (&old.fees, &new.fees);
        one(Part::Fees, "fees", "fees.monthly", b.monthly != a.monthly, fee(FeeKey::Monthly));
        let per_channel = b.per_channel_month != a.per_channel_month;
        one(Part::Fees, "fees", "fees.per_channel_month", per_channel, fee(FeeKey::PerChannel));
        one(Part::Fees, "fees", "fees.minimum_month", b.minimum_month != a.minimum_month, fee(FeeKey::Minimum));
        one(Part::Fees, "fees", "fees.usage_tax", b.usage_tax != a.usage_tax, fee(FeeKey::Tax));
        one(Part::Fees, "fees", "fees.short_calls", b.short_calls != a.short_calls, fee(FeeKey::ShortCalls));
        let (b, a) = (&old.limits, &new.limits);
        let mut values = self.values();
        let mut put = |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
        put("limits.channels", b.channels != a.channels);
        put("limits.cps", b.cps != a.cps);
        put("limits.cps_window", b.cps_window != a.cps_window);
        put("limits.excess_signal", b.excess_signal != a.excess_signal);
        put("limits.daily_spend", b.daily_spend != a.daily_spend);
        put("limits.prepaid", b.prepaid != a.prepaid);
        put("limits.dialers", b.dialers != a.dialers);
        changes.extend(values.into_change(Part::Limits, format!("limits of {of}"), Swap::TableLimits(index)));
    }

    /// Share of the attempts that a prefix may price, on both sides.
    fn traffic(&self, row: RowRef<'_>) -> f64 {
        let of = |plan: &Plan| -> f64 {
            let all = plan.campaigns.iter().flat_map(|c| &c.destinations);
            all.filter(|d| row.prefix.is_prefix_of(d.prefix)).map(|d| d.share).sum()
        };
        of(self.old) + of(self.new)
    }

    fn rows(&self, index: usize, pair: &Pair, table: &TableChange, of: &str, changes: &mut Vec<Change>) {
        let Some((old_table, new_table)) = self.both_tables(table) else { return };
        let full = |row: &RowChange| {
            let old = row.old.and_then(|i| old_table.rows.get(i));
            let new = row.new.and_then(|i| new_table.rows.get(i));
            (old, new)
        };
        let mut priced: Vec<Row<'_>> = Vec::new();
        let mut dated: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut billed: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut charged: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut idle = Idle::default();
        let mut idle_span = (None, None);
        for row in &table.rows {
            let (old, new) = full(row);
            if !row.in_use {
                idle.count(row, old, new);
                idle_span = (idle_span.0.or(old.map(|row| row.span)), idle_span.1.or(new.map(|row| row.span)));
                if row.increment
                    && let (Some(old), Some(new)) = (old, new)
                {
                    // Its group below says how many rows it is of.
                    if let Some(group) = billed.get_mut(&[increments(old), increments(new)]) {
                        group.push(Row { at: usize::MAX, old: Some(old), new: Some(new), size: 0.0 });
                    }
                }
                continue;
            }
            let same = |side: &Option<RateRow>, row: Option<RowRef<'_>>| {
                // Codes in one cell of a deck stand in one place.
                side.as_ref().map(|row| (row.span, row.prefix)) == row.map(|row| (row.span, row.prefix))
            };
            let Some(at) = pair.matches.iter().position(|(a, b)| same(a, old) && same(b, new)) else { continue };
            let traffic = old.or(new).map_or(0.0, |row| self.traffic(row));
            let make = |size: f64| Row { at, old, new, size };
            if row.price {
                let moved = match (old, new) {
                    (Some(old), Some(new)) => rise(&old.price, &new.price).map_or(1.0, f64::abs).min(1e6),
                    _ => 1e6,
                };
                priced.push(make(traffic * moved));
            }
            let (Some(old), Some(new)) = (old, new) else { continue };
            if row.dates && !row.price {
                dated.entry([days(old), days(new)]).or_default().push(make(traffic));
            }
            if increment_differs(row, old, new) {
                billed.entry([increments(old), increments(new)]).or_default().push(make(traffic));
            }
            if row.fees {
                let fees = |row: RowRef<'_>| format!("connect {}, least {}", row.connect_fee, row.minimum);
                charged.entry([fees(old), fees(new)]).or_default().push(make(traffic));
            }
        }
        self.priced(index, priced, of, changes);
        // An increment that is the table's own stands there.
        let at = |part: Part, table: &RateTable, row: RowRef<'_>| {
            let own = table.place.keys.get("billing.increment").copied();
            let is_own = part == Part::Increments && table.billing.increment == Some(row.increment);
            own.filter(|_| is_own).unwrap_or(row.span)
        };
        let mut grouped =
            |part, name: &str, groups: BTreeMap<[String; 2], Vec<Row<'_>>>, swap: fn(usize, Vec<usize>) -> Swap| {
                // By what is alike on both sides, so that the order is the same when they are swapped.
                let mut groups: Vec<_> = groups.into_iter().collect();
                groups.sort_by_key(|(_, rows)| rows.iter().map(|row| row.at).min());
                for ([old, new], rows) in groups {
                    let mut matches: Vec<usize> =
                        rows.iter().map(|row| row.at).filter(|at| *at != usize::MAX).collect();
                    matches.sort_unstable();
                    let spans = (rows.first().and_then(|r| r.old), rows.first().and_then(|r| r.new));
                    let about = match rows.as_slice() {
                        [row] => row.new.or(row.old).map_or_else(String::new, |row| format!("rate {}", row_name(row))),
                        rows => counted(rows.len(), "rate"),
                    };
                    changes.push(Change {
                        part,
                        what: format!("{name} of {about} of {of}"),
                        values: vec![Value {
                            key: String::new(),
                            old: Some(old),
                            new: Some(new),
                            old_at: spans.0.map(|row| at(part, old_table, row)),
                            new_at: spans.1.map(|row| at(part, new_table, row)),
                            loosens: false,
                        }],
                        effects: Vec::new(),
                        swap: swap(index, matches),
                    });
                }
            };
        grouped(Part::Rates, "days", dated, Swap::Rows);
        grouped(Part::Increments, "increment", billed, Swap::Increments);
        grouped(Part::Fees, "fees", charged, Swap::RowFees);
        if let Some((old, new)) = idle.said() {
            changes.push(Change {
                part: Part::Rates,
                what: format!("{} without traffic of {of}", counted(idle.rows, "rate")),
                values: vec![Value {
                    key: String::new(),
                    old: Some(old),
                    new: Some(new),
                    old_at: idle_span.0,
                    new_at: idle_span.1.or(Some(new_table.place.item)),
                    loosens: false,
                }],
                effects: Vec::new(),
                swap: Swap::Nothing,
            });
        }
    }

    /// Rows with another price, or of one side only: those that matter most each for itself.
    fn priced(&self, index: usize, mut rows: Vec<Row<'_>>, of: &str, changes: &mut Vec<Change>) {
        let mut rest = Vec::new();
        if rows.len() > MOST_ROWS {
            rows.sort_by(|a, b| b.size.total_cmp(&a.size).then(a.at.cmp(&b.at)));
            rest = rows.split_off(MOST_ROWS - 1);
        }
        rows.sort_by_key(|row| row.at);
        for row in rows {
            let most = |row: Option<RowRef<'_>>| row.map_or(0, |row| places(&row.price));
            let decimals = most(row.old).max(most(row.new));
            let side = |side: Option<RowRef<'_>>| side.map(|row| (written(&row.price, decimals), row.span));
            let Some(named) = row.new.or(row.old) else { continue };
            let what = format!("rate {} of {of}", row_name(named));
            let swap = Swap::Rows(index, vec![row.at]);
            changes.push(presence(Part::Rates, what, side(row.old), side(row.new), swap));
        }
        if rest.is_empty() {
            return;
        }
        let mut idle = Idle::default();
        for row in &rest {
            let change = change(row.old, row.new);
            if let Some(change) = change {
                let (old, new) = (row.old.map(|_| 0), row.new.map(|_| 0));
                idle.count(&RowChange { old, new, ..change }, row.old, row.new);
            }
        }
        let mut matches: Vec<usize> = rest.iter().map(|row| row.at).collect();
        matches.sort_unstable();
        let said = idle.said().unwrap_or_default();
        let first = |side: fn(&Row<'_>) -> Option<Span>| rest.iter().find_map(side);
        changes.push(Change {
            part: Part::Rates,
            what: format!("{} more of {of}", counted(rest.len(), "rate")),
            values: vec![Value {
                key: String::new(),
                old: Some(said.0),
                new: Some(said.1),
                old_at: first(|row| row.old.map(|row| row.span)),
                new_at: first(|row| row.new.map(|row| row.span)),
                loosens: false,
            }],
            effects: Vec::new(),
            swap: Swap::Rows(index, matches),
        });
    }
}

/// Rows that are not told each for itself.
#[derive(Default)]
struct Idle {
    rows: usize,
    added: usize,
    removed: usize,
    dearer: usize,
    cheaper: usize,
    other: usize,
}

impl Idle {
    fn count(&mut self, row: &RowChange, old: Option<RowRef<'_>>, new: Option<RowRef<'_>>) {
        self.rows += 1;
        match (old, new) {
            (None, _) => self.added += 1,
            (_, None) => self.removed += 1,
            (Some(old), Some(new)) if row.price => match rise(&old.price, &new.price) {
                Some(rise) if rise > 0.0 => self.dearer += 1,
                Some(_) => self.cheaper += 1,
                None => self.other += 1,
            },
            _ => self.other += 1,
        }
    }

    /// What they were, and what they are.
    fn said(&self) -> Option<(String, String)> {
        if self.rows == 0 {
            return None;
        }
        let what = [
            (self.added, "added"),
            (self.removed, "removed"),
            (self.dearer, "dearer"),
            (self.cheaper, "cheaper"),
            (self.other, "with other days, increments or fees"),
        ];
        let said: Vec<String> = what.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        Some(("as they were".to_owned(), said.join(", ")))
    }
}
