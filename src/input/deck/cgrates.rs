//! CGRateS's tables, joined: destinations, their rates, and the prices of a rate by seconds of the call.
//!
//! Each table begins with a line of headings whose first is `#Id`; they may stand in one file or in several.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use rust_decimal::Decimal;

use super::cells::{Bad, Numbering, amount, per_minute};
use super::codes::{Rules, codes};
use super::header::{bare, names};
use super::layout::{CGRATES, named};
use super::scan::{Cell, Scanner};
use super::troubles::Troubles;
use super::{Around, DeckSpec, Read};
use crate::input::fault::FaultKind;
use crate::input::reader::Log;
use crate::model::rates::{Deck, Price, PriceStep, RatePerMinute};
use crate::model::rows::{RowPacker, Terms};
use crate::words::diagnostic::{SourceId, Sources, Span};
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;
use crate::words::rounding::{Rounding, RoundingMode};

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Destinations,
    Rates,
    DestinationRates,
}

/// The columns of a table that are read, in the order of its cells below.
fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Destinations => &["id", "prefix"],
        Table::Rates => &["id", "connectfee", "rate", "rateunit", "rateincrement", "groupintervalstart"],
        Table::DestinationRates => {
            &["id", "destinationid", "ratestag", "roundingmethod", "roundingdecimals", "maxcost", "maxcoststrategy"]
        }
    }
}

fn table(names: &[String]) -> Option<Table> {
    [Table::Rates, Table::DestinationRates, Table::Destinations].into_iter().find(|table| {
        // Rounding and the most that a call costs may be left out.
        let needed = if *table == Table::DestinationRates { 3 } else { columns(*table).len() };
        columns(*table).iter().take(needed).all(|column| names.iter().any(|name| name == column))
    })
}

/// A record and the file it stands in.
struct Record<'a> {
    file: usize,
    cells: Vec<(Cell, &'a str)>,
}

impl<'a> Record<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.cells.get(at).map_or("", |(_, text)| text)
    }
}

/// The price of a rate from some second on.
struct Interval {
    connect_fee: Decimal,
    price: RatePerMinute,
    increment: NonZeroU32,
    start: u32,
}

/// Destinations that stand for every number.
const ANY: &str = "*any";

struct Reader<'a, 't> {
    troubles: Vec<Troubles<'t>>,
    around: &'a Around<'a>,
    comma: bool,
    rounding: Option<Rounding>,
    capped: usize,
}

