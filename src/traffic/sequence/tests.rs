use proptest::prelude::*;

use super::*;
use crate::traffic::testing::{close, cps, erl, rows, share};
use crate::traffic::{Stream, cps as gate, engset, erlang, extended};

fn offered(traffic: f64) -> Offered {
    // Calls of 36 s.
    Offered { rate: cps(traffic / 36.0), traffic: erl(traffic), sources: None, redial: Probability::ZERO }
}

fn from(traffic: f64, sources: f64) -> Offered {
    Offered { sources: Some(sources), ..offered(traffic) }
}

fn redialled(offered: Offered, redial: f64) -> Offered {
    Offered { redial: share(redial), ..offered }
}

fn channels(channels: u64) -> Gate {
    Gate { channels: Some(channels), ..Gate::default() }
}

fn hit(part: f64, on_hit: OnHit, gate: Gate) -> Gate {
    Gate { hit: share(part), on_hit, ..gate }
}

fn b(a: f64, channels: u64) -> f64 {
    erlang::blocking(erl(a), channels).get()
}

fn blocked(sequence: &Sequence) -> f64 {
    sequence.blocked_rate.get() / sequence.attempts_rate.get()
}

#[track_caller]
fn conserves(got: &Sequence) {
    let ends = got.carried_rate.get() + got.lost_to_outage_rate.get() + got.stopped_rate.get() + got.blocked_rate.get();
    close(ends, got.attempts_rate.get(), 1e-12);
    close(got.gates.iter().map(|g| g.carried_rate.get()).sum(), got.carried_rate.get(), 1e-12);
    assert!(got.unserved_rate <= got.blocked_rate, "{got:?}");
    for gate in &got.gates {
        let refused = (gate.offered_rate.get() - gate.hit_rate.get()) * (1.0 - gate.blocking.get());
        assert!((refused - gate.carried_rate.get()).abs() <= 1e-9 * gate.offered_rate.get(), "{gate:?}");
        assert!(gate.peakedness >= 1.0, "{gate:?}");
    }
}

#[test]
fn hunting_is_exact_where_only_channels_refuse() {
    let got = solve(&offered(50.0), &[channels(30), channels(10), channels(15)]).unwrap();
    conserves(&got);
    assert_eq!(got.method, Method::Exact);
    close(blocked(&got), b(50.0, 55), 1e-13);
    for (gate, (before, after)) in got.gates.iter().zip([(0, 30), (30, 40), (40, 55)]) {
        close(gate.offered_traffic.get(), 50.0 * b(50.0, before), 1e-13);
        close(gate.blocking.get(), b(50.0, after) / b(50.0, before), 1e-13);
        close(gate.peakedness, Stream::overflow(erl(50.0), before).peakedness(), 1e-10);
    }
    close(got.blocked_peakedness, Stream::overflow(erl(50.0), 55).peakedness(), 1e-10);
    close(got.absorbed().get(), 1.0 - b(50.0, 55), 1e-13);
}

#[test]
fn gated_chains_agree_with_computed_values() {
    let window = |code: f64| match code as u8 {
        1 => Window::Rolling,
        2 => Window::Fixed,
        _ => Window::Average,
    };
    for row in rows(include_str!("../../../tests/data/traffic/gated-chains.csv")) {
        let trunks = row[2..11].chunks(3).filter(|trunk| trunk[0] != 9.0);
        let gates: Vec<Gate> = trunks
            .map(|trunk| Gate {
                cps: (trunk[0] > 0.0).then(|| (trunk[1], window(trunk[0]))),
                channels: (trunk[2] > 0.0).then_some(trunk[2] as u64),
                ..Gate::default()
            })
            .collect();
        let floor = Offered { rate: cps(row[1]), ..offered(row[0]) };
        let got = solve(&floor, &gates).unwrap();
        conserves(&got);
        assert_eq!(got.method, Method::Wilkinson, "{row:?}");
        assert!((blocked(&got) / row[11] - 1.0).abs() < 1e-8, "{row:?}: {}", blocked(&got));
    }
}

