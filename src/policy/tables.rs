//! What a table shows by itself, without a plan: rows that stand twice, prices far off their surroundings.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;

use super::rule::Found;
use crate::model::rates::RateTable;
use crate::model::rows::RowRef;
use crate::rating::compare::Typical;
use crate::rating::tariff::Tariff;
use crate::words::diagnostic::Label;
use crate::words::e164::DialPrefix;
use crate::words::figure::count;

/// What a finding is about: by the row, or the table as a whole.
type Subject<'a> = dyn Fn(Option<RowRef<'_>>) -> Vec<(&'static str, String)> + 'a;

/// Rows told each for itself; where more have the same fault, what they have in common says more than they do.
const TOLD: usize = 20;

/// A row far off the row above it, with the ratio of what their calls cost.
#[derive(Debug, Clone, Copy)]
pub struct FarOff<'a> {
    /// The row.
    pub row: RowRef<'a>,
    /// The row of a shorter prefix that would price its calls without it.
    pub above: RowRef<'a>,
    /// What its calls cost, of what they would cost without it [1].
    pub ratio: f64,
}

/// What a row may cost, of what the row above it costs [1].
const USUAL: std::ops::RangeInclusive<f64> = 0.1..=100.0;

/// Pairs of rows for the same prefix, origins and first day: each with the first of its kind, in the order of prefixes.
#[must_use]
pub fn duplicates(table: &RateTable) -> Vec<(RowRef<'_>, RowRef<'_>)> {
    let rows = &table.rows;
    let mut pairs = Vec::new();
    let mut next = 0;
    while let Some(prefix) = rows.prefix(next) {
        let first = next;
        next = (first + 1..).find(|at| rows.prefix(*at) != Some(prefix)).unwrap_or(rows.len());
        if next - first == 1 {
            continue;
        }
        let mut known: BTreeMap<(Option<NaiveDate>, Vec<DialPrefix>), RowRef<'_>> = BTreeMap::new();
        for row in (first..next).filter_map(|at| rows.get(at)) {
            let mut origins = row.origins.clone();
            origins.sort();
            match known.entry((row.effective_from, origins)) {
                Entry::Occupied(entry) => pairs.push((*entry.get(), row)),
                Entry::Vacant(entry) => {
                    entry.insert(row);
                }
            }
        }
    }
    pairs
}

/// Rows far off the row above them, in the order of prefixes.
#[must_use]
pub fn outliers<'a>(tariff: &Tariff<'a>, as_of: NaiveDate) -> Vec<FarOff<'a>> {
    let table = tariff.table();
    let mut found = Vec::new();
    let mut typical = Typical::new(tariff);
    for (index, row) in table.rows.iter().enumerate() {
        let Some(at) = tariff.index().covering(index, as_of, None) else { continue };
        let Some(above) = table.rows.get(at) else { continue };
        // Averaging takes a thousand times as long as bounds, which settle nearly every row.
        if let (Some((low, high)), Some((below, beyond))) = (typical.bounds(row), typical.bounds(above))
            && below > 0.0
            && USUAL.contains(&(low / beyond))
            && USUAL.contains(&(high / below))
        {
            continue;
        }
        let (Some(cost), Some(base)) = (typical.cost(row), typical.cost(above)) else { continue };
        let ratio = cost / base;
        // Of two rows without a price neither is far off.
        if !USUAL.contains(&ratio) && !ratio.is_nan() {
            found.push(FarOff { row, above, ratio });
        }
    }
    found
}

/// A finding for each row that stands twice; of many, for the first of them and one for the rest.
#[must_use]
pub fn duplicate(table: &RateTable, subject: &Subject<'_>) -> Vec<Found> {
    let pairs = duplicates(table);
    let help = "drop one of the rows, or give the later one its own `effective_from`";
    let one = |(first, second): &(RowRef<'_>, RowRef<'_>)| Found {
        subject: subject(Some(*second)),
        brief: format!("prefix {}", second.prefix),
        message: format!("{} has two rows for prefix {} that begin on the same day", table.path, second.prefix),
        labels: vec![Label::new(second.span, "again here"), Label::new(first.span, "first here")],
        help: help.to_owned(),
        measure: None,
    };
    let told = if pairs.len() > TOLD + 1 { TOLD } else { pairs.len() };
    let mut found: Vec<Found> = pairs.iter().take(told).map(one).collect();
    if let Some((first, second)) = pairs.get(told) {
        let rest = count((pairs.len() - told) as f64);
        found.push(Found {
            subject: subject(None),
            brief: format!("{rest} more from prefix {}", second.prefix),
            message: format!("{} has {rest} more rows that stand twice, from prefix {} on", table.path, second.prefix),
            labels: vec![Label::new(second.span, "the next, again here"), Label::new(first.span, "first here")],
            help: help.to_owned(),
            measure: None,
        });
    }
    found
}

