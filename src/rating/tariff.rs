//! What a table makes of a number: inside the flat rate, priced by a row, or not priced at all.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use super::RatingError;
use super::call::{CallDuration, CallPricer, Charge};
use super::explain::{Bill, BillStep, bill, shown};
use super::lookup::RateIndex;
use super::prefix_set::PrefixSet;
use crate::model::rates::{Jurisdiction, Price, RateTable, TableKind};
use crate::model::rows::RowRef;
use crate::words::e164::DialPrefix;

/// A rate table with its indexes.
#[derive(Debug, Clone)]
pub struct Tariff<'a> {
    table: &'a RateTable,
    index: RateIndex<'a>,
    seats: PrefixSet,
    /// The seat row and prefix behind each prefix of `seats`.
    markets: Vec<(usize, DialPrefix)>,
    /// Whether any row is blocked.
    blocked: bool,
}

/// What prices a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Inside the flat rate: minutes cost nothing.
    FlatRate {
        /// Index of the seat row.
        seat: usize,
        /// The seat's prefix that covers it.
        prefix: DialPrefix,
    },
    /// Priced by a row.
    Row {
        /// Index of the row.
        row: usize,
        /// Whether the row's last day is past.
        expired: bool,
    },
    /// Neither.
    NoRate,
}

/// As [`Destination`], without the dates, which a plain charge need not fetch.
#[derive(Debug, Clone, Copy)]
enum Source {
    Seat(usize, DialPrefix),
    Row(usize),
    None,
}

/// One call as `rates price` shows it. Amounts are decimal strings in the table's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricedCall {
    /// The prefix that priced it.
    pub prefix: String,
    /// What the carrier calls it.
    pub destination: Option<String>,
    /// Billed duration [s]; 0 inside a flat rate, which bills no minutes.
    pub billed_seconds: u64,
    /// Exact cost.
    pub cost: String,
    /// How it came about.
    pub steps: Vec<BillStep>,
    /// Whether the row's last day is past.
    #[serde(skip)]
    pub expired: bool,
}

impl<'a> Tariff<'a> {
    /// Indexes a table.
    #[must_use]
    pub fn new(table: &'a RateTable) -> Self {
        let mut markets = Vec::new();
        if let TableKind::FlatRate(seats) = &table.kind {
            for (i, seat) in seats.iter().enumerate() {
                markets.extend(seat.prefixes.iter().map(|prefix| (i, *prefix)));
            }
        }
        // The first seat row that names a prefix has it.
        markets.sort_by_key(|(i, prefix)| (*prefix, *i));
        markets.dedup_by_key(|(_, prefix)| *prefix);
        let seats = PrefixSet::new(markets.iter().map(|(_, prefix)| *prefix));
        let blocked = table.rows.terms().any(|terms| terms.price == Price::Blocked);
        Self { table, index: RateIndex::new(&table.rows), seats, markets, blocked }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'a RateTable {
        self.table
    }

