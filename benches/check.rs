//! The main job as a process, and a year's spending curve of a large floor.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::assessment::range::parameter_range;
use trunkrisk::assessment::{assess, prepare};
use trunkrisk::input::files::{Folder, PLAN};
use trunkrisk::input::plan::{Loaded, Options, load};
use trunkrisk::input::{example, files::NamedText};
use trunkrisk::outage::state::{Windows, behaviours, phases};
use trunkrisk::outage::worst::worst_start;

/// The example floor with five campaigns of ten shifts each, no two alike.
fn large() -> Loaded {
    let folder = Folder::Embedded(&example::FILES);
    let text = folder.read(PLAN).unwrap().text;
    let begin = text.find("[[campaign]]").unwrap();
    let end = text.find("# Trunks, in the order").unwrap();
    let mut plan = text[..begin].to_owned();
    for campaign in 0..5 {
        let shifts: Vec<String> = (0..10)
            .map(|shift| {
                format!(
                    "{{ hours = \"Mo-Fr {:02}:{:02}-{:02}:00; PH off\", seats = 5 }}",
                    6 + shift,
                    10 * campaign,
                    12 + shift
                )
            })
            .collect();
        let block = text[begin..end].replace("\"renewals\"", &format!("\"campaign {campaign}\"")).replace(
            "[{ hours = \"Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off\", seats = 50 }]",
            &format!("[{}]", shifts.join(", ")),
        );
        let _ = writeln!(plan, "{block}");
    }
    plan.push_str(&text[end..]);
    let named = NamedText { name: PLAN.to_owned(), bytes: plan.clone().into_bytes(), text: plan };
    load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap()
}

fn process(c: &mut Criterion) {
    let program = env!("CARGO_BIN_EXE_trunkrisk");
    c.bench_function("check --demo, as a process", |b| {
        b.iter(|| Command::new(program).args(["check", "--demo"]).output().unwrap());
    });
}

fn curve(c: &mut Criterion) {
    let loaded = large();
    let outages = behaviours(&loaded.plan, &loaded.plan.causes[1]);
    let hour = phases(&outages, 3600.0, Windows::Mean);
    c.bench_function("calendar and spending curve of a year, five campaigns with ten shifts each", |b| {
        b.iter(|| {
            let engine = prepare(&loaded.plan).unwrap();
            let state = engine.intern(&hour[1].state);
            for regime in 0..engine.calendar.regimes().len() {
                black_box(engine.burn(state, regime).unwrap());
            }
        });
    });
    c.bench_function("the worst start of an hour on that floor", |b| {
        let engine = prepare(&loaded.plan).unwrap();
        b.iter(|| black_box(worst_start(&engine, &hour).unwrap()));
    });
}

fn range(c: &mut Criterion) {
    let folder = Folder::Embedded(&example::FILES);
    let loaded =
        load(folder.read(PLAN).unwrap(), &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap();
    let assessment = assess(&loaded.plan).unwrap();
    let mut group = c.benchmark_group("the year of the example floor");
    group.sample_size(10);
    group.bench_function("1,000 parameter draws", |b| b.iter(|| black_box(parameter_range(&assessment).unwrap())));
    group.finish();
}

criterion_group!(benches, process, curve, range);
criterion_main!(benches);
