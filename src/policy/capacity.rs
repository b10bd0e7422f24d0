//! Family `CAP`: whether the trunks behind the primary carry the floor.

mod absorbed;
mod limits;

use rust_decimal::Decimal;

use super::rule::{Rule, measure};
use crate::assessment::Assessment;
use crate::assessment::capacity::{Busiest, Interval, SequenceCapacity, TrunkCapacity};
use crate::model::policy::Unit;
use crate::model::rates::Limit;
use crate::words::diagnostic::Label;
use crate::words::figure::count;
use crate::words::level::Level;

use absorbed::{absorbed, blocking};
use limits::{channels, cps, dialer_cap, headroom, surge};

/// The rules.
pub static RULES: &[Rule] = &[
    Rule {
        code: "CAP001",
        name: "blocking-above-target",
        level: Level::Deny,
        measures: Some((Unit::Percent, "share of attempts blocked at the busiest time")),
        what: "Without the primary the sequence blocks more attempts, at the busiest time or at any other, than `policy.grade_of_service` allows.",
        why: "Blocked attempts are leads burnt and agents waiting; a dialer at its limit stops hard, it does not queue.",
        fix: "More channels or calls per second on the secondary, a further trunk behind it, or fewer lines per seat.",
        judge: Some(blocking),
    },
    Rule {
        code: "CAP002",
        name: "floor-not-absorbed",
        level: Level::Deny,
        measures: Some((Unit::Percent, "share of attempts not carried")),
        what: "Once an outage is dealt with, the trunks that are left carry a smaller share of the attempts, at the busiest time or at any other, than `policy.absorb`.",
        why: "The part that is not carried is a silent floor for as long as the outage lasts.",
        fix: "More channels or calls per second, a further trunk, or a lower `absorb` that the business accepts.",
        judge: Some(absorbed),
    },
    Rule {
        code: "CAP003",
        name: "channels-below-floor",
        level: Level::Warn,
        measures: Some((Unit::Channels, "channels needed")),
        what: "The first trunk behind the primary has fewer channels than the floor's traffic needs at the grade of service.",
        why: "A channel is held from INVITE to BYE, ringing included: unanswered attempts need channels too.",
        fix: "Order the channels that the finding names, or let a further trunk take the overflow.",
        judge: Some(channels),
    },
    Rule {
        code: "CAP004",
        name: "cps-too-low",
        level: Level::Warn,
        measures: Some((Unit::Cps, "calls per second needed")),
        what: "The first trunk behind the primary takes fewer calls per second than the floor makes, at the grade of service.",
        why: "Excess calls are refused at once however many channels are free; carriers suspend dialers for it.",
        fix: "Order the calls per second that the finding names, or pace the dialer down.",
        judge: Some(cps),
    },
    Rule {
        code: "CAP005",
        name: "surge-too-slow",
        level: Level::Warn,
        measures: Some((Unit::Seconds, "seconds until every line has redialled")),
        what: "When all live calls drop and every line redials at once, the surge takes longer than `policy.surge` to pass the first trunk behind the primary.",
        why: "Until the surge has passed the floor waits, and refused calls may end up on the carrier's watch list.",
        fix: "More calls per second, or a dialer that restarts its lines step by step.",
        judge: Some(surge),
    },
    Rule {
        code: "CAP006",
        name: "no-headroom",
        level: Level::Warn,
        measures: None,
        what: "Without the primary the sequence carries every interval of the floor, but not `policy.headroom` more seats in each.",
        why: "A campaign that is added next month would not be protected.",
        fix: "More channels or calls per second; `trunkrisk size` shows how many seats are carried.",
        judge: Some(headroom),
    },
    Rule {
        code: "CAP007",
        name: "dialer-cap-above-channels",
        level: Level::Note,
        measures: Some((Unit::Channels, "lines that the dialers may hold")),
        what: "The dialers may hold more lines than the trunks behind the primary have channels together.",
        why: "Each line beyond the channels is an attempt that is refused in the peak.",
        fix: "Lower `lines_per_seat` while the secondary carries, or order as many channels as lines.",
        judge: Some(dialer_cap),
    },
];

const UNSTATED: &str = "channels or calls per second of a trunk are stated neither by the plan nor by its table";
const NO_SECONDARY: &str = "there is no trunk behind the primary";

/// The sequence without the primary, where there is a floor and a trunk behind it.
fn behind<'a>(assessment: &'a Assessment<'_>) -> Result<(&'a SequenceCapacity, &'a Busiest), String> {
    let capacity = &assessment.capacity;
    let Some(busiest) = &capacity.busiest else { return Err("no seat is ever staffed".to_owned()) };
    if assessment.plan().trunks.len() < 2 {
        return Err(NO_SECONDARY.to_owned());
    }
    Ok((&capacity.failover, busiest))
}

