//! The measures against high precision, numerical integration and each other.

use proptest::prelude::*;

use crate::model::law::DurationLaw;

#[track_caller]
fn close(law: &DurationLaw, at: f64, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{law:?} at {at:e}: {got:e} {want:e} {:e}", got / want - 1.0);
}

fn named(name: &str, a: f64, b: f64, c: f64) -> DurationLaw {
    match name {
        "fixed" => DurationLaw::fixed(a),
        "exponential" => DurationLaw::exponential(a),
        "lognormal" => Ok(DurationLaw::Lognormal { mu: a, sigma: b }),
        "weibull" => DurationLaw::shaped(|shape, scale| DurationLaw::Weibull { shape, scale }, a, b),
        "gamma" => DurationLaw::shaped(|shape, scale| DurationLaw::Gamma { shape, scale }, a, b),
        "lomax" => DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, a, b),
        _ => DurationLaw::pert(a, b, c),
    }
    .unwrap()
}

#[test]
fn values_at_high_precision() {
    for row in include_str!("../../../../tests/data/outage/laws.csv").lines() {
        if row.starts_with(['#']) || row.starts_with("law,") {
            continue;
        }
        let (name, numbers) = row.split_once(',').unwrap();
        let v: Vec<f64> = numbers.split(',').map(|cell| cell.parse().unwrap()).collect();
        let law = named(name, v[0], v[1], v[2]);
        let d = v[3];
        if v[4] > 1e-290 {
            // What one unit in the last place of d does to the survival of a steep law.
            let inherent = (law.survival(d * (1.0 + 1e-9)) / v[4] - 1.0).abs() * 1e9 * 2.3e-16;
            close(&law, d, law.survival(d), v[4], 3e-13 + inherent);
        }
        close(&law, d, law.limited_mean(d), v[5], 1e-12);
        close(&law, d, law.limited_integral(d), v[6], 1e-12);
        // E[min(D, d)²] = 2·(d·I − J), where that does not cancel.
        let square = 2.0 * (d * v[5] - v[6]);
        close(&law, d, law.limited_second_moment(d), square, 1e-12 * (d * v[5] / square).max(1.0));
    }
}

#[test]
fn means_are_limits() {
    for law in every() {
        if let Some(mean) = law.mean() {
            let far = law.upper_quantile(1e-300);
            if law.second_moment().is_some() {
                close(&law, far, law.limited_mean(far), mean, 1e-9);
            }
            let all = law.limited_mean(f64::MAX);
            assert!(all <= mean * (1.0 + 1e-12), "{law:?} {all} {mean}");
        }
    }
    let lomax = named("lomax", 4.0, 9.0, 0.0);
    assert_eq!((lomax.mean(), lomax.second_moment()), (Some(3.0), Some(27.0)));
    assert_eq!(named("lomax", 1.0, 9.0, 0.0).mean(), None);
    assert_eq!(named("lomax", 2.0, 9.0, 0.0).second_moment(), None);
}

/// Laws of all kinds and of extreme shapes.
fn every() -> Vec<DurationLaw> {
    let mut laws = vec![
        named("fixed", 60.0, 0.0, 0.0),
        named("exponential", 2700.0, 0.0, 0.0),
        named("pert", 0.0, 0.0, 60.0),
        named("pert", 5.0, 60.0, 60.0),
        named("pert", 5.0, 20.0, 60.0),
        DurationLaw::list(vec![60.0, 7.0, 60.0, 900.0]).unwrap(),
    ];
    for shape in [1e-6, 1e-3, 0.1, 0.3, 1.0, 2.0, 2.000_001, 20.0, 1e4, 1e6] {
        for name in ["weibull", "gamma", "lomax"] {
            laws.push(named(name, shape, 600.0, 0.0));
        }
        laws.push(named("lognormal", 7.0, shape, 0.0));
    }
    laws
}

