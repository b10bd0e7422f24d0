//! How long simulated years take.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench, not a library")]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64};

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::input::example::FILES;
use trunkrisk::input::files::{Folder, NamedText, PLAN};
use trunkrisk::input::plan::{Options, load};
use trunkrisk::model::cause::Frequency;
use trunkrisk::model::law::DurationLaw;
use trunkrisk::outage::engine::Engine;
use trunkrisk::outage::profile::Course;
use trunkrisk::outage::state::behaviours;
use trunkrisk::simulate::count::Counts;
use trunkrisk::simulate::draw::{Keyed, Purpose};
use trunkrisk::simulate::interval::ranks;
use trunkrisk::simulate::years::figures::{Wanted, figures};
use trunkrisk::simulate::years::run::{Ask, Silence};
use trunkrisk::simulate::years::{Given, Years};

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

/// Poisson(4) outages a year, lognormal with a median of 45 minutes and sigma 1.2, on a floor that never closes.
fn years(c: &mut Criterion) {
    let folder = Folder::Embedded(&FILES);
    let text = folder.read(PLAN).unwrap().text.replace("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", "24/7");
    let named = NamedText { name: PLAN.to_owned(), bytes: text.clone().into_bytes(), text };
    let plan = load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap().plan;
    let reach = 60.0 * 86_400.0;
    let engine = Engine::new(&plan, reach).unwrap();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let given = || Given {
        index: 0,
        frequency: Frequency::Poisson { mean: 4.0 },
        duration: &law,
        longest: None,
        course: Course::new(&engine, &behaviours(&plan, &plan.causes[0])),
    };
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut group = c.benchmark_group("years");
    group.sample_size(10);
    for (name, number, tie) in [("10^6 years", 1_000_000, None), ("10^5 tied years", 100_000, Some(&[][..]))] {
        let years = Years::new(&engine, vec![given()], reach, tie).unwrap();
        let silence = Silence::Left;
        let (month_budget, months, stop, done) = (None, false, &stop, &done);
        let ask = Ask { years: number, seed: 7, threads: 1, month_budget, months, silence, stop, done };
        let wanted = Wanted { quantiles: vec![0.5, 0.95, 0.99, 0.999], variance: true, ..Wanted::default() };
        group.bench_function(format!("{name}, one thread, figures read"), |b| {
            b.iter(|| figures(&years.run(&ask, None), &wanted));
        });
    }
    group.finish();
}

criterion_group!(benches, draws, laws, years);
criterion_main!(benches);
