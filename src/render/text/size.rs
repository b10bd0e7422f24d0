//! The screen of `size`.

use std::fmt::Write as _;

use super::{BOLD, Detail, findings, header};
use crate::assessment::Assessment;
use crate::assessment::capacity::{SequenceCapacity, TrunkCapacity};
use crate::input::plan::Loaded;
use crate::model::rates::Limit;
use crate::outage::state::TrunkState;
use crate::policy::judge::Verdict;
use crate::render::escape::{shorten, terminal};
use crate::render::table::{Align, Table};
use crate::words::duration::human;
use crate::words::figure::{count, fixed, percent};

fn limit_cell<T: Copy>(limit: Limit<T>, value: impl Fn(T) -> String) -> String {
    match limit {
        Limit::At(at) => value(at),
        Limit::Unlimited => "unlimited".to_owned(),
        Limit::Unstated => "not stated".to_owned(),
    }
}

fn state_word(state: &TrunkState) -> String {
    match state {
        TrunkState::Up => "up".to_owned(),
        TrunkState::Hit { share, .. } if *share >= 1.0 => "down, asked".to_owned(),
        TrunkState::Hit { share, .. } => format!("{} down", percent(*share)),
        TrunkState::Skipped => "down".to_owned(),
        TrunkState::Refusing => "refuses".to_owned(),
    }
}

fn sequence(sequence: &SequenceCapacity, assessment: &Assessment<'_>) -> String {
    let mut table = Table::new(&[
        ("trunk", Align::Left),
        ("state", Align::Left),
        ("channels", Align::Right),
        ("needed", Align::Right),
        ("cps", Align::Right),
        ("needed", Align::Right),
        ("offered E", Align::Right),
        ("peaked", Align::Right),
        ("blocked cps", Align::Right),
        ("blocked ch.", Align::Right),
        ("carried E", Align::Right),
    ]);
    let needed = |n: Option<u64>| n.map_or_else(|| "n/a".to_owned(), |n| count(n as f64));
    for t in &sequence.trunks {
        let name = assessment.plan().trunks.get(t.trunk).map_or("", |trunk| trunk.name.as_str());
        let idle = |text: String, t: &TrunkCapacity| if t.offered_rate > 0.0 { text } else { "-".to_owned() };
        table.row([
            shorten(name, 30).into_owned(),
            state_word(&t.state),
            limit_cell(t.channels, |c| count(c as f64)),
            idle(needed(t.channels_needed), t),
            limit_cell(t.cps, count),
            idle(needed(t.cps_needed), t),
            idle(fixed(t.offered, 2), t),
            idle(fixed(t.peakedness, 2), t),
            idle(percent(t.blocking_cps), t),
            idle(percent(t.blocking_channels), t),
            idle(fixed(t.carried, 2), t),
        ]);
    }
    table.render()
}

/// The screen of `size`.
#[must_use]
pub fn size(assessment: &Assessment<'_>, verdict: &Verdict, loaded: &Loaded, demo: bool, detail: Detail) -> String {
    let plan = assessment.plan();
    let capacity = &assessment.capacity;
    let mut out = header(loaded, demo);
    let Some(floor) = &capacity.busiest else {
        out.push_str("\nno seat is ever staffed: nothing to size\n");
        return out;
    };
    let offered = floor.offer.offered;
    let _ = writeln!(
        out,
        "\nbusiest: {} seats from {}: {} attempts per second, {} erlang{}",
        floor.seats,
        floor.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M"),
        fixed(offered.map_or(0.0, |o| o.rate.get()), 4),
        fixed(offered.map_or(0.0, |o| o.traffic.get()), 2),
        offered.and_then(|o| o.sources).map(|n| format!(", {} lines at most", count(n))).unwrap_or_default()
    );
    let failover = &capacity.failover;
    if plan.trunks.len() < 2 {
        out.push_str("\nthere is no trunk behind the primary\n");
    } else {
        let _ = writeln!(out, "\n{BOLD}without the primary{BOLD:#}");
        out.push_str(&sequence(failover, assessment));
        let seats = failover.seats_supported.map_or_else(|| "any number of".to_owned(), |n| count(n as f64));
        let _ = writeln!(
            out,
            "\nabsorbed {} ({} wanted), blocked {} ({} allowed); {seats} seats are carried at that grade of service",
            percent(failover.absorbed),
            percent(plan.policy.absorb),
            percent(failover.blocking),
            percent(plan.policy.grade_of_service)
        );
        match failover.surge_seconds {
            Some(seconds) => {
                let _ = writeln!(
                    out,
                    "surge: {} lines redial at once and pass in {}",
                    count(floor.offer.surge),
                    human(seconds)
                );
            }
            None => {
                let _ = writeln!(out, "surge: {} lines redial at once", count(floor.offer.surge));
            }
        }
        if failover.unstated {
            out.push_str("a limit that is not stated counts as none here; `check` does not judge by it\n");
        }
    }
    if detail > Detail::Quiet {
        for cause in &capacity.causes {
            let Some(named) = plan.causes.get(cause.cause) else { continue };
            if cause.sequence.state == failover.state {
                continue;
            }
            let _ = writeln!(
                out,
                "\n{BOLD}under `{}`{BOLD:#}, once it is dealt with: absorbed {}",
                terminal(&named.name),
                percent(cause.sequence.absorbed)
            );
            if let Some(worst) = cause.worst.as_ref().filter(|worst| worst.floor.regime != floor.regime) {
                let _ = writeln!(
                    out,
                    "least is absorbed with {} seats staffed, first from {}: {}",
                    worst.floor.seats,
                    worst.floor.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M"),
                    percent(worst.absorbed)
                );
            }
            out.push_str(&sequence(&cause.sequence, assessment));
        }
        out.push_str(&intervals(assessment));
        out.push_str(&findings(verdict, loaded, detail));
    }
    out
}

fn intervals(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let mut table = Table::new(&[
        ("interval, first at", Align::Left),
        ("seats", Align::Right),
        ("attempts/s", Align::Right),
        ("offered E", Align::Right),
        ("absorbed", Align::Right),
        ("blocked", Align::Right),
    ])
    .caption("every interval, without the primary");
    for interval in &assessment.capacity.intervals {
        table.row([
            interval.floor.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M").to_string(),
            count(interval.floor.seats as f64),
            fixed(interval.rate, 4),
            fixed(interval.offered, 2),
            percent(interval.absorbed),
            percent(interval.blocking),
        ]);
    }
    format!("\n{}", table.render())
}