/// The first trunk in service, as an interval meets it.
fn first<'a>(sequence: &SequenceCapacity, interval: &'a Interval) -> Option<&'a TrunkCapacity> {
    sequence.first.and_then(|first| interval.trunks.iter().find(|trunk| trunk.trunk == first))
}

fn name(assessment: &Assessment<'_>, trunk: usize) -> String {
    assessment.plan().trunks.get(trunk).map(|trunk| trunk.name.clone()).unwrap_or_default()
}

/// Labels at a trunk's limit: its own key, or the table's where that is the smaller.
fn at_limit(assessment: &Assessment<'_>, trunk: usize, key: &str, said: String) -> Vec<Label> {
    let plan = assessment.plan();
    let Some(named) = plan.trunks.get(trunk) else { return Vec::new() };
    let Some(table) = plan.table(named) else { return Vec::new() };
    let own = named.place.keys.get(key).copied();
    let by_table = table.place.keys.contains_key("limits").then(|| table.place.key(&format!("limits.{key}")));
    let table_wins = match key {
        "channels" => decides(table.limits.channels, named.channels),
        _ => decides(table.limits.cps, named.cps),
    };
    let span = if table_wins { by_table.or(own) } else { own };
    vec![Label::new(span.unwrap_or(named.place.item), said)]
}

/// Whether the table's limit is the one that holds, and not the trunk's own.
fn decides<T: PartialOrd + Copy>(table: Limit<T>, own: Limit<T>) -> bool {
    match (table, own) {
        (_, Limit::Unstated) => true,
        (Limit::At(table), Limit::At(own)) => table < own,
        (Limit::At(_), Limit::Unlimited) => true,
        _ => false,
    }
}

/// A measure that waivers can set against their ceiling: where limits are not stated, what is lost is at least so much,
/// and a least amount is within no ceiling.
fn known(sequence: &SequenceCapacity, value: f64) -> Option<Decimal> {
    if sequence.unstated { None } else { measure(value) }
}

/// The key of the limit that refuses more.
fn tighter(trunk: &TrunkCapacity) -> &'static str {
    let for_channels = (1.0 - trunk.blocking_cps) * trunk.blocking_channels;
    if trunk.blocking_cps > for_channels { "cps" } else { "channels" }
}

/// An interval said so that it can be found; nothing for the busiest. Fewer erlangs may still be more attempts a second,
/// or of campaigns that a trunk carries less of.
fn when(assessment: &Assessment<'_>, busiest: &Busiest, interval: &Interval) -> Option<String> {
    let floor = &interval.floor;
    (floor.regime != busiest.regime).then(|| {
        let at = floor.at.rfc3339(assessment.plan().timezone);
        format!("with {} seats staffed, first from {at}", floor.seats)
    })
}

/// The same, to be put behind a clause.
fn clause(when: Option<&str>) -> String {
    when.map_or_else(String::new, |when| format!(" {when}"))
}

fn policy_label(assessment: &Assessment<'_>, key: &str, said: String) -> Option<Label> {
    assessment.plan().policy.place.as_ref().and_then(|place| place.keys.get(key)).map(|span| Label::new(*span, said))
}

fn limits_text(trunk: &TrunkCapacity) -> String {
    let channels = match trunk.channels {
        Limit::At(channels) => format!("{} channels", count(channels as f64)),
        Limit::Unlimited => "unlimited channels".to_owned(),
        Limit::Unstated => "channels not stated".to_owned(),
    };
    let cps = match trunk.cps {
        Limit::At(cps) => format!("{} calls per second", count(cps)),
        Limit::Unlimited => "unlimited calls per second".to_owned(),
        Limit::Unstated => "calls per second not stated".to_owned(),
    };
    format!("{channels}, {cps}")
}

fn needs_text(trunk: &TrunkCapacity) -> String {
    let channels = trunk.channels_needed.map(|c| format!("{c} channels"));
    let cps = trunk.cps_needed.map(|r| format!("{r} calls per second"));
    match (channels, cps) {
        (Some(channels), Some(cps)) => {
            format!("what it is offered needs {channels} and {cps} at the grade of service, each for itself")
        }
        (Some(one), None) | (None, Some(one)) => format!("what it is offered needs {one} at the grade of service"),
        (None, None) => "see `trunkrisk size`".to_owned(),
    }
}
