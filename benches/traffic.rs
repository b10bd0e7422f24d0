//! How long the traffic engine takes.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench, not a library")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use trunkrisk::traffic::{Gate, Offered, OnHit, Window, erlang, solve};
use trunkrisk::words::units::{CallsPerSecond, Erlangs, Probability};

fn channels(c: &mut Criterion) {
    let (a, target) = (Erlangs::new(1e5).unwrap(), Probability::new(0.01).unwrap());
    c.bench_function("channels for 1e5 erlang at 1 %", |b| b.iter(|| erlang::channels_for(black_box(a), target)));
    c.bench_function("erlang for 1e5 channels at 1 %", |b| b.iter(|| erlang::traffic_for(black_box(100_000), target)));
}

fn chain(c: &mut Criterion) {
    let offered = Offered {
        rate: CallsPerSecond::new(2.0).unwrap(),
        traffic: Erlangs::new(80.0).unwrap(),
        sources: None,
        redial: Probability::ZERO,
    };
    let gate = |channels| Gate { channels: Some(channels), ..Gate::default() };
    let exact = [gate(40), gate(30), gate(20)];
    let hit = Gate { hit: Probability::new(0.3).unwrap(), on_hit: OnHit::Next, ..gate(40) };
    let peaked = [hit, Gate { cps: Some((3.0, Window::Rolling)), ..gate(30) }, gate(20)];
    let redialled = Offered { redial: Probability::new(0.5).unwrap(), ..offered };
    c.bench_function("3 trunks, exact", |b| b.iter(|| solve(black_box(&offered), &exact)));
    c.bench_function("3 trunks, peaked", |b| b.iter(|| solve(black_box(&offered), &peaked)));
    c.bench_function("3 trunks, peaked, redialled", |b| b.iter(|| solve(black_box(&redialled), &peaked)));
    let few = Offered { sources: Some(100.0), ..redialled };
    c.bench_function("3 trunks, peaked, redialled, few sources", |b| b.iter(|| solve(black_box(&few), &peaked)));
}

criterion_group!(benches, channels, chain);
criterion_main!(benches);
