//! The sign-off document as a process, and what moves a bad year.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::compare::sensitivity::sensitivity;
use trunkrisk::input::example;
use trunkrisk::input::files::{Folder, PLAN};
use trunkrisk::input::plan::{Options, load};

fn process(c: &mut Criterion) {
    let program = env!("CARGO_BIN_EXE_trunkrisk");
    c.bench_function("report --demo, as a process", |b| {
        b.iter(|| Command::new(program).args(["report", "--demo", "--output", "html"]).output().unwrap());
    });
}

fn tornado(c: &mut Criterion) {
    let folder = Folder::Embedded(&example::FILES);
    let loaded = load(folder.read(PLAN).unwrap(), &folder, &Options::default()).map_err(|r| r.faults).unwrap();
    c.bench_function("what moves a bad year, every input of the example floor", |b| {
        b.iter(|| black_box(sensitivity(&loaded.plan).unwrap().unwrap()));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = process, tornado
}
criterion_main!(benches);
