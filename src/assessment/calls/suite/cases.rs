//! The plans of the suite.

use super::super::notes::{CAPPED_DIALER, CREDIT, EQUIVALENT, LAST_CALL, LATE, SEVERAL_HIT, UNSETTLED};
use super::{Case, Known};

const HOUR: f64 = 3600.0;

const fn case(
    name: &'static str,
    plan: &'static str,
    sets: &'static [&'static str],
    length: f64,
    known: &'static [Known],
) -> Case {
    Case { name, plan, sets, length, known }
}

const fn known(key: &'static str, low: f64, high: f64, why: &'static str) -> Known {
    Known { key, low, high, why }
}

/// 584 lines of 600 channels dial at once, and what is blocked in the first minute is a part of an hour's.
const LARGE: [Known; 6] = [
    known("carried", 0.001, 0.009, UNSETTLED),
    known("answered_calls", 0.0, 0.012, UNSETTLED),
    known("lost", -0.3, -0.1, UNSETTLED),
    known("blocked_channels", -0.3, -0.1, UNSETTLED),
    known("lost_to_capacity", -0.3, -0.1, UNSETTLED),
    known("idle_seat_hours", -0.3, -0.1, UNSETTLED),
];

/// Blocked lines come free at once, and dial the sooner.
const CAPPED: [Known; 10] = [
    known("attempts", -0.11, -0.06, CAPPED_DIALER),
    known("carried", -0.105, -0.06, CAPPED_DIALER),
    known("answered_calls", -0.11, -0.06, CAPPED_DIALER),
    known("talk_minutes", -0.12, -0.05, CAPPED_DIALER),
    known("billed_minutes", -0.12, -0.05, CAPPED_DIALER),
    known("spend", -0.13, -0.05, CAPPED_DIALER),
    known("lost", -0.2, -0.08, CAPPED_DIALER),
    known("blocked_channels", -0.2, -0.08, CAPPED_DIALER),
    known("lost_to_capacity", -0.2, -0.08, CAPPED_DIALER),
    known("idle_seat_hours", 1.5, 2.8, CAPPED_DIALER),
];

const CAPPED_TWO: [Known; 10] = [
    known("attempts", -0.03, 0.0, CAPPED_DIALER),
    known("carried", -0.02, 0.0, CAPPED_DIALER),
    known("answered_calls", -0.03, 0.01, CAPPED_DIALER),
    known("talk_minutes", -0.04, 0.01, CAPPED_DIALER),
    known("billed_minutes", 0.12, 0.3, CAPPED_DIALER),
    known("spend", 0.03, 0.12, CAPPED_DIALER),
    known("lost", -0.35, -0.12, CAPPED_DIALER),
    known("blocked_channels", 0.4, 1.2, CAPPED_DIALER),
    known("lost_to_capacity", -0.35, -0.12, CAPPED_DIALER),
    known("idle_seat_hours", 1.0, 2.4, CAPPED_DIALER),
];

/// Each refusal takes 2 s, in which its line dials nobody else.
const SLOW: [Known; 6] = [
    known("attempts", 0.03, 0.08, CAPPED_DIALER),
    known("carried", 0.03, 0.08, CAPPED_DIALER),
    known("answered_calls", 0.02, 0.09, CAPPED_DIALER),
    known("talk_minutes", 0.02, 0.09, CAPPED_DIALER),
    known("billed_minutes", 0.02, 0.09, CAPPED_DIALER),
    known("spend", 0.0, 0.1, CAPPED_DIALER),
];

/// The surge asks for more calls in its first second than an hour refuses otherwise.
const WIDE_CPS: [Known; 4] = [
    known("lost", -1.0, -0.7, UNSETTLED),
    known("blocked_cps", -1.0, -0.7, UNSETTLED),
    known("lost_to_capacity", -1.0, -0.7, UNSETTLED),
    known("idle_seat_hours", -1.0, -0.5, UNSETTLED),
];

const AVERAGE: [Known; 1] = [known("carried", -0.004, 0.0, CREDIT)];

/// What passes a gate is smoother than chance.
const BEHIND_GATE: [Known; 1] = [known("blocked_channels", 0.1, 0.5, EQUIVALENT)];

/// Overflow comes in bursts, of which a gate refuses more than of calls that come at random.
const BEFORE_GATE: [Known; 9] = [
    known("carried", 0.05, 0.09, EQUIVALENT),
    known("answered_calls", 0.03, 0.09, EQUIVALENT),
    known("talk_minutes", 0.03, 0.09, EQUIVALENT),
    known("billed_minutes", 0.08, 0.15, EQUIVALENT),
    known("spend", 0.05, 0.13, EQUIVALENT),
    known("lost", -0.45, -0.32, EQUIVALENT),
    known("blocked_cps", -0.5, -0.3, EQUIVALENT),
    known("lost_to_capacity", -0.45, -0.32, EQUIVALENT),
    known("idle_seat_hours", -0.45, -0.3, EQUIVALENT),
];

/// The later of two notices comes after 2/3 of a cycle on average, not after a half.
const TWO_SILENT: [Known; 3] = [
    known("lost", -0.35, -0.05, SEVERAL_HIT),
    known("lost_before_detection", -0.35, -0.05, SEVERAL_HIT),
    known("idle_seat_hours", -0.75, -0.4, LATE),
];

/// 33 s in which all is lost, and the announcements after it.
const SILENT: [Known; 1] = [known("idle_seat_hours", -0.7, -0.3, LATE)];