    /// The index of its rows.
    #[must_use]
    pub fn index(&self) -> &RateIndex<'a> {
        &self.index
    }

    /// What prices a number, or all numbers with a prefix, on a date.
    ///
    /// A number with a seat's prefix is inside the flat rate, unless a row with a longer prefix prices it.
    #[must_use]
    pub fn destination(&self, number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Destination {
        match self.source(number, on, from) {
            Source::Seat(seat, prefix) => Destination::FlatRate { seat, prefix },
            Source::Row(row) => Destination::Row { row, expired: self.index.expired(row, on) },
            Source::None => Destination::NoRate,
        }
    }

    fn source(&self, number: DialPrefix, on: NaiveDate, from: Option<DialPrefix>) -> Source {
        let row = self.index.find(number, on, from);
        let seat = if self.markets.is_empty() { None } else { self.seats.longest(number).map(|at| self.markets[at]) };
        match (row, seat) {
            (row, Some((seat, prefix)))
                if row
                    .and_then(|row| self.table.rows.prefix(row))
                    .is_none_or(|row| row.digits() <= prefix.digits()) =>
            {
                Source::Seat(seat, prefix)
            }
            // A blocked prefix is not priced by a shorter one either.
            (Some(row), _) if self.blocked && self.refuses(row) => Source::None,
            (Some(row), _) => Source::Row(row),
            (None, _) => Source::None,
        }
    }

    fn refuses(&self, row: usize) -> bool {
        self.table.rows.get(row).is_some_and(|row| row.price == Price::Blocked)
    }

    /// The row of an index, made ready to price calls.
    ///
    /// # Errors
    /// As [`CallPricer::new`].
    pub fn pricer(&self, row: RowRef<'a>, jurisdiction: Option<Jurisdiction>) -> Result<CallPricer<'a>, RatingError> {
        CallPricer::new(row, &self.table.billing, jurisdiction)
    }

    /// What one call costs, without its arithmetic.
    ///
    /// Inside a flat rate an answered call costs nothing, and an attempt the table's attempt fee.
    ///
    /// # Errors
    /// Where no row prices the number, and as [`CallPricer::new`] and [`CallPricer::charge`].
    pub fn charge(
        &self,
        number: DialPrefix,
        talk: CallDuration,
        on: NaiveDate,
        from: Option<DialPrefix>,
        jurisdiction: Option<Jurisdiction>,
    ) -> Result<Charge, RatingError> {
        match self.source(number, on, from) {
            Source::Seat(..) => Ok(Charge { billed_seconds: 0, cost: self.flat(talk) }),
            Source::Row(row) => self.pricer(self.row(row, number)?, jurisdiction)?.charge(talk),
            Source::None => Err(RatingError::NoRate(number)),
        }
    }

    /// What one call costs, with its arithmetic.
    ///
    /// # Errors
    /// As [`Tariff::charge`].
    pub fn price(
        &self,
        number: DialPrefix,
        talk: CallDuration,
        on: NaiveDate,
        from: Option<DialPrefix>,
        jurisdiction: Option<Jurisdiction>,
    ) -> Result<PricedCall, RatingError> {
        match self.destination(number, on, from) {
            Destination::FlatRate { seat, prefix } => Ok(self.flat_call(seat, prefix, talk)),
            Destination::Row { row, expired } => {
                let row = self.row(row, number)?;
                let Bill { billed_seconds, cost, steps } = bill(&self.pricer(row, jurisdiction)?, talk)?;
                Ok(PricedCall {
                    prefix: row.prefix.to_string(),
                    destination: row.destination.clone(),
                    billed_seconds,
                    cost: shown(cost),
                    steps,
                    expired,
                })
            }
            Destination::NoRate => Err(RatingError::NoRate(number)),
        }
    }

    fn row(&self, at: usize, number: DialPrefix) -> Result<RowRef<'a>, RatingError> {
        self.table.rows.get(at).ok_or(RatingError::NoRate(number))
    }

    fn flat(&self, talk: CallDuration) -> Decimal {
        if talk.begun() == 0 { self.table.billing.attempt_fee } else { Decimal::ZERO }
    }

    fn flat_call(&self, seat: usize, prefix: DialPrefix, talk: CallDuration) -> PricedCall {
        let market = match &self.table.kind {
            TableKind::FlatRate(seats) => seats.get(seat).map(|seat| seat.market.clone()),
            TableKind::PerMinute => None,
        };
        let (what, cost) = (
            if talk.begun() == 0 { "not answered: attempt fee" } else { "inside the flat rate" },
            shown(self.flat(talk)),
        );
        let step =
            BillStep { what: what.to_owned(), seconds: None, per_minute: None, from: None, amount: cost.clone() };
        PricedCall {
            prefix: prefix.to_string(),
            destination: market,
            billed_seconds: 0,
            cost,
            steps: vec![step],
            expired: false,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::place::Place;
    use crate::model::rates::{CpsWindow, Fees, Limit, Limits, SeatBasis, SeatPrice};
    use crate::model::rows::RateRow;
    use crate::rating::call::tests::{billing, day, dec, row, source};
    use crate::words::diagnostic::Span;
    use crate::words::money::Currency;
    use crate::words::rounding::RoundingMode;

    fn prefix(text: &str) -> DialPrefix {
        DialPrefix::parse(text).unwrap()
    }

    pub(crate) fn table(kind: TableKind, rows: Vec<RateRow>) -> RateTable {
        let limits = Limits {
            channels: Limit::Unstated,
            cps: Limit::Unstated,
            cps_window: CpsWindow::Rolling,
            excess_signal: 503,
            daily_spend: None,
            prepaid: None,
            dialers: None,
        };
        let zero = Decimal::ZERO;
        RateTable {
            path: "rates/test.toml".to_owned(),
            place: Place::new(Span::new(source(), 0, 0)),
            carrier: "Test".to_owned(),
            currency: Currency::parse("USD").unwrap(),
            kind,
            source: None,
            effective_from: None,
            expires: None,
            billing: billing(6, RoundingMode::HalfUp),
            limits,
            fees: Fees {
                monthly: zero,
                per_channel_month: zero,
                minimum_month: zero,
                usage_tax: zero,
                short_calls: None,
            },
            rows: rows.into_iter().collect(),
            deck: None,
        }
    }

    #[test]
    fn a_longer_row_leaves_the_flat_rate() {
        let seat = |market: &str, prefixes: &[&str]| SeatPrice {
            market: market.to_owned(),
            prefixes: prefixes.iter().map(|p| prefix(p)).collect(),
            price: SeatBasis::PerMonth(dec("90")),
            channels_per_seat: None,
            place: Place::new(Span::new(source(), 0, 0)),
        };
        let kind = TableKind::FlatRate(vec![seat("US and Canada", &["1"]), seat("Alaska", &["1907"])]);
        let mut rows = vec![row("1", "0.5"), row("1900", "1.20"), row("44", "0.03"), row("190", "0.7")];
        rows[1].expires = Some(day(5));
        let mut table = table(kind, rows);
        table.billing.attempt_fee = dec("0.001");
        let tariff = Tariff::new(&table);
        let at = |number| tariff.destination(prefix(number), day(9), None);
        assert_eq!(at("12125550123"), Destination::FlatRate { seat: 0, prefix: prefix("1") });
        assert_eq!(at("19075550123"), Destination::FlatRate { seat: 1, prefix: prefix("1907") });
        assert_eq!(at("19005550123"), Destination::Row { row: 2, expired: true });
        assert_eq!(at("442071234567"), Destination::Row { row: 3, expired: false });
        assert_eq!(at("33"), Destination::NoRate);

        let seconds = |s| CallDuration::from_seconds(s).unwrap();
        let flat = tariff.price(prefix("12125550123"), seconds(90), day(9), None, None).unwrap();
        assert_eq!(
            serde_json::to_string(&flat).unwrap(),
            r#"{"prefix":"1","destination":"US and Canada","billed_seconds":0,"cost":"0","steps":[{"what":"inside the flat rate","amount":"0"}]}"#
        );
        let attempt = tariff.price(prefix("12125550123"), seconds(0), day(9), None, None).unwrap();
        assert_eq!(attempt.cost, "0.001");
        let premium = tariff.price(prefix("19005550123"), seconds(90), day(9), None, None).unwrap();
        assert_eq!((premium.cost.as_str(), premium.expired, premium.billed_seconds), ("1.8", true, 90));
        let charge = tariff.charge(prefix("19005550123"), seconds(90), day(9), None, None).unwrap();
        assert_eq!(charge.cost, dec("1.8"));
        let none = tariff.charge(prefix("33"), seconds(90), day(9), None, None);
        assert_eq!(none, Err(RatingError::NoRate(prefix("33"))));
    }
}
