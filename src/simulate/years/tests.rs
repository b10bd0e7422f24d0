//! Simulated years against the profile of single outages, the exact law, and each other.

use std::sync::atomic::{AtomicBool, AtomicU64};

use super::figures::{Figures, Wanted, differences, figures, mean_and_quantile};
use super::lengths::Lengths;
use super::run::{Ask, BLOCK, Drawn, Ended, Silence, totals_alike};
use super::segments::Segments;
use super::tied::{Minimum, Tied};
use super::{Given, MONTHS, Years};
use crate::input::example::floor as plan;
use crate::model::cause::{Frequency, Signal};
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::model::rates::{DailySpend, Prepaid, ShortCalls, ShortCallsOn};
use crate::outage::engine::Engine;
use crate::outage::flow::TrunkFlow;
use crate::outage::pieces::{millis, run};
use crate::outage::profile::{Counted, Course};
use crate::outage::state::{Windows, behaviours, phases};
use crate::rating::border::weight;
use crate::words::calendar::Zone;

const YEAR: f64 = 365.0 * 86_400.0;
const REACH: f64 = 30.0 * 86_400.0;

const ALWAYS: (&str, &str) = ("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", "24/7");

/// The first cause of a plan, struck by Poisson(mean) outages of a law; as often as there are means.
fn alike<'p>(engine: &Engine<'p>, means: &[f64], law: &DurationLaw, tie: Option<&[Minimum]>) -> Years<'p> {
    let plan = engine.plan;
    let given = means.iter().enumerate().map(|(index, mean)| Given {
        index,
        frequency: Frequency::Poisson { mean: *mean },
        duration: law,
        longest: None,
        course: Course::new(engine, &behaviours(plan, &plan.causes[0])),
    });
    Years::new(engine, given.collect(), REACH, tie).unwrap()
}

fn drawn(years: &Years<'_>, seed: u64, number: u64, threads: usize) -> Drawn {
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let ask = Ask {
        years: number,
        seed,
        threads,
        month_budget: Some(40.0),
        months: true,
        silence: Silence::Left,
        stop: &stop,
        done: &done,
    };
    years.run(&ask, None)
}

fn read(drawn: &Drawn) -> Figures {
    let wanted = Wanted {
        quantiles: vec![0.5, 0.9, 0.95, 0.99],
        year: Some(400.0),
        month: true,
        month_quantile: 0.95,
        variance: true,
    };
    figures(drawn, &wanted)
}

/// Deterministic numbers between 0 and 1, evenly spread.
fn spread(i: u32, step: f64) -> f64 {
    (f64::from(i) * step).fract()
}