#[test]
fn finite_sources_are_exact_in_total() {
    let got = solve(&from(40.0, 60.0), &[channels(30), channels(15)]).unwrap();
    conserves(&got);
    assert_eq!(got.method, Method::Exact);
    close(blocked(&got), engset::blocking(erl(40.0), 60.0, 45).unwrap().get(), 1e-12);
    let got = solve(&from(40.0, 50.0), &[channels(30), channels(50)]).unwrap();
    assert_eq!(blocked(&got), 0.0);
    // A floor whose lines are never idle, on fewer channels than lines.
    conserves(&solve(&from(50.0, 50.0), &[channels(49)]).unwrap());
    assert_eq!(blocked(&solve(&from(50.0, 50.0), &[channels(50)]).unwrap()), 0.0);
}

#[test]
fn a_trunk_that_is_down_passes_the_stream_as_it_was() {
    let down = hit(1.0, OnHit::Next, channels(30));
    let skipped = Gate { skipped: true, ..channels(30) };
    let refuses = Gate { refuses: true, ..channels(30) };
    for first in [down, skipped, refuses, channels(0)] {
        for floor in [offered(25.0), from(25.0, 40.0)] {
            let got = solve(&floor, &[first, channels(28)]).unwrap();
            let want = solve(&floor, &[channels(28)]).unwrap();
            conserves(&got);
            assert_eq!(got.method, Method::Exact);
            assert_eq!(got.gates[1].blocking, want.gates[0].blocking);
            assert_eq!(got.gates[0].offered_rate.get() == 0.0, first.skipped);
            close(got.gates[0].hit_rate.get(), floor.rate.get() * first.hit.get(), 1e-15);
            assert_eq!(got.gates[0].blocking.get() == 1.0, first.refuses || first.channels == Some(0));
        }
    }
}

#[test]
fn an_outage_may_lose_what_it_hits() {
    let got = solve(&redialled(offered(20.0), 1.0), &[hit(1.0, OnHit::Lost, channels(30)), channels(30)]).unwrap();
    conserves(&got);
    assert_eq!(got.lost_to_outage_rate, got.attempts_rate);
    assert_eq!((got.factor, got.gates[1].offered_rate.get()), (1.0, 0.0));

    let got = solve(&offered(20.0), &[hit(0.25, OnHit::Lost, channels(15)), channels(30)]).unwrap();
    conserves(&got);
    assert_eq!(got.method, Method::Wilkinson);
    close(got.lost_to_outage_rate.get(), 5.0 / 36.0, 1e-14);
    close(got.gates[0].blocking.get(), b(15.0, 15), 1e-14);
}

#[test]
fn a_partial_outage_joins_the_overflow() {
    let got = solve(&offered(20.0), &[hit(0.4, OnHit::Next, channels(10)), channels(20)]).unwrap();
    conserves(&got);
    let overflow = Stream::overflow(erl(12.0), 10);
    let joined = overflow.plus(Stream::random(erl(8.0)));
    close(got.gates[1].offered_traffic.get(), joined.mean().get(), 1e-12);
    close(got.gates[1].peakedness, joined.peakedness(), 1e-12);
    close(got.gates[1].blocking.get(), joined.blocking(20).unwrap().get(), 1e-9);
    // Nothing hit is nothing split, and the limit is continuous.
    let none = solve(&offered(20.0), &[channels(10), channels(20)]).unwrap();
    let few = solve(&offered(20.0), &[hit(1e-9, OnHit::Next, channels(10)), channels(20)]).unwrap();
    close(blocked(&few), blocked(&none), 1e-6);
    assert_eq!((none.method, few.method), (Method::Exact, Method::Wilkinson));
    let floor = from(40.0, 60.0);
    let none = solve(&floor, &[channels(30), channels(15)]).unwrap();
    let few = solve(&floor, &[hit(1e-9, OnHit::Next, channels(30)), channels(15)]).unwrap();
    // The documented weakness: Engset's overflow as Poisson traffic has no end of sources, so the limit is not
    // continuous. It errs on the safe side, here by a factor of 6 (0.21 for 0.035; Poisson attempts would lose 0.05).
    assert!(blocked(&few) > blocked(&none) && blocked(&few) < 0.25, "{} {}", blocked(&few), blocked(&none));
}

