use std::num::NonZeroU32;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::model::rates::RatePerMinute;
use crate::model::rows::{RateRow, Terms};
use crate::words::diagnostic::{SourceId, Sources, Span};
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;
use crate::words::rounding::RoundingMode;

pub(crate) fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, d).unwrap()
}

pub(crate) fn source() -> SourceId {
    Sources::default().add("test", "")
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn rate(text: &str) -> RatePerMinute {
    RatePerMinute::new(dec(text)).unwrap()
}

/// A 1/1 row without fees.
pub(crate) fn row(prefix: &str, price: &str) -> RateRow {
    let terms = Terms {
        destination: None,
        price: Price::PerMinute(rate(price)),
        increment: BillingIncrement::new(1, 1).unwrap(),
        connect_fee: Decimal::ZERO,
        minimum: Decimal::ZERO,
        effective_from: None,
        expires: None,
        origins: vec![],
        withdrawn: false,
        unbilled: false,
    };
    RateRow { prefix: DialPrefix::parse(prefix).unwrap(), span: Span::new(source(), 0, 0), terms }
}

pub(crate) fn billing(places: u32, mode: RoundingMode) -> Billing {
    Billing {
        increment: None,
        base: IncrementBase::Further,
        connect_fee: Decimal::ZERO,
        attempt_fee: Decimal::ZERO,
        rounding: Rounding { places, mode },
    }
}

pub(crate) fn steps(list: &[(u32, &str, u32)]) -> Price {
    let step = |(from, price, increment): &(u32, &str, u32)| PriceStep {
        from: *from,
        price: rate(price),
        increment: NonZeroU32::new(*increment).unwrap(),
    };
    Price::Steps(list.iter().map(step).collect())
}

fn talk(text: &str) -> CallDuration {
    CallDuration::from_decimal(dec(text)).unwrap()
}

#[test]
fn published_values() {
    let csv = include_str!("../../../tests/data/rating/published.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
    let mut count = 0;
    for record in reader.records() {
        let r = record.unwrap();
        let mut row = row("1", "0");
        row.increment = BillingIncrement::parse(&r[1]).unwrap();
        row.price = Price::FirstFollowing { first: rate(&r[3]), following: rate(&r[4]) };
        row.connect_fee = dec(&r[5]);
        let mut rules = billing(r[7].parse().unwrap(), RoundingMode::HalfUp);
        if &r[2] == "whole" {
            rules.base = IncrementBase::Whole;
        }
        let charge = cost(row.view(), &rules, talk(&r[6]), None).unwrap();
        assert_eq!((charge.billed_seconds.to_string(), charge.cost), (r[8].to_owned(), dec(&r[9])), "{}", &r[0]);
        count += 1;
    }
    assert!(count >= 15);
}

#[test]
fn steps_bill_their_own_increments() {
    let mut row = row("1", "0");
    row.price = steps(&[(0, "0.20", 60), (60, "0.10", 1), (3600, "0.02", 30)]);
    row.connect_fee = dec("0.05");
    let rules = billing(6, RoundingMode::HalfUp);
    let at = |seconds| {
        let charge = cost(row.view(), &rules, talk(seconds), None).unwrap();
        (charge.billed_seconds, charge.cost.normalize().to_string())
    };
    assert_eq!(at("0.2"), (60, "0.25".to_owned()));
    assert_eq!(at("60"), (60, "0.25".to_owned()));
    assert_eq!(at("66"), (66, "0.26".to_owned()));
    assert_eq!(at("3600"), (3600, "6.15".to_owned()));
    assert_eq!(at("3601"), (3630, "6.16".to_owned()));
    for bad in [&[][..], &[(6, "1", 6)], &[(0, "1", 6), (7, "1", 1)], &[(0, "1", 6), (0, "1", 1)]] {
        row.price = steps(bad);
        assert_eq!(cost(row.view(), &rules, talk("9"), None), Err(RatingError::Steps));
    }
}

#[test]
fn minimum_attempt_and_jurisdiction() {
    let mut row = row("1", "0.01");
    row.minimum = dec("0.005");
    let mut rules = billing(4, RoundingMode::Up);
    rules.attempt_fee = dec("0.002");
    let at = |row: RowRef<'_>, seconds, j| cost(row, &rules, talk(seconds), j).map(|c| (c.billed_seconds, c.cost));
    assert_eq!(at(row.view(), "0", None), Ok((0, dec("0.002"))));
    assert_eq!(at(row.view(), "30", None), Ok((30, dec("0.005"))));
    assert_eq!(at(row.view(), "31", None), Ok((31, dec("0.0052"))));
    row.price = Price::Jurisdiction { interstate: rate("0.01"), intrastate: rate("0.03"), indeterminate: rate("0.06") };
    assert_eq!(at(row.view(), "60", None), Err(RatingError::JurisdictionUnknown));
    assert_eq!(at(row.view(), "60", Some(Jurisdiction::Interstate)), Ok((60, dec("0.01"))));
    assert_eq!(at(row.view(), "60", Some(Jurisdiction::Intrastate)), Ok((60, dec("0.03"))));
    assert_eq!(at(row.view(), "60", Some(Jurisdiction::Indeterminate)), Ok((60, dec("0.06"))));
}

#[test]
fn what_cannot_be_kept_is_an_error() {
    let mut huge = row("1", "79228162514264337593543950335");
    let rules = billing(6, RoundingMode::HalfUp);
    assert_eq!(cost(huge.view(), &rules, talk("60"), None), Err(RatingError::Overflow));
    huge.connect_fee = dec("0.0000000000000000000000000001");
    assert_eq!(cost(huge.view(), &rules, talk("60"), None), Err(RatingError::Overflow));
    let mut negative = row("1", "1");
    negative.connect_fee = dec("-1");
    assert_eq!(cost(negative.view(), &rules, talk("60"), None), Err(RatingError::Negative(dec("-1"))));
    for bad in ["-0.1", "315360000.1", "79228162514264337593543950335"] {
        assert!(CallDuration::from_decimal(dec(bad)).is_err(), "{bad}");
    }
    assert_eq!(CallDuration::from_duration(Duration::from_millis(30_100)).unwrap().begun(), 31);
    assert!(CallDuration::from_duration(Duration::MAX).is_err());
}

/// The formula of the module's head in decimals, rounded by another crate's rounding.
fn naive(row: RowRef<'_>, rules: &Billing, seconds: Decimal) -> Decimal {
    let (i, s) = (Decimal::from(row.increment.initial.get()), Decimal::from(row.increment.further.get()));
    let billed = match rules.base {
        _ if seconds <= i => i,
        IncrementBase::Further => i + s * ((seconds - i) / s).ceil(),
        IncrementBase::Whole => s * (seconds / s).ceil(),
    };
    let Price::FirstFollowing { first, following } = &row.price else { panic!() };
    let exact = row.connect_fee + (first.get() * i + following.get() * (billed - i)) / Decimal::from(60);
    use rust_decimal::RoundingStrategy::*;
    let strategy = match rules.rounding.mode {
        RoundingMode::HalfUp => MidpointAwayFromZero,
        RoundingMode::HalfEven => MidpointNearestEven,
        RoundingMode::Up => AwayFromZero,
        RoundingMode::Down => ToZero,
    };
    exact.round_dp_with_strategy(rules.rounding.places, strategy).max(row.minimum)
}

prop_compose! {
    pub(crate) fn any_row()(
        first in 0_i64..30_000, following in 0_i64..30_000, scale in 2_u32..6, connect in 0_i64..50,
        minimum in 0_i64..50, initial in 1_u32..70, further in 1_u32..70,
    ) -> RateRow {
        let mut row = row("1", "0");
        let price = |n| RatePerMinute::new(Decimal::new(n, scale)).unwrap();
        row.price = Price::FirstFollowing { first: price(first), following: price(following) };
        row.increment = BillingIncrement::new(initial, further).unwrap();
        row.connect_fee = Decimal::new(connect, 3);
        row.minimum = Decimal::new(minimum, 3);
        row
    }
}

prop_compose! {
    pub(crate) fn any_billing()(whole in any::<bool>(), places in 2_u32..7, mode in 0_usize..4) -> Billing {
        let mut rules = billing(places, RoundingMode::NAMES[mode].1);
        rules.base = if whole { IncrementBase::Whole } else { IncrementBase::Further };
        rules
    }
}

proptest! {
    #[test]
    fn equals_decimals(row in any_row(), rules in any_billing(), tenths in 1_i64..40_000) {
        let seconds = Decimal::new(tenths, 1);
        let got = cost(row.view(), &rules, CallDuration::from_decimal(seconds).unwrap(), None).unwrap();
        prop_assert_eq!(got.cost, naive(row.view(), &rules, seconds));
        prop_assert!(Decimal::from(got.billed_seconds) >= seconds);
    }

    #[test]
    fn longer_and_dearer_never_cost_less(row in any_row(), rules in any_billing(), s in 1_u64..4000, more in 0_u64..100) {
        let at = |row: RowRef<'_>, s| cost(row, &rules, CallDuration::from_seconds(s).unwrap(), None).unwrap();
        let (short, long) = (at(row.view(), s), at(row.view(), s + more));
        prop_assert!(short.cost <= long.cost && short.billed_seconds <= long.billed_seconds);
        let mut dear = row.clone();
        let Price::FirstFollowing { first, following } = &row.price else { panic!() };
        let raise = |p: &RatePerMinute| RatePerMinute::new(p.get() + dec("0.0001")).unwrap();
        dear.price = Price::FirstFollowing { first: raise(first), following: raise(following) };
        prop_assert!(at(dear.view(), s).cost >= short.cost);
    }
}
