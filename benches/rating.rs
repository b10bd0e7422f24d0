//! Speed of the rating engine: many calls exactly, look-up included, and one call on average.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rust_decimal::Decimal;
use trunkrisk::model::law::TalkLaw;
use trunkrisk::model::place::Place;
use trunkrisk::model::rates::{Billing, CpsWindow, Fees, Limit, Limits, Price, RatePerMinute, RateTable, TableKind};
use trunkrisk::model::rows::{RateRow, Rows, Terms};
use trunkrisk::rating::average::average;
use trunkrisk::rating::call::{CallDuration, CallPricer};
use trunkrisk::rating::lookup::RateIndex;
use trunkrisk::rating::tariff::Tariff;
use trunkrisk::words::diagnostic::{Sources, Span};
use trunkrisk::words::e164::DialPrefix;
use trunkrisk::words::increment::{BillingIncrement, IncrementBase};
use trunkrisk::words::money::Currency;
use trunkrisk::words::rounding::{Rounding, RoundingMode};

const CALLS: u64 = 1_000_000;

/// A deck as North American carriers write it: 1, area code and exchange.
fn deck() -> impl Iterator<Item = RateRow> {
    let span = Span::new(Sources::default().add("deck", ""), 0, 0);
    (0..100_000_i64).map(move |i| RateRow {
        prefix: DialPrefix::parse(&format!("1{}", 200_000 + i)).unwrap(),
        span,
        terms: Terms {
            destination: None,
            price: Price::PerMinute(RatePerMinute::new(Decimal::new(40 + i % 90, 4)).unwrap()),
            increment: BillingIncrement::new(6, 6).unwrap(),
            connect_fee: Decimal::ZERO,
            minimum: Decimal::ZERO,
            effective_from: NaiveDate::from_ymd_opt(2026, 10, 1),
            expires: None,
            origins: vec![],
            withdrawn: false,
            unbilled: false,
        },
    })
}

fn billing() -> Billing {
    Billing {
        increment: None,
        base: IncrementBase::Further,
        connect_fee: Decimal::ZERO,
        attempt_fee: Decimal::ZERO,
        rounding: Rounding { places: 6, mode: RoundingMode::HalfUp },
    }
}

fn table(rows: Rows) -> RateTable {
    let zero = Decimal::ZERO;
    RateTable {
        path: "deck.toml".to_owned(),
        place: Place::new(Span::new(Sources::default().add("deck", ""), 0, 0)),
        carrier: "Bench".to_owned(),
        currency: Currency::parse("USD").unwrap(),
        kind: TableKind::PerMinute,
        source: None,
        effective_from: None,
        expires: None,
        billing: billing(),
        limits: Limits {
            channels: Limit::Unstated,
            cps: Limit::Unstated,
            cps_window: CpsWindow::Rolling,
            excess_signal: 503,
            daily_spend: None,
            prepaid: None,
            dialers: None,
        },
        fees: Fees { monthly: zero, per_channel_month: zero, minimum_month: zero, usage_tax: zero, short_calls: None },
        rows,
        deck: None,
    }
}

/// Numbers spread over the deck and durations, fixed by a Weyl sequence.
fn calls() -> Vec<(DialPrefix, CallDuration)> {
    (0..CALLS)
        .map(|i| {
            let spread = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let number = DialPrefix::parse(&format!("1{}", 2_000_000_000 + spread % 1_000_000_000)).unwrap();
            (number, CallDuration::from_seconds(1 + spread % 600).unwrap())
        })
        .collect()
}

fn exact(c: &mut Criterion) {
    let (table, calls) = (table(deck().collect()), calls());
    let (rows, rules) = (&table.rows, &table.billing);
    let tariff = Tariff::new(&table);
    let (index, on) = (tariff.index(), NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
    let mut group = c.benchmark_group("exact");
    // Every number has a row, or the figure would flatter.
    assert!(calls.iter().all(|(number, _)| index.find(*number, on, None).is_some()));
    group.sample_size(20).throughput(Throughput::Elements(CALLS));
    group.bench_function("look-up and cost", |b| {
        b.iter(|| {
            for (number, talk) in &calls {
                let _ = black_box(tariff.charge(*number, *talk, on, None, None));
            }
        });
    });
    group.bench_function("look-up only", |b| {
        b.iter(|| calls.iter().filter_map(|(number, _)| index.find(*number, on, None)).sum::<usize>());
    });
    group.bench_function("cost only", |b| {
        let pricer = CallPricer::new(rows.get(0).unwrap(), rules, None).unwrap();
        b.iter(|| {
            for (_, talk) in &calls {
                let _ = black_box(pricer.charge(*talk));
            }
        });
    });
    group.finish();
    let mut group = c.benchmark_group("index");
    group.sample_size(10);
    group.bench_function("build, 100k rows", |b| b.iter(|| RateIndex::new(rows)));
}

fn on_average(c: &mut Criterion) {
    let (mut row, rules) = (deck().next().unwrap(), billing());
    let mut group = c.benchmark_group("average");
    group.sample_size(20);
    let laws = [
        ("exponential, 90 s", TalkLaw::exponential(90.0).unwrap()),
        ("lognormal, 135 s ± 160 s", TalkLaw::lognormal(135.0, 160.0).unwrap()),
        ("lognormal, 1 h ± 3 h", TalkLaw::lognormal(3600.0, 10_800.0).unwrap()),
    ];
    for increment in [1, 6, 60] {
        row.increment = BillingIncrement::new(increment, increment).unwrap();
        let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
        for (name, law) in laws {
            group.bench_function(format!("{name}, {increment}/{increment}"), |b| {
                b.iter(|| average(black_box(&pricer), black_box(&law)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, exact, on_average);
criterion_main!(benches);
