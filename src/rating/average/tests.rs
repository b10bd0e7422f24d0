use proptest::prelude::*;

use super::*;
use crate::model::rates::Billing;
use crate::model::rows::{RateRow, RowRef};
use crate::rating::call::tests::{any_billing, any_row, billing, dec, row, steps as price_steps};
use crate::words::increment::{BillingIncrement, IncrementBase};

fn increments(price: &str, initial: u32, further: u32) -> RateRow {
    let mut row = row("1", price);
    row.increment = BillingIncrement::new(initial, further).unwrap();
    row
}

/// Σ P(billed in step k)·cost_k, step by step, until nothing is left.
fn brute(pricer: &CallPricer<'_>, law: &TalkLaw, most: u64) -> (f64, f64) {
    let (mut cost, mut billed, mut from) = (Sum::default(), Sum::default(), 0);
    while from < most {
        let charge = pricer.charge(CallDuration::from_seconds(from + 1).unwrap()).unwrap();
        let p = between(law, from as f64, charge.billed_seconds as f64);
        cost.add(p * weight(charge.cost));
        billed.add(p * charge.billed_seconds as f64);
        from = charge.billed_seconds;
        let left = law.survival(from as f64);
        let small = |part: f64, whole: f64| left * part <= 1e-17 * whole;
        if small(from as f64, billed.get()) && (small(weight(charge.cost), cost.get()) || left < 1e-60) {
            break;
        }
    }
    (cost.get(), billed.get())
}

fn close(got: f64, expected: f64, what: &str) {
    assert!((got - expected).abs() <= 1e-10 * expected.abs(), "{what}: {got} {expected} {:e}", got / expected - 1.0);
}

fn check(row: RowRef<'_>, rules: &Billing, law: &TalkLaw, most: u64) {
    let pricer = CallPricer::new(row, rules, None).unwrap();
    let got = average(&pricer, law).unwrap();
    let (cost, billed) = brute(&pricer, law, most);
    let what = format!("{law:?} {:?} {} {:?}", row.price, row.increment, rules.rounding);
    close(got.cost, cost, &what);
    close(got.billed_seconds, billed, &what);
}

const EVER: u64 = 300_000_000;

#[test]
fn averages_agree_with_computed_values() {
    let modes = [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Up, RoundingMode::Down];
    let text = include_str!("../../../tests/data/rating/expected.csv");
    let mut count = 0;
    for line in text.lines().skip(2) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().unwrap();
        let whole = |i: usize| cells[i].parse::<u32>().unwrap();
        let law = match cells[0] {
            "1" => TalkLaw::exponential(number(1)),
            _ => TalkLaw::lognormal(number(1), number(2)),
        };
        let mut row = increments(cells[3], whole(5), whole(6));
        row.connect_fee = dec(cells[4]);
        let rules = billing(whole(7), modes[cells[8].parse::<usize>().unwrap() - 1]);
        let got = average(&CallPricer::new(row.view(), &rules, None).unwrap(), &law.unwrap()).unwrap();
        close(got.cost, number(9), line);
        close(got.billed_seconds, number(10), line);
        count += 1;
    }
    assert_eq!(count, 20);
}

#[test]
fn closed_forms_of_the_exponential_law() {
    for (mean, further) in [(90.0, 1_u32), (90.0, 60), (15.0, 6), (7200.0, 1)] {
        let row = increments("0.06", further, further);
        // 0.001 a second and six places: nothing is rounded.
        let rules = billing(6, RoundingMode::HalfUp);
        let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
        let got = average(&pricer, &TalkLaw::exponential(mean).unwrap()).unwrap();
        let h = f64::from(further);
        let billed = h / -libm::expm1(-h / mean);
        close(got.billed_seconds, billed, "billed");
        close(got.cost, billed * 0.001, "cost");
        assert_eq!(got.talk_seconds, mean);
    }
}

#[test]
fn fixed_talk_is_one_call() {
    let row = increments("0.017", 60, 60);
    let rules = billing(6, RoundingMode::HalfUp);
    let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
    let got = average(&pricer, &TalkLaw::fixed(60.1).unwrap()).unwrap();
    assert_eq!((got.cost, got.billed_seconds), (0.034, 120.0));
    assert!(average(&pricer, &TalkLaw::fixed(1e9).unwrap()).is_err());
    assert!(average(&pricer, &TalkLaw::exponential(1e300).unwrap()).is_err());
}

#[test]
fn equals_the_sum_step_by_step() {
    let laws = [
        TalkLaw::exponential(135.0).unwrap(),
        TalkLaw::exponential(3600.0).unwrap(),
        TalkLaw::exponential(0.5).unwrap(),
        TalkLaw::lognormal(60.0, 80.0).unwrap(),
        TalkLaw::lognormal(600.0, 5.0).unwrap(),
    ];
    for law in laws {
        for (price, initial, further) in [("0.0137", 1, 1), ("0.0085", 60, 60), ("0.0137123", 20, 6), ("0", 6, 6)] {
            for (places, mode) in
                [(2, RoundingMode::Up), (2, RoundingMode::HalfEven), (4, RoundingMode::Down), (6, RoundingMode::HalfUp)]
            {
                let mut row = increments(price, initial, further);
                let mut rules = billing(places, mode);
                row.connect_fee = dec("0.001");
                check(row.view(), &rules, &law, EVER);
                rules.base = IncrementBase::Whole;
                row.minimum = dec("0.0201");
                check(row.view(), &rules, &law, EVER);
            }
        }
    }
}