pub(super) fn read(
    spec: &DeckSpec,
    around: &Around<'_>,
    ids: &[SourceId],
    sha256: &str,
    sources: &Sources,
    log: &Log,
) -> Option<Read> {
    let id = *ids.first()?;
    let troubles = ids.iter().map(|id| Troubles::new(&log.faults, *id, sources.content(*id))).collect();
    let mut reader = Reader { troubles, around, comma: spec.comma, rounding: None, capped: 0 };
    let mut tables: BTreeMap<usize, Vec<Record<'_>>> = BTreeMap::new();
    let (mut header, mut headings) = (None, Vec::new());
    for (file, id) in ids.iter().enumerate() {
        let text = sources.content(*id);
        let mut scanner = Scanner::new(text, spec.delimiter.unwrap_or(b','));
        let (mut cells, mut current) = (Vec::new(), None);
        while scanner.next(&mut cells) {
            let range = (cells.first().map_or(0, |c| c.start), cells.last().map_or(0, |c| c.end));
            if text.get(range.0..).is_some_and(|rest| rest.starts_with('#')) {
                let names = names(text, &cells);
                let Some(found) = table(&names) else {
                    let help = "destinations, rates or destination rates";
                    reader.troubles[file].at(FaultKind::UnknownLayout, range, "headings of no table read here", help);
                    current = None;
                    continue;
                };
                let order: Vec<Option<usize>> =
                    columns(found).iter().map(|column| names.iter().position(|name| name == column)).collect();
                header.get_or_insert(Span::new(*id, range.0, range.1));
                headings.extend(cells.iter().map(|cell| {
                    let heading = text.get(cell.start..cell.end).unwrap_or_default().to_owned();
                    let read = columns(found).iter().find(|column| **column == bare(&heading)).copied();
                    (heading, read)
                }));
                current = Some((found, order, names.len()));
                continue;
            }
            let Some((table, order, width)) = &current else {
                let help = "each table begins with its headings, #Id,…";
                reader.troubles[file].at(FaultKind::MissingKey, range, "a row stands before any headings", help);
                continue;
            };
            if cells.len() != *width || scanner.trouble.is_some() {
                let message = format!("a row has {} cells, and the headings {width}", cells.len());
                let help = "as many cells in every row";
                reader.troubles[file].at(FaultKind::RaggedRow, range, &message, help);
                continue;
            }
            let read = order.iter().map(|at| {
                let cell =
                    at.and_then(|at| cells.get(at)).copied().unwrap_or(Cell { start: 0, end: 0, doubled: false });
                (cell, text.get(cell.start..cell.end).unwrap_or_default())
            });
            tables.entry(*table as usize).or_default().push(Record { file, cells: read.collect() });
        }
    }
    let of = |table: Table| tables.get(&(table as usize)).map_or(&[][..], Vec::as_slice);
    let destinations = reader.destinations(of(Table::Destinations));
    let rates = reader.rates(of(Table::Rates));
    let rows = reader.join(of(Table::DestinationRates), &destinations, &rates);
    let mut notes = Vec::new();
    if reader.capped > 0 {
        let rows = if reader.capped == 1 { "1 row states".to_owned() } else { format!("{} rows state", reader.capped) };
        notes.push(format!("{rows} the most that a call costs: that is not reckoned, so that costs are upper bounds"));
    }
    let rounding = reader.rounding;
    for troubles in reader.troubles {
        troubles.finish();
    }
    let deck = Deck {
        path: sources.name(id).to_owned(),
        sha256: sha256.to_owned(),
        layout: CGRATES,
        what: named(CGRATES).map_or("", |layout| layout.what),
        delimiter: char::from(spec.delimiter.unwrap_or(b',')),
        header,
        columns: headings,
        dates: None,
        lines: tables.values().map(Vec::len).sum(),
        rows: rows.len(),
        blocked: 0,
        withdrawn: 0,
        elsewhere: 0,
        prose: Vec::new(),
        notes,
        unstated: None,
    };
    Some(Read { rows: rows.finish(), deck, short_fees: None, rounding, withdrawn: Vec::new() })
}

impl Reader<'_, '_> {
    fn fault(&mut self, record: &Record<'_>, at: usize, column: &str, bad: &Bad) {
        let cell = record.cells.get(at).map_or(Cell { start: 0, end: 0, doubled: false }, |(cell, _)| *cell);
        self.troubles[record.file].cell(&format!("`{column}`"), bad, (cell.start, cell.end));
    }

