//! How many calls are simulated in a second, against a heap that does nothing else.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench, not a library")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trunkrisk::input::example::FILES;
use trunkrisk::input::files::Folder;
use trunkrisk::input::plan::{Options, load};
use trunkrisk::rating::tariff::Tariff;
use trunkrisk::simulate::calls::Outage;
use trunkrisk::simulate::calls::floor::Floor;
use trunkrisk::simulate::calls::queue::Queue;
use trunkrisk::simulate::calls::run::run;
use trunkrisk::simulate::stream::Stream;
use trunkrisk::words::calendar::Instant;

/// Calls in progress, as on the example floor.
const IN_PROGRESS: u32 = 100;

const CALLS: u64 = 1_000_000;

fn heap(c: &mut Criterion) {
    let mut group = c.benchmark_group("bare heap");
    group.sample_size(20).throughput(Throughput::Elements(CALLS));
    // One event in and one out for each call, with a draw for its length.
    group.bench_function("hold", |b| {
        let mut draws = Stream::new(1, 0, 0, 0);
        let mut queue = Queue::default();
        for what in 0..IN_PROGRESS {
            queue.push(draws.word() >> 32, what);
        }
        b.iter(|| {
            for _ in 0..CALLS {
                let (now, what) = queue.pop().unwrap();
                queue.push(now + (draws.word() >> 32), what);
            }
        });
    });
    group.finish();
}

/// The example floor, open all day, without a line cap and with one. The carrier is silent, and after a minute marked
/// down: each call asks one trunk, and waits once.
fn calls(c: &mut Criterion) {
    let mut group = c.benchmark_group("calls, one core, every one billed");
    group.sample_size(10);
    for (name, lines) in [("no line cap", None), ("line cap", Some("campaign.renewals.lines_per_seat=3.0"))] {
        let folder = Folder::Embedded(&FILES);
        let text = folder.read("failover.toml").unwrap();
        let mut sets = vec!["campaign.renewals.shifts.0.hours=24/7".to_owned()];
        sets.extend(lines.map(str::to_owned));
        let mut loaded = load(text, &folder, &Options { sets: &sets, ..Options::default() }).unwrap();
        if lines.is_none() {
            loaded.plan.campaigns.iter_mut().for_each(|campaign| campaign.lines_per_seat = None);
        }
        let plan = &loaded.plan;
        let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
        let local = plan.as_of.succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap();
        let start = Instant::from_local(local, plan.timezone);
        let floor = Floor::new(plan, &tariffs, Outage { cause: 1, length: 100.0 * 3600.0, start }, 1).unwrap();
        let attempts = run(&floor, 1, 0, false).unwrap().0.paced.attempts;
        group.throughput(Throughput::Elements(attempts));
        group.bench_function(name, |b| b.iter(|| run(black_box(&floor), 1, 0, false).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, heap, calls);
criterion_main!(benches);
