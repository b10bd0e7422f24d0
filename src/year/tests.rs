//! The year against textbooks, closed forms and itself.

use super::counts::Count;
use super::exact::{Asked, Known, Part, Read, read};
use super::lengths::Lengths;
use super::severity::Severity;
use crate::input::example::floor;
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::model::rates::DailySpend;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::outage::state::behaviours;
use crate::words::calendar::Zone;

const ALL: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// A floor that never closes.
fn always() -> Plan {
    floor(&[("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", "24/7")])
}

struct Bench {
    plan: Plan,
    unit: f64,
}

impl Bench {
    fn severity(&self, cause: usize, law: &DurationLaw, longest: Option<f64>) -> Severity {
        let lengths = Lengths::new(law, longest);
        let engine = Engine::new(&self.plan, lengths.reach() + 3600.0).unwrap();
        let course = Course::new(&engine, &behaviours(&self.plan, &self.plan.causes[cause]));
        Severity::new(&course, lengths, 365.0 * 86_400.0).unwrap()
    }

    fn read(&self, parts: &[Part<'_>]) -> Read {
        read(parts, &Asked { quantiles: ALL.to_vec(), amounts: vec![10.0 * self.unit] }, &Known::default()).unwrap()
    }
}

fn constant() -> Bench {
    burning(always())
}

/// With what an hour costs.
fn burning(plan: Plan) -> Bench {
    let engine = Engine::new(&plan, 1e6).unwrap();
    let course = Course::new(&engine, &behaviours(&plan, &plan.causes[0]));
    let unit = course.profile(0.0, 7200.0, &[]).unwrap()[0].slope * 3600.0;
    drop(course);
    drop(engine);
    Bench { plan, unit }
}

#[track_caller]
fn near(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}: {:e}", got / want - 1.0);
}

fn poisson(mean: f64) -> Count {
    Count { mean, shape: None }
}

#[test]
fn poisson_times_lognormal() {
    // Computed by several public programs for compound laws, in hours: Poisson(4), median 45 min, sigma 1.2.
    let bench = constant();
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    let severity = bench.severity(0, &law, None);
    let got = bench.read(&[Part { count: poisson(4.0), severity: &severity }]);
    near(got.mean / bench.unit, 6.163_299_632, 1e-9);
    near(got.sd.unwrap() / bench.unit, 6.331_043_725, 1e-9);
    let amounts: Vec<f64> = got.quantiles.iter().map(|q| q.amount / bench.unit).collect();
    for (index, want) in [(0, 4.483_635_484), (3, 17.276_938_252), (4, 29.394_504_673), (5, 56.712_559_746)] {
        near(amounts[index], want, 2e-6);
    }
    near(got.quantiles[3].tail_mean / bench.unit, 25.387_710_045, 2e-6);
    near(got.nothing, libm::exp(-4.0), 1e-12);
}

#[test]
fn fixed_lengths_make_a_lattice() {
    // Poisson(2) outages of an hour each: the amounts are whole hours, and their probabilities are known.
    let bench = constant();
    let severity = bench.severity(0, &DurationLaw::fixed(3600.0).unwrap(), None);
    let got = bench.read(&[Part { count: poisson(2.0), severity: &severity }]);
    let hours: Vec<f64> = got.quantiles.iter().map(|q| q.amount / bench.unit).collect();
    for (got, want) in hours.iter().zip([2.0, 3.0, 4.0, 5.0, 6.0, 8.0]) {
        near(*got, want, 1e-9);
    }
    near(got.sd.unwrap() / bench.unit, std::f64::consts::SQRT_2, 1e-9);
    // E[(N − 5)⁺] = Σ P(N > n) for n ≥ 5, by hand, over 0.05, and 5.
    let p = |n: u32| libm::exp(-2.0) * 2f64.powi(n as i32) / libm::tgamma(f64::from(n) + 1.0);
    let over: f64 = (6..60).map(|n| f64::from(n - 5) * p(n)).sum();
    near(got.quantiles[3].tail_mean / bench.unit, 5.0 + over / 0.05, 1e-6);
    near(got.exceeds[0], (11..60).map(p).sum(), 1e-6);
}

#[test]
fn lists_and_negative_binomial() {
    // Three lengths, equally likely; the number of outages is negative binomial. The year by brute force over minutes.
    let bench = constant();
    let law = DurationLaw::list(vec![4800.0, 5760.0, 7800.0]).unwrap();
    let severity = bench.severity(0, &law, None);
    let count = Count { mean: 1.75, shape: Some(3.5) };
    let got = bench.read(&[Part { count, severity: &severity }]);
    let mut year = vec![0.0; 20_000];
    let mut power = vec![0.0; 20_000];
    power[0] = 1.0;
    for p in count.probabilities(1e-15, 400) {
        for (year, power) in year.iter_mut().zip(&power) {
            *year += p * power;
        }
        let mut next = vec![0.0; power.len()];
        for (at, mass) in power.iter().enumerate().filter(|(_, mass)| **mass > 1e-18) {
            for minutes in [80, 96, 130] {
                if let Some(sum) = next.get_mut(at + minutes) {
                    *sum += mass / 3.0;
                }
            }
        }
        power = next;
    }
    for (quantile, p) in got.quantiles.iter().zip(ALL) {
        let mut sum = 0.0;
        let minutes = year.iter().position(|mass| {
            sum += mass;
            sum >= p
        });
        near(quantile.amount / bench.unit * 60.0, minutes.unwrap() as f64, 1e-9);
    }
    near(got.mean / bench.unit * 60.0, 1.75 * (80.0 + 96.0 + 130.0) / 3.0, 1e-9);
}

