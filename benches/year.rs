//! How long the exact law of a year takes.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench, not a library")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::assessment::year::{QUANTILES, causes};
use trunkrisk::input::example;
use trunkrisk::input::files::{Folder, NamedText, PLAN};
use trunkrisk::input::plan::{Options, load};
use trunkrisk::model::law::DurationLaw;
use trunkrisk::model::plan::Plan;
use trunkrisk::outage::engine::Engine;
use trunkrisk::outage::profile::Course;
use trunkrisk::outage::state::behaviours;
use trunkrisk::year::counts::Count;
use trunkrisk::year::exact::{Asked, Known, Part, read};
use trunkrisk::year::lengths::Lengths;
use trunkrisk::year::severity::Severity;

fn floor(hours: &str) -> Plan {
    let folder = Folder::Embedded(&example::FILES);
    let text = folder.read(PLAN).unwrap().text.replace("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", hours);
    let named = NamedText { name: PLAN.to_owned(), bytes: text.clone().into_bytes(), text };
    load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap().plan
}

fn law(c: &mut Criterion) {
    let asked = Asked { quantiles: QUANTILES.to_vec(), amounts: vec![1500.0] };
    // Poisson(4) outages of a lognormal length, round the clock: a law that textbooks tabulate.
    let plan = floor("24/7");
    let lengths = Lengths::new(&DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap(), None);
    let engine = Engine::new(&plan, lengths.reach() + 3600.0).unwrap();
    let course = Course::new(&engine, &behaviours(&plan, &plan.causes[0]));
    let severity = Severity::new(&course, lengths, 365.0 * 86_400.0).unwrap();
    let parts = [Part { count: Count { mean: 4.0, shape: None }, severity: &severity }];
    c.bench_function("exact law, Poisson(4) × lognormal", |b| {
        b.iter(|| black_box(read(&parts, &asked, &Known::default()).unwrap()));
    });
    let plan = floor("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off");
    c.bench_function("spend of one outage, four causes of the example floor", |b| {
        b.iter(|| black_box(causes(&plan).unwrap().unwrap()));
    });
    let of = causes(&plan).unwrap().unwrap();
    let parts = of.parts(1.0);
    c.bench_function("exact law of the example floor", |b| {
        b.iter(|| black_box(read(&parts, &asked, &Known::default()).unwrap()));
    });
}

criterion_group!(benches, law);
criterion_main!(benches);