#[test]
fn extremes_give_numbers() {
    let lengths = [-1.0, 0.0, 5e-324, 1e-300, 1e-9, 1.0, 60.0, 1e4, 1e9, 1e100, 1e300, f64::MAX, f64::INFINITY];
    for law in every() {
        let (mut before, mut rising) = (1.0, [0.0; 3]);
        for d in lengths {
            let survival = law.survival(d);
            assert!((0.0..=before).contains(&survival), "{law:?} {d} {survival}");
            before = survival;
            // A share of 1e300 squared is no float any more.
            let squared = law.limited_second_moment(d.min(1e100));
            let values = [law.limited_mean(d), law.limited_integral(d), squared];
            for (value, last) in values.iter().zip(&mut rising) {
                assert!(value.is_finite() && *value >= *last * (1.0 - 1e-9), "{law:?} {d} {values:?} {last}");
                *last = *value;
            }
        }
        let (begin, end) = law.support();
        for p in [-1.0, 0.0, 5e-324, 1e-300, 1e-20, 0.1, 0.5, 0.9, 1.0 - 1e-16, 1.0, 2.0, f64::NAN] {
            for d in [law.quantile(p), law.upper_quantile(p)] {
                assert!(d.is_finite() && d >= begin && d <= end, "{law:?} {p} {d}");
            }
        }
        assert!(law.survival(f64::NAN) == 1.0 && law.limited_mean(f64::NAN) == 0.0);
    }
}

#[test]
fn lomax_is_smooth_at_shapes_1_and_2() {
    for shape in [1.0, 2.0] {
        for d in [1.0, 600.0, 1e5, 1e9] {
            let at = |shape: f64| {
                let law = named("lomax", shape, 600.0, 0.0);
                [law.limited_mean(d), law.limited_integral(d), law.limited_second_moment(d)]
            };
            let (below, here, above) = (at(shape - 1e-7), at(shape), at(shape + 1e-7));
            for i in 0..3 {
                let middle = (below[i] + above[i]) / 2.0;
                assert!((middle / here[i] - 1.0).abs() < 1e-11, "{shape} {d} {i} {middle} {}", here[i]);
            }
        }
    }
    // ln 2 and 2·ln 2 − 1, by hand at shape 1 and d = scale; shape 2: 1/2 and 1 − ln 2.
    let law = named("lomax", 1.0, 1.0, 0.0);
    close(&law, 1.0, law.limited_mean(1.0), std::f64::consts::LN_2, 1e-15);
    close(&law, 1.0, law.limited_integral(1.0), 2.0 * std::f64::consts::LN_2 - 1.0, 1e-15);
    let law = named("lomax", 2.0, 1.0, 0.0);
    close(&law, 1.0, law.limited_mean(1.0), 0.5, 1e-15);
    close(&law, 1.0, law.limited_integral(1.0), 1.0 - std::f64::consts::LN_2, 1e-15);
}

#[test]
fn single_lengths() {
    let law = DurationLaw::list(vec![60.0, 7.0, 60.0, 900.0]).unwrap();
    assert_eq!(law.atoms(), Some(vec![(7.0, 0.25), (60.0, 0.5), (900.0, 0.25)]));
    assert_eq!(named("fixed", 9.0, 0.0, 0.0).atoms(), Some(vec![(9.0, 1.0)]));
    assert_eq!(named("gamma", 9.0, 1.0, 0.0).atoms(), None);
    for (p, want) in [(0.0, 7.0), (0.25, 7.0), (0.26, 60.0), (0.75, 60.0), (0.76, 900.0), (1.0, 900.0)] {
        assert_eq!(law.quantile(p), want, "{p}");
    }
    for (q, want) in [(1.0, 7.0), (0.75, 7.0), (0.74, 60.0), (0.25, 60.0), (0.24, 900.0), (0.0, 900.0)] {
        assert_eq!(law.upper_quantile(q), want, "{q}");
    }
    assert_eq!((law.survival(60.0), law.limited_mean(60.0), law.limited_integral(10.0)), (0.25, 46.75, 48.875));
}

#[test]
fn quantiles_in_closed_form() {
    // The 95 % quantile of the model page's lognormal law: median 45 min, sigma 1.2.
    let law = DurationLaw::lognormal_sigma(2700.0, 1.2).unwrap();
    close(&law, 0.95, law.quantile(0.95), 2700.0 * libm::exp(1.2 * 1.644_853_626_951_472_2), 1e-14);
    let law = named("pert", 10.0, 10.0, 20.0);
    close(&law, 0.3, law.quantile(0.3), 20.0 - 10.0 * libm::pow(0.7, 0.2), 1e-14);
    let law = named("gamma", 1.0, 60.0, 0.0);
    close(&law, 1e-300, law.upper_quantile(1e-300), -60.0 * libm::log(1e-300), 1e-14);
}