#[test]
fn steps_with_their_own_increments() {
    let mut row = row("1", "0");
    row.price = price_steps(&[(0, "0.20", 60), (60, "0.10", 1), (3600, "0.023", 30), (86_400, "0.001", 1)]);
    for law in [TalkLaw::exponential(135.0), TalkLaw::lognormal(900.0, 900.0), TalkLaw::exponential(20_000.0)] {
        check(row.view(), &billing(2, RoundingMode::Up), &law.unwrap(), EVER);
        check(row.view(), &billing(6, RoundingMode::HalfUp), &law.unwrap(), EVER);
    }
}

/// Hours on average at 1/1 with tails that reach years, coarse rounding, and prices that drift slowly against the unit.
#[test]
#[ignore = "sums 10⁹ steps one by one, minutes in release mode"]
fn heavy_tails_and_coarse_rounding() {
    let rules = billing(2, RoundingMode::Up);
    let law = TalkLaw::lognormal(135.0, 405.0).unwrap();
    for price in ["0.0137", "0.60000006", "0.6001", "0.000001", "0.01"] {
        check(increments(price, 1, 1).view(), &rules, &law, EVER / 10);
    }
    let law = TalkLaw::lognormal(3600.0, 10_800.0).unwrap();
    for price in ["0.0137", "0.6001", "0.000001"] {
        check(increments(price, 1, 1).view(), &rules, &law, EVER);
    }
}

#[test]
fn no_law_hangs_it() {
    let rules = billing(2, RoundingMode::Up);
    for (mean, sd) in [(3e8, 3e10), (1e8, 1.0), (1e-3, 1e6), (1e-200, 1e-200), (3600.0, 3.6e8)] {
        let law = TalkLaw::lognormal(mean, sd).unwrap();
        for price in ["0.6001", "0.0000001", "0"] {
            let row = increments(price, 1, 1);
            let got = average(&CallPricer::new(row.view(), &rules, None).unwrap(), &law).unwrap();
            assert!(got.billed_seconds >= mean.max(1.0) * (1.0 - 1e-12), "{mean} {sd} {got:?}");
            assert!(got.cost >= got.billed_seconds * weight(dec(price)) / 60.0 * (1.0 - 1e-12), "{mean} {sd} {got:?}");
            assert!(got.cost <= got.billed_seconds * weight(dec(price)) / 60.0 + 0.01 + 1e-12 * got.cost);
        }
    }
}

#[test]
fn simulated_calls_agree() {
    let mut row = increments("0.0137", 20, 6);
    row.connect_fee = dec("0.002");
    let rules = billing(3, RoundingMode::Up);
    let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
    let law = TalkLaw::exponential(75.0).unwrap();
    let mut state = 20_261_201_u64;
    let (mut sum, mut squares, n) = (0.0, 0.0, 200_000);
    for _ in 0..n {
        // splitmix64 (Steele et al. 2014), and inversion.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let u = ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        let talk = -75.0 * libm::log1p(-u);
        let cost =
            weight(pricer.charge(CallDuration::from_seconds(talk.ceil().max(1.0) as u64).unwrap()).unwrap().cost);
        (sum, squares) = (sum + cost, squares + cost * cost);
    }
    let mean = sum / f64::from(n);
    let error = ((squares / f64::from(n) - mean * mean) / f64::from(n)).sqrt();
    let got = average(&pricer, &law).unwrap().cost;
    assert!((got - mean).abs() < 5.0 * error, "{got} {mean} {error}");
}

#[test]
fn table_of_steps_and_short_share() {
    let row = increments("0.06", 60, 60);
    let rules = billing(6, RoundingMode::HalfUp);
    let pricer = CallPricer::new(row.view(), &rules, None).unwrap();
    let law = TalkLaw::exponential(60.0).unwrap();
    let table = steps(&pricer, &law, 3).unwrap();
    assert_eq!(table.iter().map(|s| s.billed_seconds).collect::<Vec<_>>(), [60, 120, 180]);
    assert!((table[1].probability - (libm::exp(-1.0) - libm::exp(-2.0))).abs() < 1e-15);
    assert_eq!(table[2].cost, dec("0.18"));
    assert!((share_up_to(&law, 6.0).get() + libm::expm1(-0.1)).abs() < 1e-15);
    assert_eq!(share_up_to(&TalkLaw::fixed(6.0).unwrap(), 6.0), Probability::ONE);
    assert_eq!(share_up_to(&TalkLaw::fixed(6.0).unwrap(), 5.9), Probability::ZERO);
    assert_eq!(share_up_to(&law, f64::NAN), Probability::ZERO);
    assert_eq!(share_up_to(&law, 0.0), Probability::ZERO);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn equals_the_sum_for_any_row(
        row in any_row(), rules in any_billing(), mean in 1.0_f64..400.0, spread in 0.05_f64..1.3, wide in any::<bool>(),
    ) {
        let law = if wide { TalkLaw::lognormal(mean, mean * spread) } else { TalkLaw::exponential(mean) };
        check(row.view(), &rules, &law.unwrap(), EVER);
    }
}
