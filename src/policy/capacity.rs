//! Family `CAP`: whether the trunks behind the primary carry the floor.

use rust_decimal::Decimal;

use super::rule::{Found, Judgement, Rule, measure};
use crate::assessment::Assessment;
use crate::assessment::capacity::{Busiest, Interval, SequenceCapacity, TrunkCapacity, enough};
use crate::model::policy::Unit;
use crate::model::rates::Limit;
use crate::outage::state::{State, TrunkState};
use crate::routing::outage::Met;
use crate::words::diagnostic::Label;
use crate::words::figure::{count, percent, percent_pair};
use crate::words::level::Level;

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
        what: "Once an outage is dealt with, the trunks that are left carry a smaller share of the attempts than `policy.absorb`.",
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
        what: "Without the primary the sequence carries the busiest interval, but not `policy.headroom` more seats.",
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

fn first(sequence: &SequenceCapacity) -> Option<&TrunkCapacity> {
    sequence.first.and_then(|first| sequence.trunks.iter().find(|trunk| trunk.trunk == first))
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

/// Another interval than the busiest by traffic, said so that it can be found. Fewer erlangs may still be more attempts
/// a second.
fn other_interval(assessment: &Assessment<'_>, interval: &Interval) -> String {
    let at = interval.at.rfc3339(assessment.plan().timezone);
    format!("with {} seats staffed, first from {at}", interval.seats)
}

/// The key of the limit that another interval meets sooner than the busiest one does.
fn tighter_in(busiest: &Busiest, interval: &Interval) -> &'static str {
    let rate = busiest.offer.offered.map_or(0.0, |offered| offered.rate.get());
    if interval.rate > rate { "cps" } else { "channels" }
}

fn policy_label(assessment: &Assessment<'_>, key: &str, said: String) -> Option<Label> {
    assessment.plan().policy.place.as_ref().and_then(|place| place.keys.get(key)).map(|span| Label::new(*span, said))
}

