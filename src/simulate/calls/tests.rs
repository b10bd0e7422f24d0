//! Known values and laws that any simulation of calls must keep. The formulas here are written out anew.

use super::Outage;
use super::floor::Floor;
use super::many::many;
use super::tally::Tally;
use crate::input::files::Folder;
use crate::input::plan::{Loaded, Options, load};
use crate::model::plan::Start;
use crate::rating::tariff::Tariff;
use crate::simulate::interval::student;
use crate::words::calendar::Instant;

/// A flat-rate primary, and a carrier by the minute with these limits.
const FLAT: &str = "version = 1\ncarrier = \"Flat\"\ncurrency = \"USD\"\nkind = \"flat-rate\"\n\
    effective_from = 2026-01-01\n[[seat]]\nmarket = \"all\"\nprefixes = [\"1\"]\nper_month = 99.00\n";

const MINUTE: &str = "version = 1\ncarrier = \"Minute\"\ncurrency = \"USD\"\nkind = \"per-minute\"\n\
    effective_from = 2026-01-01\n[billing]\nincrement = \"6/6\"\nrounding = { places = 6, mode = \"half-up\" }\n\
    [limits]\ncps_window = \"WINDOW\"\n[[rate]]\nprefix = \"1\"\nper_minute = 0.0085\n";

/// An open floor of 60 seats at 90 attempts an hour: 1.5 a second, each talked for a minute on average: 90 erlang.
const PLAN: &str = r#"
version = 1
currency = "USD"
timezone = "UTC"
as_of = 2026-12-01
[[campaign]]
name = "c"
seats = 60
shifts = [{ hours = "24/7", seats = 60 }]
attempts_per_seat_hour = 90
setup_time = "0s"
wrap_time = "0s"
outcomes = [{ name = "live", share = 1.0, ring = "0s", talk = { exponential = { mean = "60s" } } }]
destinations = [{ prefix = "1", share = 1.0 }]
[[trunk]]
name = "primary"
rates = "flat.toml"
qualify_frequency = "60s"
channels = "unlimited"
cps = "unlimited"
[[trunk]]
name = "second"
rates = "minute.toml"
qualify_frequency = "60s"
channels = 100
cps = "unlimited"
[[trunk]]
name = "third"
rates = "minute.toml"
qualify_frequency = "60s"
channels = "unlimited"
cps = "unlimited"
depends_on = ["primary"]
[pbx]
operator_response = "20m"
[[cause]]
name = "out"
hits = "primary"
signal = "503"
reply_after = "0s"
per_year = 1.0
duration = { fixed = "1h" }
[scenario]
durations = ["1h"]
start = 2026-12-02T10:00:00
"#;

fn plan(window: &str, sets: &[&str]) -> Loaded {
    let minute: &'static str = Box::leak(MINUTE.replace("WINDOW", window).into_boxed_str());
    let files: &'static [(&str, &str)] =
        Box::leak(vec![("failover.toml", PLAN), ("flat.toml", FLAT), ("minute.toml", minute)].into_boxed_slice());
    let folder = Folder::Embedded(files);
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let options = Options { sets: &sets, ..Options::default() };
    load(folder.read("failover.toml").unwrap(), &folder, &options)
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.faults))
}

fn runs(loaded: &Loaded, length: f64, runs: u64) -> Vec<Tally> {
    let plan = &loaded.plan;
    let Start::At(start) = plan.scenario.start else { panic!() };
    let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
    let outage = Outage { cause: 0, length, start: Instant::from_local(start, plan.timezone) };
    let floor = Floor::new(plan, &tariffs, outage, runs).unwrap();
    let mut tallies = Vec::new();
    many(&floor, 11, runs, false, 2, |_| (), |_, (tally, _)| tallies.push(tally)).unwrap();
    tallies
}

/// Mean and half the width of its interval at a level.
fn interval(values: &[f64], level: f64) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean, student(n - 1.0, level) * (variance / n).sqrt())
}