#[test]
fn nobody_in_service_is_no_reason_to_redial() {
    let gates = [hit(1.0, OnHit::Next, channels(30)), Gate { skipped: true, ..channels(9) }];
    for gates in [&gates[..], &[]] {
        let got = solve(&redialled(offered(20.0), 1.0), gates).unwrap();
        conserves(&got);
        assert_eq!(got.factor, 1.0);
        assert_eq!(got.unserved_rate, got.attempts_rate);
        assert_eq!(got.method, Method::Exact);
    }
    let got = solve(&offered(20.0), &[hit(0.5, OnHit::Next, channels(5)), hit(0.5, OnHit::Next, channels(5))]).unwrap();
    conserves(&got);
    close(got.unserved_rate.get(), 5.0 / 36.0, 1e-12);
}

#[test]
fn calls_per_second_come_first() {
    let one = Gate { cps: Some((2.0, Window::Rolling)), ..channels(40) };
    let floor = Offered { rate: cps(2.5), ..offered(40.0) };
    let got = solve(&floor, &[one]).unwrap();
    conserves(&got);
    let p = gate::loss(cps(2.5), 2.0, Window::Rolling).unwrap().get();
    close(got.gates[0].blocking_cps.get(), p, 1e-14);
    close(got.gates[0].blocking_channels.get(), b(40.0 * (1.0 - p), 40), 1e-13);
    close(got.gates[0].blocking.get(), 1.0 - (1.0 - p) * (1.0 - b(40.0 * (1.0 - p), 40)), 1e-13);
    // Few sources on enough channels lose to the gate only.
    let got = solve(&Offered { sources: Some(40.0), ..floor }, &[one, channels(40)]).unwrap();
    conserves(&got);
    assert_eq!(got.gates[0].blocking_channels, Probability::ZERO);
    assert_eq!(blocked(&got), 0.0);
    // A gate that never refuses leaves the exact method in force.
    let wide = Gate { cps: Some((50.0, Window::Rolling)), ..channels(40) };
    assert_eq!(solve(&floor, &[wide, channels(9)]).unwrap().method, Method::Exact);
    assert_eq!(solve(&floor, &[one, channels(9)]).unwrap().method, Method::Wilkinson);
}

#[test]
fn an_excess_may_end_there() {
    let stop = Gate { excess: Excess::Stop, ..channels(10) };
    let got = solve(&offered(20.0), &[stop, channels(30)]).unwrap();
    conserves(&got);
    close(got.stopped_rate.get(), 20.0 / 36.0 * b(20.0, 10), 1e-13);
    assert_eq!((got.blocked_rate.get(), got.method), (0.0, Method::Exact));
    assert_eq!(got.gates[1].offered_rate.get(), 0.0);
    let refuses = Gate { refuses: true, ..stop };
    let got = solve(&offered(20.0), &[refuses, channels(30)]).unwrap();
    assert_eq!(got.stopped_rate, got.attempts_rate);
    let both = hit(0.5, OnHit::Next, refuses);
    let got = solve(&offered(20.0), &[both, channels(30)]).unwrap();
    conserves(&got);
    close(got.gates[1].offered_traffic.get(), 10.0, 1e-14);
}