fn blocking(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let target = assessment.plan().policy.grade_of_service;
    let elsewhere = assessment
        .capacity
        .intervals
        .iter()
        .filter(|interval| interval.blocking > sequence.blocking * (1.0 + 1e-9))
        .max_by(|a, b| a.blocking.total_cmp(&b.blocking));
    let blocked = elsewhere.map_or(sequence.blocking, |interval| interval.blocking);
    if blocked <= target {
        return if sequence.unstated { Judgement::blind(UNSTATED) } else { Judgement::clean() };
    }
    let Some(trunk) = first(sequence) else { return Judgement::blind(NO_SECONDARY) };
    let (has, wants) = percent_pair(blocked, target);
    let (when, key, help) = match elsewhere {
        Some(interval) => (
            other_interval(assessment, interval),
            tighter_in(busiest, interval),
            format!("these are {} attempts per second", count(interval.rate)),
        ),
        None => ("at the busiest time".to_owned(), tighter(trunk), needs_text(trunk)),
    };
    let mut labels = at_limit(assessment, trunk.trunk, key, limits_text(trunk));
    labels.extend(policy_label(assessment, "grade_of_service", format!("at most {wants}")));
    Judgement::found(vec![Found {
        subject: vec![("trunk", name(assessment, trunk.trunk))],
        brief: format!("{has} > {wants}"),
        message: format!("without the primary {has} of the attempts are blocked {when}, {wants} are allowed"),
        labels,
        help,
        measure: known(sequence, blocked * 100.0),
    }])
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

fn absorbed(assessment: &Assessment<'_>) -> Judgement {
    let (failover, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        // A floor without any trunk behind the primary is not carried at all, and no reason not to say so.
        Err(reason) if reason == NO_SECONDARY => {
            let plan = assessment.plan();
            let Some(primary) = plan.trunks.first() else { return Judgement::blind(reason) };
            let wants = percent(plan.policy.absorb);
            return Judgement::found(vec![Found {
                subject: vec![("trunk", primary.name.clone())],
                brief: format!("0.0 % < {wants}"),
                message: format!("nothing carries the floor if `{}` fails, {wants} are wanted", primary.name),
                labels: vec![Label::new(primary.place.key("name"), "the only trunk")],
                help: "add a trunk behind it".to_owned(),
                measure: measure(100.0),
            }]);
        }
        Err(reason) => return Judgement::blind(reason),
    };
    let mut judgement = Judgement::clean();
    let primary = assessment.plan().trunks.first().map(|t| t.name.clone()).unwrap_or_default();
    judge_absorbed(assessment, failover, busiest, &format!("without `{primary}`"), None, &mut judgement);
    if judgement.findings.is_empty() {
        judgement.findings.extend(absorbed_elsewhere(assessment, failover, busiest, &primary));
    }
    // Causes that leave the primary to itself, or leave nothing, are other rules' business.
    for cause in &assessment.capacity.causes {
        let state = &cause.sequence.state;
        let primary_down = state.first().is_some_and(|state| *state != TrunkState::Up);
        if primary_down && cause.sequence.first.is_some() && !as_without_primary(state, &failover.state) {
            let Some(named) = assessment.plan().causes.get(cause.cause) else { continue };
            let when = format!("under `{}`", named.name);
            judge_absorbed(assessment, &cause.sequence, busiest, &when, Some(&named.name), &mut judgement);
        }
    }
    judgement
}

/// Whether a state leaves the same trunks to carry the same attempts as the primary's failure does: what is asked and
/// moves every call on is as good as skipped, and would only say the same again.
fn as_without_primary(state: &State, failover: &State) -> bool {
    let moves_on =
        |state: &TrunkState| matches!(state, TrunkState::Hit { share, met: Met::MovesOn { .. }, .. } if *share >= 1.0);
    state.len() == failover.len()
        && state.iter().zip(failover).all(|(a, b)| a == b || (*b == TrunkState::Skipped && moves_on(a)))
}

/// The interval in which most is not carried, where the busiest one is.
fn absorbed_elsewhere(
    assessment: &Assessment<'_>,
    failover: &SequenceCapacity,
    busiest: &Busiest,
    primary: &str,
) -> Option<Found> {
    let wanted = assessment.plan().policy.absorb;
    let interval = assessment.capacity.intervals.iter().min_by(|a, b| a.absorbed.total_cmp(&b.absorbed))?;
    let trunk = first(failover).filter(|_| interval.absorbed < wanted)?;
    let (has, wants) = percent_pair(interval.absorbed, wanted);
    let mut labels = at_limit(assessment, trunk.trunk, tighter_in(busiest, interval), limits_text(trunk));
    labels.extend(policy_label(assessment, "absorb", format!("{wants} wanted")));
    Some(Found {
        subject: vec![("trunk", name(assessment, trunk.trunk))],
        brief: format!("{has} < {wants}"),
        message: format!(
            "without `{primary}` the trunks that are left carry {has} of the floor {}, {wants} are wanted",
            other_interval(assessment, interval)
        ),
        labels,
        help: format!("these are {} attempts per second", count(interval.rate)),
        measure: known(failover, (1.0 - interval.absorbed) * 100.0),
    })
}

/// A cause whose calls are lost to the outage itself rather than to a limit: no channel would help.
fn lost_to_cause(assessment: &Assessment<'_>, sequence: &SequenceCapacity, cause: &str) -> Option<Found> {
    let plan = assessment.plan();
    let to_outage = 1.0 - sequence.absorbed - sequence.blocking;
    if to_outage <= sequence.blocking {
        return None;
    }
    let named = plan.causes.iter().find(|named| named.name == cause)?;
    let hit = sequence.state.iter().position(|state| matches!(state, TrunkState::Hit { .. }))?;
    let (has, wants) = percent_pair(sequence.absorbed, plan.policy.absorb);
    let mut labels = vec![Label::new(named.place.key("signal"), "calls that get this never move on")];
    labels.extend(policy_label(assessment, "absorb", format!("{wants} wanted")));
    Some(Found {
        subject: vec![("trunk", name(assessment, hit)), ("cause", cause.to_owned())],
        brief: format!("{has} < {wants}"),
        message: format!(
            "under `{cause}` {has} of the floor are carried, {wants} are wanted: {} of the attempts are lost on `{}`, and nobody switches it off",
            percent(to_outage),
            name(assessment, hit)
        ),
        labels,
        help: "a dialplan that moves on from it (`pbx.next`), or an operator who switches the trunk off (`pbx.operator_response`)"
            .to_owned(),
        measure: measure((1.0 - sequence.absorbed) * 100.0),
    })
}

fn judge_absorbed(
    assessment: &Assessment<'_>,
    sequence: &SequenceCapacity,
    busiest: &Busiest,
    when: &str,
    cause: Option<&str>,
    judgement: &mut Judgement,
) {
    let wanted = assessment.plan().policy.absorb;
    if sequence.absorbed >= wanted {
        if sequence.unstated {
            judgement.not_judged = Some(UNSTATED.to_owned());
        }
        return;
    }
    if let Some(found) = cause.and_then(|cause| lost_to_cause(assessment, sequence, cause)) {
        judgement.findings.push(found);
        return;
    }
    let Some(trunk) = first(sequence) else { return };
    let mut subject = vec![("trunk", name(assessment, trunk.trunk))];
    subject.extend(cause.map(|cause| ("cause", cause.to_owned())));
    let (has, wants) = percent_pair(sequence.absorbed, wanted);
    let mut labels = at_limit(assessment, trunk.trunk, tighter(trunk), limits_text(trunk));
    labels.extend(policy_label(assessment, "absorb", format!("{wants} wanted")));
    let what = enough(&assessment.engine, &sequence.state, busiest, trunk.trunk, 1.0 - wanted).ok().flatten();
    let help = match what {
        Some(enough) => match enough.cps {
            Some(cps) => format!("{} channels with {cps} calls per second would be enough", enough.channels),
            None => format!("{} channels would be enough", enough.channels),
        },
        None => "no number of channels on this trunk alone would be enough".to_owned(),
    };
    judgement.findings.push(Found {
        subject,
        brief: format!("{has} < {wants}"),
        message: format!("{when} the trunks that are left carry {has} of the floor, {wants} are wanted"),
        labels,
        help,
        measure: known(sequence, (1.0 - sequence.absorbed) * 100.0),
    });
}

fn channels(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, _) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let Some(trunk) = first(sequence) else { return Judgement::blind(NO_SECONDARY) };
    match (trunk.channels, trunk.channels_needed) {
        (Limit::Unstated, _) => {
            Judgement::blind("the trunk's channels are stated neither by the plan nor by its table")
        }
        (Limit::At(has), Some(needs)) if needs > has => {
            let name = name(assessment, trunk.trunk);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: format!("{has} channels < {needs} needed"),
                message: format!(
                    "`{name}` has {has} channels; {} erlang at a grade of service of {} need {needs}",
                    count(trunk.offered * (1.0 - trunk.blocking_cps)),
                    percent(assessment.plan().policy.grade_of_service)
                ),
                labels: at_limit(assessment, trunk.trunk, "channels", format!("{has} channels")),
                help: format!("{needs} channels would be enough for what is offered to it"),
                measure: measure(needs as f64),
            }])
        }
        (Limit::At(_), None) => Judgement::blind("no number of channels reaches the grade of service"),
        _ => Judgement::clean(),
    }
}

