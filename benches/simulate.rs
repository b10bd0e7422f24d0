//! How long simulated years take.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench, not a library")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::model::cause::Frequency;
use trunkrisk::model::law::DurationLaw;
use trunkrisk::simulate::count::Counts;
use trunkrisk::simulate::draw::{Keyed, Purpose};
use trunkrisk::simulate::interval::ranks;

fn draws(c: &mut Criterion) {
    let keyed = Keyed::new(7);
    let counts = Counts::new(&Frequency::Poisson { mean: 4.0 });
    let mut year = 0;
    c.bench_function("count and draws of a year, Poisson(4)", |b| {
        b.iter(|| {
            year += 1;
            let mut draws = keyed.year(black_box(1), year);
            let number = counts.number(draws.uniform(0, Purpose::Count));
            let mut sum = 0.0;
            for event in 0..number as u32 {
                sum += draws.uniform(event, Purpose::Start) * draws.uniform(event, Purpose::Length);
            }
            sum
        });
    });
    c.bench_function("table of Poisson(4)", |b| b.iter(|| Counts::new(&Frequency::Poisson { mean: black_box(4.0) })));
    c.bench_function("ranks of P95 in 10^6", |b| b.iter(|| ranks(black_box(1_000_000), 0.95, 0.95)));
}

fn laws(c: &mut Criterion) {
    let lognormal = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let gamma = DurationLaw::shaped(|shape, scale| DurationLaw::Gamma { shape, scale }, 2.5, 600.0).unwrap();
    let lomax = DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, 2.5, 600.0).unwrap();
    let pert = DurationLaw::pert(60.0, 600.0, 7200.0).unwrap();
    for (name, law) in [("lognormal", lognormal), ("gamma", gamma), ("lomax", lomax), ("pert", pert)] {
        c.bench_function(&format!("{name}: J"), |b| b.iter(|| law.limited_integral(black_box(1000.0))));
        c.bench_function(&format!("{name}: quantile"), |b| b.iter(|| law.quantile(black_box(0.7))));
    }
}

criterion_group!(benches, draws, laws);
criterion_main!(benches);
