//! Speed of decks: loading and linting one of 500,000 rows, and looking numbers up in large ones.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trunkrisk::input::files::DeckText;
use trunkrisk::input::rates::bare;
use trunkrisk::input::reader::Log;
use trunkrisk::model::rates::RateTable;
use trunkrisk::policy::tables::{duplicates, outliers};
use trunkrisk::rating::lookup::RateIndex;
use trunkrisk::rating::tariff::Tariff;
use trunkrisk::words::diagnostic::Sources;
use trunkrisk::words::digest::sha256;
use trunkrisk::words::e164::DialPrefix;

const ROWS: u64 = 500_000;
const NUMBERS: u64 = 1_000_000;

/// A deck of area codes, exchanges and so many further digits that it has `rows` rows.
fn deck(rows: u64) -> String {
    let mut text = String::from("NPANXX,Rate,Wireless,Land Line\n");
    // Area codes and exchanges from 200-200 on; 640,000 of six digits, more with a seventh.
    let digits = if rows > 600_000 { 10_000_000 } else { 1_000_000 };
    let first = digits / 5;
    for i in 0..rows {
        let code = first + i * (digits - first - 1) / rows;
        let _ = writeln!(text, "{code},0.00{:04},x,", 15 + i % 97);
    }
    text
}

fn load(text: String) -> RateTable {
    let (mut sources, mut inputs, log) = (Sources::default(), Vec::new(), Log::default());
    let digest = sha256(text.as_bytes());
    let text = DeckText { name: "deck.csv".to_owned(), sha256: digest, text, marked: false };
    let table = bare(text, None, &mut sources, &mut inputs, &log).unwrap();
    assert!(log.faults.is_empty());
    table
}

fn lint(table: &RateTable) -> usize {
    duplicates(table).len() + outliers(&Tariff::new(table), NaiveDate::MIN).len()
}

/// Numbers spread over the plan, fixed by a Weyl sequence.
fn numbers() -> Vec<DialPrefix> {
    (0..NUMBERS)
        .map(|i| {
            let spread = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            DialPrefix::parse(&format!("1{}", 2_000_000_000 + spread % 7_900_000_000)).unwrap()
        })
        .collect()
}

fn reading(c: &mut Criterion) {
    let text = deck(ROWS);
    let mut group = c.benchmark_group("deck");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    group.bench_function("load, 500k rows", |b| {
        b.iter_with_large_drop(|| load(black_box(text.clone())));
    });
    group.bench_function("load and lint, 500k rows", |b| {
        b.iter_with_large_drop(|| {
            let table = load(black_box(text.clone()));
            assert_eq!(lint(&table), 0);
            table
        });
    });
    group.finish();
}

fn looking_up(c: &mut Criterion) {
    let (numbers, on) = (numbers(), NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
    let mut group = c.benchmark_group("look-up");
    group.sample_size(10).throughput(Throughput::Elements(NUMBERS));
    for rows in [ROWS, 5_000_000] {
        let table = load(deck(rows));
        let index = RateIndex::new(&table.rows);
        group.bench_function(format!("{rows} rows"), |b| {
            b.iter(|| numbers.iter().filter_map(|number| index.find(*number, on, None)).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, reading, looking_up);
criterion_main!(benches);