#[test]
fn redials_agree_with_extended_erlang_b() {
    for (a, n, redial) in
        [(10.0, 12, 0.5), (10.0, 12, 0.9), (20.0, 23, 0.6), (100.0, 100, 0.5), (30.0, 10, 0.999), (9.0, 10, 1.0)]
    {
        let want = extended::blocking_with_redial(erl(a), n, share(redial)).unwrap();
        let got = solve(&redialled(offered(a), redial), &[channels(n)]).unwrap();
        conserves(&got);
        close(got.offered_traffic.get(), want.offered.get(), 1e-10);
        close(got.gates[0].blocking.get(), want.blocking.get(), 1e-10);
        close(got.factor, want.offered.get() / a, 1e-10);
        // Through two trunks, and with the excess stopped, the same.
        let stop = Gate { excess: Excess::Stop, ..channels(n - 4) };
        let split = solve(&redialled(offered(a), redial), &[channels(4), stop]).unwrap();
        close(split.factor, got.factor, 1e-10);
    }
    let over = redialled(offered(11.0), 1.0);
    assert!(matches!(solve(&over, &[channels(10)]), Err(TrafficError::RedialsNeverEnd { .. })));
    assert!(matches!(solve(&over, &[channels(0)]), Err(TrafficError::RedialsNeverEnd { .. })));
    close(solve(&redialled(offered(11.0), 0.75), &[channels(0)]).unwrap().factor, 4.0, 1e-13);
    // Redials of few sources stay below what the sources can offer.
    for redial in [0.1, 0.5, 0.9] {
        conserves(&solve(&redialled(from(40.0, 50.0), redial), &[channels(39)]).unwrap());
        conserves(
            &solve(&redialled(from(40.0, 50.0), redial), &[hit(0.3, OnHit::Next, channels(20)), channels(10)]).unwrap(),
        );
    }
}

#[test]
fn tells_how_many_channels_would_do() {
    let target = share(0.01);
    let got = solve(&offered(50.0), &[channels(30), channels(10)]).unwrap();
    assert_eq!(
        channels_needed(&got.gates[0].presented, target),
        Some(erlang::channels_for(erl(50.0), target).unwrap())
    );
    let n = channels_needed(&got.gates[1].presented, target).unwrap();
    assert!(b(50.0, 30 + n) / b(50.0, 30) <= 0.01 && b(50.0, 29 + n) / b(50.0, 30) > 0.01);
    assert_eq!(channels_needed(&got.gates[1].presented, Probability::ZERO), None);
    assert_eq!(channels_needed(&got.gates[1].presented, Probability::ONE), Some(0));

    let got = solve(&from(40.0, 60.0), &[channels(30), channels(15)]).unwrap();
    assert_eq!(channels_needed(&got.gates[0].presented, Probability::ZERO), Some(60));
    assert_eq!(channels_needed(&got.gates[1].presented, Probability::ZERO), Some(30));
    let n = channels_needed(&got.gates[1].presented, target).unwrap();
    assert!(got.gates[1].presented.blocking(n) <= target && got.gates[1].presented.blocking(n - 1) > target);

    let got = solve(&from(20.0, 22.0), &[hit(0.4, OnHit::Next, channels(10)), channels(20)]).unwrap();
    assert!(channels_needed(&got.gates[1].presented, share(1e-12)).unwrap() <= 22);
    let got = solve(&offered(0.0), &[channels(30)]).unwrap();
    assert_eq!(channels_needed(&got.gates[0].presented, Probability::ZERO), Some(0));
}

#[test]
fn refuses_what_it_cannot_compute() {
    for allowed in [0.0, -1.0, f64::NAN] {
        let gate = Gate { cps: Some((allowed, Window::Fixed)), ..channels(3) };
        assert!(solve(&offered(1.0), &[gate]).is_err());
    }
    for sources in [0.0, -1.0, f64::NAN] {
        assert!(solve(&from(1.0, sources), &[channels(3)]).is_err());
    }
    assert!(solve(&offered(1.1e7), &[channels(3)]).is_err());
    assert_eq!(
        solve(&from(9.0, f64::INFINITY), &[channels(9)]).unwrap(),
        solve(&offered(9.0), &[channels(9)]).unwrap()
    );
    let nothing = Offered { rate: cps(0.0), ..offered(0.0) };
    let got = solve(&nothing, &[channels(0), channels(2)]).unwrap();
    assert_eq!(got.absorbed(), Probability::ONE);
    conserves(&solve(&offered(1e7), &[channels(u64::MAX), channels(u64::MAX)]).unwrap());
    conserves(&solve(&Offered { rate: cps(f64::MAX), ..offered(3.0) }, &[channels(2)]).unwrap());
}