/// 20 minutes in which all is lost, and the announcements after it.
const STOPPED: [Known; 1] = [known("idle_seat_hours", -0.08, 0.01, LATE)];

/// The surge spends a part of it.
const CAP: [Known; 1] = [known("spend", 0.0, 0.025, LAST_CALL)];

/// The plans.
pub static CASES: [Case; 33] = [
    case("rejects, all is wide", "one", &[], HOUR, &[]),
    case("a small floor", "one", &["campaign.floor.shifts.0.seats=4", "trunk.second.channels=8"], HOUR, &[]),
    case(
        "a large floor",
        "one",
        &["campaign.floor.seats=400", "campaign.floor.shifts.0.seats=400", "trunk.second.channels=600"],
        HOUR,
        &LARGE,
    ),
    case("tight channels", "one", &["trunk.second.channels=60"], HOUR, &[]),
    case("tight channels, 10 h", "one", &["trunk.second.channels=60"], 10.0 * HOUR, &[]),
    case("line cap, wide", "one", &["campaign.floor.lines_per_seat=2.0"], HOUR, &[]),
    case(
        "line cap, tight channels",
        "one",
        &["campaign.floor.lines_per_seat=2.0", "trunk.second.channels=60"],
        HOUR,
        &CAPPED,
    ),
    case(
        "line cap, two trunks",
        "two",
        &["campaign.floor.lines_per_seat=2.0", "trunk.second.channels=40", "trunk.third.channels=25"],
        HOUR,
        &CAPPED_TWO,
    ),
    case(
        "line cap, slow refusals",
        "one",
        &["campaign.floor.lines_per_seat=2.0", "cause.out.reply_after=2s"],
        HOUR,
        &SLOW,
    ),
    case("3 a second, rolling", "one", &["trunk.second.cps=3"], HOUR, &[]),
    case("3 a second, fixed", "one", &["trunk.second.cps=3", "trunk.second.rates=fixed.toml"], HOUR, &[]),
    case(
        "1.5 a second on average",
        "one",
        &["trunk.second.cps=1.5", "trunk.second.rates=average.toml"],
        4.0 * HOUR,
        &AVERAGE,
    ),
    case("10 a second, rolling", "one", &["trunk.second.cps=10"], HOUR, &WIDE_CPS),
    case("two trunks, overflow", "two", &["trunk.second.channels=45", "trunk.third.channels=20"], HOUR, &[]),
    case(
        "three trunks, overflow",
        "three",
        &["trunk.second.channels=30", "trunk.third.channels=20", "trunk.fourth.channels=10"],
        HOUR,
        &[],
    ),
    case(
        "overflow behind a CPS gate",
        "two",
        &["trunk.second.channels=50", "trunk.second.cps=3", "trunk.third.channels=20"],
        HOUR,
        &BEHIND_GATE,
    ),
    case(
        "CPS gate before the overflow",
        "two",
        &["trunk.second.channels=45", "trunk.third.cps=1", "trunk.third.channels=30"],
        HOUR,
        &BEFORE_GATE,
    ),
    case("excess stops", "two", &["trunk.second.channels=50", "trunk.second.rates=stops.toml"], HOUR, &[]),
    case("redials", "one", &["trunk.second.channels=60", "campaign.floor.redial_blocked=0.5"], 4.0 * HOUR, &[]),
    case("404 stops, an operator acts", "one", &["cause.out.signal=404", "cause.out.reply_after=1s"], HOUR, &STOPPED),
    case("silent, checked", "one", &["cause.out.signal=timeout"], HOUR, &SILENT),
    case("silent, checked, 2 min", "one", &["cause.out.signal=timeout"], 120.0, &SILENT),
    case(
        "silent, not checked",
        "one",
        &["cause.out.signal=timeout", "trunk.primary.qualify_frequency=0s"],
        HOUR,
        &STOPPED,
    ),
    case(
        "silent, Continue if Busy",
        "one",
        &["cause.out.signal=timeout", "trunk.primary.continue_if_busy=true", "trunk.primary.qualify_frequency=0s"],
        HOUR,
        &[],
    ),
    case("trying, then nothing", "one", &["cause.out.signal=trying", "campaign.floor.dial_timeout=30s"], HOUR, &[]),
    case("answers that go nowhere", "one", &["cause.out.signal=answers", "campaign.floor.dial_timeout=30s"], HOUR, &[]),
    case("a third is rejected", "one", &["cause.out.share=0.33"], HOUR, &[]),
    case("a quarter is silent", "one", &["cause.out.signal=timeout", "cause.out.share=0.25"], HOUR, &[]),
    case(
        "two silent trunks",
        "two",
        &[
            "cause.out.hits=line",
            "cause.out.signal=timeout",
            "trunk.primary.depends_on=[\"line\"]",
            "trunk.second.depends_on=[\"line\"]",
        ],
        HOUR,
        &TWO_SILENT,
    ),
    case("a daily cap", "one", &["trunk.second.rates=capped.toml"], 4.0 * HOUR, &CAP),
    case("a prepaid balance", "one", &["trunk.second.rates=prepaid.toml"], 4.0 * HOUR, &CAP),
    case("a surcharge on short calls", "one", &["trunk.second.rates=surcharged.toml"], HOUR, &[]),
    case(
        "two campaigns, shifts, 24 h",
        "campaigns-states",
        &["campaign.floor.shifts.0.hours=08:00-20:00", "trunk.second.channels=90"],
        24.0 * HOUR,
        &[],
    ),
];
