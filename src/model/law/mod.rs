//! Laws of talk time and of outage lengths.

mod duration;
mod lomax;
mod measures;
mod quantiles;
mod talk;

pub use duration::DurationLaw;
pub use talk::TalkLaw;

use thiserror::Error;

/// Parameters that no law has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct LawError(pub &'static str);

/// Parameters of a lognormal law from its mean and standard deviation: sigma² = ln(1 + sd²/mean²).
fn lognormal_of_moments(mean: f64, sd: f64) -> (f64, f64) {
    let variance = libm::log1p((sd / mean) * (sd / mean));
    (libm::log(mean) - variance / 2.0, libm::sqrt(variance))
}

fn positive(value: f64, what: &'static str) -> Result<(), LawError> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(LawError(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libm::exp;

    #[test]
    fn talk_laws_have_their_means() {
        // Mean as the integral of the survival function, by the midpoint rule: no formula shared with `mean`.
        for law in [TalkLaw::exponential(135.0).unwrap(), TalkLaw::lognormal(60.0, 80.0).unwrap()] {
            let h = 0.05;
            let integral: f64 = (0..400_000).map(|i| law.survival((f64::from(i) + 0.5) * h) * h).sum();
            assert!((integral / law.mean() - 1.0).abs() < 1e-5, "{law:?} {integral}");
        }
        let fixed = TalkLaw::fixed(6.0).unwrap();
        assert_eq!((fixed.survival(5.9), fixed.survival(6.0)), (1.0, 0.0));
    }

    #[test]
    fn lognormal_from_quantiles() {
        let DurationLaw::Lognormal { mu, sigma } = DurationLaw::lognormal_quantiles(2700.0, 21_600.0).unwrap() else {
            panic!()
        };
        let p95 = TalkLaw::Lognormal { mu, sigma }.survival(21_600.0);
        assert!((p95 - 0.05).abs() < 1e-12, "{p95}");
        assert!((exp(mu) - 2700.0).abs() < 1e-9);
    }

    #[test]
    fn no_law_with_bad_parameters() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(TalkLaw::fixed(bad).is_err() && TalkLaw::exponential(bad).is_err());
            assert!(TalkLaw::lognormal(60.0, bad).is_err() && DurationLaw::lognormal_sigma(60.0, bad).is_err());
            assert!(DurationLaw::shaped(|shape, scale| DurationLaw::Gamma { shape, scale }, bad, 1.0).is_err());
        }
        assert!(DurationLaw::lognormal_quantiles(60.0, 60.0).is_err());
        assert!(DurationLaw::pert(10.0, 5.0, 20.0).is_err() && DurationLaw::pert(5.0, 5.0, 5.0).is_err());
        assert!(DurationLaw::list(vec![]).is_err() && DurationLaw::list(vec![1.0, 0.0]).is_err());
        let lomax = |shape| DurationLaw::shaped(|shape, scale| DurationLaw::Lomax { shape, scale }, shape, 9.0);
        assert_eq!(lomax(1.0).unwrap().mean(), None);
        assert_eq!(lomax(4.0).unwrap().mean(), Some(3.0));
    }
}