    fn destinations(&mut self, records: &[Record<'_>]) -> BTreeMap<String, Vec<DialPrefix>> {
        let mut found: BTreeMap<String, Vec<DialPrefix>> = BTreeMap::new();
        for record in records {
            let (mut read, mut bad) = (Vec::new(), Vec::new());
            let rules = Rules { numbering: Numbering::International, hyphen: None, blanks: None, before: "" };
            codes(record.text(1).trim_start_matches('+'), rules, &mut read, &mut bad);
            for bad in bad {
                self.fault(record, 1, "Prefix", &bad.bad);
            }
            found.entry(record.text(0).to_owned()).or_default().extend(read.iter().map(|code| code.prefix));
        }
        found
    }

    fn rates(&mut self, records: &[Record<'_>]) -> BTreeMap<String, Option<Vec<Interval>>> {
        let mut found: BTreeMap<String, Option<Vec<Interval>>> = BTreeMap::new();
        for record in records {
            let interval = self.interval(record);
            let entry = found.entry(record.text(0).to_owned()).or_insert_with(|| Some(Vec::new()));
            match (entry.as_mut(), interval) {
                (Some(list), Some(interval)) => list.push(interval),
                _ => *entry = None,
            }
        }
        for record in records {
            let Some(Some(list)) = found.get_mut(record.text(0)) else { continue };
            list.sort_by_key(|interval| interval.start);
            let aligned = list.first().is_some_and(|first| first.start == 0)
                && list.windows(2).all(|pair| {
                    pair[1].start > pair[0].start && (pair[1].start - pair[0].start) % pair[0].increment == 0
                });
            if !aligned {
                let help = "the first interval begins at 0s, each later one after whole increments of the one before";
                let bad =
                    Bad::new(FaultKind::OutOfRange, "begins inside an increment, or leaves out the beginning", help);
                self.fault(record, 5, "GroupIntervalStart", &bad);
                found.insert(record.text(0).to_owned(), None);
            }
        }
        found
    }

    fn interval(&mut self, record: &Record<'_>) -> Option<Interval> {
        let (comma, currency) = (self.comma, self.around.currency);
        let mut take = |at: usize, column: &str, read: Result<Decimal, Bad>| {
            read.map_err(|bad| self.fault(record, at, column, &bad)).ok()
        };
        let fee = if record.text(1).is_empty() { Ok(Decimal::ZERO) } else { amount(record.text(1), comma, currency) };
        let fee = take(1, "ConnectFee", fee);
        let rate = take(2, "Rate", amount(record.text(2), comma, currency));
        let unit = take(3, "RateUnit", duration(record.text(3)).map(Decimal::from));
        let increment = take(4, "RateIncrement", duration(record.text(4)).map(Decimal::from));
        let start = take(5, "GroupIntervalStart", duration(record.text(5)).map(Decimal::from));
        let whole = |value: Decimal| u32::try_from(value).ok();
        let (fee, rate, start) = (fee?, rate?, whole(start?)?);
        let (unit, increment) = (whole(unit?).and_then(NonZeroU32::new), whole(increment?).and_then(NonZeroU32::new));
        let (Some(unit), Some(increment)) = (unit, increment) else {
            let (at, column) = if unit.is_none() { (3, "RateUnit") } else { (4, "RateIncrement") };
            self.fault(record, at, column, &Bad::new(FaultKind::OutOfRange, "is 0", "1s or more"));
            return None;
        };
        let Some(price) = per_minute(rate, unit).and_then(RatePerMinute::new) else {
            let help = "a unit that divides a minute, such as 1s or 60s";
            let bad = Bad::new(FaultKind::InexactNumber, "makes no price of a minute with an end", help);
            self.fault(record, 2, "Rate", &bad);
            return None;
        };
        Some(Interval { connect_fee: fee, price, increment, start })
    }

    fn join(
        &mut self,
        records: &[Record<'_>],
        destinations: &BTreeMap<String, Vec<DialPrefix>>,
        rates: &BTreeMap<String, Option<Vec<Interval>>>,
    ) -> RowPacker {
        let mut rows = RowPacker::default();
        for record in records {
            let (destination, tag) = (record.text(1), record.text(2));
            let prefixes = if destination == ANY {
                (1..=9).filter_map(|digit| DialPrefix::parse(&format!("{digit}")).ok()).collect()
            } else if let Some(prefixes) = destinations.get(destination) {
                prefixes.clone()
            } else {
                let help = "name the table of destinations as well: more = [\"Destinations.csv\"]";
                self.fault(
                    record,
                    1,
                    "DestinationId",
                    &Bad::new(FaultKind::UnknownName, "is no destination here", help),
                );
                continue;
            };
            let intervals = match rates.get(tag) {
                Some(Some(intervals)) => intervals,
                // Told already.
                Some(None) => continue,
                None => {
                    let help = "name the table of rates as well: more = [\"Rates.csv\"]";
                    self.fault(record, 2, "RatesTag", &Bad::new(FaultKind::UnknownName, "is no rate here", help));
                    continue;
                }
            };
            self.round(record);
            if !matches!(record.text(5), "" | "0") {
                self.capped += 1;
            }
            let Some(first) = intervals.first() else { continue };
            let price = if intervals.len() == 1 {
                Price::PerMinute(first.price)
            } else {
                let step = |i: &Interval| PriceStep { from: i.start, price: i.price, increment: i.increment };
                Price::Steps(intervals.iter().map(step).collect())
            };
            let cell = record.cells.get(1).map_or((0, 0), |(cell, _)| (cell.start, cell.end));
            let span = self.troubles[record.file].span(cell.0, cell.1);
            let terms = Terms {
                destination: (destination != ANY).then(|| destination.to_owned()),
                price,
                increment: BillingIncrement { initial: first.increment, further: first.increment },
                connect_fee: first.connect_fee,
                minimum: Decimal::ZERO,
                effective_from: self.around.effective_from,
                expires: self.around.expires,
                origins: Vec::new(),
                withdrawn: false,
                unbilled: false,
            };
            let number = rows.terms(span.source, terms);
            for prefix in prefixes {
                rows.push(prefix, span, number);
            }
        }
        rows
    }

    /// One rounding for all rows: a table has one.
    fn round(&mut self, record: &Record<'_>) {
        let mode = match record.text(3) {
            "*up" => RoundingMode::Up,
            "*down" => RoundingMode::Down,
            "*middle" => RoundingMode::HalfUp,
            "" => return,
            _ => {
                let bad = Bad::new(FaultKind::UnknownWord, "is no rounding known here", "*up, *middle or *down");
                return self.fault(record, 3, "RoundingMethod", &bad);
            }
        };
        let places = record.text(4).parse::<u32>().ok().filter(|places| *places <= Rounding::MOST_PLACES);
        let Some(places) = places else {
            let bad = Bad::new(FaultKind::OutOfRange, "is no number of decimals", "such as 6");
            return self.fault(record, 4, "RoundingDecimals", &bad);
        };
        let rounding = Rounding { places, mode };
        if self.rounding.is_some_and(|other| other != rounding) {
            let bad =
                Bad::new(FaultKind::ConflictingKeys, "is another rounding than that of the rows before", "one for all");
            self.fault(record, 3, "RoundingMethod", &bad);
        }
        self.rounding = Some(rounding);
    }
}

/// A duration with its unit, in whole seconds: `60s`, `1m`, `1m30s`, or 0.
fn duration(text: &str) -> Result<u32, Bad> {
    let form = || Bad::new(FaultKind::BadUnit, "is no duration in whole seconds with its unit", "such as 60s or 1m");
    if text == "0" {
        return Ok(0);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        let help = "write the unit: versions of CGRateS take a bare number for seconds or for nanoseconds";
        return Err(Bad::new(FaultKind::AmbiguousCell, "can be read as seconds or as nanoseconds", help));
    }
    let (mut total, mut number) = (0_u32, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return Err(form()),
        };
        let value: u32 = number.parse().map_err(|_| form())?;
        number.clear();
        total = value.checked_mul(unit).and_then(|value| total.checked_add(value)).ok_or_else(form)?;
    }
    if number.is_empty() && !text.is_empty() && total <= BillingIncrement::LONGEST { Ok(total) } else { Err(form()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1s"), Ok(1));
        assert_eq!(duration("1m30s"), Ok(90));
        assert_eq!(duration("0"), Ok(0));
        assert_eq!(duration("60").map_err(|bad| bad.kind), Err(FaultKind::AmbiguousCell));
        for text in ["", "s", "1x", "ms", "1s2", "99999999999s", "48h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