fn cps(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, _) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let Some(trunk) = first(sequence) else { return Judgement::blind(NO_SECONDARY) };
    let target = assessment.plan().policy.grade_of_service;
    match trunk.cps {
        Limit::Unstated => {
            Judgement::blind("the trunk's calls per second are stated neither by the plan nor by its table")
        }
        Limit::At(has) if trunk.blocking_cps > target => {
            let name = name(assessment, trunk.trunk);
            let needs = trunk.cps_needed;
            let (refused, allowed) = percent_pair(trunk.blocking_cps, target);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: match needs {
                    Some(needs) => format!("{} cps < {needs} needed", count(has)),
                    None => format!("{} cps refuse {refused}", count(has)),
                },
                message: format!(
                    "`{name}` takes {} calls per second and refuses {refused} of the floor's {} attempts per second, {allowed} are allowed",
                    count(has),
                    count(trunk.offered_rate)
                ),
                labels: at_limit(assessment, trunk.trunk, "cps", format!("{} calls per second", count(has))),
                help: match needs {
                    Some(needs) => format!("{needs} calls per second would be enough"),
                    None => "pace the dialer down".to_owned(),
                },
                measure: needs.and_then(|needs| measure(needs as f64)),
            }])
        }
        _ => Judgement::clean(),
    }
}

