//! The year against textbooks, closed forms and itself.

use super::counts::Count;
use super::exact::{Asked, Known, Part, Read, read};
use super::lengths::Lengths;
use super::severity::Severity;
use crate::input::example::FILES;
use crate::input::files::{Folder, NamedText, PLAN};
use crate::input::plan::{Options, load};
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::outage::state::behaviours;

const ALL: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// The example floor, with words of its plan exchanged.
fn floor(changes: &[(&str, &str)]) -> Plan {
    let folder = Folder::Embedded(&FILES);
    let mut text = folder.read(PLAN).unwrap().text;
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let named = NamedText { name: PLAN.to_owned(), bytes: text.clone().into_bytes(), text };
    load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap().plan
}

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
    let plan = always();
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
    println!("{amounts:?} {:?} {} {}", got.quantiles[3].tail_mean / bench.unit, got.bound, got.points);
    for (index, want) in [(0, 4.483_635_484), (3, 17.276_938_252), (4, 29.394_504_673), (5, 56.712_559_746)] {
        near(amounts[index], want, 2e-6);
    }
    near(got.quantiles[3].tail_mean / bench.unit, 25.387_710_045, 2e-6);
    near(got.nothing, libm::exp(-4.0), 1e-12);
}
