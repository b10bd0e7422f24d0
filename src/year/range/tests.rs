//! Drawn years against the exact law, and draws against the moments of their laws.

use super::*;
use crate::input::example::FILES;
use crate::input::files::{Folder, NamedText, PLAN};
use crate::input::plan::{Options, load};
use crate::model::law::DurationLaw;
use crate::model::plan::Plan;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::outage::state::behaviours;
use crate::year::exact::{Known, Part, read};
use crate::year::lengths::Lengths;

const LIST: [f64; 3] = [4800.0, 5760.0, 7800.0];

fn plan() -> Plan {
    let folder = Folder::Embedded(&FILES);
    let text = folder.read(PLAN).unwrap().text;
    let named = NamedText { name: PLAN.to_owned(), bytes: text.clone().into_bytes(), text };
    load(named, &folder, &Options::default()).map_err(|rejected| rejected.faults).unwrap().plan
}

fn severity(plan: &Plan, cause: usize, law: &DurationLaw) -> Severity {
    let lengths = Lengths::new(law, Some(172_800.0));
    let engine = Engine::new(plan, lengths.reach() + 3600.0).unwrap();
    let course = Course::new(&engine, &behaviours(plan, &plan.causes[cause]));
    Severity::new(&course, lengths, 365.0 * 86_400.0).unwrap()
}

fn observed(incidents: u32, years: f64) -> Frequency {
    Frequency::Observed { incidents, years }
}

/// A cause with a list, seen three times in two years; and two with other laws and counts.
fn sources(plan: &Plan) -> Vec<Source> {
    let listed = LIST.iter().map(|length| (1, severity(plan, 1, &DurationLaw::fixed(*length).unwrap()))).collect();
    let rejects = severity(plan, 0, &DurationLaw::lognormal_quantiles(2700.0, 21_600.0).unwrap());
    let line = severity(plan, 2, &DurationLaw::exponential(7200.0).unwrap());
    vec![
        Source { frequency: observed(3, 2.0), spends: listed },
        Source { frequency: Frequency::Poisson { mean: 3.0 }, spends: vec![(1, rejects)] },
        Source { frequency: Frequency::NegativeBinomial { mean: 1.0, shape: 0.7 }, spends: vec![(1, line)] },
    ]
}

fn asked() -> Asked {
    Asked { quantiles: vec![0.5, 0.75, 0.9, 0.95, 0.99, 0.999], amounts: vec![20.0, 400.0, 1500.0] }
}

#[track_caller]
fn near(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}: {:e}", got / want - 1.0);
}

/// The family's figures against those of the exact law of the same parts.
#[track_caller]
fn agrees(got: &Figures, parts: &[Part<'_>], quantiles: f64) {
    let want = read(parts, &asked(), &Known::default()).unwrap();
    // Starts a minute and a half apart are taken together, elsewhere for other lists.
    near(got.mean, want.mean, 1e-8);
    near(got.sd.unwrap(), want.sd.unwrap(), 1e-8);
    near(got.nothing, want.nothing, 1e-8);
    for (got, want) in got.quantiles.iter().zip(&want.quantiles) {
        near(got.amount, want.amount, quantiles);
        near(got.tail_mean, want.tail_mean, quantiles);
    }
    for (got, want) in got.exceeds.iter().zip(&want.exceeds) {
        assert!((got - want).abs() < 1e-3, "{got} {want}");
    }
}

#[test]
fn a_draw_is_the_exact_law_with_its_parameters() {
    let plan = plan();
    let sources = sources(&plan);
    let family = Family::new(&sources);
    let second = [&sources[1].spends[0].1, &sources[2].spends[0].1];
    // Weights of thirds are a list with repeated lengths, which the exact law takes as it is.
    for (seen, repeated, part) in [(0.2, [3, 0, 0], 1.0), (1.9, [1, 2, 0], 1.0), (7.5, [1, 1, 1], 1.0 / 12.0)] {
        let lengths: Vec<f64> = LIST.iter().zip(repeated).flat_map(|(length, n)| vec![*length; n]).collect();
        let exact = severity(&plan, 1, &DurationLaw::list(lengths).unwrap());
        let counts = vec![
            Count { mean: seen, shape: None },
            Count { mean: 3.0, shape: None },
            Count { mean: 1.0, shape: Some(0.7) },
        ];
        let weights = vec![repeated.map(|n| n as f64 / 3.0).to_vec(), vec![1.0], vec![1.0]];
        let parameters = Parameters { counts: counts.clone(), weights };
        let got = family.read(&parameters, part, &asked()).unwrap();
        let severities = [&exact, second[0], second[1]];
        let parts: Vec<Part<'_>> = counts
            .iter()
            .zip(severities)
            .map(|(count, severity)| Part { count: count.thinned(part), severity })
            .collect();
        agrees(&got, &parts, 2e-3);
    }
}

#[test]
fn lists_alone_are_steps_and_are_read_to_a_part_in_a_hundred() {
    let plan = plan();
    let mut sources = sources(&plan);
    sources.truncate(1);
    let exact = severity(&plan, 1, &DurationLaw::list(LIST.to_vec()).unwrap());
    let count = Count { mean: 4.0, shape: None };
    let parameters = Parameters { counts: vec![count], weights: vec![vec![1.0 / 3.0; 3]] };
    let got = Family::new(&sources).read(&parameters, 1.0, &asked()).unwrap();
    agrees(&got, &[Part { count, severity: &exact }], 1e-2);
}

#[test]
fn nothing_and_endless_tails_are_read() {
    let plan = plan();
    let heavy = DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, 1.3, 600.0).unwrap();
    let lengths = Lengths::new(&heavy, None);
    let engine = Engine::new(&plan, lengths.reach() + 3600.0).unwrap();
    let course = Course::new(&engine, &behaviours(&plan, &plan.causes[0]));
    let severity = Severity::new(&course, lengths, 365.0 * 86_400.0).unwrap();
    let sources = vec![Source { frequency: observed(1, 4.0), spends: vec![(1, severity)] }];
    let family = Family::new(&sources);
    let with = |mean| Parameters { counts: vec![Count { mean, shape: None }], weights: vec![vec![1.0]] };
    let heavy = family.read(&with(2.0), 1.0, &asked()).unwrap();
    assert_eq!(heavy.sd, None);
    assert!(heavy.quantiles.windows(2).all(|pair| pair[0].amount < pair[1].amount));
    let count = Count { mean: 2.0, shape: None };
    let exact = read(&[Part { count, severity: &sources[0].spends[0].1 }], &asked(), &Known::default()).unwrap();
    for (got, want) in heavy.quantiles.iter().zip(&exact.quantiles) {
        near(got.amount, want.amount, 2e-3);
    }
    // So rare that nearly every year costs nothing; and never.
    let rare = family.read(&with(1e-9), 1.0, &asked()).unwrap();
    assert!(rare.quantiles.iter().all(|q| q.amount == 0.0) && rare.mean > 0.0);
    let never = family.read(&with(0.0), 1.0, &asked()).unwrap();
    assert_eq!((never.mean, never.nothing, never.exceeds.as_slice()), (0.0, 1.0, [0.0; 3].as_slice()));
}