/// A finding for each row far off the row above it; where many are far off the same row, one for them all.
#[must_use]
pub fn outlier(tariff: &Tariff<'_>, as_of: NaiveDate, subject: &Subject<'_>) -> Vec<Found> {
    let path = &tariff.table().path;
    let mut below: BTreeMap<(DialPrefix, crate::words::diagnostic::Span), Vec<FarOff<'_>>> = BTreeMap::new();
    for far in outliers(tariff, as_of) {
        below.entry((far.above.prefix, far.above.span)).or_default().push(far);
    }
    let help = "check the row against the carrier's list";
    let one = |FarOff { row, above, ratio }: &FarOff<'_>| {
        let how = if *ratio < 1.0 { "of" } else { "times" };
        Found {
            subject: subject(Some(*row)),
            brief: format!("prefix {}: {} {how} prefix {}", row.prefix, count(*ratio), above.prefix),
            message: format!(
                "calls to prefix {} cost {} times what calls to {} above it cost in {path}",
                row.prefix,
                count(*ratio),
                above.prefix
            ),
            labels: vec![Label::new(row.span, "this row"), Label::new(above.span, "the row above it")],
            help: help.to_owned(),
            measure: None,
        }
    };
    let all = |rows: &[FarOff<'_>]| {
        let by_ratio = |a: &&FarOff<'_>, b: &&FarOff<'_>| a.ratio.total_cmp(&b.ratio);
        let (least, most) = (rows.iter().min_by(by_ratio)?, rows.iter().max_by(by_ratio)?);
        let (above, rows) = (least.above, count(rows.len() as f64));
        let range = format!("{} to {} times", count(least.ratio), count(most.ratio));
        Some(Found {
            subject: subject(Some(above)),
            brief: format!("{rows} rows below prefix {}: {range}", above.prefix),
            message: format!(
                "calls to {rows} rows below prefix {} cost {range} what calls to it cost in {path}",
                above.prefix
            ),
            labels: vec![
                Label::new(above.span, "far off what is below it"),
                Label::new(least.row.span, "the cheapest of them"),
                Label::new(most.row.span, "the dearest of them"),
            ],
            help: "check this row against the carrier's list, then those below it".to_owned(),
            measure: None,
        })
    };
    below
        .values()
        .flat_map(|rows| {
            if rows.len() > TOLD { all(rows).into_iter().collect() } else { rows.iter().map(one).collect::<Vec<_>>() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rates::TableKind;
    use crate::rating::call::tests::{day, row};
    use crate::rating::tariff::tests::table;

    fn about(row: Option<RowRef<'_>>) -> Vec<(&'static str, String)> {
        row.map(|row| ("destination", row.prefix.to_string())).into_iter().collect()
    }

    fn briefs(found: &[Found]) -> Vec<&str> {
        found.iter().map(|found| found.brief.as_str()).collect()
    }

    #[test]
    fn many_rows_far_off_one_are_one_finding() {
        let below = |count: u32| {
            let mut rows = vec![row("1", "5")];
            rows.extend((0..count).map(|i| row(&format!("1{}", 200 + i), &format!("0.01{i:02}"))));
            rows.push(row("1900", "5"));
            rows
        };
        let found = |count| {
            let table = table(TableKind::PerMinute, below(count));
            outlier(&Tariff::new(&table), day(1), &about)
        };
        assert_eq!(found(20).len(), 20);
        assert_eq!(briefs(&found(2)), ["prefix 1200: 0.002 of prefix 1", "prefix 1201: 0.002 of prefix 1"]);
        let many = found(21);
        assert_eq!(briefs(&many), ["21 rows below prefix 1: 0.002 to 0.0024 times"]);
        assert_eq!((many[0].subject[0].1.as_str(), many[0].labels.len()), ("1", 3));
    }

    #[test]
    fn many_rows_that_stand_twice_are_counted() {
        let found = |count: u32| {
            let rows =
                (0..count).flat_map(|i| [row(&format!("1{}", 200 + i), "0.01"), row(&format!("1{}", 200 + i), "0.02")]);
            duplicate(&table(TableKind::PerMinute, rows.collect()), &about)
        };
        assert_eq!(found(21).len(), 21);
        let many = found(30);
        assert_eq!((many.len(), many[20].brief.as_str()), (21, "10 more from prefix 1220"));
        assert!(many[20].subject.is_empty());
    }
}