#[test]
fn one_outage_costs_what_its_profile_says() {
    let short_calls = |plan: &mut Plan| {
        for table in &mut plan.tables {
            // Sixty in a hundred answered calls are machines of six seconds; a minimum of calls makes a step.
            table.fees.short_calls = Some(ShortCalls {
                up_to: 6.0,
                allowed: "0.15".parse().unwrap(),
                inclusive: false,
                min_calls: 2000,
                fee: "0.01".parse().unwrap(),
                on: ShortCallsOn::Excess,
            });
        }
    };
    let mut changes = vec![plan(&[]), plan(&[("America/Phoenix", "Europe/Berlin")]), plan(&[ALWAYS])];
    let mut surcharged = plan(&[]);
    short_calls(&mut surcharged);
    changes.push(surcharged);
    let mut checked = 0;
    for plan in &changes {
        let engine = Engine::new(plan, REACH + 3600.0).unwrap();
        let begin = engine.calendar.start();
        let starts = engine.calendar.segments().map(|s| s.start.since(begin) as f64 / 1000.0);
        let segments = Segments::new(starts.collect());
        let regimes: Vec<usize> = engine.calendar.segments().map(|s| s.regime).collect();
        for cause in &plan.causes {
            let course = Course::new(&engine, &behaviours(plan, cause));
            let curve = super::curve::Curve::new(&course, &segments, &regimes, REACH, YEAR).unwrap();
            for i in 1..40 {
                let start = spread(i, 0.618_033_988_75) * YEAR;
                let profile = course.profile(start, REACH, &[]).unwrap();
                for j in 1..12 {
                    // From seconds to beyond the reach.
                    let length = 20.0 * libm::exp(12.2 * spread(i * 12 + j, 0.414_213_562_37));
                    let want = profile.iter().rfind(|stretch| stretch.from < length).unwrap().at(length);
                    let got = curve.spend(start, length);
                    assert!((got - want).abs() < 1e-8 * want + 1e-9, "{}: {start} {length}: {got} {want}", cause.name);
                    checked += usize::from(want > 0.0);
                }
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}

/// What an outage costs when it is run through piece by piece.
fn by_pieces(engine: &Engine<'_>, cause: usize, start: f64, length: f64) -> f64 {
    let plan = engine.plan;
    let phases = phases(&behaviours(plan, &plan.causes[cause]), length, Windows::Mean);
    let run = run(engine, &phases, engine.calendar.start().plus(millis(start))).unwrap();
    let flow = run.total(engine, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    flow.trunks.iter().map(TrunkFlow::spend).sum()
}

fn tied<'p>(engine: &Engine<'p>, minimums: &[Minimum]) -> Tied<'p> {
    let begin = engine.calendar.start();
    let starts = engine.calendar.segments().map(|s| s.start.since(begin) as f64 / 1000.0);
    let segments = Segments::new(starts.collect());
    let months = Segments::new((0..14).map(|k| f64::from(k) * 30.0 * 86_400.0).collect());
    let courses: Vec<Course<'_, 'p>> =
        engine.plan.causes.iter().map(|cause| Course::new(engine, &behaviours(engine.plan, cause))).collect();
    let courses: Vec<&Course<'_, 'p>> = courses.iter().collect();
    Tied::new(engine, &courses, minimums, &segments, &months, REACH).unwrap().unwrap()
}

fn prepaid(balance: &str, top_up: &str, top_ups_per_day: u32) -> Prepaid {
    let money = |text: &str| text.parse().unwrap();
    Prepaid { balance: money(balance), top_up: money(top_up), top_ups_per_day, delay_ms: 600_000 }
}

#[test]
fn the_first_outage_of_a_tied_year_runs_as_one_alone() {
    let mut capped = plan(&[]);
    let utc = Zone::parse("UTC").unwrap();
    for table in capped.tables.iter_mut().skip(1) {
        table.limits.daily_spend = Some(DailySpend { limit: "60".parse().unwrap(), resets: utc });
        table.limits.prepaid = Some(prepaid("25", "15", 2));
    }
    for plan in [plan(&[]), capped] {
        let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
        let tied = tied(&engine, &[]);
        let mut books = tied.books();
        let mut cut = 0;
        for cause in 0..plan.causes.len() {
            for i in 1..60 {
                let start = libm::floor(spread(i, 0.618_033_988_75) * YEAR);
                let length = libm::floor(20.0 * libm::exp(8.5 * spread(i, 0.414_213_562_37)));
                books.open(&tied);
                let got = tied.outage(&mut books, cause, start, length);
                let want = by_pieces(&engine, cause, start, length);
                // Pieces are cut to the millisecond.
                assert!((got - want).abs() < 1e-4, "{cause} {start} {length}: {got} {want}");
                let (mut month, mut by_cause) = ([0.0; MONTHS], vec![0.0; plan.causes.len()]);
                let sum = books.close(&tied, &mut month, &mut by_cause);
                assert!((sum - got).abs() < 1e-9 && (month.iter().sum::<f64>() - got).abs() < 1e-9);
                assert!((by_cause[cause] - got).abs() < 1e-9);
                cut += usize::from(got > 25.0);
            }
        }
        assert!(cut > 5, "{cut}");
    }
}

#[test]
fn a_balance_is_what_the_outages_before_have_left() {
    let mut plan = plan(&[ALWAYS]);
    plan.tables[1].limits.prepaid = Some(prepaid("50", "0", 0));
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let tied = tied(&engine, &[]);
    let mut books = tied.books();
    books.open(&tied);
    let day = |k: u32| f64::from(k) * 86_400.0;
    let outage = |books: &mut _, k| tied.outage(books, 0, day(k), 3600.0);
    // 24/7 at 28.18 an hour on the second trunk, and what the third takes when the balance is gone.
    let first = outage(&mut books, 1);
    let second = outage(&mut books, 2);
    let third = outage(&mut books, 3);
    assert!(first > 25.0 && first < 50.0, "{first}");
    let alone = by_pieces(&engine, 0, day(1), 3600.0);
    assert!((first - alone).abs() < 1e-4);
    assert!((second - first).abs() > 1.0 && (third - first).abs() > 1.0, "{first} {second} {third}");
    // A new year begins with a full balance.
    books.open(&tied);
    assert_eq!(outage(&mut books, 1), first);
}

#[test]
fn usage_counts_against_the_minimum() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let free = tied(&engine, &[]);
    let mut books = free.books();
    books.open(&free);
    let used = free.outage(&mut books, 0, 10.0 * 86_400.0, 3600.0);
    let tied = tied(&engine, &[Minimum { trunk: 1, slack: 40.0 }]);
    let mut books = tied.books();
    let mut close = |starts: &[f64]| {
        books.open(&tied);
        for start in starts {
            tied.outage(&mut books, 0, start * 86_400.0, 3600.0);
        }
        let (mut month, mut by_cause) = ([0.0; MONTHS], vec![0.0; plan.causes.len()]);
        let sum = books.close(&tied, &mut month, &mut by_cause);
        assert!((month.iter().sum::<f64>() - sum).abs() < 1e-9 && (by_cause.iter().sum::<f64>() - sum).abs() < 1e-9);
        sum
    };
    // One hour stays within the minimum; two in a month pass it by the rest; in two months neither does.
    assert!(used < 40.0 && 2.0 * used > 40.0, "{used}");
    // What overflows to the gateway is no part of it.
    let other = close(&[10.0]);
    assert!(other < 0.1, "{other}");
    assert!((close(&[10.0, 12.0]) - (2.0 * used - 40.0)).abs() < 1e-9);
    assert!((close(&[10.0, 40.0]) - 2.0 * other).abs() < 1e-9);
    // An outage over the month's end is billed in both.
    let over = (1.5 * (used - other) - 40.0).max(0.0);
    assert!((close(&[10.0, 30.0 - 0.5 / 24.0]) - over - 2.0 * other).abs() < 1e-9);
    let (half, whole) = (close(&[10.0, 11.0, 30.0 - 0.5 / 24.0]), close(&[10.0, 11.0]));
    assert!((half - whole - used / 2.0 - other / 2.0).abs() < 1e-9);
}

#[test]
fn silence_costs_what_the_profile_says() {
    let plan = plan(&[("America/Phoenix", "Europe/Berlin")]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let tied = tied(&engine, &[]);
    let mut books = tied.books();
    let mut checked = 0;
    for (place, cause) in plan.causes.iter().enumerate() {
        let counting = |counted| Course::new(&engine, &behaviours(&plan, cause)).counting(counted);
        let courses = [Counted::Spend, Counted::WithSilence, Counted::IdleSeatHours].map(counting);
        for i in 1..40 {
            let start = spread(i, 0.618_033_988_75) * YEAR;
            // From seconds to beyond the reach.
            let length = 20.0 * libm::exp(12.2 * spread(i, 0.414_213_562_37));
            let [spend, with, hours] = courses.each_ref().map(|course| {
                let profile = course.profile(start, REACH, &[]).unwrap();
                profile.iter().rfind(|stretch| stretch.from < length).unwrap().at(length)
            });
            books.open(&tied);
            let used = tied.outage(&mut books, place, start, length);
            let [cost, seat_hours] = books.silence();
            for (got, want) in [(used, spend), (cost, with - spend), (seat_hours, hours)] {
                assert!((got - want).abs() < 1e-7 * want + 1e-6, "{}: {start} {length}: {got} {want}", cause.name);
            }
            checked += usize::from(cost > 0.0);
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn a_balance_that_runs_dry_costs_silence() {
    let mut plan = plan(&[ALWAYS]);
    plan.trunks.truncate(2);
    plan.tables[1].limits.prepaid = Some(prepaid("10", "0", 0));
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let tied = tied(&engine, &[]);
    assert!(tied.is_capped());
    let mut books = tied.books();
    let mut outage = |capped: bool| {
        books.open(&tied);
        let follow = if capped { Tied::outage } else { Tied::outage_uncapped };
        let used = follow(&tied, &mut books, 0, 86_400.0, 3600.0);
        (used, books.silence()[1])
    };
    let ((cut, idle), (whole, carried)) = (outage(true), outage(false));
    // Fifty seats have nobody to talk to once the balance of 10 is used up.
    assert!((cut - 10.0).abs() < 1e-6 && whole > 25.0, "{cut} {whole}");
    let silent = 50.0 * (1.0 - cut / whole);
    assert!((idle - carried - silent).abs() < 0.02 * silent, "{idle} {carried} {silent}");
}

#[test]
fn years_that_are_the_same_have_one_fingerprint() {
    let law = DurationLaw::exponential(7200.0).unwrap();
    let plan = plan(&[]);
    let print = |plan: &Plan, means: &[f64], slack: f64| {
        let engine = Engine::new(plan, REACH + 3600.0).unwrap();
        let tie = [Minimum { trunk: 1, slack }];
        alike(&engine, means, &law, Some(&tie)).fingerprint().unwrap()
    };
    let first = print(&plan, &[2.0], 20.0);
    let mut same = plan.clone();
    same.trunks[1].name = "another name".to_owned();
    same.tables[1].fees.monthly += rust_decimal::Decimal::ONE;
    assert_eq!(print(&same, &[2.0], 20.0), first);
    let mut dearer = plan.clone();
    dearer.tables[1].fees.usage_tax += "0.0001".parse::<rust_decimal::Decimal>().unwrap();
    for other in [print(&dearer, &[2.0], 20.0), print(&plan, &[2.0001], 20.0), print(&plan, &[2.0], 20.0001)] {
        assert_ne!(other, first);
    }
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    assert_eq!(alike(&engine, &[2.0], &law, None).fingerprint(), None);
}

#[test]
fn outages_drawn_once_cost_what_each_plan_draws_by_itself() {
    let law = DurationLaw::exponential(7200.0).unwrap();
    let free = plan(&[]);
    let mut dry = free.clone();
    dry.tables[1].limits.prepaid = Some(prepaid("50", "20", 1));
    // Nothing carries the calls of a cause: in this plan its outages cost nothing.
    let mut silent = free.clone();
    silent.causes[0].signal = Signal::Answers;
    silent.pbx.operator_response = None;
    let plans = [&free, &dry, &silent];
    let engines = plans.map(|plan| Engine::new(plan, REACH + 3600.0).unwrap());
    let all = engines.each_ref().map(|engine| alike(engine, &[6.0, 2.0], &law, Some(&[])));
    let strikes: Vec<String> = all.iter().map(Years::strikes).collect();
    assert!(strikes.iter().all(|other| *other == strikes[0]));
    assert_ne!(alike(&engines[0], &[6.0, 2.1], &law, Some(&[])).strikes(), strikes[0]);
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let (years, silence) = (BLOCK + 7, Silence::Left);
    let ask = Ask { years, seed: 3, threads: 2, month_budget: None, months: false, silence, stop: &stop, done: &done };
    let together = totals_alike(&all.each_ref(), &ask);
    for (years, together) in all.iter().zip(&together) {
        let alone = years.run(&ask, None);
        let bits = |totals: &[f64]| totals.iter().map(|total| total.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&alone.totals), bits(together));
        let figures = read(&alone);
        assert_eq!(mean_and_quantile(together, 0.95), (figures.mean.value, figures.quantiles[2].amount.value));
    }
    assert!(together[0] != together[1] && together[2].iter().all(|total| *total == 0.0));
}

#[test]
fn a_tie_that_does_nothing_changes_no_digit() {
    let law = DurationLaw::exponential(7200.0).unwrap();
    let free = plan(&[]);
    let mut vast = free.clone();
    for table in vast.tables.iter_mut().skip(1) {
        table.limits.prepaid = Some(prepaid("900000", "1", 1));
    }
    let totals = |plan: &Plan| {
        let engine = Engine::new(plan, REACH + 3600.0).unwrap();
        drawn(&alike(&engine, &[6.0, 2.0], &law, Some(&[])), 3, 2000, 1).totals
    };
    let bits = |totals: Vec<f64>| totals.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(totals(&free)), bits(totals(&vast)));
}

#[test]
fn intervals_of_differences_hold_as_often_as_they_say() {
    use super::super::stream::Stream;
    // X and X + Z: of mean 1 and 1.5, and with u = √0.95 the P95 of the sum is −ln(1 − u); and two that share a half.
    let want = [(0.5, -libm::log(1.0 - libm::sqrt(0.95)) - libm::log(20.0)), (0.0, 0.0)];
    let (runs, years) = (400, 4000);
    let mut held = [[0; 2]; 2];
    for seed in 0..runs {
        let mut row = Stream::new(seed, 0, 0, 0);
        let mut columns = [(); 4].map(|()| Vec::with_capacity(years));
        for _ in 0..years {
            let [x, y, z] = [(); 3].map(|()| row.exponential());
            for (column, value) in columns.iter_mut().zip([x, x + z / 2.0, x + y, x + z]) {
                column.push(value);
            }
        }
        let [x, sum, one, other] = &columns;
        for ((held, want), (before, after)) in held.iter_mut().zip(want).zip([(x, sum), (one, other)]) {
            let (mean, high) = differences(before, after, 0.95, true);
            held[0] += u32::from(mean.encloses(want.0).unwrap());
            held[1] += u32::from(high.encloses(want.1).unwrap());
        }
    }
    // Four standard errors of 400 runs about 95 %.
    assert!(held.iter().flatten().all(|held| (362..=398).contains(held)), "{held:?}");
    let (mean, high) = differences(&[1.0; 100], &[1.0; 100], 0.95, false);
    assert_eq!((mean.value, mean.low, high.low, high.high), (0.0, None, Some(0.0), Some(0.0)));
    assert_eq!(differences(&[], &[], 0.95, true).1.low, None);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let plan = plan(&[]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    for tie in [None, Some(&[Minimum { trunk: 1, slack: 20.0 }][..])] {
        let years = alike(&engine, &[4.0, 0.5], &law, tie);
        let one = drawn(&years, 7, 3 * BLOCK + 5, 1);
        for threads in [2, 7] {
            let other = drawn(&years, 7, 3 * BLOCK + 5, threads);
            let bits = |drawn: &Drawn| -> Vec<u64> { drawn.totals.iter().map(|total| total.to_bits()).collect() };
            assert_eq!(bits(&one), bits(&other));
            assert_eq!(format!("{:?}", read(&one)), format!("{:?}", read(&other)));
            assert_eq!((&one.by_cause, one.outages), (&other.by_cause, other.outages));
        }
        assert!((one.by_cause.iter().sum::<f64>() / one.totals.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // More years begin with the same ones; another seed has others.
        assert_eq!(drawn(&years, 7, BLOCK, 2).totals, one.totals[..BLOCK as usize]);
        assert_ne!(drawn(&years, 8, BLOCK, 2).totals, one.totals[..BLOCK as usize]);
        let tail = years.beyond(7, &one.totals, 0.0);
        for (tail, all) in tail.iter().zip(&one.by_cause) {
            assert!((tail / all - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn tied_by_nothing_is_independent() {
    let plan = plan(&[("America/Phoenix", "Europe/Berlin")]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::exponential(7200.0).unwrap();
    let (free, tied) = (alike(&engine, &[6.0], &law, None), alike(&engine, &[6.0], &law, Some(&[])));
    let (free, tied) = (drawn(&free, 3, 2000, 1), drawn(&tied, 3, 2000, 1));
    for (free, tied) in free.totals.iter().zip(&tied.totals) {
        assert!((free - tied).abs() < 1e-9 * free.max(1.0), "{free} {tied}");
    }
}

#[test]
fn a_changed_rate_shifts_no_other_draw() {
    let plan = plan(&[]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::exponential(7200.0).unwrap();
    let totals = |means: &[f64]| drawn(&alike(&engine, means, &law, None), 5, 4000, 1).totals;
    let (none, low, high, alone) = (totals(&[0.0, 2.0]), totals(&[3.0, 2.0]), totals(&[3.3, 2.0]), totals(&[3.0, 0.0]));
    let mut same = 0;
    for (((none, low), high), alone) in none.iter().zip(&low).zip(&high).zip(&alone) {
        // The other cause's outages are the same ones; more of the first only add to its own.
        assert!((none + alone - low).abs() < 1e-9 && *high >= low - 1e-9);
        same += usize::from(low == high);
    }
    // 0.3 more outages a year: 74 % of the years have none of them, and more of them a free one.
    assert!(same > 4000 * 70 / 100 && same < 4000, "{same}");
    // A dearer trunk: the same outages at another price.
    let mut dearer = plan.clone();
    for table in &mut dearer.tables {
        table.fees.usage_tax += rust_decimal::Decimal::ONE;
    }
    let dear = Engine::new(&dearer, REACH + 3600.0).unwrap();
    let dear = drawn(&alike(&dear, &[3.0, 2.0], &law, None), 5, 4000, 1).totals;
    let ratio: Vec<f64> = dear.iter().zip(&low).filter(|(_, low)| **low > 0.0).map(|(dear, low)| dear / low).collect();
    assert!(ratio.iter().all(|r| (r / ratio[0] - 1.0).abs() < 1e-9) && ratio[0] > 1.5);
}

/// Hours of burn of the floor that never closes: 1 an hour.
fn unit(engine: &Engine<'_>) -> f64 {
    let course = Course::new(engine, &behaviours(engine.plan, &engine.plan.causes[0]));
    course.profile(0.0, 7200.0, &[]).unwrap()[0].slope * 3600.0
}

#[test]
fn the_textbook_law_lies_within() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let years = alike(&engine, &[4.0], &law, None);
    let unit = unit(&engine);
    let figures = read(&drawn(&years, 1, 200_000, 2));
    // In hours of burn, from public programs for compound laws.
    let near = |estimate: &super::figures::Estimate, want: f64| {
        let off = estimate.standard_errors(want * unit).unwrap();
        assert!(off < 4.0, "{estimate:?} {}: {off}", want * unit);
    };
    near(&figures.mean, 6.163_299_632);
    assert!((figures.sd / unit / 6.331_043_725 - 1.0).abs() < 0.02);
    near(&figures.quantiles[0].amount, 4.483_635_484);
    near(&figures.quantiles[2].amount, 17.276_938_252);
    near(&figures.quantiles[2].tail_mean, 25.387_710_045);
    near(&figures.quantiles[3].amount, 29.394_504_673);
    assert!((figures.nothing.value - libm::exp(-4.0)).abs() < 4.0 * libm::sqrt(0.0183 / 200_000.0));
    assert!(figures.curve.windows(2).all(|pair| pair[1].1 <= pair[0].1));
}

#[test]
fn intervals_hold_as_often_as_they_say() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let years = alike(&engine, &[4.0], &law, None);
    let unit = unit(&engine);
    let mut held = [0u32; 4];
    for seed in 0..1000 {
        let figures = read(&drawn(&years, seed, 1000, 1));
        let encloses = [
            figures.quantiles[0].amount.encloses(4.483_635_484 * unit),
            figures.quantiles[2].amount.encloses(17.276_938_252 * unit),
            figures.mean.encloses(6.163_299_632 * unit),
            figures.nothing.encloses(libm::exp(-4.0)),
        ];
        for (held, inside) in held.iter_mut().zip(encloses) {
            *held += u32::from(inside.unwrap());
        }
    }
    assert!(held.iter().all(|held| (930..=970).contains(held)), "{held:?}");
}

#[test]
fn independent_causes_do_not_go_together() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let number = 40_000u64;
    let totals = |means: &[f64]| drawn(&alike(&engine, means, &law, None), 2, number, 2);
    let (first, second, both) = (totals(&[4.0, 0.0]), totals(&[0.0, 4.0]), totals(&[4.0, 4.0]));
    let (a, b, sum) = (read(&first), read(&second), read(&both));
    let n = number as f64;
    let products = first.totals.iter().zip(&second.totals);
    let covariance = products.map(|(x, y)| (x - a.mean.value) * (y - b.mean.value)).sum::<f64>() / n;
    let correlation = covariance / (a.sd * b.sd);
    assert!(correlation.abs() < 4.0 / n.sqrt(), "{correlation}");
    let p95 = |figures: &Figures| figures.quantiles[2].amount;
    assert!(p95(&sum).high.unwrap() < 0.9 * (p95(&a).value + p95(&b).value));
}

#[test]
fn shares_of_months_widen_with_their_years() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::exponential(7200.0).unwrap();
    let years = alike(&engine, &[6.0], &law, None);
    let drawn = drawn(&years, 4, 20_000, 1);
    let figures = read(&drawn);
    // Poisson: a month is over by its own outages, whatever the others do.
    let over = figures.over_month.unwrap();
    let counted = drawn.months.iter().filter(|spend| **spend > 40.0).count() as f64;
    assert!((over.value * 12.0 * 20_000.0 - counted).abs() < 0.5);
    let month = figures.month.unwrap();
    let at_most = drawn.months.iter().filter(|spend| **spend <= month.amount.value).count();
    let share = (12 * 20_000 - drawn.months.len() + at_most) as f64 / (12.0 * 20_000.0);
    assert!((share - 0.95).abs() < 1e-5, "{share}");
    assert!(over.low.unwrap() < over.value && over.value < over.high.unwrap());
    let width = over.high.unwrap() - over.low.unwrap();
    let independent = 2.0 * 1.96 * (over.value * (1.0 - over.value) / 240_000.0).sqrt();
    assert!((0.95..1.2).contains(&(width / independent)), "{}", width / independent);
}

#[test]
fn it_ends_when_it_is_asked_or_knows_enough() {
    let plan = plan(&[ALWAYS]);
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::exponential(7200.0).unwrap();
    let years = alike(&engine, &[4.0], &law, None);
    let (stop, done) = (AtomicBool::new(true), AtomicU64::new(0));
    let mut ask = Ask {
        years: 100 * BLOCK,
        seed: 1,
        threads: 2,
        month_budget: None,
        months: false,
        silence: Silence::Left,
        stop: &stop,
        done: &done,
    };
    let none = years.run(&ask, None);
    assert_eq!((none.totals.len(), none.ended), (0, Ended::Interrupted));
    let go = AtomicBool::new(false);
    ask.stop = &go;
    let enough = |drawn: &Drawn| read(drawn).quantiles[2].amount.relative_width().unwrap() < 0.03;
    let some = years.run(&ask, Some(&enough));
    assert_eq!(some.ended, Ended::Enough);
    assert!(enough(&some) && some.totals.len() as u64 >= 4 * BLOCK && some.totals.len().is_multiple_of(BLOCK as usize));
    ask.threads = 1;
    assert_eq!(years.run(&ask, Some(&enough)).totals, some.totals);
    // Asked in the midst of it, whole blocks from the first on are left.
    let interrupt = |drawn: &Drawn| {
        go.store(true, std::sync::atomic::Ordering::Relaxed);
        drawn.totals.is_empty()
    };
    let half = years.run(&ask, Some(&interrupt));
    assert_eq!((half.totals.len() as u64, half.ended), (4 * BLOCK, Ended::Interrupted));
    assert_eq!(half.totals[..], some.totals[..half.totals.len()]);
}

#[test]
fn vast_plans_are_refused_and_free_ones_cost_nothing() {
    let mut plan = plan(&[ALWAYS]);
    plan.causes[0].signal = Signal::Answers;
    plan.pbx.operator_response = None;
    let engine = Engine::new(&plan, REACH + 3600.0).unwrap();
    let law = DurationLaw::exponential(7200.0).unwrap();
    let given = |mean| Given {
        index: 0,
        frequency: Frequency::Poisson { mean },
        duration: &law,
        longest: None,
        course: Course::new(&engine, &behaviours(&plan, &plan.causes[0])),
    };
    assert!(Years::new(&engine, vec![given(2e6)], REACH, None).is_err());
    let years = Years::new(&engine, vec![given(4.0)], REACH, None).unwrap();
    let figures = read(&drawn(&years, 1, 100, 1));
    assert_eq!((figures.mean.value, figures.nothing.value, figures.quantiles[3].amount.value), (0.0, 1.0, 0.0));
    let lengths = Lengths::new(&law, None);
    assert!(lengths.at(0.5) > 0.0 && weight(plan.tables[1].fees.monthly) >= 0.0);
}