/// A law with ordinary parameters and a length near its bulk or far from it.
fn ordinary() -> impl Strategy<Value = (DurationLaw, f64)> {
    let law = (0usize..6, -2.0f64..2.5, 0.05f64..3.0, 0.0f64..1.0).prop_map(|(kind, log_shape, sigma, way)| {
        let shape = libm::exp(log_shape);
        match kind {
            0 => named("exponential", 2700.0, 0.0, 0.0),
            1 => named("lognormal", 7.0, sigma, 0.0),
            2 => named("weibull", shape, 3600.0, 0.0),
            3 => named("gamma", shape, 600.0, 0.0),
            4 => named("lomax", shape, 1800.0, 0.0),
            _ => named("pert", 60.0, 60.0 + way * 7140.0, 7200.0),
        }
    });
    (law, 0.001f64..0.9999, 0.01f64..3.0).prop_map(|(law, p, by)| {
        let d = law.quantile(p) * by;
        (law, d.clamp(1e-3, 1e9))
    })
}

/// ∫₀ᵈ f by the double exponential rule (Takahasi and Mori 1974) between the given marks.
fn integral(marks: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let rule = |a: f64, b: f64| -> f64 {
        let h = 1.0 / 24.0;
        let sum: f64 = (-96..=96)
            .map(|i| {
                let s = f64::from(i) * h;
                let u = std::f64::consts::PI * libm::sinh(s);
                // The way from the nearer end, exact where it is short.
                let near = 1.0 / (1.0 + libm::exp(u.abs()));
                let x = if u < 0.0 { a + (b - a) * near } else { b - (b - a) * near };
                let weight = std::f64::consts::PI * libm::cosh(s) * near * (1.0 - near);
                if weight < 1e-30 { 0.0 } else { weight * f(x) }
            })
            .sum();
        sum * h * (b - a)
    };
    marks.windows(2).map(|pair| rule(pair[0], pair[1])).sum()
}

proptest! {
    #[test]
    fn integrals_of_the_survival((law, d) in ordinary()) {
        let inside: Vec<f64> =
            [1e-9, 1e-4, 0.05, 0.3, 0.7, 0.95, 0.9999].iter().map(|p| law.quantile(*p)).filter(|x| *x < d).collect();
        let mut marks = vec![0.0];
        marks.extend(inside);
        let (begin, end) = law.support();
        marks.extend([begin, end].into_iter().filter(|kink| *kink < d));
        marks.push(d);
        marks.sort_by(f64::total_cmp);
        let first = integral(&marks, |t| law.survival(t));
        prop_assert!((law.limited_mean(d) / first - 1.0).abs() < 1e-10, "{law:?} {d} {first}");
        let second = integral(&marks, |t| law.limited_mean(t));
        prop_assert!((law.limited_integral(d) / second - 1.0).abs() < 1e-10, "{law:?} {d} {second}");
        let square = 2.0 * integral(&marks, |t| t * law.survival(t));
        prop_assert!((law.limited_second_moment(d) / square - 1.0).abs() < 1e-10, "{law:?} {d} {square}");
    }

    #[test]
    fn monotone_and_concave((law, d) in ordinary(), by in 1.001f64..3.0) {
        let more = d * by;
        prop_assert!(law.survival(more) <= law.survival(d));
        let slope = (law.limited_mean(more) - law.limited_mean(d)) / (more - d);
        let slack = 1e-12 * law.limited_mean(more) / (more - d);
        prop_assert!(slope <= law.survival(d) + slack && slope >= law.survival(more) - slack);
        let slope = (law.limited_integral(more) - law.limited_integral(d)) / (more - d);
        let slack = 1e-12 * law.limited_integral(more) / (more - d);
        prop_assert!(slope >= law.limited_mean(d) - slack && slope <= law.limited_mean(more) + slack);
    }

    #[test]
    fn quantile_undoes_survival((law, _) in ordinary(), log_q in -690.0f64..-0.01) {
        let q = libm::exp(log_q);
        for (d, upper) in [(law.upper_quantile(q), true), (law.quantile(q), false)] {
            if d > 0.0 && d < 1e300 && law.support().1 - d > 1e-6 * d && d - law.support().0 > 1e-6 * d {
                // To how much the length rests on the last digit of the probability.
                let (low, high) = (d * (1.0 - 1e-12), d * (1.0 + 1e-12));
                let (below, above) = (law.survival(low), law.survival(high));
                let want = if upper { q } else { 1.0 - q };
                let slack = 3e-13 * want;
                prop_assert!(below >= want - slack && above <= want + slack, "{law:?} {q} {d} {below} {above}");
            }
        }
    }
}