#[test]
fn draws_have_the_moments_of_their_laws() {
    let plan = plan();
    let mut sources = sources(&plan);
    // Two of the three groups hold more than one length: then the weights are Dirichlet(1, 2, 4).
    sources[0].spends[1].0 = 2;
    sources[0].spends[2].0 = 4;
    let draws = 4000_u64;
    let (mut rate, mut square, mut rates) = (0.0, 0.0, Vec::new());
    let (mut weights, mut squares) = ([0.0; 3], [0.0; 3]);
    for number in 0..draws {
        let parameters = draw(&sources, number);
        assert_eq!(parameters, draw(&sources, number));
        assert_eq!(parameters.counts[1], Count { mean: 3.0, shape: None });
        assert_eq!(parameters.counts[2], Count { mean: 1.0, shape: Some(0.7) });
        assert_eq!(parameters.weights[1], [1.0]);
        assert!((parameters.weights[0].iter().sum::<f64>() - 1.0).abs() < 1e-12);
        rate += parameters.counts[0].mean / draws as f64;
        square += parameters.counts[0].mean.powi(2) / draws as f64;
        rates.push(parameters.counts[0].mean);
        for (i, weight) in parameters.weights[0].iter().enumerate() {
            weights[i] += weight / draws as f64;
            squares[i] += weight * weight / draws as f64;
        }
    }
    // Gamma with shape 3.5 and rate 2: mean 1.75, variance 0.875. Four standard errors.
    assert!((rate - 1.75).abs() < 4.0 * (0.875 / draws as f64).sqrt(), "{rate}");
    near(square - rate * rate, 0.875, 0.12);
    // Kolmogorov and Smirnov: the largest distance passes 1.63/√n one time in a hundred.
    rates.sort_by(f64::total_cmp);
    let far = (0_u32..).zip(&rates).map(|(i, x)| {
        let below = gamma::incomplete(3.5, 2.0 * x).0;
        let seen = f64::from(i) / draws as f64;
        (below - seen).abs().max((below - seen - 1.0 / draws as f64).abs())
    });
    assert!(far.fold(0.0, f64::max) < 1.63 / (draws as f64).sqrt());
    // Dirichlet: mean α/7, variance α·(7 − α)/(7²·8).
    for (i, alpha) in [1.0, 2.0, 4.0].into_iter().enumerate() {
        let variance = alpha * (7.0 - alpha) / (49.0 * 8.0);
        assert!((weights[i] - alpha / 7.0).abs() < 4.0 * (variance / draws as f64).sqrt(), "{i} {}", weights[i]);
        near(squares[i] - weights[i] * weights[i], variance, 0.12);
    }
}

#[test]
fn lengths_are_put_together() {
    assert_eq!(groups(&[3.0, 1.0, 3.0]), [vec![1.0], vec![3.0, 3.0]]);
    let many: Vec<f64> = (0..1000).map(|i| f64::from((i * 377) % 1000 + 1)).collect();
    let grouped = groups(&many);
    assert!(grouped.len() <= MOST_GROUPS && grouped.len() > MOST_GROUPS / 2);
    assert_eq!(grouped.concat().len(), 1000);
    assert!(grouped.concat().is_sorted());
}