#[test]
fn redials_balance_where_a_gate_begins_to_refuse() {
    // Behind 20 channels the overflow of 45 sources reaches the gate just below its limit. Refusing there costs more
    // by Wilkinson's approximation than by Engset's formula, so the attempts must not be weighed by both.
    let floor = Offered { rate: cps(1.0), ..redialled(from(30.0, 45.0), 0.95) };
    for allowed in (20..80).map(|n| f64::from(n) / 40.0) {
        let gate = Gate { cps: Some((allowed, Window::Average)), ..channels(12) };
        let got = solve(&floor, &[channels(20), gate]).unwrap();
        conserves(&got);
        close(got.attempts_rate.get(), 1.0 + 0.95 * got.blocked_rate.get(), 1e-9);
    }
}

fn any_gate() -> impl Strategy<Value = Gate> {
    let part = prop_oneof![Just(0.0), Just(1.0), 0.0f64..1.0];
    let window = prop_oneof![Just(Window::Rolling), Just(Window::Fixed), Just(Window::Average)];
    let limit = proptest::option::of((0.2f64..20.0, window));
    (proptest::option::of(0u64..120), limit, part, any::<(bool, bool)>(), 0u8..10).prop_map(
        |(channels, cps, part, (next, lost), rare)| Gate {
            channels,
            cps,
            excess: if next { Excess::Next } else { Excess::Stop },
            hit: share(part),
            on_hit: if lost { OnHit::Lost } else { OnHit::Next },
            skipped: rare == 0,
            refuses: rare == 1,
        },
    )
}

fn any_floor() -> impl Strategy<Value = Offered> {
    let redial = prop_oneof![Just(0.0), 0.0f64..0.99];
    (0.0f64..200.0, 1.0f64..100.0, proptest::option::of(1.001f64..4.0), redial).prop_map(
        |(traffic, holding, spread, redial)| Offered {
            rate: cps(traffic / holding),
            traffic: erl(traffic),
            sources: spread.map(|spread| (traffic + 0.1) * spread),
            redial: share(redial),
        },
    )
}

proptest! {
    #[test]
    fn attempts_have_one_end(floor in any_floor(), gates in proptest::collection::vec(any_gate(), 0..6)) {
        let got = solve(&floor, &gates).unwrap();
        conserves(&got);
        let refused = (got.stopped_rate.get() + got.blocked_rate.get() - got.unserved_rate.get()).max(0.0);
        close(got.attempts_rate.get(), floor.rate.get() + floor.redial.get() * refused, 1e-9);
    }

    #[test]
    fn a_channel_more_never_blocks_more(
        floor in any_floor(), first in 1u64..100, second in 1u64..100, part in 0.0f64..1.0,
    ) {
        let floor = Offered { redial: Probability::ZERO, ..floor };
        let lost = |more| {
            blocked(&solve(&floor, &[hit(part, OnHit::Next, channels(first)), channels(second + more)]).unwrap())
        };
        prop_assert!(lost(1) <= lost(0) * (1.0 + 1e-9) || floor.traffic.get() == 0.0);
    }

    #[test]
    fn a_trunk_cut_in_two_carries_the_same(floor in any_floor(), first in 0u64..100, second in 0u64..100) {
        let whole = solve(&floor, &[channels(first + second)]).unwrap();
        let parts = solve(&floor, &[channels(first), channels(second)]).unwrap();
        prop_assume!(floor.traffic.get() > 0.0);
        close(parts.factor, whole.factor, 1e-9);
        prop_assert!((blocked(&parts) - blocked(&whole)).abs() < 1e-9);
        prop_assert_eq!(parts.method, Method::Exact);
    }

    #[test]
    fn channels_needed_are_the_least(
        floor in any_floor(), gates in proptest::collection::vec(any_gate(), 1..4), p in 0.0001f64..0.5,
    ) {
        for gate in solve(&floor, &gates).unwrap().gates {
            let n = channels_needed(&gate.presented, share(p)).unwrap();
            prop_assert!(gate.presented.blocking(n).get() <= p);
            prop_assert!(n == 0 || gate.presented.blocking(n - 1).get() > p);
        }
    }
}