/// A severity by brute force, from many starts of every stretch of the calendar: its mean, and P(X > x) and
/// E\[min(X, x)\] for amounts.
fn brute(course: &Course<'_, '_>, lengths: &Lengths, amounts: &[f64]) -> (f64, Vec<(f64, f64)>) {
    const YEAR: f64 = 365.0 * 86_400.0;
    const EACH: u32 = 64;
    let mut mean = 0.0;
    let mut at = vec![(0.0, 0.0); amounts.len()];
    let ends = course.changes().iter().skip(1).copied().chain([YEAR]);
    let segments = course.changes().iter().zip(ends).filter(|(from, _)| **from < YEAR);
    for (number, (from, to)) in segments.enumerate() {
        let width = to.min(YEAR) - from;
        let weight = width / YEAR / f64::from(EACH);
        for i in 0..EACH {
            // Elsewhere in each: what one misses at an edge, the next one has.
            let inside = (number as f64 * 0.618_033_988_75 + f64::from(i) * 0.414_213_562_37).fract();
            let start = from + width * (f64::from(i) + inside) / f64::from(EACH);
            let mut before = 0.0;
            for stretch in course.profile(start, lengths.reach(), &lengths.kinks()).unwrap() {
                let jump = weight * lengths.survival(stretch.from);
                let end = if stretch.to.is_finite() { stretch.at(stretch.to) } else { f64::INFINITY };
                let time = |to: f64| weight * (lengths.limited(to) - lengths.limited(stretch.from));
                mean += jump * (stretch.spend - before);
                mean += if stretch.to.is_finite() { stretch.slope * time(stretch.to) } else { 0.0 };
                for (x, (over, limited)) in amounts.iter().zip(&mut at) {
                    *limited += jump * (stretch.spend.min(*x) - before.min(*x));
                    *over += if before <= *x && stretch.spend > *x { jump } else { 0.0 };
                    if stretch.slope > 0.0 && stretch.to.is_finite() {
                        let reaches = stretch.from + (x - stretch.spend) / stretch.slope;
                        *limited += stretch.slope * time(reaches.clamp(stretch.from, stretch.to));
                        *over += if stretch.spend <= *x && end > *x { weight * lengths.survival(reaches) } else { 0.0 };
                    }
                }
                before = end;
            }
        }
    }
    (mean, at)
}

#[test]
fn a_calendar_is_met_at_every_start() {
    for changes in [
        vec![],
        vec![("channels          = 150", "channels          = 40")],
        vec![("timezone = \"America/Phoenix\"", "timezone = \"Europe/Berlin\"")],
    ] {
        let bench = Bench { plan: floor(&changes), unit: 1.0 };
        for cause in &bench.plan.causes {
            let lengths = Lengths::new(cause.duration.as_ref().unwrap(), cause.longest);
            let engine = Engine::new(&bench.plan, lengths.reach() + 3600.0).unwrap();
            let course = Course::new(&engine, &behaviours(&bench.plan, cause));
            let severity = Severity::new(&course, lengths.clone(), 365.0 * 86_400.0).unwrap();
            let amounts = [0.5, 5.0, 30.0, 90.0];
            let (mean, at) = brute(&course, &lengths, &amounts);
            near(severity.mean, mean, 1e-3);
            for (x, (over, limited)) in amounts.into_iter().zip(at) {
                assert!((severity.exceeds(x) - over).abs() < 2e-3, "{x}: {} {over}", severity.exceeds(x));
                near(severity.limited_at(x), limited, 1e-3);
                near(severity.limited(x / 4.0, 8)[4], severity.limited_at(x), 1e-12);
            }
            let nothing = severity.exceeds(0.0);
            assert!((1.0 - severity.nothing - nothing).abs() < 1e-9, "{} {nothing}", severity.nothing);
            // Means by the grid's end, and the mean square by parts: E[X²] = ∫ 2·(mean − E[min(X, x)]) dx.
            let h = severity.most.min(3000.0) / 20_000.0;
            let limited = severity.limited(h, 20_000);
            near(*limited.last().unwrap(), severity.mean, 1e-6);
            let square: f64 = limited.iter().map(|below| 2.0 * (severity.mean - below) * h).sum();
            near(severity.square.unwrap(), square - severity.mean * h, 1e-5);
        }
    }
}

#[test]
fn starts_that_lie_close_make_no_amounts_of_their_own() {
    // An hour of a silent carrier on the example floor, the first 33 s lost and 30 s on the way back: whoever starts well
    // within opening hours pays the same. All others pay by when they start, also those within a minute of a change.
    let bench = Bench { plan: floor(&[]), unit: 28.0 };
    let severity = bench.severity(1, &DurationLaw::fixed(3600.0).unwrap(), None);
    assert_eq!(severity.atoms.len(), 1, "{:?}", severity.atoms);
    assert!(severity.exceeds(severity.atoms[0].0) < 1e-12);
}