fn surge(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let Some(trunk) = first(sequence) else { return Judgement::blind(NO_SECONDARY) };
    let limit = assessment.plan().policy.surge;
    match (trunk.cps, sequence.surge_seconds) {
        (Limit::Unstated, _) => {
            Judgement::blind("the trunk's calls per second are stated neither by the plan nor by its table")
        }
        (Limit::At(has), Some(seconds)) if seconds > limit => {
            let name = name(assessment, trunk.trunk);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: format!("{} s > {} s", count(seconds), count(limit)),
                message: format!(
                    "{} lines redial at once; `{name}` takes {} s to let them pass at {} calls per second, {} s are allowed",
                    count(busiest.offer.surge),
                    count(seconds),
                    count(has),
                    count(limit)
                ),
                labels: at_limit(assessment, trunk.trunk, "cps", format!("{} calls per second", count(has))),
                help: if limit > 0.0 {
                    format!("{} calls per second would be enough", libm::ceil(busiest.offer.surge / limit))
                } else {
                    "no number of calls per second lets them pass in no time: raise `policy.surge`".to_owned()
                },
                measure: measure(seconds),
            }])
        }
        _ => Judgement::clean(),
    }
}

fn headroom(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let wanted = busiest.seats as f64 * (1.0 + assessment.plan().policy.headroom);
    let Some(supported) = sequence.seats_supported else {
        return if sequence.unstated { Judgement::blind(UNSTATED) } else { Judgement::clean() };
    };
    if supported as f64 >= wanted {
        return if sequence.unstated { Judgement::blind(UNSTATED) } else { Judgement::clean() };
    }
    // Floors that are not carried at all have a finding of their own.
    if supported < busiest.seats {
        return Judgement::clean();
    }
    let Some(trunk) = first(sequence) else { return Judgement::blind(NO_SECONDARY) };
    Judgement::found(vec![Found {
        subject: vec![("trunk", name(assessment, trunk.trunk))],
        brief: format!("{supported} seats < {}", count(libm::ceil(wanted))),
        message: format!(
            "without the primary the trunks carry {supported} seats at the grade of service; {} are staffed, and {} with the headroom wanted",
            busiest.seats,
            count(libm::ceil(wanted))
        ),
        labels: at_limit(assessment, trunk.trunk, tighter(trunk), limits_text(trunk)),
        help: needs_text(trunk),
        measure: None,
    }])
}

fn dialer_cap(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let Some(lines) = busiest.offer.offered.and_then(|offered| offered.sources) else { return Judgement::clean() };
    let mut channels = 0.0;
    for trunk in sequence.trunks.iter().filter(|trunk| trunk.state == TrunkState::Up) {
        match trunk.channels {
            Limit::At(limit) => channels += limit as f64,
            Limit::Unlimited => return Judgement::clean(),
            Limit::Unstated => return Judgement::blind(UNSTATED),
        }
    }
    if lines <= channels {
        return Judgement::clean();
    }
    let label = assessment
        .plan()
        .campaigns
        .iter()
        .find(|campaign| campaign.lines_per_seat.is_some())
        .map(|campaign| Label::new(campaign.place.key("lines_per_seat"), format!("{} lines in all", count(lines))));
    Judgement::found(vec![Found {
        subject: first(sequence).map(|trunk| ("trunk", name(assessment, trunk.trunk))).into_iter().collect(),
        brief: format!("{} lines > {} channels", count(lines), count(channels)),
        message: format!(
            "the dialers may hold {} lines at the busiest time; the trunks behind the primary have {} channels together",
            count(lines),
            count(channels)
        ),
        labels: label.into_iter().collect(),
        help: "lower `lines_per_seat` while the secondary carries".to_owned(),
        measure: measure(lines),
    }])
}
