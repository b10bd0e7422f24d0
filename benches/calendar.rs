//! How long a year's calendar takes, and what it costs to ask it.
#![allow(clippy::expect_used, reason = "a bench that cannot start has nothing to report")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use opening_hours::OpeningHours;
use opening_hours::localization::Country;
use trunkrisk::words::calendar::{Calendar, Floor, Hours, Shift, Zone};

/// Five campaigns of ten shifts each, no two alike if `distinct`.
fn campaigns(distinct: bool) -> Vec<Vec<Shift>> {
    (0..5)
        .map(|campaign| {
            (0..10)
                .map(|shift| {
                    let minute = if distinct { campaign * 10 + shift } else { shift };
                    let text = format!("Mo-Fr 08:{minute:02}-20:{minute:02}; Sa 09:00-14:{minute:02}; PH off");
                    Shift { hours: Hours::parse(&text, Some("US")).expect("valid"), seats: 5 }
                })
                .collect()
        })
        .collect()
}

fn floor(campaigns: &[Vec<Shift>]) -> Floor<'_> {
    Floor {
        zone: Zone::parse("America/New_York").expect("a zone"),
        as_of: "2026-12-01".parse().expect("a date"),
        tail: Duration::from_secs(48 * 3600),
        campaigns,
        rate_changes: &[],
    }
}

fn calendar(c: &mut Criterion) {
    let text = "Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off";
    c.bench_function("parse one expression", |b| b.iter(|| Hours::parse(black_box(text), Some("US"))));

    let library: OpeningHours = text.parse().expect("valid");
    let library = library.with_context(opening_hours::Context::default().with_holidays(Country::US.holidays()));
    let first: chrono::NaiveDate = "2026-12-01".parse().expect("a date");
    let midnight = first.and_time(chrono::NaiveTime::MIN);
    c.bench_function("the library's iterator, one year of one expression", |b| {
        b.iter(|| library.iter_range(midnight, midnight + chrono::TimeDelta::days(365)).count());
    });
    c.bench_function("the library's schedule_at, one year of one expression", |b| {
        b.iter(|| first.iter_days().take(365).map(|date| library.schedule_at(date).into_iter().count()).sum::<usize>());
    });

    let zone = Zone::parse("America/New_York").expect("a zone");
    let hours = Hours::parse(text, Some("US")).expect("valid");
    let last = "2027-11-30".parse().expect("a date");
    c.bench_function("expand one year of one expression", |b| b.iter(|| hours.expand(zone, first, last)));
    let dated = Hours::parse("Mo-Fr 08:00-20:00; Sa 09:00-14:00; Dec 24-26 off", None).expect("valid");
    c.bench_function("expand one year of one expression with dates", |b| b.iter(|| dated.expand(zone, first, last)));

    for (name, distinct) in [("10 expressions", false), ("50 expressions", true)] {
        let campaigns = campaigns(distinct);
        let floor = floor(&campaigns);
        c.bench_function(&format!("build, 5 campaigns of 10 shifts, {name}"), |b| b.iter(|| Calendar::build(&floor)));
        let calendar = Calendar::build(&floor).expect("valid");
        let (from, to) = (calendar.start().plus(12_345_678_901), calendar.end().plus(-9_876_543_210));
        let mut spent = Vec::new();
        c.bench_function(&format!("occupancy, {} regimes, {name}", calendar.regimes().len()), |b| {
            b.iter(|| calendar.occupancy_into(black_box(from), black_box(to), &mut spent));
        });
        let offsets = [0, 60_000, 600_000, 3_600_000, 14_400_000, 28_800_000, 86_400_000];
        c.bench_function(&format!("candidate starts, {} segments, {name}", calendar.segments().len()), |b| {
            b.iter(|| calendar.candidate_starts(&offsets, &[]));
        });
    }
}

criterion_group!(benches, calendar);
criterion_main!(benches);