/// Whether a value lies in the interval of a figure of every run. Seeds are fixed, so a level of 99 % that holds, holds.
fn encloses(tallies: &[Tally], want: f64, figure: impl Fn(&Tally) -> f64) {
    let values: Vec<f64> = tallies.iter().map(figure).collect();
    let (mean, half) = interval(&values, 0.99);
    assert!((mean - want).abs() <= half, "{mean} ± {half} is not {want}");
    assert!(half < 0.25 * want.abs().max(1e-9), "{mean} ± {half} says nothing about {want}");
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn erlang_b(traffic: f64, channels: u32) -> f64 {
    (1..=channels).fold(1.0, |b, n| traffic * b / (f64::from(n) + traffic * b))
}

#[test]
fn a_loss_system_of_100_channels() {
    let loaded = plan("rolling", &["trunk.third.depends_on=[\"primary\"]"]);
    // The third trunk fails with the first, and a refusal that moves on reaches nobody.
    let want = erlang_b(90.0, 100);
    assert!((want - 0.026957).abs() < 1e-6);
    let tallies = runs(&loaded, 12.0 * 3600.0, 12);
    encloses(&tallies, want, |t| share(t.paced.blocked, t.paced.attempts));
    encloses(&tallies, 90.0 / 60.0 * 12.0 * 3600.0, |t| t.paced.attempts as f64);
}

#[test]
fn a_finite_source_is_engsets() {
    // 120 lines, 90 erlang if nothing were blocked: α = 90/30 = 3 on 80 channels. Call congestion is what one source
    // sees of the others.
    let loaded = plan("rolling", &["campaign.c.lines_per_seat=2.0", "trunk.second.channels=80"]);
    let (alpha, others) = (3.0, 119.0);
    let want = (1..=80).fold(1.0, |e, c| {
        let into = alpha * (others - f64::from(c) + 1.0) * e;
        into / (f64::from(c) + into)
    });
    let tallies = runs(&loaded, 12.0 * 3600.0, 12);
    encloses(&tallies, want, |t| share(t.paced.blocked, t.paced.attempts));
    // As many channels as lines block nobody, and the pace is the plan's.
    let wide = plan("rolling", &["campaign.c.lines_per_seat=2.0", "trunk.second.channels=120"]);
    let tallies = runs(&wide, 12.0 * 3600.0, 12);
    assert!(tallies.iter().all(|t| t.paced.blocked == 0));
    encloses(&tallies, 1.5 * 12.0 * 3600.0, |t| t.paced.attempts as f64);
}

#[test]
fn a_gate_of_calls_per_second_refuses_by_its_window() {
    // 2.78 a second at 5 a second: 9.1 %, 3.5 % and nothing.
    let loss = |window| {
        let sets = [
            "campaign.c.shifts.0.seats=50",
            "campaign.c.attempts_per_seat_hour=200",
            "trunk.second.cps=5",
            "trunk.second.channels=\"unlimited\"",
        ];
        runs(&plan(window, &sets), 6.0 * 3600.0, 10)
    };
    let of = |t: &Tally| share(t.trunks[1].refused_cps, t.trunks[1].offered);
    let rate: f64 = 50.0 * 200.0 / 3600.0;
    let rolling = erlang_b(rate, 5);
    assert!((rolling - 0.091).abs() < 5e-4, "{rolling}");
    encloses(&loss("rolling"), rolling, of);
    // E[(K − 5)⁺]/λ, K Poisson.
    let mut mass = (-rate).exp();
    let mut over = 0.0;
    for k in 0..60 {
        over += mass * (f64::from(k) - 5.0).max(0.0);
        mass *= rate / f64::from(k + 1);
    }
    assert!((over / rate - 0.035).abs() < 5e-4, "{}", over / rate);
    encloses(&loss("fixed"), over / rate, of);
    assert!(loss("average").iter().all(|t| t.trunks[1].refused_cps == 0));
}

/// 20 erlang on 20 channels, then 8.
const TWO_STAGES: [&str; 4] = [
    "campaign.c.attempts_per_seat_hour=20",
    "trunk.second.channels=20",
    "trunk.third.channels=8",
    "trunk.third.depends_on=[]",
];

#[test]
fn overflow_meets_the_next_trunk_in_bursts() {
    let want = erlang_b(20.0, 28) / erlang_b(20.0, 20);
    assert!((want - 0.1183).abs() < 5e-5, "{want}");
    let tallies = runs(&plan("rolling", &TWO_STAGES), 48.0 * 3600.0, 16);
    encloses(&tallies, want, |t| share(t.trunks[2].refused_channels, t.trunks[2].offered));
    encloses(&tallies, erlang_b(20.0, 28), |t| share(t.paced.blocked, t.paced.attempts));
}

#[test]
fn redials_come_back_as_attempts() {
    // A′ = A + ρ·A′·B(A′).
    let loaded = plan("rolling", &["trunk.second.channels=90", "campaign.c.redial_blocked=0.5"]);
    let (mut traffic, mut blocked) = (90.0, 0.0);
    for _ in 0..200 {
        blocked = erlang_b(traffic, 90);
        traffic = 90.0 + 0.5 * traffic * blocked;
    }
    let tallies = runs(&loaded, 12.0 * 3600.0, 12);
    encloses(&tallies, blocked, |t| share(t.paced.blocked, t.paced.attempts));
    encloses(&tallies, traffic / 90.0 * 1.5 * 12.0 * 3600.0, |t| t.paced.attempts as f64);
}

#[test]
fn a_silent_carrier_is_noticed_within_a_cycle() {
    let alone = "trunk.third.depends_on=[]";
    let loaded = plan("rolling", &["cause.out.signal=timeout", "trunk.second.channels=\"unlimited\"", alone]);
    let tallies = runs(&loaded, 300.0, 400);
    // f = 60 s and w = 3 s: between 3 and 63 s, 33 on average, and everything that starts before is lost.
    let noticed = |t: &Tally| super::time::seconds(t.noticed.unwrap());
    assert!(tallies.iter().all(|t| (3.0..=63.0).contains(&noticed(t))));
    encloses(&tallies, 33.0, noticed);
    encloses(&tallies, 1.5 * 33.0, |t| t.paced.lost as f64);
    encloses(&tallies, 30.0, |t| super::time::seconds(t.failback));
    // At 1.5 a second 63 s have 94.5 attempts on average; the five standard deviations beyond belong to chance. What was
    // in progress is cut off, dials again at once and is lost as well.
    let most = 1.5 * 63.0 + 5.0 * (1.5_f64 * 63.0).sqrt();
    for tally in &tallies {
        assert!((tally.paced.lost as f64) < most);
        assert_eq!((tally.surge.lost, tally.surge.attempts), (tally.dropped, tally.dropped));
    }
    encloses(&tallies, 90.0, |t| t.dropped as f64);
}

#[test]
fn every_attempt_is_carried_lost_stopped_or_blocked() {
    for sets in [
        &TWO_STAGES[..],
        &["cause.out.signal=timeout", "cause.out.share=0.5"],
        &["cause.out.signal=404", "campaign.c.lines_per_seat=2.0"],
        &["cause.out.signal=answers", "campaign.c.dial_timeout=20s", "trunk.second.cps=1"],
        &["cause.out.signal=timeout", "trunk.primary.continue_if_busy=true", "campaign.c.redial_blocked=0.9"],
        &["cause.out.hits=second"],
    ] {
        for tally in runs(&plan("rolling", sets), 1800.0, 2) {
            for fates in [tally.paced, tally.surge] {
                let decided = fates.carried + fates.lost + fates.stopped + fates.blocked;
                // Of waits that outlast the way back all are decided, for they are waited for.
                assert_eq!(fates.attempts, decided, "{sets:?} {tally:?}");
            }
        }
    }
}

#[test]
fn nothing_depends_on_the_threads() {
    let loaded = plan("rolling", &["cause.out.signal=timeout"]);
    let plan = &loaded.plan;
    let Start::At(start) = plan.scenario.start else { panic!() };
    let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
    let outage = Outage { cause: 0, length: 600.0, start: Instant::from_local(start, plan.timezone) };
    let floor = Floor::new(plan, &tariffs, outage, 9).unwrap();
    let on = |threads| {
        let mut all = Vec::new();
        many(&floor, 3, 9, true, threads, |_| (), |run, outcome| all.push((run, outcome))).unwrap();
        all
    };
    let one = on(1);
    assert_eq!(one, on(4));
    assert!(one.windows(2).all(|pair| pair[0].1.0 != pair[1].1.0), "runs are independent");
}

#[test]
fn every_call_is_billed_to_the_last_digit() {
    let loaded = plan("rolling", &[]);
    let plan = &loaded.plan;
    let Start::At(start) = plan.scenario.start else { panic!() };
    let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
    let outage = Outage { cause: 0, length: 1800.0, start: Instant::from_local(start, plan.timezone) };
    let floor = Floor::new(plan, &tariffs, outage, 1).unwrap();
    let (tally, trace) = super::run::run(&floor, 5, 0, true).unwrap();
    let mut sum = rust_decimal::Decimal::ZERO;
    let mut answered = 0;
    for attempt in trace.unwrap().iter().filter(|attempt| attempt.fate == super::trace::Fate::Answered) {
        // As `rates price` has it, from seconds written out.
        let seconds = rust_decimal::Decimal::from_i128_with_scale(attempt.talk.into(), 9);
        let talk = crate::rating::call::CallDuration::from_decimal(seconds).unwrap();
        let number = plan.campaigns[0].destinations[0].prefix;
        let tariff = &tariffs[plan.trunks[usize::from(attempt.trunk.unwrap())].table];
        let priced = tariff.price(number, talk, plan.as_of, None, None).unwrap();
        let cost = super::bill::decimal(attempt.cost.into(), 6).unwrap();
        assert_eq!(cost, priced.cost.parse().unwrap());
        assert_eq!(u64::from(attempt.billed), priced.billed_seconds);
        sum += cost;
        answered += 1;
    }
    assert!(answered > 2000);
    let bill = super::bill::bill(plan, |table| floor.prices.places(table), &tally).unwrap();
    assert_eq!(bill.all, sum);
}

#[test]
fn memory_is_that_of_the_calls_in_progress() {
    let places = |hours| runs(&plan("rolling", &[]), hours * 3600.0, 1)[0].places;
    let (one, twenty) = (places(1.0), places(20.0));
    assert!(twenty < one + one / 2, "{one} and {twenty}");
}