#[test]
fn very_many_outages_are_counted_too() {
    // P(no outage) is no float any more; P(more than 820) is a sum of the law of the number.
    let bench = constant();
    let severity = bench.severity(0, &DurationLaw::fixed(3600.0).unwrap(), None);
    let asked = Asked { quantiles: vec![0.95], amounts: vec![820.0 * bench.unit] };
    let got = read(&[Part { count: poisson(800.0), severity: &severity }], &asked, &Known::default()).unwrap();
    let p = |n: f64| libm::exp(n * libm::log(800.0) - 800.0 - libm::lgamma(n + 1.0));
    let over: f64 = (821..1200).map(|n| p(f64::from(n))).sum();
    assert!((got.exceeds[0] - over).abs() < 1e-6, "{} {over}", got.exceeds[0]);
}

#[test]
fn a_daily_cap_is_met_at_every_hour() {
    // A floor that never closes and 60.00 a day from midnight UTC on, by integrating over the hours of a day: the money
    // flows for so long, and again from every midnight on.
    const DAY: f64 = 86_400.0;
    const STARTS: u32 = 4000;
    let mut plan = always();
    // Nobody carries on when the money is used up.
    plan.trunks.truncate(2);
    let Bench { mut plan, unit } = burning(plan);
    let table = plan.trunks[1].table;
    plan.tables[table].limits.daily_spend =
        Some(DailySpend { limit: "60".parse().unwrap(), resets: Zone::parse("UTC").unwrap() });
    let bench = Bench { plan, unit };
    let law = DurationLaw::exponential(30_000.0).unwrap();
    let severity = bench.severity(0, &law, None);
    let burn = unit / 3600.0;
    let lasts = 60.0 / burn;
    let survival = |d: f64| libm::exp(-d / 30_000.0);
    let (mut mean, mut over) = (0.0, [0.0; 3]);
    let amounts = [20.0, 59.0, 100.0];
    for i in 0..STARTS {
        let start = DAY * (f64::from(i) + 0.5) / f64::from(STARTS);
        let mut spent = 0.0;
        for day in 0..20 {
            let from = if day == 0 { 0.0 } else { f64::from(day) * DAY - start };
            let to = (from + lasts).min(f64::from(day + 1) * DAY - start);
            mean += burn * 30_000.0 * (survival(from) - survival(to));
            for (over, amount) in over.iter_mut().zip(amounts) {
                let at = from + (amount - spent) / burn;
                *over += if at >= from && at < to { survival(at) } else { 0.0 };
            }
            spent += burn * (to - from);
        }
    }
    near(severity.mean, mean / f64::from(STARTS), 1e-5);
    for (amount, over) in amounts.iter().zip(over) {
        near(severity.exceeds(*amount), over / f64::from(STARTS), 1e-3);
    }
}

#[test]
fn two_causes_are_one_with_both_frequencies() {
    let bench = Bench { plan: floor(&[]), unit: 10.0 };
    let law = DurationLaw::exponential(7200.0).unwrap();
    let severity = bench.severity(0, &law, Some(50_000.0));
    let part = |mean| Part { count: poisson(mean), severity: &severity };
    let (two, one) = (bench.read(&[part(2.0), part(2.0)]), bench.read(&[part(4.0)]));
    for (two, one) in two.quantiles.iter().zip(&one.quantiles) {
        near(two.amount, one.amount, 1e-6);
        near(two.tail_mean, one.tail_mean, 1e-6);
    }
    let alone = bench.read(&[part(2.0)]);
    assert!(two.quantiles[3].amount < 1.9 * alone.quantiles[3].amount);
    let shares = super::exact::tail_shares(&[part(1.0), part(3.0)], one.quantiles[3].amount, &Known::default());
    near(shares.unwrap()[0], 0.25, 1e-3);
}

#[test]
fn heavy_tails_are_followed_or_said() {
    let bench = constant();
    let law = DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, 1.8, 3600.0).unwrap();
    let severity = bench.severity(0, &law, None);
    let got = bench.read(&[Part { count: poisson(2.0), severity: &severity }]);
    assert_eq!(got.sd, None);
    near(got.mean / bench.unit, 2.0 / 0.8, 1e-8);
    // Far out one large outage makes the year: P(S > x) ≈ 2·P(X > x).
    let far = got.quantiles[5].amount / bench.unit;
    let alone = 2.0 * (1.0 + far).powf(-1.8);
    assert!((alone / 0.001 - 1.0).abs() < 0.2, "{alone}");
    // Nobody waits longer than a day: then there is a variance, and an atom at its end.
    let severity = bench.severity(0, &law, Some(86_400.0));
    assert!((severity.atoms.last().unwrap().0 / bench.unit - 24.0).abs() < 1e-9);
    assert!(bench.read(&[Part { count: poisson(2.0), severity: &severity }]).sd.is_some());
}
